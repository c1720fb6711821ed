"""The words of place: level, side and root, and which root passes where.

A lumbar disc is named after the two vertebrae it joins (`L4-L5`). At each disc two roots of one side
matter: the *exiting* root leaves through the foramen of that level and carries the number of the upper
vertebra; the *traversing* root crosses the disc inside the canal and leaves one level lower. Side is always
the patient's.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["LEVELS", "ROOTS", "SIDES", "Level", "Root", "Side", "exiting_root", "traversing_root"]


class Level(StrEnum):
    """A lumbar disc, named after the vertebrae above and below it."""

    L1_L2 = "L1-L2"
    L2_L3 = "L2-L3"
    L3_L4 = "L3-L4"
    L4_L5 = "L4-L5"
    L5_S1 = "L5-S1"


class Side(StrEnum):
    """The patient's side; `Side.LEFT` is the patient's left, whatever the picture's convention."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def opposite(self) -> Side:
        """The other side of the patient."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Root(StrEnum):
    """A lumbosacral nerve root that a lumbar disc can compress."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"
    S1 = "S1"


LEVELS: tuple[Level, ...] = tuple(Level)
SIDES: tuple[Side, ...] = tuple(Side)
ROOTS: tuple[Root, ...] = tuple(Root)


def exiting_root(level: Level) -> Root:
    """Root that leaves through the foramen at `level`: L4 at L4-L5.

    Parameters
    ----------
    level : Level

    Returns
    -------
    Root
    """
    return ROOTS[LEVELS.index(level)]


def traversing_root(level: Level) -> Root:
    """Root that crosses the disc at `level` inside the canal and leaves one level lower: L5 at L4-L5.

    Parameters
    ----------
    level : Level

    Returns
    -------
    Root
    """
    return ROOTS[LEVELS.index(level) + 1]

"""The places where a disc can meet a root: what the diagnosis chooses between.

At each level and side a disc can meet the exiting root (foraminal or extraforaminal herniation) or the
traversing root (subarticular or central); a central herniation can meet the traversing roots of both sides.
That makes 25 places. Which root passes where is a definition of anatomy, kept in :mod:`kambin.case.words`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from kambin.case.words import LEVELS, SIDES, Level, Root, exiting_root, traversing_root

__all__ = [
    "PLACES",
    "Course",
    "Laterality",
    "Pattern",
    "Place",
    "Shares",
    "pattern",
    "place_at",
    "place_name",
]

Course: TypeAlias = Literal["exiting", "traversing"]
Laterality: TypeAlias = Literal["left", "right", "both"]
Pattern: TypeAlias = tuple[tuple[int, float], ...]
"""Places that a finding points to, as (index in `PLACES`, share up to 1), in the order of the places."""
Shares: TypeAlias = tuple[tuple[str, float], ...]
"""Roots that a finding points to, each with its share between 0 and 1."""


def place_name(level: str, side: Laterality, course: Course, root: str) -> str:
    """For people: ``L4-L5 right, traversing root L5``."""
    where, roots = ("both sides", "roots") if side == "both" else (side, "root")
    return f"{level} {where}, {course} {roots} {root}"


@dataclass(frozen=True, slots=True)
class Place:
    """One disc meeting one root (or, in the midline, the traversing roots of both sides).

    Attributes
    ----------
    level : Level
    side : {'left', 'right', 'both'}
        The patient's side.
    course : {'exiting', 'traversing'}
        Whether the root leaves at this level or crosses it.
    root : Root
    index : int
        Position in `PLACES`.
    """

    level: Level
    side: Laterality
    course: Course
    root: Root
    index: int

    def on(self, side: str) -> bool:
        """Whether this place has to do with that side of the patient."""
        return self.side in (side, "both")

    @property
    def name(self) -> str:
        """For people: ``L4-L5 right, traversing root L5``."""
        return place_name(self.level, self.side, self.course, self.root)


def _places() -> Iterator[Place]:
    index = 0
    for level in LEVELS:
        for side in ("both", *SIDES):
            for course in ("traversing",) if side == "both" else ("traversing", "exiting"):
                root = traversing_root(level) if course == "traversing" else exiting_root(level)
                yield Place(level, str(side), course, root, index)  # type: ignore[arg-type]
                index += 1


PLACES: tuple[Place, ...] = tuple(_places())
_BY_KEY = {(str(place.level), place.side, place.course): place for place in PLACES}


def place_at(level: str, side: str, course: str) -> Place:
    """The place of that level, side and course.

    Raises
    ------
    KeyError
        There is no such place (the exiting roots of both sides are not one place).
    """
    return _BY_KEY[level, side, course]  # type: ignore[index]


@cache
def pattern(side: str | None, shares: Shares | None = None, *, outside: bool = False) -> Pattern:
    """Places of one side whose root is among those named, with each root's share.

    Parameters
    ----------
    side : {'left', 'right'} or None
        None for both sides and the midline.
    shares : tuple of (root, share), optional
        None for every root.
    outside : bool
        Take the places whose root is not named, with share 1.

    Returns
    -------
    Pattern
    """
    named = None if shares is None else dict(shares)
    found = []
    for place in PLACES:
        if side is not None and not place.on(side):
            continue
        share = 1.0 if named is None else float(named.get(str(place.root), 0.0))
        if outside:
            share = 0.0 if share else 1.0
        if share:
            found.append((place.index, share))
    return tuple(found)

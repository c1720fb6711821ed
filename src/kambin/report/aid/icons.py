"""Icon arrays: 100 people as an SVG picture, told apart by shape, not by colour alone.

A full figure is somebody to whom it happens, a half-full one somebody to whom it may happen (between the two
ends of a range), an empty one somebody to whom it does not.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PEOPLE", "IconArray", "icon_array"]

PEOPLE = 100
COLUMNS = 10
WIDE, HIGH = 12, 16
_BODY = "a2.6 2.6 0 1 1 .1 0zm-3 8v-4.5a3 3 0 0 1 6 0v4.5z"  # head, then shoulders, from below the head
_LOWER = "v-3h6v3z"  # the lower part of the body


@dataclass(frozen=True, slots=True)
class IconArray:
    """One picture of 100 people.

    Attributes
    ----------
    sure, maybe, rest : int
        Full, half-full and empty figures; together 100.
    full, half, halves, empty : str
        SVG path data of the full figures, the outlines of the half-full ones, what is filled of them, and
        the outlines of the empty ones.
    width, height : int
        Size of the drawing, in its own units.
    """

    sure: int
    maybe: int
    rest: int
    full: str
    half: str
    halves: str
    empty: str
    width: int = COLUMNS * WIDE
    height: int = PEOPLE // COLUMNS * HIGH


def _figures(first: int, last: int) -> str:
    return "".join(
        f"M{WIDE * (at % COLUMNS) + 6} {HIGH * (at // COLUMNS) + 6.4:g}{_BODY}" for at in range(first, last)
    )


def _lower_parts(first: int, last: int) -> str:
    return "".join(
        f"M{WIDE * (at % COLUMNS) + 3} {HIGH * (at // COLUMNS) + 14.4:g}{_LOWER}" for at in range(first, last)
    )


def icon_array(sure: int, maybe: int) -> IconArray:
    """Draw 100 people.

    Parameters
    ----------
    sure, maybe : int
        Of 100: to how many it happens, and to how many more it may happen.

    Returns
    -------
    IconArray

    Raises
    ------
    ValueError
        When they are no part of 100.
    """
    if sure < 0 or maybe < 0 or sure + maybe > PEOPLE:
        raise ValueError(f"{sure} and {maybe} are no part of {PEOPLE} people")
    both = sure + maybe
    return IconArray(
        sure=sure,
        maybe=maybe,
        rest=PEOPLE - both,
        full=_figures(0, sure),
        half=_figures(sure, both),
        halves=_lower_parts(sure, both),
        empty=_figures(both, PEOPLE),
    )

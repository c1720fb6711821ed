"""Small bars drawn to a common scale: support of options, shares with their interval.

Numbers stand beside every bar; the bar only makes them comparable at a glance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Bar", "Scale", "share_bar", "support_scale"]

WIDTH = 120.0
LEAST = 4.0  # an interval of no width still shows


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in the pixels of its drawing.

    Attributes
    ----------
    width : float
        Of the whole scale.
    start, length : float
        Of the interval.
    zero : float or None
        Where zero lies, when it is inside the scale.
    point : float or None
        Where the estimate lies.
    """

    width: float
    start: float
    length: float
    zero: float | None = None
    point: float | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from `low` to `high`."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a value lies, in pixels, kept inside the scale."""
        share = (value - self.low) / (self.high - self.low)
        return round(WIDTH * min(1.0, max(0.0, share)), 1)

    def bar(self, low: float, high: float, point: float | None = None) -> Bar:
        """The bar of an interval on this scale."""
        start, end = self.at(low), self.at(high)
        length = max(end - start, LEAST)
        start = round(min(start, WIDTH - length), 1)
        zero = self.at(0.0) if self.low < 0 < self.high else None
        return Bar(WIDTH, start, round(length, 1), zero, None if point is None else self.at(point))


def support_scale(supports: Iterable[tuple[int, int]]) -> Scale:
    """One scale for the support of all options of a decision; zero is always on it.

    Parameters
    ----------
    supports : iterable of (low, high)

    Returns
    -------
    Scale
    """
    ends = [0, *(end for support in supports for end in support)]
    low, high = min(ends), max(ends)
    return Scale(low, high if high > low else low + 1)


def share_bar(low: float, high: float, point: float | None = None, whole: float = 1.0) -> Bar:
    """The bar of a share on a scale from nothing to the whole.

    Parameters
    ----------
    low, high : float
        Interval.
    point : float, optional
        Estimate.
    whole : float
        1 for probabilities, 100 for percentages.

    Returns
    -------
    Bar
    """
    return Scale(0.0, whole).bar(low, high, point)

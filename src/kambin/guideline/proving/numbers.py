"""Numbers as ordered cuts: conditions tell of a number only on which side of their thresholds it lies.

A cut is written *x is at least c*, where `c` is the smallest number (floating-point, or whole) on the upper
side of a threshold.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import z3

from kambin.case import Fact, Range
from kambin.guideline.proving.logic import Formula, both, negate

__all__ = ["Number", "fraction_of", "rational", "readable"]


class Number:
    """One number of a patient, whether or not anybody knows it.

    Parameters
    ----------
    fact : Fact
    constraints : list
        Receives what always holds between the cuts.
    real : bool
        Whether a real variable stands behind the cuts; needed only where two decimals are compared.
    """

    def __init__(self, fact: Fact, constraints: list[Any], *, real: bool = False) -> None:
        assert isinstance(fact.domain, Range)
        self.fact, self.low, self.high = fact, fact.domain.low, fact.domain.high
        self.whole = fact.kind == "int"
        self._constraints = constraints
        self._cuts: list[float] = []
        self._literals: dict[float, Any] = {}
        self.variable: Any = z3.Real(f"x:{fact.name}") if real else None
        if real:
            constraints.append(
                both(self.variable >= rational(self.low), self.variable <= rational(self.high))
            )

    def at_least(self, cut: float) -> Formula:
        """Whether the number is at least `cut`."""
        if cut <= self.low:
            return True
        if cut > self.high:
            return False
        found = self._literals.get(cut)
        if found is None:
            found = self._literals[cut] = self._new(cut)
        return found

    def _new(self, cut: float) -> Any:
        if self.variable is not None:
            insort(self._cuts, cut)
            below = math.nextafter(cut, -math.inf)
            # the same for every number a computer holds; the shorter border leaves the solver room beside it
            if len(repr(below)) < len(repr(cut)):
                return self.variable > rational(below)
            return self.variable >= rational(cut)
        literal = z3.Bool(f"{self.fact.name}>={cut!r}")
        place = bisect_left(self._cuts, cut)
        if place > 0:
            self._constraints.append(z3.Implies(literal, self._literals[self._cuts[place - 1]]))
        if place < len(self._cuts):
            self._constraints.append(z3.Implies(self._literals[self._cuts[place]], literal))
        self._cuts.insert(place, cut)
        return literal

    def equals(self, value: float) -> Formula:
        """Whether the number is this one, as far as its cuts can tell."""
        if self.variable is not None:
            return self.variable == rational(value)
        place = bisect_left(self._cuts, value)
        if place < len(self._cuts) and self._cuts[place] == value:
            place += 1
        below = self._literals[self._cuts[place - 1]] if place > 0 else True
        above = negate(self._literals[self._cuts[place]]) if place < len(self._cuts) else True
        return both(below, above)

    def is_whole(self, value: int) -> Formula:
        """Whether a whole number is exactly this one."""
        return both(self.at_least(value), negate(self.at_least(value + 1)))

    def value(self, truth: Callable[[Any], bool], model: Any) -> int | float:
        """A number that fits a model, and is easy to read where there is a choice."""
        if self.variable is not None:
            return float(fraction_of(model, self.variable))
        low, high = self.low, math.inf
        for cut in self._cuts:
            if not truth(self._literals[cut]):
                high = cut
                break
            low = cut
        return readable(low, min(high, self._beyond(self.high)), whole=self.whole)

    def regions(self) -> list[tuple[int | float, float, float]]:
        """One readable value between each two cuts, with these: the first belongs to it, the second not."""
        edges = [self.low, *self._cuts, self._beyond(self.high)]
        return [(readable(low, high, whole=self.whole), low, high) for low, high in pairwise(edges)]

    def _beyond(self, value: float) -> float:
        return value + 1 if self.whole else math.nextafter(value, math.inf)


def readable(low: float, high: float, *, whole: bool) -> int | float:
    """A short number in the half-open interval from `low` to `high`."""
    if whole:
        return (math.ceil(low) + math.ceil(high) - 1) // 2
    for step in (100.0, 50.0, 10.0, 5.0, 1.0, 0.5, 0.1, 0.01):
        value = round(math.floor((low + high) / 2 / step) * step, 6)
        for candidate in (value, round(value + step, 6)):
            if low <= candidate < high and high - low > step:
                return candidate
    return low


def fraction_of(model: Any, variable: Any) -> Fraction:
    """What a model says of a real variable, exactly."""
    found = model.eval(variable, model_completion=True)
    return Fraction(found.numerator_as_long(), found.denominator_as_long())


def rational(value: float) -> Any:
    """A number as z3 takes it, exactly."""
    fraction = Fraction(value)
    return z3.Q(fraction.numerator, fraction.denominator)

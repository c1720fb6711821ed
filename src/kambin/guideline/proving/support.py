"""Support of options as weighted sums of truths, compared by pseudo-boolean constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import z3

from kambin.guideline.knowledge import WEIGHTS, Option
from kambin.guideline.proving.logic import Formula, Pair, negate, to_z3

__all__ = ["Supports"]

Terms: TypeAlias = tuple[tuple[Formula, int], ...]


class _Support(NamedTuple):
    """Both ends of an interval, shifted up by the sum of the weights against, so that no term is negative."""

    low: Terms
    high: Terms
    shift: int


class Supports:
    """Support intervals of the options of one decision, ready to be compared.

    ``low = for(true) - against(not false)`` and ``high = for(not false) - against(true)``.

    Parameters
    ----------
    options : sequence of Option
    pairs : mapping of str to Pair
        Truth of each argument.
    """

    def __init__(self, options: Sequence[Option], pairs: Mapping[str, Pair]) -> None:
        self._of = {option.id: _support(option, pairs) for option in options}

    def worst(self, one: str, other: str, lead: int) -> Formula:
        """Whether the worst case of `one` is at least `lead` better than the best case of `other`."""
        mine, theirs = self._of[one], self._of[other]
        return _ahead(mine.low, theirs.high, lead + mine.shift - theirs.shift)

    def best(self, one: str, other: str, lead: int) -> Formula:
        """Whether the best case of `one` is at least `lead` better than the worst case of `other`."""
        mine, theirs = self._of[one], self._of[other]
        return _ahead(mine.high, theirs.low, lead + mine.shift - theirs.shift)


def _support(option: Option, pairs: Mapping[str, Pair]) -> _Support:
    low, high, shift = [], [], 0
    for item in option.arguments:
        weight, pair = WEIGHTS[item.strength], pairs[item.id]
        if item.role == "for":
            low.append((pair.true, weight))
            high.append((negate(pair.false), weight))
        elif item.role == "against":
            low.append((pair.false, weight))
            high.append((negate(pair.true), weight))
            shift += weight
    return _Support(tuple(low), tuple(high), shift)


def _ahead(mine: Terms, theirs: Terms, lead: int) -> Formula:
    """Whether one sum is at least `lead` more than another."""
    against = tuple((negate(bit), weight) for bit, weight in theirs)
    needed = lead + sum(weight for _, weight in theirs)
    open_ = []
    for bit, weight in (*mine, *against):
        if isinstance(bit, bool):
            needed -= weight if bit else 0
        else:
            open_.append((to_z3(bit), weight))
    if needed <= 0:
        return True
    return z3.PbGe(open_, needed) if needed <= sum(weight for _, weight in open_) else False

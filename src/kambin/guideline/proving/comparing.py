"""Comparisons as cuts of numbers.

Where a threshold lies is found on the same arithmetic that the generated Python uses, so the solver and the
evaluator agree to the last bit.
"""

from __future__ import annotations

import math
import struct
from typing import Any

from kambin.errors import IntegrityError
from kambin.guideline.conditions import Compare, Operator, Term
from kambin.guideline.proving.logic import Formula, both, either, negate
from kambin.guideline.proving.numbers import Number, rational

__all__ = ["MIRRORED", "SMALL", "compare_one", "compare_two"]

SMALL = 256  # whole numbers with no more values than this are compared with another value by value
MIRRORED: dict[Operator, Operator] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _holds(one: float, op: Operator, other: float) -> bool:
    if op in ("=", "<>"):
        return (one == other) == (op == "=")
    if op in ("<", "<="):
        return one < other or (op == "<=" and one == other)
    return one > other or (op == ">=" and one == other)


def _at(term: Term, value: float) -> float:
    """What the generated Python computes for this term."""
    number = value if term.scale == 1 else value * term.scale
    return number if term.offset == 0 else number + term.offset


def _edge(number: Number, term: Term, op: Operator, constant: float) -> float:
    """Smallest value of the fact on the upper side of the border of ``term op constant``."""
    upper = term.scale > 0

    def above(value: float) -> bool:
        """Whether a value lies on the upper side of the turn."""
        holds = _holds(_at(term, value), op, constant)
        return holds if (op in (">", ">=")) == upper else not holds

    if number.whole:
        start = min(max((constant - term.offset) / term.scale, number.low - 1), number.high + 1)
        value = float(math.floor(start)) - 1
        while not above(value):
            value += 1
        return value
    if above(number.low):
        return number.low
    if not above(number.high):
        return math.nextafter(number.high, math.inf)
    # Rounding keeps order, so the border can be bisected. Walking to it from a guess could take for ever:
    # beside an offset, a whole range of tiny numbers computes to the same.
    below, beyond = _ordinal(number.low), _ordinal(number.high)
    while beyond - below > 1:
        middle = (below + beyond) // 2
        below, beyond = (below, middle) if above(_float(middle)) else (middle, beyond)
    return _float(beyond)


def _ordinal(value: float) -> int:
    """Place of a float among all floats: the next float has the next place, and zero has 0."""
    [bits] = struct.unpack("<q", struct.pack("<d", abs(value)))
    return int(bits) if value >= 0 else -int(bits)


def _float(ordinal: int) -> float:
    [value] = struct.unpack("<d", struct.pack("<q", abs(ordinal)))
    return float(value) if ordinal >= 0 else -float(value)


def compare_one(number: Number, term: Term, op: Operator, constant: float) -> Formula:
    """``term op constant`` for a term over `number`."""
    if term.scale == 0:
        return _holds(term.offset, op, constant)
    if op in ("=", "<>"):
        equal = both(compare_one(number, term, ">=", constant), compare_one(number, term, "<=", constant))
        return equal if op == "=" else negate(equal)
    at_least = number.at_least(_edge(number, term, op, constant))
    return at_least if (op in (">", ">=")) == (term.scale > 0) else negate(at_least)


def compare_two(compare: Compare, left: Number, right: Number) -> Formula:
    """A comparison of two numbers."""
    op = compare.op
    if left.whole and left.high - left.low < SMALL:
        return _by_value(left, compare.left, op, right, compare.right)
    if right.whole and right.high - right.low < SMALL:
        return _by_value(right, compare.right, MIRRORED[op], left, compare.left)
    if left.variable is None or right.variable is None:
        raise IntegrityError(f"{left.fact.name} and {right.fact.name} were not declared as compared")
    one, other = _linear(left, compare.left), _linear(right, compare.right)
    relation = {"=": one == other, "<>": one != other, "<": one < other}
    relation |= {"<=": one <= other, ">": one > other, ">=": one >= other}
    return relation[op]


def _linear(number: Number, term: Term) -> Any:
    return number.variable * rational(term.scale) + rational(term.offset)


def _by_value(number: Number, term: Term, op: Operator, other: Number, other_term: Term) -> Formula:
    """For each value of the first number, what it asks of the second."""
    cases = []
    for value in range(int(number.low), int(number.high) + 1):
        wanted = compare_one(other, other_term, MIRRORED[op], _at(term, float(value)))
        cases.append(both(number.is_whole(value), wanted))
    return either(*cases)

"""An option's truths as one whole number, so that a truth more or less is one sum and not a judgement anew.

Every truth of an argument is worth a number, and an option's tally is the sum: each count (true excludes,
false requirements, …) has digits of its own in it, and so has the support at worst and at best. That is
quicker for one patient than reading argument by argument, and much quicker where the same option is judged
again and again with a truth or two different (:mod:`kambin.guideline.changing`). Both say the same, which a
test holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from operator import getitem
from typing import NamedTuple, TypeAlias

from kambin.guideline.compiling import Truth
from kambin.guideline.judging import Status
from kambin.guideline.knowledge import WEIGHTS, Option, Role
from kambin.guideline.remembering import once_per_object

__all__ = ["Standing", "Tally", "Worth", "standing_of", "tally_of", "worth", "worths_of"]

Tally: TypeAlias = int
Worth: TypeAlias = Mapping[Truth, int]
"""What an argument adds to the tally of its option, by its truth."""

_BITS = 16  # of each count: far more than an option has arguments, or than their weights sum up to
_FIELD = (1 << _BITS) - 1
_EXCLUDING, _LACKING, _UNSETTLED, _MET, _OPEN, _SHUT, _PENDING, _LOW, _HIGH = (
    _BITS * position for position in range(9)
)
_IS_EXCLUDED, _IS_LACKING, _IS_UNSETTLED = _FIELD << _EXCLUDING, _FIELD << _LACKING, _FIELD << _UNSETTLED
_IS_MET, _IS_OPEN, _IS_SHUT, _IS_PENDING = (_FIELD << at for at in (_MET, _OPEN, _SHUT, _PENDING))
_ZERO = 1 << (_BITS - 1)  # a support of nothing stands in the middle of its field: it may become negative
_START: Tally = (_ZERO << _LOW) + (_ZERO << _HIGH)

_COUNTED: Mapping[Role, tuple[int | None, int | None, int | None]] = {  # true, unknown, false
    "exclude": (_EXCLUDING, _UNSETTLED, None),
    "veto": (_EXCLUDING, _PENDING, None),
    "require": (None, _UNSETTLED, _LACKING),
    "any": (_MET, _OPEN, _SHUT),
}


@cache
def worth(role: Role, weight: int) -> Worth:
    """What an argument of this role and weight adds to a tally, for each of its truths.

    Parameters
    ----------
    role : {'any', 'require', 'exclude', 'veto', 'for', 'against'}
    weight : int

    Returns
    -------
    mapping of bool or None to int
    """
    if role == "for":
        low, high = weight << _LOW, weight << _HIGH
        return {True: low + high, None: high, False: 0}
    if role == "against":
        low, high = -(weight << _LOW), -(weight << _HIGH)
        return {True: low + high, None: low, False: 0}
    places = zip((True, None, False), _COUNTED[role], strict=True)
    return {truth: 0 if place is None else 1 << place for truth, place in places}


@once_per_object
def worths_of(option: Option) -> tuple[Worth, ...]:
    """What each argument of an option adds to its tally."""
    return tuple(worth(argument.role, WEIGHTS[argument.strength]) for argument in option.arguments)


def tally_of(worths: Sequence[Worth], truths: Sequence[Truth]) -> Tally:
    """Count all arguments of an option.

    Parameters
    ----------
    worths : sequence of Worth
        Of each argument.
    truths : sequence of bool or None
        Of each argument.

    Returns
    -------
    Tally
        With one argument's truth turned it becomes ``tally - worth[was] + worth[now]``.
    """
    return sum(map(getitem, worths, truths), _START)


class Standing(NamedTuple):
    """What a tally comes to.

    Attributes
    ----------
    status : Status
    low, high : int
        Support at worst and at best.
    pends : bool
        Whether a veto is unknown.
    """

    status: Status
    low: int
    high: int
    pends: bool


@lru_cache(maxsize=1 << 15)
def standing_of(tally: Tally) -> Standing:
    """Read a tally. The same few counts come up for every patient, so what they come to is remembered.

    Parameters
    ----------
    tally : Tally

    Returns
    -------
    Standing
    """
    low, high = (tally >> _LOW & _FIELD) - _ZERO, (tally >> _HIGH) - _ZERO
    return Standing(_status_of(tally), low, high, tally & _IS_PENDING != 0)


def _status_of(tally: Tally) -> Status:
    if tally & _IS_EXCLUDED:
        return Status.EXCLUDED
    met = tally & _IS_MET
    if tally & _IS_LACKING or (not met and tally & _IS_SHUT and not tally & _IS_OPEN):
        return Status.NOT_INDICATED
    if tally & _IS_UNSETTLED or (not met and tally & _IS_OPEN):
        return Status.UNDETERMINED
    return Status.ELIGIBLE

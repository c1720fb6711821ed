"""An option's truths as counts, so that one truth more or less does not mean judging the whole option again.

:func:`kambin.guideline.deciding.judge` reads all truths of an option. Where the same option is judged again
and again with a truth or two different (:mod:`kambin.guideline.changing`), turning those in a tally is
quicker. Both say the same, which a test holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from kambin.guideline.compiling import Truth
from kambin.guideline.deciding import Status
from kambin.guideline.knowledge import Role

__all__ = ["Tally", "status_of", "support_of", "tally_of", "turn"]

Tally: TypeAlias = list[int]
"""Counts of what bears on an option, by the numbers below."""

_EXCLUDING, _UNSETTLED, _LACKING, _MET, _OPEN, _WAYS, _NOTHING, _LOW, _HIGH = range(9)

_COUNTED: Mapping[Role, Mapping[Truth, int]] = {
    "exclude": {True: _EXCLUDING, None: _UNSETTLED, False: _NOTHING},
    "veto": {True: _EXCLUDING, None: _NOTHING, False: _NOTHING},
    "require": {True: _NOTHING, None: _UNSETTLED, False: _LACKING},
    "any": {True: _MET, None: _OPEN, False: _NOTHING},
}
_AT_WORST: Mapping[Role, Mapping[Truth, int]] = {
    "for": {True: 1, None: 0, False: 0},
    "against": {True: -1, None: -1, False: 0},
}
_AT_BEST: Mapping[Role, Mapping[Truth, int]] = {
    "for": {True: 1, None: 1, False: 0},
    "against": {True: -1, None: 0, False: 0},
}

_EXCLUDED, _NOT_INDICATED = Status.EXCLUDED, Status.NOT_INDICATED
_UNDETERMINED, _ELIGIBLE = Status.UNDETERMINED, Status.ELIGIBLE


def tally_of(shape: Sequence[tuple[Role, int]], truths: Sequence[Truth]) -> Tally:
    """Count all arguments of an option.

    Parameters
    ----------
    shape : sequence of (role, weight)
    truths : sequence of bool or None

    Returns
    -------
    Tally
    """
    tally = [0] * 9
    for (role, weight), truth in zip(shape, truths, strict=True):
        if role in _COUNTED:
            tally[_COUNTED[role][truth]] += 1
            tally[_WAYS] += role == "any"
        else:
            tally[_LOW] += weight * _AT_WORST[role][truth]
            tally[_HIGH] += weight * _AT_BEST[role][truth]
    return tally


def turn(tally: Tally, role: Role, weight: int, was: Truth, now: Truth) -> None:
    """Change the truth of one argument, in place."""
    slots = _COUNTED.get(role)
    if slots is not None:
        tally[slots[was]] -= 1
        tally[slots[now]] += 1
    else:
        worst, best = _AT_WORST[role], _AT_BEST[role]
        tally[_LOW] += weight * (worst[now] - worst[was])
        tally[_HIGH] += weight * (best[now] - best[was])


def status_of(tally: Tally) -> Status:
    """What can be said of the option."""
    excluding, unsettled, lacking, met, open_, ways, _, _, _ = tally
    if excluding:
        return _EXCLUDED
    if lacking or (ways and not met and not open_):
        return _NOT_INDICATED
    if unsettled or (ways and not met):
        return _UNDETERMINED
    return _ELIGIBLE


def support_of(tally: Tally) -> tuple[int, int]:
    """Support of the option, low and high."""
    return tally[_LOW], tally[_HIGH]

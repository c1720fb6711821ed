"""Status and support of an option read argument by argument: what tallies are held against."""

from __future__ import annotations

from collections.abc import Sequence

from kambin.guideline import Status
from kambin.guideline.compiling import Truth
from kambin.guideline.knowledge import Role

__all__ = ["judge"]


def judge(shape: Sequence[tuple[Role, int]], truths: Sequence[Truth]) -> tuple[Status, int, int]:
    """Status and support interval of an option from the roles, weights and truths of its arguments.

    Parameters
    ----------
    shape : sequence of (role, weight)
    truths : sequence of bool or None

    Returns
    -------
    status : Status
    low, high : int
        Support: true arguments count, unknown ones widen the interval.
    """
    excluded = lacking = unsettled = alternatives = alternative_open = alternative_met = False
    low = high = 0
    for (role, weight), truth in zip(shape, truths, strict=True):
        if role == "for":
            if truth is not False:
                high += weight
                low += weight if truth else 0
        elif role == "against":
            if truth is not False:
                low -= weight
                high -= weight if truth else 0
        elif role == "any":
            alternatives = True
            alternative_met = alternative_met or truth is True
            alternative_open = alternative_open or truth is None
        elif role == "require":
            lacking = lacking or truth is False
            unsettled = unsettled or truth is None
        else:  # exclude, veto
            excluded = excluded or truth is True
            unsettled = unsettled or (truth is None and role == "exclude")
    if excluded:
        return Status.EXCLUDED, low, high
    if lacking or (alternatives and not alternative_met and not alternative_open):
        return Status.NOT_INDICATED, low, high
    if unsettled or (alternatives and not alternative_met):
        return Status.UNDETERMINED, low, high
    return Status.ELIGIBLE, low, high

"""Judging one option: from the truths of its arguments to what can be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from kambin.guideline.compiling import Truth
from kambin.guideline.knowledge import Option, Role

__all__ = ["Status", "judge", "pending_of"]


class Status(StrEnum):
    """What can be said of an option."""

    ELIGIBLE = "eligible"
    NOT_INDICATED = "not_indicated"
    EXCLUDED = "excluded"
    UNDETERMINED = "undetermined"


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


def pending_of(option: Option, status: Status, truths: Sequence[Truth]) -> tuple[str, ...]:
    """Ids of the vetoes that are unknown; none once the option is excluded."""
    if status is Status.EXCLUDED or None not in truths:
        return ()
    return tuple(
        [
            argument.id
            for argument, truth in zip(option.arguments, truths, strict=True)
            if truth is None and argument.role == "veto"
        ]
    )

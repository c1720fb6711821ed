"""What can be said of an option, and which of its vetoes are still unknown."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from kambin.guideline.compiling import Truth
from kambin.guideline.knowledge import Option

__all__ = ["Status", "pending_of"]


class Status(StrEnum):
    """What can be said of an option."""

    ELIGIBLE = "eligible"
    NOT_INDICATED = "not_indicated"
    EXCLUDED = "excluded"
    UNDETERMINED = "undetermined"


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

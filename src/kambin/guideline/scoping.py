"""Who is outside the guideline: valid input that must not be answered; the borders are in ``scope.yaml``."""

from __future__ import annotations

from collections.abc import Callable

from kambin.case import FactRow
from kambin.errors import OutOfScope
from kambin.guideline.compiling import Truth, compile_truths
from kambin.guideline.knowledge import Knowledge
from kambin.guideline.remembering import once_per_object

__all__ = ["require_in_scope"]


@once_per_object
def _limits(knowledge: Knowledge) -> Callable[[FactRow], tuple[Truth, ...]]:
    return compile_truths([limit.condition for limit in knowledge.limits])


def require_in_scope(row: FactRow, knowledge: Knowledge) -> None:
    """Refuse a patient who is outside the guideline; an unknown fact refuses nobody.

    Parameters
    ----------
    row : mapping
    knowledge : Knowledge

    Raises
    ------
    OutOfScope
        With every reason and its source.
    """
    truths = _limits(knowledge)(row)
    outside = [limit for limit, truth in zip(knowledge.limits, truths, strict=True) if truth is True]
    if outside:
        raise OutOfScope(
            " ".join(limit.say for limit in outside),
            why="source: " + ", ".join(f"{limit.id} ({', '.join(limit.cite)})" for limit in outside),
            now="no recommendation is given; a spine specialist should see the patient",
        )

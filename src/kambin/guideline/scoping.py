"""Who is outside the guideline: valid input that must not be answered; the borders are in ``scope.yaml``."""

from __future__ import annotations

from kambin.case import FactRow
from kambin.errors import OutOfScope
from kambin.guideline.compiling import compile_truths
from kambin.guideline.knowledge import Knowledge

__all__ = ["require_in_scope"]


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
    truths = compile_truths([limit.condition for limit in knowledge.limits])(row)
    outside = [limit for limit, truth in zip(knowledge.limits, truths, strict=True) if truth is True]
    if outside:
        raise OutOfScope(
            " ".join(limit.say for limit in outside),
            why="source: " + ", ".join(f"{limit.id} ({', '.join(limit.cite)})" for limit in outside),
            now="no recommendation is given; a spine specialist should see the patient",
        )

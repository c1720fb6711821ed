"""Who is outside the guideline: valid input that must not be answered."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from pydantic import Field

from kambin.case import FactRow, facts_in_conditions
from kambin.errors import OutOfScope
from kambin.guideline.compiling import compile_truths
from kambin.guideline.conditions import Condition
from kambin.guideline.documents import read_document
from kambin.guideline.loading import ROOT, parse_at
from kambin.guideline.specs import ArgumentId, Spec, check

__all__ = ["Limit", "limits", "require_in_scope"]


class Limit(NamedTuple):
    """One border of the scope."""

    id: str
    condition: Condition
    say: str
    cite: tuple[str, ...]


class _LimitSpec(Spec):
    id: ArgumentId
    when: str
    say: str
    cite: tuple[str, ...] = Field(min_length=1)


class _ScopeFile(Spec):
    outside: tuple[_LimitSpec, ...]


@cache
def limits() -> tuple[Limit, ...]:
    """The borders of the scope, as data with their sources."""
    file = ROOT / "scope.yaml"
    return tuple(
        Limit(
            item.id,
            parse_at(item.when, facts_in_conditions(), {}, f"{file.name}:{item.line}", item.id),
            item.say,
            item.cite,
        )
        for item in check(_ScopeFile, read_document(file), file.name).outside
    )


def require_in_scope(row: FactRow) -> None:
    """Refuse a patient who is outside the guideline; an unknown fact refuses nobody.

    Parameters
    ----------
    row : mapping

    Raises
    ------
    OutOfScope
        With every reason and its source.
    """
    truths = compile_truths([limit.condition for limit in limits()])(row)
    outside = [limit for limit, truth in zip(limits(), truths, strict=True) if truth is True]
    if outside:
        raise OutOfScope(
            " ".join(limit.say for limit in outside),
            why="source: " + ", ".join(f"{limit.id} ({', '.join(limit.cite)})" for limit in outside),
            now="no recommendation is given; a spine specialist should see the patient",
        )

"""Whom a decision may rightly leave without an answer: data with a reason, checked like everything else."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import Field

from kambin.errors import IntegrityError
from kambin.guideline import building, loading
from kambin.guideline.conditions import Condition
from kambin.guideline.documents import read_document
from kambin.guideline.knowledge import Knowledge
from kambin.guideline.specs import Spec, check

__all__ = ["FILE", "Unserved", "read_unserved"]

FILE = "may_be_none.yaml"


class Unserved(NamedTuple):
    """Patients whom a decision may leave without an answer; `condition` is None where that is anybody."""

    decision: str
    condition: Condition | None
    when: str
    reason: str
    where: str


class _UnservedSpec(Spec):
    decision: str
    when: str = ""
    reason: str = Field(min_length=20)


class _UnservedFile(Spec):
    may_be_none: tuple[_UnservedSpec, ...]


def read_unserved(knowledge: Knowledge) -> tuple[Unserved, ...]:
    """Read the data file; nobody is exempt where there is none.

    Parameters
    ----------
    knowledge : Knowledge

    Returns
    -------
    tuple of Unserved

    Raises
    ------
    IntegrityError
        When an entry names a decision or a fact that is not there.
    """
    path = loading.ROOT / FILE
    if not path.exists():
        return ()
    found = []
    for item in check(_UnservedFile, read_document(path), FILE).may_be_none:
        where = f"{FILE}:{item.line}"
        if item.decision not in knowledge.decisions:
            raise IntegrityError(f"no decision {item.decision!r}", where=where)
        condition = None
        if item.when:
            condition = building.parse_at(item.when, knowledge.facts, {}, where, item.decision)
        found.append(Unserved(item.decision, condition, item.when, item.reason, where))
    return tuple(found)

"""The findings of the discs: what the clinician wrote, filled in with what was measured on a scan.

A measured finding names its level and side. It fills what the record of that disc leaves open, never what it
says; where the case has no record of the disc, it makes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from kambin.case.fact import FactValue
from kambin.case.measured import MeasuredFact
from kambin.case.model import Case
from kambin.case.sections.discs import DiscFinding

__all__ = ["disc_findings", "field_of", "stated_finding"]


@cache
def field_of(name: str) -> str | None:
    """Field of a disc record that a fact reads, for example ``type`` for ``disc_type``; None for others."""
    field = name.removeprefix("disc_")
    return field if field != name and field in DiscFinding.model_fields else None


def disc_findings(case: Case) -> tuple[DiscFinding, ...]:
    """Every disc record, filled in with what was measured.

    Parameters
    ----------
    case : Case

    Returns
    -------
    tuple of DiscFinding
        The case's own records in their order, then the discs of which only measurements tell.
    """
    measured = [item for item in case.measured if item.level is not None and field_of(item.name)]
    if not measured:
        return case.imaging.discs
    records = list(case.imaging.discs)
    for item in measured:
        at = _record_of(records, item)
        if at is None:
            records.append(DiscFinding(level=item.level, side=item.side))  # type: ignore[arg-type]
            at = len(records) - 1
        records[at] = _filled(records[at], item)
    return tuple(records)


def stated_finding(case: Case, item: MeasuredFact | DiscFinding) -> DiscFinding | None:
    """The clinician's own record of the disc that a measurement or a filled-in record is about."""
    at = _record_of(case.imaging.discs, item)
    return None if at is None else case.imaging.discs[at]


def _record_of(records: Sequence[DiscFinding], item: MeasuredFact | DiscFinding) -> int | None:
    """Index of the record of the same level and side; one whose side is not known may be the same disc."""
    same = [index for index, record in enumerate(records) if record.level == item.level]
    exact = [index for index in same if records[index].side == item.side]
    if exact:
        return exact[0]
    open_side = [index for index in same if records[index].side is None or item.side is None]
    return open_side[0] if len(open_side) == 1 else None


def _filled(record: DiscFinding, item: MeasuredFact) -> DiscFinding:
    field = field_of(item.name)
    update: dict[str, FactValue] = {}
    if record.side is None and item.side is not None:
        update["side"] = item.side
    if field is not None and getattr(record, field) is None:
        update[field] = item.value
    return record.model_copy(update=update) if update else record

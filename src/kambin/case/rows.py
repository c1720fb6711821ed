"""From a case to the row of facts that conditions read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter

from kambin.case.derive import DERIVED
from kambin.case.fact import FactValue
from kambin.case.findings import stated_finding
from kambin.case.measured import Disagreement, MeasuredFact
from kambin.case.model import Case
from kambin.case.registry import facts
from kambin.case.sections.discs import DiscFinding

__all__ = ["disagreements", "fact_row"]

_SEARCHED = ("red_flags", "signs", "comorbidity")  # sections whose `complete` makes an unwritten yes/no a no


@cache
def _patient_getters() -> tuple[tuple[str, str, str, bool, Callable[[Case], FactValue]], ...]:
    return tuple(
        (item.name, item.path, item.path.split(".")[0], item.kind == "bool", attrgetter(item.path))
        for item in facts().values()
        if item.scope == "patient"
    )


@cache
def _disc_getters() -> tuple[tuple[str, str], ...]:
    return tuple(
        (item.name, item.name.removeprefix("disc_")) for item in facts().values() if item.scope == "disc"
    )


def fact_row(
    case: Case, disc: DiscFinding | None = None, more: Mapping[str, FactValue] | None = None
) -> dict[str, FactValue]:
    """The facts of one patient, by name; None is unknown.

    What the clinician wrote stands before what was measured. A yes/no that is not written down reads as no
    only in a section that is marked complete and only when the file gives no reason for its absence.

    Parameters
    ----------
    case : Case
    disc : DiscFinding, optional
        The problem disc's findings, as `locate` found it: measured findings of that disc are in it.
    more : mapping, optional
        Facts of other rooms (diagnosis, earlier decisions); they win.

    Returns
    -------
    dict of str to bool, int, float, str or None
    """
    searched = {section for section in _SEARCHED if getattr(case, section).complete}
    measured = {item.name: item.value for item in case.measured if item.level is None}
    row: dict[str, FactValue] = {}
    for name, path, section, is_bool, get in _patient_getters():
        value = get(case)
        if value is None:
            value = measured.get(name)
            if value is None and is_bool and section in searched and path not in case.absent:
                value = False
        row[name] = value
    for name, field in _disc_getters():
        stated = None if disc is None else getattr(disc, field)
        row[name] = measured.get(name) if stated is None else stated
    for derived in DERIVED:
        row[derived.fact.name] = derived.compute(case, disc)
    row["problem_disc_probability"] = row["signs_match_scan"] = None
    if more:
        row.update(more)
    return row


def _agree(stated: FactValue, measured: MeasuredFact) -> bool:
    if (
        isinstance(stated, (int, float))
        and not isinstance(stated, bool)
        and isinstance(measured.value, (int, float))
    ):
        return abs(stated - measured.value) <= (measured.uncertainty or 0.0)
    return stated == measured.value


def disagreements(case: Case, disc: DiscFinding | None = None) -> tuple[Disagreement, ...]:
    """Measured facts that differ, beyond their uncertainty, from what the clinician wrote.

    Parameters
    ----------
    case : Case
    disc : DiscFinding, optional
        The problem disc's findings; without it, findings measured of the problem disc without its level are
        not compared.

    Returns
    -------
    tuple of Disagreement
        The clinician's word stands; these are shown.
    """
    paths = {item.name: item.path for item in facts().values() if item.scope == "patient"}
    of_disc = dict(_disc_getters())
    found = []
    for item in case.measured:
        stated = attrgetter(paths[item.name])(case) if item.name in paths else None
        about = item if item.level is not None else disc
        record = None if about is None else stated_finding(case, about)
        if item.name in of_disc and record is not None:
            stated = getattr(record, of_disc[item.name])
        if stated is not None and not _agree(stated, item):
            found.append(Disagreement(name=item.name, stated=stated, measured=item))
    return tuple(found)

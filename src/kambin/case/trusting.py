"""The case as it reads when the scan is believed before the clinician's word, which has to be asked for."""

from __future__ import annotations

from typing import Any

from kambin.case.findings import field_of, stated_finding
from kambin.case.model import Case
from kambin.case.registry import facts
from kambin.case.rows import disagreements
from kambin.case.sections.discs import DiscFinding

__all__ = ["trusting"]


def trusting(case: Case, disc: DiscFinding | None = None) -> Case:
    """Copy of the case in which what a measurement contradicts is unknown, so that the measurement stands.

    Parameters
    ----------
    case : Case
        With its measured facts.
    disc : DiscFinding, optional
        The problem disc's findings, for measurements that name no disc.

    Returns
    -------
    Case
        The same case where nothing disagrees.
    """
    for item in disagreements(case, disc):
        field = field_of(item.name)
        about = item.measured if item.measured.level is not None else disc
        record = stated_finding(case, about) if field is not None and about is not None else None
        if record is not None and field is not None:
            discs = tuple(
                each.model_copy(update={field: None}) if each is record else each
                for each in case.imaging.discs
            )
            case = _with(case, "imaging", {"discs": discs})
        else:
            section, name = facts()[item.name].path.split(".", 1)
            case = _with(case, section, {name: None})
    return case


def _with(case: Case, section: str, update: dict[str, Any]) -> Case:
    changed = getattr(case, section).model_copy(update=update)
    return case.model_copy(update={section: changed})

"""What was measured of herniated discs, as disc findings of the case.

Each becomes a record of one level and side whose facts carry the names of the case's disc findings. A word
that could not be decided is left out: what is not measured stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from kambin.anatomy.geometry import HerniatedDisc
from kambin.anatomy.model import Spine
from kambin.anatomy.neural import calcified
from kambin.case.measured import MeasuredFact

__all__ = ["MeasuredDisc", "facts_of_herniation", "herniation_facts"]

METHOD = "measured on the label of the herniated material in the frame of its disc"


@dataclass(frozen=True, slots=True)
class MeasuredDisc:
    """The measured findings of one disc.

    Attributes
    ----------
    level : str
        For example L4-L5.
    side : str
        ``left``, ``right`` or ``midline``.
    facts : tuple of MeasuredFact
        Named after the fields of a disc finding: type, zone, migration, migration_grade,
        canal_compromise_percent, calcified.
    """

    level: str
    side: str
    facts: tuple[MeasuredFact, ...]


def herniation_facts(spine: Spine) -> tuple[MeasuredDisc, ...]:
    """The measured disc findings of a spine.

    Parameters
    ----------
    spine : Spine

    Returns
    -------
    tuple of MeasuredDisc
        Empty where the map holds no herniation: that is not a finding of its absence.
    """
    return () if spine.model is None else tuple(facts_of_herniation(item) for item in spine.model.herniations)


def facts_of_herniation(found: HerniatedDisc) -> MeasuredDisc:
    """The measured findings of one herniation."""
    measures = found.measures
    compromise = measures.get("canal_compromise_percent")
    values: dict[str, tuple[bool | float | str | None, str, float | None]] = {
        "type": (measures.get("type"), "", None),
        "zone": (found.zone or None, "", None),
        "migration": (measures.get("migration"), "", None),
        "migration_grade": (measures.get("migration_grade"), "", None),
        "canal_compromise_percent": (None if compromise is None else round(compromise, 1), "%", 5.0),
        "calcified": (calcified(found), "", None),
    }
    used = (found.region.name or "herniation", f"disc_{found.level}")
    facts = tuple(
        MeasuredFact(name=name, value=value, unit=unit, uncertainty=unsure, method=METHOD, structures=used)
        for name, (value, unit, unsure) in values.items()
        if value is not None
    )
    return MeasuredDisc(found.level, found.side, facts)

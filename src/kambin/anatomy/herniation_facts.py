"""What was measured of herniated discs, as disc findings of the case.

Each fact carries the name of the case's fact (`disc_…`) and the level and side of its disc. A word that could
not be decided is left out: what is not measured stays unknown.
"""

from __future__ import annotations

from kambin.anatomy.geometry import HerniatedDisc
from kambin.anatomy.model import Spine
from kambin.anatomy.neural import calcified
from kambin.case.measured import MeasuredFact
from kambin.case.words import LEVELS

__all__ = ["facts_of_herniation", "herniation_facts"]

METHOD = "measured on the label of the herniated material in the frame of its disc"


def herniation_facts(spine: Spine) -> tuple[MeasuredFact, ...]:
    """The measured disc findings of a spine.

    Parameters
    ----------
    spine : Spine

    Returns
    -------
    tuple of MeasuredFact
        Disc after disc, of the levels that a case knows. Empty where the map holds no herniation: that is
        not a finding of its absence.
    """
    if spine.model is None:
        return ()
    known = (item for item in spine.model.herniations if item.level in LEVELS)
    return tuple(fact for item in known for fact in facts_of_herniation(item))


def facts_of_herniation(found: HerniatedDisc) -> tuple[MeasuredFact, ...]:
    """The measured findings of one herniation: type, zone, migration and its grade, compromise, calcium.

    Parameters
    ----------
    found : HerniatedDisc

    Returns
    -------
    tuple of MeasuredFact
    """
    measures = found.measures
    compromise = measures.get("canal_compromise_percent")
    values: dict[str, tuple[bool | float | str | None, str, float | None]] = {
        "disc_type": (measures.get("type"), "", None),
        "disc_zone": (found.zone or None, "", None),
        "disc_migration": (measures.get("migration"), "", None),
        "disc_migration_grade": (measures.get("migration_grade"), "", None),
        "disc_canal_compromise_percent": (None if compromise is None else round(compromise, 1), "%", 5.0),
        "disc_calcified": (calcified(found), "", None),
    }
    used = (found.region.name or "herniation", f"disc_{found.level}")
    return tuple(
        MeasuredFact.model_validate(
            {
                "name": name,
                "value": value,
                "unit": unit,
                "uncertainty": unsure,
                "method": METHOD,
                "structures": used,
                "level": found.level,
                "side": found.side,
            }
        )
        for name, (value, unit, unsure) in values.items()
        if value is not None
    )

"""Derived facts that come from body, history, care and imaging, with unknown kept unknown."""

from __future__ import annotations

from collections.abc import Callable

from kambin.case.examination import any_true
from kambin.case.fact import FactValue
from kambin.case.findings import disc_findings
from kambin.case.model import Case
from kambin.case.sections.discs import DiscFinding

__all__ = ["BMI_LIMITS", "MONTHS_LIMIT", "Compute", "measured_or_stated"]

Compute = Callable[[Case, DiscFinding | None], FactValue]

DAYS_PER_MONTH = 30.4375
MONTHS_LIMIT = 1200
BMI_LIMITS = (5.0, 150.0)  # kg/m2; beyond these a height or a weight is mistyped


def bmi(case: Case, _: DiscFinding | None) -> float | None:
    """Body mass index in kg/m2; unknown where height and weight can not both be right."""
    height, weight = case.patient.height_cm, case.patient.weight_kg
    if height is None or weight is None:
        return None
    value = round(weight / (height / 100) ** 2, 1)
    return value if BMI_LIMITS[0] <= value <= BMI_LIMITS[1] else None


def bilateral_leg_pain(case: Case, _: DiscFinding | None) -> bool | None:
    """Whether both legs hurt."""
    side = case.symptoms.leg_pain_side
    return None if side is None else side == "both"


def tried(kind: str) -> Compute:
    """Whether one kind of care was tried; no only where the list is complete."""

    def compute(case: Case, _: DiscFinding | None) -> bool | None:
        """Whether this kind is in the list; None while the list may go on."""
        if any(item.kind == kind for item in case.care.tried):
            return True
        return False if case.care.tried_complete else None

    return compute


def operated(case: Case, _: DiscFinding | None) -> bool | None:
    """Whether there was any lumbar operation."""
    if case.history.operations:
        return True
    return False if case.history.operations_complete else None


def operated_same_level(case: Case, disc: DiscFinding | None) -> bool | None:
    """Whether the problem disc was operated before."""
    operations = case.history.operations
    if not operations:
        return False if case.history.operations_complete else None
    if disc is None:
        return None
    found = any_true(None if item.level is None else item.level == disc.level for item in operations)
    return found if found or case.history.operations_complete else None


def months_since_operation(case: Case, _: DiscFinding | None) -> float | None:
    """Months from the last operation to the assessment.

    Unknown unless every operation is listed with its date: one that is not listed may be the last.
    """
    if case.assessed_on is None or not case.history.operations_complete:
        return None
    days = [item.on for item in case.history.operations]
    known = [day for day in days if day is not None]
    if not known or len(known) < len(days):
        return None
    months = round((case.assessed_on - max(known)).days / DAYS_PER_MONTH, 1)
    return months if 0 <= months <= MONTHS_LIMIT else None


def contained(_: Case, disc: DiscFinding | None) -> bool | None:
    """Whether the problem disc bulges or protrudes; unknown for a disc that is not herniated."""
    if disc is None or disc.type in (None, "none"):
        return None
    return disc.type in ("bulge", "protrusion")


def herniated_levels(case: Case, _: DiscFinding | None) -> int | None:
    """Number of levels with a herniation; a bulge is none (X06)."""
    discs = disc_findings(case)
    if not case.imaging.discs_complete or any(item.type is None for item in discs):
        return None
    return len({item.level for item in discs if item.type not in ("none", "bulge")})


def bulge_compresses_root(case: Case, _: DiscFinding | None) -> bool | None:
    """Whether a bulge compresses a root at any level; a bulge is no herniation (X06) but can do that."""
    found = [_presses(record) for record in disc_findings(case)]
    if any(found):
        return True
    return None if None in found or not case.imaging.discs_complete else False


def _presses(record: DiscFinding) -> bool | None:
    """Whether a record is of a bulge on a compressed root; unknown where its type or the root is."""
    if record.type not in (None, "bulge") or record.root_compressed is False:
        return False
    return None if record.type is None else record.root_compressed


def crest_height_mm(case: Case, disc: DiscFinding | None) -> float | None:
    """Iliac crest above the L4-L5 disc, in mm, on the side of the herniation, else of the painful leg.

    For the midline or both legs it is the higher of the two. Where the side is unknown, so is the height,
    unless both crests are equally high.
    """
    left = measured_or_stated(case, "crest_above_l45_left_mm")
    right = measured_or_stated(case, "crest_above_l45_right_mm")
    side: str | None = case.symptoms.leg_pain_side if disc is None else disc.side
    if side == "midline":
        side = case.symptoms.leg_pain_side
    if side in ("left", "right"):
        return left if side == "left" else right
    if left is None or right is None:
        return None
    return max(left, right) if side is not None or left == right else None


def crest_high(case: Case, disc: DiscFinding | None) -> bool | None:
    """Whether the iliac crest lies above the lower half of the L5 pedicle, by what a film or a scan says.

    That is the rule for a hard way from the side to L5-S1 (A09). Grade II begins at the upper edge of that
    pedicle (A10), and a crest above the L4-L5 disc lies above the whole pedicle (anatomy). Grade I or a crest
    below the disc does not tell: the lower half of the pedicle lies further down.
    """
    imaging = case.imaging
    height = crest_height_mm(case, disc)
    grade = imaging.crest_grade
    above = any_true(
        [imaging.crest_above_mid_l5_pedicle, grade in ("II", "III"), height is not None and height > 0]
    )
    return True if above else imaging.crest_above_mid_l5_pedicle


def measured_or_stated(case: Case, name: str) -> float | None:
    """Number of the imaging section: what the clinician wrote, else what was measured on a scan.

    Parameters
    ----------
    case : Case
    name : str
        Field of :class:`kambin.case.sections.imaging.Imaging`.

    Returns
    -------
    float or None
        In the unit of the fact.
    """
    stated: float | None = getattr(case.imaging, name)
    if stated is not None:
        return stated
    for item in case.measured:
        if item.name == name and isinstance(item.value, (int, float)) and not isinstance(item.value, bool):
            return float(item.value)
    return None

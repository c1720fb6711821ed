"""What can not all be true of one patient at one time.

Only what is impossible is named here, not what is unusual: a false alarm would teach people to write less.
Each problem names the field that is most probably mistyped, and the hint says what it contradicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

from kambin.case import computed
from kambin.case.examination import SLR_POSITIVE_BELOW_DEG
from kambin.case.fact import Fact, Range
from kambin.case.findings import field_of
from kambin.case.measured import MeasuredFact
from kambin.case.model import Case
from kambin.case.paths import dotted
from kambin.case.registry import facts
from kambin.case.sections.discs import DiscFinding
from kambin.case.shapes import domain_words
from kambin.case.words import SIDES
from kambin.errors import Problem

__all__ = ["Contradiction", "contradictions", "measurable"]

Contradiction: TypeAlias = tuple[tuple[str | int, ...], Problem]
"""Where, and what."""

_Found: TypeAlias = Iterator[Contradiction]

IMAGED = (
    3  # cost from which on a fact is learnt from a scan; what is asked or examined can not be measured on one
)
WEEKS_PER_YEAR = 52.18
DAYS_PER_YEAR = 365.25


def _no(at: tuple[str | int, ...], value: Any, expected: str, hint: str) -> Contradiction:
    return at, Problem(
        dotted(at), value if isinstance(value, (bool, int, float)) else str(value), expected, hint
    )


def _signs(case: Case) -> _Found:
    for side in SIDES:
        signs = getattr(case.signs, side)
        below = signs.slr_deg is not None and signs.slr_deg < SLR_POSITIVE_BELOW_DEG
        if signs.slr_positive is False and below:
            yield _no(
                ("signs", str(side), "slr_positive"),
                False,
                "true, or no angle",
                f"signs.{side}.slr_deg says that raising the leg to {signs.slr_deg} degrees brings the pain",
            )


def _pain(case: Case) -> _Found:
    symptoms = case.symptoms
    side = symptoms.leg_pain_side
    if side == "none" and (symptoms.leg_pain_nrs or 0) > 0:
        yield _no(("symptoms", "leg_pain_nrs"), symptoms.leg_pain_nrs, "0", "leg_pain_side is none")
    if side == "none" and symptoms.radicular_pain:
        yield _no(("symptoms", "radicular_pain"), True, "false", "leg_pain_side is none")
    for leg in SIDES:
        area = getattr(symptoms, f"pain_area_{leg}")
        if area is None or side is None:
            continue
        hurts = side in (leg, "both")
        if hurts != (area != "none"):
            wanted = "an area, or nothing" if hurts else "none"
            yield _no(("symptoms", f"pain_area_{leg}"), area, wanted, f"leg_pain_side is {side}")


def _red_flags(case: Case) -> _Found:
    flags = case.red_flags
    if flags.urinary_retention and flags.bladder_dysfunction is False:
        yield _no(("red_flags", "bladder_dysfunction"), False, "true", "urinary_retention is true")


def _wishes(case: Case) -> _Found:
    wishes = case.preferences
    if wishes.requests_surgery and wishes.declines_surgery:
        yield _no(("preferences", "declines_surgery"), True, "false", "requests_surgery is true")


def _body(case: Case) -> _Found:
    height, weight = case.patient.height_cm, case.patient.weight_kg
    if height is not None and weight is not None and computed.bmi(case, None) is None:
        low, high = computed.BMI_LIMITS
        hint = f"with height_cm {height:g} the body mass index is not within {low:g} to {high:g}; kg and cm?"
        yield _no(("patient", "weight_kg"), weight, "a weight that fits the height", hint)
    age, weeks = case.patient.age_years, case.symptoms.symptom_weeks
    if age is not None and weeks is not None and weeks > (age + 1) * WEEKS_PER_YEAR:
        hint = f"patient.age_years is {age}"
        yield _no(("symptoms", "symptom_weeks"), weeks, "weeks within the patient's life", hint)


def _operation_dates(case: Case) -> _Found:
    day, age = case.assessed_on, case.patient.age_years
    for number, operation in enumerate(case.history.operations):
        at = ("history", "operations", number, "on")
        if operation.on is None or day is None:
            continue
        if operation.on > day:
            yield _no(at, operation.on, "a day before the assessment", f"assessed_on is {day}")
        elif age is not None and (day - operation.on).days > (age + 1) * DAYS_PER_YEAR:
            yield _no(at, operation.on, "a day in the patient's life", f"patient.age_years is {age}")


_AFTER_OPERATION = (
    "pain_free_weeks",
    "symptoms_returned",
    "mri_since_operation",
    "herniation_same_segment",
    "herniation_other_segment",
)


def _after_operation(case: Case) -> _Found:
    history = case.history
    if history.operations_complete and not history.operations:
        for name in _AFTER_OPERATION:
            value = getattr(history, name)
            if value is not None and value is not False:
                hint = "operations_complete with no operation says that there was none"
                yield _no(("history", name), value, "nothing", hint)
    for name in ("herniation_same_segment", "herniation_other_segment"):
        if history.mri_since_operation is False and getattr(history, name) is not None:
            yield _no(("history", name), getattr(history, name), "nothing", "mri_since_operation is false")
    months = computed.months_since_operation(case, None)
    if months is not None and history.pain_free_weeks is not None:
        weeks = months * computed.DAYS_PER_MONTH / 7 + 1  # a week of grace: both are rounded
        if history.pain_free_weeks > weeks:
            hint = f"the last operation was {months:g} months before assessed_on"
            yield _no(("history", "pain_free_weeks"), history.pain_free_weeks, f"at most {weeks:.0f}", hint)


def _scans(case: Case) -> _Found:
    imaging = case.imaging
    if imaging.mri_done is False and imaging.mri_age_weeks is not None:
        yield _no(("imaging", "mri_age_weeks"), imaging.mri_age_weeks, "nothing", "mri_done is false")
    if imaging.mri_done is False and case.history.mri_since_operation:
        yield _no(("history", "mri_since_operation"), True, "false", "imaging.mri_done is false")
    if imaging.crest_grade in ("II", "III") and imaging.crest_above_mid_l5_pedicle is False:
        hint = f"crest_grade {imaging.crest_grade} lies above the whole L5 pedicle"
        yield _no(("imaging", "crest_above_mid_l5_pedicle"), False, "true", hint)
    for side in SIDES:
        height = getattr(imaging, f"crest_above_l45_{side}_mm")
        if height is not None and height > 0 and imaging.crest_above_mid_l5_pedicle is False:
            hint = "crest_above_mid_l5_pedicle is false, and the L4-L5 disc lies above that pedicle"
            yield _no(("imaging", f"crest_above_l45_{side}_mm"), height, "0 or less", hint)


_OF_HERNIATION = (
    "zone",
    "migration",
    "migration_grade",
    "canal_compromise_percent",
    "root_compressed",
    "calcified",
    "annular_defect_mm",
)


def _of_no_herniation(disc: DiscFinding) -> Iterator[tuple[str, Any]]:
    for name in _OF_HERNIATION:
        value = getattr(disc, name)
        if value not in (None, False, 0, "none"):
            yield name, value


def _disc(at: tuple[str | int, ...], disc: DiscFinding) -> _Found:
    if disc.type == "none":
        for name, value in _of_no_herniation(disc):
            yield _no((*at, name), value, "nothing", "type is none: there is no herniation here")
        return
    moved = disc.migration in ("up", "down")
    if disc.type == "bulge" and moved:
        yield _no((*at, "migration"), disc.migration, "none", "a bulge does not migrate")
    graded = disc.migration_grade is not None and disc.migration_grade != "none"
    if (moved and disc.migration_grade == "none") or (disc.migration == "none" and graded):
        hint = f"migration is {disc.migration}"
        yield _no((*at, "migration_grade"), disc.migration_grade, "a grade that fits the migration", hint)
    if disc.side == "midline" and disc.zone in ("subarticular", "foraminal", "extraforaminal"):
        yield _no((*at, "side"), "midline", "left or right", f"zone is {disc.zone}")


def _discs(case: Case) -> _Found:
    seen: set[tuple[str, str | None]] = set()
    for number, disc in enumerate(case.imaging.discs):
        at = ("imaging", "discs", number)
        yield from _disc(at, disc)
        if (disc.level, disc.side) in seen:
            hint = "an earlier record has the same level and side"
            yield _no((*at, "side"), disc.side or "no side", "one record per level and side", hint)
        seen.add((disc.level, disc.side))


def _care(case: Case) -> _Found:
    seen: set[str] = set()
    for number, item in enumerate(case.care.tried):
        if item.kind in seen:
            hint = "an earlier record is of the same kind; add up the weeks"
            yield _no(("care", "tried", number, "kind"), item.kind, "each kind once", hint)
        seen.add(item.kind)


def _whole_lists(case: Case) -> _Found:
    for section, name in (("care", "tried"), ("history", "operations"), ("imaging", "discs")):
        whole = getattr(getattr(case, section), f"{name}_complete")
        if whole and f"{section}.{name}" in case.absent:
            hint = f"{name} itself is unknown; write [] if there is none"
            yield _no((section, f"{name}_complete"), True, "false", hint)


@cache
def measurable() -> Mapping[str, Fact]:
    """The facts that can be measured on a scan, by name.

    Returns
    -------
    mapping of str to Fact
        Of the patient and of the problem disc, as far as only imaging or an operation shows them.
    """
    found = {
        name: fact
        for name, fact in facts().items()
        if fact.scope in ("patient", "disc") and fact.cost >= IMAGED
    }
    return MappingProxyType(found)


def _fits(fact: Fact, value: Any) -> bool:
    if fact.kind == "bool":
        return isinstance(value, bool)
    if isinstance(fact.domain, Range):
        number = isinstance(value, int if fact.kind == "int" else (int, float)) and not isinstance(
            value, bool
        )
        return number and fact.domain.low <= value <= fact.domain.high
    return isinstance(value, str) and value in (fact.domain or ())


def _measured(case: Case) -> _Found:
    seen: set[tuple[str, str | None, str | None]] = set()
    for number, item in enumerate(case.measured):
        at = ("measured", number)
        if item.key in seen:
            yield _no((*at, "name"), item.name, "each fact once, of each disc", "it is measured above")
        seen.add(item.key)
        yield from _measurement(at, item)


def _measurement(at: tuple[str | int, ...], item: MeasuredFact) -> _Found:
    fact = measurable().get(item.name)
    if fact is None:
        known = item.name in facts()
        hint = "it is asked, examined or worked out" if known else "`kambin case facts` lists every fact"
        yield _no((*at, "name"), item.name, "the name of a fact that a scan can show", hint)
        return
    if not _fits(fact, item.value):
        yield _no((*at, "value"), item.value, domain_words(fact.kind, fact.domain, fact.unit), fact.question)
    if field_of(item.name) is None:
        for name in ("level", "side"):
            if getattr(item, name) is not None:
                yield _no((*at, name), getattr(item, name), "nothing", f"{item.name} is of the patient")
    elif item.side is not None and item.level is None:
        yield _no((*at, "level"), None, "the level too", "a side alone names no disc")
    if item.unit not in ("", fact.unit):
        yield _no((*at, "unit"), item.unit, fact.unit or "no unit", f"the unit of {fact.name}")


_CHECKS: tuple[Callable[[Case], _Found], ...] = (
    _body,
    _pain,
    _signs,
    _red_flags,
    _care,
    _operation_dates,
    _after_operation,
    _scans,
    _discs,
    _wishes,
    _measured,
    _whole_lists,
)


def contradictions(case: Case) -> list[Contradiction]:
    """Everything in a case that can not be.

    Parameters
    ----------
    case : Case

    Returns
    -------
    list of tuple
        Where, as steps from the top of the case, and the problem; empty for a case that can be.
    """
    return [found for check in _CHECKS for found in check(case)]

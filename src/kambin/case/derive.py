"""Facts that follow from other facts, each with everything it is computed from."""

from __future__ import annotations

from dataclasses import dataclass

from kambin.case import computed
from kambin.case.computed import Compute
from kambin.case.examination import (
    SEVERE_MRC,
    any_true,
    both_true,
    either_side,
    powers,
    reduced,
    side_signs,
    sign,
    slr,
)
from kambin.case.fact import Cost, Fact, Kind, Range
from kambin.case.model import Case
from kambin.case.sections.discs import DiscFinding
from kambin.case.sections.signs import KEY_MUSCLES, REFLEXES, SENSORY_AREAS
from kambin.case.words import SIDES

__all__ = ["DERIVED", "Derived", "any_true", "sign", "slr"]


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived fact and its computation from the case and the problem disc's findings."""

    fact: Fact
    compute: Compute


def _severe_weakness(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(
        None if power is None else power <= SEVERE_MRC for side in SIDES for power in powers(case, side)
    )


def _motor_deficit(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(None if power is None else power < 5 for side in SIDES for power in powers(case, side))


def _sensory_deficit(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(value for side in SIDES for value in reduced(case, side, SENSORY_AREAS))


def _reflex_deficit(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(value for side in SIDES for value in reduced(case, side, REFLEXES))


def _slr_positive(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(slr(case, side) for side in SIDES)


def _root_signs(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(side_signs(case, side) for side in SIDES)


def _bilateral_signs(case: Case, _: DiscFinding | None) -> bool | None:
    return both_true(side_signs(case, "left"), side_signs(case, "right"))


def _fact(
    kind: Kind,
    name: str,
    question: str,
    inputs: tuple[str, ...],
    cost: Cost,
    *,
    unit: str = "",
    domain: Range | None = None,
    codes: str = "",
) -> Fact:
    return Fact(name, kind, unit, domain, question, codes, cost, False, "derived", inputs[0], inputs)


def _yes_no(
    name: str, question: str, inputs: tuple[str, ...], compute: Compute, *, cost: Cost = 0, codes: str = ""
) -> Derived:
    return Derived(_fact("bool", name, question, inputs, cost, codes=codes), compute)


def _either_leg(name: str, question: str) -> Derived:
    inputs = (f"signs.{{side}}.{name}", "signs.complete")
    return _yes_no(name, question, inputs, lambda case, _: either_side(case, name), cost=1)


def _of_legs(*names: str) -> tuple[str, ...]:
    return (*(f"signs.{{side}}.{name}" for name in names), "signs.complete")


_SLR = ("slr_positive", "slr_deg")
_TENSION = (*_SLR, "crossed_slr_positive", "femoral_stretch_positive", "crossed_femoral_stretch_positive")
_ROOT = _of_legs(*_TENSION, *KEY_MUSCLES, *REFLEXES, *SENSORY_AREAS)
_CARE = ("care.tried", "care.tried_complete")
_OPERATIONS = ("history.operations", "history.operations_complete")
_CREST = (
    "imaging.crest_above_l45_left_mm",
    "imaging.crest_above_l45_right_mm",
    "imaging.discs[].side",
    "symptoms.leg_pain_side",
)


def _signs() -> tuple[Derived, ...]:
    return (
        _yes_no(
            "slr_positive",
            "Is the straight leg raise positive?",
            _of_legs(*_SLR),
            _slr_positive,
            cost=1,
            codes="observations.slr_test",
        ),
        _either_leg("crossed_slr_positive", "Is the crossed straight leg raise positive?"),
        _either_leg("femoral_stretch_positive", "Is the femoral stretch positive?"),
        _yes_no(
            "severe_weakness",
            f"Is any key muscle at MRC grade {SEVERE_MRC} or less?",
            _of_legs(*KEY_MUSCLES),
            _severe_weakness,
            cost=1,
            codes="observations.motor_mrc",
        ),
        _yes_no("motor_deficit", "Is any key muscle weak?", _of_legs(*KEY_MUSCLES), _motor_deficit, cost=1),
        _yes_no(
            "sensory_deficit",
            "Is sensation reduced anywhere in the legs?",
            _of_legs(*SENSORY_AREAS),
            _sensory_deficit,
            cost=1,
        ),
        _yes_no(
            "reflex_deficit",
            "Is a knee or ankle jerk reduced?",
            _of_legs(*REFLEXES),
            _reflex_deficit,
            cost=1,
        ),
        _yes_no("root_signs", "Is there any sign of nerve root compression?", _ROOT, _root_signs, cost=1),
        _yes_no(
            "bilateral_signs",
            "Are there signs of root compression on both sides?",
            _ROOT,
            _bilateral_signs,
            cost=1,
        ),
    )


def _history() -> tuple[Derived, ...]:
    months = _fact(
        "decimal",
        "months_since_operation",
        "How many months ago was the last lumbar operation?",
        (*_OPERATIONS, "assessed_on"),
        0,
        unit="mo",
        domain=Range(0, computed.MONTHS_LIMIT),
    )
    return (
        *(
            _yes_no(f"{kind}_tried", f"Has {kind.replace('_', ' ')} been tried?", _CARE, computed.tried(kind))
            for kind in ("nsaid", "physiotherapy", "epidural_steroid")
        ),
        _yes_no("operated_before", "Has the patient had a lumbar operation?", _OPERATIONS, computed.operated),
        _yes_no(
            "operated_same_level",
            "Was this disc operated before?",
            (*_OPERATIONS, "imaging.discs[].level"),
            computed.operated_same_level,
        ),
        Derived(months, computed.months_since_operation),
    )


def _imaging() -> tuple[Derived, ...]:
    levels = _fact(
        "int",
        "herniated_levels",
        "At how many levels is there a herniation?",
        ("imaging.discs", "imaging.discs_complete"),
        3,
        unit="{levels}",
        domain=Range(0, 5),
    )
    crest = _fact(
        "decimal",
        "crest_height_mm",
        "How far does the iliac crest of the painful side rise above the L4-L5 disc?",
        _CREST,
        3,
        unit="mm",
        domain=Range(-120, 120),
    )
    return (
        _yes_no(
            "disc_contained",
            "Is the herniation contained (bulge or protrusion)?",
            ("imaging.discs[].type",),
            computed.contained,
            cost=3,
        ),
        Derived(levels, computed.herniated_levels),
        _yes_no(
            "bulge_compresses_root",
            "Does a bulging disc compress a nerve root?",
            ("imaging.discs", "imaging.discs_complete"),
            computed.bulge_compresses_root,
            cost=3,
        ),
        Derived(crest, computed.crest_height_mm),
        _yes_no(
            "crest_high",
            "Is the iliac crest of the painful side high for L5-S1 (above the lower half of the L5 pedicle)?",
            ("imaging.crest_above_mid_l5_pedicle", "imaging.crest_grade", *_CREST),
            computed.crest_high,
            cost=3,
        ),
    )


def _body() -> tuple[Derived, ...]:
    bmi = _fact(
        "decimal",
        "bmi_kg_m2",
        "Body mass index?",
        ("patient.weight_kg", "patient.height_cm"),
        0,
        unit="kg/m2",
        domain=Range(*computed.BMI_LIMITS),
        codes="observations.bmi",
    )
    return (
        Derived(bmi, computed.bmi),
        _yes_no(
            "bilateral_leg_pain",
            "Do both legs hurt?",
            ("symptoms.leg_pain_side",),
            computed.bilateral_leg_pain,
        ),
    )


DERIVED: tuple[Derived, ...] = (*_body(), *_signs(), *_history(), *_imaging())

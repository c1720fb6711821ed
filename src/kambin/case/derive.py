"""Facts that follow from other facts, each with what it is computed from.

Every function keeps unknown unknown: a disjunction is true as soon as one part is true, and false only when all parts are known to be false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kambin.case.fact import Fact, FactValue, Range
from kambin.case.model import Case
from kambin.case.sections.discs import DiscFinding
from kambin.case.sections.history import Operation
from kambin.case.sections.signs import KEY_MUSCLES, REFLEXES, SENSORY_AREAS, SideSigns
from kambin.case.words import SIDES

__all__ = ["DERIVED", "Derived", "any_true", "sign", "slr"]

SLR_POSITIVE_BELOW_DEG = 60  # evidence O18: eligibility of a cohort of surgical candidates; above it the examiner has to say

DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived fact and its computation from the case and the problem disc's findings."""

    fact: Fact
    compute: Callable[[Case, DiscFinding | None], FactValue]


def any_true(values: Iterable[bool | None]) -> bool | None:
    """Kleene disjunction: true when one is true, else unknown when one is unknown, else false; unknown for no values."""
    known = list(values)
    if any(value is True for value in known):
        return True
    return None if not known or any(value is None for value in known) else False


def sign(case: Case, side: str, name: str) -> FactValue:
    """One sign of one leg; what is not written down is normal only when the examination is marked complete.

    Parameters
    ----------
    case : Case
    side : {'left', 'right'}
        The patient's side.
    name : str
        Field of :class:`SideSigns`.
    """
    value: FactValue = getattr(getattr(case.signs, side), name)
    if value is not None or not case.signs.complete or f"signs.{side}.{name}" in case.absent:
        return value
    if name in KEY_MUSCLES:
        return 5
    if name in REFLEXES or name in SENSORY_AREAS:
        return "normal"
    return None if name == "slr_deg" else False


def slr(case: Case, side: str) -> bool | None:
    """Straight leg raise of one leg: as stated, or positive when pain comes below 60 degrees (O18)."""
    stated: bool | None = getattr(case.signs, side).slr_positive
    angle: int | None = getattr(case.signs, side).slr_deg
    if stated is None and angle is not None:
        return True if angle < SLR_POSITIVE_BELOW_DEG else None
    value = sign(case, side, "slr_positive")
    return value if isinstance(value, bool) else None


def _reduced(value: FactValue) -> bool | None:
    return None if value is None else value in ("reduced", "absent")


def _weak(value: FactValue) -> bool | None:
    return None if value is None else int(value) < 5


def _sides_any(case: Case, name: str) -> bool | None:
    return any_true(sign(case, side, name) for side in SIDES)  # type: ignore[misc]


def _powers(case: Case) -> list[FactValue]:
    return [sign(case, side, muscle) for side in SIDES for muscle in KEY_MUSCLES]


def _worst_mrc(case: Case, _: DiscFinding | None) -> FactValue:
    known = [int(power) for power in _powers(case) if power is not None]
    return min(known) if known else None


def _sensory_deficit(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(_reduced(sign(case, side, area)) for side in SIDES for area in SENSORY_AREAS)


def _reflex_deficit(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(_reduced(sign(case, side, reflex)) for side in SIDES for reflex in REFLEXES)


def _motor_deficit(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(_weak(power) for power in _powers(case))


def _slr_positive(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(slr(case, side) for side in SIDES)


def _side_signs(case: Case, side: str) -> bool | None:
    tension = [slr(case, side), sign(case, side, "femoral_stretch_positive"), sign(case, side, "crossed_slr_positive")]
    deficit = [
        *(_weak(sign(case, side, muscle)) for muscle in KEY_MUSCLES),
        *(_reduced(sign(case, side, name)) for name in (*REFLEXES, *SENSORY_AREAS)),
    ]
    return any_true([*tension, *deficit])  # type: ignore[list-item]


def _root_signs(case: Case, _: DiscFinding | None) -> bool | None:
    return any_true(_side_signs(case, side) for side in SIDES)


def _bilateral_signs(case: Case, _: DiscFinding | None) -> bool | None:
    left, right = (_side_signs(case, side) for side in SIDES)
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _bilateral_leg_pain(case: Case, _: DiscFinding | None) -> bool | None:
    side = case.symptoms.leg_pain_side
    return None if side is None else side == "both"


def _bmi(case: Case, _: DiscFinding | None) -> float | None:
    height, weight = case.patient.height_cm, case.patient.weight_kg
    return None if height is None or weight is None else min(150.0, round(weight / (height / 100) ** 2, 1))


def _tried(kind: str) -> Callable[[Case, DiscFinding | None], bool | None]:
    def compute(case: Case, _: DiscFinding | None) -> bool | None:
        if any(item.kind == kind for item in case.care.tried):
            return True
        return False if case.care.tried_complete else None

    return compute


def _operated(case: Case, _: DiscFinding | None) -> bool | None:
    if case.history.operations:
        return True
    return False if case.history.operations_complete else None


def _same_level(case: Case, disc: DiscFinding | None) -> bool | None:
    operations = case.history.operations
    if not operations:
        return False if case.history.operations_complete else None
    if disc is None:
        return None
    found = any_true(None if item.level is None else item.level == disc.level for item in operations)
    return found if found or case.history.operations_complete else None


def _last_operation(case: Case) -> Operation | None:
    dated = [item for item in case.history.operations if item.on is not None]
    return max(dated, key=lambda item: str(item.on)) if dated else None


def _months_since(case: Case, _: DiscFinding | None) -> float | None:
    last = _last_operation(case)
    if last is None or last.on is None or case.assessed_on is None:
        return None
    days = (case.assessed_on - last.on).days
    return round(days / DAYS_PER_MONTH, 1) if days >= 0 else None


def _contained(_: Case, disc: DiscFinding | None) -> bool | None:
    if disc is None or disc.type in (None, "none"):
        return None
    return disc.type in ("bulge", "protrusion")


def _herniated_levels(case: Case, _: DiscFinding | None) -> int | None:
    discs = case.imaging.discs
    if not case.imaging.discs_complete or any(item.type is None for item in discs):
        return None
    return len({item.level for item in discs if item.type not in ("none", "bulge")})


def _crest_height(case: Case, disc: DiscFinding | None) -> FactValue:
    heights = {
        "left": measured_or_stated(case, "crest_above_l45_left_mm"),
        "right": measured_or_stated(case, "crest_above_l45_right_mm"),
    }
    side = disc.side if disc is not None and disc.side in heights else case.symptoms.leg_pain_side
    if side in heights:
        return heights[side]
    known = [height for height in heights.values() if height is not None]
    return max(known) if len(known) == len(heights) else None


def measured_or_stated(case: Case, name: str) -> float | None:
    """Number of the imaging section: what the clinician wrote, else what was measured on a scan."""
    stated: float | None = getattr(case.imaging, name)
    if stated is not None:
        return stated
    for item in case.measured:
        if item.name == name and isinstance(item.value, (int, float)):
            return float(item.value)
    return None


def _fact(
    name: str, kind: str, question: str, inputs: tuple[str, ...], *, unit: str = "", low: float = 0, high: float = 0
) -> Fact:
    domain = None if kind == "bool" else Range(low, high)
    cost = 1 if "signs" in name or inputs and inputs[0].startswith("signs.") else 0
    path = inputs[0] if inputs else ""
    return Fact(name, kind, unit, domain, question, "", cost, False, "derived", path, inputs)  # type: ignore[arg-type]


_SIDE_INPUTS = tuple(f"signs.{{side}}.{name}" for name in ("slr_positive", *KEY_MUSCLES, *REFLEXES, *SENSORY_AREAS))

DERIVED: tuple[Derived, ...] = (
    Derived(
        _fact(
            "bmi_kg_m2",
            "decimal",
            "Body mass index?",
            ("patient.weight_kg", "patient.height_cm"),
            unit="kg/m2",
            low=0,
            high=150,
        ),
        _bmi,
    ),
    Derived(
        _fact("bilateral_leg_pain", "bool", "Do both legs hurt?", ("symptoms.leg_pain_side",)),
        _bilateral_leg_pain,
    ),
    Derived(
        _fact("slr_positive", "bool", "Is the straight leg raise positive?", ("signs.{side}.slr_positive",)),
        _slr_positive,
    ),
    Derived(
        _fact(
            "crossed_slr_positive",
            "bool",
            "Is the crossed straight leg raise positive?",
            ("signs.{side}.crossed_slr_positive",),
        ),
        lambda case, _: _sides_any(case, "crossed_slr_positive"),
    ),
    Derived(
        _fact(
            "femoral_stretch_positive",
            "bool",
            "Is the femoral stretch positive?",
            ("signs.{side}.femoral_stretch_positive",),
        ),
        lambda case, _: _sides_any(case, "femoral_stretch_positive"),
    ),
    Derived(
        _fact(
            "worst_mrc",
            "int",
            "Power of the weakest muscle examined, MRC 0 to 5?",
            tuple(f"signs.{{side}}.{muscle}" for muscle in KEY_MUSCLES),
            unit="{score}",
            low=0,
            high=5,
        ),
        _worst_mrc,
    ),
    Derived(
        _fact(
            "motor_deficit",
            "bool",
            "Is any key muscle weak?",
            tuple(f"signs.{{side}}.{muscle}" for muscle in KEY_MUSCLES),
        ),
        _motor_deficit,
    ),
    Derived(
        _fact(
            "sensory_deficit",
            "bool",
            "Is sensation reduced anywhere in the legs?",
            tuple(f"signs.{{side}}.{area}" for area in SENSORY_AREAS),
        ),
        _sensory_deficit,
    ),
    Derived(
        _fact(
            "reflex_deficit",
            "bool",
            "Is a knee or ankle jerk reduced?",
            tuple(f"signs.{{side}}.{reflex}" for reflex in REFLEXES),
        ),
        _reflex_deficit,
    ),
    Derived(
        _fact("root_signs", "bool", "Is there any sign of nerve root compression?", _SIDE_INPUTS),
        _root_signs,
    ),
    Derived(
        _fact("bilateral_signs", "bool", "Are there signs of root compression on both sides?", _SIDE_INPUTS),
        _bilateral_signs,
    ),
    *(
        Derived(
            _fact(f"{kind}_tried", "bool", f"Has {kind.replace('_', ' ')} been tried?", ("care.tried",)),
            _tried(kind),
        )
        for kind in ("nsaid", "physiotherapy", "epidural_steroid")
    ),
    Derived(
        _fact("operated_before", "bool", "Has the patient had a lumbar operation?", ("history.operations",)),
        _operated,
    ),
    Derived(
        _fact("operated_same_level", "bool", "Was this disc operated before?", ("history.operations",)),
        _same_level,
    ),
    Derived(
        _fact(
            "months_since_operation",
            "decimal",
            "How many months ago was the last lumbar operation?",
            ("history.operations", "assessed_on"),
            unit="mo",
            low=0,
            high=1200,
        ),
        _months_since,
    ),
    Derived(
        _fact("disc_contained", "bool", "Is the herniation contained (bulge or protrusion)?", ("imaging.discs[].type",)),
        _contained,
    ),
    Derived(
        _fact(
            "herniated_levels",
            "int",
            "At how many levels is there a herniation?",
            ("imaging.discs",),
            unit="{levels}",
            low=0,
            high=5,
        ),
        _herniated_levels,
    ),
    Derived(
        _fact(
            "crest_height_mm",
            "decimal",
            "How far does the iliac crest of the painful side rise above the L4/5 disc?",
            ("imaging.crest_above_l45_left_mm", "imaging.crest_above_l45_right_mm"),
            unit="mm",
            low=-120,
            high=120,
        ),
        _crest_height,
    ),
)

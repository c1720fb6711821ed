"""What the examination says, with unknown kept unknown.

Every function here and in :mod:`kambin.case.computed` is monotone: learning what was unknown never takes back
an answer. A disjunction is true as soon as one part is true, and false only when all parts are known to be.
"""

from __future__ import annotations

from collections.abc import Iterable

from kambin.case.fact import FactValue
from kambin.case.model import Case
from kambin.case.sections.signs import KEY_MUSCLES, REFLEXES, SENSORY_AREAS
from kambin.case.words import SIDES

__all__ = [
    "SEVERE_MRC",
    "SLR_POSITIVE_BELOW_DEG",
    "any_true",
    "both_true",
    "powers",
    "reduced",
    "side_signs",
    "sign",
    "slr",
]

# evidence O18: eligibility of a cohort of surgical candidates; above it the examiner has to say
SLR_POSITIVE_BELOW_DEG = 60

# evidence O13: the grade, and what is below it, that its cohort calls a foot drop
SEVERE_MRC = 3

TENSION_SIGNS = ("femoral_stretch_positive", "crossed_slr_positive", "crossed_femoral_stretch_positive")


def any_true(values: Iterable[bool | None]) -> bool | None:
    """Kleene disjunction: true when one is true, else unknown when one is, else false.

    Parameters
    ----------
    values : iterable of bool or None

    Returns
    -------
    bool or None
        Unknown for no values: a search that looked at nothing found nothing out.
    """
    known = list(values)
    if any(value is True for value in known):
        return True
    return None if not known or any(value is None for value in known) else False


def both_true(one: bool | None, other: bool | None) -> bool | None:
    """Kleene conjunction: false when one is false, else unknown when one is, else true."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def sign(case: Case, side: str, name: str) -> FactValue:
    """One sign of one leg; what is not written down is normal only when the examination is marked complete.

    Parameters
    ----------
    case : Case
    side : {'left', 'right'}
        The patient's side.
    name : str
        Field of :class:`kambin.case.sections.signs.SideSigns`.

    Returns
    -------
    bool, int, str or None
        None is unknown. An angle is never filled in.
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
    return _yes_no(sign(case, side, "slr_positive"))


def _yes_no(value: FactValue) -> bool | None:
    return value if isinstance(value, bool) else None


def reduced(case: Case, side: str, names: Iterable[str]) -> list[bool | None]:
    """For each reflex or area of one leg, whether it is reduced or absent."""
    found = [sign(case, side, name) for name in names]
    return [None if value is None else value in ("reduced", "absent") for value in found]


def powers(case: Case, side: str) -> list[int | None]:
    """MRC power of each key muscle of one leg, 0 to 5."""
    found = [sign(case, side, muscle) for muscle in KEY_MUSCLES]
    return [None if value is None else int(value) for value in found]


def side_signs(case: Case, side: str) -> bool | None:
    """Whether one leg has any sign of root compression: tension, weakness, a reflex or sensation reduced."""
    tension = [slr(case, side), *(_yes_no(sign(case, side, name)) for name in TENSION_SIGNS)]
    weak = [None if power is None else power < 5 for power in powers(case, side)]
    return any_true([*tension, *weak, *reduced(case, side, (*REFLEXES, *SENSORY_AREAS))])


def either_side(case: Case, name: str) -> bool | None:
    """Whether a yes/no sign is positive in either leg."""
    return any_true(_yes_no(sign(case, side, name)) for side in SIDES)

"""What symptoms and signs a case holds, as outcomes of the questions that the diagnosis knows.

What is not written down is not an outcome: it neither raises nor lowers anything. What an examination that is
marked complete says about a sign that is not written down is decided in :mod:`kambin.case.derive`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kambin.case import Case, FactValue
from kambin.case.derive import sign, slr
from kambin.diagnosis.figures import Component, Figures, Question

__all__ = ["Observation", "observe"]


class Observation(NamedTuple):
    """The outcomes that a case holds.

    Attributes
    ----------
    found : tuple of (Component, value)
        What is found, with the value as written.
    answered : frozenset of str
        Paths of the questions that need not be asked: answered, or known to be unanswerable.
    leg_pain : mapping of str to bool or None
        Whether each leg hurts; None is unknown.
    warnings : tuple of str
    """

    found: tuple[tuple[Component, FactValue], ...]
    answered: frozenset[str]
    leg_pain: dict[str, bool | None]
    warnings: tuple[str, ...]


def observe(case: Case, figures: Figures) -> Observation:
    """Read symptoms and signs.

    Parameters
    ----------
    case : Case
    figures : Figures

    Returns
    -------
    Observation
    """
    warnings: list[str] = []
    leg_pain = {side: _leg_hurts(case, side, warnings) for side in ("left", "right")}
    found: list[tuple[Component, FactValue]] = []
    answered = {path for path, why in case.absent.items() if why in ("asked_unknown", "not_applicable")}
    for question in figures.questions:
        if question.reads == "leg":
            components = _leg_components(question, leg_pain)
            value: FactValue = case.symptoms.leg_pain_side
            if components or value is not None:
                answered.add(question.path)
        else:
            value = _value(case, question)
            name = _outcome(question, value, figures.marked_weakness_at_most)
            components = question.outcomes[name].components if name in question.outcomes else ()
            if value is not None:
                answered.add(question.path)
        found.extend((component, value) for component in components)
    return Observation(tuple(found), frozenset(answered), leg_pain, tuple(warnings))


def _value(case: Case, question: Question) -> FactValue:
    if question.side is None or question.reads == "area":
        value: FactValue = getattr(case.symptoms, question.field)
        return value
    if question.field == "slr_positive":
        return slr(case, question.side)
    return sign(case, question.side, question.field)


def _leg_hurts(case: Case, side: str, warnings: list[str]) -> bool | None:
    """Whether a leg hurts, from side and area of the pain; answers that contradict each other are none."""
    stated, area = case.symptoms.leg_pain_side, getattr(case.symptoms, f"pain_area_{side}")
    by_side = None if stated is None else stated in (side, "both")
    by_area = None if area is None else area != "none"
    if by_side is not None and by_area is not None and by_side is not by_area:
        warnings.append(
            f"Whether the {side} leg hurts is written down in two ways: leg pain {stated}, area {area}. "
            "It is taken as unknown."
        )
        return None
    return by_area if by_side is None else by_side


def _leg_components(question: Question, leg_pain: dict[str, bool | None]) -> tuple[Component, ...]:
    """What the side of the pain says, leg by leg: an outcome with both legs holds the parts of each."""
    parts = {True: question.outcomes["both"].components, False: question.outcomes["none"].components}
    sides = ("left", "right")
    return tuple(
        parts[hurts][index] for index, side in enumerate(sides) if (hurts := leg_pain[side]) is not None
    )


def _outcome(question: Question, value: FactValue, marked_at_most: float) -> str:
    """Name of the outcome that a value is, or nothing."""
    if question.reads == "power":
        if value is None:
            return ""
        return "marked" if int(value) <= marked_at_most else "mild" if int(value) < 5 else "normal"
    return _OUTCOME[question.reads](value)


def _yes_no(value: FactValue) -> str:
    return "" if value is None else "positive" if value else "negative"


def _reduced(value: FactValue) -> str:
    """A brisk reflex is neither reduced nor normal: no root of the lumbar spine makes it."""
    return "reduced" if value in ("reduced", "absent") else "normal" if value == "normal" else ""


def _named(value: FactValue) -> str:
    return "" if value is None else str(value)


def _yes(value: FactValue) -> str:
    return "" if value is None else "yes" if value else "no"


_OUTCOME: dict[str, Callable[[FactValue], str]] = {
    "yes_no": _yes_no,
    "reflex": _reduced,
    "sensation": _reduced,
    "area": _named,
    "radicular": _yes,
}

"""Scores that patients give: Oswestry index, pain scales, modified MacNab; and what change counts.

Structure and rules only. The questionnaires belong to their owners, and no wording of them is here.

>>> odi_score([1] * 10)
20.0
>>> odi_score([None, None, None, *[1] * 7]) is None
True
>>> responder("odi_minimal", before=40, after=31), responder("odi_success", before=40, after=31)
(True, False)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from kambin import evidence
from kambin.errors import InputError, IntegrityError

__all__ = [
    "FILE",
    "MacNab",
    "MacNabGrade",
    "Responder",
    "definitions",
    "macnab_success",
    "nrs_score",
    "odi_score",
    "responder",
]

FILE = Path(__file__).with_name("data") / "instruments.yaml"


class MacNab(StrEnum):
    """Grades of the modified MacNab criteria, best first (P02)."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class MacNabGrade:
    """A grade with the wording it was given by.

    Attributes
    ----------
    grade : MacNab
    version : {'printed_1971', 'modified'}
        The wordings differ in what is "good": grades are compared inside one version only.
    """

    grade: MacNab
    version: str

    def __post_init__(self) -> None:
        """Refuse a version that nobody described."""
        if self.version not in _content()["macnab"]["versions"]:
            raise InputError(
                "this wording is not known",
                field="version",
                value=self.version,
                expected=" or ".join(_content()["macnab"]["versions"]),
            )


@dataclass(frozen=True, slots=True)
class Responder:
    """A published definition of a change that counts.

    Attributes
    ----------
    name, label : str
        Id and name for readers.
    measure : str
        ``ODI``, ``NRS_leg`` or ``NRS_back``; lower is better.
    points, percent : float or None
        Least fall in points, or in percent of the start; either is enough where both are given.
    source_ids : tuple of str
        Ids of `kambin.evidence`.
    note : str
        What is to be read beside it.
    """

    name: str
    label: str
    measure: str
    points: float | None
    percent: float | None
    source_ids: tuple[str, ...]
    note: str


@cache
def _content() -> Mapping[str, Any]:
    from kambin.files import load_yaml

    content: Mapping[str, Any] = load_yaml(FILE)
    return content


@cache
def definitions() -> Mapping[str, Responder]:
    """Return the definitions of success and of minimal important change, by id.

    Raises
    ------
    IntegrityError
        A definition rests on what nobody read.
    """
    found = {}
    for name, each in _content()["definitions"].items():
        for source in each["source"]:
            if not evidence.may_drive(source):
                raise IntegrityError(f"{source} was recalled and not read", where=f"{FILE.name}: {name}")
        found[name] = Responder(
            name=name,
            label=each["label"],
            measure=each["measure"],
            points=each.get("points"),
            percent=each.get("percent"),
            source_ids=tuple(each["source"]),
            note=each.get("note", ""),
        )
    return found


def odi_score(items: Sequence[int | None], *, most_missing: int | None = None) -> float | None:
    """Return the Oswestry disability index.

    Parameters
    ----------
    items : sequence of int or None
        Ten answers, 0 to 5; None for one that is missing.
    most_missing : int, optional
        With how many missing items a score is still given; 2 without.

    Returns
    -------
    float or None
        Percent, 0 is no disability: what was answered over what could have been. None when too many items
        are missing, which is not 0.

    Raises
    ------
    InputError
        Not ten answers, or an answer that is no whole number from 0 to 5.
    """
    rules = _content()["odi"]
    if len(items) != rules["items"]:
        raise InputError(
            f"{len(items)} answers", field="items", value=len(items), expected=f"{rules['items']} answers"
        )
    for place, item in enumerate(items, start=1):
        whole = isinstance(item, int) and not isinstance(item, bool)
        if item is not None and not (whole and 0 <= item <= rules["highest"]):
            raise InputError(
                "this is no answer of the index",
                field=f"item {place}",
                value=item,
                expected=f"a whole number from 0 to {rules['highest']}, or None",
            )
    answered = [item for item in items if item is not None]
    most = rules["most_missing"] if most_missing is None else most_missing
    if not answered or len(items) - len(answered) > most:
        return None
    highest: int = rules["highest"]
    return 100 * sum(answered) / (highest * len(answered))


def nrs_score(value: float | None) -> float | None:
    """Return a numerical rating of pain, checked: 0 is none, 10 the worst; None stays unknown.

    Raises
    ------
    InputError
        The value is outside 0 to 10.
    """
    return None if value is None else _checked("NRS_leg", value, "value")


def macnab_success(grade: MacNabGrade | None) -> bool | None:
    """Return whether a grade counts as success (excellent or good); None stays unknown."""
    return None if grade is None else grade.grade.value in _content()["macnab"]["good"]


def responder(definition: str, before: float | None, after: float | None) -> bool | None:
    """Return whether a change counts by a published definition.

    Parameters
    ----------
    definition : str
        Id of `definitions`.
    before, after : float or None
        Scores of the measure; None is unknown.

    Returns
    -------
    bool or None
        None where a score is not known.

    Raises
    ------
    InputError
        No such definition, or a score outside the measure.
    """
    known = definitions()
    if definition not in known:
        raise InputError("no such definition", field="definition", expected=f"one of {', '.join(known)}")
    rule = known[definition]
    if before is None or after is None:
        return None
    start, end = _checked(rule.measure, before, "before"), _checked(rule.measure, after, "after")
    # scores have one decimal: without rounding 30 - 20.1 would be less than 9.9
    fall = round(start - end, 6)
    if rule.points is not None and fall >= rule.points:
        return True
    # a share of nothing is nothing: who starts at 0 can not improve
    return rule.percent is not None and start > 0 and round(100 * fall - rule.percent * start, 6) >= 0


def _checked(measure: str, value: float, field: str) -> float:
    highest = _content()["measures"][measure]
    # a comparison with NaN is false, so this refuses it too
    if isinstance(value, bool) or not 0 <= value <= highest:
        raise InputError(
            "the score is outside its measure", field=field, value=value, expected=f"0 to {highest}"
        )
    return float(value)

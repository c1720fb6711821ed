from __future__ import annotations

import pytest
from pydantic import ValidationError

from kambin.case import Case, MeasuredFact
from kambin.case.model import ABSENCES, SECTIONS
from kambin.case.shapes import shapes


def test_sections_are_the_fields_that_hold_fields() -> None:
    assert tuple(name for name, shape in shapes(Case).items() if shape.kind == "section") == SECTIONS


def test_there_are_five_reasons() -> None:
    assert len(set(ABSENCES)) == 5


def test_an_empty_case_knows_nothing() -> None:
    assert Case().absent == {}
    assert Case() == Case.model_validate({})


@pytest.mark.parametrize(
    "path",
    [
        "red_flags.complete",
        "nothing",
        "imaging.discs[0].type",
        "id",
        "title",
        "measured",
        "absent",
        "signs",
        "patient.age_years",
    ],
)
def test_a_reason_needs_an_unknown_field(path: str) -> None:
    with pytest.raises(ValidationError, match="no unknown field"):
        Case.model_validate({"patient": {"age_years": 50}, "absent": {path: "not_asked"}})


def test_a_reason_is_one_of_five() -> None:
    with pytest.raises(ValidationError):
        Case.model_validate({"absent": {"red_flags.fever": "forgotten"}})


def test_measured_facts_are_added_and_the_later_stands() -> None:
    first, second = MeasuredFact(name="a", value=1), MeasuredFact(name="a", value=2)
    other = MeasuredFact(name="b", value=True)
    case = Case(id="x").with_measured([first, other])
    assert case.with_measured([second]).measured == (second, other)
    assert case.measured == (first, other)
    assert case.with_measured([]) == case


def test_the_form_has_one_version() -> None:
    with pytest.raises(ValidationError):
        Case.model_validate({"kambin_case": 2})

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from kambin.case import Case
from kambin.case.fact import Section
from kambin.case.measured import MeasuredFact
from kambin.case.sections.care import CareTried
from kambin.case.sections.discs import DiscFinding
from kambin.case.sections.history import Operation
from kambin.case.shapes import domain_words, expected, shapes
from tests.case.test_registry import sections

SINGLE = [
    (section, name)
    for section in dict.fromkeys(sections())
    for name, shape in shapes(section).items()
    if shape.kind in ("bool", "int", "decimal", "enum")
]
SAMPLES: list[Any] = [
    True,
    False,
    -121,
    -1,
    0,
    1,
    1.5,
    5,
    6,
    10,
    11,
    50,
    99.5,
    120,
    121,
    10**6,
    10**7,
    "left",
    "none",
    "",
]


def accepts(section: type[Section], name: str, value: Any) -> bool:
    field = section.model_fields[name]
    try:
        TypeAdapter(field.rebuild_annotation(), config=section.model_config).validate_python(value)  # type: ignore[arg-type]
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("section", "name"), SINGLE)
def test_a_shape_says_what_the_model_accepts(section: type[Section], name: str) -> None:
    shape = shapes(section)[name]
    for value in [*SAMPLES, *shape.words]:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if shape.kind == "bool":
            said = isinstance(value, bool)
        elif shape.kind == "enum":
            said = value in shape.words and isinstance(value, str)
        else:
            low, high = (shape.limits.low, shape.limits.high) if shape.limits else (0, float("inf"))
            said = number and low <= value <= high and (shape.kind == "decimal" or isinstance(value, int))
        assert accepts(section, name, value) == said, value


def test_every_field_of_the_model_has_a_shape_but_the_reasons() -> None:
    for section in set(sections()):
        assert set(section.model_fields) - set(shapes(section)) == ({"absent"} if section is Case else set())


@pytest.mark.parametrize(
    ("section", "name", "words"),
    [
        (Case, "kambin_case", "1"),
        (Case, "id", "letters"),
        (Case, "assessed_on", "year-month-day"),
        (Case, "patient", "named fields"),
        (Case, "measured", "list of records"),
        (MeasuredFact, "structures", "list of names"),
        (MeasuredFact, "value", "number"),
        (MeasuredFact, "uncertainty", "0 or more"),
        (DiscFinding, "level", "L4-L5"),
        (DiscFinding, "height_mm", "0 to 25 mm"),
        (DiscFinding, "rotation_deg", "0 to 60 degrees"),
        (CareTried, "response", "partial"),
        (Operation, "kind", "fusion"),
    ],
)
def test_what_is_expected_is_said(section: type[Section], name: str, words: str) -> None:
    assert words in expected(shapes(section)[name])


def test_what_can_be_unknown() -> None:
    known = {
        (section.__name__, name)
        for section in set(sections())
        for name, shape in shapes(section).items()
        if not shape.may_be_unknown
    }
    assert ("RedFlags", "complete") in known and ("DiscFinding", "level") in known and ("Case", "id") in known
    assert {name for owner, name in known if owner == "MeasuredFact"} == set(shapes(MeasuredFact))
    assert (
        not {("RedFlags", "fever"), ("History", "operations"), ("Imaging", "discs"), ("Operation", "on")}
        & known
    )


def test_domains_in_words() -> None:
    assert domain_words("bool", None) == "true or false"
    assert domain_words("enum", ("a", "b")) == "a, b"
    limits = shapes(DiscFinding)["pfirrmann"].limits
    assert domain_words("int", limits, "{grade}") == "1 to 5"

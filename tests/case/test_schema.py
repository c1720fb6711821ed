from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case import Case, consistency, facts, loads, validation
from kambin.case.model import ABSENCES
from kambin.case.plain import parse
from kambin.case.schema import DIALECT, schema
from kambin.case.writing import file_form
from kambin.errors import CaseError
from tests.case.case_strategies import cases
from tests.case.test_plain import plain
from tests.case.test_validation import WRONG, places, put

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "cases").glob("*.yaml"))
SCHEMA = schema()
CHECK = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker(["date"]))


def only_measured(case: Case) -> list[consistency.Contradiction]:
    """What a schema can judge of the values taken together: each measured value by the fact that it is of."""
    return [
        found
        for number, item in enumerate(case.measured)
        for found in consistency._measurement(("measured", number), item)
    ]


def reads(tree: Any) -> bool:
    """Whether the file reads, but for contradictions: they are beyond a schema."""
    with patch.object(validation, "contradictions", only_measured):
        try:
            loads(json.dumps(tree), "json")
        except CaseError:
            return False
    return True


def test_it_is_a_schema_of_the_named_dialect() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == DIALECT
    assert json.loads(json.dumps(SCHEMA, allow_nan=False)) == SCHEMA


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_has_the_form(path: Path) -> None:
    CHECK.validate(plain(parse(path.read_text(encoding="utf-8"), "yaml")))


@given(cases())
def test_every_case_that_is_written_has_the_form(case: Case) -> None:
    CHECK.validate(file_form(case))


@given(cases().map(file_form), st.data())
def test_schema_and_reader_agree(tree: dict[str, Any], data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, 3))):
        found = [*places(tree), ("colour",), ("patient",), ("signs",), ("measured",)]
        put(
            tree,
            data.draw(st.sampled_from(found)),
            json.loads(json.dumps(data.draw(WRONG | st.sampled_from(SNIPPETS)))),
        )
    assert CHECK.is_valid(tree) == reads(tree)


@pytest.mark.parametrize(
    ("tree", "valid"),
    [
        ({}, True),
        (
            {
                "kambin_case": None,
                "patient": None,
                "signs": {"left": None, "complete": None},
                "measured": None,
            },
            True,
        ),
        ({"imaging": {"discs": None}}, True),
        ({"imaging": {"discs": [{"level": None}]}}, False),
        ({"imaging": {"discs": [{"level": {"unknown": "not_asked"}}]}}, False),
        ({"imaging": {"discs": {"unknown": "not_asked"}}}, True),
        ({"care": {"tried": [{"kind": None}]}}, False),
        ({"care": {"tried": [{"kind": "nsaid", "weeks": None, "response": {"unknown": "not_asked"}}]}}, True),
        ({"measured": {"unknown": "not_asked"}}, False),
        ({"measured": [{"name": "crest_grade", "value": "I", "unit": None, "uncertainty": None}]}, True),
        ({"measured": [{"name": "crest_grade", "value": None}]}, False),
        ({"measured": [{"name": "crest_grade", "value": "I", "unit": "mm"}]}, False),
        ({"id": {"unknown": "not_asked"}}, False),
        ({"assessed_on": {"unknown": "not_asked"}}, True),
        ({"red_flags": {"complete": {"unknown": "not_asked"}}}, False),
        ({"red_flags": {"fever": {"unknown": "forgotten"}}}, False),
        ({"red_flags": {"unknown": "not_asked"}}, False),
        ({"kambin_case": True}, False),
        ({"kambin_case": 2}, False),
        ({"patient": {"age_years": 45.0}}, True),
        ({"patient": {"age_years": 45.5}}, False),
        ({"patient": {"smoker": 1}}, False),
    ],
)
def test_what_may_be_empty_or_unknown_is_said_alike(tree: dict[str, Any], valid: bool) -> None:
    assert CHECK.is_valid(tree) == reads(tree) == valid


SNIPPETS: list[Any] = [
    {"unknown": "not_asked"},
    {"unknown": "not_asked", "x": 1},
    {"unknown": None},
    {"level": "L4-L5"},
    [{"level": "L4-L5"}],
    [{"name": "crest_grade", "value": "I"}],
    [{"name": "crest_grade", "value": 1}],
    [{"name": "disc_pfirrmann", "value": 3.0, "unit": None}],
    [{"name": "disc_height_mm", "value": 3, "unit": "cm"}],
    [{"name": "fever", "value": True}],
    [{"value": True}],
    [{"kind": "nsaid", "weeks": None}],
    {"complete": None},
    {"complete": True, "left": None},
    "left",
    "L4-L5",
    "2026-02-28",
    "2026-02-30",
    "2226-02-28",
    "20260228",
    "x" * 201,
    "a\u202eb",
    5.0,
    1,
    45,
]


@pytest.mark.parametrize(
    "name", [name for name, fact in facts().items() if fact.scope in ("patient", "side", "disc")]
)
def test_every_fact_is_in_it_with_question_unit_cost_and_safety(name: str) -> None:
    found = [
        field
        for section in SCHEMA["$defs"].values()
        for field in section["properties"].values()
        if field.get("x-fact") == name
    ]
    if name == "disc_level":
        assert SCHEMA["$defs"]["DiscFinding"]["required"] == ["level"]
        return
    [field], fact = found, facts()[name]
    assert (field["description"], field["x-unit"]) == (fact.question, fact.unit)
    assert (field["x-cost"], field["x-safety"]) == (fact.cost, fact.safety)
    assert bool(field.get("x-codes")) == bool(fact.codes)
    assert {"$ref": "#/$defs/unknown"} in field["anyOf"] and {"type": "null"} in field["anyOf"]


def test_the_reasons_are_in_it_and_the_list_of_them_is_not() -> None:
    assert SCHEMA["$defs"]["unknown"]["properties"]["unknown"]["enum"] == list(ABSENCES)
    assert "absent" not in SCHEMA["properties"]
    assert not CHECK.is_valid({"absent": {}})

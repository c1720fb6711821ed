"""The plan document: frozen, closed, canonical, and described by its schema."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kambin.plan import (
    INTENDED_USE,
    ConflictNote,
    FactNote,
    Origin,
    Plan,
    Stage,
    StageName,
    StageState,
    plan_schema,
)
from tests.report.plans import bare, emergency, everything

PLANS = [everything(), bare(), emergency()]


@pytest.mark.parametrize("made", PLANS)
def test_a_plan_is_read_back_as_it_was_written(made: Plan) -> None:
    again = Plan.model_validate_json(made.to_json())
    assert again == made
    assert again.to_json() == made.to_json()
    assert again.sha256() == made.sha256()


def test_the_text_is_canonical_json_of_this_form() -> None:
    text = everything().to_json()
    document = json.loads(text)
    assert text.endswith("}\n")
    assert list(document)[:2] == ["kambin_plan", "intended_use"]
    assert document["kambin_plan"] == 1
    assert document["intended_use"] == INTENDED_USE
    assert "not a certified medical device" in INTENDED_USE.lower()
    assert "\\u" not in everything(title="Zervikal – ü 中").to_json()


CHANGES: list[dict[str, Any]] = [
    {"title": "another"},
    {"answered": False},
    {"warnings": []},
    {"facts": []},
    {"questions": []},
    {"diagnosis": None},
    {"decisions": []},
    {"outlook": None},
    {"red_flag": True},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_whatever_changes_changes_the_hash(change: dict[str, Any]) -> None:
    assert everything(**change).sha256() != everything().sha256()


def test_nothing_can_be_changed_or_added() -> None:
    made = everything()
    with pytest.raises(ValidationError, match="frozen"):
        made.headline = "another"
    with pytest.raises(ValidationError, match="extra"):
        everything(opinion="mine")
    with pytest.raises(ValidationError):
        everything(kambin_plan=2)
    with pytest.raises(ValidationError):
        Stage(name="theatre", state="done")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        FactNote(name="fever", value=True, unit="", question="?", origin="guessed")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_number_that_is_none(value: float) -> None:
    with pytest.raises(ValidationError):
        FactNote(name="age_years", value=value, unit="a", question="?", origin="stated")
    with pytest.raises(ValidationError):
        ConflictNote(fact="x", stated=1.0, measured=2.0, unit="mm", uncertainty=value, method="m")


@given(
    st.one_of(st.none(), st.booleans(), st.integers(-9999, 9999), st.floats(-1e9, 1e9), st.text(max_size=20))
)
def test_a_value_keeps_its_kind(value: Any) -> None:
    """True is not 1, 1 is not 1.0, and unknown is not a no."""
    note = FactNote(name="fever", value=value, unit="", question="?", origin="stated")
    again = FactNote.model_validate_json(note.model_dump_json())
    assert again.value == value
    assert type(again.value) is type(value)


def test_a_decision_is_found_by_its_name() -> None:
    made = everything()
    found = made.decision("treatment")
    assert found is not None
    assert found["decision"] == "treatment"
    assert made.decision("lunch") is None


def test_the_schema_describes_every_part() -> None:
    schema = plan_schema()
    assert set(schema["properties"]) == set(Plan.model_fields)
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {
        name for name, field in Plan.model_fields.items() if field.is_required()
    }
    parts = schema["$defs"]
    assert set(parts["Stage"]["properties"]["name"]["enum"]) == set(get_args(StageName))
    assert set(parts["Stage"]["properties"]["state"]["enum"]) == set(get_args(StageState))
    assert set(parts["FactNote"]["properties"]["origin"]["enum"]) == set(get_args(Origin))
    assert {"DecisionDoc", "OptionDoc", "ArgumentDoc", "QuestionDoc", "KnowledgeDoc"} <= set(parts)
    json.dumps(schema)


def test_a_plan_holds_no_time_and_no_path_of_its_making() -> None:
    names = json.dumps(plan_schema())
    for word in ("created", "timestamp", "hostname", "path"):
        assert f'"{word}"' not in names

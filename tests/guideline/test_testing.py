"""Running the cases beside the knowledge: what passes, what fails, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from kambin.guideline import PROFILES, load_knowledge
from kambin.guideline.knowledge import DecisionTest
from kambin.guideline.obligations import load_obligations
from kambin.guideline.testing import TestResult, run_test, run_tests, starting_row
from tests.guideline.conftest import Tiny


def case(decision: str, facts: dict[str, Any], expect: dict[str, Any]) -> TestResult:
    test = DecisionTest("case", decision, (), ("current",), facts, expect, "here:1")
    return run_test(test, load_knowledge("current"))


@pytest.mark.parametrize("profile", PROFILES)
def test_every_case_of_the_guideline_passes(profile: str) -> None:
    knowledge = load_knowledge(profile)
    results = run_tests(knowledge, load_obligations(knowledge))
    assert len(results) > 100
    assert not [(item.where, item.message) for item in results if not item.ok]


@pytest.mark.parametrize(
    ("decision", "facts", "expect"),
    [
        ("urgency", {"saddle_anaesthesia": True}, {"outcome": "emergency"}),
        ("urgency", {"saddle_anaesthesia": True}, {"outcome": ["emergency"], "outcome_kind": "fired"}),
        ("urgency", {}, {"outcome_kind": "undetermined", "outcome": "undetermined"}),
        ("urgency", {}, {"argument": {"U-SADDLE": None}, "status": {"elective": "eligible"}}),
        ("treatment", {"urgency": "emergency"}, {"status": {"wait": "excluded"}, "argument": {"W-X": True}}),
        ("treatment", {"symptom_weeks": 3}, {"status": {"wait": ["undetermined", "excluded"]}}),
        (
            "treatment",
            {"symptom_weeks": 3, "motor_deficit": True},
            {"for": {"wait": ["W-F"], "operate": "O-F"}},
        ),
        ("treatment", {"age_years": 85, "asa_class": 4}, {"against": {"operate": ["O-A"]}}),
        (
            "treatment",
            {"symptom_weeks": 3, "age_years": 50},
            {"support": {"wait": [20, 20], "operate": [0, 10]}},
        ),
        (
            "treatment",
            {"urgency": "emergency", "corridor_interlaminar_clear": None},
            {"outcome": "operate", "provisional": True},
        ),
        (
            "treatment",
            {"urgency": "emergency", "corridor_interlaminar_clear": True},
            {"outcome": "operate", "provisional": False},
        ),
        (
            "treatment",
            {"urgency": "elective", "symptom_weeks": 9, "motor_deficit": False, "age_years": 50},
            {"outcome": ["wait", "operate"], "outcome_kind": "equipoise"},
        ),
        ("setting", {"treatment__operate": True, "asa_class": 2}, {"outcome": ["day_case"]}),
        ("setting", {"treatment__operate": False}, {"outcome": [], "outcome_kind": "collected"}),
        ("setting", {"saddle_anaesthesia": True}, {"argument": {"U-SADDLE": True, "W-X": True, "S-R": None}}),
    ],
)
def test_a_case_that_is_right_passes(
    tiny: Tiny, decision: str, facts: dict[str, Any], expect: dict[str, Any]
) -> None:
    tiny()
    found = case(decision, facts, expect)
    assert found.ok, found.message
    assert found.to_dict() == {"name": "case", "where": "here:1", "ok": True, "problems": []}


@pytest.mark.parametrize(
    ("decision", "facts", "expect", "message"),
    [
        ("urgency", {"saddle_anaesthesia": True}, {"outcome": "elective"}, "outcome: fired emergency"),
        ("urgency", {}, {"outcome": "emergency"}, "outcome: undetermined"),
        ("urgency", {}, {"outcome_kind": "fired"}, "outcome kind"),
        ("urgency", {}, {"argument": {"U-SADDLE": False}}, "U-SADDLE: unknown, not false"),
        ("urgency", {}, {"status": {"elective": "excluded"}}, "elective: eligible, not excluded"),
        ("treatment", {"urgency": "emergency"}, {"provisional": False}, "provisional"),
        ("treatment", {}, {"support": {"wait": [0, 0]}}, "support of wait: 0 to 20"),
        ("treatment", {}, {"for": {"wait": ["W-F"]}}, "W-F does not speak for wait: nothing does"),
        (
            "treatment",
            {"symptom_weeks": 3},
            {"against": {"wait": ["W-F"]}},
            "W-F does not speak against wait",
        ),
    ],
)
def test_a_case_that_is_wrong_says_what_came_out(
    tiny: Tiny, decision: str, facts: dict[str, Any], expect: dict[str, Any], message: str
) -> None:
    tiny()
    found = case(decision, facts, expect)
    assert not found.ok
    assert message in found.message


@pytest.mark.parametrize(
    ("facts", "expect", "message"),
    [
        ({"saddle": True}, {"outcome": "emergency"}, "'saddle' is no fact"),
        ({"saddle_anaesthesia": 1}, {"outcome": "emergency"}, "1 is not one of its values"),
        ({"age_years": 200}, {"outcome": "emergency"}, "200 is not"),
        ({"age_years": 20.5}, {"outcome": "emergency"}, "20.5 is not"),
        ({"symptom_weeks": True}, {"outcome": "emergency"}, "True is not"),
        ({"disc_type": "big"}, {"outcome": "emergency"}, "'big' is not"),
        ({"urgency": "tomorrow"}, {"outcome": "emergency"}, "'tomorrow' is not"),
        ({}, {"outcome": "tomorrow"}, "no option 'tomorrow'"),
        ({}, {"status": {"tomorrow": "eligible"}}, "no option 'tomorrow'"),
        ({}, {"support": {"tomorrow": [0, 0]}}, "no option 'tomorrow'"),
        ({}, {"argument": {"NOBODY": True}}, "no argument 'NOBODY'"),
        ({}, {"answer": "emergency"}, "'answer' can not be expected"),
        ({}, {}, "nothing is expected"),
    ],
)
def test_a_case_about_what_is_not_there_never_passes(
    tiny: Tiny, facts: dict[str, Any], expect: dict[str, Any], message: str
) -> None:
    tiny()
    found = case("urgency", facts, expect)
    assert not found.ok
    assert message in found.message


def test_the_fired_row_says_what_it_implies_of_the_rows_before_it(tiny: Tiny) -> None:
    tiny()
    test = DecisionTest("case", "treatment", (), (), {"urgency": "elective"}, {}, "")
    row = starting_row(test, load_knowledge("current"))
    assert row["urgency"] == "elective"
    assert row["urgency__emergency"] is False
    assert row["urgency__elective"] is True
    assert row["saddle_anaesthesia"] is None


def test_what_a_case_says_of_a_result_wins_over_the_chain(tiny: Tiny) -> None:
    tiny()
    facts = {"saddle_anaesthesia": True, "urgency": "elective", "urgency__emergency": None}
    found = case("treatment", facts, {"argument": {"U-SADDLE": True, "W-X": False}})
    assert found.ok, found.message

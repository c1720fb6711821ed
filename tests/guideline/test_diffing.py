from __future__ import annotations

from kambin.case import Case, fact_row
from kambin.guideline import decide, load_knowledge
from kambin.guideline.diffing import diff
from tests.guideline.conftest import ARGUE, Tiny


def test_nothing_differs_from_itself(tiny: Tiny) -> None:
    tiny()
    found = diff(load_knowledge("current"), load_knowledge("current"))
    assert (found["items"], found["witnesses"]) == ([], [])
    assert found["same"] == ["urgency", "treatment", "setting"]


def test_what_is_written_otherwise_is_listed(tiny: Tiny) -> None:
    tiny()
    found = diff(load_knowledge("source"), load_knowledge("current"))
    assert [(item["what"], item["id"], item["because"]) for item in found["items"]] == [
        ("argument changed", "O-A", "K05")
    ]
    assert "age_years > 80" in found["items"][0]["before"]


def test_added_removed_and_policy(tiny: Tiny) -> None:
    tiny()
    a = load_knowledge("source")
    tiny(treatment=ARGUE.replace("id: O-F", "id: O-G").replace("margin: 10", "margin: 5"))
    what = {(item["what"], item["id"]) for item in diff(a, load_knowledge("source"))["items"]}
    assert what == {("policy", "treatment"), ("argument removed", "O-F"), ("argument added", "O-G")}


def test_witness_is_a_patient_whose_answer_really_changes() -> None:
    a, b = load_knowledge("source"), load_knowledge("current")
    found = diff(a, b)
    assert {item["decision"] for item in found["witnesses"]} | set(found["same"]) == set(a.decisions)
    for witness in found["witnesses"]:
        row = {**fact_row(Case()), **witness["facts"]}
        one, two = (decide(row, knowledge).results[witness["decision"]].outcome for knowledge in (a, b))
        assert one != two

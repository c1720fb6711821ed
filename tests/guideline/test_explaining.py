from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from kambin.case import Case, fact_row
from kambin.guideline import decide, load_knowledge
from kambin.guideline.explaining import DecisionDoc, explain_all, knowledge_doc, questions, sentence
from tests.guideline.conftest import Tiny

SAFE = {"saddle_anaesthesia": False, "urinary_retention": False, "bowel_dysfunction": False}


def _decide(**known: Any) -> Any:
    return decide({**fact_row(Case()), **known}, load_knowledge("current"))


def test_document_says_everything_and_is_json(tiny: Tiny) -> None:
    tiny()
    found = _decide(**SAFE, symptom_weeks=3.0, motor_deficit=True, age_years=85, asa_class=3)
    documents = explain_all(found)
    assert json.loads(json.dumps(documents)) == documents
    TypeAdapter(list[DecisionDoc]).validate_python(documents, strict=True)
    assert [item["decision"] for item in documents] == ["urgency", "treatment", "setting"]
    operate = next(o for o in documents[1]["options"] if o["id"] == "operate")
    old = next(a for a in operate["arguments"] if a["id"] == "O-A")
    assert (old["truth"], old["values"], old["because"], old["conflicts"], old["weight"]) == (
        True,
        {"age_years": 85, "asa_class": 3},
        "K05",
        ["K05"],
        5,
    )
    assert next(a for a in operate["arguments"] if a["id"] == "O-V")["weight"] == 0
    assert operate["support"] == [5, 5]
    assert operate["pending"] == ["O-V"]
    assert {
        "fact": "symptom_weeks",
        "was": 3.0,
        "would_be": 6.0,
        "kind": "equipoise",
        "options": ["wait", "operate"],
    } in (documents[1]["changes"])


def test_only_the_decisions_asked_for(tiny: Tiny) -> None:
    tiny()
    assert [item["decision"] for item in explain_all(_decide(), ["treatment"])] == ["treatment"]


def test_sentences(tiny: Tiny) -> None:
    tiny()
    found = _decide(saddle_anaesthesia=True, motor_deficit=True, age_years=40, symptom_weeks=9.0)
    assert sentence(found.results["urgency"]) == "Emergency."
    assert "provisional" in sentence(found.results["treatment"])
    assert (
        sentence(_decide().results["urgency"])
        == "Not enough information; still possible: Emergency or No hurry."
    )
    assert sentence(_decide().results["setting"]) == "Not enough information on 1 of the options."
    nothing = _decide(**SAFE, asa_class=5).results["setting"]
    assert sentence(nothing) == "None of the options applies to this patient."
    equal = _decide(
        **SAFE, symptom_weeks=9.0, motor_deficit=False, age_years=40, corridor_interlaminar_clear=True
    )
    assert "patient's values" in sentence(equal.results["treatment"])


def test_questions_put_safety_first_and_reach_through_decisions(tiny: Tiny) -> None:
    tiny()
    found = _decide()
    asked = questions(found)
    facts = [item["fact"] for item in asked]
    assert not any(name.startswith(("urgency", "treatment")) for name in facts)
    safety = [item["safety"] for item in asked]
    assert safety == sorted(safety, reverse=True)
    costs = [item["cost"] for item in asked if not item["safety"]]
    assert costs == sorted(costs)
    assert asked[facts.index("saddle_anaesthesia")]["decisions"] == ["urgency", "treatment", "setting"]
    assert "motor_deficit" in facts
    assert questions(found, ["urgency"]) == [
        {**item, "decisions": ["urgency"]} for item in asked if "urgency" in item["decisions"]
    ]


def test_settled_answers_ask_nothing(tiny: Tiny) -> None:
    tiny()
    found = _decide(saddle_anaesthesia=True)
    assert questions(found, ["urgency"]) == []


def test_knowledge_is_named(tiny: Tiny) -> None:
    tiny()
    knowledge = load_knowledge("current")
    assert knowledge_doc(knowledge) == {
        "profile": "current",
        "version": knowledge.version,
        "content_hash": knowledge.content_hash,
        "overlays": [],
    }

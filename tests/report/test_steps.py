"""The operation in steps: F's order, this plan's numbers, nothing that the plan does not hold."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import yaml

from kambin import evidence
from kambin.plan import Plan
from kambin.report import render_report
from kambin.report.corridor import corridor_view
from kambin.report.steps import StepView, operation_steps
from tests.report.access_plans import approach, blocked, proposal
from tests.report.page_tree import parse
from tests.report.plans import decision, diagnosis, everything, option

SAID = yaml.safe_load(files("kambin.report").joinpath("data/steps.yaml").read_text(encoding="utf-8"))


def steps(item: dict[str, Any], plan: Plan | None = None) -> dict[str, StepView]:
    best = item["proposals"][item["recommended"]]
    made = operation_steps(item, best, corridor_view(best, item), plan or everything())
    return {step.title: step for step in made}


def collected(name: str, *options: str) -> Any:
    return decision(
        name, "collect", "collected", list(options), [option(one, "eligible", []) for one in options]
    )


def test_every_step_follows_a_claim_that_exists() -> None:
    for step in SAID["steps"]:
        assert step["source"]
        for name in step["source"]:
            assert evidence.kind_of(name) == "claim"


def test_the_way_through_the_foramen_in_the_order_of_the_document() -> None:
    assert list(steps(approach(proposals=[proposal()], recommended=0))) == [
        "Anaesthesia and position",
        "Entry",
        "Way into the triangle",
        "Widening the foramen",
        "Working channel and endoscope",
        "Removal of the fragment",
        "Release of the root",
        "Bleeding and annulus",
        "End",
    ]


def test_the_numbers_are_those_of_the_recommended_corridor() -> None:
    found = steps(approach(proposals=[proposal()], recommended=0))
    for title, words in {
        "Anaesthesia and position": ("lying on the front", "L5-S1, patient's left"),
        "Entry": ("98.7 mm from the midline", "patient's left"),
        "Way into the triangle": (
            "45° from straight behind",
            "101 mm",
            "exiting root L5 1.2 mm",
            "1.2 mm or 0.6°",
        ),
        "Widening the foramen": ("5 → 6.5 mm", "11 %", "0 mm to 8 mm"),
        "Working channel and endoscope": ("7 mm", "dural sac"),
        "Removal of the fragment": ("77 %", "80 %", "23 %"),
    }.items():
        said = " ".join((found[title].do, found[title].check)).replace("\u00a0", " ")
        for word in words:
            assert word in said, (title, word, said)


def test_between_the_laminae_nothing_is_said_of_the_triangle() -> None:
    found = steps(approach("interlaminar", proposals=[proposal()], recommended=0))
    assert "Way between the laminae" in found
    assert "Way into the triangle" not in found and "Widening the foramen" not in found
    assert "held aside" in found["Way between the laminae"].do


def test_a_step_without_its_facts_is_left_out() -> None:
    bone = {**proposal()["foraminoplasty"], "reamers_mm": []}
    found = steps(approach(proposals=[proposal(foraminoplasty=bone, reach=None)], recommended=0))
    assert "Widening the foramen" not in found and "Removal of the fragment" not in found


@pytest.mark.parametrize("sealed", [True, False])
def test_decisions_settle_anaesthesia_annulus_and_stay(sealed: bool) -> None:
    prevention = ["annular_repair", "record_annular_defect"] if sealed else ["specialist_follow_up"]
    made = everything(
        decisions=[
            collected("setting", "local_anaesthesia", "day_case"),
            collected("recurrence_prevention", *prevention),
        ]
    )
    found = steps(approach(proposals=[proposal()], recommended=0), made)
    assert "Label of local_anaesthesia" in found["Anaesthesia and position"].do
    assert "Label of day_case" in found["End"].do
    assert ("shrunk and sealed" in found["Bleeding and annulus"].do) == sealed
    assert bool(found["Bleeding and annulus"].check) == sealed


def test_without_decisions_nothing_is_promised() -> None:
    found = steps(approach(proposals=[proposal()], recommended=0), everything(decisions=[]))
    assert "not settled" in found["Anaesthesia and position"].do
    assert "left as it is" in found["Bleeding and annulus"].do


def test_without_a_corridor_there_are_no_steps() -> None:
    item = blocked()
    assert operation_steps(item, None, None, everything(diagnosis=diagnosis())) == ()
    assert "in steps" not in parse(render_report(everything(access=[item]))).text()


def test_the_page_shows_them_with_their_claims() -> None:
    text = parse(render_report(everything(access=[approach(proposals=[proposal()], recommended=0)]))).text()
    assert "the operation in 9 steps" in text
    assert "F-steps, F-foraminoplasty" in text

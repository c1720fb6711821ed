"""What is handed on: JSON that says where each figure comes from."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given

from kambin import evidence
from kambin.case import Case
from kambin.diagnosis import Candidate, Finding, figures, locate
from tests.diagnosis.strategies import cases, disc, make


@given(cases())
def test_the_json_form_is_plain_and_complete(case: Case) -> None:
    found = locate(case)
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert document["method"] == figures().method
    assert len(document["candidates"]) == 25
    assert (document["problem"] is None) is (found.problem is None)
    assert len(document["rivals"]) == len(found.rivals)
    if found.next_finding is not None:
        assert document["next_finding"]["paths"] == list(found.next_finding.paths)
    total = math.fsum(item["probability"] for item in document["candidates"]) + document["unexplained"]
    assert total == pytest.approx(1)


def findings(candidate: Candidate) -> list[Finding]:
    return [*candidate.for_, *candidate.against]


@given(cases())
def test_every_finding_cites_or_is_marked_as_assumed(case: Case) -> None:
    for candidate in locate(case).candidates:
        for item in findings(candidate):
            assert bool(item.source) is (item.assumed != "ratio")
            assert all(evidence.exists(name) for name in (*item.source, *item.mapping))
            assert 0 < item.weight <= 1 and item.low <= item.ratio <= item.high
            assert "{" not in item.say
        assert all(item.ratio > 1 for item in candidate.for_) and all(
            item.ratio < 1 for item in candidate.against
        )


@given(cases())
def test_the_findings_make_the_probability(case: Case) -> None:
    """Without a doubtful numbering, odds against 'no disc' are the prior times each ratio to its weight."""
    case = case.model_copy(
        update={"imaging": case.imaging.model_copy(update={"transitional_vertebra": False, "discs": ()})}
    )
    found = locate(case)
    for candidate in found.candidates:
        odds = figures().prior.value / 25
        for item in findings(candidate):
            odds *= item.ratio**item.weight
        assert candidate.probability / found.unexplained == pytest.approx(odds, rel=1e-9)


def test_a_candidate_in_full() -> None:
    found = locate(
        make(
            signs={"right": {"mrc_great_toe_extension": 2, "mrc_ankle_dorsiflexion": 4}},
            imaging={
                "discs": [disc("L4-L5", "right", "extrusion", zone="subarticular", root_compressed=True)]
            },
        )
    )
    assert found.problem is not None
    document = found.problem.to_dict()
    assert document["level"] == "L4-L5" and document["disc"]["type"] == "extrusion"
    assert "pfirrmann" not in document["disc"]
    said = [item["say"] for item in document["for"]]
    assert said[0] == "extrusion at L4-L5 right, subarticular"
    assert "great toe extension very weak (2 of 5), right" in said
    assert "the root is compressed at L4-L5 right" in said
    assert document["for"][0]["mapping"] == ["X04"] and document["for"][0]["assumed"] == "ratio"
    assert found.problem.name == "L4-L5 right, traversing root L5"
    assert found.facts() == {"problem_disc_probability": found.probability, "signs_match_scan": True}


def test_what_the_scan_says_in_words() -> None:
    high = disc(
        "L4-L5", "right", "sequestration", zone="subarticular", migration="up", migration_grade="very_high"
    )
    found = locate(
        make(imaging={"discs": [high | {"root_compressed": False}, {"level": "L2-L3", "type": "none"}]})
    )
    said = {item.say for candidate in found.candidates for item in findings(candidate)}
    assert "a fragment that moved far up from L4-L5 right can meet the exiting root" in said
    assert "the root is not clearly compressed at L4-L5 right" in said
    assert "no herniation at L2-L3 both sides" in said
    full = locate(make(imaging={"discs": [disc("L4-L5", "right", zone="foraminal")], "discs_complete": True}))
    said = {item.say for candidate in full.candidates for item in findings(candidate)}
    assert "the herniation beside it is not said to reach L4-L5 right" in said


def test_the_strongest_finding_comes_first() -> None:
    found = locate(make(signs={"right": {"slr_positive": True, "reflex_achilles": "absent"}}))
    top = found.candidates[0]
    powers = [item.weight * math.log(item.ratio) for item in top.for_]
    assert powers == sorted(powers, reverse=True) and len(powers) == 2

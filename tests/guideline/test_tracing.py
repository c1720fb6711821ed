from __future__ import annotations

import pytest

from kambin import evidence
from kambin.guideline import load_knowledge, tracing
from kambin.guideline.obligations import load_obligations
from tests.guideline.conftest import Tiny


def test_the_knowledge_has_no_gap() -> None:
    found = tracing.trace()
    assert found["gaps"] == []
    assert {item["claim"] for item in found["claims"]} == {claim.id for claim in evidence.claims()}
    assert {item["conflict"] for item in found["conflicts"]} == {
        conflict.id for conflict in evidence.conflicts()
    }


def test_every_rule_named_is_there() -> None:
    found = tracing.trace()
    source, current = load_knowledge("source"), load_knowledge("current")
    ids = {a.id for d in source.decisions.values() for a in d.arguments}
    theorems = {item.id for item in load_obligations(source).theorems}
    for claim in found["claims"]:
        assert set(claim["rules"]) <= ids
        assert set(claim["theorems"]) <= theorems
    today = {a.id for d in current.decisions.values() for a in d.arguments}
    assert all(set(conflict["rules"]) <= today for conflict in found["conflicts"])


def test_gaps_are_found(tiny: Tiny) -> None:
    """The small knowledge base meets hardly any claim: what it lacks is named, what it has is not."""
    tiny()
    found = tracing.trace()
    gaps = "\n".join(found["gaps"])
    assert "R-mis-med: no rule" in gaps
    assert "R-open: no theorem" in gaps
    assert "R-open: no rule" not in gaps
    assert "K01: met nowhere" in gaps
    assert "K05" not in gaps
    assert "F-progressive-deficit" not in gaps


@pytest.mark.parametrize("kind", ["number", "capability", "caution"])
def test_only_rules_can_have_gaps(tiny: Tiny, kind: str) -> None:
    tiny()
    assert all(not item["gaps"] for item in tracing.trace()["claims"] if item["kind"] == kind)

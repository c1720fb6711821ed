"""What of a plan enters the case: known, or absent, never a no by default."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kambin.access import facts
from kambin.access.answers import ILIUM, NOT_CERTAIN
from kambin.access.model import (
    AccessPlan,
    Angles,
    Block,
    Certificate,
    Corridor,
    Entry,
    Foraminoplasty,
    Proposal,
    Tolerance,
)
from kambin.anatomy.model import Caution
from kambin.case import registry
from kambin.case.words import Side
from kambin.errors import InputError

ORIGIN = (0.0, 0.0, 0.0)


def proposal(share: float = 0.2, *codes: str) -> Proposal:
    return Proposal(
        cannula="cannula-7",
        sap_budget=0.2,
        corridor=Corridor(ORIGIN, ORIGIN, 7.0, 100.0),
        angles=Angles(50.0, 10.0, 10.0),
        entry=Entry(100.0, None, None, None, True),
        clearances=(),
        certificate=Certificate(2.0, 2.1, 0.1, "sd", 0.1, 1, 1),
        tolerance=Tolerance(1.0, 1.0, 0.2, "peidrobot"),
        foraminoplasty=Foraminoplasty((), 10.0, share, 5.0, 7.0),
        reach=None,
        cautions=tuple(Caution(code, code) for code in codes),
    )


def plan(*proposals: Proposal, **fields: Any) -> AccessPlan:
    base = AccessPlan(
        level="L4-L5",
        side=Side.LEFT,
        approach="posterolateral",
        position="prone",
        proposals=proposals,
        recommended=0 if proposals else None,
        why="",
        blocks=(),
        cautions=(),
        missing=(),
    )
    return replace(base, **fields)


def told(*plans: AccessPlan) -> dict[str, Any]:
    return {fact.name: fact.value for fact in facts(plans)}


def test_a_certain_corridor_is_clear_and_tells_the_least_bone() -> None:
    assert told(plan(proposal(0.3), proposal(0.12))) == {
        "corridor_posterolateral_clear": True,
        "sap_resection_percent": 12.0,
    }


@pytest.mark.parametrize("code", NOT_CERTAIN)
def test_what_is_not_certain_stays_unknown_both_ways(code: str) -> None:
    assert "corridor_posterolateral_clear" not in told(plan(proposal(0.1, code)))
    block = Block("exiting root L4", Side.LEFT, 1.0, "")
    assert told(plan(blocks=(block,), cautions=(Caution(code, ""),))) == {}


def test_one_certain_corridor_is_enough() -> None:
    assert (
        told(plan(proposal(0.1, "nerve_not_certain"), proposal(0.2)))["corridor_posterolateral_clear"] is True
    )


def test_a_certain_block_is_a_no_and_an_empty_plan_is_nothing() -> None:
    assert told(plan(blocks=(Block("lamina L4", None, 3.0, ""),))) == {"corridor_posterolateral_clear": False}
    assert told(plan()) == {}


def test_the_crest_blocks_only_l5_s1_and_only_where_it_is_in_the_way() -> None:
    crest, lamina = Block(ILIUM, Side.LEFT, 4.0, ""), Block("lamina L5", None, 4.0, "")
    at = {"level": "L5-S1"}
    assert told(plan(blocks=(crest,), **at))["crest_blocks_l5s1"] is True
    assert told(plan(proposal(), **at))["crest_blocks_l5s1"] is False
    assert "crest_blocks_l5s1" not in told(plan(blocks=(lamina,), **at))
    assert "crest_blocks_l5s1" not in told(plan(blocks=(crest,)))
    assert "crest_blocks_l5s1" not in told(plan(blocks=(crest,), approach="far-lateral", **at))


def test_bone_that_alone_would_free_a_corridor_goes_back_as_a_number() -> None:
    block = Block("superior articular process L5", Side.LEFT, 0.0, "", sap_fraction=0.72)
    assert told(plan(blocks=(block,)))["sap_resection_percent"] == 72.0


def test_every_name_is_a_fact_of_the_registry() -> None:
    names = {fact.name for fact in facts([plan(proposal(), level="L5-S1")])}
    names |= {f"corridor_{way}_clear" for way in ("far_lateral", "interlaminar")}
    for approach in ("far-lateral", "interlaminar"):
        names |= set(told(plan(proposal(), approach=approach)))
    assert names <= set(registry.facts())


def test_plans_of_two_sides_do_not_mix() -> None:
    with pytest.raises(InputError):
        facts([plan(proposal()), plan(proposal(), side=Side.RIGHT)])
    with pytest.raises(InputError):
        facts([plan(proposal()), plan(proposal())])

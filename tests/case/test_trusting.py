"""Believing the scan: what a measurement contradicts gives way, and nothing else changes."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from kambin.case import Case, MeasuredFact, disagreements, fact_row
from kambin.case.findings import disc_findings
from kambin.case.trusting import trusting
from tests.case.case_strategies import cases
from tests.case.mirroring import mirrored


def case(**sections: Any) -> Case:
    return Case.model_validate(sections)


def test_a_contradicted_number_gives_way() -> None:
    stated = case(imaging={"crest_above_l45_left_mm": 5.0, "crest_above_l45_right_mm": 20.0})
    items = [MeasuredFact(name=f"crest_above_l45_{side}_mm", value=20.0) for side in ("left", "right")]
    row = fact_row(trusting(stated.with_measured(items)))
    assert row["crest_above_l45_left_mm"] == row["crest_above_l45_right_mm"] == 20.0
    assert fact_row(stated.with_measured(items))["crest_above_l45_left_mm"] == 5.0


def test_a_contradicted_finding_gives_way_on_its_own_disc_only() -> None:
    item = MeasuredFact(name="disc_type", value="extrusion", level="L4-L5", side="left")
    stated = case(
        imaging={
            "discs": [
                {"level": "L4-L5", "side": "left", "type": "bulge"},
                {"level": "L4-L5", "side": "right", "type": "bulge"},
                {"level": "L5-S1", "side": "left", "type": "bulge"},
            ]
        }
    )
    found = disc_findings(trusting(stated.with_measured([item])))
    assert [record.type for record in found] == ["extrusion", "bulge", "bulge"]


@given(cases())
def test_nothing_disagrees_afterwards_and_no_measurement_is_lost(found: Case) -> None:
    after = trusting(found)
    assert disagreements(after) == ()
    assert after.measured == found.measured
    if not disagreements(found):
        assert after == found


@given(cases())
def test_the_mirror_image_is_trusted_alike(found: Case) -> None:
    assert trusting(mirrored(found)) == mirrored(trusting(found))

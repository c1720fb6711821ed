"""What was measured of a disc fills in the clinician's record of that disc, and of no other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case import Case, MeasuredFact, disagreements
from kambin.case.findings import disc_findings, field_of, stated_finding
from kambin.case.words import LEVELS
from tests.case.mirroring import mirrored

SIDES = ("left", "right", "midline")


def case(*discs: dict[str, Any]) -> Case:
    return Case.model_validate({"imaging": {"discs": list(discs)}})


def measured(name: str, value: Any, level: str, side: str | None = None) -> MeasuredFact:
    return MeasuredFact.model_validate({"name": name, "value": value, "level": level, "side": side})


def test_without_measurements_the_records_are_the_clinicians_own() -> None:
    found = case({"level": "L4-L5", "side": "left"})
    assert disc_findings(found) is found.imaging.discs


def test_a_measurement_fills_what_is_open_and_leaves_what_is_said() -> None:
    items = [
        measured("disc_type", "extrusion", "L4-L5", "left"),
        measured("disc_zone", "central", "L4-L5", "left"),
    ]
    [record] = disc_findings(
        case({"level": "L4-L5", "side": "left", "type": "protrusion"}).with_measured(items)
    )
    assert (record.type, record.zone) == ("protrusion", "central")


def test_a_disc_of_which_only_a_scan_tells_gets_a_record() -> None:
    found = case({"level": "L3-L4", "side": "left"}).with_measured(
        [measured("disc_type", "extrusion", "L5-S1", "right")]
    )
    records = disc_findings(found)
    assert [(item.level, item.side, item.type) for item in records] == [
        ("L3-L4", "left", None),
        ("L5-S1", "right", "extrusion"),
    ]
    assert stated_finding(found, records[1]) is None


def test_a_record_without_a_side_takes_the_measured_one() -> None:
    [record] = disc_findings(
        case({"level": "L4-L5"}).with_measured([measured("disc_type", "bulge", "L4-L5", "right")])
    )
    assert (record.side, record.type) == ("right", "bulge")


def test_the_other_side_of_the_same_disc_is_another_record() -> None:
    found = case({"level": "L4-L5", "side": "left", "type": "bulge"}).with_measured(
        [measured("disc_type", "extrusion", "L4-L5", "right")]
    )
    assert [(item.side, item.type) for item in disc_findings(found)] == [
        ("left", "bulge"),
        ("right", "extrusion"),
    ]
    assert disagreements(found) == ()


@given(st.sampled_from(LEVELS), st.sampled_from(SIDES), st.sampled_from(LEVELS), st.sampled_from(SIDES))
def test_a_measurement_reaches_its_own_level_and_side_only(
    level: str, side: str, other: str, other_side: str
) -> None:
    found = case({"level": str(level), "side": side}).with_measured(
        [measured("disc_calcified", True, str(other), other_side)]
    )
    for record in disc_findings(found):
        assert (record.calcified is True) == ((record.level, record.side) == (other, other_side))


@given(st.sampled_from(LEVELS), st.sampled_from(SIDES), st.sampled_from([None, *SIDES]))
def test_the_mirror_image_has_mirrored_findings(level: str, side: str, stated: str | None) -> None:
    found = case({"level": str(level), "side": stated}).with_measured(
        [measured("disc_type", "extrusion", str(level), side)]
    )
    assert (
        disc_findings(mirrored(found))
        == mirrored(
            found.model_copy(
                update={"imaging": found.imaging.model_copy(update={"discs": disc_findings(found)})}
            )
        ).imaging.discs
    )


def test_what_the_clinician_wrote_of_that_disc_can_disagree() -> None:
    item = measured("disc_height_mm", 4.0, "L4-L5", "left")
    found = case({"level": "L4-L5", "side": "left", "height_mm": 9.0}, {"level": "L5-S1", "height_mm": 4.0})
    assert [(one.stated, one.measured) for one in disagreements(found.with_measured([item]))] == [(9.0, item)]


@pytest.mark.parametrize(
    ("name", "field"), [("disc_type", "type"), ("crest_grade", None), ("disc_nothing", None)]
)
def test_which_field_a_fact_reads(name: str, field: str | None) -> None:
    assert field_of(name) == field

"""What no random patient is sure to show."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kambin.case import Case, DiscFinding, MeasuredFact, computed


def case(**sections: Any) -> Case:
    return Case.model_validate(sections)


@pytest.mark.parametrize(
    ("height", "weight", "expected"),
    [(180, 81, 25.0), (170, 70, 24.2), (50, 350, None), (250, 10, None), (70, 175, None)],
)
def test_a_body_mass_index_that_can_not_be_is_unknown(
    height: float, weight: float, expected: float | None
) -> None:
    assert computed.bmi(case(patient={"height_cm": height, "weight_kg": weight}), None) == expected


OPERATION = {"kind": "microdiscectomy", "level": "L4-L5", "on": date(2024, 6, 1)}


@pytest.mark.parametrize(
    ("operations", "complete", "expected"),
    [
        ([OPERATION], True, 24.0),
        ([OPERATION], False, None),
        ([OPERATION, {"kind": "fusion"}], True, None),
        ([OPERATION, {"kind": "fusion", "on": date(2026, 5, 1)}], True, 1.0),
        ([{"kind": "fusion", "on": date(2027, 5, 1)}], True, None),
        ([{"kind": "fusion", "on": date(1900, 5, 1)}], True, None),
        ([], True, None),
    ],
)
def test_the_last_operation_is_known_only_when_all_are(
    operations: list[dict[str, Any]], complete: bool, expected: float | None
) -> None:
    history = {"operations": operations, "operations_complete": complete}
    assert (
        computed.months_since_operation(case(history=history, assessed_on=date(2026, 6, 1)), None) == expected
    )
    assert computed.months_since_operation(case(history=history), None) is None


def test_an_operation_at_this_level_is_known_as_soon_as_one_is() -> None:
    disc = DiscFinding(level="L4-L5")
    assert computed.operated_same_level(case(history={"operations": [OPERATION]}), disc) is True
    assert computed.operated_same_level(case(history={"operations": [OPERATION]}), None) is None
    other = case(history={"operations": [OPERATION], "operations_complete": True})
    assert computed.operated_same_level(other, DiscFinding(level="L5-S1")) is False
    somewhere = case(history={"operations": [{"kind": "fusion"}], "operations_complete": True})
    assert computed.operated_same_level(somewhere, disc) is None


@pytest.mark.parametrize(
    ("disc_side", "leg", "left", "right", "expected"),
    [
        ("left", None, 10, None, 10),
        ("right", "left", 10, 20, 20),
        ("midline", "left", 10, 20, 10),
        ("midline", "both", 10, 20, 20),
        ("midline", "both", 10, None, None),
        ("midline", None, 10, 20, None),
        ("midline", None, 10, 10, 10),
        (None, "left", 10, 20, None),
        (None, "left", 15, 15, 15),
        ("left", "left", None, 20, None),
    ],
)
def test_the_crest_is_that_of_the_herniation_or_the_painful_leg(
    disc_side: Any, leg: str | None, left: float | None, right: float | None, expected: float | None
) -> None:
    found = case(
        symptoms={"leg_pain_side": leg},
        imaging={"crest_above_l45_left_mm": left, "crest_above_l45_right_mm": right},
    )
    assert computed.crest_height_mm(found, DiscFinding(level="L5-S1", side=disc_side)) == expected


def test_without_a_problem_disc_the_painful_leg_decides() -> None:
    found = case(
        symptoms={"leg_pain_side": "right"},
        imaging={"crest_above_l45_left_mm": 3, "crest_above_l45_right_mm": 7},
    )
    assert computed.crest_height_mm(found, None) == 7


@pytest.mark.parametrize(
    ("imaging", "expected"),
    [
        ({}, None),
        ({"crest_above_mid_l5_pedicle": True}, True),
        ({"crest_above_mid_l5_pedicle": False}, False),
        ({"crest_grade": "II"}, True),
        ({"crest_grade": "I"}, None),
        ({"crest_above_l45_left_mm": 0.5}, True),
        ({"crest_above_l45_left_mm": -30}, None),
        ({"crest_above_l45_right_mm": 20}, None),
        ({"crest_above_mid_l5_pedicle": True, "crest_above_l45_left_mm": -5, "crest_grade": "I"}, True),
        ({"crest_above_mid_l5_pedicle": False, "crest_above_l45_left_mm": -5, "crest_grade": "I"}, False),
    ],
)
def test_any_film_or_scan_that_tells_it_settles_whether_the_crest_is_high(
    imaging: dict[str, Any], expected: bool | None
) -> None:
    assert computed.crest_high(case(imaging=imaging), DiscFinding(level="L5-S1", side="left")) is expected


def test_a_crest_measured_high_is_high_whatever_the_film_was_read_as() -> None:
    measured = [MeasuredFact(name="crest_above_l45_left_mm", value=20.0)]
    found = case(imaging={"crest_above_mid_l5_pedicle": False}).with_measured(measured)
    assert computed.crest_high(found, DiscFinding(level="L5-S1", side="left")) is True


def test_what_is_measured_fills_in_and_never_overrules() -> None:
    name = "crest_above_l45_left_mm"
    measured = [MeasuredFact(name=name, value=21), MeasuredFact(name="mri_done", value=True)]
    assert computed.measured_or_stated(case().with_measured(measured), name) == 21.0
    stated = case(imaging={name: 4.0}).with_measured(measured)
    assert computed.measured_or_stated(stated, name) == 4.0
    assert computed.measured_or_stated(case().with_measured(measured), "mri_age_weeks") is None
    assert computed.measured_or_stated(case().with_measured(measured), "mri_done") is None


def test_a_disc_without_herniation_is_not_contained() -> None:
    assert computed.contained(case(), DiscFinding(level="L4-L5", type="none")) is None
    assert computed.contained(case(), None) is None

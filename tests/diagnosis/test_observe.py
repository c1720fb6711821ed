"""What a case holds, as outcomes: nothing is read into a gap."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from kambin.case import Case
from kambin.diagnosis import figures
from kambin.diagnosis.observe import observe
from tests.diagnosis.strategies import cases, make


def keys(**sections: Any) -> set[str]:
    return {component.rank for component, _ in observe(make(**sections), figures()).found}


def test_nothing_known_is_nothing_found() -> None:
    seen = observe(make(), figures())
    assert seen.found == () and seen.answered == frozenset() and seen.warnings == ()


@pytest.mark.parametrize(
    ("leg", "rank"),
    [
        ({"mrc_hip_abduction": 0}, "mrc_hip_abduction:marked"),
        ({"mrc_hip_abduction": 3}, "mrc_hip_abduction:marked"),
        ({"mrc_hip_abduction": 4}, "mrc_hip_abduction:mild"),
        ({"mrc_hip_abduction": 5}, "mrc_hip_abduction:normal"),
        ({"reflex_achilles": "absent"}, "reflex_achilles:reduced"),
        ({"reflex_achilles": "normal"}, "reflex_achilles:normal"),
        ({"sensation_knee": "reduced"}, "sensation_knee:reduced"),
        ({"crossed_slr_positive": False}, "crossed_slr_positive:negative"),
        ({"slr_positive": True}, "slr_positive:positive"),
        ({"slr_deg": 40}, "slr_positive:positive"),
    ],
)
def test_values_become_outcomes(leg: dict[str, Any], rank: str) -> None:
    assert keys(signs={"left": leg}) == {rank}


@pytest.mark.parametrize("leg", [{"reflex_achilles": "brisk"}, {"slr_deg": 75}])
def test_what_points_to_no_root_is_no_outcome(leg: dict[str, Any]) -> None:
    assert keys(signs={"right": leg}) == set()


def test_a_full_examination_reads_what_is_not_written_down_as_normal() -> None:
    found = keys(signs={"complete": True, "right": {"mrc_great_toe_extension": 2}})
    assert {
        "mrc_great_toe_extension:marked",
        "mrc_great_toe_extension:normal",
        "slr_positive:negative",
    } <= found
    assert not any(rank.startswith(("leg_pain", "area", "radicular")) for rank in found)


def test_a_full_examination_keeps_a_gap_with_a_reason() -> None:
    path = "signs.right.reflex_achilles"
    case = make(signs={"complete": True}, absent={path: "not_applicable"})
    seen = observe(case, figures())
    assert path not in {component.path for component, _ in seen.found} and path in seen.answered


@pytest.mark.parametrize(
    ("symptoms", "left", "right"),
    [
        ({"leg_pain_side": "left"}, True, False),
        ({"leg_pain_side": "both"}, True, True),
        ({"leg_pain_side": "none"}, False, False),
        ({"pain_area_left": "none"}, False, None),
        ({"pain_area_right": "knee_medial_calf"}, None, True),
        ({"leg_pain_side": "right", "pain_area_right": "anterior_thigh"}, False, True),
        ({"leg_pain_side": "right", "pain_area_right": "none"}, False, None),
        ({"leg_pain_side": "right", "pain_area_left": "anterior_thigh"}, None, True),
    ],
)
def test_which_leg_hurts(symptoms: dict[str, str], left: bool | None, right: bool | None) -> None:
    seen = observe(make(symptoms=symptoms), figures())
    assert seen.leg_pain == {"left": left, "right": right}
    expected = {
        f"leg_pain:{'present' if hurts else 'absent'}:{side}"
        for side, hurts in (("left", left), ("right", right))
        if hurts is not None
    }
    assert {item.key for item, _ in seen.found if item.rank.startswith("leg_pain")} == expected
    contradicts = "leg_pain_side" in symptoms and None in (left, right)
    assert bool(seen.warnings) is contradicts


def test_an_area_speaks_for_its_roots_and_against_the_others() -> None:
    found = {
        component.key: component
        for component, _ in observe(make(symptoms={"pain_area_left": "anterior_thigh"}), figures()).found
    }
    inside = found["symptoms.pain_area_left:anterior_thigh:inside"]
    outside = found["symptoms.pain_area_left:anterior_thigh:outside"]
    assert inside.ratio.log > 0 > outside.ratio.log
    assert not {index for index, _ in inside.places} & {index for index, _ in outside.places}


def test_pain_in_the_area_of_no_root() -> None:
    assert "area:not_dermatomal:no_root" in keys(symptoms={"pain_area_left": "not_dermatomal"})


@pytest.mark.parametrize(("value", "rank"), [(True, "radicular:yes"), (False, "radicular:no")])
def test_radiating_pain(value: bool, rank: str) -> None:
    assert keys(symptoms={"radicular_pain": value}) == {rank}


def test_what_was_asked_in_vain_is_not_asked_again() -> None:
    case = make(absent={"symptoms.radicular_pain": "asked_unknown", "symptoms.leg_pain_side": "not_asked"})
    assert observe(case, figures()).answered == {"symptoms.radicular_pain"}


@given(cases())
def test_no_question_is_answered_twice(case: Case) -> None:
    found = [component.key for component, _ in observe(case, figures()).found]
    assert len(found) == len(set(found))

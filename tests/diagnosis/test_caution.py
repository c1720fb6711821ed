"""What a reader must not miss."""

from __future__ import annotations

from typing import Any

import pytest

from kambin.case import Case
from kambin.case.measured import MeasuredFact
from kambin.diagnosis import locate
from tests.diagnosis.strategies import disc, make

HERE = disc("L4-L5", "right", "extrusion", zone="subarticular")


def says(case: Case, *words: str) -> bool:
    return any(all(word in text for word in words) for text in locate(case).warnings)


def seen(*discs: dict[str, Any], **imaging: Any) -> Case:
    return make(imaging={"discs": list(discs), **imaging})


@pytest.mark.parametrize(("done", "words"), [(True, "An MRI was made"), (False, "No MRI"), (None, "No scan")])
def test_silent_scans(done: bool | None, words: str) -> None:
    case = make(imaging={} if done is None else {"mri_done": done})
    assert says(case, words, "signs alone")
    assert not says(case, "marked as read")


def test_an_incomplete_reading() -> None:
    assert says(seen(HERE), "Not all five")
    assert not says(seen(HERE, discs_complete=True), "Not all five")


def test_changed_symptoms() -> None:
    case = make(symptoms={"symptoms_changed": True}, imaging={"discs": [HERE]})
    assert says(case, "out of date") and not says(seen(HERE), "out of date")


def test_numbering() -> None:
    assert says(seen(HERE, transitional_vertebra=True), "numbering", "transitional")
    mapped = seen(HERE).with_measured([MeasuredFact(name="crest_above_l45_left_mm", value=20.0)])
    assert says(mapped, "label map", "check the numbering")
    told = seen(HERE, transitional_vertebra=False)
    assert not says(told.with_measured(mapped.measured), "numbering")
    assert not says(seen(HERE), "numbering")


def test_several_levels() -> None:
    other = disc("L5-S1", "right", zone="subarticular")
    assert says(seen(HERE, other), "2 levels (L4-L5, L5-S1)")
    assert not says(seen(HERE, disc("L5-S1", "right", "bulge")), "2 levels")


def test_tied_discs_are_named_without_a_side_that_nobody_wrote_down() -> None:
    tied = seen(
        disc("L4-L5", "right", zone="subarticular"), disc("L2-L3", None, "extrusion", zone="subarticular")
    )
    assert says(tied, "More than one disc", "L4-L5 right, traversing root L5", "L2-L3")
    assert not says(tied, "L2-L3 left") and not says(tied, "L2-L3 right")


def test_a_bulge_is_no_herniation() -> None:
    case = make(
        symptoms={
            "leg_pain_side": "right",
            "pain_area_right": "lateral_calf_dorsal_foot",
            "radicular_pain": True,
        },
        signs={"right": {"crossed_slr_positive": True, "mrc_great_toe_extension": 2}},
        imaging={"discs": [disc("L4-L5", "right", "bulge", root_compressed=True)], "discs_complete": True},
    )
    found = locate(case)
    assert found.problem is not None and says(case, "bulge, which is not a herniation")


@pytest.mark.parametrize(
    ("zone", "narrow", "said"),
    [
        ("subarticular", {"recess_stenosis": "severe"}, True),
        ("subarticular", {"recess_stenosis": "mild"}, False),
        ("subarticular", {"foraminal_stenosis": "severe"}, False),
        ("foraminal", {"foraminal_stenosis": "moderate"}, True),
        ("foraminal", {"canal_stenosis": "severe"}, True),
    ],
)
def test_bone_may_be_a_second_cause(zone: str, narrow: dict[str, str], said: bool) -> None:
    case = seen(disc("L4-L5", "right", "extrusion", zone=zone, **narrow), discs_complete=True)
    assert says(case, "Bone narrows") is said


@pytest.mark.parametrize(
    "signs", [{"upper_motor_neuron_signs": True}, {"left": {"reflex_achilles": "brisk"}}]
)
def test_upper_motor_neuron(signs: dict[str, Any]) -> None:
    assert says(make(signs=signs), "look higher up")
    assert not says(make(signs={"upper_motor_neuron_signs": False}), "look higher up")

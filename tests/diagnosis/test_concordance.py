"""Signs and scan: agreement, contradiction, and what is left open."""

from __future__ import annotations

from typing import Any

import pytest

from kambin.diagnosis import Diagnosis, locate
from tests.diagnosis.strategies import disc, make

L5 = {"mrc_great_toe_extension": 2, "sensation_dorsal_foot": "reduced", "slr_positive": True}
S1 = {"reflex_achilles": "absent", "sensation_lateral_foot": "reduced", "slr_positive": True}


def answer(signs: dict[str, Any], *discs: dict[str, Any], complete: bool = True, **more: Any) -> Diagnosis:
    imaging = {"discs": list(discs), "discs_complete": complete, **more.pop("imaging", {})}
    return locate(make(signs=signs, imaging=imaging, **more))


def says(found: Diagnosis, *words: str) -> bool:
    return any(all(word in text for word in words) for text in found.warnings)


@pytest.mark.parametrize(
    "where",
    [
        disc("L4-L5", "right", zone="subarticular"),
        disc("L5-S1", "right", zone="foraminal"),
        disc("L4-L5", "midline"),
    ],
)
def test_a_herniation_that_meets_the_root_agrees(where: dict[str, Any]) -> None:
    found = answer({"right": L5}, where)
    assert found.signs_match_scan is True
    assert not says(found, "do not match")


@pytest.mark.parametrize(
    "where",
    [
        disc("L4-L5", "right", zone="foraminal"),
        disc("L3-L4", "right", zone="subarticular"),
        disc("L1-L2", "right"),
    ],
)
def test_a_herniation_that_meets_another_root_contradicts(where: dict[str, Any]) -> None:
    found = answer({"right": L5}, where)
    assert found.signs_match_scan is False
    assert found.problem is None and "does not explain" in found.reason
    assert says(found, "do not match", "L5 on the right", "lowers the indication")


@pytest.mark.parametrize("complete", [True, False])
def test_the_other_side_contradicts_whether_or_not_all_discs_were_read(complete: bool) -> None:
    found = answer({"right": L5}, disc("L4-L5", "left", zone="subarticular"), complete=complete)
    assert found.signs_match_scan is False and found.problem is None
    assert says(found, "do not match", "the only herniation on the scan is on the left")


def test_pain_in_one_leg_and_a_herniation_on_the_other_side() -> None:
    found = answer({}, disc("L4-L5", "left", zone="subarticular"), symptoms={"leg_pain_side": "right"})
    assert found.signs_match_scan is False and says(found, "pain is on the right")
    same = answer({}, disc("L4-L5", "left", zone="subarticular"), symptoms={"leg_pain_side": "left"})
    assert same.signs_match_scan is None
    central = answer({}, disc("L4-L5", "midline"), symptoms={"leg_pain_side": "right"})
    assert central.signs_match_scan is None


def test_an_unread_level_leaves_it_open() -> None:
    found = answer({"right": S1}, disc("L2-L3", "right", zone="subarticular"), complete=False)
    assert found.signs_match_scan is None
    assert says(found, "no reading is on file for L5-S1")
    read = answer(
        {"right": S1},
        disc("L2-L3", "right", zone="subarticular"),
        {"level": "L5-S1", "type": "none"},
        complete=False,
    )
    assert read.signs_match_scan is False


def test_a_full_reading_without_any_herniation_contradicts_clear_signs() -> None:
    found = answer({"right": S1})
    assert found.signs_match_scan is False and found.problem is None


def test_no_scan_answers_nothing() -> None:
    found = answer({"right": S1}, complete=False)
    assert found.signs_match_scan is None and not says(found, "match")


def test_a_bulge_leaves_it_open_until_it_is_said_to_compress_the_root() -> None:
    found = answer({"right": L5}, disc("L4-L5", "right", "bulge"))
    assert found.signs_match_scan is None and says(found, "bulge (L4-L5)", "compresses")
    pressed = answer(
        {"right": L5}, disc("L4-L5", "right", "bulge", zone="subarticular", root_compressed=True)
    )
    assert pressed.signs_match_scan is True


def test_straight_leg_raise_alone_can_agree_and_not_contradict() -> None:
    raised = {"right": {"slr_positive": True}}
    assert answer(raised, disc("L4-L5", "right", zone="subarticular")).signs_match_scan is True
    assert answer(raised, disc("L2-L3", "right", zone="subarticular")).signs_match_scan is None
    assert answer(raised, disc("L4-L5", "left", zone="subarticular")).signs_match_scan is False


def test_normal_findings_point_nowhere() -> None:
    found = answer({"complete": True}, disc("L4-L5", "right", zone="subarticular"))
    assert found.signs_match_scan is None


def test_a_positive_sign_outweighed_by_negative_ones_points_nowhere() -> None:
    leg = {
        "slr_positive": True,
        "crossed_slr_positive": False,
        "mrc_great_toe_extension": 5,
        "sensation_dorsal_foot": "normal",
    }
    leg |= {"reflex_achilles": "normal", "sensation_lateral_foot": "normal", "mrc_ankle_plantarflexion": 5}
    assert answer({"right": leg}, disc("L4-L5", "right", zone="subarticular")).signs_match_scan is None


def test_signs_on_both_sides_and_a_herniation_on_one() -> None:
    found = answer({"left": L5, "right": L5}, disc("L4-L5", "right", zone="subarticular"))
    assert found.signs_match_scan is None
    assert says(found, "signs on both sides", "one side only", "cauda equina")
    two = answer(
        {"left": L5, "right": L5},
        disc("L4-L5", "right", zone="subarticular"),
        disc("L5-S1", "left", zone="foraminal"),
    )
    assert two.signs_match_scan is True and not says(two, "one side only")
    neither = answer({"left": L5, "right": L5}, disc("L1-L2", "midline"))
    assert neither.signs_match_scan is False


def test_one_root_off_with_doubtful_numbering_is_left_open() -> None:
    doubt = {"transitional_vertebra": True}
    near = answer({"right": L5}, disc("L5-S1", "right", zone="subarticular"), imaging=doubt)
    assert near.signs_match_scan is None and says(near, "one root away")
    sure = answer({"right": L5}, disc("L5-S1", "right", zone="subarticular"))
    assert sure.signs_match_scan is False
    far = answer({"right": L5}, disc("L1-L2", "right", zone="subarticular"), imaging=doubt)
    assert far.signs_match_scan is False


def test_a_disc_that_leads_on_the_scan_alone_is_not_named_against_the_signs() -> None:
    """The scan favours L3-L4, the signs mean the small finding at L5-S1: agreement there names neither."""
    found = answer(
        {"right": {"slr_positive": True}},
        disc("L3-L4", "right", "extrusion", zone="subarticular", root_compressed=True),
        disc("L5-S1", "right", "protrusion", zone="subarticular", root_compressed=False),
    )
    assert found.signs_match_scan is True and found.problem is None
    assert "the signs for another disc" in found.reason


def test_agreement_never_lies_where_nothing_is_shown() -> None:
    for side in ("left", "right"):
        found = answer({side: S1}, disc("L5-S1", side, zone="subarticular"))
        assert found.signs_match_scan is True
        assert found.problem is not None and found.problem.side == side

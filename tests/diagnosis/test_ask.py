"""The next finding: what it is worth is checked against an enumeration of its answers."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given

from kambin.case import Case
from kambin.diagnosis import figures, locate
from kambin.diagnosis.ask import Asked, _gain, leading
from kambin.diagnosis.observe import observe
from kambin.diagnosis.overlap import weigh
from kambin.diagnosis.places import PLACES
from kambin.diagnosis.posterior import NOTHING, infer
from kambin.diagnosis.scan import read_scan
from tests.diagnosis.strategies import cases, disc, make

RIGHT_PAIN = {"leg_pain_side": "right", "radicular_pain": True}


def entropy(weights: list[float]) -> float:
    total = sum(weights)
    return -sum(w / total * math.log2(w / total) for w in weights if w > 0)


def test_a_gain_is_the_fall_of_the_entropy_averaged_over_the_answers() -> None:
    weights = {0: 0.5, 7: 0.3, NOTHING: 0.2}
    asked = Asked("x", "?", 1, ((0.2, {0: 1.1, 7: -0.4}), (0.5, {7: 0.3}), (0.3, {})))
    answers = []
    for background, logs in asked.answers:
        row = []
        for index, weight in weights.items():
            norm = sum(b * math.exp(other.get(index, 0)) for b, other in asked.answers)
            row.append(weight * background * math.exp(logs.get(index, 0)) / norm)
        answers.append(row)
    expected = entropy(list(weights.values())) - sum(sum(row) * entropy(row) for row in answers)
    assert _gain(asked, weights) == pytest.approx(expected)
    assert expected > 0.05


def test_an_answer_that_all_give_alike_is_worth_nothing() -> None:
    assert _gain(Asked("x", "?", 0, ((0.5, {0: 1.0, 1: 1.0}), (0.5, {}))), {0: 0.5, 1: 0.5}) == 0


@given(cases())
def test_what_is_asked_is_not_known_and_tells_something(case: Case) -> None:
    following = locate(case).next_finding
    if following is None:
        return
    assert 0 < following.gain_bits <= math.log2(len(PLACES) + 1)
    assert following.cost in (0, 1, 3) and following.question and following.between
    for path in following.paths:
        section, _, rest = path.partition(".")
        if section == "imaging":
            continue
        value = getattr(case, section)
        for name in rest.split("."):
            value = getattr(value, name)
        assert value is None, path
    assert following.path == following.paths[0]


def test_l5_against_s1_asks_for_a_sign_that_tells_them_apart() -> None:
    discs = [disc(level, "right", zone="subarticular", root_compressed=True) for level in ("L4-L5", "L5-S1")]
    found = locate(
        make(
            symptoms=RIGHT_PAIN,
            signs={"right": {"slr_positive": True}},
            imaging={"discs": discs, "discs_complete": True},
        )
    )
    assert found.problem is None and found.next_finding is not None
    asked = found.next_finding.path
    assert asked in ("symptoms.pain_area_right", "signs.right.reflex_achilles")
    told = locate(
        make(
            symptoms={**RIGHT_PAIN, "pain_area_right": "posterior_calf_plantar_foot"},
            signs={"right": {"slr_positive": True, "reflex_achilles": "absent"}},
            imaging={"discs": discs, "discs_complete": True},
        )
    )
    assert told.problem is not None and told.problem.root == "S1"


def test_each_leg_is_asked_when_both_tell_the_same() -> None:
    case = make(
        symptoms={
            "leg_pain_side": "both",
            "radicular_pain": True,
            "pain_area_left": "not_dermatomal",
            "pain_area_right": "not_dermatomal",
        },
        imaging={
            "discs_complete": True,
            "discs": [
                disc(level, "midline", "extrusion", root_compressed=True) for level in ("L4-L5", "L5-S1")
            ],
        },
    )
    following = locate(case).next_finding
    assert following is not None
    assert following.paths == ("signs.left.reflex_achilles", "signs.right.reflex_achilles")
    assert following.question.endswith("(each leg)")


def test_pain_of_both_legs_is_asked_leg_by_leg() -> None:
    case = make(
        symptoms={"leg_pain_side": "both", "radicular_pain": True},
        imaging={
            "discs_complete": True,
            "discs": [
                disc(level, "midline", "extrusion", root_compressed=True) for level in ("L4-L5", "L5-S1")
            ],
        },
    )
    following = locate(case).next_finding
    assert following is not None
    assert following.question == "Where in the left leg is the pain? Where in the right leg is the pain?"


def test_an_unread_level_among_the_leading_is_asked_for() -> None:
    found = locate(
        make(
            symptoms={
                "leg_pain_side": "right",
                "radicular_pain": True,
                "pain_area_right": "posterior_calf_plantar_foot",
            },
            signs={"complete": True, "right": {"slr_positive": True, "reflex_achilles": "absent"}},
            imaging={"discs": [{"level": "L4-L5", "type": "none"}]},
        )
    )
    assert found.next_finding is not None
    assert found.next_finding.path.startswith("imaging.discs") and "L5-S1" in found.next_finding.question
    assert "L4-L5" not in found.next_finding.question


def test_one_question_reads_all_unread_levels() -> None:
    following = locate(make(imaging={"discs": [{"level": "L4-L5", "pfirrmann": 3}]})).next_finding
    assert following is not None and following.path == "imaging.discs"
    assert following.question == "What does the scan show at each of the five lumbar discs?"
    clear = [{"level": level, "type": "none"} for level in ("L4-L5", "L1-L2")]
    following = locate(make(imaging={"discs": clear})).next_finding
    assert following is not None and "L2-L3, L3-L4 or L5-S1," in following.question


def test_a_single_unread_level_is_named_in_the_path() -> None:
    clear = [{"level": level, "type": "none"} for level in ("L1-L2", "L2-L3", "L3-L4", "L4-L5")]
    found = locate(
        make(
            symptoms={**RIGHT_PAIN, "pain_area_right": "posterior_calf_plantar_foot"},
            signs={"right": {"slr_positive": True, "reflex_achilles": "absent"}},
            imaging={"discs": clear},
        )
    )
    assert found.next_finding is not None and found.next_finding.path == "imaging.discs[L5-S1]"


def test_a_missing_zone_is_asked_for_when_signs_can_not_tell() -> None:
    """L3-L4 right without a zone meets L3 or L4; knee extension and stretch meet both."""
    leg = {
        "mrc_knee_extension": 3,
        "femoral_stretch_positive": True,
        "crossed_femoral_stretch_positive": True,
    }
    leg |= {"reflex_patellar": "normal", "sensation_knee": "normal", "sensation_medial_calf": "normal"}
    found = locate(
        make(
            symptoms={**RIGHT_PAIN, "pain_area_right": "anterior_thigh"},
            signs={"complete": True, "right": leg},
            imaging={
                "discs": [disc("L3-L4", "right", "extrusion", root_compressed=True)],
                "discs_complete": True,
            },
        )
    )
    assert found.next_finding is not None and found.next_finding.path == "imaging.discs[L3-L4 right].zone"


def test_a_missing_side_is_asked_for_when_nothing_tells_it() -> None:
    asked_in_vain = dict.fromkeys(
        (
            "symptoms.leg_pain_side",
            "symptoms.pain_area_left",
            "symptoms.pain_area_right",
            "symptoms.radicular_pain",
        ),
        "asked_unknown",
    )
    found = locate(
        make(
            signs={"complete": True, "left": {"slr_positive": True}, "right": {"slr_positive": True}},
            absent=asked_in_vain,
            imaging={
                "discs_complete": True,
                "discs": [disc("L4-L5", None, "extrusion", zone="subarticular", root_compressed=True)],
            },
        )
    )
    assert found.problem is None and "side of the finding at L4-L5" in found.reason
    assert found.next_finding is not None and found.next_finding.path == "imaging.discs[L4-L5].side"


def test_nothing_is_asked_when_it_is_clear() -> None:
    found = locate(
        make(
            symptoms={**RIGHT_PAIN, "pain_area_right": "lateral_calf_dorsal_foot"},
            signs={
                "complete": True,
                "right": {"slr_positive": True, "crossed_slr_positive": True, "mrc_great_toe_extension": 2},
            },
            imaging={
                "discs": [disc("L4-L5", "right", "extrusion", zone="subarticular", root_compressed=True)],
                "discs_complete": True,
            },
        )
    )
    assert found.probability is not None and found.probability > 0.9 and found.next_finding is None


def test_what_was_asked_in_vain_is_not_asked() -> None:
    imaging = {"discs_complete": True, "discs": [disc("L4-L5", "right", zone="subarticular")]}
    first = locate(make(imaging=imaging)).next_finding
    assert first is not None and first.path == "symptoms.leg_pain_side"
    second = locate(make(imaging=imaging, absent={first.path: "asked_unknown"})).next_finding
    assert second is None or second.path != first.path


def test_a_high_threshold_asks_nothing() -> None:
    used = replace(figures(), decision={**figures().decision, "ask_gain_bits": 100.0})
    assert locate(make(), used).next_finding is None


@given(cases())
def test_equals_stay_together_among_the_leading(case: Case) -> None:
    used = figures()
    weighed, _ = weigh(observe(case, used).found, used.overlap)
    posterior = infer(weighed, read_scan(case, used), used)
    p, chosen = posterior.probabilities, leading(posterior, used)
    least = min(p[index] for index in chosen)
    assert all(index in chosen for index in range(len(p)) if p[index] > least)
    assert max(p) in [p[index] for index in chosen]

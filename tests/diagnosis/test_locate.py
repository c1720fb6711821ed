"""The façade: invariances that hold for every patient, and the cases that surgeons argue about."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case import Case, fact_row, facts
from kambin.diagnosis import Diagnosis, figures, locate, problem_disc
from kambin.diagnosis.places import PLACES, place_at
from kambin.errors import InputError
from tests.diagnosis.strategies import cases, disc, make, mirrored, summary


def probability(diagnosis: Diagnosis, level: str, side: str, course: str) -> float:
    return next(
        item.probability
        for item in diagnosis.candidates
        if (item.level, item.side, item.course) == (level, side, course)
    )


# ------------------------------------------------------------------------------------- every patient


@given(cases())
def test_probabilities_are_probabilities(case: Case) -> None:
    found = locate(case)
    assert len(found.candidates) == len(PLACES) == 25
    assert math.fsum([item.probability for item in found.candidates] + [found.unexplained]) == pytest.approx(
        1, abs=1e-12
    )
    for item in (*found.candidates, *([found] if found.probability is not None else [])):
        assert item.probability is not None and item.low is not None and item.high is not None
        assert 0 <= item.low <= item.probability <= item.high <= 1
    ordered = [item.probability for item in found.candidates]
    assert ordered == sorted(ordered, reverse=True)


@given(cases())
def test_same_case_same_bytes(case: Case) -> None:
    once, again = (json.dumps(locate(case).to_dict()) for _ in range(2))
    reread = json.dumps(locate(Case.model_validate_json(case.model_dump_json())).to_dict())
    assert once == again == reread


@given(cases())
def test_a_mirrored_patient_gets_the_mirrored_answer(case: Case) -> None:
    assert summary(locate(mirrored(case))) == summary(locate(case), mirror=True)


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(case: Case, luck) -> None:  # type: ignore[no-untyped-def]
    discs = list(case.imaging.discs)
    luck.shuffle(discs)
    shuffled = case.model_copy(update={"imaging": case.imaging.model_copy(update={"discs": tuple(discs)})})
    assert json.dumps(locate(shuffled).to_dict()) == json.dumps(locate(case).to_dict())


@given(cases())
def test_unknown_reads_as_absent(case: Case) -> None:
    spelled_out = Case.model_validate(case.model_dump())  # every missing field as an explicit None
    bare = Case.model_validate(case.model_dump(exclude_none=True, exclude_defaults=True))
    assert locate(spelled_out).to_dict() == locate(bare).to_dict() == locate(case).to_dict()


@given(cases())
def test_a_named_disc_is_on_the_scan_and_the_facts_fit_the_registry(case: Case) -> None:
    found = locate(case)
    record = problem_disc(case, found)
    assert (record is None) is (found.probability is None) is (found.low is None) is (found.high is None)
    if found.problem is None:
        assert found.reason
        # without a named place conditions may still read the only record of the case
        assert record is None or [item for item in case.imaging.discs if item.type != "none"] == [record]
        assert record is None or found.signs_match_scan is not False
    else:
        assert not found.reason
        assert record in case.imaging.discs and record is not None and record.type != "none"
        assert record.level == found.problem.level
        assert found.probability is not None and found.probability >= found.problem.probability - 1e-12
        assert found.signs_match_scan is not False
    assert set(found.facts()) <= set(facts())
    row = fact_row(case, record, found.facts())
    assert row["problem_disc_probability"] == found.probability
    assert row["signs_match_scan"] is found.signs_match_scan
    assert row["disc_level"] == (None if record is None else record.level)


@given(cases())
def test_no_reading_names_no_disc_and_answers_no_match(case: Case) -> None:
    blind = case.model_copy(
        update={"imaging": case.imaging.model_copy(update={"discs": (), "discs_complete": False})}
    )
    found = locate(blind)
    assert found.problem is None and found.signs_match_scan is None
    assert "No disc finding is on file" in found.reason


# -------------------------------------------------------------------------------- more is never less


def with_sign(case: Case, side: str, field: str, value: object) -> Case:
    leg = getattr(case.signs, side).model_copy(update={field: value})
    return case.model_copy(update={"signs": case.signs.model_copy(update={side: leg})})


POSITIVE = {"yes_no": True, "power": 2, "reflex": "absent", "sensation": "reduced"}


@given(cases(), st.sampled_from([q for q in figures().questions if q.reads in POSITIVE]), st.data())
def test_what_speaks_for_a_candidate_never_lowers_it(case: Case, question, data) -> None:  # type: ignore[no-untyped-def]
    assert question.side
    case = case.model_copy(update={"signs": case.signs.model_copy(update={"complete": False})})
    case = with_sign(case, question.side, "slr_deg", None)
    before = locate(with_sign(case, question.side, question.field, None))
    after = locate(with_sign(case, question.side, question.field, POSITIVE[question.reads]))
    name = {"yes_no": "positive", "power": "marked"}.get(question.reads, "reduced")
    (component,) = question.outcomes[name].components
    full = [PLACES[index] for index, share in component.places if share == 1]
    place = data.draw(st.sampled_from(full))
    was, now = (probability(item, place.level, place.side, place.course) for item in (before, after))
    assert now >= was - 1e-12
    # and it does move something, unless the same was already told in full
    assert after.unexplained <= before.unexplained + 1e-12


@given(cases(), st.sampled_from(("left", "right")), st.sampled_from(["L3-L4", "L4-L5"]))
def test_a_herniation_read_at_a_place_never_lowers_it(case: Case, side: str, level: str) -> None:
    imaging = case.imaging.model_copy(update={"discs": (), "discs_complete": False})
    blind = case.model_copy(update={"imaging": imaging})
    shown = make(imaging={"discs": [disc(level, side, "protrusion", zone="subarticular")]}).imaging
    doubt = shown.model_copy(update={"transitional_vertebra": case.imaging.transitional_vertebra})
    seen = blind.model_copy(update={"imaging": doubt})
    was, now = (probability(locate(item), level, side, "traversing") for item in (blind, seen))
    assert now >= was


# ------------------------------------------------------------------------------------- one level down


@pytest.mark.parametrize("zone", ["subarticular", "foraminal", None])
@pytest.mark.parametrize("kind", ["protrusion", "bulge", "sequestration"])
def test_a_scan_one_level_lower_gives_the_same_numbers_one_level_lower(zone: str | None, kind: str) -> None:
    upper, lower = (
        locate(make(imaging={"discs": [disc(at, "left", kind, zone=zone)]})) for at in ("L2-L3", "L3-L4")
    )
    for place in PLACES:
        if place.level not in ("L2-L3", "L3-L4"):
            continue
        other = "L3-L4" if place.level == "L2-L3" else "L2-L3"
        assert probability(upper, place.level, place.side, place.course) == probability(
            lower, other, place.side, place.course
        )


@pytest.mark.parametrize(
    ("area", "lower_area", "level", "lower_level"),
    [
        ("sensation_anterior_thigh", "sensation_knee", "L1-L2", "L2-L3"),
        ("sensation_dorsal_foot", "sensation_lateral_foot", "L4-L5", "L5-S1"),
    ],
)
def test_sign_and_disc_one_root_lower(area: str, lower_area: str, level: str, lower_level: str) -> None:
    """These areas have the same ratio, so the problem disc keeps its probability."""
    upper, lower = (
        locate(
            make(
                signs={"right": {sign: "reduced"}},
                imaging={"discs": [disc(at, "right", zone="subarticular")]},
            )
        )
        for sign, at in ((area, level), (lower_area, lower_level))
    )
    assert upper.problem and lower.problem
    assert (upper.problem.level, lower.problem.level) == (level, lower_level)
    here, there = (item.problem.probability for item in (upper, lower) if item.problem)
    # S1 and L1 are met by one disc only, the roots between by two: the sums differ by that one rival
    assert here == pytest.approx(there, abs=0.05)


# --------------------------------------------------------------------------------- the cases one argues about

L5_SIGNS = {"slr_positive": True, "mrc_great_toe_extension": 3, "sensation_dorsal_foot": "reduced"}
L4_SIGNS = {
    "femoral_stretch_positive": True,
    "reflex_patellar": "reduced",
    "sensation_medial_calf": "reduced",
}


def test_published_case_b13_is_l5_right_at_l4_l5() -> None:
    """Large right extrusion, L5 worse than L4 and S1 (benchmark case B13; there the level is inferred)."""
    leg = {
        "slr_positive": True,
        "crossed_slr_positive": True,
        "mrc_ankle_dorsiflexion": 4,
        "mrc_great_toe_extension": 2,
        "mrc_hip_abduction": 3,
        "mrc_ankle_plantarflexion": 4,
        "reflex_patellar": "normal",
        "reflex_achilles": "normal",
        "sensation_dorsal_foot": "reduced",
        "sensation_lateral_foot": "reduced",
    }
    found = locate(
        make(
            symptoms={"radicular_pain": True},
            signs={"right": leg},
            imaging={"mri_done": True, "discs": [disc("L4-L5", "right", "extrusion", zone="subarticular")]},
        )
    )
    assert found.problem is not None
    assert (found.problem.level, found.problem.side, found.problem.root) == ("L4-L5", "right", "L5")
    assert found.signs_match_scan is True and found.probability is not None and found.probability > 0.6


def test_b13_without_a_stated_zone_is_still_the_same_disc() -> None:
    found = locate(
        make(signs={"right": L5_SIGNS}, imaging={"discs": [disc("L4-L5", "right", "extrusion")]}),
    )
    assert found.problem is not None and (found.problem.level, found.problem.root) == ("L4-L5", "L5")


def test_two_discs_that_meet_the_same_root_are_rivals_that_only_the_scan_tells_apart() -> None:
    """L4-L5 foraminal and L3-L4 subarticular both meet L4."""
    found = locate(
        make(
            symptoms={
                "leg_pain_side": "right",
                "radicular_pain": True,
                "pain_area_right": "knee_medial_calf",
            },
            signs={"complete": True, "right": L4_SIGNS},
            imaging={
                "discs_complete": True,
                "discs": [
                    disc("L4-L5", "right", zone="foraminal"),
                    disc("L3-L4", "right", zone="subarticular"),
                ],
            },
        )
    )
    assert found.problem is None and "L3-L4, L4-L5" in found.reason
    assert found.signs_match_scan is True
    assert {(item.level, item.root) for item in found.rivals[:2]} == {("L3-L4", "L4"), ("L4-L5", "L4")}
    assert found.rivals[0].probability == found.rivals[1].probability > 0.4
    assert found.next_finding is not None and found.next_finding.path.startswith("imaging.discs[")
    assert found.next_finding.path.endswith("root_compressed")


def test_the_scan_settles_the_rivals() -> None:
    discs = [
        disc("L4-L5", "right", zone="foraminal", root_compressed=True),
        disc("L3-L4", "right", zone="subarticular", root_compressed=False),
    ]
    found = locate(make(signs={"right": L4_SIGNS}, imaging={"discs_complete": True, "discs": discs}))
    assert found.problem is not None
    assert (found.problem.level, found.problem.course, found.problem.root) == ("L4-L5", "exiting", "L4")
    assert any("2 levels" in text for text in found.warnings)


def test_signs_settle_which_of_two_herniations() -> None:
    discs = [disc("L4-L5", "right", zone="subarticular"), disc("L5-S1", "right", zone="subarticular")]
    found = locate(
        make(
            signs={"complete": True, "right": {"slr_positive": True, "reflex_achilles": "absent"}},
            imaging={"discs_complete": True, "discs": discs},
        )
    )
    assert found.problem is not None and found.problem.root == "S1" and found.problem.level == "L5-S1"


def test_scan_without_signs_names_the_only_herniation_and_leaves_the_match_open() -> None:
    found = locate(
        make(imaging={"discs_complete": True, "discs": [disc("L4-L5", "right", zone="subarticular")]})
    )
    assert found.problem is not None and found.problem.level == "L4-L5"
    assert found.signs_match_scan is None
    assert found.probability is not None and found.probability < 0.9


def test_signs_without_scan_name_no_disc_but_weigh_the_places() -> None:
    found = locate(make(symptoms={"leg_pain_side": "right"}, signs={"complete": True, "right": L5_SIGNS}))
    assert found.problem is None and found.signs_match_scan is None
    assert {(item.root, item.side) for item in found.candidates[:2]} == {("L5", "right")}
    assert found.next_finding is not None and found.next_finding.path == "imaging.discs"


def test_nothing_known() -> None:
    found = locate(make())
    assert found.problem is None and found.rivals == ()
    assert len({item.probability for item in found.candidates}) == 1
    assert found.unexplained == pytest.approx(1 / (1 + figures().prior.value))


def test_a_midline_herniation_with_signs_on_both_sides_is_one_disc() -> None:
    found = locate(
        make(
            symptoms={"leg_pain_side": "both"},
            signs={"left": L5_SIGNS, "right": L5_SIGNS},
            imaging={
                "discs_complete": True,
                "discs": [disc("L4-L5", "midline", "extrusion", zone="central")],
            },
        )
    )
    assert found.problem is not None and found.problem.side == "both" and found.problem.root == "L5"
    assert found.signs_match_scan is True
    assert any("both sides" in text and "cauda equina" in text for text in found.warnings)


def test_a_midline_herniation_with_one_painful_leg_takes_that_side() -> None:
    found = locate(
        make(
            symptoms={"leg_pain_side": "left"},
            signs={"left": L5_SIGNS},
            imaging={
                "discs_complete": True,
                "discs": [disc("L4-L5", "midline", "extrusion", zone="central")],
            },
        )
    )
    assert found.problem is not None and found.problem.side == "left"
    others = math.fsum(probability(found, "L4-L5", side, "traversing") for side in ("left", "right", "both"))
    assert found.probability == pytest.approx(others)


def test_herniations_on_both_sides_and_no_sign_of_a_side() -> None:
    discs = [
        disc("L4-L5", side, kind, zone="foraminal")
        for side, kind in (("left", "protrusion"), ("right", "extrusion"))
    ]
    found = locate(make(imaging={"discs_complete": True, "discs": discs}))
    assert found.problem is None and "do not tell the side" in found.reason


def test_all_clear_points_away_from_the_discs() -> None:
    found = locate(make(imaging={"discs_complete": True}))
    assert found.problem is None and "none of them" in found.reason
    assert found.unexplained > locate(make()).unexplained


def test_an_unread_scan_with_a_bare_record() -> None:
    found = locate(make(imaging={"discs": [{"level": "L4-L5", "type": "none"}]}))
    assert found.problem is None and "not all five" in found.reason


def test_signs_that_outweigh_a_doubtful_finding_point_beyond_the_scan() -> None:
    found = locate(
        make(
            symptoms={"leg_pain_side": "right", "pain_area_right": "posterior_calf_plantar_foot"},
            signs={
                "right": {
                    "reflex_achilles": "absent",
                    "mrc_ankle_plantarflexion": 2,
                    "crossed_slr_positive": True,
                }
            },
            imaging={"discs": [{"level": "L1-L2", "side": "right", "type": "bulge", "zone": "foraminal"}]},
        )
    )
    assert found.problem is None
    assert "L5-S1 right, traversing root S1" in found.reason and "nothing" in found.reason


def test_everything_negative_and_a_weak_finding_point_to_something_else() -> None:
    found = locate(
        make(
            symptoms={"leg_pain_side": "none", "radicular_pain": False},
            signs={"complete": True},
            imaging={"discs_complete": True, "discs": [disc("L4-L5", "right", "bulge", zone="foraminal")]},
        )
    )
    assert found.problem is None and "Something other" in found.reason


def test_a_doubtful_numbering_is_said_and_lowers_the_probability() -> None:
    sections = {"signs": {"right": L5_SIGNS}, "symptoms": {"leg_pain_side": "right"}}
    imaging = {"discs_complete": True, "discs": [disc("L4-L5", "right", "extrusion", zone="subarticular")]}
    sure = locate(make(**sections, imaging=imaging))
    doubtful = locate(make(**sections, imaging={**imaging, "transitional_vertebra": True}))
    assert not sure.level_doubtful and doubtful.level_doubtful
    assert sure.probability is not None and doubtful.probability is not None
    assert doubtful.probability < sure.probability
    assert any("transitional" in text for text in doubtful.warnings)


def test_the_diagnosis_of_another_case_is_refused() -> None:
    found = locate(make(imaging={"discs": [disc("L4-L5", "right", "extrusion", zone="subarticular")]}))
    with pytest.raises(InputError, match="another case"):
        problem_disc(make(), found)


def test_two_records_of_one_side_are_one_disc() -> None:
    discs = [disc("L4-L5", "right", zone="subarticular"), disc("L4-L5", "right", zone="foraminal")]
    found = locate(make(imaging={"discs_complete": True, "discs": discs}))
    assert found.problem is not None and found.problem.level == "L4-L5"
    both = [probability(found, "L4-L5", "right", course) for course in ("traversing", "exiting")]
    assert found.probability == pytest.approx(math.fsum(both))


# ------------------------------------------------------------------------------- the only disc of a case


def test_the_only_disc_keeps_its_findings_when_its_side_is_not_known() -> None:
    case = make(
        imaging={"discs": [disc("L4-L5", None, "extrusion", migration="down", migration_grade="high")]}
    )
    found = locate(case)
    record = problem_disc(case, found)
    assert found.problem is None and "side" in found.reason
    assert record is not None and found.disc == record
    row = fact_row(case, record, found.facts())
    assert row["disc_level"] == "L4-L5" and row["disc_side"] is None and row["disc_migration_grade"] == "high"
    of_the_disc = math.fsum(item.probability for item in found.candidates if item.level == "L4-L5")
    assert found.probability == pytest.approx(of_the_disc)


def test_the_only_disc_keeps_its_findings_when_its_type_is_not_known() -> None:
    found = locate(make(imaging={"discs": [{"level": "L5-S1", "side": "left", "calcified": True}]}))
    assert found.problem is None and found.disc is not None and found.disc.level == "L5-S1"
    assert found.probability is not None and found.probability < 0.2


def test_a_disc_that_is_read_as_clear_is_no_candidate() -> None:
    assert locate(make(imaging={"discs": [{"level": "L5-S1", "type": "none"}]})).disc is None


def test_signs_that_point_past_the_only_disc_leave_it() -> None:
    signs = {"right": {"reflex_achilles": "absent", "mrc_ankle_plantarflexion": 3}}
    found = locate(
        make(signs=signs, imaging={"discs": [{"level": "L2-L3", "side": "right", "pfirrmann": 4}]})
    )
    assert found.disc is None and found.probability is None
    toward = locate(
        make(signs=signs, imaging={"discs": [{"level": "L5-S1", "side": "right", "pfirrmann": 4}]})
    )
    assert toward.disc is not None


def test_a_mismatch_leaves_no_disc_for_conditions() -> None:
    found = locate(
        make(signs={"right": L5_SIGNS}, imaging={"discs": [disc("L4-L5", "left", zone="subarticular")]})
    )
    assert found.signs_match_scan is False and found.disc is None


def test_competing_discs_leave_none_for_conditions() -> None:
    discs = [disc("L4-L5", "right", zone="foraminal"), disc("L3-L4", "right", zone="subarticular")]
    found = locate(make(signs={"right": L4_SIGNS}, imaging={"discs": discs}))
    assert found.problem is None and found.disc is None


def test_a_lone_bulge_in_a_partial_reading() -> None:
    found = locate(make(imaging={"discs": [disc("L4-L5", "right", "bulge")]}))
    assert found.problem is None and "less probable" in found.reason
    assert found.disc is not None and found.disc.type == "bulge"


def test_every_place_can_win() -> None:
    """A compressing extrusion and nothing else: the place it lies at is the problem disc."""
    for place in PLACES:
        zone = (
            "foraminal"
            if place.course == "exiting"
            else "central"
            if place.side == "both"
            else "subarticular"
        )
        side = "midline" if place.side == "both" else place.side
        found = locate(
            make(
                symptoms={"leg_pain_side": place.side},
                imaging={
                    "discs_complete": True,
                    "discs": [disc(str(place.level), side, "extrusion", zone=zone, root_compressed=True)],
                },
            )
        )
        assert found.problem is not None
        assert place_at(found.problem.level, found.problem.side, found.problem.course) == place

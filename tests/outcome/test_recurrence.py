"""What is said about one patient: a range and a word, who gets none, what lowers it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kambin import evidence
from kambin.errors import OutOfScope
from kambin.outcome import NoRecurrenceRisk, RecurrenceRisk, out_of_scope, recurrence_risk
from kambin.outcome.riskdata import risk_model
from tests.outcome.patients import KNOWN, TECHNIQUES, WORSE, some, techniques

MODEL = risk_model()
OUTSIDE: list[tuple[dict[str, Any], str]] = [
    ({"age_years": 17}, "adults"),
    ({"operated_same_level": True}, "first operations"),
    ({"unstable": True}, "unstable"),
    ({"disc_listhesis_grade": 1}, "slip"),
    ({"disc_type": "bulge"}, "no herniation"),
    ({"disc_type": "none"}, "no herniation"),
    ({"cauda_equina_compressed": True}, "cauda equina"),
    ({"saddle_anaesthesia": True}, "cauda equina"),
    ({"urinary_retention": True}, "cauda equina"),
    ({"tumour_or_fracture_seen": True}, "tumour"),
    ({"spinal_infection_suspected": True}, "infection"),
]


def risk(option: str, facts: dict[str, Any]) -> RecurrenceRisk:
    found = recurrence_risk(option, facts)
    assert isinstance(found, RecurrenceRisk)
    return found


def none(option: str, facts: dict[str, Any]) -> NoRecurrenceRisk:
    found = recurrence_risk(option, facts)
    assert isinstance(found, NoRecurrenceRisk)
    return found


@settings(max_examples=30)
@given(techniques, some)
def test_it_is_a_range_with_a_word_and_never_one_number(technique: str, facts: dict[str, Any]) -> None:
    found = risk(technique, facts)
    assert 0 <= found.low < found.high <= 100
    assert re.match(rf"{found.low} to {found.high} of 100 within .+: .+", found.text)
    assert found.word in found.text
    assert "%" not in found.text
    # no field holds a single probability
    assert not {"value", "risk", "probability", "percent"} & set(asdict(found))
    assert json.loads(json.dumps(asdict(found), allow_nan=False)) == json.loads(json.dumps(asdict(found)))


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_the_range_of_a_patient_with_some_factors_meets_what_was_published(technique: str) -> None:
    found = risk(technique, KNOWN | {"smoker": True})
    assert found.low <= found.baseline_high
    assert found.high >= found.baseline_low
    assert "higher" not in found.word


def test_words_rise_with_the_risk() -> None:
    words = [
        risk("open_microdiscectomy", KNOWN | more).word
        for more in ({}, {"smoker": True}, {"smoker": True, "disc_modic": 2, "disc_annular_defect_mm": 8.0})
    ]
    assert words == [
        "lower than published for this technique",
        "about as high as published for this technique",
        "higher than published for this technique",
    ]


def test_the_word_says_when_it_hangs_on_what_is_not_known() -> None:
    without = {key: value for key, value in KNOWN.items() if key != "disc_annular_defect_mm"}
    found = risk("open_microdiscectomy", without | {"smoker": True})
    assert found.word.startswith("from about as high as to higher than")
    assert found.missing_facts == ("disc_annular_defect_mm",)


def test_a_range_too_wide_to_help_says_so() -> None:
    found = risk("transforaminal_endoscopy", {})
    assert found.high - found.low > MODEL.too_wide
    assert "not enough is known" in found.text


@given(techniques, some)
@settings(max_examples=30)
def test_every_unknown_factor_is_named_and_no_other(technique: str, facts: dict[str, Any]) -> None:
    found = risk(technique, facts)
    unknown = {note.fact for note in found.factors if note.state == "unknown"}
    assert (
        set(found.missing_facts)
        == unknown
        == {note.fact for note in found.factors if facts[note.fact] is None}
    )


@pytest.mark.parametrize(("facts", "word"), OUTSIDE)
@pytest.mark.parametrize("technique", TECHNIQUES)
def test_outside_the_population_there_is_no_number(technique: str, facts: dict[str, Any], word: str) -> None:
    found = none(technique, KNOWN | facts)
    assert found.out_of_scope
    assert word in found.reason
    assert not re.search(r"\d", found.reason)
    assert found.source_ids
    assert all(evidence.may_drive(source) for source in found.source_ids)
    error = out_of_scope(found)
    assert isinstance(error, OutOfScope)
    assert word in str(error)


def test_all_reasons_are_told_at_once() -> None:
    found = none("laminectomy", {"age_years": 15, "unstable": True})
    assert "adults" in found.reason
    assert "unstable" in found.reason


@pytest.mark.parametrize("option", ["structured_conservative_care", "percutaneous_laser", "unheard_of"])
def test_an_option_that_removes_nothing_has_no_rate_and_is_not_out_of_scope(option: str) -> None:
    found = none(option, KNOWN)
    assert not found.out_of_scope
    assert "No rate" in found.reason


def test_what_is_not_known_of_the_population_is_said_and_not_assumed_silently() -> None:
    found = risk("laminectomy", KNOWN)
    assert any("first operations" in text for text in found.assumes)
    sure = KNOWN | {
        "operated_same_level": False,
        "unstable": False,
        "disc_listhesis_grade": 0,
        "cauda_equina_compressed": False,
        "saddle_anaesthesia": False,
        "urinary_retention": False,
        "tumour_or_fracture_seen": False,
        "spinal_infection_suspected": False,
    }
    assert risk("laminectomy", sure).assumes == ()


def test_the_specialist_is_advised_to_everybody_and_the_rest_to_whom_it_concerns() -> None:
    plain = risk("transforaminal_endoscopy", KNOWN | {"disc_type": "protrusion"})
    assert [item.claims for item in plain.lowers] == [("R-recurrence-consult",)]
    every = risk("transforaminal_endoscopy", KNOWN | WORSE | {"operator_specialist": False})
    said = " ".join(item.text for item in every.lowers)
    for word in ("smoking", "diabetes", "weight", "specialist", "experienced", "defect", "radiofrequency"):
        assert word in said
    assert all(item.rules for item in every.lowers)
    # the endoscope's own advice is not given before an open operation
    opened = " ".join(item.text for item in risk("laminectomy", KNOWN | WORSE).lowers)
    assert "radiofrequency" not in opened
    assert "endoscopic" not in opened


def test_an_unknown_is_not_advised_against() -> None:
    found = risk("laminectomy", {"smoker": None})
    assert not any("smoking" in item.text for item in found.lowers)


def test_instability_names_its_prevention_though_there_is_no_number() -> None:
    found = none("laminectomy", KNOWN | {"unstable": True})
    assert any("R-recurrence-instability" in item.claims for item in found.lowers)


def test_factors_show_their_odds_their_state_and_their_sources() -> None:
    found = {note.name: note for note in risk("transforaminal_endoscopy", KNOWN | {"smoker": True}).factors}
    assert found["smoking"].state == "present"
    assert found["diabetes"].state == "absent"
    assert found["age"].state == found["type_of_herniation"].state == "disputed"
    assert 1 <= found["smoking"].odds_low < found["smoking"].odds_high < 3
    assert found["age"].odds_low < 1 < found["age"].odds_high
    assert all(note.source_ids for note in found.values())
    assert "learning_curve" not in {note.name for note in risk("laminectomy", KNOWN).factors}


def test_of_two_that_travel_together_one_is_counted() -> None:
    notes = risk("laminectomy", KNOWN | {"diabetes": True, "bmi_kg_m2": 33.0, "disc_modic": 2}).factors
    counted = {note.name: note.counted for note in notes if note.state == "present"}
    assert sorted(counted.values()) == [False, False, True, True]
    assert {name for name, yes in counted.items() if yes} <= {"diabetes", "overweight", "modic", "modic_2"}


def test_numbers_of_other_kinds_of_enumeration_are_read() -> None:
    kind = Enum("Kind", {"EXTRUSION": "extrusion"})
    one = recurrence_risk("laminectomy", KNOWN | {"disc_type": kind.EXTRUSION})
    assert one == recurrence_risk("laminectomy", KNOWN)


@settings(max_examples=20)
@given(techniques, some, st.sampled_from(["left", "right"]))
def test_a_mirrored_patient_has_the_same_outlook(technique: str, facts: dict[str, Any], side: str) -> None:
    from kambin.outcome import forecast

    other = "left" if side == "right" else "right"
    one, mirrored = (
        forecast([technique], facts | {"disc_side": here, "leg_pain_side": here}) for here in (side, other)
    )
    assert one == mirrored


@settings(max_examples=15)
@given(techniques, some, st.randoms())
def test_the_order_of_facts_changes_nothing(technique: str, facts: dict[str, Any], chance: Any) -> None:
    names = list(facts)
    chance.shuffle(names)
    assert recurrence_risk(technique, {name: facts[name] for name in names}) == recurrence_risk(
        technique, facts
    )


def test_another_model_can_be_asked() -> None:
    narrow = replace(MODEL, factors=())
    found = recurrence_risk("laminectomy", {}, model=narrow)
    assert isinstance(found, RecurrenceRisk)
    assert found.factors == ()
    assert found.missing_facts == ()
    assert found.low >= 3
    assert found.high <= 15

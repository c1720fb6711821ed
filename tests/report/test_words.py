"""Names and numbers in words, against the registry of facts and the code that writes the plan."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case import Range, facts
from kambin.case.model import SECTIONS
from kambin.guideline.loading import load_knowledge
from kambin.plan import Origin, StageName
from kambin.report.words import (
    UNKNOWN,
    capital,
    decision_name,
    fact_label,
    humanise,
    interval_words,
    joined,
    number,
    percent,
    section_of,
    unit_words,
    value_words,
    words,
)

NAMED = {name: fact for name, fact in facts().items() if fact.in_conditions}


def test_every_fact_has_a_short_name_and_nothing_else_has() -> None:
    assert set(words()["facts"]) == set(NAMED)


def test_short_names_are_short_and_differ_where_values_do_not_tell_them_apart() -> None:
    seen: dict[tuple[str, ...], str] = {}
    for name, fact in NAMED.items():
        label = fact_label(name)
        assert len(label) <= 70
        assert "_" not in label
        told = (label, value_words(name, True)) if fact.kind == "bool" else (label,)
        assert seen.setdefault(told, name) == name


@pytest.mark.parametrize("name", NAMED)
def test_every_value_of_a_fact_has_words_of_its_own(name: str) -> None:
    fact = NAMED[name]
    entry = words()["facts"][name]
    if fact.kind == "bool":
        values: list[object] = [True, False]
        assert len(entry.get("is", ["yes", "no"])) == 2
    elif isinstance(fact.domain, tuple):
        values = list(fact.domain)
        assert set(entry.get("values", {})) <= set(fact.domain) | {"left", "right"}
    else:
        assert isinstance(fact.domain, Range)
        values = [fact.domain.low, fact.domain.high]
        assert "is" not in entry
    said = [value_words(name, value) for value in values]  # type: ignore[arg-type]
    assert len({*said, UNKNOWN}) == len(values) + 1
    assert not any("_" in text for text in said)
    assert value_words(name, None) == UNKNOWN


def test_sides_are_always_the_patients() -> None:
    for name, fact in NAMED.items():
        for value in ("left", "right") if isinstance(fact.domain, tuple) and "left" in fact.domain else ():
            assert value_words(name, value) == f"patient's {value}"
        if re.search(r"_(left|right)\b", name):
            assert "patient's" in fact_label(name)


def test_every_section_decision_stage_and_origin_has_a_name() -> None:
    assert set(words()["sections"]) == {*SECTIONS, "diagnosis"}
    assert set(words()["stages"]) == set(get_args(StageName))
    assert set(words()["origins"]) == set(get_args(Origin))
    for profile in ("source", "current"):
        assert set(load_knowledge(profile).decisions) <= set(words()["decisions"])


def test_every_unit_of_a_fact_is_known_or_a_score() -> None:
    units = {fact.unit for fact in NAMED.values() if fact.unit and not fact.unit.startswith("{")}
    assert units <= set(words()["units"])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("symptom_weeks", 1.0, "1 week"),
        ("symptom_weeks", 5.9, "5.9 weeks"),
        ("age_years", 43, "43 years"),
        ("leg_pain_nrs", 8, "8 of 10"),
        ("back_pain_nrs", 1, "1 of 10"),
        ("slr_positive", False, "negative"),
        ("crest_above_l45_left_mm", -3.25, "−3.25 mm"),
        ("disc_canal_compromise_percent", 50.0, "50 %"),
        ("disc_rotation_deg", 15.0, "15°"),
        ("bmi_kg_m2", 25.2, "25.2 kg/m²"),
        ("problem_disc_probability", 0.664, "66 %"),
        ("pain_area_left", "knee_medial_calf", "knee and inner calf"),
        ("a_fact_of_tomorrow", "some_value", "some value"),
        ("a_fact_of_tomorrow", True, "yes"),
        ("a_fact_of_tomorrow", 2, "2"),
    ],
)
def test_values_in_words(name: str, value: object, said: str) -> None:
    assert value_words(name, value).replace("\u00a0", " ") == said  # type: ignore[arg-type]


def test_a_unit_that_is_given_wins() -> None:
    assert value_words("crest_above_l45", 3.0, "mm") == "3\u00a0mm"
    assert value_words("x", 3.0, "furlong") == "3\u00a0furlong"
    assert unit_words("{score}") == unit_words("") == unit_words("1") == ""


@given(st.floats(-1e6, 1e6))
def test_a_number_is_read_back_to_two_decimals(value: float) -> None:
    text = number(value)
    assert re.fullmatch(r"−?\d+(\.\d{1,2})?", text)
    assert not re.search(r"\.\d*0$", text)
    assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.00501)
    assert text != "−0"


@given(st.floats(0, 1))
def test_a_probability_is_never_said_to_be_certain(share: float) -> None:
    text = percent(share)
    assert (text == "0\u00a0%") is (share == 0)
    assert (text == "100\u00a0%") is (share == 1)
    assert abs(float(re.findall(r"\d+", text)[0]) - 100 * share) <= 1


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (3.4, 11.22, "%", "3.4 to 11.22 %"),
        (5.0, 5.0, "%", "5 %"),
        (85.0, None, "%", "over 85 %"),
        (None, 20.0, "mL", "under 20 mL"),
        (None, None, "%", ""),
        (-4.5, -0.2, "", "−4.5 to −0.2"),
    ],
)
def test_intervals(low: float | None, high: float | None, unit: str, said: str) -> None:
    assert interval_words(low, high, unit).replace("\u00a0", " ") == said


def test_phrases() -> None:
    assert joined([]) == ""
    assert joined(["a"]) == "a"
    assert joined(["a", "b"], "or") == "a or b"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert capital("l5 root") == "L5 root"
    assert capital("") == ""
    assert humanise("a__b_c") == "a b c"
    assert decision_name("urgency") == "Urgency"
    assert decision_name("new_decision") == "New decision"
    assert section_of("bmi_kg_m2") == "Patient"
    assert section_of("problem_disc_probability") == section_of("unheard_of") == "Problem disc"

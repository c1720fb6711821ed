from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case import (
    Case,
    DiscFinding,
    MeasuredFact,
    Range,
    disagreements,
    fact_row,
    facts,
    facts_in_conditions,
)
from tests.case.case_strategies import cases
from tests.case.mirroring import mirrored, mirrored_name, mirrored_plain


@given(cases())
def test_a_row_has_every_fact_of_conditions_and_nothing_else(case: Case) -> None:
    assert set(fact_row(case)) == set(facts_in_conditions())


@given(cases())
def test_every_value_of_a_row_is_in_its_domain(case: Case) -> None:
    disc = case.imaging.discs[0] if case.imaging.discs else None
    for name, value in fact_row(case, disc).items():
        fact = facts()[name]
        if value is None:
            continue
        if fact.kind == "bool":
            assert isinstance(value, bool), name
        elif isinstance(fact.domain, Range):
            assert isinstance(value, (int, float)) and not isinstance(value, bool), name
            assert fact.domain.low <= value <= fact.domain.high, name
        else:
            assert fact.domain is not None and value in fact.domain, name


@given(cases())
def test_the_patient_in_the_mirror_has_the_same_facts_on_the_other_side(case: Case) -> None:
    other = mirrored(case)
    assert mirrored(other) == case
    for number in range(len(case.imaging.discs) + 1):
        pair = [(one, one.imaging.discs[number - 1] if number else None) for one in (case, other)]
        row, there = (fact_row(one, disc) for one, disc in pair)
        assert there == {mirrored_name(name): mirrored_plain(value) for name, value in row.items()}
        sided = {"leg_pain_side", "disc_side"} | {name for name in row if mirrored_name(name) != name}
        assert all(there[name] == row[name] for name in row if name not in sided)


@given(cases())
def test_an_unwritten_yes_or_no_is_a_no_only_in_a_complete_section(case: Case) -> None:
    row = fact_row(case)
    measured = {item.name for item in case.measured}
    for name, fact in facts().items():
        section, _, field = fact.path.partition(".")
        if fact.scope != "patient" or name in measured:
            continue
        written = getattr(getattr(case, section), field)
        closed = section in ("red_flags", "signs", "comorbidity") and getattr(case, section).complete
        if written is None and fact.kind == "bool" and closed and fact.path not in case.absent:
            assert row[name] is False, name
        else:
            assert row[name] == written, name


@pytest.mark.parametrize("section", ["red_flags", "comorbidity"])
def test_a_reason_keeps_unknown_unknown_in_a_complete_section(section: str) -> None:
    names = [
        name for name, fact in facts().items() if fact.path.startswith(f"{section}.") and fact.kind == "bool"
    ]
    for name in names:
        plain = {section: {"complete": True}, "absent": {f"{section}.{name}": "asked_unknown"}}
        row = fact_row(Case.model_validate(plain))
        assert [other for other in names if row[other] is None] == [name]


def test_what_other_rooms_know_wins() -> None:
    row = fact_row(Case(), None, {"signs_match_scan": True, "urgency": "elective"})
    assert row["signs_match_scan"] is True and row["urgency"] == "elective"


DISC = DiscFinding(level="L5-S1", side="left", height_mm=9.0)
NAMES: dict[str, tuple[dict[str, Any], float]] = {
    "crest_above_l45_left_mm": ({"imaging": {"crest_above_l45_left_mm": 10.0}}, 10.0),
    "disc_height_mm": ({"imaging": {"discs": [{"level": "L5-S1", "side": "left", "height_mm": 9.0}]}}, 9.0),
}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_measured_stands_behind_what_is_written(name: str) -> None:
    plain, stated = NAMES[name]
    item = MeasuredFact(name=name, value=12.0, unit="mm", uncertainty=1.0)
    assert fact_row(Case.model_validate(plain).with_measured([item]), DISC)[name] == stated
    assert fact_row(Case().with_measured([item]), DiscFinding(level="L5-S1"))[name] == 12.0


@given(st.floats(-100, 100), st.floats(0, 20), st.sampled_from(list(NAMES)))
def test_a_disagreement_is_more_than_the_uncertainty(value: float, width: float, name: str) -> None:
    plain, stated = NAMES[name]
    item = MeasuredFact(name=name, value=value, uncertainty=width)
    found = disagreements(Case.model_validate(plain).with_measured([item]), DISC)
    if abs(value - stated) <= width:
        assert found == ()
    else:
        assert [(one.name, one.stated, one.measured) for one in found] == [(name, stated, item)]


def test_what_was_not_written_down_can_not_disagree() -> None:
    items = [MeasuredFact(name=name, value=50.0) for name in NAMES]
    assert disagreements(Case().with_measured(items)) == ()
    assert disagreements(Case().with_measured(items), DiscFinding(level="L5-S1")) == ()


@pytest.mark.parametrize(
    ("stated", "measured", "agree"), [(True, True, True), (True, False, False), (False, 0, True)]
)
def test_words_and_yes_or_no_agree_or_do_not(stated: bool, measured: Any, agree: bool) -> None:
    case = Case.model_validate({"geometry": {"crest_blocks_l5s1": stated}})
    found = disagreements(case.with_measured([MeasuredFact(name="crest_blocks_l5s1", value=measured)]))
    assert (found == ()) == agree


def test_a_number_without_uncertainty_must_be_the_same() -> None:
    case = Case.model_validate({"imaging": {"crest_above_l45_left_mm": 10}})
    same, other = (MeasuredFact(name="crest_above_l45_left_mm", value=value) for value in (10, 10.1))
    assert disagreements(case.with_measured([same])) == ()
    assert len(disagreements(case.with_measured([other]))) == 1

from __future__ import annotations

import json
import random
from dataclasses import asdict
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin import evidence
from kambin.outcome import Figure, Outlook, OutlookRow, forecast
from kambin.outcome.published import published

CARE = "structured_conservative_care"
OPTIONS = (
    CARE,
    "epidural_steroid",
    "chemonucleolysis",
    "percutaneous_mechanical",
    "percutaneous_ozone",
    "percutaneous_plasma",
    "percutaneous_laser",
    "percutaneous_radiofrequency",
    "microendoscopic_discectomy",
    "transforaminal_endoscopy",
    "interlaminar_endoscopy",
    "fenestration",
    "hemilaminectomy",
    "laminectomy",
    "open_microdiscectomy",
    "fusion_addition",
    "disc_replacement",
    "nucleus_replacement",
    "interspinous_device",
)
WITHOUT = {"percutaneous_plasma", "percutaneous_radiofrequency", "nucleus_replacement"}
BY_TYPE = {"resorption", "resorption_complete", "recovery_time", "shrinking_time"}
TYPES = ("bulge", "protrusion", "extrusion", "sequestration")

some_options = st.lists(st.sampled_from([*OPTIONS, "unheard_of"]), max_size=8)
some_facts = st.fixed_dictionaries({}, optional={"disc_type": st.sampled_from([None, "none", *TYPES])})


def row(outlook: Outlook, option: str) -> OutlookRow:
    (found,) = [each for each in outlook.rows if each.option == option]
    return found


def figures(outlook: Outlook, option: str, outcome: str) -> list[Figure]:
    return [figure for figure in row(outlook, option).figures if figure.outcome == outcome]


@given(some_options, some_facts)
def test_every_option_has_one_row_in_order_and_conservative_care_is_among_them(
    options: list[str], facts: dict[str, object]
) -> None:
    rows = [each.option for each in forecast(options, facts).rows]
    wanted = list(dict.fromkeys(options))
    assert rows == (wanted if CARE in wanted else [CARE, *wanted])


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_has_figures_or_says_why_not(option: str) -> None:
    found = row(forecast([option], {}), option)
    assert bool(found.figures) == (option not in WITHOUT)
    assert found.figures or found.notes
    assert found.rung


def test_an_option_nobody_heard_of_is_a_row_with_the_reason() -> None:
    found = row(forecast(["unheard_of"], {}), "unheard_of")
    assert found.figures == ()
    assert "No published figures" in found.notes[0]


@given(some_options, some_facts)
def test_a_range_is_over_its_parts_and_nothing_is_averaged(
    options: list[str], facts: dict[str, object]
) -> None:
    for each in forecast(options, facts).rows:
        for figure in each.figures:
            if not figure.parts:
                continue
            assert figure.value is None
            low = [p.low if p.value is None else p.value for p in figure.parts]
            high = [p.high if p.value is None else p.value for p in figure.parts]
            assert (figure.low, figure.high) == (min(low, key=number), max(high, key=number))
            assert set(figure.source_ids) == {source for part in figure.parts for source in part.source_ids}
            assert {(p.outcome, p.unit, p.base) for p in figure.parts} == {
                (figure.outcome, figure.unit, figure.base)
            }
            assert "not an average" in figure.note


def number(value: float | None) -> float:
    assert value is not None
    return value


@given(some_options, some_facts, st.randoms())
def test_the_order_of_the_options_changes_no_row(
    options: list[str], facts: dict[str, object], chance: random.Random
) -> None:
    shuffled = chance.sample(options, len(options))
    one, other = forecast(options, facts), forecast(shuffled, facts)
    assert {each.option: each for each in one.rows} == {each.option: each for each in other.rows}
    assert one.outcomes == other.outcomes


@given(some_options, st.sampled_from([None, "none", *TYPES]), st.sampled_from([None, "none", *TYPES]))
def test_the_type_of_herniation_moves_the_conservative_arm_only(
    options: list[str], one: str | None, other: str | None
) -> None:
    first, second = forecast(options, {"disc_type": one}), forecast(options, {"disc_type": other})
    for before, after in zip(first.rows, second.rows, strict=True):
        if before.option == CARE:
            assert [f for f in before.figures if f.outcome not in BY_TYPE] == [
                f for f in after.figures if f.outcome not in BY_TYPE
            ]
        else:
            assert before == after


@pytest.mark.parametrize("kind", TYPES)
def test_resorption_is_that_of_the_table_for_this_type(kind: str) -> None:
    """Truth: the table of the evidence base, which the figures were not read from."""
    values = evidence.table("resorption_by_type_pct").row(kind).values
    (range_,) = figures(forecast([], {"disc_type": kind}), CARE, "resorption")
    assert {range_.low, range_.high} == {values["chiu2015"], values["meta2023"]}
    complete = figures(forecast([], {"disc_type": kind}), CARE, "resorption_complete")
    assert [figure.value for figure in complete] == (
        [values[c]] if (c := "complete_chiu2015") in values else []
    )


def test_resorption_rises_from_bulge_to_sequestration() -> None:
    lows = [figures(forecast([], {"disc_type": kind}), CARE, "resorption")[0].low for kind in TYPES]
    assert lows == sorted(lows, key=number)
    assert len(set(lows)) == len(TYPES)


def test_a_type_that_is_not_known_is_asked_for_and_not_guessed() -> None:
    overall = evidence.table("resorption_by_type_pct").row("overall").values
    for facts in ({}, {"disc_type": None}):
        outlook = forecast(["laminectomy"], facts)
        assert outlook.missing_facts == ("disc_type",)
        (range_,) = figures(outlook, CARE, "resorption")
        assert (range_.low, range_.high) == (overall["wang2020"], overall["meta2023"])
        assert all("not known" in part.note for part in range_.parts)


def test_a_disc_without_herniation_has_no_resorption_and_nothing_is_missing() -> None:
    outlook = forecast([], {"disc_type": "none"})
    assert figures(outlook, CARE, "resorption") == []
    assert outlook.missing_facts == ()


def test_facts_may_be_enumerated() -> None:
    kind = Enum("Kind", {"EXTRUSION": "extrusion"})
    assert forecast([], {"disc_type": kind.EXTRUSION}) == forecast([], {"disc_type": "extrusion"})


def test_the_effect_of_surgery_on_leg_pain_fades_as_published() -> None:
    table = evidence.table("surgery_effect_leg_pain_0_100").rows
    shown = figures(forecast(["open_microdiscectomy"], {}), "open_microdiscectomy", "leg_pain_difference")
    assert [(f.value, f.low, f.high) for f in shown] == [(r.values["md"], *r.values["ci"]) for r in table]
    assert all(f.value is not None and f.value < 0 for f in shown), "below 0 is less pain with surgery"


def test_no_effect_against_waiting_is_claimed_for_a_technique_it_was_not_measured_for() -> None:
    outlook = forecast(
        ["transforaminal_endoscopy", "interlaminar_endoscopy", "microendoscopic_discectomy"], {}
    )
    for each in outlook.rows[1:]:
        assert not [f for f in each.figures if f.outcome == "leg_pain_difference"]
        assert any("waiting" in note for note in each.notes)


def test_both_arms_of_one_trial_stand_under_one_name() -> None:
    """Same outcome, same time, one source: comparable across rows."""
    outlook = forecast(["open_microdiscectomy", "epidural_steroid", "percutaneous_laser"], {})
    for options, outcome, source in [
        ((CARE, "open_microdiscectomy"), "recovered", "O05"),
        ((CARE, "open_microdiscectomy"), "leg_pain_level", "O08"),
        (("epidural_steroid", "open_microdiscectomy"), "disability_change", "G32"),
        (("epidural_steroid", "open_microdiscectomy"), "complications", "G32"),
        (("percutaneous_laser", "open_microdiscectomy"), "later_operation", "L04"),
    ]:
        times = [
            {(f.time, f.unit) for f in figures(outlook, o, outcome) if source in f.source_ids}
            for o in options
        ]
        assert times[0] & times[1], (outcome, source)


def test_what_a_document_claims_is_never_mixed_with_what_was_published() -> None:
    for each in forecast(OPTIONS, {}).rows:
        for figure in each.figures:
            letters = {source[:2] in ("F-", "R-") for source in figure.source_ids}
            assert len(letters) == 1
            if letters == {True}:
                assert figure.parts == ()
                assert figure.conflicts


def test_recurrence_after_surgery_stands_beside_the_claim() -> None:
    for option in ("transforaminal_endoscopy", "microendoscopic_discectomy", "open_microdiscectomy"):
        shown = figures(forecast([option], {}), option, "recurrence")
        assert len(shown) == 2
        assert [(f.low, f.high) for f in shown if not f.parts] == [(5, 15)]


def test_outcomes_are_those_shown_in_their_order() -> None:
    outlook = forecast(["percutaneous_ozone", "fusion_addition"], {})
    shown = {figure.outcome for each in outlook.rows for figure in each.figures}
    keys = [outcome.key for outcome in outlook.outcomes]
    assert set(keys) == shown
    everything = list(published().outcomes)
    assert keys == sorted(keys, key=everything.index)
    for each in outlook.rows:
        positions = [everything.index(figure.outcome) for figure in each.figures]
        assert positions == sorted(positions)


@given(some_options, some_facts)
def test_it_is_plain_data(options: list[str], facts: dict[str, object]) -> None:
    outlook = forecast(options, facts)
    text = json.dumps(asdict(outlook), allow_nan=False)
    assert len(json.loads(text)["rows"]) == len(outlook.rows)
    assert outlook == forecast(options, facts)

"""Like beside like, blank where nothing is published, claims beside evidence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kambin import evidence
from kambin.outcome import Cell, Comparison, Forecast, forecast
from kambin.outcome.published import published
from tests.outcome.test_forecast import CARE, OPTIONS, TYPES

OPEN = "open_microdiscectomy"
TRANSFORAMINAL = "transforaminal_endoscopy"
some_options = st.lists(st.sampled_from([*OPTIONS, "unheard_of"]), max_size=7, unique=True)
kinds = st.sampled_from([None, "none", *TYPES])


def line(found: Forecast, outcome: str, horizon: str, **more: Any) -> Comparison:
    (one,) = [
        each
        for each in found.comparisons
        if (each.outcome, each.horizon) == (outcome, horizon)
        and all(getattr(each, key) == value for key, value in more.items())
    ]
    return one


def cells(one: Comparison, option: str) -> list[Cell]:
    return [cell for cell in one.cells if cell.option == option]


@settings(max_examples=25)
@given(some_options, kinds)
def test_no_figure_is_lost_and_none_is_invented(options: list[str], kind: str | None) -> None:
    """Truth: the file's entries, counted."""
    found = forecast(options, {"disc_type": kind})
    shown = [row.option for row in found.rows]
    wanted = {
        (option, source, entry.figure.outcome)
        for entry in published().entries
        for option in entry.options
        for source in entry.figure.source_ids
        if option in shown and all((fact, value) == ("disc_type", kind) for fact, value in entry.when)
    }
    got = {
        (cell.option, source, each.outcome)
        for each in found.comparisons
        for cell in each.cells
        for source in cell.source_ids
    }
    assert got == wanted


@settings(max_examples=25)
@given(some_options, kinds)
def test_an_option_has_a_cell_or_is_blank(options: list[str], kind: str | None) -> None:
    found = forecast(options, {"disc_type": kind})
    shown = [row.option for row in found.rows]
    keys = [(each.outcome, each.horizon, each.unit, each.base) for each in found.comparisons]
    assert len(set(keys)) == len(keys)
    for each in found.comparisons:
        with_cell = {cell.option for cell in each.cells}
        assert with_cell | set(each.blank) == set(shown)
        assert not with_cell & set(each.blank)
        assert with_cell
        for cell in each.cells:
            assert (cell.low, cell.high, cell.value) != (None, None, None)
            assert all(evidence.may_drive(source) for source in cell.source_ids)


@settings(max_examples=25)
@given(some_options, kinds)
def test_a_line_holds_one_time_and_one_denominator(options: list[str], kind: str | None) -> None:
    known = published()
    for each in forecast(options, {"disc_type": kind}).comparisons:
        for cell in each.cells:
            entries = [
                entry.figure
                for entry in known.entries
                if cell.option in entry.options
                and entry.figure.outcome == each.outcome
                and set(entry.figure.source_ids) <= set(cell.source_ids)
                and entry.figure.horizon == each.horizon
            ]
            assert {(f.unit, f.base) for f in entries} >= {(each.unit, each.base)}


def test_both_arms_of_a_trial_stand_in_one_line_and_the_trial_is_named() -> None:
    found = forecast([OPEN, TRANSFORAMINAL, "microendoscopic_discectomy", "epidural_steroid"], {})
    for outcome, horizon, source, options in [
        ("recovered", "12 months", "O05", (CARE, OPEN)),
        ("pain_gain", "3 months", "O02", (CARE, OPEN)),
        ("leg_pain_level", "12 months", "T01", (TRANSFORAMINAL, OPEN)),
        ("recurrence", "24 months", "T04", (TRANSFORAMINAL, "microendoscopic_discectomy")),
        ("complications", "24 months", "T04", (TRANSFORAMINAL, "microendoscopic_discectomy")),
    ]:
        one = line(found, outcome, horizon)
        assert source in one.same_source
        for option in options:
            assert any(source in cell.source_ids for cell in cells(one, option))


def test_options_that_share_a_figure_are_not_compared_by_it() -> None:
    found = forecast(["fenestration", "laminectomy"], {})
    assert line(found, "leg_pain_difference", "12 months").same_source == ()


def test_a_review_is_no_comparison() -> None:
    found = forecast([TRANSFORAMINAL, "interlaminar_endoscopy", "microendoscopic_discectomy"], {})
    for each in found.comparisons:
        assert not set(each.same_source) & published().several_studies


def test_the_effect_on_leg_pain_is_there_at_three_times_and_blank_for_the_endoscope() -> None:
    found = forecast([OPEN, TRANSFORAMINAL], {})
    table = {row.key: row.values for row in evidence.table("surgery_effect_leg_pain_0_100").rows}
    for horizon, term in [
        ("6 weeks", "immediate <=6 wk"),
        ("3 months", "short >6 wk to 3 mo"),
        ("12 months", "long 12 mo"),
    ]:
        one = line(found, "leg_pain_difference", horizon)
        (cell,) = cells(one, OPEN)
        assert (cell.value, (cell.low, cell.high)) == (table[term]["md"], table[term]["ci"])
        assert TRANSFORAMINAL in one.blank
    assert not [
        c for c in found.comparisons if c.outcome == "leg_pain_difference" and c.horizon == "24 months"
    ]


def test_sources_that_differ_at_one_time_are_a_range_and_no_average() -> None:
    (cell,) = cells(line(forecast([], {}), "good_result", "3 months"), CARE)
    assert (cell.low, cell.high, cell.value) == (60, 87, None)
    assert cell.interval == "range of 2 figures"
    assert cell.source_ids == ("O16", "G28")
    assert cell.time == "differs by source"


def test_another_population_stands_in_another_line() -> None:
    found = forecast([OPEN, TRANSFORAMINAL, "fusion_addition", "disc_replacement"], {})
    bases = {
        each.base: {c.option for c in each.cells} for each in found.comparisons if each.outcome == "stay"
    }
    assert bases["second operations at the same disc"] >= {OPEN, TRANSFORAMINAL}
    for each in found.comparisons:
        for option in ("fusion_addition", "disc_replacement"):
            if cells(each, option):
                assert {cell.option for cell in each.cells} == {option}


def test_a_claim_has_its_own_cell() -> None:
    found = forecast([TRANSFORAMINAL], {})
    for each in found.comparisons:
        for cell in each.cells:
            assert cell.claim == (evidence.kind_of(cell.source_ids[0]) == "claim")
            if cell.claim:
                assert all(evidence.kind_of(source) == "claim" for source in cell.source_ids)


@pytest.mark.parametrize(
    ("claim", "said", "later"),
    [
        ("F-efficacy", (85, None), {83.8, 92, 91.3, 88.46}),
        ("R-recurrence-rate", (5, 15), {3.4, 6.2, 8.40, 13.1, 9.1, 11.22}),
        ("R-conservative-rate", (80, 90), {87, 60}),
        ("F-incision", (None, 20), set()),
    ],
)
def test_figures_of_the_documents_stand_beside_later_evidence(
    claim: str, said: tuple[float | None, float | None], later: set[float]
) -> None:
    found = forecast([TRANSFORAMINAL, OPEN], {})
    beside = next(each for each in found.beside if each.claim == claim)
    assert (beside.low, beside.high) == said
    assert later <= {number for each in beside.later for number in (each.low, each.high)}
    assert beside.conflicts
    assert len(beside.verdicts) == len(beside.conflicts)
    assert all("_" not in verdict for verdict in beside.verdicts)
    assert not any(evidence.kind_of(s) == "claim" for each in beside.later for s in each.source_ids)


def test_a_claim_about_no_option_shown_is_not_shown() -> None:
    assert {each.claim for each in forecast([], {}).beside} == {"R-conservative-rate"}


@pytest.mark.parametrize(
    ("facts", "truth"),
    [
        ({}, []),
        ({"disc_migration_grade": "none"}, ["non-migrated (all)"]),
        ({"disc_migration_grade": "low"}, ["low-grade migration"]),
        ({"disc_migration_grade": "high"}, ["high-grade migration"]),
        ({"disc_migration_grade": "very_high"}, []),
        ({"disc_canal_compromise_percent": 50}, ["canal compromise <=50%"]),
        ({"disc_canal_compromise_percent": 50.5}, ["canal compromise >50%"]),
        (
            {"disc_canal_compromise_percent": 70, "disc_zone": "central"},
            ["canal compromise >50%", "central and canal compromise >50%"],
        ),
        ({"disc_zone": "central"}, []),
    ],
)
def test_residual_herniation_depends_on_the_herniation(facts: dict[str, Any], truth: list[str]) -> None:
    """Truth: the table of the evidence base, row by row."""
    found = forecast([TRANSFORAMINAL, OPEN], facts)
    shown = [
        c.value for each in found.comparisons if each.outcome == "residual_herniation" for c in each.cells
    ]
    table = evidence.table("peld_failure_by_feature")
    assert shown == [table.row(key).values["failure_pct"] for key in truth]
    known = set(facts) & {"disc_migration_grade", "disc_canal_compromise_percent"}
    asked = {"disc_migration_grade", "disc_canal_compromise_percent"} - known
    assert asked <= set(found.missing_facts)


def test_horizons_are_those_the_patient_is_seen_at() -> None:
    found = forecast([OPEN], {})
    assert found.horizons == ("6 weeks", "3 months", "12 months", "24 months")
    assert {each.horizon for each in found.comparisons} == {*found.horizons, ""}


def test_what_no_source_counts_is_said_in_words_with_its_source() -> None:
    found = {row.option: row.features for row in forecast(OPTIONS, {}).rows}
    assert {f.about for f in found[TRANSFORAMINAL]} == {
        "structure_removed",
        "anaesthesia",
        "stay",
        "recovery",
    }
    for option in (CARE, "microendoscopic_discectomy", "fenestration", "hemilaminectomy", "laminectomy"):
        assert "structure_removed" in {feature.about for feature in found[option]}
    for features in found.values():
        for feature in features:
            assert feature.source_ids
            assert feature.level
            assert "minute" not in feature.text
    stay = next(f for f in found[TRANSFORAMINAL] if f.about == "stay")
    assert "K02" in stay.conflicts

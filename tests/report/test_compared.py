"""Side by side: like with like only, a blank stays blank, a claim is never merged with what was published."""

from __future__ import annotations

from typing import Any

from kambin.report.compared import compared_table
from kambin.report.lexicon import Lexicon
from kambin.report.outlook import outlook_view
from kambin.report.sources import SourceBook
from tests.report.conftest import plan_named
from tests.report.plans import everything, outlook, treatment

LEXICON = Lexicon.of([treatment()])
OPTIONS = ("structured_conservative_care", "alpha", "beta")


def cell(option: str, low: float, **more: Any) -> dict[str, Any]:
    """One figure without interval."""
    return {
        "option": option,
        "low": low,
        "high": low,
        "value": low,
        "interval": "",
        "source_ids": ["O05"],
        "level": "RCT",
        "claim": False,
        "time": "",
        **more,
    }


def line(horizon: str, *cells: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One line of the table."""
    return {
        "outcome": "recurrence",
        "horizon": horizon,
        "unit": "%",
        "base": "patients operated",
        "cells": list(cells),
        "blank": [],
        "same_source": [],
        **more,
    }


def made(*lines: dict[str, Any]) -> dict[str, Any]:
    return {**outlook(), "horizons": ["6 weeks", "12 months"], "comparisons": list(lines)}


def table(*lines: dict[str, Any]) -> Any:
    found = made(*lines)
    book = SourceBook.of(everything(outlook=found))
    return compared_table(found, "recurrence", OPTIONS, LEXICON, book)


def test_times_are_columns_in_order_and_a_blank_stays_blank() -> None:
    found = table(
        line("", cell("alpha", 3, time="not stated")),
        line("12 months", cell("alpha", 1), cell("beta", 2), same_source=["O05"]),
        line("6 weeks", cell("beta", 9)),
    )
    assert found.columns == ("6 weeks", "12 months", "other time")
    [group] = found.groups
    assert group.title == "In %, of patients operated"
    values = {row.options: [[one.value for one in cells] for cells in row.cells] for row in group.rows}
    assert {
        name: [[v.replace("\u00a0", " ") for v in c] for c in cells] for name, cells in values.items()
    } == {
        "Label of alpha": [[], ["1 %"], ["3 %"]],
        "Label of beta": [["9 %"], ["2 %"], []],
    }
    assert group.rows[0].cells[2][0].time == "time not stated"
    assert [item.id for item in found.fair] == ["O05"]


def test_units_and_denominators_are_kept_apart() -> None:
    found = table(
        line("6 weeks", cell("alpha", 3)),
        line("6 weeks", cell("alpha", 3), unit="odds ratio"),
        line("6 weeks", cell("alpha", 3), base="patients treated"),
    )
    assert len(found.groups) == 3
    assert found.columns == ("6 weeks",)


def test_options_with_the_same_figures_share_a_row_but_a_claim_never_does() -> None:
    found = table(line("6 weeks", cell("alpha", 3), cell("beta", 3), cell("alpha", 3, claim=True)))
    [group] = found.groups
    assert [(row.options, [one.claim for one in row.cells[0]]) for row in group.rows] == [
        ("Label of alpha", [False, True]),
        ("Label of beta", [False]),
    ]
    same = table(line("6 weeks", cell("alpha", 3), cell("beta", 3)))
    assert [row.options for row in same.groups[0].rows] == ["Label of alpha, Label of beta"]


def test_no_line_is_no_table() -> None:
    assert table() is None


def test_claims_stand_beside_what_was_published_later() -> None:
    later = {
        "time": "not stated",
        "low": 1.0,
        "high": 2.0,
        "unit": "%",
        "source_ids": ["O05"],
        "level": "RCT",
    }
    claim = {
        "claim": "R-recurrence-rate",
        "outcome": "recurrence",
        "options": ["alpha", "beta"],
        "low": 5,
        "high": None,
        "unit": "%",
        "later": [{**later, "option": "alpha"}, {**later, "option": "beta"}],
        "conflicts": ["K13"],
        "verdicts": ["supported"],
    }
    found = {**outlook(), "beside": [claim]}
    view = outlook_view(found, LEXICON, SourceBook.of(everything(outlook=found)))
    assert view is not None
    [beside] = view.compared.beside
    assert beside.says.replace("\u00a0", " ") == "over 5 %"
    assert [item.id for item in beside.claim] == ["R-recurrence-rate"]
    [once] = beside.later
    assert (once.options, once.time) == ("Label of alpha, Label of beta", "time not stated")
    assert [item.id for item in beside.conflicts] == ["K13"]


def test_no_cell_of_a_real_plan_is_lost() -> None:
    plan = plan_named("recurrence-l4-l5")
    assert plan.outlook is not None
    lexicon, book = Lexicon.of(plan.decisions), SourceBook.of(plan)
    options = [row["option"] for row in plan.outlook["rows"]]
    for outcome in {item["outcome"] for item in plan.outlook["comparisons"]}:
        cells = [
            (cell["option"], cell["low"], cell["high"], cell["value"])
            for item in plan.outlook["comparisons"]
            if item["outcome"] == outcome
            for cell in item["cells"]
        ]
        found = compared_table(plan.outlook, outcome, options, lexicon, book)
        assert found is not None
        shown = 0
        for group in found.groups:
            for row in group.rows:
                named = [name for name in options if lexicon.option("treatment", name) in row.options]
                shown += len(named) * sum(map(len, row.cells))
        assert shown >= len(cells) > 0

"""Figures side by side: conservative care first, nothing averaged, everything with its source."""

from __future__ import annotations

from typing import Any

import pytest

from kambin.outcome import forecast
from kambin.report.lexicon import Lexicon
from kambin.report.outlook import OutlookView, outlook_view
from kambin.report.sources import SourceBook
from tests.report.conftest import plan_named
from tests.report.plans import everything, figure, outlook, treatment

LEXICON = Lexicon.of([treatment()])


def view(made: dict[str, Any]) -> OutlookView:
    found = outlook_view(made, LEXICON, SourceBook.of(everything(outlook=made)))
    assert found is not None
    return found


def one(**more: Any) -> dict[str, Any]:
    made = outlook()
    made["rows"] = [{"option": "alpha", "rung": "", "notes": [], "figures": [figure("recurrence", **more)]}]
    return made


def test_conservative_care_stands_first() -> None:
    found = view(outlook())
    assert found.options == ("Structured conservative care", "Label of alpha", "Label of beta")
    assert [item.option for item in found.main[0].figures] == [
        "Structured conservative care",
        "Label of alpha",
    ]
    assert found.main[0].without == ("Label of beta",)
    assert [item.label for item in found.more] == ["Blood loss"]
    assert found.missing == ("Type of herniation",)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "15 % (95 % CI: 10 to 20)"),
        ({"interval": ""}, "15 %"),
        ({"value": None, "interval": "range of 2 figures"}, "10 to 20 % (range of 2 figures)"),
        ({"value": None, "low": None, "interval": ""}, "under 20 %"),
        ({"value": None, "high": None, "interval": "given as over"}, "over 10 % (given as over)"),
        (
            {"value": -2.3, "low": -4.5, "high": -0.2, "unit": "points of 100"},
            "−2.3 points of 100 (95 % CI: −4.5 to −0.2)",
        ),
    ],
)
def test_figures_in_words(more: dict[str, Any], said: str) -> None:
    assert view(one(**more)).main[0].figures[0].value.replace("\u00a0", " ") == said


def test_only_shares_have_a_bar() -> None:
    assert view(one(unit="odds ratio")).main[0].figures[0].bar is None
    assert view(one(low=None, high=None, value=None)).main[0].figures[0].bar is None
    whole = view(one(low=None, high=100.0, value=None)).main[0].figures[0].bar
    assert whole is not None
    assert whole.length == whole.width


def test_options_with_the_same_figure_share_a_row() -> None:
    made = outlook()
    shared = figure("recurrence")
    made["rows"] = [
        {"option": name, "rung": "", "notes": ["The same. [O05]"], "figures": [dict(shared)]}
        for name in ("alpha", "beta")
    ]
    found = view(made)
    assert [item.option for item in found.main[0].figures] == ["Label of alpha, Label of beta"]
    assert [(note.about, note.text) for note in found.option_notes] == [
        ("Label of alpha, Label of beta", "The same.")
    ]
    assert found.main[0].without == ()


def test_notes_have_their_sources() -> None:
    [note, other] = view(outlook()).option_notes
    assert [item.id for item in note.sources] == ["O05"]
    assert [item.id for item in note.conflicts] == ["K13"]
    assert other.text == "No source here [sic]"


def test_no_figure_of_a_real_plan_is_lost() -> None:
    """Counted from the outcome room itself."""
    made = plan_named("demo with its scan")
    assert made.outlook is not None
    options = [row["option"] for row in made.outlook["rows"]]
    rows = forecast(options, {item.name: item.value for item in made.facts}).rows
    found = outlook_view(made.outlook, Lexicon.of(made.decisions), SourceBook.of(made))
    assert found is not None
    shown = sum(len(item.figures) for item in (*found.main, *found.more))
    assert shown == len({figure for row in rows for figure in row.figures})
    named = sum(item.option.count(",") + 1 for view in (*found.main, *found.more) for item in view.figures)
    assert named == sum(len(row.figures) for row in rows)


def test_without_an_outlook_there_is_no_section() -> None:
    assert outlook_view(None, LEXICON, SourceBook({})) is None

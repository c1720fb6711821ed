"""Risk of recurrence: a range and a word, or the reason why there is none."""

from __future__ import annotations

from typing import Any

import pytest

from kambin.report.lexicon import Lexicon
from kambin.report.recurring import RecurrenceView, recurrence_view
from kambin.report.sources import SourceBook
from tests.report.plans import everything, outlook, treatment

LEXICON = Lexicon.of([treatment()])


def factor(**more: Any) -> dict[str, Any]:
    return {
        "name": "smoking",
        "label": "smoking",
        "fact": "smoker",
        "state": "absent",
        "odds_low": 1.11,
        "odds_high": 2.3,
        "counted": True,
        "source_ids": ["R07"],
        "note": "",
        **more,
    }


def lowering() -> dict[str, Any]:
    return {
        "text": "Stop smoking.",
        "rules": ["RP-1"],
        "claims": ["R-recurrence-consult"],
        "source_ids": ["R16"],
        "conflicts": ["K13"],
    }


def ranged(option: str, **more: Any) -> dict[str, Any]:
    return {
        "option": option,
        "low": 1,
        "high": 20,
        "word": "about as high as published",
        "text": "",
        "horizon": "within two years",
        "baseline_low": 4.1,
        "baseline_high": 5.7,
        "baseline_sources": ["T04", "recurrence_incidence_pct/MED RCT 2 y"],
        "factors": [factor()],
        "missing_facts": ["disc_annular_defect_mm"],
        "lowers": [lowering()],
        "assumes": ["a first operation"],
        "notes": ["A note. [R07]"],
        "calibrated": False,
        "kind": "range",
        **more,
    }


def silent(option: str, reason: str, out: bool) -> dict[str, Any]:
    return {
        "option": option,
        "reason": reason,
        "source_ids": ["R01"],
        "out_of_scope": out,
        "lowers": [],
        "kind": "none",
    }


def view(*items: dict[str, Any]) -> RecurrenceView:
    made = {**outlook(), "recurrence": list(items)}
    found = recurrence_view(made, LEXICON, SourceBook.of(everything(outlook=made)))
    assert found is not None
    return found


def test_options_with_the_same_risk_share_a_row() -> None:
    found = view(ranged("alpha"), ranged("beta"), silent("gamma", "Nothing published.", False))
    [row] = found.ranges
    assert (row.options, row.range) == ("Label of alpha, Label of beta", "1 to 20 of 100")
    assert row.baseline.replace("\u00a0", " ") == "4.1 to 5.7 %"
    assert [item.id for item in row.sources] == ["T04"]
    assert [(item.options, item.reason, item.out_of_scope) for item in found.silent] == [
        ("Label of gamma", "Nothing published.", False)
    ]
    assert found.missing == ("Width of the defect in the annulus",)
    assert found.assumes == ("a first operation",)
    [note] = found.notes
    assert (note.text, [item.id for item in note.sources]) == ("A note.", ["R07"])


def test_a_factor_says_of_whom_only_where_options_differ() -> None:
    both = view(ranged("alpha"), ranged("beta"))
    assert [item.options for item in both.factors] == [""]
    apart = view(ranged("alpha"), ranged("beta", factors=[factor(state="present")]))
    assert [(item.word, item.options) for item in apart.factors] == [
        ("absent", "Label of alpha"),
        ("present", "Label of beta"),
    ]


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("present", "present"),
        ("absent", "absent"),
        ("unknown", "not known"),
        ("disputed", "sources disagree"),
    ],
)
def test_an_unknown_factor_is_never_absent(state: str, word: str) -> None:
    [found] = view(ranged("alpha", factors=[factor(state=state)])).factors
    assert found.word == word
    assert found.note == ""


def test_a_factor_that_is_not_counted_says_so() -> None:
    [found] = view(ranged("alpha", factors=[factor(counted=False)])).factors
    assert "Not counted again" in found.note


def test_what_lowers_the_risk_has_its_rule_and_its_conflict() -> None:
    [found] = view(ranged("alpha"), ranged("beta")).lowers
    assert (found.text, found.rules, found.options) == ("Stop smoking.", ("RP-1",), "")
    assert [item.id for item in found.sources] == ["R-recurrence-consult", "R16"]
    assert [item.id for item in found.conflicts] == ["K13"]


def test_nothing_said_is_no_section() -> None:
    assert recurrence_view(None, LEXICON, SourceBook({})) is None
    assert recurrence_view(outlook(), LEXICON, SourceBook({})) is None

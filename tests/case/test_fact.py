from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kambin.case.fact import FIRST_DAY, LAST_DAY, Day, Label, Line, Section, fact


class Sample(Section):
    """All the kinds of field that sections share."""

    day: Day | None = None
    line: Line = ""
    label: Label | None = None
    number: float | None = fact("How much?", unit="mm", ge=0, le=1)
    flag: bool | None = fact("Is it?")


@given(st.dates(FIRST_DAY, LAST_DAY))
def test_a_day_is_a_date_or_its_text(day: date) -> None:
    assert Sample(day=day).day == day
    assert Sample.model_validate({"day": day.isoformat()}).day == day


@pytest.mark.parametrize(
    "value",
    [
        0,
        1_700_000_000,
        20260331,
        True,
        "20260331",
        "2026-3-31",
        "2026-02-30",
        "1899-12-31",
        "31.03.2026",
        "2026-W14-2",
    ],
)
def test_nothing_else_is_a_day(value: Any) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate({"day": value})


def test_a_moment_is_no_day() -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate({"day": datetime(2026, 3, 31, 12)})


@pytest.mark.parametrize("text", ["a\nb", "\x1b[31m", "\x00", "\x85", "\u2028", "\u202eabc", "x" * 201])
def test_a_line_is_one_line_without_control_characters(text: str) -> None:
    with pytest.raises(ValidationError):
        Sample(line=text)


def test_a_line_may_be_in_any_language() -> None:
    assert Sample(line="Ischias links, 腰椎间盘突出 – é").line.startswith("Ischias")


@pytest.mark.parametrize("text", ["", "a b", "é", "a" * 41, "a\n", "x/y"])
def test_a_label_says_nothing_about_a_person(text: str) -> None:
    with pytest.raises(ValidationError):
        Sample(label=text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": float("nan")},
        {"number": float("inf")},
        {"number": "0.5"},
        {"number": True},
        {"number": 1.01},
        {"flag": 1},
        {"flag": "yes"},
        {"other": 1},
    ],
)
def test_a_section_takes_nothing_that_only_looks_right(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate(wrong)


def test_a_section_does_not_change() -> None:
    with pytest.raises(ValidationError):
        Sample().flag = True  # type: ignore[misc]

"""Chances: the plan's numbers and no others, out of 100, with what is uncertain about them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.report.aid.catalogue import catalogue
from kambin.report.aid.chances import NATURAL, chance, compare, names_of, natural_course
from tests.report.aid.pages import CHOICES, plan_of

EN = catalogue("en")
PERCENT = st.floats(0, 100, allow_nan=False)


@given(PERCENT, PERCENT)
def test_a_range_is_never_drawn_narrower_than_it_is(one: float, other: float) -> None:
    low, high = sorted((one, other))
    icons = chance(EN, low, high).icons
    if low != high:
        assert icons.sure <= low + 1e-6
        assert icons.sure + icons.maybe >= high - 1e-6
    assert icons.sure + icons.maybe + icons.rest == 100
    assert icons.maybe <= high - low + 2


@given(st.integers(1, 100), st.integers(1, 100))
def test_words_number_and_picture_say_the_same(one: int, other: int) -> None:
    low, high = sorted((one, other))
    made = chance(EN, low, high)
    numbers = [int(found) for found in re.findall(r"\d+", made.number)]
    assert numbers == ([low, high, 100] if low != high else [low, 100])
    against = [int(found) for found in re.findall(r"\d+", made.other)]
    assert against == ([100 - high, 100 - low] if low != high else [100 - low])
    drawn = [int(found) for found in re.findall(r"\d+", made.label)]
    assert drawn == [100, low, high - low, 100 - high]


@pytest.mark.parametrize(
    ("low", "high", "value", "said"),
    [
        (39, 39, 39, "about 39 out of 100 people"),
        (0.3, 0.3, 0.3, "fewer than 1 out of 100 people"),
        (85, None, None, "85 or more out of 100 people"),
        (None, 12, None, "up to 12 out of 100 people"),
        (None, None, 7, "about 7 out of 100 people"),
        (6.2, 8.4, None, "6 to 9 out of 100 people"),
    ],
)
def test_how_a_chance_is_said(low: float | None, high: float | None, value: float | None, said: str) -> None:
    assert chance(EN, low, high, value).number == said


@pytest.mark.parametrize("name", CHOICES)
def test_every_number_shown_is_one_of_the_plan(name: str) -> None:
    """Read back from the words, against the plan itself."""
    outlook = plan_of(name).outlook
    assert outlook is not None
    allowed = set()
    for line in outlook["comparisons"]:
        for cell in line["cells"]:
            low = cell["low"] if cell["low"] is not None else cell["value"]
            high = cell["high"] if cell["high"] is not None else 100
            if line["unit"] == "%" and not cell["claim"] and low is not None:
                allowed |= {(math.floor(low + 1e-9), math.ceil(high - 1e-9)), (round(low), round(high))}
    shown = [c for line in (*compare(EN, outlook), *natural_course(EN, outlook)) for c in line.choices]
    assert shown
    assert {(c.chance.icons.sure, c.chance.icons.sure + c.chance.icons.maybe) for c in shown} <= allowed


@pytest.mark.parametrize("name", CHOICES)
def test_every_option_is_in_every_line_or_named_as_blank(name: str) -> None:
    outlook = plan_of(name).outlook
    assert outlook is not None
    options = names_of(EN, (row["option"] for row in outlook["rows"]))
    for line in compare(EN, outlook):
        words = " ".join([*(c.options for c in line.choices), line.blank]).lower()
        assert all(option in words for option in options)


def test_claims_without_a_study_are_left_out() -> None:
    outlook = plan_of("demo").outlook
    assert outlook is not None
    claimed = {c["source_ids"][0] for line in outlook["comparisons"] for c in line["cells"] if c["claim"]}
    assert claimed
    shown = {s for line in compare(EN, outlook) for c in line.choices for s in c.sources}
    assert not shown & claimed
    assert not [line for line in compare(EN, outlook) if line.title == EN("outcomes", NATURAL[0], "title")]

"""Options: those that are open and no others, continuing without an operation always, in the same rows."""

from __future__ import annotations

import pytest

from kambin.report.aid.catalogue import catalogue
from kambin.report.aid.options import CONTINUING, option_views, recurrence, shown_options
from tests.report.aid.pages import CHOICES, FLAGGED, LANGUAGES, plan_of, tree_of

EN = catalogue("en")


@pytest.mark.parametrize("name", CHOICES)
def test_continuing_without_an_operation_is_always_the_first(name: str) -> None:
    views = option_views(EN, plan_of(name))
    assert views[0].id == CONTINUING
    assert len(views) > 1


@pytest.mark.parametrize("name", CHOICES)
def test_every_open_option_is_shown_and_no_closed_one(name: str) -> None:
    treatment = plan_of(name).decision("treatment")
    assert treatment is not None
    shown = [item["id"] for item in shown_options(treatment)]
    assert len(set(shown)) == len(shown)
    status = {item["id"]: item["status"] for item in treatment["options"]}
    assert {name for name, found in status.items() if found == "eligible"} <= set(shown)
    assert {status[name] for name in shown if name != CONTINUING} <= {"eligible", "undetermined"}
    extras = [item.extra for item in option_views(EN, plan_of(name))]
    assert extras == sorted(extras)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHOICES)
def test_every_card_has_the_same_rows_in_the_same_order(name: str, language: str) -> None:
    cards = tree_of(name, language).named("card")
    assert len(cards) == len(option_views(EN, plan_of(name)))
    rows = [[node.text() for node in card.all("dt")] for card in cards]
    assert len(rows[0]) == 7
    assert all(row == rows[0] for row in rows)
    assert all(node.text() for card in cards for node in card.all("dd"))
    for card in cards:
        assert len(card.named("plus")[0].all("li")) == len(card.named("minus")[0].all("li")) == 2


@pytest.mark.parametrize("name", FLAGGED)
def test_an_emergency_has_no_options(name: str) -> None:
    assert option_views(EN, plan_of(name)) == ()


def test_waiting_is_shown_but_not_advised_where_a_nerve_fails() -> None:
    views = option_views(EN, plan_of("foot-drop-two-days"))
    assert views[0].fit == EN("status", "against")
    assert all(view.fit != EN("status", "against") for view in views[1:])


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("about as high as published for this technique", "about"),
        ("from lower than to higher than published, depending on what is not known", "lower_higher"),
        ("not enough is known of this patient to say more", "too_wide"),
    ],
)
def test_the_word_of_the_outlook_is_kept(word: str, said: str) -> None:
    made, words = recurrence(EN, {"kind": "range", "low": 3, "high": 9, "word": word})
    assert made is not None
    assert (made.icons.sure, made.icons.maybe) == (3, 6)
    assert words == EN("again", "words", said)


def test_every_word_that_the_outlook_can_give_has_its_own_words() -> None:
    said = ("lower than", "about as high as", "higher than")
    found = set()
    for at, low in enumerate(said):
        for high in said[at:]:
            text = f"{low} published" if low == high else f"from {low} to {high} published, depending"
            found.add(recurrence(EN, {"kind": "range", "low": 1, "high": 2, "word": text})[1])
    assert len(found) == 6

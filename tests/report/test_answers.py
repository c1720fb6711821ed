"""Answers in words: what is open is never said to be a no."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kambin.guideline.explaining import DecisionDoc
from kambin.report.answers import answer_mark, change_answer, full_answer, short_answer, status_mark
from tests.report.plans import change, decision, option


def a(
    policy: str, kind: str, answer: Sequence[str], statuses: str = "eee", provisional: bool = False
) -> DecisionDoc:
    """A decision with options one, two, three … of the given statuses (e, u, n, x)."""
    words = {"e": "eligible", "u": "undetermined", "n": "not_indicated", "x": "excluded"}
    names = ["one", "two", "three", "four", "five", "six", "seven", "eight"][: len(statuses)]
    options = [
        option(name, words[mark], [], label=name.capitalize())
        for name, mark in zip(names, statuses, strict=True)
    ]
    return decision(
        "d", policy, kind, list(answer), options, sentence="The sentence.", provisional=provisional
    )


@pytest.mark.parametrize(
    ("made", "word", "short"),
    [
        (a("first", "fired", ["one"]), "settled", "One."),
        (a("argue", "recommended", ["two"]), "recommended", "Two."),
        (a("argue", "recommended", ["two"], provisional=True), "provisional", "Two."),
        (a("argue", "equipoise", ["one", "two"]), "equipoise", "One or Two: the patient's values decide."),
        (
            a("argue", "equipoise", ["one", "two"], provisional=True),
            "equipoise",
            "One or Two: the patient's values decide, once a clear way to the disc is shown.",
        ),
        (a("argue", "undetermined", ["one", "three"], "unu"), "undetermined", "Possible: One or Three."),
        (a("argue", "none", [], "nnn"), "none applies", "The sentence."),
        (a("collect", "collected", ["one", "two", "three"]), "applies", "One, Two and Three."),
        (a("collect", "collected", ["one"], "eun"), "partly open", "One."),
        (a("collect", "collected", [], "uun"), "undetermined", "Possible: One or Two."),
        (a("collect", "collected", [], "nnx"), "none applies", "The sentence."),
        (
            a("collect", "collected", ["one", "two", "three", "four", "five", "six", "seven"], "e" * 7),
            "applies",
            "One, Two, Three, Four, Five and 2 more.",
        ),
    ],
)
def test_answers_for_a_table(made: DecisionDoc, word: str, short: str) -> None:
    assert answer_mark(made).word == word
    assert short_answer(made) == short


def test_a_list_with_open_items_never_says_that_nothing_applies() -> None:
    nothing_yet = a("collect", "collected", [], "uun")
    assert full_answer(nothing_yet) == "Not enough information; still possible: One or Two."
    assert (
        full_answer(a("collect", "collected", ["one"], "euu")) == "The sentence. Still open: Two and Three."
    )
    assert full_answer(a("collect", "collected", [], "nnn")) == "The sentence."
    assert full_answer(a("argue", "undetermined", ["one"], "unn")) == "The sentence."


@pytest.mark.parametrize(
    ("made", "kind", "options", "said"),
    [
        (a("first", "fired", ["one"]), "fired", ["two"], "Two"),
        (a("first", "fired", ["one"]), "none", [], "None of the options would apply"),
        (a("argue", "recommended", ["one"]), "equipoise", ["one", "two"], "Equipoise between One and Two"),
        (
            a("argue", "recommended", ["one"]),
            "undetermined",
            ["one", "two"],
            "Not enough information; possible: One or Two",
        ),
        (
            a("collect", "collected", ["one", "two"]),
            "collected",
            ["two", "three"],
            "Also Three; no longer One",
        ),
        (a("collect", "collected", ["one"]), "collected", ["one", "two", "three"], "Also Two and Three"),
        (a("collect", "collected", ["one"]), "collected", [], "No longer One"),
        (a("collect", "collected", ["one"]), "collected", ["one"], "The same options, one of them open"),
        (a("first", "fired", ["one"]), "fired", ["unheard_of"], "unheard_of"),
    ],
)
def test_what_the_answer_would_be(made: DecisionDoc, kind: str, options: list[str], said: str) -> None:
    assert change_answer(change("slr_positive", True, False, kind, options), made) == said


def test_a_status_has_a_sign_and_a_word() -> None:
    signs = [status_mark(name) for name in ("eligible", "undetermined", "not_indicated", "excluded")]
    assert len({item.mark for item in signs}) == len({item.word for item in signs}) == 4

"""The IPDAS items: each that we can meet is looked for in the rendered page, by a check that can fail."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from kambin.outcome.published import published
from kambin.report.aid.catalogue import LANGUAGES, catalogue, data_file
from tests.report.aid.pages import CHOICES, plan_of, tree_of
from tests.report.page_tree import Node, parse

ITEMS = {item["id"]: item for group in data_file("ipdas").values() for item in group}
OURS = [name for name, item in ITEMS.items() if item["who"] == "us"]
PEOPLE = [name for name, item in ITEMS.items() if item["who"] == "people"]
SOME = ["demo", "incomplete", "mild-three-weeks", "recurrence-l4-l5"]


def marked(page: Node, name: str) -> Node:
    found = [node for node in page.walk() if node.attrs.get("data-ipdas") == name]
    assert found, f"nothing is marked {name}"
    return found[0]


def part(page: Node, name: str) -> Node:
    return next(node for node in page.all("section") if node.attrs.get("aria-labelledby") == name)


def cards(page: Node) -> list[Node]:
    return page.named("card")


def lines(page: Node) -> list[Node]:
    return [node for node in page.walk() if node.attrs.get("data-ipdas") == "chances"]


def figures(page: Node) -> list[Node]:
    return [node for line in lines(page) for node in line.all("figure")]


def rows(page: Node, number: int) -> list[str]:
    return [card.all("dd")[number].text() for card in cards(page)]


CHECKS: dict[str, Callable[[Node], bool]] = {
    "condition": lambda p: len(marked(p, "condition").all("p")) >= 1 and len(part(p, "problem").text()) > 60,
    "decision": lambda p: len(marked(p, "decision").all("p")) >= 2,
    "options": lambda p: len(cards(p)) >= 2 and all(len(text) > 10 for text in rows(p, 1)),
    "experience": lambda p: all(len(text) > 10 for text in rows(p, 2)),
    "positive": lambda p: all(len(card.named("plus")[0].all("li")) == 2 for card in cards(p)),
    "negative": lambda p: all(len(card.named("minus")[0].all("li")) == 2 for card in cards(p)),
    "equal_detail": lambda p: len({tuple(d.text() for d in card.all("dt")) for card in cards(p)}) == 1,
    "cites": lambda p: len(marked(p, "sources").all("li")) >= 3 and bool(marked(p, "sources").all("a")),
    "date": lambda p: re.search(r"\d{4}-\d{2}-\d{2}", marked(p, "date").text()) is not None,
    "update": lambda p: len(marked(p, "update").text()) > 20,
    "uncertainty": lambda p: all(f.named("uncertain")[0].text() for f in figures(p)),
    "funding": lambda p: len(marked(p, "funding").text()) > 20,
    "natural_course": lambda p: len(marked(p, "natural").all("p")) == 3,
    "compare": lambda p: len(cards(p)) >= 2 and len(lines(p)) >= 1,
    "outcome_chances": lambda p: bool(figures(p)) and all(re.search(r"\d", f.text()) for f in figures(p)),
    "reference_class": lambda p: all(who_is_counted(f) for f in figures(p)),
    "event_rates": lambda p: all("100" in f.named("many")[0].text() for f in figures(p)),
    "same_time": lambda p: all(one_time(line) for line in lines(p)),
    "same_denominator": lambda p: all("100" in f.named("many")[0].text() for f in figures(p)),
    "several_views": lambda p: all(
        f.all("svg") and f.named("many") and len(f.all("p")) >= 4 for f in figures(p)
    ),
    "matters_most": lambda p: len(marked(p, "values").all("input")) >= 24,
    "step_by_step": lambda p: len(marked(p, "steps").all("li")) >= 4,
    "worksheet": lambda p: len(marked(p, "questions").all("li")) >= 5 and bool(p.all("textarea")),
    "selection": lambda p: len(marked(p, "selection").text()) > 40,
    "evidence_quality": lambda p: (
        len(marked(p, "quality").text()) > 20 and all(graded(f) for f in figures(p))
    ),
    "credentials": lambda p: "kambin" in marked(p, "credentials").text(),
    "reading_level": lambda p: re.search(r"\d+\.\d", marked(p, "reading").text()) is not None,
}


def language_of(node: Node) -> str:
    top = node
    while top.parent is not None:
        top = top.parent
    return top.all("html")[0].attrs["lang"]


def who_is_counted(figure: Node) -> bool:
    t = catalogue(language_of(figure))
    return any(text in figure.text() for key, text in t.messages.items() if key.startswith("who/"))


def one_time(line: Node) -> bool:
    t = catalogue(language_of(line))
    head = next(node for node in line.all("p")).text()
    return sum(t("horizons", name) in head for name in published().horizons) == 1


def graded(figure: Node) -> bool:
    t = catalogue(language_of(figure))
    return any(t("quality", str(number)) in figure.text() for number in range(6))


MARKS = (
    *("condition", "decision", "sources", "date", "update", "funding", "natural", "values", "steps"),
    *("questions", "selection", "quality", "credentials", "reading"),
)
CARD = '<div class="card"><dl><dt>{}</dt><dd></dd><dd></dd><dd></dd></dl>{}</div>'
SILENT = (
    '<section aria-labelledby="problem"></section>'
    + CARD.format("a", '<ul class="plus"></ul><ul class="minus"></ul>')
    + CARD.format("b", "")
    + '<div data-ipdas="chances"><p></p><figure><p class="many"></p><p class="uncertain"></p></figure></div>'
)


def test_the_items_are_those_that_apply() -> None:
    sizes = {name: len(group) for name, group in data_file("ipdas").items()}
    assert sizes == {"qualifying": 6, "certification": 6, "quality": 23}
    assert len(ITEMS) == 35
    assert len(PEOPLE) == 8
    assert set(CHECKS) == set(OURS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("item", OURS)
def test_the_page_meets_what_we_alone_can_meet(item: str, language: str) -> None:
    for name in SOME:
        assert CHECKS[item](tree_of(name, language)), f"{name}: {ITEMS[item]['say']}"


@pytest.mark.parametrize("item", OURS)
def test_every_check_can_fail(item: str) -> None:
    """A page with one figure and one card that say nothing, and nothing else, meets no item."""
    marks = "".join(f'<div data-ipdas="{name}"><p></p></div>' for name in MARKS)
    empty = parse(f'<html lang="en"><body>{SILENT}{marks}</body></html>')
    if item == "compare":  # two cards and a line of numbers are all that it asks for
        empty = parse('<html lang="en"></html>')
    assert not CHECKS[item](empty)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHOICES)
def test_what_needs_people_is_shown_as_not_yet_done(name: str, language: str) -> None:
    page = tree_of(name, language)
    missing = [node.attrs["data-notdone"] for node in page.walk() if "data-notdone" in node.attrs]
    assert sorted(missing) == sorted(PEOPLE)
    assert plan_of(name).software.version in marked(page, "date").text()

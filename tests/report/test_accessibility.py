"""What can be checked of WCAG 2.2 without a browser: names, headings, tables, contrast, no colour alone."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

import pytest

from kambin.report.answers import KINDS, STATUS
from kambin.report.arguments import _TAGS
from tests.report.page_tree import Node

TEXT, LARGE = 4.5, 3.0
STYLE = files("kambin.report").joinpath("templates/style.css").read_text(encoding="utf-8")


def test_the_page_names_its_language_and_itself(page: Node) -> None:
    assert page.all("html")[0].attrs["lang"] == "en-GB"
    assert len(page.all("title")) > 0
    assert len(page.all("main")) == len(page.all("h1")) == 1
    assert "width=device-width" in next(
        node.attrs["content"] for node in page.all("meta") if node.attrs.get("name") == "viewport"
    )


def test_the_first_thing_to_reach_is_a_way_past_the_top(page: Node) -> None:
    first = page.all("a")[0]
    assert first.attrs["class"] == "skip"
    target = page.by_id(first.attrs["href"][1:])
    assert target.attrs["tabindex"] == "-1"


def test_every_picture_has_words_or_is_silent(page: Node) -> None:
    pictures = page.all("svg")
    assert pictures
    for node in pictures:
        if node.attrs.get("role") == "img":
            names = [page.by_id(name) for name in node.attrs["aria-labelledby"].split()]
            assert [name.tag for name in names] == ["title", "desc"]
            assert all(isinstance(name.content[0], str) and len(name.content[0]) > 10 for name in names)
        else:
            assert node.attrs["aria-hidden"] == "true"
            assert node.attrs["focusable"] == "false"
            # what is silent has its numbers beside it
            assert node.parent is not None
            assert re.search(r"\d", node.parent.text("svg"))


def test_headings_go_down_one_step_at_a_time(page: Node) -> None:
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all(node.text() for node in page.all("h1", "h2", "h3", "h4"))


def test_tables_have_a_caption_and_every_header_its_scope(page: Node) -> None:
    for table in page.all("table"):
        [caption] = table.all("caption")
        assert caption.text()
        assert all(head.attrs.get("scope") in ("col", "row", "rowgroup") for head in table.all("th"))
        columns = len(table.all("thead")[0].all("th"))
        for row in table.all("tbody")[0:]:
            for line in row.all("tr"):
                cells = line.all("th", "td")
                assert sum(int(cell.attrs.get("colspan", "1")) for cell in cells) == columns
                assert cells[0].tag == "th"


def test_a_stacked_table_stays_a_table(page: Node) -> None:
    """Narrow screens show cells as blocks, which takes their meaning away unless it is written down."""
    roles = {"table": "table", "tr": "row", "td": "cell", "thead": "rowgroup", "tbody": "rowgroup"}
    for node in page.all(*roles):
        assert node.attrs["role"] == roles[node.tag]
        if node.tag == "td":
            assert node.attrs["data-label"]
    for node in page.all("th"):
        assert node.attrs["role"] == ("columnheader" if node.attrs["scope"] == "col" else "rowheader")


def test_regions_are_named_by_what_stands_in_the_page(page: Node) -> None:
    for node in page.walk():
        for name in node.attrs.get("aria-labelledby", "").split():
            assert page.by_id(name)
        if node.tag in ("section", "nav"):
            assert node.attrs.get("aria-labelledby") or node.attrs.get("aria-label")


def test_folds_say_what_they_hold(page: Node) -> None:
    for node in page.all("details"):
        first = next(item for item in node.content if isinstance(item, Node))
        assert first.tag == "summary"
        assert len(first.text()) > 5


def test_lists_hold_items_only(page: Node) -> None:
    for node in page.all("ul", "ol"):
        children = [item for item in node.content if isinstance(item, Node)]
        assert children
        assert {item.tag for item in children} == {"li"}


def test_a_mark_is_never_colour_alone(page: Node) -> None:
    for node in page.named("mark"):
        [sign] = node.named("sign")
        assert sign.attrs["aria-hidden"] == "true"
        assert len(sign.text()) == 1
        assert len(node.text()) > len(sign.text()) + 1


@pytest.mark.parametrize("table", [STATUS, KINDS])
def test_what_looks_the_same_is_told_apart_by_its_word(table: dict[str, tuple[str, str, str]]) -> None:
    assert len({word for _, _, word in table.values()}) == len(table)


def test_every_argument_is_told_apart_by_its_word() -> None:
    assert len({tag for _, tag in _TAGS.values()}) == len(_TAGS)


class Rule(NamedTuple):
    """One rule of the style sheet."""

    selector: str
    values: dict[str, str]


def rules(style: str) -> Iterator[Rule]:
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    for selector, body in re.findall(r"([^{}@;]+)\{([^{}]*)\}", plain):
        pairs = (part.split(":", 1) for part in body.split(";") if ":" in part)
        yield Rule(selector.strip(), {name.strip(): value.strip() for name, value in pairs})


VARIABLES = {
    name: value for rule in rules(STYLE) if rule.selector == ":root" for name, value in rule.values.items()
}


def colour(value: str) -> str:
    found = re.fullmatch(r"var\((--[\w-]+)\)", value)
    return VARIABLES[found.group(1)] if found else value


def luminance(value: str) -> float:
    parts = [int(value[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(colour(one)), luminance(colour(other))))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


INK = [
    rule for rule in rules(STYLE) if rule.values.get("color", "inherit") not in ("inherit", "currentcolor")
]


@pytest.mark.parametrize("rule", INK, ids=lambda rule: rule.selector)
def test_text_is_readable_on_its_ground(rule: Rule) -> None:
    ground = rule.values.get("background-color", "var(--paper)")
    assert contrast(rule.values["color"], ground) >= TEXT


def test_every_ink_names_its_ground() -> None:
    """A colour without a ground would be checked against the wrong one."""
    assert len(INK) > 15
    silent = [rule.selector for rule in INK if "background-color" not in rule.values]
    assert all("::before" in name or name == "details > summary" for name in silent)


DRAWN = {
    rule.selector.split()[-1]: rule.values for rule in rules(STYLE) if rule.selector.startswith(".picture .")
}


@pytest.mark.parametrize("name", [".root", ".problem-root", ".rival", ".leader"])
@pytest.mark.parametrize("ground", ["#ffffff", "bone", "disc"])
def test_lines_of_the_picture_stand_out(name: str, ground: str) -> None:
    behind = ground if ground.startswith("#") else DRAWN[f".{ground}"]["fill"]
    assert contrast(DRAWN[name]["stroke"], behind) >= LARGE


@pytest.mark.parametrize(
    ("name", "ground"),
    [(".vertebra", ".sac"), (".vertebra", ".bone"), (".strong", "#ffffff"), (".weak", "#ffffff")],
)
def test_words_in_the_picture_are_readable(name: str, ground: str) -> None:
    behind = ground if ground.startswith("#") else DRAWN[ground]["fill"]
    assert contrast(DRAWN[name]["fill"], behind) >= TEXT


def test_print_and_narrow_screens_have_their_own_rules() -> None:
    for words in (
        "@media print",
        "size: A4",
        "break-inside: avoid",
        "table-header-group",
        "::details-content",
        "@media screen and (max-width: 44rem)",
        "print-color-adjust: exact",
    ):
        assert words in STYLE


def test_every_class_of_the_page_has_a_style(page: Node) -> None:
    styled = set(re.findall(r"\.([a-z][\w-]*)", STYLE))
    assert {name for node in page.walk() for name in node.attrs.get("class", "").split()} <= styled


def test_widths_of_columns_are_for_wide_screens_and_paper_only() -> None:
    """A width of a column would squeeze the cell that stands by itself on a narrow screen."""
    wide = re.search(r"@media print, \(min-width: 44\.01rem\) \{(.*?)\n\}", STYLE, re.DOTALL)
    assert wide is not None
    paper = STYLE[STYLE.index("@media print {") :]
    sized = [
        rule.selector
        for rule in rules(STYLE.replace(wide.group(0), "").replace(paper, ""))
        if re.search(r"\b(td|th)\b", rule.selector) and rule.values.get("width", "auto") != "auto"
    ]
    assert sized == []
    assert any("width" in rule.values for rule in rules(wide.group(1)))

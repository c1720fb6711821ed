"""Every kind of page in a real browser: WCAG 2.2 AA, a narrow screen, A4. One browser for all of them.

The clinician report is the one of the demonstration scan, with the pictures of the documentation in it.
"""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kambin.report import render_report
from kambin.report.pictures import Gallery, Picture
from tests.report.aid.pages import html_of, plan_of
from tests.report.browser import browser_page, too_wide, violations
from tests.report.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

REPORT = "report demo with its scan"
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {  # section → pictures of the documentation that stand for it
    "anatomy": {"axial-L5-S1": "axial-L5-S1.svg", "foramina-left": "foramina-left.svg"},
    "posterolateral": {
        "corridor-axial": "corridor-axial.svg",
        "endoscope-fragment": "endoscope-fragment.svg",
    },
    "interlaminar": {"c-arm-lateral": "c-arm-lateral.svg"},
}


def picture(name: str, file: str) -> Picture:
    data = (ROOT / "docs" / "pictures" / file).read_bytes()
    top = ET.fromstring(data)
    title, alt = (top.findtext(f"{SVG}{tag}") or "" for tag in ("title", "desc"))
    *_, width, height = (round(float(part)) for part in top.attrib["viewBox"].split())
    return Picture(name, title, "A caption.", alt, "svg", data, width, height)


@cache
def report_with_pictures() -> str:
    galleries = {
        section: Gallery(tuple(picture(name, file) for name, file in found.items()), ("One is left out.",))
        for section, found in DRAWN.items()
    }
    return render_report(plan_of("demo with its scan"), galleries)


PAGES: dict[str, Callable[[], str]] = {
    "aid demo en": lambda: html_of("demo", "en"),
    "aid demo zh-Hans": lambda: html_of("demo", "zh-Hans"),
    "aid cauda-equina en": lambda: html_of("cauda-equina", "en"),
    "aid cauda-equina zh-Hans": lambda: html_of("cauda-equina", "zh-Hans"),
    REPORT: report_with_pictures,
    "report cauda-equina": lambda: render_report(plan_of("cauda-equina")),
}
SHEETS = {"aid cauda-equina en": 1, "aid cauda-equina zh-Hans": 1, "aid demo en": 24, "aid demo zh-Hans": 24}
UNFOLD = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"
HEADINGS = """() => [...document.querySelectorAll('h1, h2')]
    .filter(one => one.getBoundingClientRect().height > 2).map(one => one.innerText)"""
SHEET_PX = round((210 - 2 * 13) / 25.4 * 96)  # between the margins of A4 as the style sheet sets them


def letters(text: str) -> str:
    """What was printed without what setting it changes: spaces, hyphens at line ends, ligatures."""
    return re.sub(r"[\s\u00ad-]", "", unicodedata.normalize("NFKC", text))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser_page(tmp_path_factory.mktemp("browser")) as page:
        yield page


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where each page lies; a page is made when it is first asked for."""
    folder = tmp_path_factory.mktemp("pages")

    class Made(dict[str, str]):
        def __missing__(self, name: str) -> str:
            path = folder / f"{name.replace(' ', '-')}.html"
            path.write_text(PAGES[name](), encoding="utf-8")
            return self.setdefault(name, path.as_uri())

    return Made()


@pytest.fixture
def opened(browser: Page, addresses: dict[str, str]) -> Callable[..., Page]:
    """A page at a width, on the screen, folds as they are."""

    def at(name: str, width: int = 1280) -> Page:
        browser.emulate_media(media="screen")
        browser.set_viewport_size({"width": width, "height": 900})
        browser.goto(addresses[name])
        return browser

    return at


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_is_fetched(name: str, opened: Callable[..., Page]) -> None:
    page = opened(name)
    page.asked.clear()  # type: ignore[attr-defined]
    page.reload()
    page.evaluate(UNFOLD)  # everything that can be read, in one look
    assert violations(page) == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []  # type: ignore[attr-defined]


def test_axe_would_find_something(browser: Page) -> None:
    """The same helper on a page with faults."""
    browser.goto("about:blank")
    browser.set_content(
        '<html><body><p style="color:#ccc;background:#fff">pale</p><input><img src=""></body></html>'
    )
    names = {line.split(":")[0] for line in violations(browser)}
    assert {"color-contrast", "html-has-lang", "label", "image-alt"} <= names


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_screen_never_scrolls_sideways(name: str, opened: Callable[..., Page]) -> None:
    page = opened(name, width=320)
    assert too_wide(page) == []
    page.evaluate(UNFOLD)
    assert too_wide(page) == []


def test_what_is_too_wide_is_seen(browser: Page) -> None:
    browser.set_viewport_size({"width": 320, "height": 640})
    browser.set_content('<div style="width:400px">wide</div>')
    assert too_wide(browser)


@pytest.mark.parametrize("name", PAGES)
def test_it_prints_on_a4_and_nothing_is_cut(name: str, opened: Callable[..., Page], tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    page = opened(name, width=SHEET_PX)
    page.emulate_media(media="print")
    assert too_wide(page) == []
    headings = page.evaluate(HEADINGS)
    path = tmp_path / "print.pdf"
    page.pdf(path=str(path), prefer_css_page_size=True)
    made = pypdf.PdfReader(path)
    size = made.pages[0].mediabox
    assert abs(float(size.width) - 595) <= 1 and abs(float(size.height) - 842) <= 1
    sheets = [letters(sheet.extract_text()) for sheet in made.pages]
    assert len(sheets) <= SHEETS.get(name, 60)
    assert all(len(sheet) > 50 for sheet in sheets)
    if "zh" not in name:  # glyphs of Chinese fonts need not come back as the same characters
        printed = "".join(sheets)
        assert headings
        assert [text for text in headings if letters(text) not in printed] == []

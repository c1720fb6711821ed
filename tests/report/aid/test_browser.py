"""The aid and the clinician report in a real browser: WCAG 2.2 AA, a narrow screen, A4."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kambin.report import render_report
from tests.report.aid.pages import html_of, plan_of
from tests.report.browser import browser_page, too_wide, violations

PAGES: dict[str, Callable[[], str]] = {
    "aid demo en": lambda: html_of("demo", "en"),
    "aid demo zh-Hans": lambda: html_of("demo", "zh-Hans"),
    "aid cauda-equina en": lambda: html_of("cauda-equina", "en"),
    "report demo": lambda: render_report(plan_of("demo")),
}


def written(folder: Path) -> dict[str, str]:
    found = {}
    for number, (name, page) in enumerate(PAGES.items()):
        path = folder / f"page{number}.html"
        path.write_text(page(), encoding="utf-8")
        found[name] = path.as_uri()
    return found


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_is_fetched(name: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGES[name](), encoding="utf-8")
    with browser_page(tmp_path) as page:
        page.goto(path.as_uri())
        assert violations(page) == []
        assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []


def test_axe_would_find_something(tmp_path: Path) -> None:
    """The same helper on a page with faults."""
    path = tmp_path / "bad.html"
    path.write_text(
        '<html><body><p style="color:#ccc;background:#fff">pale</p><input><img src=""></body></html>'
    )
    with browser_page(tmp_path) as page:
        page.goto(path.as_uri())
        names = {line.split(":")[0] for line in violations(page)}
    assert {"color-contrast", "html-has-lang", "label", "image-alt"} <= names


def test_a_narrow_screen_never_scrolls_sideways(tmp_path: Path) -> None:
    found = {}
    with browser_page(tmp_path, width=320, height=640) as page:
        for name, address in written(tmp_path).items():
            page.goto(address)
            found[name] = too_wide(page)
        page.set_content('<div style="width:400px">wide</div>')
        assert too_wide(page)
    assert {name: list_ for name, list_ in found.items() if list_} == {}


def test_it_prints_on_a4_with_every_page_filled(tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    with browser_page(tmp_path) as page:
        for name, address in written(tmp_path).items():
            if name not in ("aid demo en", "aid cauda-equina en"):
                continue
            page.goto(address)
            path = tmp_path / "print.pdf"
            page.pdf(path=str(path), prefer_css_page_size=True)
            made = pypdf.PdfReader(path)
            size = made.pages[0].mediabox
            assert (round(float(size.width)), round(float(size.height))) in [
                (595, 842),
                (596, 842),
                (594, 842),
            ]
            assert len(made.pages) <= (1 if "cauda" in name else 24), name
            assert all(len(re.sub(r"\s", "", sheet.extract_text())) > 50 for sheet in made.pages), name

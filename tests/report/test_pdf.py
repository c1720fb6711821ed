"""The PDF: tagged, with title and language, the same bytes again; a clear word where Pango is missing."""

from __future__ import annotations

import base64
import io
import re
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from kambin.report import render_report
from kambin.report.pdf import PdfUnavailable, render_pdf
from tests.report.page_tree import parse
from tests.report.plans import everything

FILL = re.compile(r"(\d*\.?\d+) (\d*\.?\d+) (\d*\.?\d+) rg")
STYLE = files("kambin.report").joinpath("templates/style.css").read_text(encoding="utf-8")
PAGE = (
    '<!doctype html><html lang="en-GB"><head><title>A page</title></head>'
    "<body><h1>Head</h1><p>The disc presses on a nerve.</p></body></html>"
)


def colour_of(rule: str) -> str:
    found = re.search(rf"^{re.escape(rule)} \{{ fill: (#\w{{6}})", STYLE, re.MULTILINE)
    assert found
    return found.group(1)


@pytest.fixture
def pdf() -> bytes:
    try:
        return render_pdf(PAGE)
    except PdfUnavailable as error:
        pytest.skip(f"no PDF here: {error}")


def test_it_is_tagged_and_names_title_and_language(pdf: bytes) -> None:
    pypdf = pytest.importorskip("pypdf")
    made = pypdf.PdfReader(io.BytesIO(pdf))
    root = made.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF boolean, not Python's
    assert "/StructTreeRoot" in root
    assert root["/Lang"].startswith("en")
    assert made.metadata is not None
    assert made.metadata.title == "A page"
    assert "The disc presses on a nerve." in " ".join(made.pages[0].extract_text().split())
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()


def test_same_page_same_bytes(pdf: bytes) -> None:
    assert render_pdf(PAGE) == pdf


def test_nothing_is_fetched(pdf: bytes, tmp_path: Path) -> None:
    """A page that names a file gets none of its text."""
    secret = tmp_path / "secret.css"
    secret.write_text('h1::after { content: "LEAKED" }')
    pypdf = pytest.importorskip("pypdf")
    made = render_pdf(PAGE.replace("</head>", f'<link rel="stylesheet" href="{secret.as_uri()}"></head>'))
    assert "LEAKED" not in pypdf.PdfReader(io.BytesIO(made)).pages[0].extract_text()


def test_a_picture_in_the_page_is_in_the_pdf(pdf: bytes) -> None:
    """What the page itself carries is no fetching."""
    dot = base64.b64encode(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle cx="4" cy="4" r="4"/></svg>'
    ).decode()
    page = PAGE.replace("</h1>", f'</h1><img alt="a dot" src="data:image/svg+xml;base64,{dot}">')
    assert len(render_pdf(page)) > len(pdf) + 100


def test_drawings_keep_their_paint(pdf: bytes) -> None:
    """WeasyPrint knows no rule of the page inside a drawing: without paint of its own it would be black."""
    pypdf = pytest.importorskip("pypdf")
    made = pypdf.PdfReader(io.BytesIO(render_pdf(render_report(everything()))))
    painted = made.pages[0].get_contents().get_data().decode("latin-1")
    fills = {tuple(float(part) for part in found) for found in FILL.findall(painted)}
    for rule in (".picture .bone", ".picture .disc", ".bar .rail"):
        wanted = tuple(int(colour_of(rule)[at : at + 2], 16) / 255 for at in (1, 3, 5))
        assert any(found == pytest.approx(wanted, abs=0.003) for found in fills), rule


def test_what_is_said_not_to_be_printed_is_not_printed(pdf: bytes) -> None:
    pypdf = pytest.importorskip("pypdf")
    page = render_report(everything())
    made = pypdf.PdfReader(io.BytesIO(render_pdf(page)))
    printed = " ".join(" ".join(sheet.extract_text().split()) for sheet in made.pages)
    assert "(in the file, not printed)" in printed
    folded = [node for node in parse(page).named("deep") if "open" not in node.attrs]
    rules = {code.text() for node in folded for code in node.all("code")}
    shown = {code.text() for code in parse(page).all("code")} - rules
    assert rules and shown
    assert [name for name in rules if name in printed] == []


def test_without_the_library_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PdfUnavailable, match="Pango"):
        render_pdf(PAGE)

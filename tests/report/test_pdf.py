"""The PDF: tagged, with title and language, the same bytes again; a clear word where Pango is missing."""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path

import pytest

from kambin.report.pdf import PdfUnavailable, render_pdf

PAGE = (
    '<!doctype html><html lang="en-GB"><head><title>A page</title></head>'
    "<body><h1>Head</h1><p>The disc presses on a nerve.</p></body></html>"
)


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


def test_without_the_library_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PdfUnavailable, match="Pango"):
        render_pdf(PAGE)

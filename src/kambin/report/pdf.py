"""A page as a tagged PDF, as an extra: HTML stays the document.

WeasyPrint draws it with Pango, a library of the system. Where that is missing the message says so, and the
browser's own printing gives the same pages.
"""

from __future__ import annotations

import re

from kambin.errors import KambinError

__all__ = ["PdfUnavailable", "render_pdf"]


class PdfUnavailable(KambinError):
    """WeasyPrint, or the Pango library behind it, is not there."""


# Drawings in the text of the page, by the class whose rules paint them; pictures in addresses are not meant.
_DRAWINGS = {"bar": r'<svg class="bar"[^>]*>', "picture": r'(?<=<figure class="picture">)\s*<svg [^>]*>'}


def _painted(html: str) -> str:
    """The page with the rules of each drawing inside it: WeasyPrint applies no style of the page there."""
    sheet = html.partition("<style>")[2].partition("</style>")[0]
    for name, opening in _DRAWINGS.items():
        rules = " ".join(re.findall(rf"^\.{name} ([\w.-]+ \{{[^}}]*\}})", sheet, re.MULTILINE))
        if rules:
            html = re.sub(opening, lambda found, rules=rules: f"{found.group()}<style>{rules}</style>", html)  # type: ignore[misc]
    return html


def render_pdf(html: str) -> bytes:
    """Print a page of kambin as PDF/UA-1: tagged, with its title and language.

    Parameters
    ----------
    html : str
        A self-contained page; nothing is fetched from anywhere.

    Returns
    -------
    bytes
        Same page, same bytes with the same WeasyPrint, Pango and fonts.

    Raises
    ------
    PdfUnavailable
        Without WeasyPrint or Pango.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:  # OSError: the library of the system does not load
        raise PdfUnavailable(
            "a PDF can not be made here",
            why=f"WeasyPrint or the Pango library behind it is missing ({error})".splitlines()[0],
            now="install Pango (Debian: libpango-1.0-0 libpangoft2-1.0-0), or print the page from a browser",
        ) from error
    made: bytes | None = HTML(
        string=_painted(html), url_fetcher=URLFetcher(allowed_protocols=("data",))
    ).write_pdf(pdf_variant="pdf/ua-1")
    if made is None:
        raise PdfUnavailable("WeasyPrint wrote nothing")
    return made

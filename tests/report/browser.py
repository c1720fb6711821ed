"""A real browser for the tests of pages: found, started apart from anybody's profile, without network.

Tests skip aloud when there is none: the reason names what is missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
AA = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],  # describing what passes takes most of the time
}


def executable() -> str:
    """Path of the browser, or the test is skipped; ``KAMBIN_BROWSER`` names another one."""
    found = os.environ.get("KAMBIN_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no browser: install chromium, or name one in KAMBIN_BROWSER")
    return found


@contextmanager
def browser_page(folder: Path, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """An empty page of a browser with a fresh profile in a folder; what it asks for is noted in ``asked``."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = executable()
    with api.sync_playwright() as made:
        context = made.chromium.launch_persistent_context(
            str(folder / "profile"),
            executable_path=path,
            headless=True,
            args=FLAGS,
            viewport={"width": width, "height": height},
        )
        try:
            page = context.new_page()
            page.asked = []
            page.on("request", lambda request: page.asked.append(request.url))
            yield page
        finally:
            context.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA, one line each; empty when nothing is wrong."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    found: Any = axe.Axe().run(page, options=AA).response
    return [
        f"{item['id']}: {item['help']} — {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for item in found["violations"]
        for node in item["nodes"][:3]
    ]


def too_wide(page: Page) -> list[str]:
    """Elements that stick out of the window on the right, when the page scrolls sideways."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
            [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
            .slice(0, 5).map(e => e.outerHTML.slice(0, 160))"""
    )
    wide: int = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    return found or ([f"the page is {wide} px too wide"] if wide > 0 else [])

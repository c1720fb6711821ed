"""Where output goes: results to stdout, progress and remarks to stderr; colour is never the only signal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["STATUS_MARK", "emit_json", "note", "out", "progress_reporter"]

STATUS_MARK = {"eligible": "✓", "undetermined": "?", "not_indicated": "–", "excluded": "✗"}
"""A sign beside each status word, so that colour is never needed."""


@cache
def out() -> Console:
    """Console for results; rich honours NO_COLOR and pipes by itself."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 110)


def note(text: str) -> None:
    """One line for the person at the terminal, on stderr."""
    print(text, file=sys.stderr)


def progress_reporter() -> Callable[[str], None]:
    """What tells a person how far the work is: lines on stderr, where that is a terminal."""
    return (lambda text: note(f"  … {text}")) if sys.stderr.isatty() else (lambda _: None)


def emit_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")

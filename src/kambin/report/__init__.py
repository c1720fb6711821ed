"""How a plan is said: one self-contained page for the clinician.

`render_report` turns a `Plan` into HTML. Nothing is decided or computed here that the plan does not hold;
the room only finds words, an order in which to read them, and a picture.
"""

from __future__ import annotations

from kambin.report.page import render_report

__all__ = ["render_report"]

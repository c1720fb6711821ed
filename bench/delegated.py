"""Rows that other places measure: the table reader, and what `make test` left of its coverage."""

from __future__ import annotations

import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bench.row import Row, at_least, not_measured

__all__ = ["coverage", "tables"]

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("case", "diagnosis", "guideline")
TABLES = (
    ("tables", "whole guideline over 1,000,000 synthetic patients in DuckDB", "≤ 3 s"),
    ("overturned", "recommendations that some completion of the unknowns would overturn", "0"),
)


def tables(quick: bool) -> list[Row]:
    """The rows of `bench.tables`."""
    if find_spec("bench.tables") is None:
        return [not_measured(*item, "not measured: bench.tables is not there") for item in TABLES]
    found: list[Row] = import_module("bench.tables").rows(quick)
    return found


def coverage(quick: bool) -> list[Row]:
    """Lines and branches that the tests reach, room by room, as the last `make test` left it."""
    what = "lines and branches of {} that tests reach"
    file = ROOT / "build" / "coverage.json"
    if not file.is_file():
        return [not_measured("coverage", what.format(", ".join(ROOMS)), "≥ 95 %", "run `make test` first")]
    files = json.loads(file.read_text(encoding="utf-8"))["files"]
    return [_coverage_of(room, files, what.format(room)) for room in ROOMS]


def _coverage_of(room: str, files: dict[str, dict[str, dict[str, float]]], what: str) -> Row:
    summaries = [item["summary"] for path, item in files.items() if f"kambin/{room}/" in path]
    reached = sum(item["covered_lines"] + item["covered_branches"] for item in summaries)
    every = sum(item["num_statements"] + item["num_branches"] for item in summaries)
    return at_least(f"coverage-{room}", what, 100 * reached / every, 95, "%", "of the last `make test`")

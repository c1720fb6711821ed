"""One line of the benchmark."""

from __future__ import annotations

from typing import TypedDict

__all__ = ["AnswersDiffer", "Row", "at_least", "at_most", "not_measured"]


class Row(TypedDict):
    """What was measured, beside its target; `met` is null where there is no target or no measurement."""

    id: str
    what: str
    target: str
    measured: str
    value: float | None
    unit: str
    met: bool | None
    note: str


class AnswersDiffer(Exception):
    """What was measured gave another answer than what it was checked against: the figure means nothing."""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def at_most(id_: str, what: str, value: float, limit: float | None, unit: str, note: str = "") -> Row:
    """Row whose value has to stay below a limit; without one it is only told."""
    return {
        "id": id_,
        "what": what,
        "target": "" if limit is None else f"≤ {_number(limit)} {unit}",
        "measured": f"{_number(value)} {unit}",
        "value": value,
        "unit": unit,
        "met": None if limit is None else value <= limit,
        "note": note,
    }


def at_least(id_: str, what: str, value: float, limit: float | None, unit: str, note: str = "") -> Row:
    """Row whose value has to reach a limit; without one it is only told."""
    return {
        **at_most(id_, what, value, None, unit, note),
        "target": "" if limit is None else f"≥ {_number(limit)} {unit}",
        "met": None if limit is None else value >= limit,
    }


def not_measured(id_: str, what: str, target: str, why: str) -> Row:
    """Row without a figure."""
    return {
        "id": id_,
        "what": what,
        "target": target,
        "measured": "not measured",
        "value": None,
        "unit": "",
        "met": None,
        "note": why,
    }

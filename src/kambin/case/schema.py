"""The form of a case file as JSON Schema, for editors and for systems that write cases."""

from __future__ import annotations

from math import isfinite
from typing import Any

from kambin.case.consistency import measurable
from kambin.case.fact import DAY_PATTERN, LABEL_PATTERN, LINE_LENGTH, LINE_PATTERN, Fact, Range, Section
from kambin.case.measured import MeasuredFact
from kambin.case.model import ABSENCES, Case
from kambin.case.registry import fact_of
from kambin.case.shapes import Shape, shapes
from kambin.case.table import fact_codes

__all__ = ["DIALECT", "schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, of what a case file may hold.

    Returns
    -------
    dict
        Questions are descriptions; ``x-fact``, ``x-unit`` (UCUM), ``x-cost``, ``x-safety`` and ``x-codes``
        carry the rest of a fact. Values that contradict each other, and days that no calendar has, are found
        by reading only.
    """
    return {
        "$schema": DIALECT,
        "title": "kambin case",
        **_of_section(Case),
        "$defs": {
            "unknown": {
                "description": "Why a field is not known.",
                "type": "object",
                "properties": {"unknown": {"enum": list(ABSENCES)}},
                "required": ["unknown"],
                "additionalProperties": False,
            },
            **{section.__name__: _of_section(section) for section in _sections(Case)},
        },
    }


def _sections(owner: type[Section]) -> dict[type[Section], None]:
    found: dict[type[Section], None] = {}
    for shape in shapes(owner).values():
        if shape.section is not None:
            found |= {shape.section: None} | _sections(shape.section)
    return found


def _of_section(owner: type[Section]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": (owner.__doc__ or "").splitlines()[0],
        "type": "object",
        "properties": {name: _of_field(owner, name, shape) for name, shape in shapes(owner).items()},
        "additionalProperties": False,
    }
    required = [name for name, shape in shapes(owner).items() if shape.required]
    if required:
        found["required"] = required
    if owner is MeasuredFact:
        found["allOf"] = [_measurement(fact) for fact in measurable().values()]
    return found


def _of_field(owner: type[Section], name: str, shape: Shape) -> dict[str, Any]:
    value = _of_value(owner, name, shape)
    choices = [value]
    if not shape.required:
        choices.append({"type": "null"})
    if shape.may_be_unknown:
        choices.append({"$ref": "#/$defs/unknown"})
    found: dict[str, Any] = {"description": shape.description} if shape.description else {}
    found |= {"anyOf": choices} if len(choices) > 1 else value
    return found | (_annotations(fact_of(owner, name)) if shape.is_fact else {})


def _of_value(owner: type[Section], name: str, shape: Shape) -> dict[str, Any]:
    if shape.kind == "section":
        return {"$ref": f"#/$defs/{shape.section.__name__}"} if shape.section else {}
    if shape.kind == "list":
        return (
            {"type": "array", "items": {"$ref": f"#/$defs/{shape.section.__name__}"}} if shape.section else {}
        )
    if owner is MeasuredFact and name == "name":
        return {"enum": list(measurable())}
    if shape.kind in ("bool", "int", "decimal", "enum"):
        return _of_domain(shape.kind, shape.words or shape.limits or Range(0, float("inf")))
    return _SIMPLE[shape.kind]


_LINE: dict[str, Any] = {"maxLength": LINE_LENGTH, "pattern": LINE_PATTERN}

_SIMPLE: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date", "pattern": DAY_PATTERN},
    "form": {"const": 1},
    "label": {"type": "string", "pattern": LABEL_PATTERN},
    "scalar": {"type": ["boolean", "number", "string"], **_LINE},
    "text": {"type": "string", **_LINE},
    "texts": {"type": "array", "items": {"type": "string", **_LINE}},
}


def _of_domain(kind: str, domain: Range | tuple[str, ...] | None) -> dict[str, Any]:
    if isinstance(domain, tuple):
        return {"enum": list(domain)}
    if kind == "bool" or domain is None:
        return {"type": "boolean"}
    bounds = {"minimum": domain.low, "maximum": domain.high}
    number = {key: _whole(value) for key, value in bounds.items() if isfinite(value)}
    return {"type": "integer" if kind == "int" else "number", **number}


def _whole(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _measurement(fact: Fact) -> dict[str, Any]:
    unit = {"enum": [None, *dict.fromkeys(("", fact.unit))]}
    return {
        "if": {"properties": {"name": {"const": fact.name}}, "required": ["name"]},
        "then": {"properties": {"value": _of_domain(fact.kind, fact.domain), "unit": unit}},
    }


def _annotations(fact: Fact) -> dict[str, Any]:
    found: dict[str, Any] = {
        "x-fact": fact.name,
        "x-unit": fact.unit,
        "x-cost": fact.cost,
        "x-safety": fact.safety,
    }
    codes = fact_codes(fact)
    if codes:
        found["x-codes"] = [
            {"system": code.uri, "code": code.code, "display": code.display, "status": code.status}
            for code in codes
        ]
    return found

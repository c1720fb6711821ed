"""What a field of a section holds, read from its declaration: for registry, reading, template and schema."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args, get_origin

from pydantic.fields import FieldInfo

from kambin.case.fact import Label, Range, Section

__all__ = ["UNIT_WORDS", "Shape", "ShapeKind", "domain_words", "expected", "shapes"]

ShapeKind: TypeAlias = Literal[
    "bool", "int", "decimal", "enum", "date", "label", "text", "texts", "scalar", "form", "section", "list"
]
"""`scalar`: any of yes/no, number and word; `form`: the version of the document; `list`: of sections."""

UNIT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "%": "percent",
        "a": "years",
        "cm": "cm",
        "d": "days",
        "deg": "degrees",
        "kg": "kg",
        "kg/m2": "kg/m2",
        "m": "metres",
        "mm": "mm",
        "mo": "months",
        "wk": "weeks",
    }
)
"""UCUM units as a person reads them; counts and scores in braces have none."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What one field holds.

    Attributes
    ----------
    kind : ShapeKind
    section : type of Section or None
        Of a `section` or of the items of a `list`.
    words : tuple of str
        Of an `enum`.
    limits : Range or None
        Of a number, closed.
    unit : str
        UCUM.
    description : str
        Question or explanation.
    required : bool
        Whether the field must be there.
    may_be_unknown : bool
        Whether a file may say ``{unknown: reason}``.
    is_fact : bool
    is_safety : bool
        Whether it is a safety fact.
    """

    kind: ShapeKind
    section: type[Section] | None
    words: tuple[str, ...]
    limits: Range | None
    unit: str
    description: str
    required: bool
    may_be_unknown: bool
    is_fact: bool
    is_safety: bool


@cache
def shapes(owner: type[Section]) -> Mapping[str, Shape]:
    """Every field of a section that a file may hold, in order.

    Parameters
    ----------
    owner : type of Section

    Returns
    -------
    mapping of str to Shape
        Without ``absent``, which a file writes in place.
    """
    found = {name: _shape(owner, field) for name, field in owner.model_fields.items() if name != "absent"}
    return MappingProxyType(found)


def _shape(owner: type[Section], field: FieldInfo) -> Shape:
    bare = _bare(_present(field.annotation))
    kind, section = ("label", None) if _present(field.annotation) is Label else _kind(bare)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    words = tuple(str(word) for word in get_args(bare)) if kind == "enum" else ()
    optional = field.default is None and kind not in ("label", "text")
    listed = kind == "list" and section is not None and section.keeps_absences
    kept = owner.keeps_absences and (optional or listed)
    return Shape(
        kind,
        section,
        words,
        _limits(field),
        str(extra.get("unit", "")),
        field.description or "",
        field.is_required(),
        kept,
        bool(extra.get("fact")),
        bool(extra.get("safety")),
    )


def _present(annotation: Any) -> Any:
    """The annotation without `None`."""
    if get_origin(annotation) in (typing.Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return parts[0] if len(parts) == 1 else annotation
    return annotation


def _bare(annotation: Any) -> Any:
    """The annotation without what only constrains it."""
    return get_args(annotation)[0] if get_origin(annotation) is typing.Annotated else annotation


_SCALARS: Mapping[Any, ShapeKind] = {bool: "bool", int: "int", float: "decimal", date: "date", str: "text"}


def _kind(bare: Any) -> tuple[ShapeKind, type[Section] | None]:
    if bare in _SCALARS:
        return _SCALARS[bare], None
    origin = get_origin(bare)
    if origin is Literal:
        return ("form" if get_args(bare) == (1,) else "enum"), None
    if origin is tuple:
        item = _bare(get_args(bare)[0])
        return ("texts", None) if item is str else ("list", item)
    if isinstance(bare, type) and issubclass(bare, Section):
        return "section", bare
    return "scalar", None


def _limits(field: FieldInfo) -> Range | None:
    bounds = {
        name: float(getattr(item, name))
        for item in field.metadata
        for name in ("ge", "le")
        if hasattr(item, name)
    }
    return Range(bounds["ge"], bounds["le"]) if len(bounds) == 2 else None


def domain_words(kind: str, domain: Range | tuple[str, ...] | None, unit: str = "") -> str:
    """The domain of a fact in words: ``0 to 10``, ``left, right, midline``, ``true or false``.

    Parameters
    ----------
    kind : {'bool', 'int', 'decimal', 'enum'}
    domain : Range or tuple of str or None
    unit : str
        UCUM.

    Returns
    -------
    str
    """
    if kind == "bool":
        return "true or false"
    if isinstance(domain, Range):
        words = UNIT_WORDS.get(unit, "")
        return f"{domain.low:g} to {domain.high:g}{' ' if words else ''}{words}"
    return ", ".join(domain or ())


_EXPECTED: Mapping[str, str] = {
    "bool": "true or false",
    "date": "a day as year-month-day, 1900 to 2199",
    "label": "1 to 40 letters, digits, - or _, in quotes",
    "text": "one line of text in quotes, up to 200 characters",
    "texts": "a list of names",
    "scalar": "a number, a word, true or false",
    "form": "1, the version of this form",
    "section": "named fields",
    "list": "a list of records",
}


def expected(shape: Shape) -> str:
    """What a field accepts, for an error message.

    Parameters
    ----------
    shape : Shape

    Returns
    -------
    str
    """
    if shape.kind == "enum":
        return f"one of {', '.join(shape.words)}"
    if shape.kind in ("int", "decimal"):
        number = "a whole number" if shape.kind == "int" else "a number"
        limits = domain_words(shape.kind, shape.limits, shape.unit) if shape.limits else "0 or more"
        return f"{number}, {limits}"
    return _EXPECTED[shape.kind]

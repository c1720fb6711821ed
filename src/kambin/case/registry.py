"""The one registry of facts, read off the sections' fields and the derived facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, cast

from kambin.case.derive import DERIVED
from kambin.case.fact import Fact, Kind, Range, Section
from kambin.case.model import SECTIONS, Case
from kambin.case.sections.discs import DiscFinding
from kambin.case.sections.signs import SideSigns
from kambin.case.shapes import shapes
from kambin.case.words import LEVELS
from kambin.errors import IntegrityError

__all__ = ["fact_of", "facts", "facts_in_conditions"]

_PREFIX: Mapping[type[Section], str] = {SideSigns: "side_", DiscFinding: "disc_"}

_DIAGNOSIS: tuple[Fact, ...] = (
    Fact(
        "problem_disc_probability",
        "decimal",
        "",
        Range(0, 1),
        "How probable is it that this disc causes the symptoms?",
        "",
        3,
        False,
        "diagnosis",
        "",
        ("imaging.discs",),
    ),
    Fact(
        "signs_match_scan",
        "bool",
        "",
        None,
        "Do signs and imaging point to the same root and side?",
        "observations.mri_concordant",
        3,
        False,
        "diagnosis",
        "",
        ("imaging.discs",),
    ),
)


def _section_facts(section: type[Section], path: str, scope: str) -> Iterator[Fact]:
    for name, shape in shapes(section).items():
        if not shape.is_fact:
            continue
        extra: Any = section.model_fields[name].json_schema_extra
        yield Fact(
            _PREFIX.get(section, "") + name,
            cast(Kind, shape.kind),
            shape.unit,
            shape.words or shape.limits,
            shape.description,
            extra["codes"],
            extra["cost"],
            extra["safety"],
            scope,  # type: ignore[arg-type]
            f"{path}.{name}",
        )


def _all_facts() -> Iterator[Fact]:
    for section in SECTIONS:
        model = Case.model_fields[section].annotation
        assert isinstance(model, type) and issubclass(model, Section)
        yield from _section_facts(model, section, "patient")
    yield from _section_facts(SideSigns, "signs.{side}", "side")
    yield Fact(
        "disc_level",
        "enum",
        "",
        tuple(str(level) for level in LEVELS),
        "Which disc causes the symptoms?",
        "",
        3,
        False,
        "disc",
        "imaging.discs[].level",
    )
    yield from _section_facts(DiscFinding, "imaging.discs[]", "disc")
    yield from (item.fact for item in DERIVED)
    yield from _DIAGNOSIS


@cache
def facts() -> Mapping[str, Fact]:
    """Every fact by name, in the order of the sections.

    Returns
    -------
    mapping of str to Fact
        `side` facts carry the prefix ``side_``, the problem disc's findings ``disc_``.

    Raises
    ------
    IntegrityError
        Two declarations have one name.
    """
    found: dict[str, Fact] = {}
    for item in _all_facts():
        if item.name in found:
            raise IntegrityError(
                f"two facts are named {item.name}", where=f"{found[item.name].path}, {item.path}"
            )
        found[item.name] = item
    return MappingProxyType(found)


@cache
def facts_in_conditions() -> Mapping[str, Fact]:
    """The facts that a condition may name."""
    return MappingProxyType({name: item for name, item in facts().items() if item.in_conditions})


def fact_of(section: type[Section], name: str) -> Fact:
    """The fact that a field of a section declares.

    Parameters
    ----------
    section : type of Section
    name : str

    Returns
    -------
    Fact

    Raises
    ------
    KeyError
        The field is no fact.
    """
    return facts()[_PREFIX.get(section, "") + name]

"""Random cases from the declarations of the fields: possible patients, with reasons for what is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from hypothesis import strategies as st

from kambin.case.consistency import contradictions, measurable
from kambin.case.fact import FIRST_DAY, LAST_DAY, Fact, Range, Section
from kambin.case.measured import MeasuredFact
from kambin.case.model import ABSENCES, Case
from kambin.case.shapes import Shape, shapes
from kambin.case.words import LEVELS

LABELS = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
LINES = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Zl", "Zp"],
        exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    max_size=30,
) | st.sampled_from(
    ["yes", "no", "on", "null", "~", "1e3", "007", "0x1F", "12:30", "2026-03-31", "- a", "a: b"]
)


def numbers(kind: str, limits: Range | None) -> st.SearchStrategy[int | float]:
    low, high = (limits.low, limits.high) if limits else (0.0, 1e6)
    if kind == "int":
        return st.integers(int(low), int(high))
    return st.floats(low, high, allow_nan=False).map(lambda value: round(value, 2)) | st.integers(
        int(low), int(high)
    )


def fact_values(fact: Fact) -> st.SearchStrategy[Any]:
    """Values within the domain of a fact."""
    if fact.kind == "bool":
        return st.booleans()
    if isinstance(fact.domain, tuple):
        return st.sampled_from(fact.domain)
    return numbers(fact.kind, fact.domain)


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Plain values that a field accepts."""
    if shape.kind == "section" and shape.section is not None:
        return plain_sections(shape.section)
    if shape.kind == "list" and shape.section is not None:
        item = measurements() if shape.section is MeasuredFact else plain_sections(shape.section)
        return st.lists(item, max_size=3)
    simple: dict[str, st.SearchStrategy[Any]] = {
        "bool": st.booleans(),
        "date": st.dates(FIRST_DAY, LAST_DAY),
        "form": st.just(1),
        "label": LABELS,
        "text": LINES,
        "texts": st.lists(LINES, max_size=2),
    }
    if shape.kind in ("int", "decimal"):
        return numbers(shape.kind, shape.limits)
    return st.sampled_from(shape.words) if shape.kind == "enum" else simple[shape.kind]


@st.composite
def measurements(draw: st.DrawFn) -> dict[str, Any]:
    fact = draw(st.sampled_from(list(measurable().values())))
    found = {"name": fact.name, "value": draw(fact_values(fact))}
    optional = {
        "unit": st.sampled_from(["", fact.unit]),
        "uncertainty": st.floats(0, 50, allow_nan=False),
        "method": LINES,
        "structures": st.lists(LINES, max_size=2),
    }
    if fact.scope == "disc" and draw(st.booleans()):
        found["level"] = draw(st.sampled_from([str(level) for level in LEVELS]))
        optional["side"] = st.sampled_from(["left", "right", "midline"])
    return found | draw(st.fixed_dictionaries({}, optional=optional))


def plain_sections(owner: type[Section]) -> st.SearchStrategy[dict[str, Any]]:
    """Any part of a section's fields, and always those that have to be there."""
    known = {
        name: values(shape) for name, shape in shapes(owner).items() if name != "measured" or owner is Case
    }
    required = {name: known[name] for name, shape in shapes(owner).items() if shape.required}
    optional = {name: item for name, item in known.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def drop(plain: Any, at: tuple[str | int, ...]) -> None:
    """Take one field out of plain values; where it has to be there, the whole record."""
    *way, last = at
    here, record = plain, None
    for step in way:
        if isinstance(step, int):
            record = (here, step)
        here = here[step]
    if isinstance(here, dict) and last in here and last not in ("kind", "level", "name", "value"):
        del here[last]
    elif record is not None:
        del record[0][record[1]]


def possible(plain: dict[str, Any]) -> dict[str, Any]:
    """Leave out of plain values what contradicts the rest."""
    while found := contradictions(Case.model_validate(plain)):
        drop(plain, found[-1][0])
    return plain


def unknown_paths(section: Section, at: str = "") -> Iterator[str]:
    """Every path of a case that a reason can be given for."""
    for name, shape in shapes(type(section)).items():
        path, value = f"{at}.{name}".removeprefix("."), getattr(section, name)
        if shape.may_be_unknown and value in (None, ()):
            # a list that is said to be whole is not unknown
            if not getattr(section, f"{name}_complete", False):
                yield path
        elif shape.kind == "section":
            yield from unknown_paths(value, path)
        elif shape.kind == "list":
            for number, item in enumerate(value):
                yield from unknown_paths(item, f"{path}[{number}]")


plain_cases = plain_sections(Case).map(possible)
"""Plain values of possible cases; dates are dates."""


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Possible cases, some of whose unknown fields have a reason."""
    plain = draw(plain_cases)
    if not Case.model_validate(plain).assessed_on:
        plain["assessed_on"] = draw(st.none() | st.dates(date(2190, 1, 1), LAST_DAY))
        possible(plain)
    case = Case.model_validate(plain)
    free = list(unknown_paths(case))
    chosen = draw(st.lists(st.sampled_from(free), max_size=6, unique=True)) if free else []
    absent = {path: draw(st.sampled_from(ABSENCES)) for path in chosen}
    return Case.model_validate({**plain, "absent": absent})

from __future__ import annotations

import re
from typing import Any

import pytest

from kambin.case import Case, facts, loads
from kambin.case.fact import Section
from kambin.case.model import ABSENCES
from kambin.case.shapes import Shape, shapes
from kambin.case.template import template
from tests.case.test_registry import sections

LINES = template().splitlines()
FIELD = re.compile(r"(?P<indent> *)# (?P<record>  - |    )?(?P<name>\w+):$")


def sample(shape: Shape) -> Any:
    """A value that the field accepts, and that contradicts nothing."""
    if shape.kind in ("int", "decimal"):
        assert shape.limits is not None or shape.kind == "decimal"
        return shape.limits.low if shape.limits else 0
    return {"bool": "false", "date": "2026-03-31", "label": "a", "text": "a"}.get(shape.kind) or shape.words[
        -1
    ]


POSSIBLE = {"side": "left", "type": "extrusion"}  # what goes with any other value of the record


def test_the_template_is_an_empty_case() -> None:
    assert loads(template()) == Case()


def test_every_field_stands_in_it_once_for_each_place() -> None:
    written = [match["name"] for match in map(FIELD.fullmatch, LINES) if match]
    places: list[str] = []

    def visit(owner: type[Section]) -> None:
        for name, shape in shapes(owner).items():
            if name in ("kambin_case", "measured"):
                continue
            if shape.kind != "section":
                places.append(name)
            if shape.section is not None:
                visit(shape.section)

    visit(Case)
    assert written == places


def test_every_fact_stands_in_it_with_question_and_domain() -> None:
    text = " ".join(" ".join(line.strip().removeprefix("##") for line in LINES).split())
    for fact in facts().values():
        if fact.scope in ("patient", "side") or (fact.scope == "disc" and fact.name != "disc_level"):
            assert fact.question in text, fact.name
            assert not isinstance(fact.domain, tuple) or ", ".join(fact.domain) in text
    assert all(reason in text for reason in ABSENCES)


def test_taking_away_the_mark_of_any_one_field_is_all_there_is_to_do() -> None:
    by_name = {name: shape for section in sections() for name, shape in shapes(section).items()}
    checked = 0
    for number, line in enumerate(LINES):
        match = FIELD.fullmatch(line)
        if match is None or match["record"] or by_name[match["name"]].kind == "list":
            continue
        shape = by_name[match["name"]]
        filled = [*LINES[:number], f"{match['indent']}{match['name']}: {sample(shape)}", *LINES[number + 1 :]]
        case = loads("\n".join(filled))
        assert case != Case() or sample(shape) == "false", line
        checked += 1
    assert checked > 120


@pytest.mark.parametrize(
    ("section", "name"), [("care", "tried"), ("history", "operations"), ("imaging", "discs")]
)
def test_a_record_is_filled_in_by_taking_away_its_marks(section: str, name: str) -> None:
    start = next(number for number, line in enumerate(LINES) if line == f"  # {name}:")
    item = shapes(shapes(Case)[section].section)[name].section  # type: ignore[index,arg-type]
    filled = list(LINES)
    filled[start] = f"  {name}:"
    left = dict(shapes(item))  # type: ignore[arg-type]
    for number in range(start + 1, len(LINES)):
        match = FIELD.fullmatch(LINES[number])
        if match is None or not match["record"]:
            continue
        if not left or match["name"] not in left:
            break
        shape = left.pop(match["name"])
        value = POSSIBLE.get(match["name"]) or ("none" if "none" in shape.words else sample(shape))
        filled[number] = f"{match['indent']}{match['record']}{match['name']}: {value}"
    assert not left
    found = getattr(getattr(loads("\n".join(filled)), section), name)
    assert len(found) == 1 and None not in found[0].model_dump().values()


def test_lines_fit_a_page() -> None:
    assert max(map(len, LINES)) <= 100 and not any(line != line.rstrip() for line in LINES)


def test_safety_facts_are_marked() -> None:
    assert template().count("(safety)") == sum(
        shape.is_safety for section in set(sections()) for shape in shapes(section).values()
    )

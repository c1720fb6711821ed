from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from kambin.case import Case, Fact, Range, facts, facts_in_conditions, registry
from kambin.case.fact import Section
from kambin.case.measured import MeasuredFact
from kambin.case.registry import fact_of
from kambin.case.sections.discs import DiscFinding
from kambin.case.sections.signs import SideSigns
from kambin.case.shapes import shapes
from kambin.errors import IntegrityError

# Fields that are no facts: what a document is, lists, and whether a list or section is the whole of it.
NOT_FACTS = {
    "Case": {"kambin_case", "id", "title", "assessed_on", "measured"},
    "Signs": {"complete"},
    "RedFlags": {"complete"},
    "Comorbidity": {"complete"},
    "Care": {"tried", "tried_complete"},
    "CareTried": {"kind", "weeks", "response"},
    "History": {"operations", "operations_complete"},
    "Operation": {"kind", "level", "side", "on"},
    "Imaging": {"discs", "discs_complete"},
    "DiscFinding": {"level"},  # declared in the registry: the problem disc's level
    "MeasuredFact": {"name", "value", "unit", "uncertainty", "method", "structures", "level", "side"},
}
UCUM = re.compile(r"|%|a|mo|wk|d|m|cm|mm|kg|kg/m2|deg|\{[a-z]+\}")


def sections(owner: type[Section] = Case) -> Iterator[type[Section]]:
    yield owner
    for shape in shapes(owner).values():
        if shape.section is not None:
            yield from sections(shape.section)


@pytest.mark.parametrize("fact", facts().values(), ids=lambda fact: fact.name)
def test_a_fact_says_all_there_is_to_say(fact: Fact) -> None:
    assert fact.question.endswith("?")
    assert fact.question == " ".join(fact.question.split())
    assert fact.cost in (0, 1, 3, 5)
    assert UCUM.fullmatch(fact.unit), fact.unit
    assert re.fullmatch(r"[a-z][a-z0-9_]*", fact.name)


@pytest.mark.parametrize("fact", facts().values(), ids=lambda fact: fact.name)
def test_the_domain_fits_the_kind(fact: Fact) -> None:
    if fact.kind == "bool":
        assert fact.domain is None and not fact.unit
    elif fact.kind == "enum":
        assert isinstance(fact.domain, tuple) and not fact.unit
        assert len(set(fact.domain)) == len(fact.domain) > 1
    else:
        assert isinstance(fact.domain, Range) and fact.domain.low < fact.domain.high
        assert fact.unit or fact.name == "problem_disc_probability"
        if fact.kind == "int":
            assert fact.domain.low == int(fact.domain.low) and fact.domain.high == int(fact.domain.high)


def test_every_field_is_a_fact_or_known_not_to_be_one() -> None:
    for section in set(sections()):
        found = {
            name for name, shape in shapes(section).items() if not shape.is_fact and shape.kind != "section"
        }
        assert found == NOT_FACTS.get(section.__name__, set()), section.__name__


def test_every_declared_fact_is_in_the_registry_where_it_says() -> None:
    declared = 0
    for section in set(sections()) - {MeasuredFact}:
        for name, shape in shapes(section).items():
            if shape.is_fact:
                declared += 1
                assert fact_of(section, name).path.endswith(f".{name}")
    others = [fact for fact in facts().values() if fact.scope in ("derived", "diagnosis")]
    assert declared + len(others) + 1 == len(facts())  # and the problem disc's level


def exists(path: str) -> bool:
    """Whether a path with `{side}` and `[]` names a field, found without the registry."""
    owner: type[Section] | None = Case
    for part in path.replace("{side}", "left").split("."):
        if owner is None or part.removesuffix("[]") not in shapes(owner):
            return False
        owner = shapes(owner)[part.removesuffix("[]")].section
    return True


@pytest.mark.parametrize("fact", facts().values(), ids=lambda fact: fact.name)
def test_paths_and_inputs_exist(fact: Fact) -> None:
    named = [fact.path, *fact.inputs] if fact.path else list(fact.inputs)
    assert named
    assert [path for path in named if not exists(path)] == []


def test_a_derived_fact_costs_what_it_takes_to_learn_it() -> None:
    by_room = {"signs": 1, "imaging": 3}
    for fact in facts().values():
        if fact.scope == "derived":
            assert fact.cost == by_room.get(fact.inputs[0].split(".")[0], 0), fact.name


def test_only_side_facts_stay_out_of_conditions() -> None:
    out = set(facts()) - set(facts_in_conditions())
    assert out == {f"side_{name}" for name in shapes(SideSigns)}


def test_what_must_not_be_missed_is_asked_first() -> None:
    safety = {name for name, fact in facts().items() if fact.safety}
    assert {
        "saddle_anaesthesia",
        "urinary_retention",
        "bladder_dysfunction",
        "bowel_dysfunction",
        "anal_tone_reduced",
        "cauda_equina_compressed",
        "deficit_progressive",
        "fever",
        "cancer_history",
        "major_trauma",
        "tumour_or_fracture_seen",
        "pregnant",
        "anticoagulated",
    } <= safety


def test_two_facts_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = [facts()["fever"], facts()["fever"]]
    monkeypatch.setattr(registry, "_all_facts", lambda: iter(twice))
    with pytest.raises(IntegrityError, match="fever"):
        registry.facts.__wrapped__()


def test_the_registry_can_not_be_changed() -> None:
    with pytest.raises(TypeError):
        facts()["fever"] = facts()["fever"]  # type: ignore[index]


def test_a_field_that_is_no_fact_has_no_fact() -> None:
    with pytest.raises(KeyError):
        fact_of(DiscFinding, "nothing")

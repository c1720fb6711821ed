"""The SQL reader against the evaluator for one patient, on random partial patients: no mismatch."""

from __future__ import annotations

import random
from operator import itemgetter
from typing import Any

import duckdb
import pytest

from bench.tables import random_table
from kambin.case import Fact, Range, facts_in_conditions
from kambin.guideline import PROFILES, Knowledge, decide, load_knowledge
from kambin.guideline.conditions import Compare, In, leaves
from kambin.guideline.sql import (
    answer_columns,
    compile_sql,
    create_facts_table,
    option_columns,
    read_answer,
    read_option,
)
from kambin.guideline.sql.codes import KINDS, STATUSES
from kambin.guideline.sql.dialects import MOST_BITS

COUNT = 4_000


def thresholds(knowledge: Knowledge) -> dict[str, list[float]]:
    """Values at which some comparison of each number turns, and their neighbours."""
    found: dict[str, set[float]] = {}
    for decision in knowledge.decisions.values():
        for argument in decision.arguments:
            for leaf in leaves(argument.condition):
                if isinstance(leaf, Compare) and leaf.left.fact and leaf.right.fact is None:
                    edge = (leaf.right.offset - leaf.left.offset) / leaf.left.scale
                    found.setdefault(leaf.left.fact, set()).update({edge - 1, edge, edge + 1})
                elif isinstance(leaf, In):
                    numbers = {float(word) for word in leaf.words if isinstance(word, int)}
                    found.setdefault(leaf.fact, set()).update(numbers)
    return {name: sorted(values) for name, values in found.items()}


def value(fact: Fact, edges: list[float], draw: random.Random) -> Any:
    """A value of a fact, often at a threshold."""
    if fact.kind == "bool":
        return draw.random() < 0.5
    if isinstance(fact.domain, tuple):
        return draw.choice(fact.domain)
    assert isinstance(fact.domain, Range)
    inside = [edge for edge in edges if fact.domain.low <= edge <= fact.domain.high]
    at_edge = bool(inside) and draw.random() < 0.8
    number = draw.choice(inside) if at_edge else draw.uniform(fact.domain.low, fact.domain.high)
    return round(number) if fact.kind == "int" else number


def random_rows(knowledge: Knowledge, count: int, seed: int) -> list[dict[str, Any]]:
    """Partial patients of which anything may be known; half have no red flag, so that more is decided."""
    draw, edges = random.Random(seed), thresholds(knowledge)
    facts = facts_in_conditions()
    rows = []
    for _ in range(count):
        known = draw.choice([0.3, 0.7, 0.95, 1.0])
        row: dict[str, Any] = {
            name: value(fact, edges.get(name, []), draw) if draw.random() < known else None
            for name, fact in facts.items()
        }
        if draw.random() < 0.5:
            row |= {name: False for name, fact in facts.items() if fact.safety and fact.kind == "bool"}
        rows.append(row)
    return rows


@pytest.mark.parametrize("profile", PROFILES)
def test_query_equals_evaluator(profile: str) -> None:
    knowledge = load_knowledge(profile)
    rows = random_rows(knowledge, COUNT, seed=len(profile))
    connection = duckdb.connect()
    assert create_facts_table(connection, rows) == COUNT
    cursor = connection.execute(compile_sql(knowledge, keep=("id",)) + " ORDER BY id")
    names = [column[0] for column in cursor.description or ()]
    mismatches = []
    for row, tuple_ in zip(rows, cursor.fetchall(), strict=True):
        answer = dict(zip(names, tuple_, strict=True))
        results = decide(row, knowledge).results
        for name, result in results.items():
            found = read_answer(answer, result.decision)
            if found != (result.outcome.kind, *result.outcome[1:]):
                mismatches.append((answer["id"], name, found, result.outcome))
            for option in result.options:
                theirs = read_option(answer, result.decision, option.option)
                ours = (
                    option.status,
                    option.low,
                    option.high,
                    tuple(item.truth for item in option.arguments),
                )
                if tuple(theirs) != ours:
                    mismatches.append((answer["id"], option.option.id, theirs, ours))
    assert mismatches == []


def test_random_patients_reach_every_kind_of_answer() -> None:
    """A comparison of readers that never decide would prove nothing."""
    knowledge = load_knowledge("current")
    kinds: dict[str, set[str]] = {}
    for row in random_rows(knowledge, 1500, seed=7):
        for name, result in decide(row, knowledge).results.items():
            kinds.setdefault(name, set()).add(result.outcome.kind)
    assert kinds["treatment"] >= {"recommended", "equipoise", "undetermined", "none"}
    assert kinds["urgency"] >= {"fired", "undetermined"}
    assert kinds["endoscopy_approach"] >= {"recommended", "equipoise", "undetermined"}


@pytest.mark.parametrize("dialect", ["postgres", "spark"])
def test_other_dialects_parse(dialect: str) -> None:
    import sqlglot

    text = compile_sql(load_knowledge("current"), dialect=dialect, keep=("id",))
    assert len(sqlglot.parse(text, dialect=dialect)) == 1


AT_SCALE = 500_000  # for each profile: together a million partial patients
CHUNK = 25_000


@pytest.mark.heavy
@pytest.mark.parametrize("profile", PROFILES)
def test_query_equals_evaluator_on_a_million(profile: str) -> None:
    """Status, support, reason bits and outcome of every option, on random partial patients."""
    knowledge = load_knowledge(profile)
    names = list(facts_in_conditions())
    select = ", ".join(f'"{name}"' for name in names)
    query = compile_sql(knowledge, keep=("id",)) + " ORDER BY id"
    for first in range(0, AT_SCALE, CHUNK):
        with duckdb.connect() as connection:
            random_table(connection, knowledge, first, CHUNK, len(profile), "facts", complete=False)
            rows = connection.execute(f"SELECT {select} FROM facts ORDER BY id").fetchall()
            cursor = connection.execute(query)
            places = {column[0]: place for place, column in enumerate(cursor.description or ())}
            read = _reader(knowledge, places)
            for values, answer in zip(rows, cursor.fetchall(), strict=True):
                results = decide(dict(zip(names, values, strict=True)), knowledge).results
                assert read(answer) == _expected(results), answer[places["id"]]


def _reader(knowledge: Knowledge, places: dict[str, int]) -> Any:
    """Picks the columns of an answer in the order in which `_expected` gives them."""
    order = []
    for decision in knowledge.decisions.values():
        order += [places[name] for name in answer_columns(decision).values()]
        for option in decision.options:
            order += [places[name] for name in option_columns(decision, option).values()]
    return itemgetter(*order)


def _expected(results: Any) -> tuple[int, ...]:
    """The evaluator's result in the numbers of the table of answers."""
    found: list[int] = []
    for result in results.values():
        bit = {option.id: 1 << place for place, option in enumerate(result.decision.options)}
        outcome = result.outcome
        parts = {
            "kind": KINDS.index(outcome.kind),
            "options": sum(bit[name] for name in outcome.options),
            "provisional": int(outcome.provisional),
            "additions": sum(bit[name] for name in outcome.additions),
        }
        found += [parts[part] for part in answer_columns(result.decision)]
        for item in result.options:
            parts = {"status": STATUSES.index(item.status), "low": item.low, "high": item.high}
            for start in range(0, len(item.arguments), MOST_BITS):
                word = item.arguments[start : start + MOST_BITS]
                tail = f"_{start // MOST_BITS + 1}" if start else ""
                parts[f"true{tail}"] = sum(1 << n for n, a in enumerate(word) if a.truth is True)
                parts[f"unknown{tail}"] = sum(1 << n for n, a in enumerate(word) if a.truth is None)
            found += [parts[part] for part in option_columns(result.decision, item.option)]
    return tuple(found)

"""The SQL reader against the evaluator for one patient, on random partial patients: no mismatch."""

from __future__ import annotations

import random
from typing import Any

import duckdb
import pytest

from kambin.case import Fact, Range, facts_in_conditions
from kambin.guideline import PROFILES, Knowledge, decide, load_knowledge
from kambin.guideline.conditions import Compare, In, leaves
from kambin.guideline.sql import compile_sql, create_facts_table, read_answer, read_option

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

"""Whom the benchmark is about: the example cases, and random patients drawn from the registry of facts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from kambin.case import Case, Fact, FactRow, FactValue, Range, load
from kambin.guideline import Knowledge, decide
from kambin.guideline.conditions import Compare, leaves

__all__ = ["EXAMPLES", "complete_rows", "edges_of", "example_cases", "partial_rows"]

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "cases"

# most yes/no facts are findings, and most patients have few: with more, nearly all have a red flag
YES = 0.04


def example_cases() -> list[Case]:
    """The bundled cases."""
    return [load(file) for file in sorted(EXAMPLES.glob("*.yaml"))]


def edges_of(knowledge: Knowledge) -> dict[str, list[float]]:
    """The numbers that conditions compare each fact with: patients stand on and beside them."""
    found: dict[str, list[float]] = {}
    for decision in knowledge.decisions.values():
        for argument in decision.arguments:
            for leaf in leaves(argument.condition):
                if isinstance(leaf, Compare) and leaf.left.fact and leaf.right.fact is None:
                    edge = (leaf.right.offset - leaf.left.offset) / leaf.left.scale
                    found.setdefault(leaf.left.fact, []).append(edge)
    return found


def _value(rng: random.Random, fact: Fact, edges: Mapping[str, list[float]]) -> FactValue:
    if fact.kind == "bool":
        return rng.random() < YES
    if isinstance(fact.domain, tuple):
        return rng.choice(fact.domain)
    assert isinstance(fact.domain, Range)
    low, high = fact.domain.low, fact.domain.high
    value = rng.uniform(low, high)
    if fact.name in edges and rng.random() < 0.5:
        value = min(max(rng.choice(edges[fact.name]) + rng.choice((-1.0, 0.0, 1.0)), low), high)
    return round(value) if fact.kind == "int" else round(value, 1)


def partial_rows(knowledge: Knowledge, count: int, unknown: float, seed: int = 1) -> Iterator[FactRow]:
    """Random patients, each fact unknown with this probability; without the results of decisions."""
    rng = random.Random(seed)
    edges = edges_of(knowledge)
    facts = [fact for fact in knowledge.facts.values() if fact.scope != "decision"]
    for _ in range(count):
        yield {fact.name: None if rng.random() < unknown else _value(rng, fact, edges) for fact in facts}


def complete_rows(knowledge: Knowledge, count: int, seed: int = 1) -> list[FactRow]:
    """Random patients of whom everything is known, with the results of all decisions."""
    return [decide(row, knowledge).row for row in partial_rows(knowledge, count, 0.0, seed)]

"""Knowledge over a few yes/no facts, small enough to look at every patient there is."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from kambin.case import Fact, FactValue, facts_in_conditions
from kambin.guideline.compiling import compile_truth
from kambin.guideline.conditions import Condition
from kambin.guideline.deciding import Decisions, decide
from kambin.guideline.knowledge import Axiom, Decision, Knowledge, Theorem
from kambin.guideline.loading import decision_facts
from kambin.guideline.obligations import Obligations
from tests.guideline.random_knowledge import random_condition, random_decision

FACTS = ("fever", "smoker", "unstable", "diabetes")

Row = dict[str, FactValue]


def rngs() -> st.SearchStrategy[random.Random]:
    """Seeds of random worlds; drawing every choice from hypothesis would be too much to shrink."""
    return st.integers(0, 2**32).map(random.Random)


def world(rng: random.Random, facts: Sequence[str] = FACTS, decisions: int = 2) -> Knowledge:
    """A chain of random decisions over these facts, each of which may use the ones before."""
    base = facts_in_conditions()
    known = [base[name] for name in facts]
    everything: dict[str, Fact] = dict(base)
    made: dict[str, Decision] = {}
    for index in range(decisions):
        found = random_decision(rng, f"d{index}", known, arguments=4, options=rng.randint(1, 3))
        decision = Decision(
            found.id,
            "1",
            "?",
            found.policy,
            found.margin,
            tuple(made),
            {},
            found.options,
            "",
        )
        made[decision.id] = decision
        results = decision_facts(decision)
        everything.update(results)
        known += rng.sample(list(results.values()), min(2, len(results)))
    return Knowledge("current", made, everything, (), "1", "0" * 64)


def facts_named(knowledge: Knowledge, facts: Sequence[str] = FACTS) -> list[Fact]:
    """The facts of the world and the results of its decisions."""
    results = [fact for fact in knowledge.facts.values() if fact.scope == "decision"]
    return [*(knowledge.facts[name] for name in facts), *results]


def axioms(rng: random.Random, facts: Sequence[str] = FACTS) -> tuple[Axiom, ...]:
    """Up to two random relations, such that somebody is left."""
    base = facts_in_conditions()
    for _ in range(50):
        chosen = [random_condition(rng, [base[name] for name in facts]) for _ in range(rng.randint(0, 2))]
        if any(all(compile_truth(holds)(row) for holds in chosen) for row in complete_rows(facts)):
            return tuple(Axiom(f"AX-{i}", "", holds, "") for i, holds in enumerate(chosen))
    return ()


def complete_rows(facts: Sequence[str] = FACTS) -> Iterator[Row]:
    """Every patient with all facts known; the facts that nobody asks about are left out."""
    for values in itertools.product([True, False], repeat=len(facts)):
        yield {**dict.fromkeys(facts_in_conditions()), **dict(zip(facts, values, strict=True))}


def partial_rows(facts: Sequence[str] = FACTS) -> Iterator[Row]:
    """Every patient, whatever is known."""
    for values in itertools.product([True, False, None], repeat=len(facts)):
        yield {**dict.fromkeys(facts_in_conditions()), **dict(zip(facts, values, strict=True))}


def possible(row: Row, relations: Sequence[Axiom], facts: Sequence[str] = FACTS) -> bool:
    """Whether some complete patient who satisfies every axiom agrees with what is known."""
    return any(
        all(row[name] in (None, whole[name]) for name in facts)
        and all(compile_truth(axiom.holds)(whole) for axiom in relations)
        for whole in complete_rows(facts)
    )


def patients(
    knowledge: Knowledge, relations: Sequence[Axiom], *, complete: bool, facts: Sequence[str] = FACTS
) -> list[Decisions]:
    """Every possible patient, decided."""
    rows = complete_rows(facts) if complete else partial_rows(facts)
    return [decide(row, knowledge) for row in rows if possible(row, relations, facts)]


def obligations(relations: Sequence[Axiom] = (), theorems: Sequence[Theorem] = ()) -> Obligations:
    return Obligations(tuple(relations), tuple(theorems), ())


def theorem(
    decision: str, given: Condition, then: dict[str, object], *, possible: bool = False, id: str = "TH"
) -> Theorem:
    return Theorem(id, "theorem", decision, "", given, then, "", "", "", ("current",), possible, "here:1")

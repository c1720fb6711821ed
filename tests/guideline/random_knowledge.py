"""Random conditions, knowledge and patients: what the readers of one condition are compared on."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from kambin.case import Fact, FactRow, FactValue, Range, facts_in_conditions
from kambin.guideline.conditions import And, Compare, Condition, FactIs, In, IsNull, Not, Or, Term
from kambin.guideline.knowledge import ROLES, WEIGHTS, Argument, Decision, Knowledge, Option
from kambin.guideline.loading import decision_facts

_COMPARISONS = ("<", "<=", ">", ">=")


def thresholds(fact: Fact) -> list[float]:
    """A few numbers of the domain: conditions and patients share them, so that edges are hit."""
    assert isinstance(fact.domain, Range)
    low, high = fact.domain.low, fact.domain.high
    step = (high - low) / 7
    inner = [low + step * i for i in range(8)]
    return sorted({float(round(x)) if fact.kind == "int" else round(x, 3) for x in inner})


def random_leaf(rng: random.Random, facts: Sequence[Fact], null_tests: bool) -> Condition:
    fact = rng.choice(facts)
    if null_tests and rng.random() < 0.1:
        return IsNull(fact.name)
    if fact.kind == "bool":
        return FactIs(fact.name)
    if isinstance(fact.domain, tuple):
        return In(fact.name, tuple(rng.sample(fact.domain, rng.randint(1, len(fact.domain)))))
    others = [x for x in facts if x.name != fact.name and x.unit == fact.unit and isinstance(x.domain, Range)]
    if others and rng.random() < 0.2:
        other = rng.choice(others)
        right = Term(other.name, rng.choice([1.0, 2.0, -0.5]), rng.choice([0.0, 0.1, -3.0]))
        return Compare(rng.choice(_COMPARISONS), Term(fact.name), right)
    edge = rng.choice(thresholds(fact))
    if fact.kind == "int" and rng.random() < 0.3:
        if rng.random() < 0.5:
            return In(fact.name, (int(edge), int(edge) + 1))
        return Compare(rng.choice(("=", "<>")), Term(fact.name), Term(None, 0.0, edge))
    left = Term(fact.name) if rng.random() < 0.8 else Term(fact.name, 0.1, 0.7)
    if rng.random() < 0.2:
        return Compare(rng.choice(_COMPARISONS), Term(None, 0.0, edge), left)
    return Compare(rng.choice(_COMPARISONS), left, Term(None, 0.0, edge))


def random_condition(
    rng: random.Random, facts: Sequence[Fact], depth: int = 2, null_tests: bool = False
) -> Condition:
    if depth == 0 or rng.random() < 0.4:
        leaf = random_leaf(rng, facts, null_tests)
        return Not(leaf) if rng.random() < 0.25 else leaf
    parts = tuple(random_condition(rng, facts, depth - 1, null_tests) for _ in range(rng.randint(1, 3)))
    made: Condition = And(parts) if rng.random() < 0.5 else Or(parts)
    return Not(made) if rng.random() < 0.15 else made


def random_decision(
    rng: random.Random,
    name: str,
    facts: Sequence[Fact],
    *,
    policy: str = "",
    options: int = 0,
    arguments: int = 6,
) -> Decision:
    policy = policy or rng.choice(("first", "collect", "argue"))
    made = []
    for i in range(options or rng.randint(1, 6)):
        roles = [rng.choice(ROLES) for _ in range(rng.randint(0, arguments))]
        # one condition may serve several options, as in the real knowledge
        items = tuple(
            Argument(
                f"{name.upper()}-{i}-{j}",
                role,
                "",
                random_condition(rng, facts, 2 if role in ("any", "for", "against") else 1),
                "",
                (),
                (),
                rng.choice(tuple(WEIGHTS)),
                (),
                "",
                "",
            )
            for j, role in enumerate(sorted(roles, key=ROLES.index))
        )
        addition = policy == "argue" and i > 0 and rng.random() < 0.2
        made.append(Option(f"o{i}", f"o{i}", "", "", addition, items, ""))
    margin = rng.choice((0, 3, 10))
    return Decision(name, "1", "", policy, margin, (), {}, tuple(made), "")  # type: ignore[arg-type]


def random_knowledge(
    rng: random.Random, decisions: int = 3, facts: int = 12, options: int = 0, arguments: int = 6
) -> Knowledge:
    """A chain of random decisions, each of which may use the results of those before it."""
    base = facts_in_conditions()
    known: dict[str, Fact] = {name: base[name] for name in rng.sample(sorted(base), facts)}
    everything: dict[str, Fact] = {**base, **known}
    made: dict[str, Decision] = {}
    for index in range(decisions):
        decision = random_decision(
            rng, f"d{index}", list(known.values()), options=options, arguments=arguments
        )
        made[decision.id] = decision
        results = decision_facts(decision)
        everything.update(results)
        for name in rng.sample(sorted(results), min(3, len(results))):
            known[name] = results[name]
    return Knowledge("source", made, everything, (), "1", "")


def random_value(rng: random.Random, fact: Fact) -> FactValue:
    if fact.kind == "bool":
        return rng.random() < 0.5
    if isinstance(fact.domain, tuple):
        return rng.choice(fact.domain)
    assert isinstance(fact.domain, Range)
    edge = rng.choice(thresholds(fact)) + rng.choice((0.0, 0.0, 1.0, -1.0, 0.25, -0.25))
    value = min(max(edge, fact.domain.low), fact.domain.high)
    return int(value) if fact.kind == "int" else value


def random_row(rng: random.Random, facts: Mapping[str, Fact], unknown: float = 0.3) -> FactRow:
    """One patient; each fact is unknown with this probability."""
    return {
        name: None if rng.random() < unknown else random_value(rng, fact)
        for name, fact in facts.items()
        if fact.scope != "decision"
    }

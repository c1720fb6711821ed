"""Part of the chain: some decisions and all that they use."""

from __future__ import annotations

from collections.abc import Iterable

from kambin.case import FactRow
from kambin.guideline.conditions import Condition, facts_of
from kambin.guideline.deciding import Decisions, evaluate, result_facts
from kambin.guideline.knowledge import Decision, Knowledge

__all__ = ["asked_of", "cone", "decide_again", "decide_cone", "facts_read"]


def asked_of(condition: Condition, knowledge: Knowledge) -> set[str]:
    """The decisions whose results a condition names."""
    facts = (knowledge.facts[name] for name in facts_of(condition))
    return {fact.inputs[0] for fact in facts if fact.scope == "decision"}


def cone(knowledge: Knowledge, decisions: Iterable[str]) -> tuple[str, ...]:
    """These decisions and all that they use.

    Parameters
    ----------
    knowledge : Knowledge
    decisions : iterable of str

    Returns
    -------
    tuple of str
        In the order of the chain.
    """
    wanted = set(decisions)
    for decision in reversed(list(knowledge.decisions.values())):
        if decision.id in wanted:
            wanted.update(decision.uses)
    return tuple(name for name in knowledge.decisions if name in wanted)


def decide_cone(row: FactRow, knowledge: Knowledge, names: Iterable[str]) -> Decisions:
    """The same as :func:`kambin.guideline.decide`, for some decisions only.

    Parameters
    ----------
    row : mapping of str to value
    knowledge : Knowledge
    names : iterable of str
        As `cone` gives them: with all that they use, in the order of the chain.

    Returns
    -------
    Decisions
    """
    facts = dict(row)
    results = {}
    for name in names:
        results[name] = result = evaluate(knowledge.decisions[name], facts)
        facts.update(result_facts(result))
    return Decisions(knowledge, facts, results)


_READ: dict[int, tuple[Decision, frozenset[str]]] = {}


def facts_read(decision: Decision) -> frozenset[str]:
    """The facts that the conditions of a decision name; kept by identity, because a decision is immutable."""
    found = _READ.get(id(decision))
    if found is None or found[0] is not decision:
        names = frozenset(name for item in decision.arguments for name in facts_of(item.condition))
        _READ[id(decision)] = found = (decision, names)
    return found[1]


def decide_again(decided: Decisions, changes: FactRow) -> Decisions:
    """The same patient with some facts changed; only what depends on them is decided again.

    Parameters
    ----------
    decided : Decisions
    changes : mapping of str to value

    Returns
    -------
    Decisions
    """
    facts = {**decided.row, **changes}
    touched = {name for name, value in changes.items() if decided.row[name] != value}
    results = dict(decided.results)
    for name in decided.results:
        decision = decided.knowledge.decisions[name]
        if touched & facts_read(decision):
            results[name] = result = evaluate(decision, facts)
            found = result_facts(result)
            touched.update(key for key, value in found.items() if facts[key] != value)
            facts.update(found)
    return Decisions(decided.knowledge, facts, results)

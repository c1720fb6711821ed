"""Part of the chain: some decisions and all that they use."""

from __future__ import annotations

from collections.abc import Iterable

from kambin.case import FactRow
from kambin.guideline.conditions import Condition, facts_of
from kambin.guideline.deciding import Decisions, evaluate, result_facts
from kambin.guideline.knowledge import Knowledge

__all__ = ["asked_of", "cone", "decide_cone"]


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

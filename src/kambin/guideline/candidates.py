"""Which unknown facts bear on answers that are still open, and through which arguments."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kambin.guideline.deciding import DecisionResult, Decisions, OptionResult, Status, open_roles
from kambin.guideline.knowledge import Role

__all__ = ["Candidate", "candidates", "openness", "relevant"]


@dataclass
class Candidate:
    """An unknown fact with the unknown arguments, options and decisions that it bears on.

    `scan_only` tells that it is read only by vetoes: what a scan has to show before an answer is final.
    """

    fact: str
    arguments: dict[str, None] = field(default_factory=dict)
    options: dict[str, None] = field(default_factory=dict)
    scan_only: bool = True


def relevant(decided: Decisions, focus: Sequence[str]) -> tuple[str, ...]:
    """Those decisions of the focus whose answer matters for this patient.

    A decision that weighs or collects serves those that use it: it matters as long as one of their possible
    answers reads its result. All others matter always.

    Parameters
    ----------
    decided : Decisions
    focus : sequence of str

    Returns
    -------
    tuple of str
    """
    found = []
    for name in focus:
        decision = decided.results[name].decision
        users = [other for other in focus if name in decided.results[other].decision.uses]
        if decision.policy == "first" or not users or any(_read(decided.results[x], name) for x in users):
            found.append(name)
    return tuple(found)


def _read(result: DecisionResult, decision: str) -> bool:
    """Whether a possible answer reads the result of an earlier decision."""
    return any(
        name == decision or name.startswith(f"{decision}__")
        for option in result.options
        if option.option.id in result.outcome.options
        for item in option.arguments
        for name in item.values
    )


def candidates(decided: Decisions, decisions: Sequence[str]) -> list[Candidate]:
    """The unknown facts that could still change one of these answers.

    Parameters
    ----------
    decided : Decisions
    decisions : sequence of str

    Returns
    -------
    list of Candidate
        In the order in which they are met. Where it is empty, every answer is settled.
    """
    found: dict[str, Candidate] = {}
    seen: set[tuple[str, str]] = set()
    for name in decisions:
        result = decided.results[name]
        for option in result.options:
            roles = open_roles(result.decision, result.outcome, option)
            _collect(decided, name, option, roles, found, seen)
    return list(found.values())


def _collect(
    decided: Decisions,
    decision: str,
    option: OptionResult,
    roles: tuple[Role, ...],
    found: dict[str, Candidate],
    seen: set[tuple[str, str]],
) -> None:
    for item in option.arguments:
        if item.truth is not None or item.argument.role not in roles:
            continue
        for name, value in item.values.items():
            if value is not None:
                continue
            fact = decided.knowledge.facts[name]
            if fact.scope == "decision":
                for earlier, inner in _behind(decided, name, fact.inputs[0]):
                    if (earlier, inner.option.id) not in seen:
                        seen.add((earlier, inner.option.id))
                        _collect(decided, earlier, inner, ("exclude", "veto", "require", "any"), found, seen)
            else:
                candidate = found.setdefault(name, Candidate(name))
                candidate.arguments[item.argument.id] = None
                candidate.options[f"{decision}.{option.option.id}"] = None
                candidate.scan_only = candidate.scan_only and item.argument.role == "veto"


def _behind(decided: Decisions, name: str, decision: str) -> Iterator[tuple[str, OptionResult]]:
    """The options on which the unknown result of an earlier decision hangs."""
    for option in decided.results[decision].options:
        if option.live and name in (decision, f"{decision}__{option.option.id}"):
            yield decision, option


def openness(decided: Decisions, decisions: Sequence[str]) -> float:
    """How open some answers are, in bits, with a little for what is unknown behind them.

    The bits are those of choosing among the answers that are still possible. The little makes a fact count
    that does not close an answer by itself: a fiftieth of a bit for each option whose status is open, and a
    thousandth for each point of support that is.

    Parameters
    ----------
    decided : Decisions
    decisions : sequence of str

    Returns
    -------
    float
        0 when every answer is final.
    """
    total = 0.0
    for name in decisions:
        result = decided.results[name]
        kind, options = result.outcome.kind, result.outcome.options
        possible = [item for item in result.options if item.option.id in options]
        if kind == "undetermined":
            total += math.log2(len(options) + 1)
            total += 0.001 * sum(item.high - item.low for item in possible)
        total += 0.02 * sum(item.status is Status.UNDETERMINED for item in result.options)
        total += 0.02 * sum(bool(item.pending) for item in possible)
    return total

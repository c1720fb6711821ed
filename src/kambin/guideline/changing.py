"""What would change an answer: the smallest change of a single known fact that leads to another one.

For a number the nearest value on either side is given, for a word or a yes/no each other value. A change is
looked for inside one decision; results of earlier decisions count as facts of the later ones, so the chain is
explained link by link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from kambin.case import Fact, FactRow, FactValue, Range
from kambin.guideline.compiling import Truth, compile_truths
from kambin.guideline.conditions import Compare, Condition, facts_of, leaves
from kambin.guideline.deciding import (
    ArgumentResult,
    DecisionResult,
    OptionResult,
    Outcome,
    option_result,
    outcome_of,
)
from kambin.guideline.knowledge import Decision, Knowledge

__all__ = ["SingleChange", "single_changes"]

STEP = 0.1  # how far past a threshold a decimal is moved: one step of what is written down in practice


class SingleChange(NamedTuple):
    """With this one fact different, the answer would be `outcome`."""

    fact: str
    was: FactValue
    would_be: FactValue
    outcome: Outcome


class _Touched(NamedTuple):
    """What one fact touches in one decision."""

    truths: Callable[[FactRow], tuple[Truth, ...]]
    places: tuple[tuple[int, int], ...]  # (option, argument) of each condition
    thresholds: tuple[float, ...]
    others: tuple[str, ...]  # facts that it is compared with


_TOUCHED: dict[int, tuple[Decision, dict[str, _Touched]]] = {}


def _touched(decision: Decision) -> dict[str, _Touched]:
    found = _TOUCHED.get(id(decision))
    if found is not None and found[0] is decision:
        return found[1]
    places: dict[str, list[tuple[int, int, Condition]]] = {}
    for i, option in enumerate(decision.options):
        for j, argument in enumerate(option.arguments):
            for name in facts_of(argument.condition):
                places.setdefault(name, []).append((i, j, argument.condition))
    made = {
        name: _Touched(
            compile_truths([condition for _, _, condition in items]),
            tuple((i, j) for i, j, _ in items),
            *_thresholds(name, [condition for _, _, condition in items]),
        )
        for name, items in places.items()
    }
    _TOUCHED[id(decision)] = (decision, made)
    return made


def _thresholds(name: str, conditions: Iterable[Condition]) -> tuple[tuple[float, ...], tuple[str, ...]]:
    values: set[float] = set()
    others: dict[str, None] = {}
    for condition in conditions:
        for leaf in leaves(condition):
            if not isinstance(leaf, Compare) or name not in facts_of(leaf):
                continue
            own, rest = (leaf.left, leaf.right) if leaf.left.fact == name else (leaf.right, leaf.left)
            if rest.fact is None and own.scale:
                values.add((rest.offset - own.offset) / own.scale)
            elif rest.fact is not None:
                others[rest.fact] = None
    return tuple(sorted(values)), tuple(others)


def _candidates(fact: Fact, touched: _Touched, row: FactRow) -> Iterator[Sequence[FactValue]]:
    """Lists of other values, each list from the nearest to the farthest; one change per list is enough."""
    now = row[fact.name]
    if isinstance(now, bool):
        yield [not now]
    elif isinstance(fact.domain, tuple):
        yield from ([word] for word in fact.domain if word != now)
    elif isinstance(fact.domain, Range) and isinstance(now, (int, float)):
        step = 1.0 if fact.kind == "int" else STEP
        edges = [*touched.thresholds, *(float(row[name]) for name in touched.others if row[name] is not None)]  # type: ignore[arg-type]
        around = {round(edge + shift, 6) for edge in edges for shift in (-step, 0.0, step)}
        if not edges:  # whole numbers that are only tested with IN
            around = {fact.domain.low + i for i in range(int(fact.domain.high - fact.domain.low) + 1)}
        inside = [value for value in sorted(around) if fact.domain.low <= value <= fact.domain.high]
        typed = [
            int(value) if fact.kind == "int" else value for value in inside if value == int(value) or step < 1
        ]
        yield [value for value in typed if value > now]
        yield [value for value in reversed(typed) if value < now]


def single_changes(result: DecisionResult, row: FactRow, knowledge: Knowledge) -> tuple[SingleChange, ...]:
    """Smallest single-fact changes that lead to another answer.

    Parameters
    ----------
    result : DecisionResult
    row : mapping
        The row that `result` was computed from, with the results of earlier decisions.
    knowledge : Knowledge

    Returns
    -------
    tuple of SingleChange
        In the order in which the decision names its facts.
    """
    found = []
    changed = dict(row)
    for name, touched in _touched(result.decision).items():
        if row[name] is None:
            continue
        for values in _candidates(knowledge.facts[name], touched, row):
            for value in values:
                changed[name] = value
                outcome = _outcome_with(result, touched, changed)
                if outcome is not None and outcome[:2] != result.outcome[:2]:
                    found.append(SingleChange(name, row[name], value, outcome))
                    break
        changed[name] = row[name]
    return tuple(found)


def _outcome_with(result: DecisionResult, touched: _Touched, row: FactRow) -> Outcome | None:
    """The outcome on a changed row; None when no argument's truth changes."""
    options: list[OptionResult] = list(result.options)
    edited: dict[int, list[ArgumentResult]] = {}
    for (i, j), truth in zip(touched.places, touched.truths(row), strict=True):
        before = options[i].arguments[j]
        if before.truth is not truth:
            edited.setdefault(i, list(options[i].arguments))[j] = before._replace(truth=truth)
    if not edited:
        return None
    for i, arguments in edited.items():
        options[i] = option_result(options[i].option, tuple(arguments))
    return outcome_of(result.decision, options)

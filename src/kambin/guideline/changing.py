"""What would change an answer: the smallest change of a single known fact that leads to another one.

For a number the nearest value on either side is given, for a word or a yes/no each other value. A change is
looked for inside one decision; results of earlier decisions count as facts of the later ones, so the chain is
explained link by link.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from kambin.case import Fact, FactRow, FactValue, Range
from kambin.guideline.compiling import Truth, compile_truths
from kambin.guideline.conditions import Compare, Condition, In, Term, facts_of, leaves
from kambin.guideline.deciding import (
    DecisionResult,
    OptionResult,
    Outcome,
    Status,
    outcome_of,
    pending_of,
)
from kambin.guideline.knowledge import Decision, Knowledge, Role
from kambin.guideline.remembering import once_per_object
from kambin.guideline.tallying import Tally, status_of, support_of, tally_of, turn

__all__ = ["SingleChange", "single_changes"]

_ELIGIBLE, _UNDETERMINED = Status.ELIGIBLE, Status.UNDETERMINED

STEP = 0.1  # how far past a threshold a decimal is moved: one step of what is written down in practice


class SingleChange(NamedTuple):
    """With this one fact different, the answer would be `outcome`."""

    fact: str
    was: FactValue
    would_be: FactValue
    outcome: Outcome


class _Turn(NamedTuple):
    """Where a comparison of a number turns: just below the edge (`<`, `>=`) or just above it (`<=`, `>`)."""

    own: Term
    rest: Term
    above: bool

    def around(self, row: FactRow, step: float) -> tuple[float, float] | None:
        """The last value before the turn and the first after it; None when the other fact is unknown."""
        value = row[self.rest.fact] if self.rest.fact is not None else 0
        if value is None:
            return None
        edge = (self.rest.scale * value + self.rest.offset - self.own.offset) / self.own.scale  # type: ignore[operator]
        if step == 1:
            low = math.floor(edge) if self.above else math.ceil(edge) - 1
            return low, low + 1
        return (edge, round(edge + step, 6)) if self.above else (round(edge - step, 6), edge)


_Place: TypeAlias = tuple[int, int, Role, int]
"""Option, argument, and the argument's role and weight."""


class _Touched(NamedTuple):
    """What one fact touches in one decision: conditions, and for each the places where it stands."""

    truths: Callable[[FactRow], tuple[Truth, ...]]
    places: tuple[tuple[_Place, ...], ...]
    turns: tuple[_Turn, ...]


@once_per_object
def _touched(decision: Decision) -> dict[str, _Touched]:
    """What each fact touches in a decision."""
    places: dict[str, dict[Condition, list[_Place]]] = {}
    for i, option in enumerate(decision.options):
        for j, (argument, (role, weight)) in enumerate(zip(option.arguments, option.shape, strict=True)):
            matters = decision.policy == "argue" or role not in ("for", "against")  # no other policy weighs
            for name in facts_of(argument.condition):
                conditions = places.setdefault(name, {})
                if matters:
                    conditions.setdefault(argument.condition, []).append((i, j, role, weight))
    return {
        name: _Touched(
            compile_truths(list(conditions)),
            tuple(map(tuple, conditions.values())),
            tuple(dict.fromkeys(turn for condition in conditions for turn in _turns(name, condition))),
        )
        for name, conditions in places.items()
        if conditions
    }


def _turns(name: str, condition: Condition) -> Iterator[_Turn]:
    for leaf in leaves(condition):
        if isinstance(leaf, In) and leaf.fact == name:
            numbers = [Term(None, 0.0, word) for word in leaf.words if isinstance(word, int)]
            yield from (_Turn(Term(name), number, above) for number in numbers for above in (False, True))
        elif isinstance(leaf, Compare) and name in facts_of(leaf):
            on_left = leaf.left.fact == name
            own, rest = (leaf.left, leaf.right) if on_left else (leaf.right, leaf.left)
            if not own.scale:
                continue
            turned = on_left == (own.scale < 0)  # the comparison reads the other way round
            both = leaf.op in ("=", "<>")
            above = (leaf.op in ("<=", ">")) != (turned and not both)
            yield _Turn(own, rest, above)
            if both:
                yield _Turn(own, rest, not above)


def _candidates(fact: Fact, touched: _Touched, row: FactRow) -> Iterator[Sequence[FactValue]]:
    """Lists of other values, each list from the nearest to the farthest; one change per list is enough."""
    now = row[fact.name]
    if isinstance(now, bool):
        yield [not now]
    elif isinstance(fact.domain, tuple):
        # "none" of a decision is what comes out when no row fires: nothing that could be told or done
        impossible = {now, "none"} if fact.scope == "decision" else {now}
        yield from ([word] for word in fact.domain if word not in impossible)
    elif isinstance(fact.domain, Range) and isinstance(now, (int, float)):
        step = 1.0 if fact.kind == "int" else STEP
        higher, lower = set(), set()
        for pair in (turn.around(row, step) for turn in touched.turns):
            if pair is not None:
                if now < pair[1] <= fact.domain.high:
                    higher.add(pair[1])
                elif fact.domain.low <= pair[0] < now:
                    lower.add(pair[0])
        yield sorted(higher)
        yield sorted(lower, reverse=True)


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
    tallies = [
        tally_of(item.option.shape, [argument.truth for argument in item.arguments])
        for item in result.options
    ]
    for name, touched in _touched(result.decision).items():
        if row[name] is None:
            continue
        base = touched.truths(row)
        known: dict[tuple[Truth, ...], Outcome | None] = {base: None}
        for values in _candidates(knowledge.facts[name], touched, row):
            for value in values:
                changed[name] = value
                turned = touched.truths(changed)
                if turned not in known:
                    known[turned] = _outcome_with(result, tallies, touched, base, turned)
                outcome = known[turned]
                if outcome is not None and outcome[:2] != result.outcome[:2]:
                    found.append(SingleChange(name, row[name], value, outcome))
                    break
        changed[name] = row[name]
    return tuple(found)


def _outcome_with(
    result: DecisionResult,
    tallies: Sequence[Tally],
    touched: _Touched,
    base: tuple[Truth, ...],
    turned: tuple[Truth, ...],
) -> Outcome | None:
    """The outcome when conditions turn from `base`; None when nothing that the policy looks at changes."""
    edited: dict[int, Tally] = {}
    vetoes: dict[int, dict[int, Truth]] = {}
    for places, was, now in zip(touched.places, base, turned, strict=True):
        if was is now:
            continue
        for i, j, role, weight in places:
            if i not in edited:
                edited[i] = tallies[i].copy()
            turn(edited[i], role, weight, was, now)
            if role == "veto":
                vetoes.setdefault(i, {})[j] = now
    options: list[OptionResult] | None = None
    for i, tally in edited.items():
        before = result.options[i]
        status = status_of(tally)
        if not before.live and status is not _ELIGIBLE and status is not _UNDETERMINED:
            continue  # out of the question as before
        low, high = support_of(tally)
        pending = _pending(before, status, vetoes.get(i, {}))
        if (status, low, high, pending) != before[1:5]:
            options = options or list(result.options)
            options[i] = OptionResult(before.option, status, low, high, pending, ())
    return None if options is None else outcome_of(result.decision, options)


def _pending(before: OptionResult, status: Status, turned: Mapping[int, Truth]) -> tuple[str, ...]:
    """Pending vetoes of an option when some of its vetoes turn."""
    if not turned and before.status is not Status.EXCLUDED:
        return before.pending if status is not Status.EXCLUDED else ()
    truths = [turned.get(j, argument.truth) for j, argument in enumerate(before.arguments)]
    return pending_of(before.option, status, truths)

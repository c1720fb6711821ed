"""What would change an answer: the smallest change of a single known fact that leads to another one.

For a number the nearest value on either side is given, for a word or a yes/no each other value. A change is
looked for inside one decision; results of earlier decisions count as facts of the later ones, so the chain is
explained link by link.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter
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
    truths_reader,
)
from kambin.guideline.knowledge import Decision, Knowledge
from kambin.guideline.remembering import once_per_object
from kambin.guideline.tallying import Standing, Tally, Worth, standing_of, worths_of

__all__ = ["SingleChange", "single_changes"]

_ELIGIBLE = Status.ELIGIBLE
_LIVE = (_ELIGIBLE, Status.UNDETERMINED)

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


_Place: TypeAlias = tuple[int, Worth]
"""Option, and what the argument there adds to its tally."""

_Shift: TypeAlias = tuple[int, Tally]
"""Option, and by how much its tally changes."""


_REMEMBERED = 1 << 9  # pairs of truths of one fact's conditions; the same few come up for every patient
_SELDOM = 4  # times that something is evaluated in a roundabout way before it gets an evaluator of its own


class _Touched:
    """What one fact touches in one decision.

    Attributes
    ----------
    pick : callable
        From the truths of all arguments to those of the conditions that bear on the answer.
    places : tuple of tuple of _Place
        Of each such condition, everywhere that it stands.
    turns : tuple of _Turn
        Where a number turns a condition.
    truths : callable
        From a row to the truth of each of these conditions.
    shifts : callable
        From their truths now and then to the shifts of the options' tallies.
    """

    def __init__(
        self,
        name: str,
        conditions: Mapping[Condition, Sequence[tuple[int, _Place]]],
        whole: Callable[[FactRow], tuple[Truth, ...]],
    ) -> None:
        self.turns = tuple(dict.fromkeys(turn for item in conditions for turn in _turns(name, item)))
        self._conditions = [item for item, found in conditions.items() if found]
        first = [conditions[item][0][0] for item in self._conditions]  # the arguments that they stand in
        # of one argument a tuple too: what is picked is one slice of length one
        self.pick: Callable[[Sequence[Truth]], tuple[Truth, ...]] = (
            itemgetter(*first) if len(first) > 1 else itemgetter(*(slice(at, at + 1) for at in first))
        )
        self.places = tuple(tuple(place for _, place in conditions[item]) for item in self._conditions)
        self.truths: Callable[[FactRow], tuple[Truth, ...]] = self._of_whole
        self._whole, self._left = whole, _SELDOM
        self.shifts = lru_cache(_REMEMBERED)(self._shifts)

    def _of_whole(self, row: FactRow) -> tuple[Truth, ...]:
        """Out of what the decision's evaluator says: generating one takes longer than a patient's answer."""
        self._left -= 1
        if self._left <= 0:
            self.truths = compile_truths(self._conditions)
        return self.pick(self._whole(row))

    def _shifts(self, base: Sequence[Truth], turned: Sequence[Truth]) -> tuple[_Shift, ...]:
        found: dict[int, Tally] = {}
        for where, was, now in zip(self.places, base, turned, strict=True):
            if was is not now:
                for i, worth in where:
                    found[i] = found.get(i, 0) - worth[was] + worth[now]
        return tuple([shift for shift in found.items() if shift[1]])


@once_per_object
def _touched(decision: Decision) -> dict[str, _Touched]:
    """What each fact touches in a decision, for the facts that bear on its answer."""
    places: dict[str, dict[Condition, list[tuple[int, _Place]]]] = {}
    number = 0
    for i, option in enumerate(decision.options):
        for argument, worth in zip(option.arguments, worths_of(option), strict=True):
            matters = decision.policy == "argue" or argument.role not in ("for", "against")
            for name in facts_of(argument.condition):
                found = places.setdefault(name, {}).setdefault(argument.condition, [])
                if matters:  # no other policy weighs
                    found.append((number, (i, worth)))
            number += 1
    whole = truths_reader(decision)
    return {
        name: _Touched(name, conditions, whole)
        for name, conditions in places.items()
        if any(conditions.values())
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


def _candidates(fact: Fact, touched: _Touched, row: FactRow) -> Sequence[Sequence[FactValue]]:
    """Lists of other words or numbers, each from the nearest to the farthest; one change per list does."""
    now = row[fact.name]
    if isinstance(fact.domain, tuple):
        # "none" of a decision is what comes out when no row fires: nothing that could be told or done
        impossible = {now, "none"} if fact.scope == "decision" else {now}
        return [(word,) for word in fact.domain if word not in impossible]
    if not (isinstance(fact.domain, Range) and isinstance(now, (int, float))):
        return ()
    step = 1.0 if fact.kind == "int" else STEP
    higher, lower = set(), set()
    for turn in touched.turns:
        pair = turn.around(row, step)
        if pair is not None:
            if now < pair[1] <= fact.domain.high:
                higher.add(pair[1])
            elif fact.domain.low <= pair[0] < now:
                lower.add(pair[0])
    return sorted(higher), sorted(lower, reverse=True)


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
    truths = tuple([argument.truth for item in result.options for argument in item.arguments])
    outcome_if = _WouldBe(result).outcome
    for name, touched in _touched(result.decision).items():
        was = row[name]
        if was is None:
            continue
        base = touched.pick(truths)
        # most facts are a yes/no, which leaves one other value
        lists = ((not was,),) if isinstance(was, bool) else _candidates(knowledge.facts[name], touched, row)
        for values in lists:
            for value in values:
                changed[name] = value
                turned = touched.truths(changed)
                if turned == base:
                    continue
                outcome = outcome_if(touched.shifts(base, turned))
                if outcome is not None:
                    found.append(_single_change((name, was, value, outcome)))
                    break
        changed[name] = was
    return tuple(found)


# what `OptionResult(*item)` does, without a call in Python for each
_option_result = partial(tuple.__new__, OptionResult)
_single_change = partial(tuple.__new__, SingleChange)


class _WouldBe:
    """The outcome of a decided patient if the tallies of some options shifted."""

    def __init__(self, result: DecisionResult) -> None:
        self._decision = result.decision
        self._options = result.options
        self._answer = result.outcome[:2]
        self._idle = _IDLE[result.decision.policy](result)
        self._known: dict[tuple[_Shift, ...], Outcome | None] = {}

    def outcome(self, shifts: tuple[_Shift, ...]) -> Outcome | None:
        """The outcome when tallies shift so; None when the answer stays as it is."""
        known = self._known  # other facts shift the same: two reasons to exclude one option
        if shifts not in known:
            known[shifts] = self._outcome(shifts)
        return known[shifts]

    def _outcome(self, shifts: Sequence[_Shift]) -> Outcome | None:
        imagined, bears = list(self._options), False
        for i, shift in shifts:
            option, was, _, _, _, _, tally = imagined[i]
            standing = standing_of(tally + shift)
            status, low, high, pends = standing
            if not bears:  # what is out of the question and stays so bears on no policy's answer
                live = status in _LIVE or was in _LIVE
                bears = live and not self._idle(i, standing)
            imagined[i] = _option_result((option, status, low, high, _SOME if pends else (), (), 0))
        if not bears:
            return None
        outcome = outcome_of(self._decision, imagined)
        return outcome if outcome[:2] != self._answer else None


_SOME = ("",)
"""Pending vetoes of an option that is only imagined: that there are some is all that an outcome asks."""

_Idle: TypeAlias = Callable[[int, Standing], bool]
"""Whether an option that comes to stand so leaves the answer as it is, alone or with others that do.

Many changes are of this kind, and to see that takes a fraction of drawing the answer anew.
"""


def _idle_first(result: DecisionResult) -> _Idle:
    """What stands below the row that fired is not read."""
    ids = [item.option.id for item in result.options]
    last = ids.index(result.outcome.options[0]) if result.outcome.kind == "fired" else len(ids)
    return lambda i, standing: i > last


def _idle_collect(result: DecisionResult) -> _Idle:
    """The answer is which options are eligible, and nothing else."""
    options = result.options
    return lambda i, standing: (standing.status is _ELIGIBLE) == (options[i].status is _ELIGIBLE)


def _idle_argue(result: DecisionResult) -> _Idle:
    """An option that is beaten, and stays beaten by what the answer rests on, is no rival."""
    options, answer = result.options, set(result.outcome.options)
    enough = max(result.decision.margin, 1)
    rivals = [item for item in options if item.status is _ELIGIBLE and not item.option.addition]
    bar = max([item.low for item in rivals], default=-math.inf)

    def idle(i: int, standing: Standing) -> bool:
        """See `_Idle`."""
        before = options[i]
        if before.option.addition:
            return True
        if before.option.id in answer:
            return standing[:3] == before[1:4]
        return bar - standing.high >= enough

    return idle


_IDLE = {"first": _idle_first, "collect": _idle_collect, "argue": _idle_argue}

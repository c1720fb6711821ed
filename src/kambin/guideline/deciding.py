"""Deciding: truth of each argument → status and support of each option → outcome by policy.

All of it is monotone: learning a fact never takes back an exclusion, an eligibility or a recommendation.
Geometry vetoes are the one
exception, by design: while a veto is unknown the option stays eligible with the veto *pending*, and an
outcome that rests on it is
*provisional* (ADR 0005).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from operator import attrgetter
from typing import Literal, NamedTuple, TypeAlias

from kambin.case import FactRow, FactValue
from kambin.guideline.compiling import Truth, compile_truths
from kambin.guideline.conditions import facts_of
from kambin.guideline.knowledge import Argument, Decision, Knowledge, Option, Role
from kambin.guideline.remembering import once_per_object

__all__ = [
    "ArgumentResult",
    "DecisionResult",
    "Decisions",
    "OptionResult",
    "Outcome",
    "OutcomeKind",
    "Status",
    "decide",
    "evaluate",
    "facts_of_answer",
    "judge",
    "outcome_of",
    "pending_of",
    "result_facts",
]


class Status(StrEnum):
    """What can be said of an option."""

    ELIGIBLE = "eligible"
    NOT_INDICATED = "not_indicated"
    EXCLUDED = "excluded"
    UNDETERMINED = "undetermined"


# looked up once: reading a member of an enum costs as much as the rest of a comparison
_ELIGIBLE, _UNDETERMINED, _EXCLUDED = Status.ELIGIBLE, Status.UNDETERMINED, Status.EXCLUDED
_NOT_INDICATED = Status.NOT_INDICATED

OutcomeKind: TypeAlias = Literal["fired", "recommended", "equipoise", "collected", "undetermined", "none"]


class ArgumentResult(NamedTuple):
    """An argument, its truth for this patient (None: unknown) and the facts it looked at."""

    argument: Argument
    truth: Truth
    values: Mapping[str, FactValue]


class OptionResult(NamedTuple):
    """An option's status, its support interval, and the vetoes that are still unknown."""

    option: Option
    status: Status
    low: int
    high: int
    pending: tuple[str, ...]
    arguments: tuple[ArgumentResult, ...]

    @property
    def live(self) -> bool:
        """Whether the option may still be chosen."""
        return self.status is _ELIGIBLE or self.status is _UNDETERMINED


class Outcome(NamedTuple):
    """The answer to a decision.

    Attributes
    ----------
    kind : str
        ``fired`` (first), ``recommended``, ``equipoise``, ``undetermined`` or ``none`` (argue), ``collected``
        (collect).
    options : tuple of str
        The answer: one id, several in equipoise or collected; for ``undetermined`` those that are still
        possible.
    provisional : bool
        Whether a pending veto could still take the answer away.
    additions : tuple of str
        Eligible additions of an ``argue`` decision.
    """

    kind: OutcomeKind
    options: tuple[str, ...]
    provisional: bool = False
    additions: tuple[str, ...] = ()


class DecisionResult(NamedTuple):
    """One decision for one patient, with everything that led to it.

    `missing` holds the unknown facts that could still change the answer; it is empty once the answer is
    settled.
    """

    decision: Decision
    outcome: Outcome
    options: tuple[OptionResult, ...]
    missing: tuple[str, ...]

    def option(self, option_id: str) -> OptionResult:
        """The result of one option; KeyError when there is none."""
        for result in self.options:
            if result.option.id == option_id:
                return result
        raise KeyError(option_id)


class Decisions(NamedTuple):
    """The whole chain for one patient; `row` holds the facts with the results of the decisions."""

    knowledge: Knowledge
    row: Mapping[str, FactValue]
    results: Mapping[str, DecisionResult]


def judge(shape: Sequence[tuple[Role, int]], truths: Sequence[Truth]) -> tuple[Status, int, int]:
    """Status and support interval of an option from the roles, weights and truths of its arguments.

    Parameters
    ----------
    shape : sequence of (role, weight)
    truths : sequence of bool or None

    Returns
    -------
    status : Status
    low, high : int
        Support: true arguments count, unknown ones widen the interval.
    """
    excluded = lacking = unsettled = alternatives = alternative_open = alternative_met = False
    low = high = 0
    for (role, weight), truth in zip(shape, truths, strict=True):
        if role == "for":
            if truth is not False:
                high += weight
                low += weight if truth else 0
        elif role == "against":
            if truth is not False:
                low -= weight
                high -= weight if truth else 0
        elif role == "any":
            alternatives = True
            alternative_met = alternative_met or truth is True
            alternative_open = alternative_open or truth is None
        elif role == "require":
            lacking = lacking or truth is False
            unsettled = unsettled or truth is None
        else:  # exclude, veto
            excluded = excluded or truth is True
            unsettled = unsettled or (truth is None and role == "exclude")
    if excluded:
        return _EXCLUDED, low, high
    if lacking or (alternatives and not alternative_met and not alternative_open):
        return _NOT_INDICATED, low, high
    if unsettled or (alternatives and not alternative_met):
        return _UNDETERMINED, low, high
    return _ELIGIBLE, low, high


def pending_of(option: Option, status: Status, truths: Sequence[Truth]) -> tuple[str, ...]:
    """Ids of the vetoes that are unknown; none once the option is excluded."""
    if status is _EXCLUDED or None not in truths:
        return ()
    return tuple(
        [
            argument.id
            for argument, truth in zip(option.arguments, truths, strict=True)
            if truth is None and argument.role == "veto"
        ]
    )


class _Compiled(NamedTuple):
    truths: Callable[[FactRow], tuple[Truth, ...]]
    spans: tuple[tuple[Option, int, int], ...]
    looked_at: tuple[tuple[str, ...], ...]  # the sets of facts that arguments look at
    look: tuple[int, ...]  # which of them, for each argument


@once_per_object
def _compiled(decision: Decision) -> _Compiled:
    """Generated evaluator of a decision."""
    spans, start = [], 0
    for option in decision.options:
        spans.append((option, start, start + len(option.arguments)))
        start += len(option.arguments)
    names = [facts_of(argument.condition) for argument in decision.arguments]
    looked_at = {item: index for index, item in enumerate(dict.fromkeys(names))}
    return _Compiled(
        compile_truths([argument.condition for argument in decision.arguments]),
        tuple(spans),
        tuple(looked_at),
        tuple(looked_at[item] for item in names),
    )


# what `ArgumentResult(*item)` does, without a call in Python for each of several hundred arguments
_argument_result = partial(tuple.__new__, ArgumentResult)


def evaluate(decision: Decision, row: FactRow) -> DecisionResult:
    """Evaluate one decision on one row of facts.

    Parameters
    ----------
    decision : Decision
    row : mapping of str to value
        Every fact that the decision's conditions name, None for unknown; results of earlier decisions
        included.

    Returns
    -------
    DecisionResult
    """
    compiled = _compiled(decision)
    truths = compiled.truths(row)
    seen = [{name: row[name] for name in names} for names in compiled.looked_at]
    values = [seen[index] for index in compiled.look]
    arguments = [_argument_result(item) for item in zip(decision.arguments, truths, values, strict=True)]
    results = []
    for option, start, stop in compiled.spans:
        own = truths[start:stop]
        status, low, high = judge(option.shape, own)
        pending = pending_of(option, status, own)
        results.append(OptionResult(option, status, low, high, pending, tuple(arguments[start:stop])))
    outcome = outcome_of(decision, results)
    return DecisionResult(decision, outcome, tuple(results), _missing(outcome, results))


def _missing(outcome: Outcome, results: Sequence[OptionResult]) -> tuple[str, ...]:
    """Unknown facts that could still change the answer; none once it is settled."""
    found: dict[str, None] = {}
    for result in results:
        open_vetoes = result.pending and result.option.id in outcome.options
        undetermined = result.status is _UNDETERMINED
        if outcome.kind == "collected":
            looked_at = undetermined or bool(open_vetoes)
        elif outcome.kind == "undetermined":
            looked_at = result.option.id in outcome.options
        else:
            looked_at = bool(open_vetoes)
        for item in result.arguments if looked_at else ():
            only_veto = not undetermined and outcome.kind != "undetermined"
            if item.truth is None and (not only_veto or item.argument.role == "veto"):
                found.update({name: None for name, value in item.values.items() if value is None})
    return tuple(found)


def outcome_of(decision: Decision, results: Sequence[OptionResult]) -> Outcome:
    """The answer that a decision's policy draws from its options.

    Parameters
    ----------
    decision : Decision
    results : sequence of OptionResult

    Returns
    -------
    Outcome
    """
    if decision.policy == "first":
        return _first(results)
    if decision.policy == "collect":
        chosen = [item for item in results if item.status is _ELIGIBLE]
        return Outcome("collected", _ids(chosen), any(item.pending for item in chosen))
    return _argue(results, decision.margin)


def _ids(results: Iterable[OptionResult]) -> tuple[str, ...]:
    return tuple([item.option.id for item in results])


def _first(results: Sequence[OptionResult]) -> Outcome:
    for position, item in enumerate(results):
        if item.status is _ELIGIBLE and not item.pending:
            return Outcome("fired", (item.option.id,))
        if item.live:
            return Outcome("undetermined", _ids(rest for rest in results[position:] if rest.live))
    return Outcome("none", ())


def _enough(margin: int) -> int:
    """The smallest lead, of one option at its worst over another at its best, that decides between them."""
    return max(margin, 1)


def _argue(results: Sequence[OptionResult], margin: int) -> Outcome:
    live, additions = [], []
    best = second = -math.inf  # the two best worst cases: only the second can beat who has the best
    for item in results:
        status = item.status
        if status is _ELIGIBLE:
            if item.option.addition:
                additions.append(item)
                continue
            low = item.low
            if low > second:
                best, second = (low, best) if low > best else (best, low)
        elif status is not _UNDETERMINED or item.option.addition:
            continue
        live.append(item)
    enough = _enough(margin)
    unbeaten = []
    for item in live:
        rival = second if item.low == best and item.status is _ELIGIBLE else best
        if rival - item.high < enough:
            unbeaten.append(item)
    return _among(unbeaten, margin, _ids(additions))


def _among(unbeaten: Sequence[OptionResult], margin: int, additions: tuple[str, ...]) -> Outcome:
    """The answer when these are all that nothing else surely beats."""
    if not unbeaten:
        return Outcome("none", (), False, additions)
    kind: OutcomeKind = "undetermined"
    if all(item.status is _ELIGIBLE for item in unbeaten):
        if len(unbeaten) == 1:
            kind = "recommended"
        elif _settled_equal(unbeaten, margin):
            kind = "equipoise"
    return Outcome(kind, _ids(unbeaten), any(item.pending for item in unbeaten), additions)


_HIGH = attrgetter("high")


def _settled_equal(items: Sequence[OptionResult], margin: int) -> bool:
    """Whether no completion of the unknowns could let one of these beat another by the margin."""
    for one in sorted(items, key=_HIGH)[-2:]:  # no other lead is larger than one of these two
        beaten = one.high - _enough(margin)
        for other in items:
            if other.low <= beaten and other is not one:
                return False
    return True


@once_per_object
def _result_names(decision: Decision) -> tuple[str, ...]:
    return tuple(f"{decision.id}__{option.id}" for option in decision.options)


def result_facts(result: DecisionResult) -> dict[str, FactValue]:
    """The results of a decision, as facts for later ones.

    Parameters
    ----------
    result : DecisionResult

    Returns
    -------
    dict
        The fired row (None while undetermined) of a `first` decision; per option whether it is live, None
        while that is open.
    """
    pairs = [(item.status, item.pending) for item in result.options]
    return facts_of_answer(result.decision, result.outcome, pairs)


def facts_of_answer(
    decision: Decision, outcome: Outcome, options: Sequence[tuple[Status, tuple[str, ...]]]
) -> dict[str, FactValue]:
    """`result_facts` from the outcome and, for each option, its status and pending vetoes."""
    found: dict[str, FactValue] = {}
    if decision.policy == "first":
        found[decision.id] = {"fired": (*outcome.options, "")[0], "none": "none"}.get(outcome.kind)
    for name, (status, pending) in zip(_result_names(decision), options, strict=True):
        if status is _ELIGIBLE:
            found[name] = None if pending else True
        else:
            found[name] = None if status is _UNDETERMINED else False
    return found


def decide(row: FactRow, knowledge: Knowledge) -> Decisions:
    """Walk the chain of decisions for one patient.

    Parameters
    ----------
    row : mapping of str to value
        Every fact of the registry that conditions may name, None for unknown: see
        :func:`kambin.case.fact_row`.
    knowledge : Knowledge

    Returns
    -------
    Decisions
    """
    facts = dict(row)
    results = {}
    for name, decision in knowledge.decisions.items():
        results[name] = result = evaluate(decision, facts)
        facts.update(result_facts(result))
    return Decisions(knowledge, facts, results)

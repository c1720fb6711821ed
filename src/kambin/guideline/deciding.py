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
from functools import partial
from operator import attrgetter
from typing import Literal, NamedTuple, TypeAlias

from kambin.case import FactRow, FactValue
from kambin.guideline.compiling import Truth, compile_truths
from kambin.guideline.conditions import facts_of
from kambin.guideline.judging import Status, pending_of
from kambin.guideline.knowledge import ROLES, Argument, Decision, Knowledge, Option, Role
from kambin.guideline.remembering import once_per_object
from kambin.guideline.tallying import Tally, Worth, standing_of, tally_of, worths_of

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
    "open_roles",
    "outcome_of",
    "result_facts",
    "truths_reader",
]


# looked up once: reading a member of an enum costs as much as the rest of a comparison
_ELIGIBLE, _UNDETERMINED = Status.ELIGIBLE, Status.UNDETERMINED

OutcomeKind: TypeAlias = Literal["fired", "recommended", "equipoise", "collected", "undetermined", "none"]


class ArgumentResult(NamedTuple):
    """An argument, its truth for this patient (None: unknown) and the facts it looked at."""

    argument: Argument
    truth: Truth
    values: Mapping[str, FactValue]


class OptionResult(NamedTuple):
    """An option's status, its support interval, and the vetoes that are still unknown.

    `arguments` is empty, and `tally` 0, where only the outcome was asked for.
    """

    option: Option
    status: Status
    low: int
    high: int
    pending: tuple[str, ...]
    arguments: tuple[ArgumentResult, ...] = ()
    tally: Tally = 0

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


class _Compiled(NamedTuple):
    """What is made of a decision once."""

    truths: Callable[[FactRow], tuple[Truth, ...]]
    spans: tuple[tuple[Option, int, int, tuple[Worth, ...]], ...]
    single: tuple[str, ...]  # facts that some argument looks at alone
    several: tuple[tuple[str, ...], ...]  # the sets of facts that arguments look at together
    look: tuple[int, ...]  # for each argument, which of all these


@once_per_object
def _compiled(decision: Decision) -> _Compiled:
    """Generated evaluator of a decision."""
    spans, start = [], 0
    for option in decision.options:
        stop = start + len(option.arguments)
        spans.append((option, start, stop, worths_of(option)))
        start = stop
    names = [facts_of(argument.condition) for argument in decision.arguments]
    sets = dict.fromkeys(names)
    single, several = [item for item in sets if len(item) == 1], [item for item in sets if len(item) != 1]
    position = {item: index for index, item in enumerate([*single, *several])}
    return _Compiled(
        compile_truths([argument.condition for argument in decision.arguments]),
        tuple(spans),
        tuple(name for (name,) in single),
        tuple(several),
        tuple(position[item] for item in names),
    )


def truths_reader(decision: Decision) -> Callable[[FactRow], tuple[Truth, ...]]:
    """Function from a row of facts to the truth of each argument of a decision, in order."""
    return _compiled(decision).truths


# what `ArgumentResult(*item)` and `OptionResult(*item)` do, without a call in Python for each
_argument_result = partial(tuple.__new__, ArgumentResult)
_option_result = partial(tuple.__new__, OptionResult)


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
    truths_of, spans, single, several, look = _compiled(decision)
    truths = truths_of(row)
    seen = [{name: row[name]} for name in single]
    seen += [{name: row[name] for name in names} for names in several]
    values = map(seen.__getitem__, look)
    arguments = tuple(map(_argument_result, zip(decision.arguments, truths, values, strict=True)))
    results = []
    for option, start, stop, worths in spans:
        own = truths[start:stop]
        tally = tally_of(worths, own)
        status, low, high, pends = standing_of(tally)
        pending = pending_of(option, status, own) if pends else ()
        results.append(_option_result((option, status, low, high, pending, arguments[start:stop], tally)))
    outcome = outcome_of(decision, results)
    return DecisionResult(decision, outcome, tuple(results), _missing(decision, outcome, results))


def _missing(decision: Decision, outcome: Outcome, results: Sequence[OptionResult]) -> tuple[str, ...]:
    """Unknown facts that could still change the answer; none once it is settled."""
    found: dict[str, None] = {}
    for item in results:
        roles = open_roles(decision, outcome, item)
        if roles:
            for argument, truth, values in item.arguments:
                if truth is None and argument.role in roles:
                    found.update({name: None for name, value in values.items() if value is None})
    return tuple(found)


_STATUS_ROLES: tuple[Role, ...] = ("any", "require", "exclude", "veto")


def open_roles(decision: Decision, outcome: Outcome, item: OptionResult) -> tuple[Role, ...]:
    """The roles in which an unknown argument of an option could still change the answer.

    An addition and an option of a `collect` decision are answers by themselves; of the others only those
    matter that may still be the answer. Weights matter only where options are weighed against each other.

    Parameters
    ----------
    decision : Decision
    outcome : Outcome
    item : OptionResult

    Returns
    -------
    tuple of {'any', 'require', 'exclude', 'veto', 'for', 'against'}
        Empty where nothing about this option is open.
    """
    if outcome.kind == "collected" or item.option.addition:
        return _STATUS_ROLES if item.status is _UNDETERMINED else _veto_of(item)
    if item.option.id not in outcome.options:
        return ()
    if outcome.kind == "undetermined":
        return ROLES if decision.policy == "argue" else _STATUS_ROLES
    return _veto_of(item)


def _veto_of(item: OptionResult) -> tuple[Role, ...]:
    return ("veto",) if item.pending and item.live else ()


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
        return _outcome(("collected", _ids(chosen), _provisional(chosen), ()))
    return _argue(results, max(decision.margin, 1))


_outcome = partial(tuple.__new__, Outcome)  # as above: what would change an answer asks for many


def _ids(results: Iterable[OptionResult]) -> tuple[str, ...]:
    return tuple([item.option.id for item in results])


def _provisional(chosen: Iterable[OptionResult]) -> bool:
    return bool([item for item in chosen if item.pending])


def _first(results: Sequence[OptionResult]) -> Outcome:
    for position, item in enumerate(results):
        status = item.status
        if status is _ELIGIBLE and not item.pending:
            return _outcome(("fired", (item.option.id,), False, ()))
        if status is _ELIGIBLE or status is _UNDETERMINED:
            possible = _ids([rest for rest in results[position:] if rest.live])
            return _outcome(("undetermined", possible, False, ()))
    return _outcome(("none", (), False, ()))


def _argue(results: Sequence[OptionResult], enough: int) -> Outcome:
    """The answer where a lead of `enough`, of one option at its worst over another at its best, decides.

    No option beats itself, whose best is at least its worst: one bar, the best of the worst, does for all.
    """
    live, additions = [], []
    bar = -math.inf
    for item in results:
        option, status, low, _, _, _, _ = item
        if status is _ELIGIBLE:
            if option.addition:
                additions.append(item)
                continue
            if low > bar:
                bar = low
        elif status is not _UNDETERMINED or option.addition:
            continue
        live.append(item)
    unbeaten = [item for item in live if bar - item.high < enough]
    return _among(unbeaten, enough, _ids(additions))


def _among(unbeaten: Sequence[OptionResult], enough: int, additions: tuple[str, ...]) -> Outcome:
    """The answer when these are all that nothing else surely beats."""
    if not unbeaten:
        return _outcome(("none", (), False, additions))
    kind: OutcomeKind = "undetermined"
    if not [item for item in unbeaten if item.status is not _ELIGIBLE]:
        if len(unbeaten) == 1:
            kind = "recommended"
        elif _settled_equal(unbeaten, enough):
            kind = "equipoise"
    return _outcome((kind, _ids(unbeaten), _provisional(unbeaten), additions))


_HIGH = attrgetter("high")


def _settled_equal(items: Sequence[OptionResult], enough: int) -> bool:
    """Whether no completion of the unknowns could let one of these beat another by the margin."""
    for one in sorted(items, key=_HIGH)[-2:]:  # no other lead is larger than one of these two
        beaten = one.high - enough
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

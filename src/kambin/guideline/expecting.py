"""What a case beside the knowledge may say and expect.

It expects an ``outcome`` or ``outcome_kind``, the ``status`` or the ``support`` (from, to) of options, the
truth of each ``argument``, arguments that are true and speak ``for`` or ``against`` an option, or whether the
answer is ``provisional``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kambin.case import Fact, Range
from kambin.guideline.deciding import DecisionResult
from kambin.guideline.knowledge import DecisionTest, Knowledge

__all__ = ["check_expectation", "wrong_expectations", "wrong_facts"]


def wrong_facts(test: DecisionTest, knowledge: Knowledge) -> Iterator[str]:
    """Facts of a case that are not there, and values outside their domain."""
    for name, value in test.facts.items():
        fact = knowledge.facts.get(name)
        if fact is None:
            yield f"{name!r} is no fact"
        elif value is not None and not _fits(fact, value):
            yield f"{name}: {value!r} is not one of its values"


def _fits(fact: Fact, value: Any) -> bool:
    if fact.kind == "bool":
        return isinstance(value, bool)
    if isinstance(fact.domain, Range):
        number = isinstance(value, int if fact.kind == "int" else (int, float)) and not isinstance(
            value, bool
        )
        return number and fact.domain.low <= value <= fact.domain.high
    return fact.domain is not None and value in fact.domain


_KEYS = ("outcome", "outcome_kind", "status", "argument", "for", "against", "support", "provisional")
_BY_OPTION = ("status", "for", "against", "support")


def wrong_expectations(test: DecisionTest, knowledge: Knowledge) -> Iterator[str]:
    """Expectations that no result could meet, because what they name is not there."""
    if not test.expect:
        yield "nothing is expected"
    yield from (f"{key!r} can not be expected" for key in test.expect if key not in _KEYS)
    options = {option.id for option in knowledge.decisions[test.decision].options}
    named = _words(test.expect.get("outcome", ()))
    for name in (*named, *(option for key in _BY_OPTION for option in test.expect.get(key, {}))):
        if name not in options and not (name in named and name in ("none", "undetermined", "equipoise")):
            yield f"{test.decision} has no option {name!r}"
    for argument in test.expect.get("argument", {}):
        if not any(argument in decision.argument_index for decision in knowledge.decisions.values()):
            yield f"no argument {argument!r}"


def _words(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def check_expectation(
    test: DecisionTest, result_of: Callable[[str], DecisionResult], knowledge: Knowledge
) -> Iterator[str]:
    """What came out other than expected.

    Parameters
    ----------
    test : DecisionTest
    result_of : callable
        From the id of a decision to its result.
    knowledge : Knowledge

    Yields
    ------
    str
    """
    result = result_of(test.decision)
    outcome, expect = result.outcome, test.expect
    if "outcome" in expect and not _is_outcome(result, _words(expect["outcome"])):
        yield f"outcome: {outcome.kind} {', '.join(outcome.options)}, not {expect['outcome']}"
    if "outcome_kind" in expect and outcome.kind not in _words(expect["outcome_kind"]):
        yield f"outcome kind: {outcome.kind}, not {expect['outcome_kind']}"
    if "provisional" in expect and outcome.provisional != expect["provisional"]:
        yield f"provisional: {outcome.provisional}, not {expect['provisional']}"
    for option, wanted in expect.get("status", {}).items():
        status = result.option(option).status
        if status.value not in _words(wanted):
            yield f"{option}: {status}, not {wanted}"
    yield from _wrong_support(expect, result)
    yield from _wrong_arguments(expect.get("argument", {}), result_of, knowledge)


def _wrong_support(expect: Mapping[str, Any], result: DecisionResult) -> Iterator[str]:
    for option, wanted in expect.get("support", {}).items():
        found = result.option(option)
        if [found.low, found.high] != list(wanted):
            yield f"support of {option}: {found.low} to {found.high}, not {wanted}"
    for role in ("for", "against"):
        for option, wanted in expect.get(role, {}).items():
            speaking = [
                item.argument.id
                for item in result.option(option).arguments
                if item.truth is True and item.argument.role == role
            ]
            for name in _words(wanted):
                if name not in speaking:
                    yield f"{name} does not speak {role} {option}: {', '.join(speaking) or 'nothing'} does"


def _is_outcome(result: DecisionResult, wanted: tuple[str, ...]) -> bool:
    outcome = result.outcome
    if outcome.kind in ("undetermined", "none"):
        return outcome.kind in wanted
    return set(outcome.options) == set(wanted) or outcome.kind in wanted


def _wrong_arguments(
    wanted: Mapping[str, bool | None], result_of: Callable[[str], DecisionResult], knowledge: Knowledge
) -> Iterator[str]:
    for argument, truth in wanted.items():
        where = next(x.id for x in knowledge.decisions.values() if argument in x.argument_index)
        items = [item for option in result_of(where).options for item in option.arguments]
        found = items[knowledge.decisions[where].argument_index[argument]].truth
        if found is not truth:
            yield f"{argument}: {_truth(found)}, not {_truth(truth)}"


def _truth(truth: bool | None) -> str:
    return "unknown" if truth is None else str(truth).lower()

"""Running the cases that stand beside the knowledge.

A case names facts; all others are unknown. Results of earlier decisions may be named too, to look at one
decision by itself: they then stand in place of what the chain would say. Naming the fired row of a `first`
decision (``urgency: elective``) also says that the rows before it are out and that this one is eligible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from kambin.case import Fact, FactValue, Range, facts_in_conditions
from kambin.guideline.deciding import DecisionResult, evaluate, result_facts
from kambin.guideline.knowledge import Decision, DecisionTest, Knowledge
from kambin.guideline.obligations import Obligations

__all__ = ["TestResult", "check_expectation", "decisions_of", "run_test", "run_tests", "starting_row"]


class TestResult(NamedTuple):
    """One case and what was wrong; nothing when it passed."""

    test: DecisionTest
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the case came out as expected."""
        return not self.problems

    @property
    def name(self) -> str:
        """Name of the case."""
        return self.test.name

    @property
    def where(self) -> str:
        """File and line."""
        return self.test.where

    @property
    def message(self) -> str:
        """What came out other than expected."""
        return "; ".join(self.problems)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"name": self.name, "where": self.where, "ok": self.ok, "problems": list(self.problems)}


TestResult.__test__ = False  # type: ignore[attr-defined]  # pytest: not a test class


def run_tests(knowledge: Knowledge, obligations: Obligations) -> tuple[TestResult, ...]:
    """Run every case of the obligations.

    Parameters
    ----------
    knowledge : Knowledge
    obligations : Obligations
        Of the same profile.

    Returns
    -------
    tuple of TestResult
        A case that names an unknown fact, a value outside its domain or an unknown option fails, and says so.
    """
    return tuple(run_test(test, knowledge) for test in obligations.tests)


def run_test(test: DecisionTest, knowledge: Knowledge) -> TestResult:
    """Run one case."""
    problems = [*_wrong_facts(test, knowledge), *_wrong_expectations(test, knowledge)]
    if problems:
        return TestResult(test, tuple(problems))
    results = _walk(test, knowledge)
    return TestResult(test, tuple(check_expectation(test, results.__getitem__, knowledge)))


def _walk(test: DecisionTest, knowledge: Knowledge) -> dict[str, DecisionResult]:
    row = starting_row(test, knowledge)
    given = set(row) - set(facts_in_conditions())
    results = {}
    for name in decisions_of(test, knowledge):
        results[name] = result = evaluate(knowledge.decisions[name], row)
        row.update({key: value for key, value in result_facts(result).items() if key not in given})
    return results


def starting_row(test: DecisionTest, knowledge: Knowledge) -> dict[str, FactValue]:
    """The facts of a case, and the results of decisions that it names or implies.

    Parameters
    ----------
    test : DecisionTest
    knowledge : Knowledge

    Returns
    -------
    dict
        Every fact of the registry, None where the case is silent; results of decisions only where it is not.
    """
    row: dict[str, FactValue] = dict.fromkeys(facts_in_conditions())
    for name, value in test.facts.items():
        if name in knowledge.decisions and value is not None:
            row.update(_implied(knowledge.decisions[name], str(value)))
    row.update(test.facts)
    return row


def _implied(decision: Decision, fired: str) -> dict[str, FactValue]:
    found: dict[str, FactValue] = {}
    for option in decision.options:
        found[f"{decision.id}__{option.id}"] = option.id == fired
        if option.id == fired:
            break
    return found


def decisions_of(test: DecisionTest, knowledge: Knowledge) -> tuple[str, ...]:
    """The decisions that a case looks at, with all that they use, in the order of the chain."""
    wanted = {test.decision}
    for argument in test.expect.get("argument", {}):
        wanted.update(x.id for x in knowledge.decisions.values() if argument in x.argument_index)
    for decision in reversed(list(knowledge.decisions.values())):
        if decision.id in wanted:
            wanted.update(decision.uses)
    return tuple(name for name in knowledge.decisions if name in wanted)


# ------------------------------------------------------------------------------- what a case may say


def _wrong_facts(test: DecisionTest, knowledge: Knowledge) -> Iterator[str]:
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


_KEYS = ("outcome", "outcome_kind", "status", "argument", "support", "provisional")


def _wrong_expectations(test: DecisionTest, knowledge: Knowledge) -> Iterator[str]:
    if not test.expect:
        yield "nothing is expected"
    yield from (f"{key!r} can not be expected" for key in test.expect if key not in _KEYS)
    options = {option.id for option in knowledge.decisions[test.decision].options}
    named = _words(test.expect.get("outcome", ()))
    for name in (*named, *test.expect.get("status", {}), *test.expect.get("support", {})):
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
    for option, wanted in expect.get("support", {}).items():
        found = result.option(option)
        if [found.low, found.high] != list(wanted):
            yield f"support of {option}: {found.low} to {found.high}, not {wanted}"
    yield from _wrong_arguments(expect.get("argument", {}), result_of, knowledge)


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

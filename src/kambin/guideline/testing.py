"""Running the cases that stand beside the knowledge.

A case names facts; all others are unknown. Results of earlier decisions may be named too, to look at one
decision by itself: they then stand in place of what the chain would say. Naming the fired row of a `first`
decision (``urgency: elective``) also says that the rows before it are out and that this one is eligible.
What a case may expect is told in :mod:`kambin.guideline.expecting`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from kambin.case import FactValue, facts_in_conditions
from kambin.guideline.deciding import DecisionResult, evaluate, result_facts
from kambin.guideline.expecting import check_expectation, wrong_expectations, wrong_facts
from kambin.guideline.knowledge import Decision, DecisionTest, Knowledge
from kambin.guideline.obligations import Obligations

__all__ = ["TestResult", "decisions_of", "run_test", "run_tests", "starting_row"]


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
    problems = [*wrong_facts(test, knowledge), *wrong_expectations(test, knowledge)]
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

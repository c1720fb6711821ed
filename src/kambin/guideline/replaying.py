"""Replaying decided patients with one argument changed, without deciding anything else again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from kambin.case import FactRow, FactValue
from kambin.guideline.compiling import Truth, compile_truth
from kambin.guideline.deciding import (
    ArgumentResult,
    DecisionResult,
    evaluate,
    outcome_of,
    result_facts,
)
from kambin.guideline.expecting import check_expectation
from kambin.guideline.judging import pending_of
from kambin.guideline.knowledge import WEIGHTS, DecisionTest, Knowledge
from kambin.guideline.mutants import Mutant
from kambin.guideline.proving.cone import facts_read
from kambin.guideline.tallying import standing_of, tally_of, worth
from kambin.guideline.testing import decisions_of, starting_row

__all__ = ["Replay", "Tape", "tape_of_row", "tape_of_test"]


class Tape(NamedTuple):
    """One patient as it was decided.

    Attributes
    ----------
    rows : mapping of str to row
        What each decision read.
    results : mapping of str to DecisionResult
    given : frozenset of str
        Results of decisions that were set from outside and stay.
    test : DecisionTest or None
        The case that this patient belongs to.
    """

    rows: Mapping[str, FactRow]
    results: Mapping[str, DecisionResult]
    given: frozenset[str]
    test: DecisionTest | None


def tape_of_test(test: DecisionTest, knowledge: Knowledge) -> Tape:
    """A case beside the knowledge, decided."""
    row = starting_row(test, knowledge)
    given = frozenset(name for name in row if knowledge.facts[name].scope == "decision")
    return _tape(row, knowledge, decisions_of(test, knowledge), given, test)


def tape_of_row(row: FactRow, knowledge: Knowledge) -> Tape:
    """A patient, decided through the whole chain."""
    return _tape(dict(row), knowledge, tuple(knowledge.decisions), frozenset(), None)


def _tape(
    row: dict[str, FactValue],
    knowledge: Knowledge,
    names: tuple[str, ...],
    given: frozenset[str],
    test: DecisionTest | None,
) -> Tape:
    rows, results = {}, {}
    for name in names:
        rows[name] = dict(row)
        results[name] = result = evaluate(knowledge.decisions[name], row)
        row.update({key: value for key, value in result_facts(result).items() if key not in given})
    return Tape(rows, results, given, test)


class Replay:
    """One mutant against many decided patients.

    Parameters
    ----------
    mutant : Mutant
    knowledge : Knowledge
    """

    def __init__(self, mutant: Mutant, knowledge: Knowledge) -> None:
        self._mutant, self._knowledge = mutant, knowledge
        decision = knowledge.decisions[mutant.decision]
        self._option = next(i for i, x in enumerate(decision.options) if x.id == mutant.option)
        option = decision.options[self._option]
        self._argument = option.arguments.index(mutant.argument)
        changed = (
            *option.arguments[: self._argument],
            mutant.changed,
            *option.arguments[self._argument + 1 :],
        )
        self._worths = tuple(worth(item.role, WEIGHTS[item.strength]) for item in changed)
        self._other_role = mutant.changed.role != mutant.argument.role
        self._truth: Callable[[FactRow], Truth] = compile_truth(mutant.changed.condition)

    def results(self, tape: Tape) -> Mapping[str, DecisionResult] | None:
        """What the mutant makes of a patient; None where it changes nothing."""
        name = self._mutant.decision
        if name not in tape.results:
            return None
        before = tape.results[name].options[self._option].arguments[self._argument]
        truth = self._truth(tape.rows[name])
        if truth is before.truth and not self._other_role:
            return None
        results = dict(tape.results)
        results[name] = self._changed(tape.results[name], truth)
        self._go_on(tape, results)
        return results

    def _changed(self, result: DecisionResult, truth: Truth) -> DecisionResult:
        options = list(result.options)
        option = options[self._option]
        arguments = list(option.arguments)
        arguments[self._argument] = ArgumentResult(
            self._mutant.changed, truth, arguments[self._argument].values
        )
        truths = tuple(item.truth for item in arguments)
        tally = tally_of(self._worths, truths)
        status, low, high, _ = standing_of(tally)
        # vetoes keep their role in every mutant, so the option as it was says which are pending
        pending = pending_of(option.option, status, truths)
        options[self._option] = option._replace(
            status=status, low=low, high=high, pending=pending, arguments=tuple(arguments), tally=tally
        )
        return result._replace(
            outcome=outcome_of(result.decision, options), options=tuple(options), missing=()
        )

    def _go_on(self, tape: Tape, results: dict[str, DecisionResult]) -> None:
        """Decide again what reads a result that is different now."""
        changed: dict[str, FactValue] = {}
        for name in list(results)[list(results).index(self._mutant.decision) :]:
            if name != self._mutant.decision:
                decision = self._knowledge.decisions[name]
                if not changed.keys() & facts_read(decision):
                    continue
                results[name] = evaluate(decision, {**tape.rows[name], **changed})
            before = result_facts(tape.results[name])
            for key, value in result_facts(results[name]).items():
                if key not in tape.given and before[key] != value:
                    changed[key] = value

    def fails(self, tape: Tape) -> bool:
        """Whether a case that passed fails with the mutant."""
        assert tape.test is not None
        results = self.results(tape)
        if results is None:
            return False
        return any(check_expectation(tape.test, results.__getitem__, self._knowledge))

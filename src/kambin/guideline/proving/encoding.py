"""One knowledge over one patient, ready to be asked: with every fact known, or with some hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from kambin.case import Fact, FactValue, facts_in_conditions
from kambin.guideline.conditions import Condition, uses_null_test
from kambin.guideline.deciding import DecisionResult, Decisions
from kambin.guideline.knowledge import Axiom, Knowledge
from kambin.guideline.proving.chain import Chain
from kambin.guideline.proving.logic import negate
from kambin.guideline.proving.oracle import Oracle
from kambin.guideline.proving.patients import Values, View, compared_decimals
from kambin.guideline.proving.reading import disagreement, read_row

__all__ = ["Encoding", "all_conditions"]


def all_conditions(knowledge: Knowledge) -> list[Condition]:
    """Every condition of the arguments."""
    return [item.condition for decision in knowledge.decisions.values() for item in decision.arguments]


class Encoding:
    """Variables of a patient, the chain over them, and solvers.

    Parameters
    ----------
    knowledge : Knowledge
    axioms : sequence of Axiom
    complete : bool
        Whether every fact is known.
    more : iterable of Condition
        Conditions beside those of the knowledge that will be asked about.
    only : collection of str, optional
        The decisions to encode.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        axioms: Sequence[Axiom] = (),
        *,
        complete: bool,
        more: Iterable[Condition] = (),
        only: Collection[str] | None = None,
    ) -> None:
        self.knowledge = knowledge
        facts: Mapping[str, Fact] = facts_in_conditions()
        stated = [*all_conditions(knowledge), *(axiom.holds for axiom in axioms), *more]
        self.values = Values(facts, compared_decimals(stated, knowledge.facts))
        self.view = View(self.values, complete=complete)
        self.chain = Chain(knowledge, self.view, only=only)
        self.axioms = self._axioms(axioms)
        self._oracles: dict[tuple[str, ...], Oracle] = {}

    def _axioms(self, axioms: Sequence[Axiom]) -> list[Any]:
        """Axioms hold of the values; those that speak of unknowns also of what is known."""
        whole = View(self.values, complete=True)
        found = [whole.pair(axiom.holds).true for axiom in axioms]
        if not self.view.complete:
            spoken = [axiom.holds for axiom in axioms if uses_null_test(axiom.holds)]
            found += [negate(self.view.pair(holds).false) for holds in spoken]
        return found

    def oracle(self, *argued: str) -> Oracle:
        """A solver for questions about everything but the answers of the `argue` decisions not named here."""
        key = tuple(sorted(name for name in argued if name in self.chain.weighing))
        if key not in self._oracles:
            weighing = [self.chain.weighing[name] for name in key]
            always = [self.values.constraints, self.axioms, self.chain.structure, *weighing]
            self._oracles[key] = Oracle(always, self.values.reals)
        return self._oracles[key]

    def row(self, model: Any) -> dict[str, FactValue]:
        """The patient of a model, as a row of facts."""
        return read_row(self.view, model)

    def disagreement(self, model: Any, decided: Decisions, argued: Iterable[str] = ()) -> str:
        """Where the solver and the evaluator differ on a patient; empty when they agree."""
        for name, result in decided.results.items():
            if name in self.chain.answers:
                weighed = name in argued or name not in self.chain.weighing
                found = self._differs(model, result, weighed)
                if found:
                    return f"{name}: {found}"
        return ""

    def _differs(self, model: Any, result: DecisionResult, weighed: bool) -> str:
        name = result.decision.id
        return disagreement(
            model, result, self.chain.options[name], self.chain.answers[name] if weighed else None
        )

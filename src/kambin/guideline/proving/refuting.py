"""Whether the proofs notice a mistake in one argument."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kambin.case import FactValue
from kambin.guideline.compiling import compile_truth
from kambin.guideline.conditions import Condition, facts_of
from kambin.guideline.deciding import decide
from kambin.guideline.knowledge import Decision, Knowledge
from kambin.guideline.mutants import Mutant
from kambin.guideline.obligations import Obligations
from kambin.guideline.proving.claims import read_claim
from kambin.guideline.proving.cone import cone
from kambin.guideline.proving.encoding import Encoding
from kambin.guideline.proving.firing import prove_firing
from kambin.guideline.proving.logic import equal, negate
from kambin.guideline.proving.report import ProofResult
from kambin.guideline.proving.serving import prove_served
from kambin.guideline.proving.setting import Setting
from kambin.guideline.proving.shrinking import shrink
from kambin.guideline.proving.theorems import looked_at, prove_theorems
from kambin.guideline.proving.unserved import read_unserved

__all__ = ["Differences", "mutated", "refutation"]


def mutated(knowledge: Knowledge, mutant: Mutant) -> Knowledge:
    """The knowledge with the mistake in it."""
    decision = knowledge.decisions[mutant.decision]
    options = tuple(
        replace(
            option,
            arguments=tuple(mutant.changed if item is mutant.argument else item for item in option.arguments),
        )
        for option in decision.options
    )
    changed: Decision = replace(decision, options=options)
    return replace(knowledge, decisions={**knowledge.decisions, decision.id: changed})


def _affected(knowledge: Knowledge, decision: str) -> set[str]:
    """A decision and all that use it, directly or through others."""
    found = {decision}
    for later in knowledge.decisions.values():
        if found & set(later.uses):
            found.add(later.id)
    return found


def refutation(knowledge: Knowledge, obligations: Obligations, mutant: Mutant) -> ProofResult | None:
    """The first obligation that a mutant breaks.

    Parameters
    ----------
    knowledge : Knowledge
        Without the mistake; all its obligations are proved.
    obligations : Obligations
    mutant : Mutant

    Returns
    -------
    ProofResult or None
        None when the mutant meets every obligation.
    """
    return next((result for result in _results(knowledge, obligations, mutant) if not result.ok), None)


def _results(knowledge: Knowledge, obligations: Obligations, mutant: Mutant) -> Iterator[ProofResult]:
    """Obligations on the decisions that the mutant can reach, and on nothing else."""
    affected = _affected(knowledge, mutant.decision)
    wrong = mutated(knowledge, mutant)
    theorems = []
    needed = set(affected)
    for theorem in obligations.theorems:
        names = looked_at(theorem, read_claim(theorem, knowledge), knowledge)
        if affected & set(names):
            theorems.append(theorem)
            needed.update(names)
    part = replace(wrong, decisions={name: wrong.decisions[name] for name in cone(wrong, needed)})
    mine = replace(obligations, theorems=tuple(theorems))
    unserved = tuple(item for item in read_unserved(wrong) if item.decision in part.decisions)
    setting = Setting(part, mine, unserved)
    yield from prove_theorems(setting)
    yield from prove_firing(setting)
    yield from prove_served(setting)


class Differences:
    """Complete patients of whom an argument and its mutant differ.

    Parameters
    ----------
    knowledge : Knowledge
    obligations : Obligations
    others : sequence of Condition
        Every changed condition that will be asked about.
    """

    def __init__(self, knowledge: Knowledge, obligations: Obligations, others: Sequence[Condition]) -> None:
        self._knowledge = knowledge
        self._encoding = Encoding(knowledge, obligations.axioms, complete=True, more=others)

    def facts(self, mutant: Mutant) -> dict[str, FactValue] | None:
        """The few facts, results of decisions included, by which an argument and its mutant differ.

        Where the conditions are the same and the role is not, those that make them true.

        Parameters
        ----------
        mutant : Mutant

        Returns
        -------
        dict or None
            None is a proof that they are the same of every complete patient.
        """
        one, other = mutant.argument.condition, mutant.changed.condition
        pair = self._encoding.view.pair
        same = one == other
        wanted = pair(one).true if same else negate(equal(pair(one).true, pair(other).true))
        model = self._encoding.oracle().model(wanted)
        if model is None:
            return None
        row = decide(self._encoding.row(model), self._knowledge).row
        names = dict.fromkeys((*facts_of(one), *facts_of(other)))
        truth, other_truth = compile_truth(one), compile_truth(other)

        def shows(trial: dict[str, FactValue]) -> bool:
            found = truth(trial), other_truth(trial)
            return None not in found and (found[0] is True if same else found[0] is not found[1])

        small = shrink({name: row[name] for name in names}, shows)
        return {name: value for name, value in small.items() if value is not None}

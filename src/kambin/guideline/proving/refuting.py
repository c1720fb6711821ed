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
from kambin.guideline.proving.unserved import Unserved

__all__ = ["Differences", "Refuter", "mutated"]


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


class Refuter:
    """The proofs of a knowledge, to be broken by mutants.

    Parameters
    ----------
    knowledge : Knowledge
        Without a mistake. What can not be proved of it anyway shows nothing about a mutant.
    obligations : Obligations
    unserved : sequence of Unserved
        Whom a decision may leave without an answer.
    """

    def __init__(
        self, knowledge: Knowledge, obligations: Obligations, unserved: Sequence[Unserved] = ()
    ) -> None:
        self._knowledge, self._obligations, self._unserved = knowledge, obligations, tuple(unserved)
        everything = _proofs(Setting(knowledge, obligations, self._unserved))
        self._open = {_key(result) for result in everything if not result.ok}

    def refutation(self, mutant: Mutant) -> ProofResult | None:
        """The first obligation that a mutant breaks.

        Parameters
        ----------
        mutant : Mutant

        Returns
        -------
        ProofResult or None
            None when the mutant meets every obligation that the knowledge meets.
        """
        broken = (x for x in _proofs(self._setting(mutant)) if not x.ok and _key(x) not in self._open)
        return next(broken, None)

    def _setting(self, mutant: Mutant) -> Setting:
        """The decisions that the mutant can reach, what they use, and the obligations on them."""
        affected = _affected(self._knowledge, mutant.decision)
        theorems = []
        needed = set(affected)
        for theorem in self._obligations.theorems:
            names = looked_at(theorem, read_claim(theorem, self._knowledge), self._knowledge)
            if affected & set(names):
                theorems.append(theorem)
                needed.update(names)
        wrong = mutated(self._knowledge, mutant)
        part = replace(wrong, decisions={name: wrong.decisions[name] for name in cone(wrong, needed)})
        unserved = tuple(item for item in self._unserved if item.decision in part.decisions)
        return Setting(part, replace(self._obligations, theorems=tuple(theorems)), unserved)


def _proofs(setting: Setting) -> Iterator[ProofResult]:
    yield from prove_theorems(setting)
    yield from prove_firing(setting)
    yield from prove_served(setting)


def _key(result: ProofResult) -> tuple[str, str, str]:
    """An obligation, whether or not an argument in it was changed."""
    return (result.kind, result.id, "false" if " is false (" in result.statement else "")


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
            """Whether this patient tells the two conditions apart, or shows them true together."""
            found = truth(trial), other_truth(trial)
            return None not in found and (found[0] is True if same else found[0] is not found[1])

        small = shrink({name: row[name] for name in names}, shows)
        return {name: value for name, value in small.items() if value is not None}

"""Two versions of the knowledge over one patient: whom they answer differently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from kambin.case import FactValue, facts_in_conditions
from kambin.errors import IntegrityError
from kambin.guideline.deciding import DecisionResult, Outcome, decide
from kambin.guideline.knowledge import Axiom, Knowledge
from kambin.guideline.obligations import load_axioms
from kambin.guideline.proving.axioms import keeps_axioms
from kambin.guideline.proving.chain import Chain
from kambin.guideline.proving.cone import cone, decide_cone
from kambin.guideline.proving.encoding import all_conditions
from kambin.guideline.proving.logic import Formula, either, equal, negate
from kambin.guideline.proving.oracle import Oracle
from kambin.guideline.proving.patients import Values, View, compared_decimals
from kambin.guideline.proving.reading import read_row
from kambin.guideline.proving.report import Patient
from kambin.guideline.proving.shrinking import patient, shrink

__all__ = ["Difference", "Two", "differing_patient"]


class Difference(NamedTuple):
    """A patient whom two versions answer differently.

    Attributes
    ----------
    row : dict
        Every fact, all known.
    facts : dict
        Those that the difference needs: with these alone known both answers are what they are.
    patient : Patient
        The same, to be read.
    before, after : str
        The two answers in words.
    outcomes : tuple of Outcome
        The same as the evaluator gives them.
    """

    row: dict[str, FactValue]
    facts: dict[str, FactValue]
    patient: Patient
    before: str
    after: str
    outcomes: tuple[Outcome, Outcome]


class Two:
    """Two versions over the same variables."""

    def __init__(
        self,
        one: Knowledge,
        other: Knowledge,
        axioms: Sequence[Axiom],
        *,
        complete: bool,
        decisions: tuple[Sequence[str] | None, Sequence[str] | None] = (None, None),
    ) -> None:
        facts = facts_in_conditions()
        conditions = [*all_conditions(one), *all_conditions(other), *(axiom.holds for axiom in axioms)]
        self.values = Values(facts, compared_decimals(conditions, {**one.facts, **other.facts}))
        self.views = tuple(View(self.values, complete=complete) for _ in range(2))
        self.one = Chain(one, self.views[0], tag="one:", only=decisions[0])
        self.other = Chain(other, self.views[1], tag="other:", only=decisions[1])
        whole = View(self.values, complete=True)
        self._axioms = [whole.pair(axiom.holds).true for axiom in axioms]

    def oracle(self, argued: str = "") -> Oracle:
        """A solver over both; the answer of one `argue` decision is encoded where it is named."""
        weighing = [chain.weighing[argued] for chain in (self.one, self.other) if argued in chain.weighing]
        always = [self.values.constraints, self._axioms, self.one.structure, self.other.structure, *weighing]
        return Oracle(always, self.values.reals)

    def row(self, model: Any) -> dict[str, FactValue]:
        """The patient of a model."""
        self.views[0].known.update(self.views[1].known)
        return read_row(self.views[0], model)


def differing_patient(
    one: Knowledge, other: Knowledge, decision: str, axioms: Sequence[Axiom] | None = None
) -> Difference | None:
    """Find a patient whom two versions of the knowledge answer differently.

    Parameters
    ----------
    one, other : Knowledge
    decision : str
        In either of the two.
    axioms : sequence of Axiom, optional
        So that the patient is a possible one; those of the guideline where not given.

    Returns
    -------
    Difference or None
        None is a proof that all complete patients get the same answer from both.
    """
    if decision not in one.decisions or decision not in other.decisions:
        raise IntegrityError(f"{decision!r} is not a decision of both")
    axioms = load_axioms() if axioms is None else axioms
    cones = (cone(one, [decision]), cone(other, [decision]))
    two = Two(one, other, axioms, complete=True, decisions=cones)
    model = two.oracle(decision).model(_differ(two, decision))
    if model is None:
        return None
    row = two.row(model)
    first, second = (decide(row, version).results[decision].outcome for version in (one, other))
    if _said(first) == _said(second):
        raise IntegrityError(f"{decision}: the evaluator does not see the difference", why=str(row))
    return _difference(one, other, decision, axioms, row)


def _differ(two: Two, decision: str) -> Formula:
    answers = two.one.answers[decision], two.other.answers[decision]
    names = dict.fromkeys((*answers[0].given, *answers[1].given))
    parts = [negate(equal(*(answer.given.get(name, False) for answer in answers))) for name in names]
    for kind in ("equipoise", "none"):
        parts.append(negate(equal(*(answer.kind(kind) for answer in answers))))
    additions = {
        item.id
        for chain in (two.one, two.other)
        for item in chain.knowledge.decisions[decision].options
        if item.addition
    }
    for name in additions:
        options = [chain.options[decision].get(name) for chain in (two.one, two.other)]
        parts.append(negate(equal(*(option.eligible if option else False for option in options))))
    return either(*parts)


def _said(outcome: Outcome) -> tuple[Any, ...]:
    return (outcome.kind, outcome.options, frozenset(outcome.additions))


def _difference(
    one: Knowledge, other: Knowledge, decision: str, axioms: Sequence[Axiom], row: dict[str, FactValue]
) -> Difference:
    versions = [(version, cone(version, [decision])) for version in (one, other)]

    def answers(trial: dict[str, FactValue]) -> tuple[DecisionResult, DecisionResult]:
        """What both versions answer."""
        found = [decide_cone(trial, version, names).results[decision] for version, names in versions]
        return found[0], found[1]

    whole = tuple(_said(result.outcome) for result in answers(row))
    allowed = keeps_axioms(axioms, hidden_only=True)

    def shows(trial: dict[str, FactValue]) -> bool:
        """Whether both still answer as for the whole patient."""
        return tuple(_said(result.outcome) for result in answers(trial)) == whole and allowed(trial)

    small = shrink(row, shows)
    first, second = (result.outcome for result in answers(row))
    facts: dict[str, FactValue] = {name: value for name, value in small.items() if value is not None}
    before, after = _words(first), _words(second)
    shown = patient(facts, one.facts, complete=True, says=f"{before}; {after}")
    return Difference(row, facts, shown, before, after, (first, second))


def _words(outcome: Outcome) -> str:
    return " ".join((outcome.kind, ", ".join((*outcome.options, *outcome.additions)))).strip()

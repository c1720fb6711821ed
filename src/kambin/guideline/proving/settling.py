"""Whether an answer is settled: no two completions of what is unknown give different ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kambin.case import FactValue
from kambin.guideline.deciding import Decisions
from kambin.guideline.knowledge import Axiom, Knowledge
from kambin.guideline.proving.axioms import known_as
from kambin.guideline.proving.cone import cone, decide_cone
from kambin.guideline.proving.encoding import Encoding
from kambin.guideline.proving.logic import Formula, either, negate
from kambin.guideline.proving.undisturbed import undisturbed

__all__ = ["Completions"]


class Completions:
    """Every complete patient behind a partial one, for some decisions of a knowledge.

    Parameters
    ----------
    knowledge : Knowledge
    axioms : sequence of Axiom
        What no completion breaks. A patient whose known facts break them already is completed without.
    focus : sequence of str
        The decisions that will be asked about.
    """

    @undisturbed
    def __init__(self, knowledge: Knowledge, axioms: Sequence[Axiom], focus: Sequence[str]) -> None:
        self._knowledge, self._focus = knowledge, tuple(focus)
        self._names = cone(knowledge, focus)
        self._with_axioms = Encoding(knowledge, axioms, complete=True, only=self._names)
        self._without: Encoding | None = None

    def _encoding(self, row: Mapping[str, FactValue]) -> Encoding:
        if self._with_axioms.oracle().can(*known_as(self._with_axioms, row)):
            return self._with_axioms
        if self._without is None:
            self._without = Encoding(self._knowledge, complete=True, only=self._names)
        return self._without

    @undisturbed
    def settled(self, row: Mapping[str, FactValue], decisions: Iterable[str]) -> Decisions | None:
        """What all completions of a row say, where they say the same.

        Parameters
        ----------
        row : mapping of str to value
            Facts of the registry; None is unknown.
        decisions : iterable of str
            Of the focus.

        Returns
        -------
        Decisions or None
            Those of one completion, which has the answers of all; None when two completions differ.
        """
        wanted = tuple(decisions)
        encoding = self._encoding(row)
        oracle = encoding.oracle(*self._focus)
        known = known_as(encoding, row)
        model = oracle.model(*known)
        assert model is not None
        one = decide_cone(encoding.row(model), self._knowledge, self._names)
        differ = oracle.can(*known, either(*(self._other(encoding, one, name) for name in wanted)))
        return None if differ else one

    def _other(self, encoding: Encoding, one: Decisions, name: str) -> Formula:
        """That a decision has another answer than for this patient."""
        outcome = one.results[name].outcome
        parts = []
        for option, given in encoding.chain.answers[name].given.items():
            parts.append(negate(given) if option in outcome.options else given)
        for item in self._knowledge.decisions[name].options:
            if item.addition:
                eligible = encoding.chain.options[name][item.id].eligible
                parts.append(negate(eligible) if item.id in outcome.additions else eligible)
        return either(*parts)

    def regions(self, fact: str) -> list[tuple[FactValue, float | None, float | None]]:
        """The values of a fact that the decisions tell apart.

        Parameters
        ----------
        fact : str

        Returns
        -------
        list of (value, low, high)
            For a number one readable value between each two thresholds, and these: `low` belongs to the
            region, `high` to the next one.
        """
        values = self._with_axioms.values
        kind, domain = values.facts[fact].kind, values.facts[fact].domain
        if kind == "bool":
            return [(True, None, None), (False, None, None)]
        if isinstance(domain, tuple):
            return [(word, None, None) for word in domain]
        return [*values.number(fact).regions()]

    @undisturbed
    def possible(
        self, row: Mapping[str, FactValue], fact: str, values: Sequence[FactValue]
    ) -> list[FactValue]:
        """Those values of an unknown fact that some completion has."""
        encoding = self._encoding(row)
        oracle, known = encoding.oracle(), known_as(encoding, row)
        return [value for value in values if oracle.can(*known, encoding.values.equals(fact, value))]

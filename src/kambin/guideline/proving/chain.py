"""The chain of decisions as formulas over one patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import z3

from kambin.guideline.knowledge import Decision, Knowledge
from kambin.guideline.proving.logic import Formula, Pair, negate
from kambin.guideline.proving.patients import View
from kambin.guideline.proving.policies import Answer, Standing, argue, collect, first, standing
from kambin.guideline.proving.support import Supports

__all__ = ["Chain"]


class Chain:
    """Truth of every argument, standing of every option and answer of every decision, as z3 constants.

    Parameters
    ----------
    knowledge : Knowledge
    view : View
    tag : str
        Set before every name; tells two profiles over one patient apart.
    only : collection of str, optional
        The decisions to encode; those they use have to be among them.

    Attributes
    ----------
    structure : list
        Definitions of arguments, standings and the answers of `first` and `collect` decisions.
    weighing : dict of str to list
        Definitions of the answer of each `argue` decision. No later decision reads them, and they are the
        costly part, so a question that is not about them goes without.
    """

    def __init__(
        self, knowledge: Knowledge, view: View, *, tag: str = "", only: Collection[str] | None = None
    ) -> None:
        self.knowledge, self.view, self._tag = knowledge, view, tag
        self.structure: list[Any] = []
        self.weighing: dict[str, list[Any]] = {}
        self.arguments: dict[str, Pair] = {}
        self.options: dict[str, dict[str, Standing]] = {}
        self.answers: dict[str, Answer] = {}
        for decision in knowledge.decisions.values():
            if only is None or decision.id in only:
                self._decide(decision)

    def supports(self, decision_id: str) -> Supports:
        """Support intervals of a decision's options."""
        return Supports(self.knowledge.decisions[decision_id].options, self.arguments)

    def _name(self, name: str, formula: Formula, into: list[Any]) -> Formula:
        """A constant that equals the formula, so that it is encoded once."""
        if isinstance(formula, bool):
            return formula
        constant = z3.Bool(f"{self._tag}{name}")
        into.append(constant == formula)
        return constant

    def _pair(self, name: str, pair: Pair) -> Pair:
        true = self._name(f"{name}:true", pair.true, self.structure)
        if self.view.complete:
            return Pair(true, negate(true))
        return Pair(true, self._name(f"{name}:false", pair.false, self.structure))

    def _decide(self, decision: Decision) -> None:
        for argument in decision.arguments:
            self.arguments[argument.id] = self._pair(argument.id, self.view.pair(argument.condition))
        standings: dict[str, Standing] = {}
        for option in decision.options:
            found = standing([(item.role, self.arguments[item.id]) for item in option.arguments])
            named = (
                self._name(f"{decision.id}.{option.id}:{field}", formula, self.structure)
                for field, formula in zip(Standing._fields, found, strict=True)
            )
            standings[option.id] = Standing(*named)
        self.options[decision.id] = standings
        self.answers[decision.id] = answer = self._answer(decision, standings)
        for option in decision.options:
            name = f"{decision.id}__{option.id}"
            self.view.results[name] = self._pair(name, standings[option.id].result)
        if decision.policy == "first":
            self.view.result_words[decision.id] = {**answer.given, "none": answer.none}

    def _answer(self, decision: Decision, standings: Mapping[str, Standing]) -> Answer:
        if decision.policy == "collect":
            return collect(dict(standings))
        if decision.policy == "first":
            return self._named(decision, first(dict(standings)), self.structure)
        into = self.weighing[decision.id] = []
        rivals = {item.id: standings[item.id] for item in decision.options if not item.addition}
        return self._named(decision, argue(rivals, decision.margin, self.supports(decision.id)), into)

    def _named(self, decision: Decision, answer: Answer, into: list[Any]) -> Answer:
        given = {
            name: self._name(f"{decision.id}.{name}:given", part, into) for name, part in answer.given.items()
        }
        return answer._replace(given=given, none=self._name(f"{decision.id}:none", answer.none, into))

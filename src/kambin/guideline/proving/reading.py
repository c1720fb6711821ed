"""From a model of the solver back to a patient, and the check that the evaluator sees the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import z3

from kambin.case import Fact, FactValue, Range
from kambin.guideline.deciding import DecisionResult
from kambin.guideline.proving.logic import Formula
from kambin.guideline.proving.numbers import readable
from kambin.guideline.proving.patients import Values, View
from kambin.guideline.proving.policies import Answer, Standing

__all__ = ["disagreement", "holds_in", "plain_value", "read_row"]


def holds_in(model: Any, formula: Formula) -> bool:
    """Whether a formula is true in a model; what the model leaves open counts as false."""
    if isinstance(formula, bool):
        return formula
    found = (z3.Ast * 1)()
    context = formula.ctx.ref()
    z3.Z3_model_eval(context, model.model, formula.ast, True, found)
    return bool(z3.Z3_get_bool_value(context, found[0]) == z3.Z3_L_TRUE)


def plain_value(fact: Fact) -> FactValue:
    """Some value of a fact that nobody asked about."""
    if fact.kind == "bool":
        return False
    if isinstance(fact.domain, tuple):
        return fact.domain[0]
    assert isinstance(fact.domain, Range)
    return readable(fact.domain.low, fact.domain.high, whole=fact.kind == "int")


def read_row(view: View, model: Any) -> dict[str, FactValue]:
    """The patient of a model.

    Parameters
    ----------
    view : View
    model : z3.ModelRef

    Returns
    -------
    dict
        Every fact of the registry; what is not known is None. A fact that no condition looked at is given a
        plain value in a complete patient and left unknown in a partial one.
    """
    values = view.values
    row: dict[str, FactValue] = {}
    for name, fact in values.facts.items():
        if not view.complete and not holds_in(model, view.known.get(name, False)):
            row[name] = None
        else:
            row[name] = _value(values, name, fact, model)
    return row


def _value(values: Values, name: str, fact: Fact, model: Any) -> FactValue:
    if name in values.flags:
        return holds_in(model, values.flags[name])
    if name in values.words:
        return next(word for word, literal in values.words[name].items() if holds_in(model, literal))
    if name in values.numbers:
        return values.numbers[name].value(lambda literal: holds_in(model, literal), model)
    return plain_value(fact)


def disagreement(
    model: Any, result: DecisionResult, options: Mapping[str, Standing], answer: Answer | None
) -> str:
    """Where the solver and the evaluator differ on one decision.

    Parameters
    ----------
    model : z3.ModelRef
    result : DecisionResult
        What the evaluator says of the patient of `model`.
    options : mapping of str to Standing
    answer : Answer, optional
        None where the solver was not asked about it.

    Returns
    -------
    str
        Empty when they agree.
    """
    for item in result.options:
        mine = options[item.option.id]
        if not holds_in(model, getattr(mine, item.status.value)):
            return f"{item.option.id} is {item.status} to the evaluator alone"
        if holds_in(model, mine.pending) != bool(item.pending):
            return f"pending vetoes of {item.option.id}"
    if answer is None:
        return ""
    outcome = result.outcome
    if not holds_in(model, answer.kind(outcome.kind)):
        return f"the outcome is {outcome.kind} to the evaluator alone"
    if holds_in(model, answer.provisional) != outcome.provisional:
        return "provisional"
    named = answer.possible if outcome.kind == "undetermined" else answer.given
    mine_given = {name for name, formula in named.items() if holds_in(model, formula)}
    return "" if mine_given == set(outcome.options) else f"{sorted(mine_given)}, not {outcome.options}"

"""A decision as zen-engine's decision model, made from the same conditions.

Three forms, because it is not obvious which one the engine runs best: an expression node that makes one
object of all options, a decision table (hit policy *collect*, one rule per argument, which answers only the
arguments that hold), and the bare expression language without a decision model around it.
"""

from __future__ import annotations

from typing import Any

from kambin.guideline.conditions import And, Compare, Condition, FactIs, In, IsNull, Not, Or, Term
from kambin.guideline.knowledge import WEIGHTS, Argument, Decision, Option, Role

__all__ = ["expression_model", "table_model", "whole_expression"]

_WORDS = {"=": "==", "<>": "!="}


def _number(term: Term) -> str:
    if term.fact is None:
        return repr(term.offset)
    text = term.fact if term.scale == 1 else f"{term.fact} * {term.scale!r}"
    return text if term.offset == 0 else f"{text} + {term.offset!r}"


def zen_of(condition: Condition) -> str:
    """A condition over known facts in ZEN's expression language."""
    match condition:
        case FactIs(fact):
            return fact
        case In(fact, words):
            if len(words) == 1:
                return f"({fact} == {words[0]!r})"
            return f"({fact} in [{', '.join(map(repr, words))}])"
        case Compare(op, left, right):
            return f"({_number(left)} {_WORDS.get(op, op)} {_number(right)})"
        case Not(part):
            return f"not ({zen_of(part)})"
        case And(parts) | Or(parts):
            if not parts:
                return "true" if isinstance(condition, And) else "false"
            word = " and " if isinstance(condition, And) else " or "
            return f"({word.join(map(zen_of, parts))})"
        case IsNull():
            return "false"


def _of(option: Option, *roles: Role) -> list[Argument]:
    return [argument for argument in option.arguments if argument.role in roles]


def _status(option: Option) -> str:
    text = "'eligible'"
    lacking = [f"not ({zen_of(item.condition)})" for item in _of(option, "require")]
    ways = [zen_of(item.condition) for item in _of(option, "any")]
    if ways:
        lacking.append(f"not ({' or '.join(ways)})")
    if lacking:
        text = f"(({' or '.join(lacking)}) ? 'not_indicated' : {text})"
    out = [zen_of(item.condition) for item in _of(option, "exclude", "veto")]
    return f"(({' or '.join(out)}) ? 'excluded' : {text})" if out else text


def _support(option: Option) -> str:
    text = "0"
    for item in _of(option, "for", "against"):
        sign = "+" if item.role == "for" else "-"
        text += f" {sign} ({zen_of(item.condition)} ? {WEIGHTS[item.strength]} : 0)"
    return text


def whole_expression(decision: Decision) -> str:
    """One object: ``<option>`` its status, ``<option>__support`` its support."""
    parts = [f"{option.id}: {_status(option)}" for option in decision.options]
    parts += [f"{option.id}__support: {_support(option)}" for option in decision.options]
    return "{" + ", ".join(parts) + "}"


def _graph(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    ends = {"position": {"x": 0, "y": 0}}
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", **ends},
            {"id": "rules", "type": kind, "name": "rules", "content": content, **ends},
            {"id": "out", "type": "outputNode", "name": "out", **ends},
        ],
        "edges": [
            {"id": "e1", "sourceId": "in", "targetId": "rules", "type": "edge"},
            {"id": "e2", "sourceId": "rules", "targetId": "out", "type": "edge"},
        ],
    }


def expression_model(decision: Decision) -> dict[str, Any]:
    """Decision model that answers ``{"options": ...}``, see `whole_expression`."""
    expression = {"id": "options", "key": "options", "value": whole_expression(decision)}
    return _graph("expressionNode", {"expressions": [expression]})


def table_model(decision: Decision) -> dict[str, Any]:
    """Decision model that answers the arguments that hold: ``[{"argument": ...}, ...]``."""
    rules = [
        {"_id": item.id, "when": zen_of(item.condition), "argument": repr(item.id)}
        for item in decision.arguments
    ]
    inputs = [{"id": "when", "name": "when", "type": "expression"}]
    outputs = [{"id": "argument", "name": "argument", "field": "argument", "type": "expression"}]
    content = {"hitPolicy": "collect", "inputs": inputs, "outputs": outputs, "rules": rules}
    return _graph("decisionTableNode", content)

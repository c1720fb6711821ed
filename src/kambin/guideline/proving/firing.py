"""No dead rule: every argument can be true and false, every option can be eligible, every row can fire.

One patient often shows many of these at once, so each that the solver finds is decided by the evaluator and
ticks off all that it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kambin.guideline.deciding import Decisions, Status
from kambin.guideline.knowledge import Decision, Option, Theorem
from kambin.guideline.proving.axioms import why_impossible
from kambin.guideline.proving.logic import Formula, negate
from kambin.guideline.proving.report import ProofKind, ProofResult
from kambin.guideline.proving.setting import Setting, Timer

__all__ = ["prove_firing"]

_Key = tuple[str, ...]


class _Goal(NamedTuple):
    """Something that some complete patient has to show."""

    kind: ProofKind
    id: str
    statement: str
    formula: Formula
    where: str
    exempt: str


def prove_firing(setting: Setting) -> Iterator[ProofResult]:
    """Find for each argument a patient of whom it is true and one of whom it is false, and so on."""
    shown: set[_Key] = set()
    for key, goal in _goals(setting):
        timer = Timer()
        if key not in shown and not goal.exempt:
            model = setting.complete.oracle().model(goal.formula)
            if model is not None:
                shown |= _shows(setting.witness(setting.complete, model)[1])
        ok = key in shown or bool(goal.exempt)
        note = goal.exempt
        if not ok:
            note = why_impossible(setting.complete, setting.obligations.axioms, [goal.formula])
        yield timer.result(goal.id, goal.kind, goal.statement, ok, where=goal.where, note=note)


def _goals(setting: Setting) -> Iterator[tuple[_Key, _Goal]]:
    chain = setting.complete.chain
    for decision in setting.knowledge.decisions.values():
        for option in decision.options:
            never = _never(setting, decision, option)
            for item in option.arguments:
                pair = chain.arguments[item.id]
                for word, formula in (("true", pair.true), ("false", pair.false)):
                    text = f"some patient: {item.id} is {word} ({item.when})"
                    yield (item.id, word), _Goal("fires", item.id, text, formula, item.where, never)
            name = f"{decision.id}.{option.id}"
            formula = chain.options[decision.id][option.id].eligible
            goal = _Goal("eligible", name, f"some patient: {name} is eligible", formula, option.where, never)
            yield (name, "eligible"), goal
            if decision.policy == "first":
                fired = chain.answers[decision.id].given[option.id]
                text = f"some patient: the row {option.id} of {decision.id} fires"
                yield (name, "fired"), _Goal("eligible", name, text, fired, option.where, never)


def _never(setting: Setting, decision: Decision, option: Option) -> str:
    """The theorem that this option is never eligible, whoever the patient is; or nothing."""
    for theorem in setting.obligations.theorems:
        then = theorem.then
        if theorem.possible or theorem.decision != decision.id or then.get("option") != option.id:
            continue
        if Status.ELIGIBLE.value not in then.get("status", [Status.ELIGIBLE.value]) and _everyone(
            setting, theorem
        ):
            return f"never, by {theorem.id}"
    return ""


def _everyone(setting: Setting, theorem: Theorem) -> bool:
    given = setting.complete.view.pair(theorem.given).true
    return setting.complete.oracle().model(negate(given)) is None


def _shows(decided: Decisions) -> set[_Key]:
    shown: set[_Key] = set()
    for name, result in decided.results.items():
        for option in result.options:
            shown.update((item.argument.id, str(item.truth).lower()) for item in option.arguments)
            if option.status is Status.ELIGIBLE:
                shown.add((f"{name}.{option.option.id}", "eligible"))
        if result.outcome.kind == "fired":
            shown.add((f"{name}.{result.outcome.options[0]}", "fired"))
    return shown

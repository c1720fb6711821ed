"""A robust answer is not overturned, whatever is learned later: proved in four steps (ADR 0006).

1. No rule asks whether a fact is unknown, so by Kleene's tables what is true or false of a patient stays so.
2. Per option: if that is so of its arguments, what is settled of its status and support stays settled.
3. Per decision: if that is so of its options, a settled answer stays.
4. Results of decisions are facts of later ones and only become settled; so the steps repeat down the chain.

Steps 2 and 3 are the lemmas of :mod:`kambin.guideline.proving.lemmas`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kambin.guideline.conditions import uses_null_test
from kambin.guideline.knowledge import WEIGHTS, Decision
from kambin.guideline.proving.lemmas import answer_is_stable, status_is_stable, support_is_stable
from kambin.guideline.proving.logic import both, either, negate
from kambin.guideline.proving.report import ProofResult
from kambin.guideline.proving.setting import Setting, Timer

__all__ = ["prove_robust", "prove_unknown_excludes"]


def prove_unknown_excludes(setting: Setting) -> Iterator[ProofResult]:
    """Prove of each option that it is never eligible while one of its excludes is unknown."""
    encoding = setting.partial
    for decision in setting.knowledge.decisions.values():
        for option in decision.options:
            excludes = [item for item in option.arguments if item.role == "exclude"]
            if not excludes:
                continue
            timer = Timer()
            pairs = [encoding.chain.arguments[item.id] for item in excludes]
            unknown = either(*(both(negate(pair.true), negate(pair.false)) for pair in pairs))
            eligible = encoding.chain.options[decision.id][option.id].eligible
            model = encoding.oracle().model(eligible, unknown)
            name = f"{decision.id}.{option.id}"
            text = f"{name} is never eligible while one of its {len(excludes)} excludes is unknown"
            yield timer.result(name, "unknown_exclude", text, model is None, where=option.where)


def prove_robust(setting: Setting) -> Iterator[ProofResult]:
    """Prove of each decision that no completion of the unknowns overturns a robust answer."""
    for decision in setting.knowledge.decisions.values():
        timer = Timer()
        fault = _fault(decision)
        text = (
            f"a settled answer of {decision.id} stays whatever is learned;"
            " a provisional one is taken away by its named vetoes alone"
        )
        yield timer.result(decision.id, "robust", text, not fault, where=decision.where, note=fault)


def _fault(decision: Decision) -> str:
    for item in decision.arguments:
        if uses_null_test(item.condition):
            return f"{item.id} asks whether a fact is unknown ({item.where})"
    for option in decision.options:
        deciding = [item for item in option.arguments if item.role not in ("for", "against")]
        weighing = [item for item in option.arguments if item.role in ("for", "against")]
        if not status_is_stable(tuple(sorted(item.role for item in deciding))):
            return f"{option.id}: its status is taken back by learning a fact"
        if not all(support_is_stable(item.role, WEIGHTS[item.strength]) for item in weighing):
            return f"{option.id}: its support is taken back by learning a fact"
    rivals = sum(not option.addition for option in decision.options)
    # a counterexample among many rivals is one among three of them as well (ADR 0006)
    sizes = range(1, min(rivals, 3) + 1) if decision.policy == "argue" else (rivals,)
    if not all(answer_is_stable(decision.policy, size, decision.margin) for size in sizes):
        return f"the policy {decision.policy} takes an answer back"
    return ""

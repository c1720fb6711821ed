"""With all facts known someone is always served: no row without an answer, no treatment without an option."""

from __future__ import annotations

from collections.abc import Iterator

from kambin.case import FactValue
from kambin.errors import IntegrityError
from kambin.guideline.compiling import compile_truths
from kambin.guideline.deciding import decide
from kambin.guideline.knowledge import Decision
from kambin.guideline.proving.cone import asked_of, cone, decide_cone
from kambin.guideline.proving.logic import Formula, either, negate
from kambin.guideline.proving.report import Patient, ProofResult
from kambin.guideline.proving.setting import Setting, Timer, tell
from kambin.guideline.proving.shrinking import patient, shrink
from kambin.guideline.proving.unserved import Unserved

__all__ = ["prove_served"]


def prove_served(setting: Setting) -> Iterator[ProofResult]:
    """Prove of each `first` and `argue` decision that no complete patient is left without an answer.

    Apart from those whom the setting allows, each of whom has to exist.
    """
    for decision in setting.knowledge.decisions.values():
        if decision.policy != "collect":
            mine = [item for item in setting.unserved if item.decision == decision.id]
            yield _served(setting, decision, mine)
            yield from (_stale(setting, decision, item) for item in mine)


def _describes(setting: Setting, item: Unserved) -> Formula:
    return True if item.condition is None else setting.complete.view.pair(item.condition).true


def _without(setting: Setting, decision: Decision) -> Formula:
    answer = setting.complete.chain.answers[decision.id]
    return either(answer.none, answer.undetermined)


def _stale(setting: Setting, decision: Decision, item: Unserved) -> ProofResult:
    timer, oracle = Timer(), setting.complete.oracle(decision.id)
    exists = oracle.model(_without(setting, decision), _describes(setting, item)) is not None
    text = (
        f"{decision.id} may end without an answer{f' when {item.when}' if item.when else ''}: {item.reason}"
    )
    note = "" if exists else "that never happens: take it out of may_be_none.yaml"
    return timer.result(decision.id, "served", text, exists, where=item.where, note=note)


def _served(setting: Setting, decision: Decision, allowed: list[Unserved]) -> ProofResult:
    timer, encoding = Timer(), setting.complete
    others = negate(either(*(_describes(setting, item) for item in allowed)))
    model = encoding.oracle(decision.id).model(_without(setting, decision), others)
    found = None
    if model is not None:
        row, decided = setting.witness(encoding, model, (decision.id,))
        if decided.results[decision.id].outcome.kind not in ("none", "undetermined"):
            raise IntegrityError(f"{decision.id}: the evaluator does not see the counterexample")
        found = _unserved(setting, decision, row, allowed)
    return timer.result(
        decision.id,
        "served",
        f"with all facts known {decision.id} always has an answer",
        model is None,
        counterexample=found,
        where=decision.where,
        note="; ".join(f"except when {item.when or 'no option fits'}" for item in allowed),
    )


def _unserved(
    setting: Setting, decision: Decision, row: dict[str, FactValue], allowed: list[Unserved]
) -> Patient:
    asked = (asked_of(item.condition, setting.knowledge) for item in allowed if item.condition is not None)
    names = cone(setting.knowledge, {decision.id}.union(*asked))
    exempt = compile_truths([item.condition for item in allowed if item.condition is not None])

    def shows(trial: dict[str, FactValue]) -> bool:
        """Whether nobody serves this patient, who is not exempt."""
        decided = decide_cone(trial, setting.knowledge, names)
        kind = decided.results[decision.id].outcome.kind
        return kind == "none" and all(truth is False for truth in exempt(decided.row))

    small = shrink(row, shows)
    says = tell(decide(row, setting.knowledge).results[decision.id])
    return patient(small, setting.knowledge.facts, complete=True, says=says)

"""Invariants and theorems: of every patient, complete or partial, or of some complete one."""

from __future__ import annotations

from collections.abc import Iterator

from kambin.case import FactValue
from kambin.errors import IntegrityError
from kambin.guideline.compiling import compile_truth
from kambin.guideline.conditions import facts_of
from kambin.guideline.deciding import Decisions, decide
from kambin.guideline.knowledge import Knowledge, Theorem
from kambin.guideline.proving.axioms import keeps_axioms, why_impossible
from kambin.guideline.proving.claims import Claim, read_claim
from kambin.guideline.proving.cone import asked_of, cone, decide_cone
from kambin.guideline.proving.logic import negate
from kambin.guideline.proving.report import Patient, ProofResult
from kambin.guideline.proving.setting import Setting, Timer, tell
from kambin.guideline.proving.shrinking import patient, shrink

__all__ = ["looked_at", "prove_theorems", "violates"]


def prove_theorems(setting: Setting) -> Iterator[ProofResult]:
    """Prove every theorem and invariant of the obligations."""
    for theorem in setting.obligations.theorems:
        timer = Timer()
        claim = read_claim(theorem, setting.knowledge)
        yield (_possible if theorem.possible else _universal)(setting, theorem, claim, timer)


def _statement(theorem: Theorem, claim: Claim) -> str:
    head = "some patient:" if theorem.possible else "always:"
    said = f" — {theorem.say}" if theorem.say else ""
    return f"{head} when {theorem.given_text}, then {claim.says}{said}"


def _universal(setting: Setting, theorem: Theorem, claim: Claim, timer: Timer) -> ProofResult:
    encoding = setting.partial
    argued = (theorem.decision,) if claim.weighs else ()
    given = encoding.view.pair(theorem.given).true
    model = encoding.oracle(*argued).model(given, negate(claim.formula(encoding.chain)))
    found: Patient | None = None
    if model is not None:
        row, decided = setting.witness(encoding, model, argued)
        if not violates(theorem, claim, decided):
            raise IntegrityError(f"{theorem.id}: the evaluator does not see the counterexample", why=str(row))
        found = _readable(setting, theorem, claim, row)
    return timer.result(
        theorem.id,
        theorem.kind,
        _statement(theorem, claim),
        model is None,
        counterexample=found,
        where=theorem.where,
    )


def violates(theorem: Theorem, claim: Claim, decided: Decisions) -> bool:
    """Whether a patient breaks a universal theorem, as the evaluator sees it."""
    return compile_truth(theorem.given)(decided.row) is True and not claim.holds(decided)


def looked_at(theorem: Theorem, claim: Claim, knowledge: Knowledge) -> tuple[str, ...]:
    """The decisions that a theorem is about, with all that they use."""
    return cone(knowledge, {*claim.decisions, *asked_of(theorem.given, knowledge)})


def _readable(setting: Setting, theorem: Theorem, claim: Claim, row: dict[str, FactValue]) -> Patient:
    names = looked_at(theorem, claim, setting.knowledge)

    def shows(trial: dict[str, FactValue]) -> bool:
        """Whether this patient still violates the theorem."""
        return violates(theorem, claim, decide_cone(trial, setting.knowledge, names))

    allowed = keeps_axioms(setting.obligations.axioms, hidden_only=True)
    small = shrink(row, lambda trial: shows(trial) and allowed(trial))
    decided = decide(small, setting.knowledge)
    missing = decided.results[theorem.decision].missing
    unknown = dict.fromkeys((*facts_of(theorem.given), *missing))
    return patient(
        small,
        setting.knowledge.facts,
        unknown=[name for name in unknown if small.get(name, "") is None],
        says=tell(decided.results[theorem.decision]),
    )


def _possible(setting: Setting, theorem: Theorem, claim: Claim, timer: Timer) -> ProofResult:
    encoding = setting.complete
    argued = (theorem.decision,) if claim.weighs else ()
    wanted = (encoding.view.pair(theorem.given).true, claim.formula(encoding.chain))
    model = encoding.oracle(*argued).model(*wanted)
    note = ""
    if model is None:
        note = why_impossible(encoding, setting.obligations.axioms, wanted, argued)
    else:
        _, decided = setting.witness(encoding, model, argued)
        if compile_truth(theorem.given)(decided.row) is not True or not claim.holds(decided):
            raise IntegrityError(f"{theorem.id}: the evaluator does not see the witness")
    return timer.result(
        theorem.id,
        theorem.kind,
        _statement(theorem, claim),
        model is not None,
        where=theorem.where,
        note=note,
    )

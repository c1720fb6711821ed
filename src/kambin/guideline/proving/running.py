"""All obligations of one knowledge, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from kambin import evidence
from kambin.errors import IntegrityError
from kambin.guideline.knowledge import Knowledge
from kambin.guideline.obligations import Obligations, check_sources
from kambin.guideline.proving.firing import prove_firing
from kambin.guideline.proving.report import ProofReport, ProofResult
from kambin.guideline.proving.serving import prove_served
from kambin.guideline.proving.setting import Setting, Timer
from kambin.guideline.proving.stability import prove_robust, prove_unknown_excludes
from kambin.guideline.proving.theorems import prove_theorems
from kambin.guideline.proving.tightening import prove_tightening
from kambin.guideline.proving.unserved import read_unserved

__all__ = ["run"]


def run(knowledge: Knowledge, obligations: Obligations, base: Knowledge | None) -> ProofReport:
    """Prove everything; see :func:`kambin.guideline.proving.prove`."""
    start = perf_counter()
    results = tuple(_all(knowledge, obligations, base))
    return ProofReport(knowledge.profile, knowledge.content_hash, results, perf_counter() - start)


def _all(knowledge: Knowledge, obligations: Obligations, base: Knowledge | None) -> Iterator[ProofResult]:
    setting = Setting(knowledge, obligations, read_unserved(knowledge))
    yield _sources(knowledge)
    if knowledge.profile.split("+")[0] == "source":
        yield from _claims(obligations)
    yield from prove_firing(setting)
    yield from prove_served(setting)
    yield from prove_unknown_excludes(setting)
    yield from prove_robust(setting)
    yield from prove_theorems(setting)
    if base is not None:
        yield from prove_tightening(knowledge, base, obligations.axioms)


def _sources(knowledge: Knowledge) -> ProofResult:
    timer, note, where = Timer(), "", ""
    try:
        check_sources(knowledge)
    except IntegrityError as error:
        note, where = error.what, error.where
    text = "every claim, statement and conflict that is named exists and may drive a rule"
    return timer.result("sources", "sources", text, not note, note=note, where=where)


def _claims(obligations: Obligations) -> Iterator[ProofResult]:
    """Each `rule` claim of the two documents is a theorem of the profile `source`."""
    covered: dict[str, list[str]] = {}
    for theorem in obligations.theorems:
        covered.setdefault(theorem.claim, []).append(theorem.id)
    for claim in evidence.claims():
        if claim.kind == "rule":
            names = covered.get(claim.id, [])
            note = ", ".join(names) if names else "no theorem names this claim"
            text = f"the claim is stated as a theorem: {claim.text}"
            yield Timer().result(claim.id, "claim", text, bool(names), note=note)

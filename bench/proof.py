"""Proving everything that both profiles owe."""

from __future__ import annotations

from bench.row import AnswersDiffer, Row, at_most
from bench.timing import seconds_of
from kambin.guideline import PROFILES, load_knowledge
from kambin.guideline.obligations import load_obligations
from kambin.guideline.proving import ProofReport, prove

__all__ = ["rows"]


def rows(quick: bool) -> list[Row]:
    """Every obligation of every profile, read and proved; once, or the best of three."""
    reports: list[ProofReport] = []

    def work() -> None:
        reports.clear()
        for profile in PROFILES:
            knowledge = load_knowledge(profile)
            reports.append(prove(knowledge, load_obligations(knowledge)))

    best = min(seconds_of(work) for _ in range(1 if quick else 3))
    failed = [f"{report.profile}: {item.id}" for report in reports for item in report.failed]
    if failed:
        raise AnswersDiffer(f"not proved: {', '.join(failed[:5])}")
    count = sum(len(report.results) for report in reports)
    what = f"proof of everything, profiles {' and '.join(PROFILES)}"
    return [at_most("proof", what, best, 10, "s", f"{count} obligations, all proved")]

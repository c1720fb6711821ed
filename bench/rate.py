"""Patients per second of the per-patient evaluators: the whole chain, with and without arguments."""

from __future__ import annotations

from bench.patients import partial_rows
from bench.row import AnswersDiffer, Row, at_least
from bench.timing import race
from kambin.case import FactRow
from kambin.guideline import decide, load_knowledge
from kambin.guideline.fast import compile_fast_chain

__all__ = ["rows"]


def rows(quick: bool) -> list[Row]:
    """Random partial patients, a third of the facts unknown."""
    knowledge = load_knowledge("current")
    patients: list[FactRow] = list(partial_rows(knowledge, 40 if quick else 500, 0.33))
    fast = compile_fast_chain(knowledge)
    for row in patients:
        results = decide(row, knowledge).results
        if any(found.outcome != results[name].outcome for name, found in fast(row).items()):
            raise AnswersDiffer("the bulk evaluator gives another outcome")
    slow_s, fast_s = race(
        [(lambda row: decide(row, knowledge), patients), (fast, patients)], 2 if quick else 8
    )
    what = "whole guideline, one process"
    return [
        at_least("rate", f"{what}, every argument kept", 1 / slow_s, None, "patients/s"),
        at_least("rate-fast", f"{what}, status, support and outcome", 1 / fast_s, None, "patients/s"),
    ]

"""One patient, warm: problem disc, facts, the whole chain of decisions, and every explanation."""

from __future__ import annotations

from functools import partial

from bench.patients import example_cases
from bench.row import Row, at_most
from bench.timing import percentile, seconds_of
from kambin.case import Case
from kambin.guideline import Knowledge, load_knowledge
from kambin.guideline.explaining import DecisionDoc, explain_all
from kambin.pathway import answer

__all__ = ["explained", "rows"]


def explained(case: Case, knowledge: Knowledge) -> list[DecisionDoc]:
    """What is measured."""
    return explain_all(answer(case, knowledge).decisions)


def rows(quick: bool) -> list[Row]:
    """Median and 99th percentile over the example cases in turn."""
    knowledge = load_knowledge("current")
    cases = example_cases()
    for case in cases:  # the first time, evaluators are generated
        explained(case, knowledge)
    rounds = 1 if quick else -(-2000 // len(cases))
    times = [seconds_of(partial(explained, case, knowledge)) for _ in range(rounds) for case in cases]
    p99, median = (percentile(times, share) * 1000 for share in (0.99, 0.5))
    what = "explained decision, whole chain, one patient, warm: 99th percentile"
    note = f"median {median:.2f} ms, best {min(times) * 1000:.2f} ms; {len(times)} calls, {len(cases)} cases"
    return [at_most("chain", what, p99, 5, "ms", note)]

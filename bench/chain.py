"""One patient, warm: problem disc, facts, the whole chain of decisions, and every explanation.

The example cases come again and again, which would flatter whatever remembers patients. Beside them synthetic
patients are decided and explained who each come once.
"""

from __future__ import annotations

import gc
import time
from functools import partial
from typing import Any

from bench.patients import example_cases
from bench.row import Row, at_most
from bench.timing import percentile, seconds_of
from kambin.case import Case
from kambin.guideline import Knowledge, decide, load_knowledge
from kambin.guideline.explaining import DecisionDoc, explain_all
from kambin.guideline.synthetic import synthetic_rows
from kambin.pathway import answer

__all__ = ["explained", "rows"]

WARM = 5  # times that each case comes before the clock runs: what is used often gets an evaluator of its own


def explained(case: Case, knowledge: Knowledge) -> list[DecisionDoc]:
    """What is measured."""
    return explain_all(answer(case, knowledge).decisions)


def _strangers(rows: list[dict[str, Any]], knowledge: Knowledge) -> list[float]:
    """Milliseconds for each of these patients, of whom the first half warms up."""
    found = []
    for row in rows:
        found.append(seconds_of(lambda row=row: explain_all(decide(row, knowledge))) * 1000)  # type: ignore[misc]
    return found[len(rows) // 2 :]


def rows(quick: bool) -> list[Row]:
    """Median and 99th percentile over the example cases in turn."""
    knowledge = load_knowledge("current")
    cases = example_cases()
    for case in cases * WARM:
        explained(case, knowledge)
    patients = synthetic_rows(400 if quick else 4000, seed=1)
    gc.collect()
    gc.freeze()  # as a service does once it is warm: what stays for good is not searched for garbage again
    rounds = 1 if quick else -(-2000 // len(cases))
    walls, own = [], []
    for case in cases * rounds:
        began = time.process_time()
        walls.append(seconds_of(partial(explained, case, knowledge)) * 1000)
        own.append((time.process_time() - began) * 1000)
    strangers = _strangers(patients, knowledge)
    gc.unfreeze()
    what = "explained decision, whole chain, one patient, warm: 99th percentile"
    note = (
        f"median {percentile(walls, 0.5):.2f} ms, best {min(walls):.2f} ms; {len(walls)} calls, "
        f"{len(cases)} cases, what is loaded for good frozen for the garbage collector; "
        f"processor time, which other work on the machine delays less: median {percentile(own, 0.5):.2f} ms, "
        f"99th percentile {percentile(own, 0.99):.2f} ms"
    )
    once = "the same without the problem disc, patients who each come once: 99th percentile"
    note_once = f"median {percentile(strangers, 0.5):.2f} ms, {len(strangers)} synthetic patients"
    return [
        at_most("chain", what, percentile(walls, 0.99), 5, "ms", note),
        at_most("chain", once, percentile(strangers, 0.99), None, "ms", note_once),
    ]

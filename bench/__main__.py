"""``python -m bench [--quick] [--row ID]``: measure, print, write ``build/bench.json``; rows named: those."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from bench import (
    access,
    access_plan,
    anatomy,
    carm,
    chain,
    delegated,
    gate,
    handover,
    proof,
    rate,
    startup,
    walk,
    zen_race,
)
from bench.row import AnswersDiffer, Row, not_measured

__all__ = ["MEASURES", "Run", "main", "measure"]

OUT = Path("build/bench.json")

MEASURES: Mapping[str, Callable[[bool], list[Row]]] = {
    "chain": chain.rows,
    "carm": carm.rows,
    "plan": access_plan.rows,
    "rays": access.rays,
    "fields": access.clearance_error,
    "certificates": access.certificates,
    "corridors": access.scenes,
    "bone": access.bone,
    "scan": access.scan_size,
    "cold": startup.cold,
    "help": startup.helped,
    "proof": proof.rows,
    "zen": zen_race.rows,
    "rate": rate.rows,
    "tables": delegated.tables,
    "coverage": delegated.coverage,
    "spine": anatomy.rows,
    "hostile": gate.rows,
    "handover": handover.rows,
    "walk": walk.rows,
}

_MARKS = {True: "met", False: "MISSED", None: ""}


class Run(TypedDict):
    """What one measure gave, and how the machine was when it began."""

    pace: float
    load: float | None
    quick: bool
    rows: list[Row]


def measure(names: Sequence[str], quick: bool) -> tuple[dict[str, Run], bool]:
    """What each measure gave, and whether every answer was the one it was checked against."""
    runs: dict[str, Run] = {}
    right = True
    for name in names:
        print(f"  … {name}", file=sys.stderr, flush=True)
        runs[name] = {"pace": pace(), "load": load(), "quick": quick, "rows": []}
        try:
            runs[name]["rows"] = MEASURES[name](quick)
        except AnswersDiffer as error:
            runs[name]["rows"] = [
                {**not_measured(name, "its answers are wrong", "", str(error)), "met": False}
            ]
            right = False
    return runs, right


def load() -> float | None:
    """How many processes wanted to run over the last minute, this one included.

    With more of them than cores, figures in wall-clock time are too high.
    """
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def pace() -> float:
    """Million turns a second of one plain Python loop: the best of three.

    The same machine is not the same every day, least of all a shared one. Beside this number, figures of two
    days can be compared.
    """
    best = math.inf
    for _ in range(3):
        began, total = time.perf_counter(), 0
        for turn in range(1_000_000):
            total += turn * turn
        best = min(best, time.perf_counter() - began)
    return round(1 / best, 1)


def machine(runs: Mapping[str, Run]) -> dict[str, object]:
    """What the figures depend on, as far as it can be told without naming the machine.

    `load` and `pace` are the least and the most that a measure began with.
    """
    loads = [run["load"] for run in runs.values() if run["load"] is not None]
    paces = [run["pace"] for run in runs.values()]
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "processor": platform.machine(),
        "load": _span(loads),
        "pace": f"{_span(paces)} million plain loop turns a second",
    }


def _span(values: Sequence[float]) -> str:
    if not values:
        return "unknown"
    least, most = min(values), max(values)
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"


def lines(rows: Sequence[Row]) -> list[str]:
    """The table for a person: the target beside what was measured, the details below."""
    width = max((len(row["measured"]) for row in rows), default=0)
    goal = max((len(row["target"]) for row in rows), default=0)
    found = []
    for row in rows:
        mark = _MARKS[row["met"]]
        found.append(f"{row['measured']:>{width}}  {row['target']:<{goal}}  {mark:<6}  {row['what']}")
        if row["note"]:
            found.append(" " * (width + goal + 12) + row["note"])
    return found


def kept(out: Path, fresh: Mapping[str, Run]) -> dict[str, Run]:
    """The runs of now, and of those that an earlier run left in the file the ones that were not repeated."""
    try:
        before = json.loads(out.read_text(encoding="utf-8"))["runs"]
    except (OSError, ValueError, KeyError):
        before = {}
    return {name: run for name in MEASURES if (run := fresh.get(name, before.get(name))) is not None}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 only when answers differ; a target that is missed is reported, not hidden."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repetitions: does it run, not how fast")
    parser.add_argument(
        "--row", action="append", choices=MEASURES, help="only this, the file's others are kept; repeatable"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="where the JSON goes")
    given = parser.parse_args(arguments)
    runs, right = measure(given.row or list(MEASURES), given.quick)
    print("\n".join(lines([row for run in runs.values() for row in run["rows"]])))
    if given.row:
        runs = kept(given.out, runs)
    document = {
        "machine": machine(runs),
        "quick": any(run["quick"] for run in runs.values()),
        "rows": [row for run in runs.values() for row in run["rows"]],
        "runs": runs,
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())

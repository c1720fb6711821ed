"""``python -m bench [--quick] [--row ID]``: print the table, write ``build/bench.json``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench import (
    access,
    access_plan,
    anatomy,
    carm,
    chain,
    delegated,
    handover,
    proof,
    rate,
    startup,
    walk,
    zen_race,
)
from bench.row import AnswersDiffer, Row, not_measured

__all__ = ["MEASURES", "main", "measure"]

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
    "handover": handover.rows,
    "walk": walk.rows,
}

_MARKS = {True: "met", False: "MISSED", None: ""}


def measure(names: Sequence[str], quick: bool) -> tuple[list[Row], bool]:
    """All rows, and whether every answer was the one it was checked against."""
    rows: list[Row] = []
    right = True
    for name in names:
        print(f"  … {name}", file=sys.stderr, flush=True)
        try:
            rows += MEASURES[name](quick)
        except AnswersDiffer as error:
            rows.append({**not_measured(name, "its answers are wrong", "", str(error)), "met": False})
            right = False
    return rows, right


def machine() -> dict[str, object]:
    """What the figures depend on, as far as it can be told without naming the machine.

    `load` is how many processes wanted to run over the last minute, this one included: with more of them than
    cores, figures in wall-clock time are too high.
    """
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "processor": platform.machine(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 only when answers differ; a target that is missed is reported, not hidden."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repetitions: does it run, not how fast")
    parser.add_argument("--row", action="append", choices=MEASURES, help="only this; repeatable")
    parser.add_argument("--out", type=Path, default=OUT, help="where the JSON goes")
    given = parser.parse_args(arguments)
    rows, right = measure(given.row or list(MEASURES), given.quick)
    print("\n".join(lines(rows)))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": machine(), "quick": given.quick, "rows": rows}
    given.out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())

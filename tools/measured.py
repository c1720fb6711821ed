"""Print what was measured as Markdown, from the files that the measurements leave in ``build/``.

``make test`` and then ``make bench`` write ``bench.json``, ``kambin guideline mutate --json`` writes the
``mutation-*.json``. What was not measured is said to be so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
MARK = {True: "met", False: "**missed**", None: "not measured"}


def _read(name: str) -> Any:
    file = BUILD / name
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def bench_lines() -> list[str]:
    """Rows of the benchmark with the machine they were measured on."""
    found = _read("bench.json")
    if found is None:
        return ["Not measured here: run `make bench`."]
    machine = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
    lines = [
        f"Machine: {machine}.",
        "",
        "| id | what | target | measured | | note |",
        "|---|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        cells = [
            row["id"],
            row["what"],
            row["target"],
            row["measured"],
            MARK[row["met"]] if row["target"] else "",
            row.get("note", ""),
        ]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return lines


def mutation_lines() -> list[str]:
    """Score of the mutation check per profile."""
    lines = [
        "| profile | mutants | caught | equivalent | survive | score | target | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for profile in ("current", "source"):
        found = _read(f"mutation-{profile}.json")
        if found is None:
            lines.append(f"| {profile} | | | | | not measured | at least 99 % | |")
            continue
        caught, equivalent = found["caught_by_test"] + found["caught_by_proof"], len(found["equivalent"])
        score = 100 * caught / (found["total"] - equivalent)
        counts = [found["total"], caught, equivalent, len(found["survivors"])]
        cells = [profile, *counts, f"{score:.2f} %", "at least 99 %"]
        lines.append("| " + " | ".join(map(str, cells)) + f" | {MARK[score >= 99]} |")
    return lines


if __name__ == "__main__":
    print("\n".join([*bench_lines(), "", *mutation_lines()]))

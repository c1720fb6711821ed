"""Print what was measured as Markdown, from the files that the measurements leave in ``build/``.

``python tools/measured.py [anatomy | access | plan]``: the targets of that section of ``targets.yaml``;
without a section every other row of the benchmark, and the mutation check. ``make bench`` writes
``bench.json``, ``make validate`` writes ``anatomy.json``, ``circles.json`` and ``fuzz.json``,
``tools/nerve_errors.py`` writes ``nerves.json``, ``kambin guideline mutate --json`` writes the
``mutation-*.json``. What was not measured is said to be so.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
TARGETS = Path(__file__).with_name("targets.yaml")
MARK = {True: "met", False: "**missed**", None: ""}
HEAD = ["| what | target | measured | | note |", "|---|---|---|---|---|"]


def _read(name: str) -> Any:
    file = BUILD / name
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def _line(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |"


def targets() -> dict[str, list[dict[str, Any]]]:
    """Section → its targets."""
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(TARGETS.read_text(encoding="utf-8"))
    return found


def _of(row: dict[str, Any], entry: dict[str, Any]) -> bool:
    """Whether a row of the benchmark belongs to a target: by its id, or by the first word of it."""
    return any(row["id"] == one or row["id"].startswith(f"{one} ") for one in entry.get("bench", ()))


def _bench() -> list[dict[str, Any]]:
    found = _read("bench.json")
    return [] if found is None else list(found["rows"])


def _mark(row: dict[str, Any]) -> str:
    return "not measured" if row["value"] is None and row["met"] is None else MARK[row["met"]]


def _lines_of(entry: dict[str, Any]) -> list[str]:
    """Every row that measures one target, or one row that says that none does."""
    what, goal, see = entry["what"], entry["target"], f"`{entry['see']}`"
    if "tests" in entry:
        there = sorted({path for pattern in entry["tests"] for path in ROOT.glob(pattern)})
        if not there:
            return [_line(what, goal, "not measured", "", see)]
        held = ", ".join(f"`{path.relative_to(ROOT)}`" for path in there)
        short = f"; {entry['short']}" if "short" in entry else ""
        return [_line(what, goal, "in part by a test" if short else "by a test", "", f"{held}; {see}{short}")]
    if "population" in entry:
        return _population_lines(entry)
    if "record" in entry:
        return [_record_line(entry)]
    rows = [row for row in _bench() if _of(row, entry)]
    if not rows:
        return [_line(what, goal, "not measured", "", see)]
    return [
        _line(
            what if len(rows) == 1 else f"{what.split(':')[0]}: {row['what']}",
            row["target"] or "",
            row["measured"],
            _mark(row),
            row.get("note", ""),
        )
        for row in rows
    ]


def _record_line(entry: dict[str, Any]) -> str:
    """What a long test wrote down of its last run."""
    found = _read(entry["record"])
    if found is None:
        return _line(entry["what"], entry["target"], "not measured", "", f"`{entry['see']}`")
    return _line(entry["what"], entry["target"], found["measured"], MARK[found["met"]], found["note"])


def _population_lines(entry: dict[str, Any]) -> list[str]:
    """One row for each voxel size: how many measures reach the target, and the worst of them."""
    found, what, goal = _read(entry.get("file", "anatomy.json")), entry["what"], entry["target"]
    if found is None:
        return [_line(what, goal, "not measured", "", f"`{entry['see']}`")]
    if entry["population"] == "roots":
        return [_roots_line(found, entry)]
    lines = []
    rows = [row for row in found["rows"] if row["kind"] == entry["population"] and row["n"]]
    for voxel in dict.fromkeys(row["voxel_mm"] for row in rows):
        own = [row for row in rows if row["voxel_mm"] == voxel]
        met = sum(row["met"] for row in own)
        worst = max(own, key=lambda row: row["p95"] / row["target"])
        measured = f"{met} of {len(own)} kinds; worst {_amount(worst['p95'], worst)}"
        note = f"{worst['name'].replace('_', ' ')}; {found['patients']} patients"
        lines.append(_line(f"{what}; voxels of {voxel:g} mm", goal, measured, MARK[met == len(own)], note))
    return lines


def _roots_line(found: dict[str, Any], entry: dict[str, Any]) -> str:
    """How many points of derived roots have the truth in their region."""
    roots = found["roots"]
    measured = f"{100 * roots['inside']:.1f} %"
    note = f"least of a patient {100 * roots['least']:.1f} %; {found['patients']} patients"
    return _line(entry["what"], entry["target"], measured, MARK[roots["inside"] >= roots["target"]], note)


def _amount(value: float, row: dict[str, Any]) -> str:
    """A value with the unit of its kind."""
    if row["kind"] == "length":
        return f"{value:.2f} mm"
    return f"{100 * value:.1f} %" if row["kind"] == "size" else f"{value:.2f}°"


def missed_lines() -> list[str]:
    """Every measure of the population that misses its target, and how often its ± holds the truth."""
    population, nerves = _read("anatomy.json"), _read("nerves.json")
    if population is None and nerves is None:
        return ["The population was not measured here: run `make validate`."]
    lines = [
        "| measure | voxel | 95 of 100 errors within | target | bias | truth inside its ± |",
        "|---|---|---|---|---|---|",
    ]
    for row in [row for found in (population, nerves) if found for row in found["rows"]]:
        if row["n"] and row["met"] is False:
            inside = row["inside_uncertainty"]
            cells = [row["name"].replace("_", " "), f"{row['voxel_mm']:g} mm"]
            cells += [_amount(row[key], row) for key in ("p95", "target", "bias")]
            lines.append(_line(*cells, "" if inside is None else f"{100 * inside:.0f} %"))
    return lines if len(lines) > 2 else ["None."]


def section_lines(section: str) -> list[str]:
    """The table of one section."""
    lines = [*_machine(), *HEAD]
    lines += [line for entry in targets()[section] for line in _lines_of(entry)]
    if section == "anatomy":
        lines += ["", "Measures of the population that miss their target:", "", *missed_lines()]
    return lines


def _machine() -> list[str]:
    found = _read("bench.json")
    if found is None:
        return ["The benchmark was not run here: `make bench`.", ""]
    machine = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
    return [f"Machine of the benchmark: {machine}{', few repetitions' if found['quick'] else ''}.", ""]


def bench_lines() -> list[str]:
    """Rows of the benchmark that belong to no section, with the machine they were measured on."""
    if not _bench():
        return ["Not measured here: run `make bench`."]
    lines = [*_machine(), "| id | what | target | measured | | note |", "|---|---|---|---|---|---|"]
    claimed = [entry for entries in targets().values() for entry in entries]
    for row in _bench():
        if not any(_of(row, entry) for entry in claimed):
            mark = _mark(row) if row["target"] else ""
            lines.append(
                _line(row["id"], row["what"], row["target"], row["measured"], mark, row.get("note", ""))
            )
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
    asked = sys.argv[1:]
    print("\n".join(section_lines(asked[0]) if asked else [*bench_lines(), "", *mutation_lines()]))

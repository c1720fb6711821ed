"""Print the catalogue of corridors as Markdown: approaches, instruments, thresholds, each with its reference.

``python tools/access_tables.py approaches | instruments | thresholds``. What rests on memory is said to.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ACCESS = Path(__file__).resolve().parent.parent / "src" / "kambin" / "access"
# the order of documents F: A, B, C
APPROACHES = ("posterolateral", "far-lateral", "interlaminar")


def _read(name: str) -> Any:
    return yaml.safe_load((ACCESS / name).read_text(encoding="utf-8"))


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |"


def _rests_on(item: Mapping[str, Any]) -> str:
    """The reference, or that there is none."""
    if item["ref"] == "memory" or not item["verified"]:
        return "**memory**"
    return "our own choice" if item["ref"] == "house" else f"`{item['ref']}`"


def _range(value: Any) -> str:
    return f"{value[0]:g} to {value[1]:g}"


def approaches() -> list[str]:
    """Directions and entries that each approach allows, level by level."""
    lines = [
        "| approach | level | axial ° | rests on | cranial ° | rests on | entry, mm lateral | rests on |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in APPROACHES:
        rules = _read(f"approaches/{name}.yaml")
        for level in rules["levels"]:
            cells = []
            for item in (rules["axial_deg"]["range"], rules["cranial_deg"]["range"], rules["entry_mm"]):
                cells += [_range(item[level]["value"]), _rests_on(item[level])]
            lines.append(_row(rules["label"], level, *cells))
    return lines


def instruments() -> list[str]:
    """Every number of every instrument."""
    found = _read("instruments.yaml")
    lines = ["| instrument | what | value | rests on |", "|---|---|---|---|"]
    for item in found["cannulas"]:
        lines.append(_row(item["id"], "outer diameter", f"{item['outer_mm']:g} mm", _rests_on(item)))
    tip = found["tip"]
    lines.append(_row("cannula", f"tip, {tip['shape']}", f"{tip['bevel_deg']:g}°", _rests_on(tip)))
    for item in found["reamers"]:
        lines.append(_row("reamer", "outer diameter", f"{item['outer_mm']:g} mm", _rests_on(item)))
    for item in (*found["endoscopes"], {"id": "forceps", **found["forceps"]}):
        for name, number in item.items():
            if isinstance(number, dict):
                what, unit = name.rsplit("_", 1)
                amount = f"{number['value']:g}{'°' if unit == 'deg' else ' mm'}"
                lines.append(_row(item["id"], what.replace("_", " "), amount, _rests_on(number)))
    return lines


def thresholds() -> list[str]:
    """Thresholds of the planner, with the reason where the file gives one."""
    lines = ["| threshold | value | rests on | why |", "|---|---|---|---|"]
    for name, item in _read("settings.yaml")["planning"].items():
        value = item["value"]
        if isinstance(value, list):
            value = ", ".join(f"{one:g}" for one in value)
        elif isinstance(value, dict):
            value = ", ".join(f"{key} {one:g}" for key, one in value.items())
        lines.append(_row(f"`{name}`", value, _rests_on(item), item.get("why", "")))
    return lines


TABLES = {"approaches": approaches, "instruments": instruments, "thresholds": thresholds}

if __name__ == "__main__":
    print("\n".join(TABLES[sys.argv[1]]()))

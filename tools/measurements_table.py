"""Print what is measured as Markdown, from the definitions that phantom and measuring code share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DEFINITIONS = ROOT / "src" / "kambin" / "anatomy" / "measurements.yaml"
OWNERS = {
    "vertebra": "each vertebra",
    "vertebra_side": "each vertebra, both sides",
    "disc": "each disc",
    "level": "each vertebra and each disc",
    "level_side": "each disc, both sides",
    "side": "both sides",
    "spine": "the whole spine",
    "herniation": "each herniation",
}
UNITS = {"1": "–", "mL": "ml", "mm2": "mm²", "deg": "°"}


def definitions() -> list[dict[str, Any]]:
    """Every measurement in its order."""
    found: list[dict[str, Any]] = yaml.safe_load(DEFINITIONS.read_text(encoding="utf-8"))
    return found


def lines() -> list[str]:
    """The table."""
    made = ["| measurement | of | unit | what it is |", "|---|---|---|---|"]
    for item in definitions():
        unit = UNITS.get(item["unit"], item["unit"])
        cells = [f"`{item['name']}`", OWNERS[item["of"]], unit, item["is"].replace("|", "/")]
        made.append("| " + " | ".join(cells) + " |")
    return made


if __name__ == "__main__":
    print("\n".join(lines()))

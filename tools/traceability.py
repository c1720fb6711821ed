"""Print where each claim of F and R lives, as Markdown: rules from the trace, others from the YAML beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kambin import evidence
from kambin.guideline.tracing import trace

FILE = Path(__file__).with_suffix(".yaml")


def others() -> dict[str, dict[str, Any]]:
    """Claims that are no rules, with their state, files and tests."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def _code(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _quoted(text: str) -> str:
    """The evidence base's own words, marked as such."""
    return '"' + text.replace('"', "'").replace("|", "/") + '"'


def page() -> str:
    """The page."""
    found = trace()
    lines = [
        "## Rules",
        "",
        "| claim | what it says | arguments | theorems | tests |",
        "|---|---|---|---|---|",
    ]
    for claim in found["claims"]:
        if claim["kind"] == "rule":
            text = _quoted(evidence.claim(claim["claim"]).text)
            cells = [
                claim["claim"],
                text,
                _code(claim["rules"]),
                _code(claim["theorems"]),
                str(len(claim["tests"])),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        "## Numbers, capabilities and cautions",
        "",
        "| claim | kind | state | where | what |",
        "|---|---|---|---|---|",
    ]
    for name, entry in others().items():
        kind = str(evidence.claim(name).kind)
        lines.append(f"| {name} | {kind} | {entry['state']} | {_code(entry['where'])} | {entry['say']} |")
    lines += ["", "## Conflicts between the documents and later evidence", ""]
    lines += [
        "| conflict | verdict | what profile `current` does | arguments that name it |",
        "|---|---|---|---|",
    ]
    for conflict in found["conflicts"]:
        action = evidence.conflict(conflict["conflict"]).system_action
        verdict = conflict["verdict"].replace("_", " ")
        lines.append(
            f"| {conflict['conflict']} | {verdict} | {_quoted(action)} | {_code(conflict['rules'])} |"
        )
    lines += ["", f"Gaps: {len(found['gaps'])}."]
    return "\n".join(lines)


if __name__ == "__main__":
    print(page())

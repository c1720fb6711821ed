"""`kambin ask`: the next best question, once or in a dialogue."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kambin.cli import ANSWERED, OPEN
from kambin.cli.console import emit_json, note, out
from kambin.cli.patient import read_case
from kambin.errors import InputError
from kambin.files import write_file

__all__ = ["run_ask"]

SHOWN_PATHS = 4


def run_ask(
    case: Path, profile: str, overlays: Sequence[Path], dialogue: bool, save: Path | None, as_json: bool
) -> int:
    """Print the next question, or go on asking until the answer is settled."""
    from kambin.guideline.loading import load_knowledge
    from kambin.pathway import answer
    from kambin.pathway.answering import ask

    if save is not None and not dialogue:
        raise InputError("--save goes with --dialogue", where="--save")
    if dialogue and str(case) == "-":
        raise InputError("a dialogue reads its answers from stdin; give the case as a file", where="CASE")
    knowledge = load_knowledge(profile, overlays)
    patient = read_case(case)
    if dialogue:
        from kambin.cli.dialogue import hold_dialogue

        patient = hold_dialogue(patient, knowledge, sys.stdin, sys.stderr)
        if save is not None:
            from kambin.case import dump

            write_file(save, dump(patient, "json" if save.suffix == ".json" else "yaml"))
            note(f"case written to {save}")
    found = ask(answer(patient, knowledge)).to_dict()
    if as_json:
        emit_json(found)
    elif "question" in found:
        _print_question(found)
    else:
        _print_settled(found)
    return ANSWERED if found["settled"] else OPEN


def _print_question(found: Mapping[str, Any]) -> None:
    from rich.markup import escape

    from kambin.cli.render import table_of

    console = out()
    kind = "safety" if found["safety"] else "to be checked on a scan" if found["on_scan"] else "next"
    console.print(f"[bold]{escape(found['question'])}[/bold]  ({kind})")
    paths = found["paths"]
    more = "" if len(paths) <= SHOWN_PATHS else f" and {len(paths) - SHOWN_PATHS} more"
    console.print(f"  write it to {', '.join(paths[:SHOWN_PATHS])}{more}", markup=False)
    console.print(f"  it bears on {', '.join(found['options'])} ({', '.join(found['why'])})", markup=False)
    table = table_of("answer", "decision", "would then be")
    for item in found["answers"]:
        led = list(item["leads_to"].items()) or [("", "as open as now")]
        for position, (decision, words) in enumerate(led):
            table.add_row(item["says"] if position == 0 else "", decision, escape(words))
    console.print(table)


def _print_settled(found: Mapping[str, Any]) -> None:
    from kambin.cli.render import table_of

    console = out()
    if found["settled"]:
        console.print("[bold]Settled: no missing fact can change the answer.[/bold]")
    else:
        facts = ", ".join(found["unanswered"])
        console.print(f"[bold]Nothing is left to ask, but the answer is open:[/bold] {facts}")
    table = table_of("decision", "answer")
    for decision, words in found["outcomes"].items():
        table.add_row(decision, words)
    console.print(table)

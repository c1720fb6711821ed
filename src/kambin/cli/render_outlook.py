"""The forecast in the terminal: one table per outcome, a column per time, a line per option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kambin.cli import ANSWERED, OPEN
from kambin.cli.console import emit_json, out
from kambin.cli.patient import read_case
from kambin.cli.render import table_of
from kambin.errors import InputError

__all__ = ["print_outlook", "run_show"]

RISK = "risk"
FEATURES = {
    "structure_removed": "structure removed",
    "anaesthesia": "anaesthesia",
    "stay": "stay",
    "recovery": "recovery",
}


def run_show(
    case: Path, card: Path | None, profile: str, overlays: Sequence[Path], only: Sequence[str], as_json: bool
) -> int:
    """Print what is to be expected of every live option; a red flag is said instead."""
    from kambin.guideline.loading import load_knowledge
    from kambin.outcome import forecast, load_card
    from kambin.pathway import answer, headline
    from kambin.plan import INTENDED_USE

    signed = None if card is None else load_card(card)
    found = answer(read_case(case), load_knowledge(profile, overlays))
    document: dict[str, Any] = {
        "kambin_outlook": 1,
        "intended_use": INTENDED_USE,
        "case_id": found.case.id,
        "headline": headline(found),
        "red_flag": found.stop is not None,
        "options": {},
        "outlook": None,
    }
    if found.stop is None:
        options = found.decisions.results["treatment"].options
        live = [item.option.id for item in options if item.live]
        made = forecast(live, found.decisions.row, card=signed)
        labels = {item.option.id: item.option.label for item in options}
        document["options"] = {row.option: labels.get(row.option, row.option) for row in made.rows}
        document["outlook"] = asdict(made)
    if as_json:
        emit_json(document)
    else:
        print_outlook(document, only)
    return ANSWERED if found.stop is None else OPEN


def print_outlook(document: Mapping[str, Any], only: Sequence[str] = ()) -> None:
    """Print the document that `run_show` makes, or only some of its outcomes."""
    from rich.markup import escape

    console = out()
    console.print(f"[bold]{escape(document['headline'])}[/bold]")
    outlook, labels = document["outlook"], document["options"]
    if outlook is None:
        return
    if outlook["card"]:
        console.print(escape(outlook["card"]["text"]))
    # what names its sources explains a table below; what does not has to be read first
    for note in outlook["notes"]:
        if not note.endswith("]"):
            console.print(escape(note))
    known = [RISK, *(outcome["key"] for outcome in outlook["outcomes"])]
    for name in only:
        if name not in known:
            raise InputError(f"no figures on {name!r}", where="--only", expected=f"one of {', '.join(known)}")
    if not only or RISK in only:
        _print_recurrence(outlook["recurrence"], labels)
    for outcome in outlook["outcomes"]:
        if not only or outcome["key"] in only:
            _print_outcome(outcome, outlook, labels)
    if only:
        return
    _print_features(outlook["rows"], labels)
    _print_beside(outlook["beside"], labels)
    for note in outlook["notes"]:
        if note.endswith("]"):
            console.print(escape(note))


def _print_recurrence(risks: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> None:
    from rich.markup import escape

    console = out()
    table = table_of("recurrence of this patient", "risk", "widened by", "what lowers it")
    alike: dict[str, list[str]] = {}
    rows: dict[str, tuple[str, str, str]] = {}
    for risk in risks:
        text = risk["text"] if risk["kind"] == "range" else risk["reason"]
        missing = ", ".join(risk.get("missing_facts", ()))
        lowers = "\n".join(
            f"{item['text']} [{', '.join([*item['claims'], *item['source_ids']])}]" for item in risk["lowers"]
        )
        key = "|".join((text, missing, lowers))
        rows[key] = (text, missing, lowers)
        alike.setdefault(key, []).append(labels[risk["option"]])
    for key, options in alike.items():
        table.add_row(escape(", ".join(options)), *map(escape, rows[key]))
    console.print(table)


def _print_outcome(outcome: Mapping[str, Any], outlook: Mapping[str, Any], labels: Mapping[str, str]) -> None:
    from rich.markup import escape

    lines = [line for line in outlook["comparisons"] if line["outcome"] == outcome["key"]]
    if not lines:
        return
    console = out()
    about = f"{outcome['means']}; {outcome['better']} is better"
    console.print(f"\n[bold]{escape(outcome['label'])}[/bold]: {escape(about)}")
    for unit, base in dict.fromkeys((line["unit"], line["base"]) for line in lines):
        times = {line["horizon"]: line for line in lines if (line["unit"], line["base"]) == (unit, base)}
        columns = [name for name in (*outlook["horizons"], "") if name in times]
        table = table_of(f"{unit}, {base}", *[name or "other or no stated time" for name in columns])
        merged: dict[tuple[str, ...], list[str]] = {}
        for option, label in labels.items():
            cells = tuple(_cells(times[name], option) for name in columns)
            if any(cells):
                merged.setdefault(cells, []).append(label)
        for cells, options in merged.items():
            table.add_row(escape(", ".join(options)), *map(escape, cells))
        console.print(table)
        fair = list(dict.fromkeys(source for line in times.values() for source in line["same_source"]))
        if fair:
            console.print(f"  one study for several of them: {', '.join(fair)}")


def _cells(line: Mapping[str, Any], option: str) -> str:
    return "\n".join(_cell(cell, line["horizon"]) for cell in line["cells"] if cell["option"] == option)


def _cell(cell: Mapping[str, Any], horizon: str) -> str:
    parts = [_value(cell)]
    if cell["claim"]:
        parts.append("as claimed")
    if not horizon and cell["time"] not in ("not stated", "during the operation", "after the operation"):
        parts.append(f"({cell['time']})")
    # rows of tables repeat the statement they stand for
    sources = [source for source in cell["source_ids"] if "/" not in source]
    return f"{' '.join(parts)} [{', '.join(sources)}]"


def _value(cell: Mapping[str, Any]) -> str:
    low, high, value = cell["low"], cell["high"], cell["value"]
    if value is not None:
        return f"{value:g} ({low:g} to {high:g})" if cell["interval"] and low != high else f"{value:g}"
    if low is None:
        return f"under {high:g}"
    if high is None:
        return f"over {low:g}"
    return f"{low:g} to {high:g}" if low != high else f"{low:g}"


def _print_features(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> None:
    from rich.markup import escape

    for about, title in FEATURES.items():
        said: dict[str, list[str]] = {}
        for row in rows:
            for item in row["features"]:
                if item["about"] == about:
                    text = f"{item['text']} [{', '.join(item['source_ids'])}]"
                    said.setdefault(text, []).append(labels[row["option"]])
        if said:
            table = table_of(title, "")
            for text, options in said.items():
                table.add_row(escape(", ".join(options)), escape(text))
            out().print(table)


def _print_beside(beside: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> None:
    from rich.markup import escape

    if not beside:
        return
    table = table_of("the documents say", "about", "later evidence", "verdict")
    for item in beside:
        later = "\n".join(
            dict.fromkeys(
                f"{_value({**each, 'value': None})} {each['unit']} [{each['source_ids'][0]}]"
                for each in item["later"]
            )
        )
        said = _value({**item, "value": None})
        table.add_row(
            escape(f"{said} {item['unit']} [{item['claim']}]"),
            escape(", ".join(labels[option] for option in item["options"])),
            escape(later or "nothing published here"),
            escape(
                "; ".join(
                    f"{name}: {verdict}"
                    for name, verdict in zip(item["conflicts"], item["verdicts"], strict=True)
                )
            ),
        )
    out().print(table)

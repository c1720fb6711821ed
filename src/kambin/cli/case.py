"""`kambin case …`: schema, template, check, facts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kambin.cli import ANSWERED
from kambin.cli.console import emit_json, note, out
from kambin.cli.patient import read_case
from kambin.errors import CaseError, InputError
from kambin.files import write_file

__all__ = ["print_facts", "print_schema", "run_check", "write_template"]


def print_schema() -> None:
    """Print the JSON Schema of a case file."""
    from kambin.case.schema import schema

    emit_json(schema())


def write_template(file: Path | None, force: bool) -> None:
    """Write the commented template; an existing file is kept unless forced."""
    from kambin.case.template import template

    if file is None:
        sys.stdout.write(template())
        return
    if file.exists() and not force:
        raise InputError("the file exists and is kept", where=str(file), now="use --force to write over it")
    if not file.parent.is_dir():
        raise InputError("the folder does not exist", where=str(file.parent))
    write_file(file, template())
    note(f"template written to {file}")


def run_check(case: Path, as_json: bool) -> int:
    """List every problem of a case file."""
    problems: list[dict[str, Any]] = []
    try:
        read_case(case)
    except CaseError as error:
        if not as_json:
            raise
        problems = [
            {"field": item.field, "value": repr(item.value), "expected": item.expected, "hint": item.hint}
            for item in error.problems
        ]
    if as_json:
        emit_json({"file": case.name, "problems": problems})
        return CaseError.exit_code if problems else ANSWERED
    print(f"{case.name}: no problem found")
    return ANSWERED


def print_facts(as_json: bool) -> None:
    """Print the registry of facts."""
    from kambin.case.table import facts_table

    rows = facts_table()
    if as_json:
        emit_json(rows)
        return
    from rich.table import Table

    table = Table(title="Facts", show_lines=False, title_justify="left")
    for column in ("name", "type", "domain", "cost", "safety", "codes", "question"):
        table.add_column(column, overflow="fold")
    for row in rows:
        domain = f"{row['domain']} {row['unit']}".strip()
        codes = ", ".join(row["codes"]) if isinstance(row["codes"], list) else str(row["codes"])
        safety = "safety" if row["safety"] else ""
        table.add_row(row["name"], row["type"], domain, str(row["cost"]), safety, codes, row["question"])
    out().print(table)

"""`kambin doctor`: whether this installation is whole."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib import import_module, metadata
from typing import Any

from kambin.cli import ANSWERED
from kambin.cli.console import STATUS_MARK, emit_json, out
from kambin.errors import IntegrityError, KambinError

__all__ = ["run_doctor"]

CORE = ("pydantic", "sqlglot", "z3-solver", "duckdb", "typer", "rich", "PyYAML", "Jinja2")
IMAGING = ("numpy", "scipy", "nibabel")


def _package(name: str, needed: bool) -> dict[str, Any]:
    try:
        return {"check": name, "state": "ok", "detail": metadata.version(name)}
    except metadata.PackageNotFoundError:
        detail = "missing" if needed else "not installed: `--scan` needs the extra `imaging`"
        return {"check": name, "state": "failed" if needed else "absent", "detail": detail}


def _check(name: str, run: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"check": name, "state": "ok", "detail": run()}
    except KambinError as error:
        return {"check": name, "state": "failed", "detail": error.what}


def _knowledge(profile: str) -> str:
    from kambin.guideline.loading import load_knowledge
    from kambin.guideline.obligations import check_sources

    knowledge = load_knowledge(profile)
    check_sources(knowledge)
    rules = sum(len(decision.arguments) for decision in knowledge.decisions.values())
    return f"{len(knowledge.decisions)} decisions, {rules} arguments, {knowledge.content_hash[:12]}"


def _evidence() -> str:
    evidence = import_module("kambin.evidence")
    evidence.verify()
    return str(evidence.content_hash()[:12])


def run_doctor(as_json: bool) -> int:
    """Check Python, packages, evidence and knowledge; anything broken is an error."""
    import kambin

    rows: list[dict[str, Any]] = [
        {"check": "kambin", "state": "ok", "detail": kambin.__version__},
        {"check": "python", "state": "ok", "detail": platform.python_version()},
        *(_package(name, True) for name in CORE),
        *(_package(name, False) for name in IMAGING),
        _check("evidence", _evidence),
        _check("knowledge current", lambda: _knowledge("current")),
        _check("knowledge source", lambda: _knowledge("source")),
    ]
    failed = [row["check"] for row in rows if row["state"] == "failed"]
    if as_json:
        emit_json({"ok": not failed, "checks": rows})
    else:
        from kambin.cli.render import table_of

        marks = {"ok": STATUS_MARK["eligible"], "absent": "–", "failed": STATUS_MARK["excluded"]}
        table = table_of("check", "state", "detail")
        for row in rows:
            table.add_row(row["check"], f"{marks[row['state']]} {row['state']}", row["detail"])
        out().print(table)
    return IntegrityError.exit_code if failed else ANSWERED

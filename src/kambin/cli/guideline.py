"""`kambin guideline …`: show, test, prove, trace, diff, mutate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kambin.cli import ANSWERED
from kambin.cli.console import STATUS_MARK, emit_json, note, out
from kambin.cli.render import table_of
from kambin.errors import InputError, IntegrityError

if TYPE_CHECKING:
    from kambin.guideline import Decision, Knowledge

__all__ = ["run_diff", "run_mutate", "run_prove", "run_show", "run_test", "run_trace"]

FAILED = IntegrityError.exit_code


def _profiles(profile: str | None) -> tuple[str, ...]:
    from kambin.guideline import PROFILES

    return PROFILES if profile is None else (profile,)


def run_show(decision: str | None, profile: str, overlays: Sequence[Path], as_json: bool) -> int:
    """Render decisions as tables."""
    from kambin.guideline import load_knowledge
    from kambin.guideline.explaining import knowledge_doc

    knowledge = load_knowledge(profile, overlays)
    if decision is not None and decision not in knowledge.decisions:
        raise InputError(f"no decision {decision!r}", expected=f"one of {', '.join(knowledge.decisions)}")
    chosen = [item for name, item in knowledge.decisions.items() if decision in (None, name)]
    if as_json:
        emit_json({"knowledge": knowledge_doc(knowledge), "decisions": [_document(item) for item in chosen]})
        return ANSWERED
    for item in chosen:
        _print_decision(item)
    _print_changes(knowledge, decision)
    return ANSWERED


def _document(decision: Decision) -> dict[str, Any]:
    return {
        "decision": decision.id,
        "version": decision.version,
        "question": decision.question,
        "policy": decision.policy,
        "margin": decision.margin,
        "options": [
            {
                "id": option.id,
                "label": option.label,
                "say": option.say,
                "rung": option.rung,
                "arguments": [
                    {
                        "id": argument.id,
                        "role": argument.role,
                        "when": argument.when,
                        "say": argument.say,
                        "strength": argument.strength,
                        "source": list(argument.source),
                        "cite": list(argument.cite),
                        "conflicts": list(argument.conflicts),
                        "because": argument.because,
                        "where": argument.where,
                    }
                    for argument in option.arguments
                ],
            }
            for option in decision.options
        ],
    }


def _print_decision(decision: Decision) -> None:
    from rich.markup import escape

    console = out()
    margin = f", margin {decision.margin}" if decision.margin else ""
    console.print(f"\n[bold]{escape(decision.question)}[/bold]  ({decision.id}, {decision.policy}{margin})")
    for option in decision.options:
        console.print(f"\n  [bold]{escape(option.label)}[/bold] — {escape(option.say)}")
        table = table_of("role", "reason", "when", "strength", "sources")
        for argument in option.arguments:
            sources = ", ".join([*argument.source, *argument.cite, *argument.conflicts])
            changed = f" (changed: {argument.because})" if argument.because else ""
            table.add_row(
                argument.role,
                escape(argument.say + changed),
                escape(argument.when),
                argument.strength,
                sources,
            )
        if option.arguments:
            console.print(table)


def _print_changes(knowledge: Knowledge, decision: str | None) -> None:
    changes = [item for item in knowledge.changes if decision in (None, item.decision)]
    if not changes:
        return
    out().print("\n[bold]What this profile changes in documents F and R[/bold]")
    table = table_of("because", "decision", "what", "why")
    for item in changes:
        table.add_row(item.because, item.decision, f"{item.op} {item.target}", item.say)
    out().print(table)


def run_test(profile: str | None, overlays: Sequence[Path], as_json: bool) -> int:
    """Run the cases beside the knowledge."""
    from kambin.guideline import load_knowledge
    from kambin.guideline.obligations import check_sources, load_obligations
    from kambin.guideline.testing import run_tests

    results = []
    for name in _profiles(profile):
        knowledge = load_knowledge(name, overlays)
        check_sources(knowledge)
        results += [(name, item) for item in run_tests(knowledge, load_obligations(knowledge))]
    failed = [(name, item) for name, item in results if not item.ok]
    if as_json:
        emit_json(
            {"run": len(results), "failed": [{"profile": name, **item.to_dict()} for name, item in failed]}
        )
    else:
        for name, item in failed:
            print(f"✗ {item.where} [{name}] {item.name}: {item.message}")
        print(f"{len(results)} run, {len(failed)} failed")
    return FAILED if failed else ANSWERED


def run_prove(profile: str | None, overlays: Sequence[Path], as_json: bool) -> int:
    """Prove every obligation of the profiles."""
    from kambin.guideline import load_knowledge
    from kambin.guideline.obligations import check_sources, load_obligations
    from kambin.guideline.proving import prove

    reports = []
    for name in _profiles(profile):
        note(f"proving profile {name} …")
        knowledge = load_knowledge(name, overlays)
        check_sources(knowledge)
        reports.append(prove(knowledge, load_obligations(knowledge)))
    ok = all(report.ok for report in reports)
    if as_json:
        emit_json({"ok": ok, "reports": [report.to_dict() for report in reports]})
    else:
        for report in reports:
            print(report.render())
    return ANSWERED if ok else FAILED


def run_trace(as_json: bool) -> int:
    """Print the matrix; a gap is a failure."""
    from kambin.guideline.tracing import trace

    found = trace()
    if as_json:
        emit_json(found)
        return FAILED if found["gaps"] else ANSWERED
    table = table_of("claim", "kind", "rules", "theorems", "tests", "")
    for claim in found["claims"]:
        mark = (
            STATUS_MARK["excluded"]
            if claim["gaps"]
            else STATUS_MARK["eligible"]
            if claim["kind"] == "rule"
            else ""
        )
        cells = [", ".join(claim["rules"]), ", ".join(claim["theorems"]), str(len(claim["tests"]) or "")]
        table.add_row(claim["claim"], claim["kind"], *cells, mark)
    out().print(table)
    table = table_of("conflict", "verdict", "changes", "rules", "")
    for conflict in found["conflicts"]:
        mark = STATUS_MARK["excluded" if conflict["gaps"] else "eligible"]
        cells = ["\n".join(conflict["changes"]), ", ".join(conflict["rules"])]
        table.add_row(conflict["conflict"], conflict["verdict"].replace("_", " "), *cells, mark)
    out().print(table)
    for gap in found["gaps"]:
        print(f"gap: {gap}")
    print(f"{len(found['gaps'])} gaps")
    return FAILED if found["gaps"] else ANSWERED


def _knowledge_of(text: str) -> Knowledge:
    from kambin.guideline import PROFILES, load_knowledge

    if text in PROFILES:
        return load_knowledge(text)
    path = Path(text)
    if not path.is_file():
        raise InputError(
            f"neither a profile nor a file: {text!r}", expected=f"{', '.join(PROFILES)} or an overlay file"
        )
    return load_knowledge("current", (path,))


def run_diff(a: str, b: str, as_json: bool) -> int:
    """Print what differs between two knowledges."""
    from rich.markup import escape

    from kambin.guideline.diffing import diff

    found = diff(_knowledge_of(a), _knowledge_of(b))
    if as_json:
        emit_json(found)
        return ANSWERED
    console = out()
    console.print(f"[bold]{escape(found['a'])} → {escape(found['b'])}[/bold]")
    table = table_of("decision", "what", "id", "before", "after", "because")
    for item in found["items"]:
        table.add_row(
            *(escape(str(item[key])) for key in ("decision", "what", "id", "before", "after", "because"))
        )
    console.print(table)
    for witness in found["witnesses"]:
        console.print(f"\n[bold]{witness['decision']}[/bold]: a patient whose answer changes")
        facts = ", ".join(f"{name} = {value}" for name, value in witness["facts"].items())
        console.print(f"  {facts}\n  before: {witness['before']}\n  after:  {witness['after']}", markup=False)
    if found["same"]:
        print(f"\nproved equal for every patient with all facts known: {', '.join(found['same'])}")
    return ANSWERED


def run_mutate(profile: str, sample: int | None, as_json: bool) -> int:
    """Print the mutation score and the survivors."""
    from kambin.guideline.mutating import mutation_report

    report = mutation_report(profile, sample=sample, progress=note)
    if as_json:
        emit_json(report.to_dict())
    else:
        print(report.render())
    return ANSWERED if report.ok else FAILED

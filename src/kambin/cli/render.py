"""Plain tables for people: plan, decisions and diagnosis in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kambin.cli.console import STATUS_MARK, out

if TYPE_CHECKING:
    from rich.table import Table

    from kambin.plan import Plan

__all__ = ["place", "print_decisions", "print_diagnosis", "print_plan", "print_questions", "table_of"]

SHOWN_REASONS = 3


def place(candidate: Mapping[str, Any]) -> str:
    """Level, side and root in words; the side is the patient's."""
    side = candidate["side"]
    where = {"midline": "midline", "both": "both sides"}.get(side, f"patient's {side}")
    return f"{candidate['level']}, {where}, {candidate['root']} root"


def table_of(*columns: str) -> Table:
    """A plain table that folds long cells."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else str(value)


def print_diagnosis(diagnosis: Mapping[str, Any]) -> None:
    """Problem disc, rivals, what tells them apart, warnings."""
    console = out()
    problem = diagnosis["problem"]
    if problem is None:
        console.print(f"[bold]Problem disc:[/bold] not identified. {diagnosis['reason']}")
    else:
        interval = f"{diagnosis['low']:.2f}–{diagnosis['high']:.2f}"
        probability = f"{diagnosis['probability']:.2f} ({interval})"
        console.print(f"[bold]Problem disc:[/bold] {place(problem)} — probability {probability}")
    rivals = diagnosis["rivals"]
    if rivals:
        table = table_of("rival", "probability", "interval")
        for rival in rivals:
            table.add_row(
                place(rival), f"{rival['probability']:.2f}", f"{rival['low']:.2f}–{rival['high']:.2f}"
            )
        console.print(table)
    following = diagnosis["next_finding"]
    if following:
        console.print(f"What would tell them apart next: {following['question']}")
    for warning in diagnosis["warnings"]:
        console.print(f"! {warning}")


def _reasons(option: Mapping[str, Any]) -> list[str]:
    """What decided an option: exclusions first, then what is lacking or open.

    Then what counts for and against.
    """
    order = {"exclude": 0, "veto": 0, "any": 1, "against": 2, "require": 3, "for": 4}
    lines = []
    live = option["status"] in ("eligible", "undetermined")
    for argument in sorted(option["arguments"], key=lambda item: (order[item["role"]], -item["weight"])):
        role, truth = argument["role"], argument["truth"]
        gate, text = role not in ("for", "against"), argument["say"]
        if role in ("exclude", "veto") and truth is True:
            mark = "✗ "
        elif role in ("require", "any") and truth is False and option["status"] == "not_indicated":
            mark = "– not met: "
        elif role in ("require", "any") and truth is True and option["status"] == "eligible":
            mark = "✓ "
        elif gate and truth is None and option["status"] != "excluded":
            mark = "? open: "
        elif not gate and truth is True and live:
            mark = f"{'+' if role == 'for' else '−'}{argument['weight']} "
        else:
            continue
        lines.append(f"{mark}{text} [{', '.join([*argument['source'], *argument['cite']])}]")
    return lines


def _print_decision(document: Mapping[str, Any], full: bool) -> None:
    from rich.markup import escape

    console = out()
    console.print(f"\n[bold]{escape(document['question'])}[/bold]")
    console.print(f"  → {escape(document['outcome']['sentence'])}")
    support = document["policy"] == "argue"
    fired = document["outcome"]["kind"] == "fired"
    table = table_of("option", "status", "support" if support else "", "reasons")
    for option in document["options"]:
        interval = "–".join(str(item) for item in dict.fromkeys(option["support"])) if support else ""
        reasons = _reasons(option)
        more = "" if full or len(reasons) <= SHOWN_REASONS else f"\n… and {len(reasons) - SHOWN_REASONS} more"
        shown = reasons if full else reasons[:SHOWN_REASONS]
        status = f"{STATUS_MARK[option['status']]} {option['status'].replace('_', ' ')}"
        if (
            fired
            and option["id"] not in document["outcome"]["options"]
            and option["status"] != "not_indicated"
        ):
            status = "· not reached"
        table.add_row(escape(option["label"]), status, interval, escape("\n".join(shown) + more))
    console.print(table)
    for change in document["changes"] if full else []:
        then = ", ".join(change["options"]) or change["kind"]
        console.print(
            f"  if {change['fact']} were {_text(change['would_be'])}: {change['kind']} {escape(then)}"
        )


def print_questions(questions: Sequence[Mapping[str, Any]], settled: bool, most: int = 5) -> None:
    """The missing facts that could still change an answer; `settled` says that the main answers stand."""
    if not questions:
        return
    console = out()
    heading = "Still open, beside the main answers:" if settled else "Not enough information; ask next:"
    console.print(f"\n[bold]{heading}[/bold]")
    for item in questions[:most]:
        mark = " (safety)" if item["safety"] else ""
        console.print(
            f"  • {item['question']}{mark}  ({item['fact']}; for {', '.join(item['decisions'])})",
            markup=False,
        )
    if len(questions) > most:
        console.print(f"  … and {len(questions) - most} more")


def print_decisions(document: Mapping[str, Any]) -> None:
    """The chain of decisions; one decision alone is shown in full."""
    _print_headline(document["headline"], document["red_flag"])
    print_diagnosis(document["diagnosis"])
    full = len(document["decisions"]) == 1
    for decision in document["decisions"]:
        _print_decision(decision, full)
    print_questions(document["questions"], document["answered"])
    _footer(document["intended_use"], document["knowledge"])


def _footer(intended_use: str, knowledge: Mapping[str, Any]) -> None:
    version = f"{knowledge['profile']} {knowledge['version']} ({knowledge['content_hash'][:12]})"
    out().print(f"\nknowledge {version}\n{intended_use}", style="dim")


def _print_headline(headline: str, red_flag: bool) -> None:
    from rich.markup import escape

    flag = "[bold red]RED FLAG[/bold red] " if red_flag else ""
    out().print(f"{flag}[bold]{escape(headline)}[/bold]\n")


def _print_scan(plan: Plan) -> None:
    """What the scan changed, and where it contradicts what was written, in the words of the report."""
    from rich.markup import escape

    from kambin.report.lexicon import Lexicon
    from kambin.report.words import capital, value_words

    lexicon, console = Lexicon.of(plan.decisions), out()
    for effect in plan.scan_effects:
        through = "; ".join(lexicon.label(name) for name in effect.facts)
        name = escape(lexicon.label(effect.decision))
        console.print(f"\nThe scan changed the [bold]{name}[/bold], through {escape(through)}.")
        console.print(f"  before: {effect.before}\n  after:  {effect.after}", markup=False)
    for conflict in plan.disagreements:
        both = (
            value_words(conflict.fact, value, conflict.unit) for value in (conflict.stated, conflict.measured)
        )
        text = "! {}: written {}, measured {}".format(capital(lexicon.label(conflict.fact)), *both)
        used = {"stated": "written", "measured": "measured"}[conflict.used]
        console.print(f"{text}; what was {used} is used", markup=False)


def print_plan(plan: Plan) -> None:
    """One sentence, one table, then what is missing."""
    from rich.markup import escape

    console = out()
    _print_headline(plan.headline, plan.red_flag)
    table = table_of("decision", "answer")
    for decision in plan.decisions:
        table.add_row(escape(decision["question"]), escape(decision["outcome"]["sentence"]))
    console.print(table)
    if plan.diagnosis is not None:
        print_diagnosis(plan.diagnosis)
    if plan.access:
        from kambin.cli.render_access import print_corridors

        print_corridors(plan.access)
    if plan.scan_effects or plan.disagreements:
        _print_scan(plan)
    for stage in plan.stages:
        if stage.state != "done":
            console.print(f"{stage.name}: {stage.state} — {stage.note}", style="dim", markup=False)
    print_questions([dict(item) for item in plan.questions], plan.answered)
    _footer(plan.intended_use, plan.knowledge)

"""What the plan notes beside the decisions: facts and their origin, disagreements, effects, differences."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from kambin.case import Case, DiscFinding, disagreements, facts
from kambin.case.findings import stated_finding
from kambin.guideline import DecisionResult, Knowledge, decide, load_knowledge
from kambin.guideline.explaining import sentence
from kambin.pathway.answering import Answer
from kambin.plan import ConflictNote, FactNote, Origin, ProfileDifference, ScanEffect

__all__ = ["conflicts", "fact_notes", "profile_differences", "scan_effects"]


def fact_notes(found: Answer) -> list[FactNote]:
    """Every known fact that conditions may read, and where it came from."""
    measured = {item.name for item in found.case.measured}
    stated = None if found.disc is None else stated_finding(found.case, found.disc)
    notes = []
    for name, fact in facts().items():
        value = found.decisions.row.get(name)
        if value is None or not fact.in_conditions:
            continue
        origin: Origin = "stated"
        if fact.scope in ("derived", "diagnosis"):
            origin = "derived" if fact.scope == "derived" else "diagnosis"
        elif fact.scope == "patient" and attrgetter(fact.path)(found.case) is None:
            origin = "measured" if name in measured else "searched"
        elif fact.scope == "disc" and name in measured:
            said = None if stated is None else getattr(stated, name.removeprefix("disc_"))
            origin = "measured" if said is None else "stated"
        notes.append(FactNote(name=name, value=value, unit=fact.unit, question=fact.question, origin=origin))
    return notes


def conflicts(written: Case, disc: DiscFinding | None, used: Case) -> list[ConflictNote]:
    """Where a measurement differs from what the clinician wrote, and which of them was used."""
    still = {item.measured.key for item in disagreements(used, disc)}
    return [
        ConflictNote(
            fact=item.name,
            stated=item.stated,
            measured=item.measured.value,
            unit=item.measured.unit,
            uncertainty=item.measured.uncertainty,
            method=item.measured.method,
            level=item.measured.level,
            side=item.measured.side,
            used="stated" if item.measured.key in still else "measured",
        )
        for item in disagreements(written, disc)
    ]


def scan_effects(before: Answer, after: Answer) -> list[ScanEffect]:
    """Decisions that the scan changed, and by which facts.

    Only facts that turned an argument count: what was measured beside a clinician's word that stands did not.
    """
    row, old = after.decisions.row, before.decisions.row
    changed = {name for name, value in row.items() if old.get(name) != value}
    effects = []
    for name, result in after.decisions.results.items():
        was = before.decisions.results[name]
        if was.outcome != result.outcome:
            turned = changed.intersection(_behind_turned(was, result))
            effects.append(
                ScanEffect(decision=name, before=sentence(was), after=sentence(result), facts=sorted(turned))
            )
    return effects


def _behind_turned(was: DecisionResult, now: DecisionResult) -> set[str]:
    """Facts of the arguments whose truth is another one."""
    return {
        fact
        for before, after in zip(was.options, now.options, strict=True)
        for one, other in zip(before.arguments, after.arguments, strict=True)
        if one.truth is not other.truth
        for fact in other.values
    }


def profile_differences(found: Answer, shown: Sequence[str] | None) -> list[ProfileDifference]:
    """Where F and R as written would have answered otherwise for this patient."""
    knowledge = found.decisions.knowledge
    if knowledge.profile == "source":
        return []
    source = decide(
        {name: value for name, value in found.decisions.row.items() if facts().get(name) is not None},
        load_knowledge("source"),
    )
    differences = []
    for name, result in found.decisions.results.items():
        other = source.results[name]
        if (shown is None or name in shown) and _answers(other) != _answers(result):
            differences.append(
                ProfileDifference(
                    decision=name,
                    used=sentence(result),
                    source=sentence(other),
                    because=_reasons_of_difference(result, other, knowledge),
                )
            )
    return differences


def _answers(result: DecisionResult) -> tuple[object, ...]:
    """Outcome, and which options are out of the question."""
    return result.outcome[:2], {item.option.id for item in result.options if not item.live}


def _reasons_of_difference(used: DecisionResult, source: DecisionResult, knowledge: Knowledge) -> list[str]:
    """Conflicts behind the changes that say something else about this patient than the documents do."""

    def speaking(result: DecisionResult) -> set[tuple[str, str, str, bool | None]]:
        """The arguments that say something about this patient."""
        return {
            (item.argument.id, item.argument.role, item.argument.strength, item.truth)
            for option in result.options
            for item in option.arguments
            if item.truth is not False or item.argument.role in ("require", "any")
        }

    differ = {name for name, *_ in speaking(used) ^ speaking(source)}
    return sorted(
        {
            change.because
            for change in knowledge.changes
            if change.decision == used.decision.id
            and change.because.startswith("K")
            and (change.target in differ or change.op in ("define", "set_policy"))
        }
    )

"""One patient through the house: `plan(case, scan=None) -> Plan`.

The walk follows the rooms: the case's facts, the problem disc, urgency; a red flag stops it there. Then
indication and treatment, the scan where there is one (what is measured goes into the case as *measured* facts
and the guideline is asked again), and what to expect of every option that is still open. A stage that fails
is named and loses nothing of the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import kambin
from kambin import evidence
from kambin.case import Case, DiscFinding, FactValue, disagreements, fact_row, facts
from kambin.case.findings import stated_finding
from kambin.diagnosis import Diagnosis, locate, problem_disc
from kambin.errors import KambinError
from kambin.guideline import DecisionResult, Decisions, Knowledge, decide, load_knowledge
from kambin.guideline.explaining import explain_all, knowledge_doc, questions, sentence
from kambin.guideline.scoping import require_in_scope
from kambin.plan import (
    ConflictNote,
    FactNote,
    Inputs,
    Origin,
    Plan,
    ProfileDifference,
    ScanEffect,
    Software,
    Stage,
    StageName,
)

if TYPE_CHECKING:
    from kambin.anatomy import Spine

__all__ = ["RESTS_ON", "STOPS", "Answer", "answer", "headline", "open_decisions", "plan"]

Progress = Callable[[str], None]

STOPS: Mapping[str, tuple[str, ...]] = {
    "emergency": ("urgency", "indication", "treatment"),
    "red_flag_workup": ("urgency", "indication"),
}
"""Where a red flag stops the walk, and the decisions that are still shown."""

RESTS_ON = ("urgency", "indication", "treatment")


class Answer(NamedTuple):
    """The text-only part of the walk: problem disc and the chain of decisions."""

    case: Case
    diagnosis: Diagnosis
    disc: DiscFinding | None
    decisions: Decisions

    @property
    def stop(self) -> str | None:
        """The red flag that stops the walk, if any."""
        fired = self.decisions.row["urgency"]
        return fired if isinstance(fired, str) and fired in STOPS else None


def answer(case: Case, knowledge: Knowledge) -> Answer:
    """Problem disc and decisions of one case.

    Parameters
    ----------
    case : Case
    knowledge : Knowledge

    Returns
    -------
    Answer

    Raises
    ------
    OutOfScope
        When the guideline must not answer; never while a red flag is up.
    """
    diagnosis = locate(case)
    disc = problem_disc(case, diagnosis)
    decisions = decide(fact_row(case, disc, diagnosis.facts()), knowledge)
    found = Answer(case, diagnosis, disc, decisions)
    if found.stop is None:
        require_in_scope(decisions.row, knowledge)
    return found


def plan(
    case: Case,
    scan: Path | None = None,
    *,
    profile: str = "current",
    overlays: Sequence[Path] = (),
    labels: str | None = None,
    progress: Progress = lambda _: None,
) -> Plan:
    """Walk one patient through the house.

    Parameters
    ----------
    case : Case
    scan : Path, optional
        Label map of the lumbar spine (NIfTI).
    profile : {'current', 'source'}
    overlays : sequence of Path
        A hospital's own files; they may only tighten.
    labels : str, optional
        Name of the scan's label convention, where it can not be told from the file.
    progress : callable
        Called with one line before each stage.

    Returns
    -------
    Plan

    Raises
    ------
    OutOfScope
        When the guideline must not answer for this patient.
    IntegrityError
        When the knowledge or an overlay contradicts itself.
    """
    progress("knowledge")
    knowledge = load_knowledge(profile, overlays)
    progress("problem disc, urgency, indication, treatment")
    before = answer(case, knowledge)
    stages = [
        Stage(name="case", state="done"),
        Stage(name="diagnosis", state="done"),
        Stage(name="guideline", state="done"),
    ]
    stop = _stop_note(before)

    spine, stage = _anatomy(scan, labels, stop, progress)
    stages += [
        stage,
        Stage(name="access", state="skipped", note="corridor planning is not part of this version"),
    ]
    after = before
    if spine is not None:
        from kambin.anatomy import facts as measured_facts

        after = answer(case.with_measured(measured_facts(spine)), knowledge)

    outlook, stage = _outlook(after, stop, progress)
    walk = _Walk(before, after, spine, outlook, [*stages, stage])
    return _document(case, walk, _file_hash(scan) if spine is not None else None)


class _Walk(NamedTuple):
    """What the rooms left behind."""

    before: Answer
    after: Answer
    spine: Spine | None
    outlook: dict[str, Any] | None
    stages: list[Stage]


def _document(case: Case, walk: _Walk, scan_sha256: str | None) -> Plan:
    after, spine = walk.after, walk.spine
    shown = STOPS[after.stop] if after.stop else None
    return Plan(
        case_id=case.id,
        title=case.title,
        assessed_on=case.assessed_on.isoformat() if case.assessed_on else None,
        headline=headline(after),
        answered=not open_decisions(after),
        red_flag=after.stop is not None,
        stages=walk.stages,
        warnings=[*after.diagnosis.warnings, *(item.text for item in (spine.warnings if spine else ()))],
        facts=_fact_notes(after),
        disagreements=_conflicts(after.case, after.disc),
        questions=questions(after.decisions, shown, first=RESTS_ON),
        diagnosis=after.diagnosis.to_dict(),
        decisions=explain_all(after.decisions, shown),
        anatomy=None if spine is None else spine.to_dict(),
        scan_effects=_scan_effects(walk.before, after),
        outlook=walk.outlook,
        profile_differences=_profile_differences(after, shown),
        knowledge=knowledge_doc(after.decisions.knowledge),
        software=Software(version=kambin.__version__, evidence_hash=evidence.content_hash()),
        inputs=Inputs(case_sha256=_case_hash(case), scan_sha256=scan_sha256),
    )


def _anatomy(
    scan: Path | None, labels: str | None, stop: str, progress: Progress
) -> tuple[Spine | None, Stage]:
    name: StageName = "anatomy"
    if scan is None:
        return None, Stage(name=name, state="skipped", note="no scan was given")
    if stop:
        return None, Stage(name=name, state="stopped", note=stop)
    progress("reading and measuring the scan")
    from kambin.anatomy import read_spine

    try:
        return read_spine(scan, labels=labels), Stage(name=name, state="done")
    except KambinError as error:
        return None, Stage(name=name, state="failed", note=str(error))


def _outlook(found: Answer, stop: str, progress: Progress) -> tuple[dict[str, Any] | None, Stage]:
    if stop:
        return None, Stage(name="outcome", state="stopped", note=stop)
    progress("what to expect")
    from kambin.outcome import forecast

    live = [item.option.id for item in found.decisions.results["treatment"].options if item.live]
    try:
        return asdict(forecast(live, found.decisions.row)), Stage(name="outcome", state="done")
    except KambinError as error:
        return None, Stage(name="outcome", state="failed", note=str(error))


def _stop_note(found: Answer) -> str:
    if found.stop is None:
        return ""
    return f"stopped at urgency: {found.decisions.results['urgency'].option(found.stop).option.label}"


def open_decisions(found: Answer, names: Sequence[str] | None = None) -> list[str]:
    """Decisions without an answer: undetermined, or a treatment of which no option applies.

    Parameters
    ----------
    found : Answer
    names : sequence of str, optional
        Only among these; without, among those that the plan rests on.

    Returns
    -------
    list of str
    """
    names = names or (STOPS[found.stop] if found.stop else RESTS_ON)
    results = found.decisions.results
    return [
        name
        for name in names
        if results[name].outcome.kind == "undetermined"
        or (name == "treatment" and results[name].outcome.kind == "none")
    ]


def _place(found: Answer) -> str:
    problem = found.diagnosis.problem
    if problem is None or found.disc is None:
        return "Problem disc not identified"
    side = found.disc.side
    where = "midline" if side == "midline" else f"patient's {side}" if side else "side not known"
    return f"{problem.level}, {where}, {problem.root} root"


def headline(found: Answer) -> str:
    """The answer in one or two sentences: the red flag first, else disc, indication and treatment."""
    results = found.decisions.results
    urgency = results["urgency"]
    if found.stop is not None:
        option = urgency.option(found.stop).option
        return f"{option.label}. {option.say}"
    if urgency.outcome.kind == "undetermined":
        asked = questions(found.decisions, ["urgency"])
        first = f" First: {asked[0]['question']}" if asked else ""
        return f"Not enough information to say how urgent this is.{first}"
    parts = [f"{_place(found)}.", sentence(results["indication"])]
    if results["treatment"].outcome.kind != "none":
        parts.append(sentence(results["treatment"]))
    if found.decisions.row["urgency"] not in (None, "elective", "none"):
        parts.insert(0, sentence(urgency))
    return " ".join(parts)


def _fact_notes(found: Answer) -> list[FactNote]:
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


def _conflicts(case: Case, disc: DiscFinding | None) -> list[ConflictNote]:
    return [
        ConflictNote(
            fact=item.name,
            stated=item.stated,
            measured=item.measured.value,
            unit=item.measured.unit,
            uncertainty=item.measured.uncertainty,
            method=item.measured.method,
        )
        for item in disagreements(case, disc)
    ]


def _scan_effects(before: Answer, after: Answer) -> list[ScanEffect]:
    new = {item.name for item in after.case.measured} - {item.name for item in before.case.measured}
    changed: dict[str, FactValue] = {
        name: value for name, value in after.decisions.row.items() if before.decisions.row.get(name) != value
    }
    effects = []
    for name, result in after.decisions.results.items():
        was = before.decisions.results[name]
        if was.outcome != result.outcome:
            used = {
                fact for item in result.options for argument in item.arguments for fact in argument.values
            }
            touched = sorted((set(changed) | new) & used)
            effects.append(
                ScanEffect(decision=name, before=sentence(was), after=sentence(result), facts=touched)
            )
    return effects


def _profile_differences(found: Answer, shown: Sequence[str] | None) -> list[ProfileDifference]:
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


def _case_hash(case: Case) -> str:
    return hashlib.sha256(case.model_dump_json().encode()).hexdigest()


def _file_hash(path: Path | None) -> str | None:
    if path is None:
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

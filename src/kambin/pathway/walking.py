"""One patient through the house: `plan(case, scan=None) -> Plan`.

The walk follows the rooms: the case's facts, the problem disc, urgency; a red flag stops it there. Then
indication and treatment; the scan where there is one, and a corridor of each approach where an endoscopic
treatment is live (what is measured and planned goes into the case as *measured* facts and the guideline is
asked again); and what to expect of every option that is still open. A stage that fails is named and loses
nothing of the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import kambin
from kambin import evidence
from kambin.case import Case, MeasuredFact
from kambin.case.trusting import trusting
from kambin.guideline import Knowledge, load_knowledge
from kambin.guideline.explaining import explain_all, knowledge_doc, questions
from kambin.pathway import notes, stages
from kambin.pathway.answering import RESTS_ON, STOPS, Answer, answer, headline, open_decisions
from kambin.plan import Inputs, Plan, Software, Stage

if TYPE_CHECKING:
    from kambin.access import AccessPlan
    from kambin.anatomy import Spine

__all__ = ["Walk", "plan", "walk"]


class Walk(NamedTuple):
    """A plan, and the geometry behind it for those who draw.

    Attributes
    ----------
    plan : Plan
    spine : Spine or None
    corridors : tuple of AccessPlan
    """

    plan: Plan
    spine: Spine | None
    corridors: tuple[AccessPlan, ...]


def plan(case: Case, scan: Path | None = None, **settings: Any) -> Plan:
    """Walk one patient through the house; see `walk` for the settings.

    Parameters
    ----------
    case : Case
    scan : Path, optional
        Label map of the lumbar spine.

    Returns
    -------
    Plan
    """
    return walk(case, scan, **settings).plan


def walk(
    case: Case,
    scan: Path | None = None,
    *,
    image: Path | None = None,
    profile: str = "current",
    overlays: Sequence[Path] = (),
    labels: str | None = None,
    trust_scan: bool = False,
    card: Path | None = None,
    progress: stages.Progress = lambda _: None,
    measured: Callable[[Spine], None] = lambda _: None,
) -> Walk:
    """Walk one patient through the house and keep the geometry.

    Parameters
    ----------
    case : Case
    scan : Path, optional
        Label map of the lumbar spine.
    image : Path, optional
        The CT or MR behind the label map.
    profile : {'current', 'source'}
    overlays : sequence of Path
        A hospital's own files; they may only tighten.
    labels : str, optional
        Name of the scan's label convention, where it can not be told from the file.
    trust_scan : bool
        Use the measurement where the clinician wrote something else; the disagreement is shown all the same.
    card : Path, optional
        An accepted model card of local results.
    progress, measured : callable
        Called with a line before each stage, and with the spine as soon as it is there to be drawn.

    Returns
    -------
    Walk

    Raises
    ------
    OutOfScope, IntegrityError
        The guideline must not answer for this patient; the knowledge or an overlay contradicts itself.
    """
    progress("knowledge")
    knowledge = load_knowledge(profile, overlays)
    progress("problem disc, urgency, indication, treatment")
    before = answer(case, knowledge)
    stop = _stop_note(before)
    spine, stage = stages.read_scan(scan, image, labels, stop, progress)
    done = [*_TEXT_ONLY, stage]
    after = _again(before, _seen(spine, measured), knowledge, trust_scan)
    corridors, stage = stages.seek_corridors(after, spine, stop, progress)
    done.append(stage)
    if corridors:
        after = _again(after, stages.corridor_facts(corridors), knowledge, trust_scan)
    outlook, stage = stages.see_outlook(after, card, stop, progress)
    done.append(stage)
    read = _Read(spine, corridors, outlook, done, scan if spine is not None else None, image)
    return Walk(_document(case, before, after, read), spine, corridors)


def _seen(spine: Spine | None, measured: Callable[[Spine], None]) -> tuple[MeasuredFact, ...]:
    """What the scan says of the case; whoever wants the spine itself is given it at once."""
    if spine is None:
        return ()
    measured(spine)
    return stages.measured_facts(spine)


def _again(found: Answer, measured: Sequence[MeasuredFact], knowledge: Knowledge, trust_scan: bool) -> Answer:
    """The answers with what was measured."""
    if not measured:
        return found
    case = found.case.with_measured(measured)
    return answer(trusting(case) if trust_scan else case, knowledge)


_TEXT_ONLY = (
    Stage(name="case", state="done"),
    Stage(name="diagnosis", state="done"),
    Stage(name="guideline", state="done"),
)


class _Read(NamedTuple):
    """What the later rooms left behind."""

    spine: Spine | None
    corridors: tuple[AccessPlan, ...]
    outlook: dict[str, Any] | None
    stages: list[Stage]
    scan: Path | None
    image: Path | None


def _document(case: Case, before: Answer, after: Answer, read: _Read) -> Plan:
    shown = STOPS[after.stop] if after.stop else None
    spine = read.spine
    written = case.with_measured(after.case.measured)  # disagreements are with what the clinician wrote
    return Plan(
        case_id=case.id,
        title=case.title,
        assessed_on=case.assessed_on.isoformat() if case.assessed_on else None,
        headline=headline(after),
        answered=not open_decisions(after),
        red_flag=after.stop is not None,
        stages=read.stages,
        warnings=[*after.diagnosis.warnings, *(item.text for item in (spine.warnings if spine else ()))],
        facts=notes.fact_notes(after),
        disagreements=notes.conflicts(written, after.disc, after.case),
        questions=questions(after.decisions, shown, first=RESTS_ON),
        diagnosis=after.diagnosis.to_dict(),
        decisions=explain_all(after.decisions, shown),
        anatomy=None if spine is None else spine.to_dict(),
        access=[asdict(item) for item in read.corridors],
        scan_effects=notes.scan_effects(before, after),
        outlook=read.outlook,
        profile_differences=notes.profile_differences(after, shown),
        knowledge=knowledge_doc(after.decisions.knowledge),
        software=Software(
            version=kambin.__version__,
            evidence_hash=evidence.content_hash(),
            catalogue_hash=_catalogue_hash(read.corridors),
        ),
        inputs=Inputs(
            case_sha256=hashlib.sha256(case.model_dump_json().encode()).hexdigest(),
            scan_sha256=_file_hash(read.scan),
            image_sha256=_file_hash(read.image if read.scan else None),
        ),
    )


def _stop_note(found: Answer) -> str:
    if found.stop is None:
        return ""
    return f"stopped at urgency: {found.decisions.results['urgency'].option(found.stop).option.label}"


def _catalogue_hash(corridors: Sequence[AccessPlan]) -> str | None:
    """Hash of approaches, instruments and thresholds, where a corridor was planned with them."""
    if not corridors:
        return None
    from kambin.access import catalogue_hash

    return catalogue_hash()


def _file_hash(path: Path | None) -> str | None:
    """Hash of a file, or of a folder's files in the order of their names."""
    if path is None:
        return None
    if path.is_dir():
        inner = [_file_hash(item) or "" for item in sorted(path.iterdir()) if item.is_file()]
        return hashlib.sha256("\n".join(inner).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

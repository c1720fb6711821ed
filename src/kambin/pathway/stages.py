"""The rooms that need a scan or figures: each gives what it found and how it went.

None takes another down: a stage that fails is named in the plan with its reason, a stage without its input is
skipped, and behind a red flag every stage is stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kambin.case import MeasuredFact, Side
from kambin.errors import KambinError
from kambin.pathway.answering import Answer
from kambin.plan import Stage

if TYPE_CHECKING:
    from kambin.access import AccessPlan
    from kambin.access.model import Position
    from kambin.anatomy import Spine

__all__ = [
    "ENDOSCOPIC",
    "Progress",
    "measured_facts",
    "position_of",
    "read_scan",
    "see_outlook",
    "seek_corridors",
]

Progress: TypeAlias = Callable[[str], None]

ENDOSCOPIC = ("transforaminal_endoscopy", "interlaminar_endoscopy")
"""Treatments that go through a corridor."""


def read_scan(
    scan: Path | None, image: Path | None, labels: str | None, stop: str, progress: Progress
) -> tuple[Spine | None, Stage]:
    """Measure the spine on the scan."""
    if scan is None:
        return None, Stage(name="anatomy", state="skipped", note="no scan was given")
    if stop:
        return None, Stage(name="anatomy", state="stopped", note=stop)
    progress("reading and measuring the scan")
    from kambin.anatomy import read_spine

    try:
        return read_spine(scan, labels=labels, image=image), Stage(name="anatomy", state="done")
    except KambinError as error:
        return None, Stage(name="anatomy", state="failed", note=str(error))


def measured_facts(spine: Spine) -> tuple[MeasuredFact, ...]:
    """What was measured and enters the case: the patient's, then that of each herniated disc."""
    from kambin.anatomy import facts
    from kambin.anatomy.herniation_facts import herniation_facts

    return (*facts(spine), *herniation_facts(spine))


def seek_corridors(
    found: Answer, spine: Spine | None, stop: str, progress: Progress
) -> tuple[tuple[AccessPlan, ...], Stage]:
    """Plan a corridor of each approach to the problem disc, where an endoscopic treatment is live."""
    why = _no_corridor(found, spine)
    if stop or why or spine is None:
        state, note = ("stopped", stop) if stop else ("skipped", why)
        return (), Stage(name="access", state=state, note=note)  # type: ignore[arg-type]
    from kambin.access import plan_approaches, target_of

    problem = found.diagnosis.problem
    assert problem is not None and spine.model is not None
    side = Side(problem.side)
    where = f"corridor to {problem.level}, patient's {side}"
    try:
        target = target_of(spine.model, problem.level, side, **_findings(found))
        plans = plan_approaches(
            spine, target, position=position_of(found), progress=lambda step: progress(f"{where}: {step}")
        )
    except KambinError as error:
        return (), Stage(name="access", state="failed", note=str(error))
    return plans, Stage(name="access", state="done")


def position_of(found: Answer) -> Position:
    """How the patient lies: on the front, unless the decision on the setting rules that out."""
    lying_prone = found.decisions.results["setting"].option("prone_position")
    return "lateral" if lying_prone.status == "excluded" else "prone"


def _no_corridor(found: Answer, spine: Spine | None) -> str:
    if spine is None:
        return "no measured spine"
    if spine.model is None:
        return "the scan shows too little of the spine"
    if found.diagnosis.problem is None:
        return "the problem disc is not known"
    if found.diagnosis.problem.side not in tuple(Side):
        return "the side of the approach is not known"
    options = found.decisions.results["treatment"].options
    if not any(item.live for item in options if item.option.id in ENDOSCOPIC):
        return "no endoscopic treatment comes into question"
    return ""


def _findings(found: Answer) -> dict[str, Any]:
    """Where the fragment lies, as far as the findings say."""
    disc = found.disc
    if disc is None:
        return {}
    said = {"zone": disc.zone, "migration": disc.migration, "grade": disc.migration_grade}
    return {name: value for name, value in said.items() if value is not None}


def corridor_facts(plans: Iterable[AccessPlan]) -> tuple[MeasuredFact, ...]:
    """What the corridors say to the guideline."""
    from kambin.access import facts

    return facts(tuple(plans))


def see_outlook(
    found: Answer, card: Path | None, stop: str, progress: Progress
) -> tuple[dict[str, Any] | None, Stage]:
    """What to expect of every treatment that is still open."""
    if stop:
        return None, Stage(name="outcome", state="stopped", note=stop)
    progress("what to expect")
    from kambin.outcome import forecast, load_card

    live = [item.option.id for item in found.decisions.results["treatment"].options if item.live]
    try:
        signed = None if card is None else load_card(card)
        return asdict(forecast(live, found.decisions.row, card=signed)), Stage(name="outcome", state="done")
    except KambinError as error:
        return None, Stage(name="outcome", state="failed", note=str(error))

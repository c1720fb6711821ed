"""`kambin access`: the safest working corridor to one disc, with its certificate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from kambin.case.words import LEVELS, SIDES, Side
from kambin.cli import ANSWERED, OPEN, handover
from kambin.cli.console import emit_json, note, progress_reporter
from kambin.errors import InputError
from kambin.files import make_folder, write_file

if TYPE_CHECKING:
    from kambin.access.model import AccessPlan
    from kambin.anatomy.model import Spine
    from kambin.case.measured import MeasuredFact

__all__ = ["Asked", "run_access"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for.

    Attributes
    ----------
    labels : Path
        The label map.
    level, side : str
    approach : str
        One, or ``all``.
    zone : str or None
        Zone of the herniation, from the findings.
    migration : str
        ``none``, ``up`` or ``down``.
    herniation : Path or None
        A mask of the herniation, on any grid.
    image : Path or None
    convention : str or None
    position : str
    cannulas : sequence of str
        Of the catalogue; empty for its usual ones.
    send : str or None
        ``HOST:PORT`` of an OpenIGTLink server.
    dated : datetime or None
        Content date of the DICOM files.
    """

    labels: Path
    level: str
    side: str
    approach: str
    zone: str | None
    migration: str
    herniation: Path | None
    image: Path | None
    convention: str | None
    position: str
    cannulas: Sequence[str]
    send: str | None = None
    dated: datetime | None = None


def run_access(asked: Asked, folder: Path | None, as_json: bool) -> int:
    """Plan, print, write; the exit code says whether there is a corridor."""
    from kambin.access.model import Approach, Position
    from kambin.access.target import Zone

    _one_of("--level", asked.level, LEVELS)
    _one_of("--side", asked.side, SIDES)
    _one_of("--approach", asked.approach, (*get_args(Approach), "all"))
    _one_of("--target", asked.zone or "central", get_args(Zone))
    _one_of("--migration", asked.migration, ("none", "up", "down"))
    _one_of("--position", asked.position, get_args(Position))
    to = handover.address(asked.send, asked.approach)
    progress = progress_reporter()
    plans, found, spine = _plans(asked, progress)
    document = _document(plans, found, spine)
    if folder is not None:
        _write(folder, document)
        _draw(folder, spine, plans, progress)
        handover.write_files(folder, spine, plans, asked.dated)
    if as_json:
        emit_json(document)
    else:
        from kambin.cli.render_access import print_access

        print_access(plans, found)
    if to is not None:
        handover.send(plans[0], to)
    return ANSWERED if any(plan.recommended is not None for plan in plans) else OPEN


def _one_of(option: str, given: str, allowed: Sequence[str]) -> None:
    """A value that is none of the choices is a mistake of usage, as typer's own."""
    import typer

    if given not in allowed:
        raise typer.BadParameter(f"{given!r} is none of {', '.join(allowed)}", param_hint=option)


def _plans(
    asked: Asked, progress: Callable[[str], None]
) -> tuple[list[AccessPlan], tuple[MeasuredFact, ...], Spine]:
    from kambin import anatomy
    from kambin.access import facts, instruments, plan_approaches, target_of
    from kambin.access.target import with_mask

    tools = instruments(tuple(asked.cannulas) or None)
    progress("reading and measuring the spine")
    spine = anatomy.read_spine(asked.labels, labels=asked.convention, image=asked.image)
    if spine.model is None:
        raise InputError("the map gives no geometry to plan in", where=str(asked.labels))
    options: dict[str, Any] = {"zone": asked.zone, "migration": asked.migration}
    target = target_of(spine.model, asked.level, Side(asked.side), **options)
    if asked.herniation is not None:
        progress("reading the herniation")
        target = with_mask(target, spine.model, anatomy.read_image(asked.herniation))
    names: Any = None if asked.approach == "all" else (asked.approach,)
    position: Any = asked.position
    plans = plan_approaches(spine, target, names, tools, position=position, progress=progress)
    return list(plans), facts(plans), spine


def _document(plans: Sequence[AccessPlan], found: Sequence[MeasuredFact], spine: Spine) -> dict[str, Any]:
    from kambin.plan import INTENDED_USE

    return {
        "kambin_access": 1,
        "intended_use": INTENDED_USE,
        "frame": "LPS, millimetres; left and right are the patient's",
        "warnings": [asdict(caution) for caution in spine.warnings],
        "plans": [asdict(plan) for plan in plans],
        "facts": [fact.model_dump(mode="json") for fact in found],
    }


def _write(folder: Path, document: dict[str, Any]) -> None:
    import json

    make_folder(folder)
    write_file(folder / "access.json", json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    note(f"plan: {folder / 'access.json'}")


def _draw(folder: Path, spine: Spine, plans: Sequence[AccessPlan], progress: Callable[[str], None]) -> None:
    """Pictures of each corridor in a folder of its approach."""
    from kambin.report.pictures import access_figures, write_figures

    for plan in plans:
        if plan.recommended is None:
            continue
        progress(f"pictures of the corridor: {plan.approach}")
        gallery = access_figures(spine, plan, progress=progress)
        for path in write_figures(gallery, folder / "pictures" / plan.approach):
            note(f"picture: {path}")
        for why in gallery.skipped:
            note(why)

"""Corridors for other programs: the folder beside the plan, and OpenIGTLink."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kambin.cli.console import note
from kambin.errors import InputError

if TYPE_CHECKING:
    from kambin.access.model import AccessPlan
    from kambin.anatomy.model import Spine

__all__ = ["address", "send", "write_files"]

FOLDER = "handover"


def address(given: str | None, approach: str) -> tuple[str, int] | None:
    """Where to send; a mistake of usage is told before anything is planned."""
    import typer

    from kambin.access.handover import address_of

    if given is None:
        return None
    if approach == "all":
        raise typer.BadParameter("one corridor is sent: name its --approach", param_hint="--send")
    try:
        return address_of(given)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--send") from None


def write_files(
    folder: Path, spine: Spine, plans: Sequence[AccessPlan], dated: datetime | None
) -> tuple[Path, ...]:
    """Hand over the recommended corridor of each plan that has one, each into a folder of its approach.

    Parameters
    ----------
    folder : Path
        Is there already.
    spine : Spine
        With its model.
    plans : sequence of AccessPlan
    dated : datetime or None
        Content date of the DICOM files.

    Returns
    -------
    tuple of Path
    """
    from kambin.access.handover import write_handover
    from kambin.plan import INTENDED_USE

    found: list[Path] = []
    for plan in plans:
        if plan.recommended is None:
            continue
        where = folder / FOLDER / plan.approach
        found += write_handover(spine, plan, where, made=dated, note=INTENDED_USE)
        note(f"hand-over: {where}")
    return tuple(found)


def send(plan: AccessPlan, to: tuple[str, int]) -> None:
    """Send one plan and say so."""
    from kambin.access.handover import send_plan

    count = send_plan(plan, to)
    note(f"sent: {count} OpenIGTLink message{'s' if count > 1 else ''} to {to[0]}:{to[1]}, points in RAS")

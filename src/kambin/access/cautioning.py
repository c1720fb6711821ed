"""What a reader of a proposal has to know."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.catalogue import Instruments, setting
from kambin.access.ground import Ground
from kambin.access.model import Clearance, Proposal
from kambin.access.scene_of import Way
from kambin.anatomy import frames
from kambin.anatomy.model import Caution

__all__ = ["WIDE", "cautions_of", "unsure"]

Floats: TypeAlias = NDArray[np.float64]
# Half width of a 95 % interval, in standard deviations.
WIDE = 1.96


def cautions_of(ground: Ground, way: Way, item: Proposal, tools: Instruments) -> tuple[Caution, ...]:
    """Everything that limits a proposal: nerves, bone, reach, direction, length.

    Parameters
    ----------
    ground : Ground
    way : Way
    item : Proposal
    tools : Instruments

    Returns
    -------
    tuple of Caution
    """
    return (
        *_of_proof(item),
        *_of_nerves(item),
        *_of_bone(item),
        *_of_reach(item),
        *_of_direction(ground, way, item),
        *_of_length(item, tools),
    )


def unsure(clearance: Clearance) -> bool:
    """Whether a derived nerve may lie where the cannula goes, at one side of 95 %."""
    needed = float(setting("certain_sd").value) * clearance.uncertainty_mm / WIDE
    return clearance.kind == "nerve" and clearance.how == "derived" and clearance.robust_mm < needed


def _of_proof(item: Proposal) -> list[Caution]:
    proof = item.certificate
    if proof.gap <= proof.tolerance:
        return []
    text = (
        f"The search was cut short: a corridor with up to {proof.upper_bound:.2f} {proof.unit} instead of "
        f"{proof.achieved:.2f} may exist."
    )
    return [Caution("certificate_open", text)]


def _of_nerves(item: Proposal) -> list[Caution]:
    return [
        Caution(
            "nerve_not_certain",
            f"The {one.structure} is derived from bone and known to ±{one.uncertainty_mm:.1f} mm; "
            f"the clearance is {one.clearance_mm:.1f} mm.",
            (one.structure,),
        )
        for one in item.clearances
        if unsure(one)
    ]


def _of_bone(item: Proposal) -> list[Caution]:
    found, bone = [], item.foraminoplasty
    share = f"{bone.sap_fraction:.0%} of the superior articular process"
    if bone.sap_fraction > float(setting("sap_refuse").value):
        text = f"{share} would go: beyond two thirds fixation is to be considered."
        found.append(Caution("sap_refused", text))
    elif bone.sap_fraction > float(setting("sap_warn").value):
        found.append(Caution("sap_over_a_third", f"{share} go: more than a third."))
    nearest = min((one.robust_mm for one in item.clearances if one.kind == "nerve"), default=0.0)
    wider = (bone.reamers_mm[-1] - item.corridor.diameter_mm) / 2 if bone.reamers_mm else 0.0
    if wider > nearest:
        text = (
            f"The last reamer is {2 * wider:.1f} mm wider than the cannula and has no clearance of its own: "
            "protect the nerve, or end with a burr."
        )
        found.append(Caution("reamer_at_nerve", text))
    return found


def _of_reach(item: Proposal) -> list[Caution]:
    least = float(setting("fragment_share").value)
    if item.reach is None or min(item.reach.reached, item.reach.seen) >= least:
        return []
    text = f"Of the fragment {item.reach.reached:.0%} are reached and {item.reach.seen:.0%} seen from here."
    return [Caution("fragment_not_covered", text)]


def _of_direction(ground: Ground, way: Way, item: Proposal) -> list[Caution]:
    found = []
    axis: Floats = frames.unit(np.array(item.corridor.entry_lps) - np.array(item.corridor.target_lps))
    tilt = way.cone.angles_deg(axis)[1]
    steep = float(setting("steep_cranial_deg").value)
    if way.rules.window == "foramen" and tilt > steep:
        crest = next((one for one in item.clearances if one.kind == "ilium"), None)
        why = "" if crest is None else f"; the iliac bone is {crest.clearance_mm:.1f} mm away"
        text = f"Steep: {tilt:.0f}° towards the head; {steep:.0f}° is the published mean at L5-S1{why}."
        found.append(Caution("steep", text, () if crest is None else ("iliac bone",)))
    low, high = way.rules.entry_mm[ground.target.level]
    aside = item.entry.from_midline_mm
    if item.entry.on_skin and not low <= aside <= high:
        text = f"The entry lies {aside:.0f} mm from the midline; published are {low:.0f} to {high:.0f} mm."
        found.append(Caution("entry_outside_sector", text))
    return found


def _of_length(item: Proposal, tools: Instruments) -> list[Caution]:
    longest = float(tools.endoscope.working_length_mm.value) - float(setting("handle_reserve_mm").value)
    if item.corridor.depth_mm <= longest:
        return []
    text = f"{item.corridor.depth_mm:.0f} mm deep; {tools.endoscope.id} leaves {longest:.0f} mm."
    return [Caution("deeper_than_endoscope", text)]

"""Numbering and orientation are checked, not trusted.

The bones themselves say which way is up, which way is back and how many levels lie between two names; where
they contradict the labels or the frame, the map is refused. What can not be checked becomes a caution that
reaches every later result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.conventions import laterality
from kambin.anatomy.model import Caution
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.regions import Region, middle_lps
from kambin.anatomy.settings import (
    MIN_AXIS_COSINE,
    SACRUM_GAP_MM,
    SIDE_MARGIN_MM,
    SKIPPED_STEP,
    TWO_VERTEBRAE_MM,
    USUAL_STEP_MM,
)

__all__ = [
    "COLUMN",
    "LUMBAR",
    "SACRAL",
    "check_back",
    "check_numbering",
    "check_pieces",
    "check_sides",
    "cranial_direction",
]

Floats = NDArray[np.float64]

LUMBAR = ("L1", "L2", "L3", "L4", "L5", "L6")
SACRAL = ("S1", "sacrum")
# from the head down; T12 is a neighbour that is read for the sake of L1
COLUMN = ("T12", *LUMBAR, *SACRAL)

LEFT_LPS = np.array([1.0, 0.0, 0.0])
BACK_LPS = np.array([0.0, 1.0, 0.0])
UP_LPS = np.array([0.0, 0.0, 1.0])
NOW = "check the orientation with which the label map was written; nothing of it was used"


def cranial_direction(bones: Mapping[str, Region]) -> Floats | None:
    """Direction towards the head, from the order of the bones' names; LPS unit vector, shape (3,).

    Parameters
    ----------
    bones : mapping
        Names of `COLUMN` → region.

    Returns
    -------
    ndarray or None
        None where one bone alone is present, which has no order.

    Raises
    ------
    ScanRefused
        Upside down, lying across the frame, or bones out of order.
    """
    names = [name for name in COLUMN if name in bones]
    if len(names) < 2:
        return None
    centres = np.array([bones[name].main_centre_lps for name in names])
    cranial = frames.unit(centres[0] - centres[-1])
    cosine = float(cranial @ UP_LPS)
    if abs(cosine) < MIN_AXIS_COSINE:
        off = np.degrees(np.arccos(abs(cosine)))
        raise ScanRefused(
            Reason.TILTED, f"the spine lies {off:.0f} degrees off the frame's head-to-foot axis", now=NOW
        )
    if cosine < 0:
        raise ScanRefused(
            Reason.UPSIDE_DOWN, f"the spine is upside down: {names[0]} lies below {names[-1]}", now=NOW
        )
    heights = centres @ cranial
    for (upper, lower), drop in zip(pairwise(names), -np.diff(heights), strict=True):
        if drop <= 0:
            raise ScanRefused(Reason.OUT_OF_ORDER, f"{lower} does not lie below {upper}", now=NOW)
    return cranial


def check_pieces(bones: Mapping[str, Region], cranial: Floats) -> list[Caution]:
    """Refuse a label that stands for two vertebrae; report a bone in pieces and what lies loose.

    Raises
    ------
    ScanRefused
        Two large pieces of one label lie as far apart along the spine as two vertebrae.
    """
    broken = []
    for name, bone in bones.items():
        for centre in bone.fragments:
            apart = abs(float((centre - bone.main_centre_lps) @ cranial))
            if name not in SACRAL and not bone.cut and apart > TWO_VERTEBRAE_MM:
                raise ScanRefused(
                    Reason.LABEL_TWICE,
                    f"{name} labels two pieces {apart:.0f} mm apart along the spine",
                    now="check the numbering of the vertebrae",
                )
        if bone.fragments:
            broken.append(name)
    if not broken:
        return []
    return [Caution("in_pieces", f"In more than one piece: {', '.join(broken)}.", tuple(broken))]


def check_numbering(bones: Mapping[str, Region], cranial: Floats) -> list[Caution]:
    """Check the names of the levels against the distances between the bones.

    Returns
    -------
    list of Caution
        What could not be checked.

    Raises
    ------
    ScanRefused
        Room for another vertebra between two neighbours, or no room for one that is missing.
    """
    cautions = _check_steps(bones)
    lowest = next((name for name in reversed(LUMBAR) if name in bones), None)
    sacral = [bones[name] for name in SACRAL if name in bones]
    if lowest is None:
        return cautions
    if not sacral:
        text = "The sacrum is not in the map: the numbering of the levels can not be checked against it."
        return [*cautions, Caution("numbering_unchecked", text, ("sacrum",))]
    gap = bones[lowest].reach_mm(cranial)[0] - max(bone.reach_mm(cranial)[1] for bone in sacral)
    if (gap > SACRUM_GAP_MM) == (lowest in ("L5", "L6")):
        found = "another vertebra lies between" if gap > SACRUM_GAP_MM else "no vertebra lies between"
        raise ScanRefused(
            Reason.NUMBERING_GAP, f"the numbering is wrong: {found} {lowest} and the sacrum", now=NOW
        )
    if lowest == "L6":
        text = (
            "The map holds a sixth lumbar vertebra: transitional anatomy, the numbering has to be confirmed."
        )
        cautions.append(Caution("transitional", text, ("L6",)))
    elif lowest != "L5":
        text = f"Missing between {lowest} and the sacrum; the numbering has to be confirmed."
        cautions.append(Caution("vertebra_missing", text, ("L5",)))
    return cautions


def _check_steps(bones: Mapping[str, Region]) -> list[Caution]:
    order = ("T12", *LUMBAR)
    whole = [name for name in order if name in bones and not bones[name].cut]
    steps = [
        (upper, lower, order.index(lower) - order.index(upper), _distance(bones[upper], bones[lower]))
        for upper, lower in pairwise(whole)
    ]
    single = [length for _, _, levels, length in steps if levels == 1]
    usual = float(np.median(single)) if len(single) >= 2 else USUAL_STEP_MM
    cautions = []
    for upper, lower, levels, length in steps:
        if levels == 1 and length > SKIPPED_STEP * usual:
            what = f"another vertebra lies between {upper} and {lower} ({length:.0f} mm apart)"
            raise ScanRefused(Reason.NUMBERING_GAP, f"the numbering is wrong: {what}", now=NOW)
        if levels > 1:
            missing = order[order.index(upper) + 1 : order.index(lower)]
            if length < (levels - 2 + SKIPPED_STEP) * usual:
                what = f"no room for {', '.join(missing)} between {upper} and {lower} ({length:.0f} mm apart)"
                raise ScanRefused(Reason.NUMBERING_GAP, f"the numbering is wrong: {what}", now=NOW)
            text = f"Missing between {upper} and {lower}: {', '.join(missing)}."
            cautions.append(Caution("vertebra_missing", text, tuple(missing)))
    return cautions


def _distance(upper: Region, lower: Region) -> float:
    return float(np.linalg.norm(upper.centre_lps() - lower.centre_lps()))


def check_back(posterior: Floats) -> None:
    """Refuse a frame in which the vertebral arches do not lie behind the bodies.

    Raises
    ------
    ScanRefused
    """
    cosine = float(posterior @ BACK_LPS)
    if abs(cosine) < MIN_AXIS_COSINE:
        turned = np.degrees(np.arccos(cosine))
        raise ScanRefused(
            Reason.TILTED, f"the spine's back is turned {turned:.0f} degrees off the frame's", now=NOW
        )
    if cosine < 0:
        raise ScanRefused(
            Reason.BACK_TO_FRONT, "back to front: the arches lie in front of the vertebral bodies", now=NOW
        )


def check_sides(labels: LabelMap, hips: Sequence[Region], column_lps: Floats) -> list[Caution]:
    """Check that what is named left lies on the patient's left.

    Parameters
    ----------
    labels : LabelMap
    hips : sequence of Region
    column_lps : ndarray, shape (3,)
        Middle of the lowest bone of the column, which parts the sides where one hip bone is alone.

    Returns
    -------
    list of Caution
        One where nothing is there to check the sides with.

    Raises
    ------
    ScanRefused
        A name contradicts its place, or the liver lies to the left of the spleen.
    """
    paired, one_sided = laterality()
    wanted = [*(f"{base}_{side}" for base in paired for side in ("left", "right")), *one_sided]
    middles = {name: middle_lps(labels, name) for name in wanted if name in labels.boxes}
    middles.update({hip.name: hip.main_centre_lps for hip in hips})
    if len(hips) == 1:
        (alone,) = hips
        middles["hip_right" if alone.name == "hip_left" else "hip_left"] = column_lps
    checked = False
    for base in paired:
        left, right = middles.get(f"{base}_left"), middles.get(f"{base}_right")
        if left is None or right is None:
            continue
        apart = float((left - right) @ LEFT_LPS)
        if apart < -SIDE_MARGIN_MM:
            raise ScanRefused(
                Reason.SIDES_SWAPPED,
                f"left and right contradict the frame: what is named {base}_left or {base}_right "
                f"lies {-apart:.0f} mm to the wrong side",
                why="either the labels or the orientation in the header are mirrored",
                now=NOW,
            )
        checked = checked or apart > SIDE_MARGIN_MM
    _check_organs(middles, one_sided)
    if checked:
        return []
    text = "No structure with a side is in the map: the patient's sides rest on the header alone."
    return [Caution("sides_unchecked", text)]


def _check_organs(middles: Mapping[str, Floats], one_sided: Mapping[str, str]) -> None:
    left = [name for name, side in one_sided.items() if side == "left" and name in middles]
    right = [name for name, side in one_sided.items() if side == "right" and name in middles]
    for one in left:
        for other in right:
            if float((middles[one] - middles[other]) @ LEFT_LPS) < -SIDE_MARGIN_MM:
                raise ScanRefused(
                    Reason.SIDES_SWAPPED,
                    f"the {one} lies to the patient's right of the {other}",
                    why="the scan is mirrored, or the patient's organs are; the map can not tell which",
                    now="settle which it is before any side is read from this scan",
                )

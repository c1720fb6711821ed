"""What a measured herniation is called: type, zone, side, migration and MSU grade, after the published words.

Type and zones after Fardon 2014 (evidence X06), migration after A04 and A05, MSU after msu2010. A word is
given only where the landmarks it needs are known; the numbers behind each are in `nerves.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.herniation import HerniationBed, Shape
from kambin.anatomy.nerve_numbers import scalar
from kambin.anatomy.pedicles import outward_frame, pedicle_borders
from kambin.anatomy.regions import Region
from kambin.case.words import SIDES, Side

__all__ = ["Borders", "Words", "borders_of", "name_herniation"]

Floats = NDArray[np.float64]

# A process's inner border is this percentile of its voxels: single voxels of another part do not move it.
INNERMOST = 2.0
# Samples of a facet's inner border are read this far above and below the disc's plane.
FACET_SLAB_MM = 6.0


@dataclass(frozen=True, slots=True)
class Borders:
    """Landmarks of one side in the disc's frame, mm from the midline, outwards.

    Attributes
    ----------
    facet : float or None
        Inner border of the lower vertebra's superior articular process.
    facet_front : float or None
        Posterior coordinate of that border.
    pedicle_inner, pedicle_outer : float or None
        Mean of the upper and the lower pedicle's borders.
    upper_bottom, lower_middle, lower_bottom : float or None
        Heights of the upper pedicle's lower edge, and of the lower pedicle's middle and lower edge.
    """

    facet: float | None
    facet_front: float | None
    pedicle_inner: float | None
    pedicle_outer: float | None
    upper_bottom: float | None
    lower_middle: float | None
    lower_bottom: float | None


@dataclass(frozen=True, slots=True)
class Words:
    """What the herniation is called; None where a landmark is missing.

    Attributes
    ----------
    side : str
        ``left``, ``right`` or ``midline``.
    type : str
        bulge, protrusion, extrusion or sequestration.
    zone : str or None
    migration : str
        ``none``, ``up`` or ``down``.
    migration_grade : str or None
        ``none``, ``low``, ``high`` or ``very_high``.
    migration_zone : str or None
        ``none``, ``far_up``, ``near_up``, ``near_down`` or ``far_down``.
    msu_size : int or None
    msu_zone : str or None
    """

    side: str
    type: str
    zone: str | None
    migration: str
    migration_grade: str | None
    migration_zone: str | None
    msu_size: int | None
    msu_zone: str | None


def borders_of(bed: HerniationBed) -> dict[Side, Borders]:
    """The landmarks of both sides."""
    return {side: _borders(bed, side) for side in SIDES}


def name_herniation(
    shape: Shape, bed: HerniationBed, borders: dict[Side, Borders], touches: bool, voxel_mm: float
) -> Words:
    """Name a herniation.

    Parameters
    ----------
    shape : Shape
    bed : HerniationBed
    borders : mapping
        Of `borders_of`.
    touches : bool
        Whether it is continuous with the disc.
    voxel_mm : float
        Widths that differ by less than this are the same, and a border is known to half of it.

    Returns
    -------
    Words
    """
    side = _side(shape)
    # in the midline the two sides' landmarks are nearly the same; the heavier side's are used
    own = borders[Side.LEFT if shape.left_share >= 0.5 else Side.RIGHT]
    least = max(scalar("herniation", "least_migration"), voxel_mm)
    migration = "none" if abs(shape.migration_mm) < least else ("up" if shape.migration_mm > 0 else "down")
    size, zone = _msu(shape, bed, borders)
    return Words(
        side=side,
        type=_type(shape, bed, touches, migration != "none", voxel_mm),
        zone=_zone(abs(float(shape.centre[0])), side == "midline", own, voxel_mm),
        migration=migration,
        migration_grade=_grade(shape, bed, own, migration),
        migration_zone=_lee_zone(shape, own, migration),
        msu_size=size,
        msu_zone=zone,
    )


def _borders(bed: HerniationBed, side: Side) -> Borders:
    sign = 1.0 if side is Side.LEFT else -1.0
    facet = facet_front = None
    process = bed.processes.get(side)
    if process is not None:
        points = _outwards(process, bed, sign)
        near = points[np.abs(points[:, 2]) <= FACET_SLAB_MM]
        near = near if len(near) else points
        facet = float(np.percentile(near[:, 0], INNERMOST)) - max(process.volume.spacing_mm) / 2
        inner = near[near[:, 0] <= facet + 2.0 * max(process.volume.spacing_mm)]
        facet_front = float(inner[:, 1].mean())
    frame = outward_frame(bed.disc.frame, side)
    spans = {}
    for which, bone in zip(("upper", "lower"), bed.bones, strict=True):
        pedicle = bed.pedicles.get((which, side))
        found = None if pedicle is None else pedicle_borders(pedicle, bone, bed.disc.centre_lps, frame)
        if found is not None:
            spans[which] = found
    lower = spans.get("lower")
    return Borders(
        facet=facet,
        facet_front=facet_front,
        pedicle_inner=float(np.mean([span.inner for span in spans.values()])) if spans else None,
        pedicle_outer=float(np.mean([span.outer for span in spans.values()])) if spans else None,
        upper_bottom=spans["upper"].bottom if "upper" in spans else None,
        lower_middle=None if lower is None else lower.middle,
        lower_bottom=None if lower is None else lower.bottom,
    )


def _outwards(part: Region, bed: HerniationBed, sign: float) -> Floats:
    return np.asarray(bed.local(part.points_lps()) * np.array([sign, 1.0, 1.0]), dtype=np.float64)


def _side(shape: Shape) -> str:
    share = scalar("herniation", "midline_share")
    if share <= shape.left_share <= 1.0 - share:
        return "midline"
    return str(Side.LEFT) if shape.left_share > 0.5 else str(Side.RIGHT)


def _zone(aside: float, midline: bool, own: Borders, voxel_mm: float) -> str | None:
    """Central to the facet's inner border, subarticular to the pedicle's, foraminal to its outer border.

    None within half a voxel of a border: what lies there is in either zone. And where the facet leaves less
    than a voxel inside the pedicle, its border does not tell central from subarticular: then only what lies
    in the midline is surely central, and what lies beside it stays unknown.
    """
    facet, inner, outer = own.facet, own.pedicle_inner, own.pedicle_outer
    if facet is None or inner is None or outer is None:
        return None

    def at(place: float) -> str | None:
        """The zone of a place so far from the midline."""
        if place >= inner:
            return "foraminal" if place < outer else "extraforaminal"
        if inner - facet < voxel_mm:
            return "central" if midline else None
        return "central" if place < facet else "subarticular"

    return at(aside) if at(aside - voxel_mm / 2) == at(aside + voxel_mm / 2) else None


def _type(shape: Shape, bed: HerniationBed, touches: bool, migrated: bool, voxel_mm: float) -> str:
    if not touches:
        return "sequestration"
    half = np.array([bed.disc.width_mm, bed.disc.depth_mm]) / 2
    spread = shape.points[:, :2] / half
    angles = np.sort(np.arctan2(spread[:, 0], spread[:, 1]))
    gaps = np.diff(np.concatenate([angles, angles[:1] + 2 * np.pi]))
    if 1.0 - float(gaps.max()) / (2 * np.pi) > scalar("herniation", "bulge_share"):
        return "bulge"
    wider = shape.dome_mm > shape.base_mm + voxel_mm
    taller = migrated and shape.dome_height_mm > shape.base_height_mm + voxel_mm
    return "extrusion" if wider or taller else "protrusion"


def _grade(shape: Shape, bed: HerniationBed, own: Borders, migration: str) -> str | None:
    """Low within the height of the disc's back, high beyond, very high past the pedicle's lower edge."""
    if migration == "none":
        return "none"
    upper, lower = bed.corners()
    height = float(np.linalg.norm(upper - lower))
    reach = abs(shape.migration_mm)
    high = "high" if reach > height else "low"
    edge = own.upper_bottom if migration == "up" else own.lower_bottom
    if edge is None:
        return None if high == "high" else "low"
    top, bottom = float(shape.points[:, 2].max()), float(shape.points[:, 2].min())
    past = top > edge if migration == "up" else bottom < edge
    return "very_high" if past and high == "high" else high


def _lee_zone(shape: Shape, own: Borders, migration: str) -> str | None:
    if migration == "none":
        return "none"
    if migration == "up":
        if own.upper_bottom is None:
            return None
        limit = own.upper_bottom - scalar("migration", "far_up_below_pedicle")
        return "far_up" if float(shape.points[:, 2].max()) > limit else "near_up"
    if own.lower_middle is None:
        return None
    return "far_down" if float(shape.points[:, 2].min()) < own.lower_middle else "near_down"


def _msu(shape: Shape, bed: HerniationBed, borders: dict[Side, Borders]) -> tuple[int | None, str | None]:
    """Size by the share of the way to the line between the facets, zone by quarters of that line."""
    left, right = borders[Side.LEFT], borders[Side.RIGHT]
    if None in (left.facet, right.facet, left.facet_front, right.facet_front):
        return None, None
    assert left.facet is not None and right.facet is not None
    assert left.facet_front is not None and right.facet_front is not None
    line = (left.facet_front + right.facet_front) / 2
    back = float(bed.corners()[:, 1].mean())
    share = shape.projection_mm / max(line - back, 1e-6)
    size = 1 if share <= scalar("herniation", "msu_half") else (2 if share <= 1.0 else 3)
    aside = float(shape.centre[0])
    own = left.facet if aside >= 0 else right.facet
    quarter = (left.facet + right.facet) / 4
    zone = "C" if abs(aside) > own else ("A" if abs(aside) <= quarter else "B")
    return size, zone

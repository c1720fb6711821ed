"""The disc between two vertebrae, and the superior endplate of the sacrum below the last one.

All is measured on two patches, of the bones above and below, along the disc's own frame. On a
column the space reaches from the upper surface of the lower bone to the lower surface of the upper bone;
`interspaces` finds the space first. A disc that the map labels keeps its own voxels for volume, middle
and posterior edge; heights and planes are those of the bones on either side, given or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.crest import disc_centre_sd_mm
from kambin.anatomy.fields import Field, field_of, patch_of, patch_step_mm
from kambin.anatomy.geometry import Disc, Endplate, VertebraShape
from kambin.anatomy.interspaces import Gap
from kambin.anatomy.kernels import first_crossing
from kambin.anatomy.model import Interspace
from kambin.anatomy.planes import fit_plane, inside_of, rear_corner
from kambin.anatomy.regions import Region
from kambin.anatomy.rims import SAGITTAL_MM, outline_at_rim, rim_offset
from kambin.anatomy.symmetry import mirror_turn, turned
from kambin.anatomy.vertebrae import (
    EDGE_VOXELS,
    SHARES,
    Body,
    normal_of,
)

__all__ = ["DiscMeasures", "disc_frame", "measure_disc", "sacral_shape"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# What of the sacrum is compared with its mirror image: its first body, canal and joints, about the plate.
MIRROR_LOW_MM, MIRROR_HIGH_MM = (-40.0, -30.0, -25.0), (40.0, 45.0, 10.0)
# The wings of the sacrum begin behind the middle of its plate.
SACRAL_LATERAL_SHARE = 0.45
# A given disc farther from the space between the bones than this is not the disc of that space.
MAX_APART_MM = 12.0
# Half the height about the middle of a given disc in which its rear is looked for, and how far before the
# edge of the space what it holds is read.
MID_HEIGHT_MM, INSIDE_MM = 1.5, (8.0, 3.0)


@dataclass(frozen=True, slots=True, eq=False)
class DiscMeasures:
    """A disc and its numbers.

    Attributes
    ----------
    disc : Disc
    volume_ml : float
    heights_mm : tuple of float or None
        Anterior, middle, posterior.
    wedge_deg : float or None
        Positive where open to the front.
    area_mm2 : float
        Section of the space across its frame.
    whole : bool
        False where the edge of the field of view cuts a given disc.
    """

    disc: Disc
    volume_ml: float
    heights_mm: tuple[float | None, ...]
    wedge_deg: float | None
    area_mm2: float
    whole: bool


def sacral_shape(gap: Gap, sacrum: Field) -> VertebraShape | None:
    """The superior endplate of the sacrum and the frame on it, from the space below the last vertebra."""
    inner = inside_of(gap.disc, max(round(EDGE_VOXELS * sacrum.voxel_mm / gap.step_mm), 1)) & np.isfinite(
        gap.bottom
    )
    if np.count_nonzero(inner) < 30:
        return None
    x, y = np.meshgrid(gap.left, gap.back, indexing="ij")
    plane, residual = fit_plane(x[inner], y[inner], gap.bottom[inner])
    normal = normal_of(plane, gap.frame)
    at = [float(x[gap.disc].mean()), float(y[gap.disc].mean())]
    centre = gap.origin_lps + np.array([*at, plane[0] + plane[1] * at[0] + plane[2] * at[1]]) @ gap.frame
    frame = frames.spine_frame(normal, gap.frame[1])
    turn = mirror_turn(sacrum, centre, frame, np.array(MIRROR_LOW_MM), np.array(MIRROR_HIGH_MM))
    frame = turned(frame, float(np.degrees(turn)))
    step = patch_step_mm(sacrum)
    patch = patch_of(sacrum, centre, frame, (-36.0, -34.0, -10.0), (36.0, 34.0, 4.0), step)
    level = plane[0] + plane[1] * x + plane[2] * y
    rim = rim_offset(gap.bottom, gap.disc, level, gap.step_mm, sacrum.voxel_mm, -1)
    found = outline_at_rim(patch, np.zeros(3), -1, rim, sacrum.voxel_mm, 0.0, SACRAL_LATERAL_SHARE)
    if found is None:
        return None
    centre = centre + frame[1] * (found.front + found.rear) / 2
    plate = Endplate(centre, normal, residual, found.rear - found.front, found.width)
    return VertebraShape("S1", frame, centre, plate, None)


def measure_disc(
    level: str,
    gap: Gap,
    facing: tuple[Endplate | None, Endplate | None],
    space: Interspace,
    given: Region | None,
) -> DiscMeasures:
    """Measure a disc.

    Parameters
    ----------
    level : str
    gap : Gap
        Along the disc's frame.
    facing : two of Endplate or None
        The inferior endplate of the vertebra above and the superior one of that below.
    space : Interspace
    given : Region or None
        The disc's own voxels.

    Returns
    -------
    DiscMeasures
    """
    gap = gap.before([rear_corner(plate, gap.frame) for plate in facing if plate is not None])
    rear, front = _edges(gap)
    depths = [plate.depth_mm for plate in facing if plate is not None]
    depth = float(np.mean(depths)) if depths else rear - front
    widths = [plate.width_mm for plate in facing if plate is not None]
    width = float(np.mean(widths)) if widths else float(np.ptp(gap.left[gap.disc.any(axis=1)]))
    heights, middles = _profile(gap)
    shares = [rear - depth * (1 - share) for share in SHARES]
    found = tuple(float(np.interp(place, gap.back, heights)) for place in shares)
    edge = np.array([0.0, rear, float(np.interp(rear - 1.0, gap.back, middles))])
    centre = gap.middle()
    use = given is not None and float(np.linalg.norm(given.centre_lps() - centre)) < MAX_APART_MM
    if use and given is not None:
        centre = given.centre_lps()
        edge[1] = _given_rear(given, gap, edge)
    disc = Disc(
        level=level,
        centre_lps=centre,
        frame=gap.frame,
        depth_mm=depth,
        width_mm=width,
        posterior_edge_lps=gap.origin_lps + edge @ gap.frame,
        region=given if use else None,
        how="given" if use else "derived",
        uncertainty_mm=space.uncertainty_mm if not use else 2.0 * _given_sd_mm(given),
    )
    volume = given.volume_ml if use and given is not None else gap.volume_ml()
    whole = given is None or not given.cut
    return DiscMeasures(disc, volume, found, _wedge(gap, facing), _area(gap), whole)


def _given_sd_mm(given: Region | None) -> float:
    voxel = 0.0 if given is None else max(given.volume.spacing_mm)
    return voxel / 4 if given is not None else disc_centre_sd_mm(voxel)


def _area(gap: Gap) -> float:
    return float(np.count_nonzero(gap.disc)) * gap.step_mm**2


def _strip(gap: Gap) -> Bools:
    chosen: Bools = np.abs(gap.left) <= SAGITTAL_MM
    return chosen


def _edges(gap: Gap) -> tuple[float, float]:
    """Rear and front of the disc's columns in the mid-sagittal plane."""
    rows = np.flatnonzero(gap.disc[_strip(gap)].mean(axis=0) > 0.5)
    if not len(rows):
        rows = np.flatnonzero(gap.disc.any(axis=0))
    half = gap.step_mm / 2
    return float(gap.back[rows[-1]]) + half, float(gap.back[rows[0]]) - half


def _profile(gap: Gap) -> tuple[Floats, Floats]:
    """Height and middle of the space along the mid-sagittal plane, over `gap.back`."""
    strip = _strip(gap)
    kept = np.where(gap.disc, 1.0, np.nan)[strip]
    lines = []
    for values in ((gap.top - gap.bottom)[strip] * kept, (gap.top + gap.bottom)[strip] / 2 * kept):
        full = np.flatnonzero(np.isfinite(values).any(axis=0))
        means = np.nanmean(values[:, full], axis=0)
        lines.append(np.interp(gap.back, gap.back[full], means))
    return lines[0], lines[1]


def _given_rear(given: Region, gap: Gap, edge: Floats) -> float:
    """Where the given disc ends behind, at mid-height in the mid-sagittal plane.

    A disc that is thinner behind than its field is wide does not fill it: its edge is where the field falls
    to half of what it holds inside, which for any plate thicker than that is one half.
    """
    field = field_of([given])
    origin = gap.origin_lps + np.array([0.0, 0.0, edge[2]]) @ gap.frame
    low, high = (-SAGITTAL_MM, -10, -MID_HEIGHT_MM), (SAGITTAL_MM, 40, MID_HEIGHT_MM)
    patch = patch_of(field, origin, gap.frame, low, high, patch_step_mm(field))
    y = patch.axes[1]
    filled = np.median(patch.values.max(axis=2), axis=0)
    inside = filled[(y < edge[1] - INSIDE_MM[1]) & (y > edge[1] - INSIDE_MM[0])]
    plateau = float(np.median(inside)) if len(inside) else 0.0
    if plateau <= 0.0:
        return float(edge[1])
    values = np.ascontiguousarray((filled / min(plateau, 1.0))[None, None, :], dtype=np.float32)
    start = np.full((1, 1), int(np.argmin(np.abs(y - (edge[1] - INSIDE_MM[1])))), dtype=np.int64)
    found = first_crossing(values, start, 1, False)[0, 0]
    return float(np.interp(found, np.arange(len(y)), y)) if np.isfinite(found) else float(edge[1])


def _wedge(gap: Gap, facing: tuple[Endplate | None, Endplate | None]) -> float | None:
    upper, lower = facing
    if upper is None or lower is None:
        return None
    slopes = [
        float(np.arctan2(plate.normal_lps @ gap.frame[1], plate.normal_lps @ gap.frame[2]))
        for plate in (upper, lower)
    ]
    return float(np.degrees(slopes[0] - slopes[1]))


def disc_frame(
    upper: Body, lower_frame: Floats, facing: tuple[Endplate | None, Endplate | None], normal: Floats
) -> Floats:
    """Frame of a disc: cranial halves the facing endplates' normals, posterior the two vertebrae's."""
    normals = [plate.normal_lps for plate in facing if plate is not None]
    cranial = frames.unit(np.sum(normals, axis=0)) if len(normals) == 2 else normal
    return frames.spine_frame(cranial, upper.shape.frame[1] + lower_frame[1])

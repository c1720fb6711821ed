"""Height of the iliac crests above the middle of the L4-L5 disc.

The crest's top is the point of the hip bone that lies highest along the lumbar axis (see `axis`). Its height
is the distance along that axis from the centre of the space between the bodies of L4 and L5: positive when
the top is above the disc. Both sides use the same axis and the same centre.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.axis import LumbarAxis
from kambin.anatomy.model import CrestHeight, Interspace
from kambin.anatomy.regions import Region
from kambin.anatomy.settings import CREST_MARGIN_MM, DISC_CENTRE_SD_MM
from kambin.case.words import Side

__all__ = ["METHOD", "crest_height", "disc_centre_sd_mm", "hip_sides", "summit"]

METHOD = (
    "highest point of the hip bone above the centre of the space between the bodies of L4 and L5, "
    "along the line that best fits the bodies of the lumbar vertebrae and the L5-S1 disc"
)
Floats = NDArray[np.float64]

# The dome of a crest: so deep, and at least so many voxels, is its section looked at. On real maps it grows
# evenly with the depth over twice as much (tests/anatomy/test_real_maps.py's maps: power 0.9 to 1.1).
DOME_VOXELS, DOME_MM = 3, 3.0


def hip_sides(hips: Sequence[Region], column_lps: Floats) -> Mapping[Side, Region]:
    """Which hip lies on which side, by the frame and not by name.

    Parameters
    ----------
    hips : sequence of Region
        One or two hip bones.
    column_lps : ndarray, shape (3,)
        A point of the spine, which parts the sides of a single hip.
    """
    middle = float(np.mean([hip.main_centre_lps[0] for hip in hips])) if len(hips) == 2 else column_lps[0]
    return {Side.LEFT if hip.main_centre_lps[0] > middle else Side.RIGHT: hip for hip in hips}


def disc_centre_sd_mm(voxel_mm: float) -> float:
    """Standard deviation of a derived disc centre along the spine, mm."""
    return float(np.hypot(DISC_CENTRE_SD_MM, voxel_mm / 2))


def summit(heights: Floats, step: float) -> float:
    """Height of a rounded top, from how the heights of the voxels below it are spread, mm.

    The section of any smooth dome grows evenly with the depth below its top, as that of a paraboloid does. So
    the voxels above some level lie, on average, a third of the way from that level to the top, however long
    or narrow the dome is. The highest voxel alone says where the top is only if the grid happens to meet it.

    Parameters
    ----------
    heights : ndarray, shape (n,)
        Of the middles of all voxels, mm.
    step : float
        How far apart neighbours lie along the same direction, mm.
    """
    highest = float(heights.max())
    # half a layer lower: where layers lie across, each counts with all that it stands for
    level = highest - (max(DOME_VOXELS, round(DOME_MM / step)) + 0.5) * step
    top = level + 3.0 * float((heights[heights > level] - level).mean())
    # of a top that is flat, or has an edge, no more is known than between which layers it ends
    return float(np.clip(top, highest, highest + step))


def crest_height(side: Side, hip: Region, axis: LumbarAxis, disc: Interspace) -> CrestHeight | str:
    """Measure one side.

    Parameters
    ----------
    side : Side
    hip : Region
    axis : LumbarAxis
    disc : Interspace
        L4-L5.

    Returns
    -------
    CrestHeight or str
        The height, or why it can not be measured.
    """
    to_lps = hip.volume.lps_from_voxel
    gradient = to_lps[:3, :3].T @ axis.cranial
    indices = np.argwhere(hip.mask) + hip.origin
    heights = indices @ gradient
    highest = float(heights.max())
    step = float(np.abs(gradient).max())
    if hip.cut and float((hip.border_voxels @ gradient).max()) > highest - max(CREST_MARGIN_MM, 2 * step):
        return f"the field of view ends at the top of {hip.name}"
    if any(float((centre - hip.main_centre_lps) @ axis.cranial) > 0 for centre in hip.fragments):
        return f"the upper part of {hip.name} is in pieces"
    top = frames.apply(to_lps, indices[heights > highest - step / 2].mean(axis=0))
    top = top + axis.cranial * float(summit(heights, step) - (top - to_lps[:3, 3]) @ axis.cranial)
    offset = axis.frame @ (top - np.array(disc.centre_lps))
    parts = (
        step / 2,
        disc.uncertainty_mm / 2,
        offset[0] * axis.coronal_sd_rad,
        offset[1] * axis.sagittal_sd_rad,
    )
    return CrestHeight(
        side=side,
        height_mm=float(offset[2]),
        uncertainty_mm=2.0 * float(np.linalg.norm(parts)),
        top_lps=frames.as_point(top),
        structures=tuple(dict.fromkeys((hip.name, *disc.structures, *axis.structures))),
    )

"""Kambin's triangle between bones: where a cannula may pass behind the exiting root.

The triangle lies in the coronal plane of the lower body's superior endplate. Its base is that endplate, its
upright runs along the spine through the outer border of the lower vertebra's superior articular process at
half the height of the disc space, its hypotenuse is the exiting root: the line from the root's middle under
the upper pedicle to where it crosses the endplate. That holds for a root that the map gives and for one that
was derived, which comes from the upper pedicle's lower inner edge at the published angle to the disc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.contours import largest_circle_of_triangle
from kambin.anatomy.fields import field_of, patch_of
from kambin.anatomy.geometry import Endplate, KambinTriangle, Root
from kambin.anatomy.pedicles import outward_frame
from kambin.anatomy.regions import Region
from kambin.case.words import Side

__all__ = ["TriangleBed", "kambin_triangle"]

Floats = NDArray[np.float64]

# Half height of the slab in which the process's outer border is read, and the reach of its picture.
SLAB_MM, STEP_MM, REACH_MM = 0.6, 0.4, 16.0


@dataclass(frozen=True, slots=True, eq=False)
class TriangleBed:
    """What the triangle is built from.

    Attributes
    ----------
    upper_plate, lower_plate : Endplate
        The facing endplates.
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial of the disc.
    pedicle : Region
        The upper pedicle.
    process : Region
        The lower vertebra's superior articular process.
    root : Root
        The exiting root.
    """

    upper_plate: Endplate
    lower_plate: Endplate
    frame: Floats
    pedicle: Region
    process: Region
    root: Root


def kambin_triangle(bed: TriangleBed, side: Side) -> KambinTriangle | None:
    """Build the triangle of one foramen.

    Parameters
    ----------
    bed : TriangleBed
    side : Side

    Returns
    -------
    KambinTriangle or None
        None where the root does not pass outside the process above the endplate, so that there is none.
    """
    origin = bed.lower_plate.centre_lps
    frame = outward_frame(frames.spine_frame(bed.lower_plate.normal_lps, bed.frame[1]), side)
    space = float((bed.upper_plate.centre_lps - origin) @ frame[2])
    upright = _outer_border(bed.process, origin, frame, space / 2)
    middle = float((bed.pedicle.centre_lps() - origin) @ frame[0])
    line = _through(bed.root, origin, frame, middle)
    if upright is None or line is None:
        return None
    (out, high), crossing = line
    if crossing <= upright or high <= 0 or crossing <= out:
        return None
    peak = high * (crossing - upright) / (crossing - out)
    corners = np.array([[upright, 0.0], [crossing, 0.0], [upright, peak]])
    centre, radius = largest_circle_of_triangle(corners)
    depth = _depth(bed, origin, frame)
    axes = frame[[0, 2]]
    return KambinTriangle(
        corners_lps=origin + depth * frame[1] + corners @ axes,
        area_mm2=float((crossing - upright) * peak / 2),
        circle_centre_lps=origin + depth * frame[1] + centre @ axes,
        circle_radius_mm=radius,
    )


def _through(
    root: Root, origin: Floats, frame: Floats, middle: float
) -> tuple[tuple[float, float], float] | None:
    """The given root under the pedicle's middle, and where it crosses the endplate's plane."""
    points = (root.points_lps - origin) @ frame.T
    out, high = np.asarray(points[:, 0]), np.asarray(points[:, 2])
    under = np.flatnonzero((out[:-1] < middle) & (out[1:] >= middle))
    down = np.flatnonzero((high[:-1] > 0) & (high[1:] <= 0))
    if len(under) == 0 or len(down) == 0:
        return None
    at, end = int(under[0]), int(down[-1])
    share = (middle - out[at]) / (out[at + 1] - out[at])
    fall = high[end] / (high[end] - high[end + 1])
    start = float(high[at] + share * (high[at + 1] - high[at]))
    return (middle, start), float(out[end] + fall * (out[end + 1] - out[end]))


def _outer_border(process: Region, origin: Floats, frame: Floats, height: float) -> float | None:
    """Greatest outward coordinate of the process at a height above the endplate."""
    centre = process.centre_lps()
    local = frame @ (centre - origin)
    middle = origin + local[0] * frame[0] + local[1] * frame[1] + height * frame[2]
    field = field_of([process])
    low, high = (-REACH_MM, -REACH_MM, -SLAB_MM), (REACH_MM, REACH_MM, SLAB_MM)
    patch = patch_of(field, middle, frame, low, high, STEP_MM)
    rows = np.asarray(patch.values, dtype=np.float64)
    inside = np.asarray((rows >= 0.5).any(axis=1), dtype=np.bool_)
    found = []
    for level in range(rows.shape[2]):
        filled = np.flatnonzero(inside[:, level])
        if len(filled) and filled[-1] + 1 < rows.shape[0]:
            last = int(filled[-1])
            now, after = rows[last, :, level].max(), rows[last + 1, :, level].max()
            found.append(float(patch.axes[0][last]) + STEP_MM * (now - 0.5) / max(now - after, 1e-9))
    return float(np.mean(found)) + float(local[0]) if found else None


def _depth(bed: TriangleBed, origin: Floats, frame: Floats) -> float:
    """How far behind the endplate's middle the triangle is drawn: where the root crosses its plane."""
    points = (bed.root.points_lps - origin) @ frame.T
    return float(points[int(np.abs(points[:, 2]).argmin()), 1])

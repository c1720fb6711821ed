"""Kambin's triangle between bones: where a cannula may pass behind the exiting root.

The triangle lies in the coronal plane of the lower body's superior endplate. Its base is that endplate, its
upright runs along the spine through the outer border of the lower vertebra's superior articular process at
half the height of the disc space, its hypotenuse is the exiting root: the line along which its middle runs
from under the upper pedicle to where it crosses the endplate. That holds for a root that the map gives and
for one that was derived, which comes from the upper pedicle's lower inner edge at the published angle to the
disc.
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
from kambin.anatomy.planes import crown, fit_robust
from kambin.anatomy.regions import Region
from kambin.case.words import Side

__all__ = ["TriangleBed", "kambin_triangle"]

Floats = NDArray[np.float64]

# Half height of the slab in which the process's outer border is read, and the reach of its picture.
SLAB_MM, STEP_MM, REACH_MM = 1.5, 0.4, 16.0
# The border is the top of an arch over so much along the process, on either side of the outermost place.
ARC_MM = 3.0
# The course of a root is rounded over so many of its points from a bend on; fewer points than this, or a
# smaller fall, do not tell a line.
BENT_POINTS, LEAST_POINTS, LEAST_FALL_MM = 1, 3, 2.0


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
    """The root's line under the pedicle's middle, and where it crosses the endplate's plane.

    A course is rounded where a root bends, as it does at both ends of the stretch between them, so the line
    is read in between.
    """
    points = (root.points_lps - origin) @ frame.T
    out, high = np.asarray(points[:, 0]), np.asarray(points[:, 2])
    under = np.flatnonzero((out[:-1] < middle) & (out[1:] >= middle))
    down = np.flatnonzero((high[:-1] > 0) & (high[1:] <= 0))
    if len(under) == 0 or len(down) == 0:
        return None
    at, end = int(under[0]), int(down[-1])
    between = slice(at + 1 + BENT_POINTS, end + 1 - BENT_POINTS)
    if len(out[between]) >= LEAST_POINTS and float(np.ptp(high[between])) > LEAST_FALL_MM:
        terms = np.stack([np.ones(len(out[between])), high[between]], axis=1)
        crossing, slope = (float(value) for value in fit_robust(terms, out[between])[0])
        return None if slope >= 0 else ((middle, (middle - crossing) / slope), crossing)
    share = (middle - out[at]) / (out[at + 1] - out[at])
    fall = high[end] / (high[end] - high[end + 1])
    start = float(high[at] + share * (high[at + 1] - high[at]))
    return (middle, start), float(out[end] + fall * (out[end + 1] - out[end]))


def _outer_border(process: Region, origin: Floats, frame: Floats, height: float) -> float | None:
    """Outward coordinate of the process at a height above the endplate, where it stands out most."""
    centre = process.centre_lps()
    local = frame @ (centre - origin)
    middle = origin + local[0] * frame[0] + local[1] * frame[1] + height * frame[2]
    field = field_of([process])
    low, high = (-REACH_MM, -REACH_MM, -SLAB_MM), (REACH_MM, REACH_MM, SLAB_MM)
    patch = patch_of(field, middle, frame, low, high, STEP_MM)
    # lines from outside inwards, one for each place along the process and each level
    values = np.asarray(patch.values, dtype=np.float64)[::-1]
    inside = values >= 0.5
    first = inside.argmax(axis=0)
    rows, levels = np.nonzero(inside.any(axis=0) & (first > 0))
    if not len(rows):
        return None
    at = first[rows, levels]
    before, after = values[at - 1, rows, levels], values[at, rows, levels]
    places = patch.axes[0][::-1][at] + STEP_MM * (after - 0.5) / (after - before)
    behind = patch.axes[1][rows]
    near = np.abs(behind - behind[int(places.argmax())]) <= ARC_MM
    top = crown(behind[near], places[near])
    # where a face ends it falls off, and a parabola through that would rise above the face
    face = near & (places >= top - field.voxel_mm / 2)
    return (crown(behind[face], places[face]) if face.any() else top) + float(local[0])


def _depth(bed: TriangleBed, origin: Floats, frame: Floats) -> float:
    """How far behind the endplate's middle the triangle is drawn: where the root crosses its plane."""
    points = (bed.root.points_lps - origin) @ frame.T
    return float(points[int(np.abs(points[:, 2]).argmin()), 1])

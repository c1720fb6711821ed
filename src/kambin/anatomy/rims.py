"""Sections of a vertebral body: front, rear and width, across it or at the rim of an endplate.

The field rounds off an edge within about a voxel of it, and the body draws in below the rim; so the outline
is measured in several sections from one voxel below the rim on, and carried on to the rim.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.fields import Patch
from kambin.anatomy.kernels import first_crossing, sheared
from kambin.anatomy.planes import fit_robust

__all__ = [
    "HALF_BODY_MM",
    "LATERAL_SHARE",
    "SAGITTAL_MM",
    "Outline",
    "filled_below",
    "outline_at_rim",
    "outline_at_waist",
    "outline_of",
    "rim_offset",
    "smoothing_mm",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# The widest place of a body is looked for in front of this share of its depth, measured from the wall: behind
# it the roots of the pedicles, and at L5 the transverse processes, widen the section.
LATERAL_SHARE = 0.3
# Half width of the strip that stands for the mid-sagittal plane.
SAGITTAL_MM = 2.0
# Reach of the arc that says where a wall lies in the midline or how wide a section is: walls of bodies are
# smooth over so much, and begin to turn into pedicles and corners beyond.
ARC_MM = 9.0
# The field is rounded off within this many voxels of an edge.
ROUNDED_VOXELS = 1.25
# Sections through the body near its rim: how far below it in voxels, how many, and over which height.
FIRST_VOXELS = 1.0
SECTIONS, SECTIONS_MM = 9, 5.0
# A worn rim is round over so much.
WORN_MM = 3.0
# Half the height of a body (23.5 to 32.4 mm, clouthier2023), for the curve of its waist.
HALF_BODY_MM = 14.0
# Sections about half height: one alone errs with the voxels that it meets.
WAIST_MM = (-2.0, -1.0, 0.0, 1.0, 2.0)
OUTLINE_FIELDS = ("front", "rear", "width")
# A section well below the rim, whose middle is bone however hollow the endplate is (up to 3.5 mm).
DEEP_MM = 5.0
# A section near the rim may be hollow in the middle; it is bone this far out from the middle.
OUT_SHARE = 0.62
# Width of the ring about the edge of an endplate in which the height of its rim is read.
RING_MM = 2.0


@dataclass(frozen=True, slots=True)
class Outline:
    """Front and rear in the mid-sagittal plane, mm behind the patch's origin, and greatest width."""

    front: float
    rear: float
    width: float


def outline_of(
    patch: Patch,
    height: float,
    centre_y: float = 0.0,
    plane: Floats | None = None,
    lateral_share: float = LATERAL_SHARE,
    rough: Outline | None = None,
    filled: float = 1.0,
) -> Outline | None:
    """Measure one section.

    Parameters
    ----------
    patch : Patch
    height : float
        Of the section on the patch's axis, mm.
    centre_y : float
        A place inside, mm behind the patch's origin.
    plane : ndarray or None
        Plane of `fit_plane` that the section runs along; None for across the axis.
    lateral_share : float
        Rows behind this share of the depth, measured from the rear, do not count for the width.
    rough : Outline or None
        What is known of the outline; the search then begins near it and not in the middle.
    filled : float
        What the field holds inside the bone in this section; its border is where half of that is left.

    Returns
    -------
    Outline or None
        None where the section does not end on every side.
    """
    x, y, _ = patch.axes
    section = _section(patch, height, plane) / np.float32(filled)
    begins = (centre_y, centre_y)
    if rough is not None:
        middle, half = (rough.front + rough.rear) / 2, (rough.rear - rough.front) / 2
        begins = (middle - OUT_SHARE * half, middle + OUT_SHARE * half)
    near = np.abs(x) <= ARC_MM
    front, rear = (
        _in_midline(x[near], _ends(section[near], begin, y, way))
        for begin, way in zip(begins, (-1, 1), strict=True)
    )
    if front is None or rear is None:
        return None
    rows = (y > front + 2.0) & (y < rear - lateral_share * (rear - front))
    out = 0.0 if rough is None else OUT_SHARE * rough.width / 2
    apart = _ends(section.T[rows], out, x, 1) - _ends(section.T[rows], -out, x, -1)
    width = _widest(y[rows], apart)
    return None if width is None else Outline(front, rear, width)


def outline_at_waist(patch: Patch) -> Outline | None:
    """Measure the body at half height, as the mean of sections close to it."""
    found = [outline_of(patch, height) for height in WAIST_MM]
    known = [item for item in found if item is not None]
    if len(known) < len(WAIST_MM):
        return None
    return Outline(*(float(np.mean([getattr(item, name) for item in known])) for name in OUTLINE_FIELDS))


def outline_at_rim(
    patch: Patch,
    plane: Floats,
    inwards: int,
    rim: float,
    voxel_mm: float,
    centre_y: float = 0.0,
    lateral_share: float = LATERAL_SHARE,
) -> Outline | None:
    """Measure the outline of an endplate.

    Parameters
    ----------
    patch : Patch
    plane : ndarray, shape (3,)
        The endplate's plane.
    inwards : int
        -1 where the body lies below the plate, 1 where it lies above.
    rim : float
        How far the rim stands out from the plane, mm (`rim_offset`).
    voxel_mm : float
    centre_y, lateral_share
        As in `outline_of`.

    Returns
    -------
    Outline or None
    """
    top = float(plane[0]) - inwards * rim
    rough = outline_of(patch, top + inwards * DEEP_MM, centre_y, plane, lateral_share)
    if rough is None:
        return None
    first = FIRST_VOXELS * voxel_mm
    rows = []
    for depth in np.linspace(first, first + SECTIONS_MM, SECTIONS):
        filled = filled_below(float(depth), voxel_mm, float(patch.axes[0][1] - patch.axes[0][0]))
        found = outline_of(patch, top + inwards * float(depth), centre_y, plane, lateral_share, rough, filled)
        if found is not None:
            rows.append((float(depth), found.front, found.rear, found.width))
    if len(rows) < SECTIONS - 2:
        return rough
    table = np.array(rows)
    # a body draws in like a parabola about its middle
    inward = table[:, 0] - table[:, 0] ** 2 / (2.0 * HALF_BODY_MM)
    lines = np.polyfit(inward, table[:, 1:], 1)
    # a worn rim is round: there the body is widest below it, and not where the line meets it
    near = table[table[:, 0] <= first + WORN_MM]
    return Outline(
        front=float(min(lines[1, 0], near[:, 1].min())),
        rear=float(max(lines[1, 1], near[:, 2].max())),
        width=float(max(lines[1, 2], near[:, 3].max())),
    )


def rim_offset(
    heights: Floats, covered: Bools, level: Floats, step: float, voxel_mm: float, inwards: int
) -> float:
    """How far the rim of an endplate stands out from its plane, mm.

    Parameters
    ----------
    heights, level : ndarray, shape (a, b)
        The endplate's surface and its plane over the columns of a patch.
    covered : ndarray of bool, shape (a, b)
        The endplate's columns.
    step : float
        Distance of the columns, mm.
    voxel_mm : float
    inwards : int
        As in `outline_at_rim`.
    """
    from scipy import ndimage

    outer = ndimage.binary_erosion(covered, iterations=max(round(ROUNDED_VOXELS * voxel_mm / step), 1))
    inner = ndimage.binary_erosion(outer, iterations=max(round(RING_MM / step), 1))
    ring = outer & ~inner & np.isfinite(heights)
    return float(np.median((heights - level)[ring])) * -inwards if ring.any() else 0.0


def smoothing_mm(voxel_mm: float, step: float) -> float:
    """Standard deviation by which a field is smoothed where it is read at such steps, mm.

    A mask smoothed by 1-2-1 and read between its samples, and once more between those that were read, is
    smoothed with the variance 1/2 + 1/6 of a squared voxel and 1/6 of the squared step.
    """
    return sqrt(voxel_mm**2 * (1 / 2 + 1 / 6) + step**2 / 6)


def filled_below(depth: float, voxel_mm: float, step: float) -> float:
    """What the field holds inside a bone, this far below a flat face of it, where it is read at such steps.

    Below the face the field is the normal distribution of the depth. Near the edge to a wall it is the
    product of the two, so half of this, and not one half, is left at the wall.
    """
    return 0.5 * (1.0 + erf(depth / smoothing_mm(voxel_mm, step) / sqrt(2.0)))


def _section(patch: Patch, height: float, plane: Floats | None) -> NDArray[np.float32]:
    x, y, z = patch.axes
    slopes = np.zeros(2) if plane is None else np.array([plane[1], plane[2]], dtype=np.float64)
    step = float(z[1] - z[0])
    level = (height + float(slopes @ [x[0], y[0]]) - float(z[0])) / step
    cut: NDArray[np.float32] = sheared(patch.values, level, slopes * [x[1] - x[0], y[1] - y[0]] / step)
    return cut


def _ends(lines: NDArray[np.float32], begin: float, axis: Floats, way: int) -> Floats:
    """Where lines along the last axis leave the bone, from a place in it one way; NaN where they do not."""
    values = np.ascontiguousarray(lines[:, np.newaxis, :])
    start = np.full(values.shape[:2], int(np.argmin(np.abs(axis - begin))), dtype=np.int64)
    found = first_crossing(values, start, way, False)[:, 0]
    return np.asarray(
        np.interp(found, np.arange(len(axis)), axis, left=np.nan, right=np.nan), dtype=np.float64
    )


def _in_midline(across: Floats, places: Floats) -> float | None:
    """A wall's place in the midline: what a parabola through its neighbourhood says there."""
    good = np.isfinite(places)
    if not np.isfinite(places[np.abs(across) <= SAGITTAL_MM]).any():
        return None
    if np.count_nonzero(good) < 7:
        return float(np.median(places[good & (np.abs(across) <= SAGITTAL_MM)]))
    terms = np.stack([np.ones(np.count_nonzero(good)), across[good], across[good] ** 2], axis=1)
    return float(fit_robust(terms, places[good])[0][0])


def _widest(behind: Floats, apart: Floats) -> float | None:
    """Greatest of many widths: the top of a parabola through those about the widest, not its noise."""
    good = np.isfinite(apart)
    if not good.any():
        return None
    behind, apart = behind[good], apart[good]
    at = behind[int(apart.argmax())]
    near = np.abs(behind - at) <= ARC_MM
    if np.count_nonzero(near) < 7:
        return float(apart.max())
    aside = behind[near] - at
    (c, b, a), _ = fit_robust(np.stack([np.ones(len(aside)), aside, aside**2], axis=1), apart[near])
    top = float(np.clip(-b / (2 * a), aside.min(), aside.max())) if a < 0 else 0.0
    return float(c + b * top + a * top * top)

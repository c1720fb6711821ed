"""The space between two vertebral bodies, measured from their facing surfaces.

Between two bodies a regular beam of lines runs parallel to the spine. On each line the space reaches from the
upper surface of the lower bone to the lower surface of the upper bone. Three kinds of line do not pass
through the disc and are left out: those that meet no bone on one side, or only after 25 mm; those behind the
bodies, from where the midline strip no longer meets both (the canal); and those at the edge of a wedge that
miss an end plate and meet the wall of the body beyond it, which shows as a sudden jump in height. The middle
of what is left, weighted by its height, is the centre of the space. The direction of the beam is then set to
the normal of the plane through the lines' middles and the measurement repeated, so that the result does not
depend on the first guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.regions import Region, sample
from kambin.anatomy.settings import (
    BRIDGE_MM,
    DISC_HALF_WIDTH_MM,
    DISC_REACH_MM,
    MAX_DISC_HEIGHT_MM,
    MIDLINE_MM,
    MIN_DISC_AREA_MM2,
)

__all__ = ["Space", "in_front_of_canal", "on_end_plates", "space_between"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Distance of the lines in each round, mm: the normal settles to 0.1 degrees in three coarse rounds, even for
# a lordotic L5-S1 that starts 25 degrees off; the last round measures, finer than any voxel that is worth
# measuring on.
ROUNDS_MM = (2.0, 2.0, 2.0, 1.0)
# Distance of the samples along a line.
SAMPLE_MM = 0.5
# End plates are hollow by up to 2 mm each about a plane through them; a height farther than this from a plane
# over the disc is a line that met the wall of a body.
HOLLOW_MM = 4.0
# The plane is fitted to the lines this far inside the edge.
INSIDE_MM = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """The space between two bodies.

    Attributes
    ----------
    centre_lps : ndarray, shape (3,)
    normal_lps : ndarray, shape (3,)
        Unit vector, towards the head.
    height_mm : float
        Median over the lines.
    area_mm2 : float
        Section across the lines.
    """

    centre_lps: Floats
    normal_lps: Floats
    height_mm: float
    area_mm2: float


def space_between(
    upper: list[Region], lower: list[Region], middle_lps: Floats, cranial: Floats, back: Floats
) -> Space | None:
    """Measure the space between two bones.

    Parameters
    ----------
    upper, lower : list of Region
        The bones; a sacrum may come as S1 and the rest.
    middle_lps : ndarray, shape (3,)
        A first guess of the middle between the bodies.
    cranial, back : ndarray, shape (3,)
        Directions towards the head and the back there.

    Returns
    -------
    Space or None
        None where no space of the size of a disc is found.
    """
    space: Space | None = None
    for line_mm in ROUNDS_MM:
        space = _measure(upper, lower, middle_lps, frames.spine_frame(cranial, back), line_mm)
        if space is None or float(space.normal_lps @ cranial) < 0.5:
            return None
        middle_lps, cranial = space.centre_lps, space.normal_lps
    return space


def _measure(
    upper: list[Region], lower: list[Region], origin: Floats, frame: Floats, line_mm: float
) -> Space | None:
    across = np.arange(-DISC_HALF_WIDTH_MM, DISC_HALF_WIDTH_MM + line_mm, line_mm)
    along = np.arange(-DISC_REACH_MM, DISC_REACH_MM + SAMPLE_MM, SAMPLE_MM)
    steps = (np.outer(across, frame[0]), np.outer(across, frame[1]), np.outer(along, frame[2]))
    top = _first_from_below(sample(upper, origin, steps), along)
    bottom = _last_from_below(sample(lower, origin, steps), along)
    height = top - bottom
    valid = np.isfinite(height) & (height > 0) & (height < MAX_DISC_HEIGHT_MM)
    disc = in_front_of_canal(valid, across, across, line_mm)
    if disc is None:
        return None
    disc = on_end_plates(disc, height, (across, across), line_mm)
    if np.count_nonzero(disc) * line_mm**2 < MIN_DISC_AREA_MM2:
        return None
    plane = _plane_terms((across, across), disc)
    middles = (top[disc] + bottom[disc]) / 2
    (slope_left, slope_back, _), *_ = np.linalg.lstsq(plane, middles, rcond=None)
    weights = height[disc]
    local = np.array([np.average(values, weights=weights) for values in (plane[:, 0], plane[:, 1], middles)])
    return Space(
        centre_lps=origin + local @ frame,
        normal_lps=frames.unit(np.array([-slope_left, -slope_back, 1.0]) @ frame),
        height_mm=float(np.median(weights)),
        area_mm2=float(len(weights)) * line_mm**2,
    )


def _first_from_below(inside: Bools, along: Floats) -> Floats:
    found = along[inside.argmax(axis=-1)] - SAMPLE_MM / 2
    return np.asarray(np.where(inside.any(axis=-1), found, np.nan), dtype=np.float64)


def _last_from_below(inside: Bools, along: Floats) -> Floats:
    found = along[len(along) - 1 - inside[..., ::-1].argmax(axis=-1)] + SAMPLE_MM / 2
    return np.asarray(np.where(inside.any(axis=-1), found, np.nan), dtype=np.float64)


def _plane_terms(across: tuple[Floats, Floats], lines: Bools) -> Floats:
    """Left offset, back offset and 1 for each line, shape (n, 3)."""
    left, back = np.meshgrid(*across, indexing="ij")
    return np.stack([left[lines], back[lines], np.ones(np.count_nonzero(lines))], axis=1)


def on_end_plates(disc: Bools, height: Floats, across: tuple[Floats, Floats], line_mm: float) -> Bools:
    """Lines of a disc that end on both end plates, and not on the wall of a body beyond the edge of one.

    Parameters
    ----------
    disc : ndarray of bool, shape (a, b)
    height : ndarray, shape (a, b)
        Millimetres.
    across : two ndarrays, shapes (a,), (b,)
        Places of the lines along left and back, mm.
    line_mm : float
        Distance of the lines.
    """
    from scipy import ndimage

    inside: Bools = ndimage.binary_erosion(disc, iterations=max(int(INSIDE_MM / line_mm), 1))
    if np.count_nonzero(inside) < 3:
        return inside
    plane, *_ = np.linalg.lstsq(_plane_terms(across, inside), height[inside], rcond=None)
    kept = disc.copy()
    kept[disc] = np.abs(height[disc] - _plane_terms(across, disc) @ plane) < HOLLOW_MM
    return kept


def in_front_of_canal(valid: Bools, left: Floats, back: Floats, line_mm: float) -> Bools | None:
    """The connected part of the lines about the middle, without what lies behind the bodies.

    Parameters
    ----------
    valid : ndarray of bool, shape (a, b)
    left, back : ndarray, shapes (a,), (b,)
        Places of the lines, mm.
    line_mm : float
        Distance of the lines.
    """
    from scipy import ndimage

    strip = valid[np.abs(left) <= MIDLINE_MM].mean(axis=0)
    beside, middle = int(np.argmin(np.abs(left))), int(np.argmin(np.abs(back)))
    canal = np.flatnonzero(strip[middle:] <= 0.5)
    kept = valid.copy()
    if len(canal):
        kept[:, middle + int(canal[0]) :] = False
    radius = int(BRIDGE_MM / line_mm)
    rows, columns = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    opened = ndimage.binary_opening(kept, rows**2 + columns**2 <= radius**2)
    pieces, _ = ndimage.label(opened)
    if not pieces[beside, middle]:
        return None
    part: Bools = pieces == pieces[beside, middle]
    return part

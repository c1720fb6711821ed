"""The space between two vertebral bodies, measured from their facing surfaces.

Between two bodies a regular beam of lines runs parallel to the spine. On each line the space reaches from the
upper surface of the lower bone to the lower surface of the upper bone, both found in the anti-aliased fields
(see `fields`). Three kinds of line do not pass through the disc and are left out: those that meet no bone on
one side, or only after 25 mm; those behind the bodies, from where the midline strip no longer meets both (the
canal); and those at the edge of a wedge that miss an end plate and meet the wall of the body beyond it, which
shows as a sudden jump in height. The middle of what is left, weighted by its height, is the centre of the
space. The direction of the beam is then set to the normal of the plane through the lines' middles and the
measurement repeated, so that the result does not depend on the first guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.fields import Field, patch_of, patch_step_mm
from kambin.anatomy.kernels import first_crossing
from kambin.anatomy.settings import (
    BRIDGE_MM,
    DISC_HALF_WIDTH_MM,
    DISC_REACH_MM,
    MAX_DISC_HEIGHT_MM,
    MIDLINE_MM,
    MIN_DISC_AREA_MM2,
)

__all__ = ["Gap", "Space", "find_gap", "space_between"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Distance of the lines in the rounds that settle the direction: the normal settles to 0.1 degrees in three,
# even for a lordotic L5-S1 that starts 25 degrees off. The last round measures, on the bone's own samples.
ROUNDS_MM = (2.0, 2.0, 2.0)
# Reach above and below once the middle is known: half the highest disc, and what a plate leans at its edge.
SETTLED_REACH_MM = 20.0
# End plates are hollow by up to 2 mm each about a plane through them; a height farther than this from a plane
# over the disc is a line that met the wall of a body.
HOLLOW_MM = 4.0
# The back walls are hollow: beside the midline a disc reaches this far behind its bodies' corners.
BEHIND_MM = 1.2
# The middle between two outlines lies at most so far from that of the lines; beyond, an edge was not found.
MOVED_MM = 4.0
# The plane is fitted to the lines this far inside the edge.
INSIDE_MM = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """The space between two bones on columns along a frame.

    Attributes
    ----------
    origin_lps : ndarray, shape (3,)
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial.
    left, back : ndarray, shapes (a,), (b,)
        Places of the columns, mm.
    top, bottom : ndarray, shape (a, b)
        Surfaces of the upper and the lower bone, mm along cranial; NaN where none is met.
    disc : ndarray of bool, shape (a, b)
        Columns that pass through the disc.
    """

    origin_lps: Floats
    frame: Floats
    left: Floats
    back: Floats
    top: Floats
    bottom: Floats
    disc: Bools

    @property
    def step_mm(self) -> float:
        """Distance of the columns."""
        return float(self.left[1] - self.left[0])

    def before(self, corners_lps: Sequence[Floats]) -> Gap:
        """The same gap without the lines that lie behind the rear corners of the bodies.

        Behind them, beside the canal, a line can pass from pedicle to pedicle at the height of a disc.
        """
        limit = min(
            (float((corner - self.origin_lps) @ self.frame[1]) for corner in corners_lps), default=np.inf
        )
        return replace(self, disc=self.disc & (self.back < limit + BEHIND_MM))

    def volume_ml(self) -> float:
        """Of the space on the disc's columns."""
        return float(np.sum((self.top - self.bottom)[self.disc])) * self.step_mm**2 / 1000.0

    def middle(self) -> Floats:
        """Middle of the space, LPS mm, shape (3,)."""
        height = (self.top - self.bottom)[self.disc]
        x, y = np.meshgrid(self.left, self.back, indexing="ij")
        middles = (self.top + self.bottom)[self.disc] / 2
        local = [
            float(np.average(values, weights=height)) for values in (x[self.disc], y[self.disc], middles)
        ]
        placed: Floats = self.origin_lps + np.array(local) @ self.frame
        return placed


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
    upper: Field,
    lower: Field,
    middle_lps: Floats,
    cranial: Floats,
    back: Floats,
    corners_lps: Sequence[Floats] = (),
    fronts_lps: Sequence[Floats] = (),
) -> Space | None:
    """Measure the space between two bones.

    Parameters
    ----------
    upper, lower : Field
        The bones; a sacrum may come as S1 and the rest in one field.
    middle_lps : ndarray, shape (3,)
        A first guess of the middle between the bodies.
    cranial, back : ndarray, shape (3,)
        Directions towards the head and the back there.
    corners_lps : sequence of ndarray, shape (3,)
        Rear corners of the bodies in the midline, where they are known.
    fronts_lps : sequence of ndarray, shape (3,)
        Front corners of the same bodies. Where those of both are known, the middle is that of the space
        between the two outlines, and not only of the lines that meet both bodies.

    Returns
    -------
    Space or None
        None where no space of the size of a disc is found.
    """
    space: Space | None = None
    for line_mm in (*ROUNDS_MM, None):
        gap = find_gap(upper, lower, middle_lps, frames.spine_frame(cranial, back), line_mm)
        space = None if gap is None else _space(gap.before(corners_lps))
        if space is None or float(space.normal_lps @ cranial) < 0.5:
            return None
        middle_lps, cranial = space.centre_lps, space.normal_lps
        if line_mm is None and gap is not None and len(corners_lps) == len(fronts_lps) == 2:
            ends = fronts_lps, corners_lps
            space = replace(space, centre_lps=_between_outlines(space, gap.before(corners_lps), ends))
    return space


def _between_outlines(space: Space, gap: Gap, ends_lps: tuple[Sequence[Floats], Sequence[Floats]]) -> Floats:
    """Middle of a space whose outline lies half way between those of its two bodies, LPS mm, shape (3,).

    A line that runs along the disc's cranial and meets both bodies lies within both outlines: where one body
    stands before the other, or is deeper, the lines leave out what lies between the two edges, and more of it
    in front, where a wedge is high. The lines are stretched to reach from the mean of the front edges to the
    mean of the rear edges.
    """
    rows = np.flatnonzero(gap.disc[np.abs(gap.left) <= MIDLINE_MM].mean(axis=0) > 0.5)
    if len(rows) < 2:
        return space.centre_lps
    first, last = gap.back[rows[0]] - gap.step_mm / 2, gap.back[rows[-1]] + gap.step_mm / 2
    front, rear = (
        float(np.mean([(end - gap.origin_lps) @ gap.frame[1] for end in ends])) for ends in ends_lps
    )
    here = float((space.centre_lps - gap.origin_lps) @ gap.frame[1])
    there = front + (here - first) * (rear - front) / (last - first)
    moved: Floats = space.centre_lps + np.clip(there - here, -MOVED_MM, MOVED_MM) * gap.frame[1]
    return moved


def find_gap(
    upper: Field, lower: Field, origin: Floats, frame: Floats, line_mm: float | None = None
) -> Gap | None:
    """Find the surfaces on either side of a disc.

    Parameters
    ----------
    upper, lower : Field
    origin : ndarray, shape (3,)
        Between the two, LPS mm.
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial.
    line_mm : float or None
        Distance of the lines; None for the samples that the fields are worth.

    Returns
    -------
    Gap or None
        None where no space of the size of a disc is there.
    """
    step = line_mm or min(patch_step_mm(upper), patch_step_mm(lower))
    along = DISC_REACH_MM if line_mm else SETTLED_REACH_MM
    low = (-DISC_HALF_WIDTH_MM, -DISC_HALF_WIDTH_MM, -along)
    high = (DISC_HALF_WIDTH_MM, DISC_HALF_WIDTH_MM, along)
    above, below = (patch_of(field, origin, frame, low, high, step) for field in (upper, lower))
    x, y, z = above.axes
    # a first guess may lie inside a bone, so the lines are walked from far outside
    ends = (np.zeros((len(x), len(y)), dtype=np.int64), np.full((len(x), len(y)), len(z) - 1, dtype=np.int64))
    places = np.arange(len(z))
    top, bottom = (
        np.interp(first_crossing(values, start, way, True), places, z, left=np.nan, right=np.nan)
        for values, start, way in ((above.values, ends[0], 1), (below.values, ends[1], -1))
    )
    height = top - bottom
    valid = np.isfinite(height) & (height > 0) & (height < MAX_DISC_HEIGHT_MM)
    disc = _in_front_of_canal(valid, x, y, step)
    if disc is None:
        return None
    disc = _on_end_plates(disc, height, (x, y), step)
    wide = np.count_nonzero(disc) * step**2 >= MIN_DISC_AREA_MM2
    return Gap(origin, frame, x, y, top, bottom, disc) if wide else None


def _space(gap: Gap) -> Space:
    terms = _plane_terms((gap.left, gap.back), gap.disc)
    middles = (gap.top + gap.bottom)[gap.disc] / 2
    (slope_left, slope_back, _), *_ = np.linalg.lstsq(terms, middles, rcond=None)
    return Space(
        centre_lps=gap.middle(),
        normal_lps=frames.unit(np.array([-slope_left, -slope_back, 1.0]) @ gap.frame),
        height_mm=float(np.median((gap.top - gap.bottom)[gap.disc])),
        area_mm2=float(np.count_nonzero(gap.disc)) * gap.step_mm**2,
    )


def _plane_terms(across: tuple[Floats, Floats], lines: Bools) -> Floats:
    """Left offset, back offset and 1 for each line, shape (n, 3)."""
    left, back = np.meshgrid(*across, indexing="ij")
    return np.stack([left[lines], back[lines], np.ones(np.count_nonzero(lines))], axis=1)


def _on_end_plates(disc: Bools, height: Floats, across: tuple[Floats, Floats], line_mm: float) -> Bools:
    """Lines of a disc that end on both end plates, and not on the wall of a body beyond the edge of one."""
    from scipy import ndimage

    inside: Bools = ndimage.binary_erosion(disc, iterations=max(int(INSIDE_MM / line_mm), 1))
    if np.count_nonzero(inside) < 3:
        return inside
    plane, *_ = np.linalg.lstsq(_plane_terms(across, inside), height[inside], rcond=None)
    kept = disc.copy()
    kept[disc] = np.abs(height[disc] - _plane_terms(across, disc) @ plane) < HOLLOW_MM
    return kept


def _in_front_of_canal(valid: Bools, left: Floats, back: Floats, line_mm: float) -> Bools | None:
    """The connected part of the lines about the middle, without what lies behind the bodies."""
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

"""The frame, the endplates and the body of one vertebra.

The frame is fixed to the bone and found in a few rounds, each on a patch along the frame of the round before:

* *cranial* is the mean of the normals of the two endplates;
* *left* is perpendicular to the plane of symmetry: half way between the left and the right surface of the
  body, and between the walls of the canal, on every line that runs across;
* the *origin* is the middle of the body, which ends behind at the posterior wall, seen in a strip about the
  midline where the canal separates body and arch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.fields import Field, Patch, patch_of, patch_step_mm
from kambin.anatomy.geometry import Endplate, VertebraShape
from kambin.anatomy.kernels import first_crossing, paint_runs, runs_of
from kambin.anatomy.planes import fit_plane, fit_robust, inside_of
from kambin.anatomy.rims import SAGITTAL_MM, outline_at_rim, outline_at_waist, rim_offset
from kambin.anatomy.settings import MIDLINE_MM

__all__ = ["Body", "fit_vertebra", "normal_of"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Distance of the samples in the rounds that settle the frame, mm; the measurement's own samples follow.
ROUNDS_MM = (2.0, 1.2)
# Reach of a patch about the body's middle: bodies are at most 59 mm wide, 42 mm deep and 33 mm high
# (clouthier2023), and the first middle may be some millimetres off.
LOW_MM, HIGH_MM = (-36.0, -34.0, -28.0), (36.0, 46.0, 28.0)
# Bodies are at most 42 mm deep (clouthier2023), so the wall lies at most 21 mm behind the middle; the first
# middle may lie somewhat off it.
MAX_WALL_MM = 30.0
# The field rounds off the edge of an endplate; so much of it, in voxels, is left out of its plane.
EDGE_VOXELS = 1.25
# How far inside an endplate its rim is looked for beyond the outline of the waist.
UNDER_PLATE_MM = 2.5
# Half height of the slab about the middle of the body in which its sides are looked at.
SLAB_MM = 8.0
# Shares of the superior endplate's depth at which heights are measured (access.yaml, measurements).
SHARES = (0.15, 0.50, 0.85)


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """What was measured of one vertebra's body, in its own frame.

    Attributes
    ----------
    shape : VertebraShape
    field : Field
    patch : Patch
        Along the frame, the origin in the middle of the body.
    wall : ndarray, shape (2,)
        The posterior wall in the midline: y = wall[0] + wall[1] · z.
    centre_lps : ndarray, shape (3,)
        Mean of all that lies before the wall.
    depth_mm, width_mm : float or None
        At half height.
    heights_mm : tuple of float or None
        Anterior, middle, posterior.
    """

    shape: VertebraShape
    field: Field
    patch: Patch
    wall: Floats
    centre_lps: Floats
    depth_mm: float | None
    width_mm: float | None
    heights_mm: tuple[float | None, ...]

    def local(self, points_lps: Floats) -> Floats:
        """LPS points in the vertebra's frame."""
        found: Floats = (points_lps - self.shape.origin_lps) @ self.shape.frame.T
        return found


def fit_vertebra(name: str, field: Field, middle: Floats, cranial: Floats, back: Floats) -> Body | None:
    """Measure one vertebra.

    Parameters
    ----------
    name : str
    field : Field
    middle : ndarray, shape (3,)
        A point in the body, LPS mm.
    cranial, back : ndarray, shape (3,)
        First directions.

    Returns
    -------
    Body or None
        None where no body with a wall behind is found.
    """
    frame = frames.spine_frame(cranial, back)
    for step in ROUNDS_MM:
        patch = patch_of(field, middle, frame, LOW_MM, HIGH_MM, step)
        seen = _Seen.of(patch, field.voxel_mm)
        if seen is None:
            return None
        middle, frame = seen.settled()
    step = patch_step_mm(field)
    patch = patch_of(field, middle, frame, LOW_MM, HIGH_MM, step)
    seen = _Seen.of(patch, field.voxel_mm)
    return None if seen is None else _measured(name, field, patch, seen)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Surfaces of a body on one patch; NaN where there is none."""

    patch: Patch
    wall: Floats
    top: Floats
    bottom: Floats
    body: Bools
    voxel_mm: float

    @classmethod
    def of(cls, patch: Patch, voxel_mm: float) -> _Seen | None:
        """What a patch shows of a body; None where it has no posterior wall."""
        wall = _posterior_wall(patch)
        if wall is None:
            return None
        _, y, z = patch.axes
        before = y[:, None] < wall[0] + wall[1] * z[None, :]
        solid = (patch.values >= 0.5) & before[None, :, :]
        return cls(patch, wall, *_plates(patch, solid), solid, voxel_mm)

    def plane(self, heights: Floats) -> tuple[Floats, float] | None:
        """The plane through an endplate and its residual."""
        step = self.patch.axes[0][1] - self.patch.axes[0][0]
        inner = inside_of(np.isfinite(heights), max(round(EDGE_VOXELS * self.voxel_mm / step), 1))
        inner &= np.isfinite(heights)
        if np.count_nonzero(inner) < 30:
            return None
        x, y = np.meshgrid(self.patch.axes[0], self.patch.axes[1], indexing="ij")
        return fit_plane(x[inner], y[inner], heights[inner])

    def settled(self) -> tuple[Floats, Floats]:
        """Middle and frame for the next round."""
        frame = self.patch.frame
        planes = [self.plane(self.top), self.plane(self.bottom)]
        normals = [normal_of(plane[0], frame) for plane in planes if plane]
        cranial = frames.unit(np.sum(normals, axis=0)) if normals else frame[2]
        offset, slope = _midline(self)
        posterior = frame[1] + slope * frame[0]
        _x, y, _z = self.patch.axes
        weights = self.body
        centre = np.array(
            [
                offset,
                float(weights.sum(axis=(0, 2)) @ y) / max(int(weights.sum()), 1),
                0.0 if None in planes else float(np.mean([plane[0][0] for plane in planes if plane])),
            ]
        )
        centre[0] += slope * centre[1]
        return self.patch.lps(centre), frames.spine_frame(cranial, posterior)

    def centre(self) -> Floats:
        """Mean of all that lies before the wall, LPS mm, shape (3,)."""
        total = max(int(np.count_nonzero(self.body)), 1)
        others = ((1, 2), (0, 2), (0, 1))
        sums = [self.body.sum(axis=other) @ axis for other, axis in zip(others, self.patch.axes, strict=True)]
        return self.patch.lps(np.array(sums, dtype=np.float64) / total)


def normal_of(plane: Floats, frame: Floats) -> Floats:
    """Unit normal of a plane height = p0 + p1 x + p2 y in a frame, towards the head, LPS."""
    return frames.unit(np.array([-plane[1], -plane[2], 1.0]) @ frame)


def _posterior_wall(patch: Patch) -> Floats | None:
    """Where the body ends behind, as a line over height; None where it does not end."""
    x, y, z = patch.axes
    strip, slab = np.abs(x) <= MIDLINE_MM, np.abs(z) <= SLAB_MM
    values = np.ascontiguousarray(patch.values[strip][:, :, slab].transpose(0, 2, 1))
    start = np.full(values.shape[:2], int(np.argmin(np.abs(y))), dtype=np.int64)
    found = first_crossing(values, start, 1, False)
    rows = np.median(np.where(np.isfinite(found), found, np.inf), axis=0)
    good = np.isfinite(rows)
    if np.count_nonzero(good) < max(3, good.size // 2):
        return None
    places = np.interp(rows[good], np.arange(len(y)), y)
    if float(np.median(places)) > MAX_WALL_MM:
        return None
    line, _ = fit_robust(np.stack([np.ones(len(places)), z[slab][good]], axis=1), places)
    return line


def _plates(patch: Patch, solid: Bools) -> tuple[Floats, Floats]:
    """Heights of the upper and the lower surface over each column of the body."""
    from scipy import ndimage

    _, _, z = patch.axes
    middle = int(np.argmin(np.abs(z)))
    surfaces = []
    for step in (1, -1):
        levels = np.full(solid.shape[:2], middle, dtype=np.int64)
        columns = _main_piece(solid[:, :, middle])
        heights = first_crossing(patch.values, np.where(columns, levels, -1), step, False)
        # the rim overhangs the waist of the body: begin again just inside the plate
        if np.isfinite(heights).any():
            inner = round(float(np.nanmedian(heights)) - step * UNDER_PLATE_MM / (z[1] - z[0]))
            inner = min(max(inner, 0), len(z) - 1)
            wider = ndimage.binary_opening(_main_piece(solid[:, :, inner])) & ~np.isfinite(heights)
            again = first_crossing(patch.values, np.where(wider, inner, -1), step, False)
            heights = np.where(np.isfinite(heights), heights, again)
        surfaces.append(np.interp(heights, np.arange(len(z)), z, left=np.nan, right=np.nan))
    return surfaces[0], surfaces[1]


def _main_piece(section: Bools) -> Bools:
    """The largest piece of a section; of pieces of one size the first."""
    runs = runs_of(np.ascontiguousarray(section)[np.newaxis])
    sizes = np.bincount(runs[:, 4], weights=runs[:, 3] - runs[:, 2])
    if np.count_nonzero(sizes) < 2:
        return section
    largest = np.zeros((1, *section.shape), dtype=np.bool_)
    paint_runs(runs[runs[:, 4] == sizes.argmax()], np.zeros(3, dtype=np.int64), largest)
    return np.asarray(largest[0], dtype=np.bool_)


def _midline(seen: _Seen) -> tuple[float, float]:
    """The plane of symmetry as x = offset + slope · y."""
    x, y, z = seen.patch.axes
    slab = np.abs(z) <= SLAB_MM
    values = np.ascontiguousarray(seen.patch.values[:, :, slab].transpose(1, 2, 0))
    zero = np.full(values.shape[:2], int(np.argmin(np.abs(x))), dtype=np.int64)
    rows, steps = np.arange(len(x)), []
    front = float(y[seen.body.any(axis=(0, 2))].min())
    for rising, begin, end in (
        (False, front + 4.0, float(seen.wall[0]) - 2.0),
        (True, float(seen.wall[0]) + 3.0, float(seen.wall[0]) + 11.0),
    ):
        left = np.interp(first_crossing(values, zero, 1, rising), rows, x)
        right = np.interp(first_crossing(values, zero, -1, rising), rows, x)
        middle, apart = (left + right) / 2, left - right
        wanted = np.isfinite(middle) & (apart < 70.0) & (y[:, None] > begin) & (y[:, None] < end)
        depth = np.broadcast_to(y[:, None], middle.shape)
        steps.append((depth[wanted], middle[wanted]))
    depths, middles = (np.concatenate(parts) for parts in zip(*steps, strict=True))
    if len(depths) < 20:
        return 0.0, 0.0
    line, _ = fit_robust(np.stack([np.ones(len(depths)), depths], axis=1), middles)
    return float(line[0]), float(line[1])


def _measured(name: str, field: Field, patch: Patch, seen: _Seen) -> Body:
    top, bottom = (
        _endplate(seen, heights, inwards, field.voxel_mm)
        for heights, inwards in ((seen.top, -1), (seen.bottom, 1))
    )
    waist = outline_at_waist(patch)
    depth, width = (None, None) if waist is None else (waist.rear - waist.front, waist.width)
    shape = VertebraShape(name, patch.frame, patch.origin_lps, top, bottom)
    return Body(shape, field, patch, seen.wall, seen.centre(), depth, width, _heights(patch, seen, top))


def _endplate(seen: _Seen, heights: Floats, inwards: int, voxel_mm: float) -> Endplate | None:
    found = seen.plane(heights)
    if found is None:
        return None
    plane, residual = found
    x, y, _ = seen.patch.axes
    covered = np.isfinite(heights)
    level = plane[0] + plane[1] * x[:, None] + plane[2] * y[None, :]
    rim = rim_offset(heights, covered, level, float(x[1] - x[0]), voxel_mm, inwards)
    outline = outline_at_rim(seen.patch, plane, inwards, rim, voxel_mm)
    if outline is None:
        return None
    # in the mid-sagittal plane, half way between front and rear edge
    middle = (outline.front + outline.rear) / 2
    return Endplate(
        centre_lps=seen.patch.lps(np.array([0.0, middle, plane[0] + plane[2] * middle])),
        normal_lps=normal_of(plane, seen.patch.frame),
        residual_mm=residual,
        depth_mm=(outline.rear - outline.front) * float(np.hypot(1.0, plane[2])),
        width_mm=outline.width,
    )


def _heights(patch: Patch, seen: _Seen, top: Endplate | None) -> tuple[float | None, ...]:
    if top is None:
        return (None, None, None)
    x, y, _ = patch.axes
    strip = np.abs(x) <= SAGITTAL_MM
    apart = seen.top[strip] - seen.bottom[strip]
    known = np.isfinite(apart)
    filled = np.flatnonzero(known.any(axis=0))
    if not len(filled):
        return (None, None, None)
    columns = np.where(known, apart, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    front = float((top.centre_lps - patch.origin_lps) @ patch.frame[1]) - top.depth_mm / 2
    places = [front + share * top.depth_mm for share in SHARES]
    return tuple(float(np.interp(place, y[filled], columns[filled])) for place in places)

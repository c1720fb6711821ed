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
from kambin.anatomy.fields import Field, Patch, patch_of
from kambin.anatomy.geometry import Endplate, VertebraShape
from kambin.anatomy.kernels import first_crossing
from kambin.anatomy.planes import fit_plane, fit_robust, inside_of
from kambin.anatomy.settings import MIDLINE_MM

__all__ = ["Body", "fit_vertebra", "normal_of", "patch_step_mm"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Distance of the samples in each round, mm; the last is the measurement's own.
ROUNDS_MM = (1.5, 1.2, 1.0)
# Reach of a patch about the body's middle: bodies are at most 59 mm wide, 42 mm deep and 33 mm high
# (clouthier2023), and the first middle may be some millimetres off.
LOW_MM, HIGH_MM = (-36.0, -34.0, -28.0), (36.0, 46.0, 28.0)
# A share of the endplate's edge is left out of its plane: the rim stands up or is worn.
RIM_MM = 3.0
# The section in which depth and width of an endplate are measured lies this far inside its plane, below its
# hollow (up to 2 mm).
UNDER_PLATE_MM = 2.5
# Half height of the slab about the middle of the body in which its sides are looked at.
SLAB_MM = 8.0
# Shares of the superior endplate's depth at which heights are measured (access.yaml, measurements).
SHARES = (0.15, 0.50, 0.85)
# The widest place of a body is looked for in front of this share of its depth, measured from the wall.
LATERAL_SHARE = 0.3
# Half width of the strip that stands for the mid-sagittal plane.
SAGITTAL_MM = 2.0


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
    depth_mm, width_mm : float or None
        At half height.
    heights_mm : tuple of float or None
        Anterior, middle, posterior.
    """

    shape: VertebraShape
    field: Field
    patch: Patch
    wall: Floats
    depth_mm: float | None
    width_mm: float | None
    heights_mm: tuple[float | None, ...]

    def local(self, points_lps: Floats) -> Floats:
        """LPS points in the vertebra's frame."""
        found: Floats = (points_lps - self.shape.origin_lps) @ self.shape.frame.T
        return found


def patch_step_mm(field: Field) -> float:
    """Distance of samples that loses nothing of a field: its voxel, within 0.6 to 1 mm."""
    return float(np.clip(field.voxel_mm, 0.6, 1.0))


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
        seen = _Seen.of(patch)
        if seen is None:
            return None
        middle, frame = seen.settled()
    step = patch_step_mm(field)
    patch = patch_of(field, middle, frame, LOW_MM, HIGH_MM, step)
    seen = _Seen.of(patch)
    return None if seen is None else _measured(name, field, patch, seen)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Surfaces of a body on one patch; NaN where there is none."""

    patch: Patch
    wall: Floats
    top: Floats
    bottom: Floats
    body: Bools

    @classmethod
    def of(cls, patch: Patch) -> _Seen | None:
        wall = _posterior_wall(patch)
        if wall is None:
            return None
        _, y, z = patch.axes
        before = y[:, None] < wall[0] + wall[1] * z[None, :]
        solid = (patch.values >= 0.5) & before[None, :, :]
        return cls(patch, wall, *_plates(patch, solid), solid)

    def plane(self, heights: Floats) -> tuple[Floats, float] | None:
        """The plane through an endplate and its residual."""
        step = self.patch.axes[0][1] - self.patch.axes[0][0]
        inner = inside_of(np.isfinite(heights), round(RIM_MM / step))
        inner &= np.isfinite(heights)
        if np.count_nonzero(inner) < 30:
            return None
        x, y = np.meshgrid(self.patch.axes[0], self.patch.axes[1], indexing="ij")
        return fit_plane(x[inner], y[inner], heights[inner])

    def settled(self) -> tuple[Floats, Floats]:
        """Middle and frame for the next round."""
        frame = self.patch.frame
        normals = [normal_of(plane[0], frame) for plane in map(self.plane, (self.top, self.bottom)) if plane]
        cranial = frames.unit(np.sum(normals, axis=0)) if normals else frame[2]
        offset, slope = _midline(self)
        posterior = frame[1] + slope * frame[0]
        _x, y, _z = self.patch.axes
        weights = self.body
        centre = np.array(
            [
                offset,
                float(weights.sum(axis=(0, 2)) @ y) / max(int(weights.sum()), 1),
                self._half_height(),
            ]
        )
        centre[0] += slope * centre[1]
        return self.patch.lps(centre), frames.spine_frame(cranial, posterior)

    def _half_height(self) -> float:
        top, bottom = self.plane(self.top), self.plane(self.bottom)
        if top is None or bottom is None:
            return 0.0
        return float(top[0][0] + bottom[0][0]) / 2


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
    rows = np.nanmedian(np.where(np.isfinite(found), found, np.inf), axis=0)
    good = np.isfinite(rows)
    if np.count_nonzero(good) < max(3, good.size // 2):
        return None
    places = np.interp(rows[good], np.arange(len(y)), y)
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
    from scipy import ndimage

    pieces, count = ndimage.label(section)
    if count < 2:
        return section
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    largest: Bools = pieces == int(sizes.argmax())
    return largest


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
    top, bottom = (_endplate(seen, heights, sign) for heights, sign in ((seen.top, -1), (seen.bottom, 1)))
    ends, width = _extent(patch, 0.0, None, 0.0)
    depth = None if ends is None else ends[1] - ends[0]
    shape = VertebraShape(name, patch.frame, patch.origin_lps, top, bottom)
    return Body(shape, field, patch, seen.wall, depth, width, _heights(patch, seen, top))


def _endplate(seen: _Seen, heights: Floats, sign: int) -> Endplate | None:
    found = seen.plane(heights)
    if found is None:
        return None
    plane, residual = found
    _, y = np.meshgrid(seen.patch.axes[0], seen.patch.axes[1], indexing="ij")
    covered = np.isfinite(heights)
    at_y = float(y[covered].mean())
    ends, width = _extent(seen.patch, float(plane[0]) + sign * UNDER_PLATE_MM, plane, at_y)
    if ends is None or width is None:
        return None
    # in the mid-sagittal plane, half way between front and rear edge
    middle = (ends[0] + ends[1]) / 2
    centre = np.array([0.0, middle, plane[0] + plane[2] * middle])
    return Endplate(
        centre_lps=seen.patch.lps(centre),
        normal_lps=normal_of(plane, seen.patch.frame),
        residual_mm=residual,
        depth_mm=ends[1] - ends[0],
        width_mm=width,
    )


def _extent(
    patch: Patch, height: float, plane: Floats | None, centre_y: float
) -> tuple[tuple[float, float] | None, float | None]:
    """Front and rear in the mid-sagittal plane and greatest width of a section along a plane."""
    x, y, z = patch.axes
    step = z[1] - z[0]
    slopes = (0.0, 0.0) if plane is None else (float(plane[1]), float(plane[2]))
    level = height + slopes[0] * x[:, None] + slopes[1] * y[None, :]
    index = np.clip((level - z[0]) / step, 0, len(z) - 1.001)
    low = index.astype(int)
    share = (index - low).astype(np.float32)
    rows, columns = np.indices(level.shape)
    section = patch.values[rows, columns, low] * (1 - share) + patch.values[rows, columns, low + 1] * share
    begin_y = int(np.argmin(np.abs(y - centre_y)))
    strip = np.abs(x) <= SAGITTAL_MM
    depths = [_span(section[strip][:, None, :], begin_y, y)]
    wall = float(np.nanmedian(depths[0][1])) if np.isfinite(depths[0][1]).any() else np.nan
    front = float(np.nanmedian(depths[0][0])) if np.isfinite(depths[0][0]).any() else np.nan
    if not np.isfinite(front + wall):
        return None, None
    # behind this the roots of the pedicles, and at L5 the transverse processes, widen the section
    rows_y = (y > front + 2.0) & (y < wall - LATERAL_SHARE * (wall - front))
    right, left = _span(section.T[rows_y][:, None, :], int(np.argmin(np.abs(x))), x)
    widths = (left - right)[np.isfinite(left - right)]
    return (front, wall), float(widths.max()) if len(widths) else None


def _span(values: NDArray[np.float32], begin: int, axis: Floats) -> tuple[Floats, Floats]:
    """Where the rows along the last axis leave the bone before and behind an index."""
    rows = np.ascontiguousarray(values)
    start = np.full(rows.shape[:2], begin, dtype=np.int64)
    places = np.arange(len(axis))
    low, high = (
        np.interp(first_crossing(rows, start, step, False), places, axis, left=np.nan, right=np.nan)
        for step in (-1, 1)
    )
    return low, high


def _heights(patch: Patch, seen: _Seen, top: Endplate | None) -> tuple[float | None, ...]:
    if top is None:
        return (None, None, None)
    x, y, _ = patch.axes
    strip = np.abs(x) <= SAGITTAL_MM
    apart = seen.top[strip] - seen.bottom[strip]
    columns = np.array([float(np.nanmean(c)) if np.isfinite(c).any() else np.nan for c in apart.T])
    filled = np.flatnonzero(np.isfinite(columns))
    if not len(filled):
        return (None, None, None)
    front = float((top.centre_lps - patch.origin_lps) @ patch.frame[1]) - top.depth_mm / 2
    places = [front + share * top.depth_mm for share in SHARES]
    return tuple(float(np.interp(place, y[filled], columns[filled])) for place in places)

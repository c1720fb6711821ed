"""Signed distance to structures over a region of interest.

`distance_field` takes a mask on any affine; `tube_field` and `section_field` take nerves as lines with radii
or elliptic sections. All give a `Field`: millimetres, positive outside, cut off at a cap, and only as large
as the structure and its cap, so that the work grows with what is near the corridor and not with the scan.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kambin.access.grid import Field, Roi
from kambin.access.settings import search_settings
from kambin.access.surfaces import Surface, surface
from kambin.access.transform import nearest_disc, signed, tube_nodes
from kambin.errors import InputError

__all__ = [
    "coarse_field",
    "crop",
    "distance_field",
    "section_field",
    "skin_field",
    "surface_field",
    "tube_field",
    "union",
]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int32]

# Inside, only that it is inside matters.
MOST_INSIDE_MM = 6.0


def crop(mask: Bools, lps_from_voxel: Floats, roi: Roi, margin_mm: float) -> tuple[Bools, Floats] | None:
    """The part of a mask that can matter in a region: its box around the region and a margin.

    Parameters
    ----------
    mask : ndarray of bool, shape (a, b, c)
    lps_from_voxel : ndarray, shape (4, 4)
    roi : Roi
    margin_mm : float

    Returns
    -------
    (mask, affine) of the part, trimmed to its filled voxels; None where nothing is filled.
    """
    affine = np.asarray(lps_from_voxel, dtype=np.float64)
    voxel_from_lps = np.linalg.inv(affine)
    grown = Roi(roi.low_lps - margin_mm, roi.high_lps + margin_mm)
    index = grown.corners_lps() @ voxel_from_lps[:3, :3].T + voxel_from_lps[:3, 3]
    low = np.clip(np.floor(index.min(axis=0)).astype(int), 0, mask.shape)
    high = np.clip(np.ceil(index.max(axis=0)).astype(int) + 1, 0, mask.shape)
    part = mask[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    start = low.astype(np.float64)
    if part.size == 0 or not part.any():
        return None
    for axis in range(3):
        filled = np.flatnonzero(part.any(axis=tuple(other for other in range(3) if other != axis)))
        start[axis] += filled[0]
        part = np.take(part, range(int(filled[0]), int(filled[-1]) + 1), axis=axis)
    moved = affine.copy()
    moved[:3, 3] = affine[:3, :3] @ start + affine[:3, 3]
    return part, moved


def _grid(
    low: Floats, high: Floats, roi: Roi, spacing_mm: float, cap_mm: float
) -> tuple[Floats, tuple[int, int, int]] | None:
    """Nodes around a structure's box and its cap, within the region; on a lattice that all fields share."""
    first = np.floor((np.maximum(low - cap_mm, roi.low_lps) - roi.low_lps) / spacing_mm)
    last = np.ceil((np.minimum(high + cap_mm, roi.high_lps) - roi.low_lps) / spacing_mm)
    if np.any(last < first):
        return None
    shape = np.maximum(last - first + 1, 2).astype(int)
    return roi.low_lps + first * spacing_mm, (int(shape[0]), int(shape[1]), int(shape[2]))


def _empty(roi: Roi, spacing_mm: float, cap_mm: float) -> Field:
    """Field of what is not there: everywhere at least as far as the cap."""
    return Field(roi.low_lps, spacing_mm, np.full((2, 2, 2), cap_mm, dtype=np.float32), cap_mm)


def _filled(found: Surface, roi: Roi, spacing_mm: float, cap_mm: float) -> tuple[Field, Ints | None]:
    low, high = found.points_lps.min(axis=0), found.points_lps.max(axis=0)
    grid = _grid(low, high, roi, spacing_mm, cap_mm)
    if grid is None:
        return _empty(roi, spacing_mm, cap_mm), None
    origin, shape = grid
    values, nearest = _signed_nodes(
        found, origin, shape, spacing_mm, cap_mm, shorter_mm=found.shorter_mm, inside_mm=MOST_INSIDE_MM
    )
    return Field(origin, spacing_mm, values, cap_mm), nearest


def _signed_nodes(
    found: Surface,
    origin: Floats,
    shape: tuple[int, int, int],
    spacing_mm: float,
    cap_mm: float,
    *,
    shorter_mm: float,
    inside_mm: float,
) -> tuple[Singles, Ints]:
    """Distance of every node to a surface's discs with the sign of its inside, and the nearest disc of each.

    `shorter_mm` is taken off each distance; inside it reaches to `inside_mm` at most.
    """
    discs = np.empty((len(found.points_lps), 7), dtype=np.float32)
    discs[:, :3] = found.points_lps - origin
    discs[:, 3:6] = found.normals_lps
    discs[:, 6] = found.radii_mm
    values, nearest = nearest_disc(discs, shape, spacing_mm, cap_mm + shorter_mm)
    index_from_lps = np.linalg.inv(found.lps_from_inside)
    index_from_node = np.empty((3, 4))
    index_from_node[:, :3] = index_from_lps[:3, :3] * spacing_mm
    index_from_node[:, 3] = index_from_lps[:3, :3] @ origin + index_from_lps[:3, 3]
    signed(values, found.inside, index_from_node, shorter_mm, cap_mm, inside_mm)
    return values, nearest


def surface_field(found: Surface, roi: Roi, *, spacing_mm: float, cap_mm: float) -> Field:
    """Distance to a surface that is already there."""
    return _filled(found, roi, spacing_mm, cap_mm)[0]


def distance_field(
    mask: Bools,
    lps_from_voxel: Floats,
    roi: Roi,
    *,
    spacing_mm: float | None = None,
    cap_mm: float | None = None,
) -> Field:
    """Signed distance to the structure in a mask, finer than its voxels.

    Parameters
    ----------
    mask : ndarray of bool, shape (a, b, c)
        May be the whole scan's; only what lies near `roi` is looked at.
    lps_from_voxel : ndarray, shape (4, 4)
        Any affine.
    roi : Roi
    spacing_mm : float, optional
        Of the nodes; the settings' when left out.
    cap_mm : float, optional
        Distances are cut off here; the settings' cap for bone when left out.

    Returns
    -------
    Field
        Measured at 0.8 mm voxels, 0 to 12 mm from tubes, balls and rounded boxes: see `docs/validation.md`.
    """
    settings = search_settings()
    step = settings.spacing_mm if spacing_mm is None else spacing_mm
    cap = settings.bone_cap_mm if cap_mm is None else cap_mm
    part = crop(mask, lps_from_voxel, roi, cap + 3.0 * _largest_voxel(lps_from_voxel))
    found = None if part is None else surface(*part)
    return _empty(roi, step, cap) if found is None else surface_field(found, roi, spacing_mm=step, cap_mm=cap)


def _largest_voxel(lps_from_voxel: Floats) -> float:
    return float(np.linalg.norm(np.asarray(lps_from_voxel)[:3, :3], axis=0).max())


def _thinned(mask: Bools, lps_from_voxel: Floats, spacing_mm: float) -> tuple[Bools, Floats, float]:
    """A mask on voxels of about `spacing_mm` that covers the given one, and by how much it may exceed it."""
    affine = np.asarray(lps_from_voxel, dtype=np.float64)
    steps = np.maximum(np.round(spacing_mm / np.linalg.norm(affine[:3, :3], axis=0)).astype(int), 1)
    pads = [(0, int(-size % step)) for size, step in zip(mask.shape, steps, strict=True)]
    whole = np.pad(mask, pads)
    sizes = [n // s for n, s in zip(whole.shape, steps, strict=True)]
    blocks = whole.reshape(sizes[0], steps[0], sizes[1], steps[1], sizes[2], steps[2]).any(axis=(1, 3, 5))
    moved = affine.copy()
    moved[:3, :3] = affine[:3, :3] * steps
    moved[:3, 3] = affine[:3, :3] @ ((steps - 1) / 2.0) + affine[:3, 3]
    return np.asarray(blocks, dtype=np.bool_), moved, float(np.linalg.norm(moved[:3, :3] @ np.full(3, 0.5)))


def coarse_field(
    mask: Bools,
    lps_from_voxel: Floats,
    roi: Roi,
    *,
    spacing_mm: float | None = None,
    cap_mm: float | None = None,
) -> Field:
    """Distance to large soft structures, coarse and never longer than it is.

    The mask is thinned to voxels of about `spacing_mm` that are filled where any of theirs is. Distances are
    to the centres of those, less half a voxel's diagonal, so that a clearance from bowel or vessel is too
    small by up to 3 mm at 2 mm and never too large.
    """
    settings = search_settings()
    step = settings.coarse_spacing_mm if spacing_mm is None else spacing_mm
    cap = settings.viscera_cap_mm if cap_mm is None else cap_mm
    part = crop(mask, lps_from_voxel, roi, cap + 2.0 * step)
    if part is None:
        return _empty(roi, step, cap)
    blocks, moved, half = _thinned(*part, step)
    padded = np.pad(blocks, 1)
    inner = padded[1:-1, 1:-1, 1:-1]
    covered = inner.copy()
    for axis in range(3):
        for way in (-1, 1):
            covered &= np.roll(padded, way, axis=axis)[1:-1, 1:-1, 1:-1]
    shell = np.argwhere(inner & ~covered)
    centres = shell @ moved[:3, :3].T + moved[:3, 3]
    level = padded.astype(np.float32)
    around = moved.copy()
    around[:3, 3] -= moved[:3, :3] @ np.ones(3)
    found = Surface(
        centres, np.tile([0.0, 0.0, 1.0], (len(centres), 1)), np.zeros(len(centres)), level, around, half
    )
    return surface_field(found, roi, spacing_mm=step, cap_mm=cap)


def skin_field(body: Bools, lps_from_voxel: Floats, roi: Roi, *, spacing_mm: float | None = None) -> Field:
    """Signed distance to the skin, negative inside the body; coarse, as only the crossing is looked for.

    Parameters
    ----------
    body : ndarray of bool, shape (a, b, c)
        Everything inside the skin.
    """
    settings = search_settings()
    step = settings.coarse_spacing_mm if spacing_mm is None else spacing_mm
    cap = settings.skin_cap_mm
    part = crop(body, lps_from_voxel, roi, cap + 3.0 * step)
    if part is None:
        raise InputError("the body inside the skin does not reach the region that is planned in")
    mask, affine = part
    steps = np.maximum(np.round(step / np.linalg.norm(affine[:3, :3], axis=0)).astype(int), 1)
    thin = affine.copy()
    thin[:3, :3] = affine[:3, :3] * steps
    found = surface(mask[:: steps[0], :: steps[1], :: steps[2]], thin)
    if found is None:
        raise InputError("the body inside the skin is thinner than the grid it is looked for on")
    shape = tuple(np.maximum(np.ceil((roi.high_lps - roi.low_lps) / step) + 1, 2).astype(int))
    nodes = (int(shape[0]), int(shape[1]), int(shape[2]))
    values, _ = _signed_nodes(found, roi.low_lps, nodes, step, cap, shorter_mm=0.0, inside_mm=cap)
    return Field(roi.low_lps, step, values, cap)


def tube_field(
    points_lps: Floats,
    radii_mm: Floats,
    roi: Roi,
    *,
    spacing_mm: float | None = None,
    cap_mm: float | None = None,
) -> Field:
    """Signed distance to a tube: balls along a line, with radii that change evenly between its points.

    Parameters
    ----------
    points_lps : ndarray, shape (n, 3)
    radii_mm : ndarray, shape (n,)
        To plan around a place that is known only roughly, add the room it is given.
    """
    settings = search_settings()
    step = settings.spacing_mm if spacing_mm is None else spacing_mm
    cap = settings.nerve_cap_mm if cap_mm is None else cap_mm
    points = np.ascontiguousarray(points_lps, dtype=np.float64)
    radii = np.ascontiguousarray(radii_mm, dtype=np.float64)
    if len(points) == 1:
        points, radii = np.repeat(points, 2, axis=0), np.repeat(radii, 2)
    low = (points - radii[:, None]).min(axis=0)
    high = (points + radii[:, None]).max(axis=0)
    grid = _grid(low, high, roi, step, cap)
    if grid is None:
        return _empty(roi, step, cap)
    origin, shape = grid
    return Field(origin, step, tube_nodes(points, radii, origin, shape, step, cap), cap)


def section_field(
    points_lps: Floats,
    frames: Floats,
    half_width_mm: Floats,
    half_depth_mm: Floats,
    roi: Roi,
    *,
    spacing_mm: float | None = None,
    cap_mm: float | None = None,
) -> Field:
    """Signed distance to a tube of elliptic sections (a sac).

    The surface is laid out in points closer than half a node's spacing, with its normals.

    Parameters
    ----------
    points_lps : ndarray, shape (n, 3)
    frames : ndarray, shape (n, 3, 3)
        Rows left, posterior, cranial at each point.
    half_width_mm, half_depth_mm : ndarray, shape (n,)
        Semi-axes along left and along posterior.
    """
    from kambin.access.sections import section_surface

    settings = search_settings()
    step = settings.spacing_mm if spacing_mm is None else spacing_mm
    cap = settings.nerve_cap_mm if cap_mm is None else cap_mm
    found = section_surface(points_lps, frames, half_width_mm, half_depth_mm, 0.5 * step)
    return surface_field(found, roi, spacing_mm=step, cap_mm=cap)


def union(
    fields: Sequence[Field], roi: Roi, *, spacing_mm: float, shift_mm: Sequence[float] | None = None
) -> Field:
    """The smallest of several fields on one grid over the whole region, each less its `shift_mm`.

    Where the fields lie on the same lattice, nodes are copied and nothing is interpolated.
    """
    shifts = [0.0] * len(fields) if shift_mm is None else list(shift_mm)
    count = np.maximum(np.ceil((roi.high_lps - roi.low_lps) / spacing_mm) + 1, 2).astype(int)
    cap = min(one.cap_mm - shift for one, shift in zip(fields, shifts, strict=True))
    values = np.full(tuple(count), cap, dtype=np.float32)
    for one, shift in zip(fields, shifts, strict=True):
        first = np.round((one.origin_lps - roi.low_lps) / spacing_mm).astype(int)
        last = np.minimum(first + np.array(one.values.shape), count)
        box = tuple(slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
        inner = one.values[tuple(slice(0, int(n)) for n in last - first)]
        if abs(one.spacing_mm - spacing_mm) > 1e-9:
            inner = _resampled(one, roi, spacing_mm, count)
            box = (slice(None), slice(None), slice(None))
        values[box] = np.minimum(values[box], inner - np.float32(shift))
    return Field(roi.low_lps, spacing_mm, values, cap)


def _resampled(one: Field, roi: Roi, spacing_mm: float, count: NDArray[np.int64]) -> Singles:
    axes = [roi.low_lps[axis] + spacing_mm * np.arange(count[axis]) for axis in range(3)]
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    return one.at(nodes).astype(np.float32)

"""The surface of a tube of elliptic sections."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.access.surfaces import Surface

__all__ = ["inside_sections", "section_surface"]

Floats = NDArray[np.float64]


def _finer(points: Floats, frames: Floats, sizes: Floats, step_mm: float) -> tuple[Floats, Floats, Floats]:
    """Sections every `step_mm` along the line: even between the given ones, frames turned evenly."""
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    count = max(int(np.ceil(along[-1] / step_mm)) + 1, 2)
    at = np.linspace(0.0, along[-1], count)
    flat = np.concatenate([points, frames.reshape(len(points), 9), sizes], axis=1)
    fine = np.stack([np.interp(at, along, column) for column in flat.T], axis=1)
    turned = fine[:, 3:12].reshape(-1, 3, 3)
    up = turned[:, 2] / np.linalg.norm(turned[:, 2], axis=1, keepdims=True)
    left = turned[:, 0] - up * np.sum(turned[:, 0] * up, axis=1, keepdims=True)
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    return fine[:, :3], np.stack([left, np.cross(up, left), up], axis=1), fine[:, 12:]


def inside_sections(points: Floats, frames: Floats, sizes: Floats, query: Floats) -> Floats:
    """Ellipse value of the nearest section, below one inside; points (m, 3)."""
    from scipy.spatial import cKDTree

    _, nearest = cKDTree(points).query(query)
    offset = query - points[nearest]
    local = np.einsum("nij,nj->ni", frames[nearest], offset)
    value: Floats = (local[:, 0] / sizes[nearest, 0]) ** 2 + (local[:, 1] / sizes[nearest, 1]) ** 2
    # beyond the first and the last section there is nothing
    ends = ((nearest == 0) | (nearest == len(points) - 1)) & (np.abs(local[:, 2]) > 1.0)
    value[ends] = 2.0
    return value


def section_surface(
    points_lps: Floats, frames: Floats, half_width_mm: Floats, half_depth_mm: Floats, step_mm: float
) -> Surface:
    """Points of the surface, at most `step_mm` apart, with outward normals; open ends are closed."""
    sizes = np.stack([half_width_mm, half_depth_mm], axis=1).astype(np.float64)
    centres, axes, sizes = _finer(
        np.asarray(points_lps, dtype=np.float64), np.asarray(frames, dtype=np.float64), sizes, step_mm
    )
    around = max(int(np.ceil(2 * np.pi * sizes.max() / step_mm)), 12)
    angle = 2 * np.pi * np.arange(around) / around
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    offset = ring[None] * sizes[:, None]
    rim = centres[:, None] + np.einsum("nak,nkj->naj", offset, axes[:, :2])
    # tangents along and around the surface span its plane, however fast the sections change
    around_tangent = np.roll(rim, -1, axis=1) - np.roll(rim, 1, axis=1)
    along_tangent = np.gradient(rim, axis=0)
    normals = np.cross(around_tangent, along_tangent)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    outward = np.sign(np.sum(normals * (rim - centres[:, None]), axis=2, keepdims=True))
    points, facing = [rim.reshape(-1, 3)], [(normals * outward).reshape(-1, 3)]
    for end in (0, -1):
        heading = centres[end] - centres[1 if end == 0 else -2]
        shares = np.linspace(0.0, 1.0, max(int(np.ceil(sizes[end].max() / step_mm)) + 1, 2))[:-1]
        cap = centres[end] + (shares[:, None, None] * (rim[end] - centres[end])[None]).reshape(-1, 3)
        points.append(cap)
        facing.append(np.tile(heading / np.linalg.norm(heading), (len(cap), 1)))
    found = np.concatenate(points)
    inside, affine = _inside_grid(centres, axes, sizes)
    return Surface(found, np.concatenate(facing), np.full(len(found), 0.6 * step_mm), inside, affine, 0.0)


def _inside_grid(centres: Floats, axes: Floats, sizes: Floats) -> tuple[NDArray[np.float32], Floats]:
    """Inside or not on a grid of 1 mm; only the sign of a node is read from it."""
    reach = float(sizes.max()) + 2.0
    low = centres.min(axis=0) - reach
    count = np.ceil(centres.max(axis=0) + reach - low).astype(int) + 1
    nodes = low + np.stack(np.meshgrid(*[np.arange(n) for n in count], indexing="ij"), axis=-1)
    value = inside_sections(centres, axes, sizes, nodes.reshape(-1, 3)).reshape(tuple(count))
    affine = np.eye(4)
    affine[:3, 3] = low
    # the square root is close to linear across the surface; one half is its level
    return np.clip(1.5 - np.sqrt(value), 0.0, 1.0).astype(np.float32), affine

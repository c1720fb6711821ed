"""Sub-voxel surfaces: the anti-aliased field of a bone, and its samples on a grid fixed to the bone.

A mask knows its surface to half a voxel. Smoothed by the kernel 1-2-1 along each voxel axis (standard
deviation 0.7 voxel) it becomes a *field* that runs from 1 inside to 0 outside and crosses one half at the
surface: for a flat face that does not run along the grid the crossing lies within a tenth of a voxel of the
truth. Every length of this room is measured between such crossings, on a *patch*: the field sampled on a
grid whose axes are left, posterior and cranial of the bone, whatever the scanner's axes are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.kernels import blur, trilinear, trilinear_points
from kambin.anatomy.regions import Region

__all__ = ["Field", "Patch", "field_of", "patch_of", "patch_step_mm", "values_at"]

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]

# Voxels added about the mask, so that the field falls to zero inside its array.
PAD = 2


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The anti-aliased field of a bone.

    Attributes
    ----------
    values : ndarray of float32
        1 inside, 0 outside, one half at the surface.
    lps_from_index : ndarray, shape (4, 4)
        Takes an index of `values` to LPS mm.
    voxel_mm : float
        Largest voxel spacing.
    """

    values: Singles
    lps_from_index: Floats
    voxel_mm: float

    @property
    def index_from_lps(self) -> Floats:
        """Takes LPS mm to an index of `values`, shape (4, 4)."""
        return np.asarray(np.linalg.inv(self.lps_from_index), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Samples of a field on a grid along a frame.

    Attributes
    ----------
    values : ndarray of float32, shape (a, b, c)
    origin_lps : ndarray, shape (3,)
        Where the three coordinates are zero.
    frame : ndarray, shape (3, 3)
        Rows are the directions of the axes, usually left, posterior, cranial.
    axes : three ndarrays, shapes (a,), (b,), (c,)
        Coordinates of the samples along each axis, mm.
    """

    values: Singles
    origin_lps: Floats
    frame: Floats
    axes: tuple[Floats, Floats, Floats]

    def lps(self, local: Floats) -> Floats:
        """Local coordinates, shape (..., 3), as LPS."""
        placed: Floats = self.origin_lps + np.asarray(local, dtype=np.float64) @ self.frame
        return placed


def field_of(bones: Sequence[Region]) -> Field:
    """The field of one bone, or of several on the same grid.

    Parameters
    ----------
    bones : sequence of Region

    Returns
    -------
    Field
    """
    boxes = [bone.box for bone in bones]
    low = np.array([[part.start for part in box] for box in boxes]).min(axis=0)
    high = np.array([[part.stop for part in box] for box in boxes]).max(axis=0)
    mask = np.zeros(tuple(int(size) for size in high - low + 2 * PAD), dtype=np.uint8)
    for bone in bones:
        start = bone.origin - low + PAD
        place = tuple(slice(int(a), int(a + b)) for a, b in zip(start, bone.mask.shape, strict=True))
        mask[place] |= bone.mask
    to_lps = np.array(bones[0].volume.lps_from_voxel)
    to_lps[:3, 3] = frames.apply(to_lps, low - PAD)
    return Field(blur(mask), to_lps, float(frames.spacing_mm(to_lps).max()))


def patch_of(
    field: Field, origin_lps: Floats, frame: Floats, low: Sequence[float], high: Sequence[float], step: float
) -> Patch:
    """Sample a field on a grid along a frame.

    Parameters
    ----------
    field : Field
    origin_lps : ndarray, shape (3,)
    frame : ndarray, shape (3, 3)
    low, high : three floats
        Reach along each axis, mm.
    step : float
        Distance of the samples, mm.

    Returns
    -------
    Patch
    """
    a, b, c = (_axis(start, stop, step) for start, stop in zip(low, high, strict=True))
    index_from_lps = field.index_from_lps
    turn = index_from_lps[:3, :3] @ frame.T
    start = frames.apply(index_from_lps, origin_lps)
    return Patch(trilinear(field.values, start, turn, a, b, c), origin_lps, frame, (a, b, c))


def patch_step_mm(field: Field) -> float:
    """Distance of samples that loses nothing of a field: its voxel, within 0.6 to 1 mm."""
    return float(np.clip(field.voxel_mm, 0.6, 1.0))


def values_at(field: Field, points_lps: Floats) -> Singles:
    """The field at single points, LPS mm, shape (..., 3)."""
    index = frames.apply(field.index_from_lps, points_lps)
    flat = np.ascontiguousarray(index.reshape(-1, 3))
    found: Singles = trilinear_points(field.values, flat).reshape(points_lps.shape[:-1])
    return found


def _axis(start: float, stop: float, step: float) -> Floats:
    # symmetric reaches give symmetric samples with one at zero, so that mirrored bones are sampled alike
    first, last = int(np.floor(start / step + 1e-9)), int(np.ceil(stop / step - 1e-9))
    return np.arange(first, last + 1, dtype=np.float64) * step

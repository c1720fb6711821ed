"""From solids to voxels: label maps, and images that look like CT and T2-weighted MR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.solids import Placed, inverse, rows_of

__all__ = ["Grid", "grid_about", "paint_codes"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Where the voxels lie.

    Attributes
    ----------
    shape : tuple of int
    lps_from_voxel, lps_from_model : ndarray, shape (4, 4)
    """

    shape: tuple[int, int, int]
    lps_from_voxel: Floats
    lps_from_model: Floats

    @property
    def model_from_voxel(self) -> Floats:
        """From voxel indices to the model's frame, shape (4, 4)."""
        found: Floats = inverse(self.lps_from_model) @ self.lps_from_voxel
        return found


def grid_about(
    low: Floats, high: Floats, lps_from_model: Floats, axes: Floats, voxel_mm: Sequence[float]
) -> Grid:
    """The smallest grid that holds a box of the model.

    Parameters
    ----------
    low, high : ndarray, shape (3,)
        Corners in the model's frame.
    lps_from_model : ndarray, shape (4, 4)
    axes : ndarray, shape (3, 3)
        Columns are the directions of the voxel axes in LPS.
    voxel_mm : sequence of float
        Spacing along each voxel axis.
    """
    corners = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
    spread = frames.apply(lps_from_model, corners) @ axes
    first = spread.min(axis=0)
    steps = np.array(voxel_mm, dtype=np.float64)
    counts = np.ceil((spread.max(axis=0) - first) / steps).astype(int) + 1
    lps_from_voxel = np.eye(4)
    lps_from_voxel[:3, :3] = axes * steps
    lps_from_voxel[:3, 3] = axes @ first
    return Grid((int(counts[0]), int(counts[1]), int(counts[2])), lps_from_voxel, lps_from_model)


def paint_codes(
    grid: Grid, layers: Sequence[Placed], codes: Mapping[int, int] | Sequence[int], dtype: Any = np.uint8
) -> NDArray[Any]:
    """Paint solids in their order.

    Parameters
    ----------
    grid : Grid
    layers : sequence of Placed
    codes : sequence of int
        The value of each solid; 0 paints nothing over what is there.
    dtype : data-type

    Returns
    -------
    ndarray, shape of the grid
    """
    kernels: Any = import_module("kambin.anatomy.phantom.kernels")
    voxels = np.zeros(grid.shape, dtype=dtype)
    if not layers:
        return voxels
    rows, bounds = rows_of(layers)
    spans = _spans(bounds, grid)
    values = np.array([codes[index] for index in range(len(layers))], dtype=np.int64)
    seen = (spans[:, 1::2] > spans[:, 0::2]).all(axis=1)
    kernels.paint(voxels, rows[seen], spans[seen], values[seen], grid.model_from_voxel)
    return voxels


def _spans(bounds: Floats, grid: Grid) -> NDArray[np.int64]:
    """First and last + 1 voxel along each axis that each box can reach, shape (n, 6)."""
    voxel_from_model = inverse(grid.model_from_voxel)
    choice = np.array(np.meshgrid([0, 3], [1, 4], [2, 5], indexing="ij")).reshape(3, -1).T
    corners = frames.apply(voxel_from_model, bounds[:, choice])
    first = np.maximum(np.floor(corners.min(axis=1)).astype(np.int64), 0)
    last = np.minimum(np.ceil(corners.max(axis=1)).astype(np.int64) + 1, np.array(grid.shape))
    spans = np.empty((len(bounds), 6), dtype=np.int64)
    spans[:, 0::2], spans[:, 1::2] = first, last
    return spans

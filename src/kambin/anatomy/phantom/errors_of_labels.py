"""Label maps with errors at their borders, as every segmentation has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["mean_dice", "noisy"]


def noisy(voxels: NDArray[Any], target: float, seed: int, reach_mm: float, spacing: float) -> NDArray[Any]:
    """A label map whose borders are wrong, at a given mean Dice of its labels.

    Each voxel takes the label of a place moved by a smooth random field; how far is found by bisection.

    Parameters
    ----------
    voxels : ndarray
    target : float
        Mean Dice over the labels that fill at least 100 voxels, 0.5 to 0.99.
    seed : int
    reach_mm : float
        Correlation length of the field.
    spacing : float
        Mean voxel spacing, mm.

    Returns
    -------
    ndarray
        Same shape and type.
    """
    from scipy import ndimage

    source = np.random.Generator(np.random.PCG64(seed))
    step = max(round(reach_mm / spacing / 2), 1)
    coarse = tuple(size // step + 3 for size in voxels.shape)
    fields = []
    for _ in range(3):
        rough = ndimage.gaussian_filter(source.standard_normal(coarse, dtype=np.float32), 1.0)
        fine = ndimage.zoom(rough, step, order=1)[tuple(slice(0, size) for size in voxels.shape)]
        fields.append(fine / float(fine.std()))
    low, high = 0.0, 6.0 / spacing
    found = voxels
    for _ in range(9):
        middle = (low + high) / 2
        found = _moved(voxels, fields, middle)
        if mean_dice(voxels, found) > target:
            low = middle
        else:
            high = middle
    return found


def _moved(voxels: NDArray[Any], fields: list[NDArray[Any]], far: float) -> NDArray[Any]:
    places = [
        np.clip(
            np.rint(np.arange(size).reshape([-1 if k == axis else 1 for k in range(3)]) + far * field),
            0,
            size - 1,
        ).astype(np.int32)
        for axis, (size, field) in enumerate(zip(voxels.shape, fields, strict=True))
    ]
    moved: NDArray[Any] = voxels[places[0], places[1], places[2]]
    return moved


def mean_dice(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Mean Dice of the labels of `first` that fill at least 100 voxels."""
    top = int(max(first.max(), second.max())) + 1
    counts, others = np.bincount(first.ravel(), minlength=top), np.bincount(second.ravel(), minlength=top)
    both = np.bincount(first[first == second].ravel(), minlength=top)
    labels = [value for value in range(1, top) if counts[value] >= 100]
    return float(np.mean([2 * both[v] / (counts[v] + others[v]) for v in labels]))

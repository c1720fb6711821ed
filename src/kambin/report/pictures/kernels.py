"""The loop that reads labels in a plane, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["heaviest_labels"]


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def heaviest_labels(
    flat: NDArray[Any],
    shape: NDArray[np.int64],
    strides: NDArray[np.int64],
    start: NDArray[np.float64],
    across: NDArray[np.float64],
    along: NDArray[np.float64],
    rows: int,
    columns: int,
) -> NDArray[np.int64]:
    """Label with the greatest trilinear weight at each pixel; of two with the same, the smaller.

    Parameters
    ----------
    flat : ndarray
        Voxels in their order in memory.
    shape, strides : ndarray of int64, shape (3,)
        Of the volume; strides in voxels.
    start, across, along : ndarray, shape (3,)
        In voxels: the first pixel, and the steps to the next pixel and row.
    rows, columns : int

    Returns
    -------
    ndarray of int64, shape (rows, columns)
        0 outside of the volume.
    """
    result = np.zeros((rows, columns), dtype=np.int64)
    labels = np.zeros(8, dtype=np.int64)
    weights = np.zeros(8)
    low = np.zeros(3, dtype=np.int64)
    part = np.zeros(3)
    for row in range(rows):
        for column in range(columns):
            outside = False
            for axis in range(3):
                at = start[axis] + row * along[axis] + column * across[axis]
                outside |= at < -1.0 or at > shape[axis]
                low[axis] = int(np.floor(at))
                part[axis] = at - low[axis]
            if outside:
                continue
            same = True
            for corner in range(8):
                weight = 1.0
                place = 0
                inside = True
                for axis in range(3):
                    step = (corner >> axis) & 1
                    index = low[axis] + step
                    inside &= 0 <= index < shape[axis]
                    place += index * strides[axis]
                    weight *= part[axis] if step else 1.0 - part[axis]
                labels[corner] = flat[place] if inside else 0
                weights[corner] = weight
                same &= labels[corner] == labels[0]
            if same:
                result[row, column] = labels[0]
                continue
            best, heaviest = labels[0], -1.0
            for corner in range(8):
                total = 0.0
                for other in range(8):
                    if labels[other] == labels[corner]:
                        total += weights[other]
                if total > heaviest + 1e-9 or (total > heaviest - 1e-9 and labels[corner] < best):
                    best, heaviest = labels[corner], max(total, heaviest)
            result[row, column] = best
    return result

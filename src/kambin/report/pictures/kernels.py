"""Loops of the slices, compiled: labels in a plane, and where a tube cuts it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["heaviest_labels", "tube_distance"]


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _heaviest(labels: NDArray[np.int64], weights: NDArray[np.float64]) -> int:
    best, heaviest = labels[0], -1.0
    for corner in range(8):
        total = 0.0
        for other in range(8):
            if labels[other] == labels[corner]:
                total += weights[other]
        if total > heaviest + 1e-9 or (total > heaviest - 1e-9 and labels[corner] < best):
            best, heaviest = labels[corner], max(total, heaviest)
    return int(best)


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def heaviest_labels(
    flat: NDArray[Any],
    shape: NDArray[np.int64],
    strides: NDArray[np.int64],
    start: NDArray[np.float64],
    across: NDArray[np.float64],
    along: NDArray[np.float64],
    result: NDArray[np.int64],
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
    result : ndarray of int64, shape (rows, columns)
        Zeros; filled. It comes from outside since an allocation is slow to compile.

    Returns
    -------
    ndarray of int64, shape (rows, columns)
        `result`; 0 outside of the volume.
    """
    rows, columns = result.shape
    labels, weights = np.zeros(8, dtype=np.int64), np.zeros(8)
    low, part = np.zeros(3, dtype=np.int64), np.zeros(3)
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
            result[row, column] = _heaviest(labels, weights)
    return result


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _first(ordered: NDArray[np.float64], least: float) -> int:
    """Index of the first value that is not below `least`; a loop, which compiles faster than a search."""
    at = 0
    while at < len(ordered) and ordered[at] < least:
        at += 1
    return at


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def tube_distance(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    points: NDArray[np.float64],
    radius: NDArray[np.float64],
    spread: NDArray[np.float64],
    reach: float,
    field: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Least distance of pixels from the surfaces of balls on a line, each grown by its spread.

    Parameters
    ----------
    x, y : ndarray, shapes (columns,) and (rows,)
        Places of the pixels, mm.
    points : ndarray, shape (n, 3)
        Middles of the balls: right, down, away from the plane, mm.
    radius : ndarray, shape (n,)
    spread : ndarray, shape (n, 3, 3)
        Covariance in the same axes; the surface moves out by two standard deviations.
    reach : float
        Pixels farther than this from a ball's middle are left out.
    field : ndarray, shape (rows, columns)
        The value where no ball is near; lowered.

    Returns
    -------
    ndarray, shape (rows, columns)
        `field`.
    """
    for point in range(len(points)):
        px, py, w = points[point, 0], points[point, 1], -points[point, 2]
        if abs(w) > reach:
            continue
        s = spread[point]
        first, last = _first(x, px - reach), _first(x, px + reach)
        for row in range(_first(y, py - reach), _first(y, py + reach)):
            v = y[row] - py
            for column in range(first, last):
                u = x[column] - px
                gap = np.sqrt(u * u + v * v + w * w)
                along = s[0, 0] * u * u + s[1, 1] * v * v + s[2, 2] * w * w
                along += 2.0 * (s[0, 1] * u * v + s[0, 2] * u * w + s[1, 2] * v * w)
                grown = 2.0 * np.sqrt(max(along, 0.0)) / max(gap, 1e-9)
                field[row, column] = min(field[row, column], gap - grown - radius[point])
    return field

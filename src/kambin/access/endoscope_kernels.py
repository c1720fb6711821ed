"""The loop of the endoscope's view, compiled: rays through a field of distances until they meet a surface.

On one core and without forced inlining: pictures are drawn side by side in two processes, and what numba
makes of nine inlined copies in a parallel loop takes three times as long to compile on a first run.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["march"]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _level(field: NDArray[np.float32], x: float, y: float, z: float) -> float:
    """Trilinear value; outside of the field nothing is known, which reads as free."""
    ni, nj, nk = field.shape
    if not (0.0 <= x < ni - 1.0 and 0.0 <= y < nj - 1.0 and 0.0 <= z < nk - 1.0):
        return 2.0
    i, j, k = int(x), int(y), int(z)
    a, b, c = x - i, y - j, z - k
    low = (field[i, j, k] * (1 - a) + field[i + 1, j, k] * a) * (1 - b)
    low += (field[i, j + 1, k] * (1 - a) + field[i + 1, j + 1, k] * a) * b
    high = (field[i, j, k + 1] * (1 - a) + field[i + 1, j, k + 1] * a) * (1 - b)
    high += (field[i, j + 1, k + 1] * (1 - a) + field[i + 1, j + 1, k + 1] * a) * b
    return float(low * (1 - c) + high * c)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def march(
    field: NDArray[np.float32],
    eye: NDArray[np.float64],
    rays: NDArray[np.float64],
    step_mm: float,
    reach_mm: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Follow rays from one point until the field is no longer positive.

    Parameters
    ----------
    field : ndarray of float32, shape (i, j, k)
        mm; positive in free space, at most the distance to the nearest surface times the slope 1.
    eye : ndarray, shape (3,)
        In voxels.
    rays : ndarray, shape (rows, columns, 3)
        Voxels for one mm along each ray; a ray of zeros is left out.
    step_mm : float
        The least step.
    reach_mm : float
        Where a ray is given up.

    Returns
    -------
    depth : ndarray of float32, shape (rows, columns)
        mm from the eye; not a number where nothing was met.
    facing : ndarray of float32, shape (rows, columns)
        Cosine between the surface's normal and the way back to the eye, 0 to 1.
    """
    rows, columns = rays.shape[:2]
    depth = np.full((rows, columns), np.nan, dtype=np.float32)
    facing = np.zeros((rows, columns), dtype=np.float32)
    for row in range(rows):
        for column in range(columns):
            u, v, w = rays[row, column, 0], rays[row, column, 1], rays[row, column, 2]
            if u == 0.0 and v == 0.0 and w == 0.0:
                continue
            at, before = 0.0, 0.0
            value = _level(field, eye[0], eye[1], eye[2])
            while value > 0.0 and at < reach_mm:
                before = at
                at += max(0.7 * value, step_mm)
                value = _level(field, eye[0] + at * u, eye[1] + at * v, eye[2] + at * w)
            if at >= reach_mm:
                continue
            for _ in range(12):
                middle = 0.5 * (before + at)
                if _level(field, eye[0] + middle * u, eye[1] + middle * v, eye[2] + middle * w) > 0.0:
                    before = middle
                else:
                    at = middle
            x, y, z = eye[0] + at * u, eye[1] + at * v, eye[2] + at * w
            gx = _level(field, x + 1.0, y, z) - _level(field, x - 1.0, y, z)
            gy = _level(field, x, y + 1.0, z) - _level(field, x, y - 1.0, z)
            gz = _level(field, x, y, z + 1.0) - _level(field, x, y, z - 1.0)
            size = np.sqrt(gx * gx + gy * gy + gz * gz) * np.sqrt(u * u + v * v + w * w)
            depth[row, column] = at
            if size > 0.0:
                facing[row, column] = max(0.0, -(gx * u + gy * v + gz * w) / size)
    return depth, facing

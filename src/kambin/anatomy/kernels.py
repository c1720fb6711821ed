"""Loops over voxels that NumPy would have to run many times over; compiled once and kept.

Compiling is what a first run waits for. So arrays are made by the functions that call the loops: making one
inside would be compiled anew for every type and number of axes.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "blur",
    "first_crossing",
    "linear_reach",
    "paint_runs",
    "placed",
    "ray_crossing",
    "runs_of",
    "sheared",
    "trilinear",
    "trilinear_points",
]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


def blur(mask: NDArray[np.uint8]) -> Singles:
    """Smooth a mask by 1-2-1 along each axis; its outermost voxels must be zero.

    Whole numbers up to 64 are summed and divided once, so that the mirror image of a mask gives exactly the
    mirror image of its field.
    """
    blurred = np.zeros(mask.shape, dtype=np.float32)
    _blur(np.ascontiguousarray(mask), np.empty(mask.shape[1:], dtype=np.uint8), blurred)
    return blurred


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _blur(mask: NDArray[np.uint8], row: NDArray[np.uint8], out: Singles) -> None:
    a, b, c = mask.shape
    for i in range(1, a - 1):
        for j in range(b):
            for k in range(c):
                row[j, k] = mask[i - 1, j, k] + 2 * mask[i, j, k] + mask[i + 1, j, k]
        for j in range(1, b - 1):
            for k in range(1, c - 1):
                total = (
                    row[j - 1, k - 1]
                    + 2 * row[j - 1, k]
                    + row[j - 1, k + 1]
                    + 2 * (row[j, k - 1] + 2 * row[j, k] + row[j, k + 1])
                    + row[j + 1, k - 1]
                    + 2 * row[j + 1, k]
                    + row[j + 1, k + 1]
                )
                out[i, j, k] = total / 64.0


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _at(values: Singles, x: float, y: float, z: float) -> float:
    a, b, c = values.shape
    if x < 0.0 or y < 0.0 or z < 0.0 or x > a - 1.001 or y > b - 1.001 or z > c - 1.001:
        return 0.0
    i, j, k = int(x), int(y), int(z)
    u, v, w = x - i, y - j, z - k
    low = (values[i, j, k] * (1 - w) + values[i, j, k + 1] * w) * (1 - v) + (
        values[i, j + 1, k] * (1 - w) + values[i, j + 1, k + 1] * w
    ) * v
    high = (values[i + 1, j, k] * (1 - w) + values[i + 1, j, k + 1] * w) * (1 - v) + (
        values[i + 1, j + 1, k] * (1 - w) + values[i + 1, j + 1, k + 1] * w
    ) * v
    mixed: float = low * (1 - u) + high * u
    return mixed


def trilinear(values: Singles, start: Floats, turn: Floats, a: Floats, b: Floats, c: Floats) -> Singles:
    """Sample a field on a regular grid: index = start + turn @ (a[i], b[j], c[k]); 0 outside its array.

    `c` has equal steps: which of a line's samples lie inside the array is solved and not tried.
    """
    out = np.zeros((a.size, b.size, c.size), dtype=np.float32)
    ways = turn[:, 2] * (c[1] - c[0] if c.size > 1 else 1.0)
    _trilinear(values, start, turn, a, b, float(c[0]), ways, np.empty(3), out)
    return out


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _trilinear(
    values: Singles,
    start: Floats,
    turn: Floats,
    a: Floats,
    b: Floats,
    lowest: float,
    ways: Floats,
    begin: Floats,
    out: Singles,
) -> None:
    # an index without a sign needs no check whether it counts from the end
    one = np.uint64(1)
    for i in range(a.size):
        for j in range(b.size):
            first, last = 0.0, out.shape[2] - 1.0
            for row in range(3):
                begin[row] = start[row] + turn[row, 0] * a[i] + turn[row, 1] * b[j] + turn[row, 2] * lowest
                top = values.shape[row] - 1.001
                if abs(ways[row]) < 1e-12:
                    if begin[row] < 0.0 or begin[row] > top:
                        last = -1.0
                else:
                    enter, leave = -begin[row] / ways[row], (top - begin[row]) / ways[row]
                    first, last = max(first, min(enter, leave)), min(last, max(enter, leave))
            for n in range(int(np.ceil(first)), int(np.floor(last)) + 1):
                x, y, z = begin[0] + n * ways[0], begin[1] + n * ways[1], begin[2] + n * ways[2]
                if x < 0.0 or y < 0.0 or z < 0.0 or x > values.shape[0] - 1.001:
                    continue
                if y > values.shape[1] - 1.001 or z > values.shape[2] - 1.001:
                    continue
                p, q, r = np.uint64(int(x)), np.uint64(int(y)), np.uint64(int(z))
                u, v, w = x - int(x), y - int(y), z - int(z)
                near = (values[p, q, r] * (1 - w) + values[p, q, r + one] * w) * (1 - v) + (
                    values[p, q + one, r] * (1 - w) + values[p, q + one, r + one] * w
                ) * v
                far = (values[p + one, q, r] * (1 - w) + values[p + one, q, r + one] * w) * (1 - v) + (
                    values[p + one, q + one, r] * (1 - w) + values[p + one, q + one, r + one] * w
                ) * v
                out[i, j, n] = near * (1 - u) + far * u


def trilinear_points(values: Singles, points: Floats) -> Singles:
    """Sample a field at indices, shape (n, 3)."""
    out = np.empty(points.shape[0], dtype=np.float32)
    _trilinear_points(values, points, out)
    return out


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _trilinear_points(values: Singles, points: Floats, out: Singles) -> None:
    for n in range(points.shape[0]):
        out[n] = _at(values, points[n, 0], points[n, 1], points[n, 2])


def sheared(values: Singles, level: float, slopes: Floats) -> Singles:
    """A section of samples, shape (a, b, c), at the last index level + slopes[0] · i + slopes[1] · j."""
    out = np.empty(values.shape[:2], dtype=np.float32)
    _sheared(values, level, slopes, out)
    return out


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _sheared(values: Singles, level: float, slopes: Floats, out: Singles) -> None:
    a, b, c = values.shape
    for i in range(a):
        for j in range(b):
            index = min(max(level + slopes[0] * i + slopes[1] * j, 0.0), c - 1.001)
            low = int(index)
            share = np.float32(index - low)
            out[i, j] = values[i, j, low] * (np.float32(1) - share) + values[i, j, low + 1] * share


def first_crossing(values: Singles, start: NDArray[np.int64], step: int, rising: bool) -> Floats:
    """Where each column along the last axis first crosses one half, as a fraction of an index.

    Parameters
    ----------
    values : ndarray, shape (a, b, c)
    start : ndarray, shape (a, b)
        Index at which the search begins; negative leaves the column out.
    step : int
        1 upwards, -1 downwards.
    rising : bool
        Whether the column enters the bone (True) or leaves it.

    Returns
    -------
    ndarray, shape (a, b)
        NaN where the start lies on the wrong side already, or no crossing is met.
    """
    out = np.full(start.shape, np.nan)
    _first_crossing(values, start, step, rising, out)
    return out


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _first_crossing(values: Singles, start: NDArray[np.int64], step: int, rising: bool, out: Floats) -> None:
    a, b, c = values.shape
    for i in range(a):
        for j in range(b):
            k = start[i, j]
            if k < 0 or k >= c or (values[i, j, k] >= 0.5) == rising:
                continue
            while 0 <= k + step < c:
                now, after = values[i, j, k], values[i, j, k + step]
                if (after >= 0.5) == rising:
                    out[i, j] = k + step * (0.5 - now) / (after - now)
                    break
                k += step


def ray_crossing(values: Singles, start: Floats, directions: Floats, step: float, reach: float) -> Floats:
    """Length at which rays from one point enter the bone; NaN beyond `reach`.

    `start` is an index, `directions` are index steps per millimetre, shape (n, 3).
    """
    out = np.full(directions.shape[0], np.nan)
    _ray_crossing(values, start, directions, step, reach, out)
    return out


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _ray_crossing(
    values: Singles, start: Floats, directions: Floats, step: float, reach: float, out: Floats
) -> None:
    for n in range(directions.shape[0]):
        before, at = 0.0, 0.0
        value = _at(values, start[0], start[1], start[2])
        if value >= 0.5:
            continue
        before = value
        while at < reach:
            at += step
            value = _at(
                values,
                start[0] + at * directions[n, 0],
                start[1] + at * directions[n, 1],
                start[2] + at * directions[n, 2],
            )
            if value >= 0.5:
                out[n] = at - step * (value - 0.5) / (value - before)
                break
            before = value


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def linear_reach(mask: NDArray[np.bool_], gradient: Floats) -> tuple[float, float]:
    """Least and greatest value of index · gradient over the voxels of a mask."""
    low, high = np.inf, -np.inf
    a, b, c = mask.shape
    for i in range(a):
        for j in range(b):
            for k in range(c):
                if mask[i, j, k]:
                    value = i * gradient[0] + j * gradient[1] + k * gradient[2]
                    low, high = min(low, value), max(high, value)
    return low, high


def placed(mask: NDArray[np.bool_], turn: Floats, shift: Floats) -> tuple[NDArray[np.int32], Floats]:
    """Voxels of a mask and where they lie.

    Returns
    -------
    indices : ndarray of int32, shape (n, 3)
    places : ndarray, shape (3, n)
        turn @ index + shift.
    """
    count = int(np.count_nonzero(mask))
    indices, places = np.empty((count, 3), dtype=np.int32), np.empty((3, count))
    _placed(np.ascontiguousarray(mask), turn, shift, indices, places)
    return indices, places


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _placed(
    mask: NDArray[np.bool_], turn: Floats, shift: Floats, indices: NDArray[np.int32], places: Floats
) -> None:
    a, b, c = mask.shape
    n = 0
    for i in range(a):
        for j in range(b):
            for k in range(c):
                if mask[i, j, k]:
                    indices[n, 0], indices[n, 1], indices[n, 2] = i, j, k
                    for row in range(3):
                        places[row, n] = turn[row, 0] * i + turn[row, 1] * j + turn[row, 2] * k + shift[row]
                    n += 1


def runs_of(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Runs of a mask along its last axis, joined through voxel faces into pieces.

    Returns
    -------
    ndarray of int32, shape (n, 5)
        First and second index, first and last + 1 along the third, and the number of the first run of its
        piece. In the order of the indices: pieces that begin earlier have smaller numbers.
    """
    solid = np.ascontiguousarray(mask)
    count = np.count_nonzero(solid[..., 1:] > solid[..., :-1]) + np.count_nonzero(solid[..., 0])
    runs = np.empty((int(count), 5), dtype=np.int32)
    _runs(solid, np.zeros((solid.shape[0], solid.shape[1] + 1), dtype=np.int32), runs)
    return runs


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _runs(mask: NDArray[np.bool_], begins: NDArray[np.int32], runs: NDArray[np.int32]) -> None:
    a, b, c = mask.shape
    n = 0
    for i in range(a):
        for j in range(b):
            begins[i, j] = n
            k = 0
            while k < c:
                if not mask[i, j, k]:
                    k += 1
                    continue
                first = k
                while k < c and mask[i, j, k]:
                    k += 1
                runs[n, 0], runs[n, 1], runs[n, 2], runs[n, 3], runs[n, 4] = i, j, first, k, n
                n += 1
            begins[i, j + 1] = n
            if j > 0:
                _join(runs, begins[i, j - 1], begins[i, j], begins[i, j], n)
            if i > 0:
                _join(runs, begins[i - 1, j], begins[i - 1, j + 1], begins[i, j], n)
    for run in range(n):
        runs[run, 4] = runs[runs[run, 4], 4]


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def paint_runs(runs: NDArray[np.int32], origin: NDArray[np.int64], mask: NDArray[np.bool_]) -> None:
    """Set the voxels of runs in a mask whose first voxel has the index `origin`."""
    for n in range(runs.shape[0]):
        i, j = runs[n, 0] - origin[0], runs[n, 1] - origin[1]
        for k in range(runs[n, 2] - origin[2], runs[n, 3] - origin[2]):
            mask[i, j, k] = True


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _join(runs: NDArray[np.int32], one: int, one_end: int, other: int, other_end: int) -> None:
    """Join the runs of two neighbouring lines that overlap; a piece is named by its first run."""
    while one < one_end and other < other_end:
        if runs[one, 2] < runs[other, 3] and runs[other, 2] < runs[one, 3]:
            first, second = runs[one, 4], runs[other, 4]
            while runs[first, 4] != first:
                first = runs[first, 4]
            while runs[second, 4] != second:
                second = runs[second, 4]
            least = min(first, second)
            runs[first, 4] = runs[second, 4] = runs[one, 4] = runs[other, 4] = least
        if runs[one, 3] < runs[other, 3]:
            one += 1
        else:
            other += 1

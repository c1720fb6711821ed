"""Loops of the C-arm picture, compiled: line integrals through a volume, and tissue values from labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["line_integrals", "shell_values"]


@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _clip(source: float, step: float, size: int, low: float, high: float) -> tuple[float, float]:
    """Part of a ray, in parameters of it, that lies between the faces of the first and the last voxel."""
    if abs(step) < 1e-12:
        return (low, high) if -0.5 <= source <= size - 0.5 else (1.0, 0.0)
    first, last = (-0.5 - source) / step, (size - 0.5 - source) / step
    return max(low, min(first, last)), min(high, max(first, last))


@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _inner(at: float, slope: float, size: int, first: int, last: int) -> tuple[int, int]:
    """Steps at which a coordinate lies between the middles of the first and the last voxel."""
    if abs(slope) < 1e-12:
        return (first, last) if 0.0 <= at < size - 1.0 else (last + 1, last)
    one, other = -at / slope, (size - 1.0 - at) / slope
    # a step less at each end keeps rounding from reaching beyond the volume; the careful path does those
    return max(first, int(np.ceil(min(one, other))) + 1), min(last, int(np.floor(max(one, other))) - 1)


@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _careful(
    flat: NDArray[Any],
    start: int,
    a: float,
    b: float,
    size_a: int,
    size_b: int,
    jump_a: int,
    jump_b: int,
) -> float:
    """Bilinear value where the neighbours may lie beyond the volume: the border voxel goes on."""
    a, b = min(max(a, 0.0), size_a - 1.0), min(max(b, 0.0), size_b - 1.0)
    low_a, low_b = int(a), int(b)
    high_a, high_b = min(low_a + 1, size_a - 1), min(low_b + 1, size_b - 1)
    part_a, part_b = a - low_a, b - low_b
    low, high = start + low_b * jump_b, start + high_b * jump_b
    near = (1.0 - part_a) * flat[low + low_a * jump_a] + part_a * flat[low + high_a * jump_a]
    far = (1.0 - part_a) * flat[high + low_a * jump_a] + part_a * flat[high + high_a * jump_a]
    return float((1.0 - part_b) * near + part_b * far)


@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _one_ray(
    flat: NDArray[Any],
    shape: NDArray[np.int64],
    strides: NDArray[np.int64],
    offset: float,
    source: NDArray[np.float64],
    ray: NDArray[np.float64],
) -> float:
    """Sum of value + offset along one ray over steps of its main axis, in steps (Joseph's method)."""
    low, high = 0.0, 1.0
    main = 0
    for axis in range(3):
        if abs(ray[axis]) > abs(ray[main]):
            main = axis
        low, high = _clip(source[axis], ray[axis], shape[axis], low, high)
    if high <= low:
        return 0.0
    one, other = (main + 1) % 3, (main + 2) % 3
    enter, leave = source[main] + low * ray[main], source[main] + high * ray[main]
    first = max(int(np.ceil(min(enter, leave) - 1e-9)), 0)
    last = min(int(np.floor(max(enter, leave) + 1e-9)), shape[main] - 1)
    if last < first:
        return 0.0
    slope_a, slope_b = ray[one] / ray[main], ray[other] / ray[main]
    at_a, at_b = source[one] - source[main] * slope_a, source[other] - source[main] * slope_b
    jump, jump_a, jump_b = strides[main], strides[one], strides[other]
    inner_first, inner_last = _inner(at_a, slope_a, shape[one], first, last)
    inner_first, inner_last = _inner(at_b, slope_b, shape[other], inner_first, inner_last)
    if inner_last < inner_first:
        inner_first, inner_last = last + 1, last
    total: float = 0.0
    for index in range(first, inner_first):
        a, b = at_a + index * slope_a, at_b + index * slope_b
        total += _careful(flat, index * jump, a, b, shape[one], shape[other], jump_a, jump_b)
    for index in range(inner_last + 1, last + 1):
        a, b = at_a + index * slope_a, at_b + index * slope_b
        total += _careful(flat, index * jump, a, b, shape[one], shape[other], jump_a, jump_b)
    # without signs, so that no step asks whether an index counts from the end
    step_a, step_b = np.uint64(jump_a), np.uint64(jump_b)
    part = np.float32(0.0)
    for index in range(inner_first, inner_last + 1):
        a, b = at_a + index * slope_a, at_b + index * slope_b
        low_a, low_b = np.int64(a), np.int64(b)
        part_a, part_b = np.float32(a - low_a), np.float32(b - low_b)
        here = np.uint64(index * jump + low_a * jump_a + low_b * jump_b)
        one_low, two_low = np.float32(flat[here]), np.float32(flat[here + step_a])
        one_high, two_high = np.float32(flat[here + step_b]), np.float32(flat[here + step_a + step_b])
        near = one_low + part_a * (two_low - one_low)
        far = one_high + part_a * (two_high - one_high)
        part += near + part_b * (far - near)
    return float(total + part + offset * (last - first + 1))


@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def line_integrals(
    flat: NDArray[Any],
    shape: NDArray[np.int64],
    strides: NDArray[np.int64],
    offset: float,
    source: NDArray[np.float64],
    corner: NDArray[np.float64],
    across: NDArray[np.float64],
    along: NDArray[np.float64],
    axes_mm: NDArray[np.float64],
    ray: NDArray[np.float64],
    first: int,
    result: NDArray[np.float32],
) -> None:
    """Line integrals of value + offset from a source to some rows of a detector.

    Parameters
    ----------
    flat : ndarray
        Voxels in their order in memory.
    shape, strides : ndarray of int64, shape (3,)
        Of the volume; strides in voxels.
    offset : float
        Added to each voxel; nothing is outside of the volume.
    source, corner, across, along : ndarray, shape (3,)
        In voxels: the source, the middle of the first pixel, and the steps to the next pixel and row.
    axes_mm : ndarray, shape (3, 3)
        LPS mm for a step of one voxel along each axis, as columns.
    ray : ndarray, shape (3,)
        Room for one ray.
    first : int
        The first row.
    result : ndarray of float32, shape (rows, columns)
        Value times mm.
    """
    for n in range(result.shape[0]):
        row = first + n
        for column in range(result.shape[1]):
            length = 0.0
            steepest = 0.0
            for axis in range(3):
                ray[axis] = corner[axis] + row * along[axis] + column * across[axis] - source[axis]
                steepest = max(steepest, abs(ray[axis]))
            for axis in range(3):
                part = axes_mm[axis, 0] * ray[0] + axes_mm[axis, 1] * ray[1] + axes_mm[axis, 2] * ray[2]
                length += part * part
            total = _one_ray(flat, shape, strides, offset, source, ray)
            result[n, column] = total * np.sqrt(length) / steepest


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def shell_values(
    labels: NDArray[Any],
    inside: NDArray[np.int16],
    surface: NDArray[np.int16],
    first: int,
    values: NDArray[np.int16],
) -> None:
    """A value for each voxel by its label, another for voxels with a neighbour of another label.

    Parameters
    ----------
    labels : ndarray of uint8 or uint16, shape (i, j, k)
    inside, surface : ndarray of int16
        Label → value.
    first : int
        First index of the layers that are wanted.
    values : ndarray of int16, shape (layers, j, k)
    """
    ni, nj, nk = labels.shape
    for i in range(first, first + values.shape[0]):
        for j in range(nj):
            for k in range(nk):
                own = labels[i, j, k]
                same = (
                    labels[max(i - 1, 0), j, k] == own
                    and labels[min(i + 1, ni - 1), j, k] == own
                    and labels[i, max(j - 1, 0), k] == own
                    and labels[i, min(j + 1, nj - 1), k] == own
                    and labels[i, j, max(k - 1, 0)] == own
                    and labels[i, j, min(k + 1, nk - 1)] == own
                )
                values[i - first, j, k] = inside[own] if same else surface[own]

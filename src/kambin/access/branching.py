"""Best-first branch and bound over tips and directions, compiled.

Cells wait in a heap, the one with the highest bound first. A cell is halved where that lowers the bound most: across
the parameter that moves the ray most at the place that binds. When the highest bound left is within the tolerance of
the best ray, that ray is proved best; when it is below zero, there is no corridor.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kambin.access.bound import (
    AXES,
    CLOSE,
    FOUND,
    HARD,
    KEPT_MM,
    LIMIT,
    NERVE,
    SPLIT,
    THROAT,
    UPPER,
    assess,
    place,
)

__all__ = ["COLUMNS", "RESULT", "branch", "point_value"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Longs = NDArray[np.int64]

# a cell: five middles, five half sizes, bound, where to split
COLUMNS = 12
# what `branch` tells: value, five parameters, bound, cells, rays, bound of what was closed, state
RESULT = 11
NEVER = -1e8
# Of a cell whose rays are this close together nothing more can be learnt, mm.
FINEST_MM = 1e-3


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _push(keys: Floats, items: Longs, count: int, key: float, item: int) -> int:
    n = count
    while n > 0:
        up = (n - 1) >> 1
        if keys[up] >= key:
            break
        keys[n], items[n] = keys[up], items[up]
        n = up
    keys[n], items[n] = key, item
    return count + 1


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _pop(keys: Floats, items: Longs, count: int) -> int:
    """Take the first away; the caller has read it."""
    count -= 1
    key, item = keys[count], items[count]
    n = 0
    while True:
        child = 2 * n + 1
        if child >= count:
            break
        if child + 1 < count and keys[child + 1] > keys[child]:
            child += 1
        if keys[child] <= key:
            break
        keys[n], items[n] = keys[child], items[child]
        n = child
    keys[n], items[n] = key, item
    return count


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _worth(found: Floats) -> float:
    """What the middle ray is worth: its margin to nerve when every limit is kept, else the worse of both."""
    if found[LIMIT] >= KEPT_MM:
        return found[NERVE]
    return min(found[NERVE], found[LIMIT] - KEPT_MM)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def point_value(
    flat: Singles,
    slopes: Singles,
    ints: Longs,
    reals: Floats,
    counts: Longs,
    geometry: Floats,
    bone: Singles,
    parts: Floats,
    x: Floats,
    enough: float,
    ray: Floats,
    found: Floats,
) -> float:
    """What one ray is worth, or something below `enough` where it is worth less."""
    assess(flat, slopes, ints, reals, counts, geometry, bone, parts, x, np.zeros(5), enough, ray, found)
    if found[UPPER] <= enough:
        return NEVER
    return _worth(found)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _sizes(geometry: Floats, x: Floats, h: Floats, share: float, out: Floats) -> None:
    """How far each parameter alone moves the ray at a place on it, mm."""
    throat = geometry[THROAT]
    for m in range(3):
        square = 0.0
        for n in range(3):
            square += geometry[AXES + 3 * m + n] ** 2
        out[m] = abs(1.0 - share) * h[m] * np.sqrt(square)
    out[3] = share * throat * np.cos(max(abs(x[4]) - h[4], 0.0)) * h[3]
    out[4] = share * throat * h[4]


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _climb(
    flat: Singles,
    slopes: Singles,
    ints: Longs,
    reals: Floats,
    counts: Longs,
    geometry: Floats,
    bone: Singles,
    parts: Floats,
    best: Floats,
    low: Floats,
    high: Floats,
    h: Floats,
    ray: Floats,
    found: Floats,
) -> int:
    """Move the best ray uphill along one parameter at a time; `best`: value and parameters. Rays tried."""
    step = np.maximum(h, 0.02 * (high - low))
    trial = best[1:6].copy()
    tried = 0
    for _ in range(9):
        moved = False
        for n in range(5):
            for way in (-1.0, 1.0):
                if step[n] <= 0.0:
                    continue
                trial[:] = best[1:6]
                trial[n] = min(max(trial[n] + way * step[n], low[n]), high[n])
                worth = point_value(
                    flat, slopes, ints, reals, counts, geometry, bone, parts, trial, best[0], ray, found
                )
                tried += 1
                if worth > best[0] + 1e-4:
                    best[0] = worth
                    best[1:6] = trial
                    moved = True
        if not moved:
            step *= 0.5
    return tried


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _threshold(best: float, slack: float) -> float:
    """Cells bounded by this are done with: nothing better by more than the tolerance, or no corridor at all."""
    if best >= 0.0:
        return best + slack
    return min(best + slack, -1e-6)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _halved(geometry: Floats, cell: Floats, ray: Floats, sizes: Floats) -> int:
    """Which parameter to halve; −1 when the cell's rays are all the same."""
    length = place(geometry, cell[:5], ray)
    split = cell[11]
    share = 1.0 if split < 0.0 else split / length
    _sizes(geometry, cell[:5], cell[5:10], share, sizes)
    if split < 0.0 or sizes.max() < FINEST_MM:
        # the direction itself, or a place where nothing moves: what moves the ray most anywhere
        other = np.zeros(5)
        _sizes(geometry, cell[:5], cell[5:10], 0.0, other)
        sizes[:3] = np.maximum(sizes[:3], other[:3])
    most = int(np.argmax(sizes))
    return most if sizes[most] > FINEST_MM else -1


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def branch(
    flat: Singles,
    slopes: Singles,
    ints: Longs,
    reals: Floats,
    counts: Longs,
    geometry: Floats,
    bone: Singles,
    parts: Floats,
    low: Floats,
    high: Floats,
    warm: Floats,
    slack: float,
    most: int,
    result: Floats,
) -> int:
    """Search the box from `low` to `high`; see `RESULT`. Returns how many cells were left open."""
    ray, found, sizes = np.zeros(7), np.zeros(FOUND), np.zeros(5)
    best = np.full(6, NEVER)
    best[1:6] = 0.5 * (low + high)
    rays = 0
    for n in range(len(warm)):
        worth = point_value(
            flat, slopes, ints, reals, counts, geometry, bone, parts, warm[n], best[0], ray, found
        )
        rays += 1
        if worth > best[0]:
            best[0] = worth
            best[1:6] = warm[n]
    if best[0] > NEVER:
        rays += _climb(
            flat,
            slopes,
            ints,
            reals,
            counts,
            geometry,
            bone,
            parts,
            best,
            low,
            high,
            0.1 * (high - low),
            ray,
            found,
        )
    cells = np.empty((2 * most + 16, COLUMNS))
    keys, items = np.empty(len(cells)), np.empty(len(cells), dtype=np.int64)
    cells[0, :5], cells[0, 5:10] = 0.5 * (low + high), 0.5 * (high - low)
    cells[0, 10], cells[0, 11] = 1e9, -1.0
    waiting, made, closed, done = _push(keys, items, 0, 1e9, 0), 1, NEVER, NEVER
    while waiting > 0 and made + 2 < len(cells):
        if keys[0] <= _threshold(best[0], slack):
            break
        cell = cells[items[0]].copy()
        waiting = _pop(keys, items, waiting)
        axis = _halved(geometry, cell, ray, sizes)
        if axis < 0:
            closed = max(closed, cell[10])
            continue
        cell[5 + axis] *= 0.5
        for way in (-1.0, 1.0):
            child = cells[made]
            child[:] = cell
            child[axis] += way * cell[5 + axis]
            enough = _threshold(best[0], slack)
            assess(
                flat,
                slopes,
                ints,
                reals,
                counts,
                geometry,
                bone,
                parts,
                child[:5],
                child[5:10],
                enough,
                ray,
                found,
            )
            rays += 1
            upper = min(found[UPPER], cell[10])
            if upper <= enough:
                done = max(done, upper)
                continue
            worth = _worth(found)
            if worth > best[0] + 1e-6:
                gain = worth - best[0]
                best[0] = worth
                best[1:6] = child[:5]
                if gain > slack or worth >= 0.0:
                    split, close = found[SPLIT], found[CLOSE]
                    rays += _climb(
                        flat,
                        slopes,
                        ints,
                        reals,
                        counts,
                        geometry,
                        bone,
                        parts,
                        best,
                        low,
                        high,
                        child[5:10],
                        ray,
                        found,
                    )
                    found[SPLIT], found[CLOSE] = split, close
            if found[CLOSE] > 0.0:
                closed = max(closed, min(upper, geometry[HARD]))
                continue
            child[10], child[11] = upper, found[SPLIT]
            waiting = _push(keys, items, waiting, upper, made)
            made += 1
    result[0] = best[0]
    result[1:6] = best[1:6]
    result[6] = max(keys[0] if waiting > 0 else NEVER, done)
    result[7], result[8], result[9], result[10] = made, rays, closed, waiting
    return waiting

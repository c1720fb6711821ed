"""Best-first branch and bound over tips and directions, compiled.

Cells wait in a heap, the one with the highest bound first. A cell is halved where that lowers the bound most:
across the parameter that moves the ray most at the place that binds. When the highest bound left is within
the tolerance of the best ray, that ray is proved best; when it is below zero, there is no corridor.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kambin.access.bound import (
    AXES,
    CLOSE,
    FOUND,
    KEPT_MM,
    LIMIT,
    NERVE,
    SPLIT,
    THROAT,
    UPPER,
    World,
    assess,
    place,
)

__all__ = ["NEVER", "Outcome", "branch"]

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

# columns of a cell: five middles, five half sizes, then
BOUND, SPLIT_AT, COLUMNS = 10, 11, 12
NEVER = -1e8
# Of a cell whose rays are this close together nothing more can be learnt, mm.
FINEST_MM = 1e-3
# The climb from a new best ray halves its step so often.
HALVINGS = 12
# Directions across the parameters that the climb tries beside each of them; always the same ones.
ASLANT_WAYS = 16


class Outcome(NamedTuple):
    """What a search tells.

    Attributes
    ----------
    value : float
        Of the best ray.
    parameters : ndarray, shape (5,)
    bound : float
        The highest of all cells that are open or were left as good enough. Cells in which no ray keeps some
        limit by more than the hard tolerance are neither.
    cells, rays, waiting : int
    """

    value: float
    parameters: Floats
    bound: float
    cells: int
    rays: int
    waiting: int


class Box(NamedTuple):
    """Least and greatest parameters."""

    low: Floats
    high: Floats


@njit(inline="always", nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
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


@njit(inline="always", nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
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
def _worth(found: Floats, enough: float) -> float:
    """What the middle ray is worth, or `NEVER` where that is not above `enough`.

    Its margin to nerve when every limit is kept, else the worse of both.
    """
    if found[UPPER] <= enough:
        return NEVER
    if found[LIMIT] >= KEPT_MM:
        return float(found[NERVE])
    return float(min(found[NERVE], found[LIMIT] - KEPT_MM))


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _keep(best: Floats, worth: float, x: Floats) -> None:
    """Make a ray the best one; parts of arrays are not assigned, see `kambin.access.kernels`."""
    best[0] = worth
    for n in range(5):
        best[1 + n] = x[n]


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _climb(world: World, box: Box, best: Floats, h: Floats) -> int:
    """Move the best ray uphill; `best`: value, parameters. Rays tried.

    Along one parameter at a time, and aslant: where a limit holds, only a step along it leads on.
    """
    ray, found, alone = np.zeros(7), np.zeros(FOUND), np.zeros(5)
    step, trial, state, tried = np.zeros(5), np.zeros(5), 12345, 0
    for n in range(5):
        step[n] = max(h[n], 0.02 * (box.high[n] - box.low[n]))
    for _ in range(HALVINGS):
        moved = False
        for way in range(10 + ASLANT_WAYS):
            if way < 10 and step[way // 2] <= 0.0:
                continue
            for n in range(5):
                trial[n] = best[1 + n]
                if way >= 10:
                    state = (1103515245 * state + 12345) % 2147483648
                    trial[n] += step[n] * (state / 1073741824.0 - 1.0)
                elif n == way // 2:
                    trial[n] += step[n] * (2.0 * (way % 2) - 1.0)
                trial[n] = min(max(trial[n], box.low[n]), box.high[n])
            assess(world, trial, alone, best[0], ray, found)
            worth = _worth(found, best[0])
            tried += 1
            if worth > best[0] + 1e-4:
                _keep(best, worth, trial)
                moved = True
        if not moved:
            for n in range(5):
                step[n] *= 0.5
    return tried


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _threshold(best: float, slack: float) -> float:
    """Cells bounded by this are done with: nothing better by more than the slack, or no corridor at all."""
    return best + slack if best >= 0.0 else min(best + slack, -1e-6)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _sizes(geometry: Floats, cell: Floats, share: float, out: Floats) -> None:
    """How far each parameter alone moves the ray at a place on it, mm."""
    throat = geometry[THROAT]
    for m in range(3):
        square = 0.0
        for n in range(3):
            square += geometry[AXES + 3 * m + n] ** 2
        out[m] = abs(1.0 - share) * cell[5 + m] * np.sqrt(square)
    out[3] = share * throat * np.cos(max(abs(cell[4]) - cell[9], 0.0)) * cell[8]
    out[4] = share * throat * cell[9]


@njit(inline="always", nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _axis(geometry: Floats, cell: Floats, ray: Floats) -> int:
    """Which parameter to halve; −1 when the cell's rays are all the same."""
    sizes, tips = np.zeros(5), np.zeros(5)
    length = place(geometry, cell, ray)
    split = cell[SPLIT_AT]
    _sizes(geometry, cell, 1.0 if split < 0.0 else split / length, sizes)
    _sizes(geometry, cell, 0.0, tips)
    largest = 0.0
    for m in range(5):
        largest = max(largest, sizes[m])
    most, least = -1, FINEST_MM
    for m in range(5):
        size = sizes[m]
        if m < 3 and (split < 0.0 or largest < FINEST_MM):
            # the direction itself, or a place where nothing moves: what moves the ray most anywhere
            size = max(size, tips[m])
        if size > least:
            most, least = m, size
    return most


def branch(
    world: World, low: Floats, high: Floats, warm: Floats, slack: float, most: int, nearest: int
) -> Outcome:
    """Search the box of parameters from `low` to `high`, with at most `most` cells; see `Outcome`.

    Once it is proved that there is no corridor, up to `nearest` cells go to the one that comes nearest.
    """
    cells = np.empty((most + 16, COLUMNS))
    keys, items = np.empty(len(cells)), np.empty(len(cells), dtype=np.int64)
    best = np.array([NEVER, *(0.5 * (low + high))])
    return Outcome(*_branch(world, Box(low, high), warm, slack, nearest, cells, keys, items, best))


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _branch(
    world: World, box: Box, warm: Floats, slack: float, nearest: int, cells: Floats, keys: Floats,
    items: Longs, best: Floats,
) -> tuple[float, Floats, float, int, int, int]:  # fmt: skip
    """The search itself; `cells`, `keys` and `items` are its room, `best` becomes the best ray."""
    ray, found, cell, half, rays = np.zeros(7), np.zeros(FOUND), np.zeros(COLUMNS), np.zeros(5), len(warm)
    for n in range(len(warm)):
        assess(world, warm[n], half, best[0], ray, found)
        worth = _worth(found, best[0])
        if worth > best[0]:
            _keep(best, worth, warm[n])
    for n in range(5):
        half[n] = 0.1 * (box.high[n] - box.low[n])
        cells[0, n], cells[0, 5 + n] = 0.5 * (box.low[n] + box.high[n]), 0.5 * (box.high[n] - box.low[n])
    if best[0] > NEVER:
        rays += _climb(world, box, best, half)
    cells[0, BOUND], cells[0, SPLIT_AT] = 1e9, -1.0
    keys[0], items[0] = 1e9, 0
    waiting, made, done = 1, 1, NEVER
    while waiting > 0 and made + 2 < len(cells) and keys[0] > _threshold(best[0], slack):
        if keys[0] < 0.0 and made > nearest:
            break
        for n in range(COLUMNS):
            cell[n] = cells[items[0], n]
        waiting = _pop(keys, items, waiting)
        axis = _axis(world.geometry, cell, ray)
        if axis < 0:
            done = max(done, cell[BOUND])
            continue
        cell[5 + axis] *= 0.5
        for way in (-1.0, 1.0):
            child = cells[made]
            for n in range(COLUMNS):
                child[n] = cell[n]
            child[axis] += way * cell[5 + axis]
            for n in range(5):
                half[n] = cell[5 + n]
            enough = _threshold(best[0], slack)
            assess(world, child, half, enough, ray, found)
            rays += 1
            upper = min(found[UPPER], cell[BOUND])
            if upper <= enough:
                done = max(done, upper)
                continue
            worth = _worth(found, enough)
            if worth > best[0] + 1e-6:
                _keep(best, worth, child)
                rays += _climb(world, box, best, half)
            if found[CLOSE] > 0.0:
                continue
            child[BOUND], child[SPLIT_AT] = upper, found[SPLIT]
            waiting = _push(keys, items, waiting, upper, made)
            made += 1
    bound = max(keys[0] if waiting > 0 else NEVER, done)
    return best[0], best[1:], bound, made, rays, waiting

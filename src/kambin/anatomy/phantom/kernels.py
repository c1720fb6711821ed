"""Implicit functions of the phantom's solids, compiled: negative inside, zero on the surface.

A *row* describes one solid: its kind, the (3, 4) transform local_from_model, its parameters, and a box in the
local frame that holds it, outside of which nothing is evaluated. Rows of one structure form a union.
Everything that is true of the phantom is computed from these functions by continuous means (roots along
lines, quadrature); voxels are only ever painted from them. All runs on one core: the loops are short, and
threads that wait for each other cost more on a busy machine than they save on an idle one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "BODY",
    "BOX",
    "CONE",
    "DISC",
    "ELLIPSOID",
    "SLICE",
    "WIDTH",
    "first_entry",
    "inside",
    "last_exit",
    "moments",
    "paint",
    "values",
]

Floats = NDArray[np.float64]

ELLIPSOID, CONE, BOX, BODY, DISC, SLICE = 0, 1, 2, 3, 4, 5
# a row: kind, local_from_phantom (12), parameters (up to 37), lowest and highest corner of its box (6)
START = 13
BOUNDS = START + 37
WIDTH = BOUNDS + 6
# a box holds its solid up to rounding
SLACK = 1e-6
# functions are evaluated this far outside their boxes, so that borders lie between two samples, mm
MARGIN = 1.0
FAR = 1e30


@njit(cache=True)
def _ellipsoid(p: Any, x: float, y: float, z: float) -> Any:
    far = np.sqrt((x / p[0]) ** 2 + (y / p[1]) ** 2 + (z / p[2]) ** 2)
    slope = np.sqrt((x / p[0] ** 2) ** 2 + (y / p[1] ** 2) ** 2 + (z / p[2] ** 2) ** 2)
    if slope < 1e-12:
        return -min(p[0], p[1], p[2])
    return far * (far - 1.0) / slope


@njit(cache=True)
def _cone(p: Any, x: float, y: float, z: float) -> Any:
    """Two spheres and the cone that touches both; along z from 0 to p[0], radii p[1] and p[2]."""
    length, low, high = p[0], p[1], p[2]
    across = np.sqrt(x * x + y * y)
    lean = (low - high) / length
    upright = np.sqrt(max(1.0 - lean * lean, 0.0))
    along = -lean * across + upright * z
    if along < 0.0:
        return np.sqrt(across * across + z * z) - low
    if along > upright * length:
        return np.sqrt(across * across + (z - length) ** 2) - high
    return across * upright + z * lean - low


@njit(cache=True)
def _box(p: Any, x: float, y: float, z: float) -> Any:
    """A box of half sizes p[0:3] whose edges are rounded by p[3]."""
    a, b, c = abs(x) - p[0] + p[3], abs(y) - p[1] + p[3], abs(z) - p[2] + p[3]
    outside = np.sqrt(max(a, 0.0) ** 2 + max(b, 0.0) ** 2 + max(c, 0.0) ** 2)
    return outside + min(max(a, b, c), 0.0) - p[3]


# A body's parameters: 0 half width, 1 half depth, 2 wall, 3 exponent, 4 waist, 5 hollow of the wall,
# 6 top, 7 bottom (height of the rims' planes on the axis), 8, 9 slopes of the two planes along y,
# 10, 11 depths of the two concavities
@njit(cache=True)
def _outline(p: Any, o: int, x: float, y: float) -> Any:
    """The body's outline at the rim: a superellipse in front of a hollow back wall."""
    n = p[o + 3]
    round_ = ((abs(x) / p[o]) ** n + (abs(y) / p[o + 1]) ** n + 1e-300) ** (1.0 / n)
    hollow = p[o + 5] * min((x / (0.55 * p[o])) ** 2, 1.0)
    return max((round_ - 1.0) * p[o + 1], y - p[o + 2] - hollow)


@njit(cache=True)
def _dish(p: Any, o: int, x: float, y: float) -> Any:
    """Share of the concavity's depth at a place, from one in the middle to zero near the rim."""
    middle = 0.5 * (p[o + 2] - p[o + 1])
    reach = 0.5 * (p[o + 2] + p[o + 1])
    r = (x / (0.92 * p[o])) ** 2 + ((y - middle) / (0.92 * reach)) ** 2
    return max(1.0 - r, 0.0) ** 2


@njit(cache=True)
def _top(p: Any, o: int, x: float, y: float) -> Any:
    return p[o + 6] + p[o + 8] * y - p[o + 10] * _dish(p, o, x, y)


@njit(cache=True)
def _bottom(p: Any, o: int, x: float, y: float) -> Any:
    return p[o + 7] + p[o + 9] * y + p[o + 11] * _dish(p, o, x, y)


@njit(cache=True)
def _body(p: Any, x: float, y: float, z: float) -> Any:
    beyond = max(z - _top(p, 0, x, y), _bottom(p, 0, x, y) - z)
    if beyond >= 0.0:
        return beyond
    top, bottom = p[6] + p[8] * y, p[7] + p[9] * y
    middle, half = 0.5 * (top + bottom), 0.5 * (top - bottom)
    inward = max(1.0 - ((z - middle) / half) ** 2, 0.0) * p[4]
    n = p[3]
    round_ = ((abs(x) / p[0]) ** n + (abs(y) / p[1]) ** n + 1e-300) ** (1.0 / n)
    hollow = p[5] * min((x / (0.55 * p[0])) ** 2, 1.0)
    outline = max((round_ - 1.0) * p[1] + inward, y - p[2] - hollow + 0.35 * inward)
    return max(outline, beyond)


# A disc lives in the frame of the body below. Its parameters: 0 bulge, 1..12 body above, 13..24 body below
# (as above), 25..36 the (3, 4) transform to the frame of the body above
@njit(cache=True)
def _disc(p: Any, x: float, y: float, z: float) -> Any:
    u = p[25] * x + p[26] * y + p[27] * z + p[28]
    v = p[29] * x + p[30] * y + p[31] * z + p[32]
    w = p[33] * x + p[34] * y + p[35] * z + p[36]
    above = w - _bottom(p, 1, u, v)
    below = _top(p, 13, x, y) - z
    if above >= 0.0 or below >= 0.0:
        return max(above, below)
    share = below / (above + below)
    outline = share * _outline(p, 1, u, v) + (1.0 - share) * _outline(p, 13, x, y)
    return max(above, below, outline - p[0] * 4.0 * share * (1.0 - share))


@njit(cache=True)
def _slice(p: Any, x: float, y: float, z: float) -> Any:
    """Between two heights: a superellipse whose middle and half sizes change linearly."""
    t = (z - p[0]) / (p[1] - p[0])
    a, b = p[6] + t * (p[7] - p[6]), p[8] + t * (p[9] - p[8])
    u, v = abs(x - p[2] - t * (p[3] - p[2])), abs(y - p[4] - t * (p[5] - p[4]))
    n = p[10]
    round_ = ((u / a) ** n + (v / b) ** n + 1e-300) ** (1.0 / n)
    return max((round_ - 1.0) * min(a, b), p[0] - z, z - p[1])


@njit(cache=True)
def _value(row: Any, x: float, y: float, z: float) -> Any:
    u = row[1] * x + row[2] * y + row[3] * z + row[4]
    v = row[5] * x + row[6] * y + row[7] * z + row[8]
    w = row[9] * x + row[10] * y + row[11] * z + row[12]
    return _local(row, u, v, w)


@njit(cache=True)
def _local(row: Any, u: float, v: float, w: float) -> Any:
    kind = int(row[0])
    p = row[START:]
    if kind == ELLIPSOID:
        return _ellipsoid(p, u, v, w)
    if kind == CONE:
        return _cone(p, u, v, w)
    if kind == BOX:
        return _box(p, u, v, w)
    if kind == BODY:
        return _body(p, u, v, w)
    if kind == DISC:
        return _disc(p, u, v, w)
    return _slice(p, u, v, w)


@njit(cache=True)
def _near(row: Any, x: float, y: float, z: float, slack: float) -> Any:
    """A solid's function where a point lies in its box or not farther outside than `slack`; else large."""
    u = row[1] * x + row[2] * y + row[3] * z + row[4]
    if u < row[BOUNDS] - slack or u > row[BOUNDS + 3] + slack:
        return FAR
    v = row[5] * x + row[6] * y + row[7] * z + row[8]
    if v < row[BOUNDS + 1] - slack or v > row[BOUNDS + 4] + slack:
        return FAR
    w = row[9] * x + row[10] * y + row[11] * z + row[12]
    if w < row[BOUNDS + 2] - slack or w > row[BOUNDS + 5] + slack:
        return FAR
    return _local(row, u, v, w)


@njit(cache=True)
def _within(rows: Any, x: float, y: float, z: float) -> Any:
    """Whether a point lies in the union."""
    for index in range(rows.shape[0]):  # noqa: SIM110 (compiled: a loop that ends early)
        if _near(rows[index], x, y, z, SLACK) <= 0.0:
            return True
    return False


@njit(cache=True)
def _passes(row: Any, start: Any, way: Any, slack: float) -> Any:
    """Between which multiples of `way` from `start` a line lies in a solid's box; first > last: nowhere."""
    first, last = -FAR, FAR
    for axis in range(3):
        o = 1 + 4 * axis
        at = row[o] * start[0] + row[o + 1] * start[1] + row[o + 2] * start[2] + row[o + 3]
        step = row[o] * way[0] + row[o + 1] * way[1] + row[o + 2] * way[2]
        low, high = row[BOUNDS + axis] - slack, row[BOUNDS + 3 + axis] + slack
        if abs(step) < 1e-12:
            if at < low or at > high:
                return 1.0, 0.0
        else:
            one, other = (low - at) / step, (high - at) / step
            first, last = max(first, min(one, other)), min(last, max(one, other))
    return first, last


@njit(cache=True)
def _union(rows: Any, x: float, y: float, z: float) -> Any:
    least = FAR
    for index in range(rows.shape[0]):
        value = _value(rows[index], x, y, z)
        if value < least:
            least = value
    return least


@njit(cache=True)
def values(rows: Floats, points: Floats) -> Floats:
    """The union's function at points of shape (n, 3)."""
    found = np.empty(points.shape[0])
    for index in range(points.shape[0]):
        found[index] = _union(rows, points[index, 0], points[index, 1], points[index, 2])
    return found


@njit(cache=True)
def inside(rows: Floats, points: Floats) -> Any:
    """Whether points of shape (n, 3) lie in the union."""
    found = np.zeros(points.shape[0], dtype=np.bool_)
    for index in range(points.shape[0]):
        x, y, z = points[index]
        found[index] = _within(rows, x, y, z)
    return found


@njit(cache=True)
def first_entry(rows: Floats, starts: Floats, direction: Floats, reach: float, step: float) -> Floats:
    """How far a point can go from each start before it meets the union, mm; NaN beyond `reach`, 0 inside."""
    found = np.full(starts.shape[0], np.nan)
    for index in range(starts.shape[0]):
        x, y, z = starts[index]
        dx, dy, dz = direction[index] if direction.shape[0] > 1 else direction[0]
        if _within(rows, x, y, z):
            found[index] = 0.0
            continue
        count = int(reach / step) + 1
        for k in range(1, count + 1):
            far = k * step
            if _within(rows, x + far * dx, y + far * dy, z + far * dz):
                low, high = far - step, far
                for _ in range(40):
                    middle = 0.5 * (low + high)
                    if _within(rows, x + middle * dx, y + middle * dy, z + middle * dz):
                        high = middle
                    else:
                        low = middle
                found[index] = 0.5 * (low + high)
                break
    return found


@njit(cache=True)
def last_exit(rows: Floats, starts: Floats, direction: Floats, reach: float, step: float) -> Floats:
    """The farthest point of the union along each line, mm from its start; NaN where the line misses it."""
    found = np.full(starts.shape[0], np.nan)
    for index in range(starts.shape[0]):
        x, y, z = starts[index]
        dx, dy, dz = direction[index] if direction.shape[0] > 1 else direction[0]
        count = int(reach / step) + 1
        for k in range(count, -1, -1):
            far = k * step
            if _within(rows, x + far * dx, y + far * dy, z + far * dz):
                low, high = far, far + step
                for _ in range(40):
                    middle = 0.5 * (low + high)
                    if _within(rows, x + middle * dx, y + middle * dy, z + middle * dz):
                        low = middle
                    else:
                        high = middle
                found[index] = 0.5 * (low + high)
                break
    return found


@njit(cache=True)
def moments(rows: Floats, minus: Floats, low: Floats, high: Floats, step: float) -> Floats:
    """Volume and first moments of a union without another, by lines along z with exact ends.

    Parameters
    ----------
    rows : ndarray
    minus : ndarray
        Rows of what is taken away; may be empty.
    low, high : ndarray, shape (3,)
    step : float
        Distance of the lines, and of the samples along them between which ends are looked for.

    Returns
    -------
    ndarray, shape (4,)
        Volume mm³, and the moments along x, y, z.
    """
    nx = int(np.ceil((high[0] - low[0]) / step))
    ny = int(np.ceil((high[1] - low[1]) / step))
    nz = int(np.ceil((high[2] - low[2]) / step)) + 1
    partial = np.zeros((nx, 4))
    for i in range(nx):
        x = low[0] + (i + 0.5) * step
        near = np.empty(rows.shape[0], dtype=np.int64)
        ends = np.empty((rows.shape[0], 2))
        for j in range(ny):
            y = low[1] + (j + 0.5) * step
            count = _near_line(rows, x, y, MARGIN + step, near, ends)
            if count == 0:
                continue
            first = max(int((ends[:count, 0].min() - low[2]) / step), 0)
            last = min(int((ends[:count, 1].max() - low[2]) / step) + 1, nz)
            before = FAR
            for k in range(first, last + 1):
                z = low[2] + k * step
                value = _cut(rows, near[:count], ends, minus, MARGIN + step, x, y, z)
                if k > first:
                    share, middle = _inside(before, value)
                    if share > 0.0:
                        place = z - step + middle * step
                        partial[i, 0] += share * step
                        partial[i, 1] += share * step * x
                        partial[i, 2] += share * step * y
                        partial[i, 3] += share * step * place
                before = value
    total = np.zeros(4)
    for i in range(nx):
        total += partial[i]
    return total * step * step


@njit(cache=True)
def _near_line(rows: Any, x: float, y: float, slack: float, near: Any, ends: Any) -> Any:
    """Put the rows whose box a line along z passes into `near`, and between which heights into `ends`."""
    count = 0
    start, way = (x, y, 0.0), (0.0, 0.0, 1.0)
    for r in range(rows.shape[0]):
        first, last = _passes(rows[r], start, way, slack)
        if first <= last:
            near[count] = r
            ends[count, 0], ends[count, 1] = first, last
            count += 1
    return count


@njit(cache=True)
def _cut(rows: Any, near: Any, ends: Any, minus: Any, slack: float, x: float, y: float, z: float) -> Any:
    least = 1e3
    for n in range(near.shape[0]):
        if ends[n, 0] <= z <= ends[n, 1]:
            value = _value(rows[near[n]], x, y, z)
            if value < least:
                least = value
    if least < 0.0:
        for n in range(minus.shape[0]):
            taken = -_near(minus[n], x, y, z, slack)
            if taken > least:
                least = taken
    return least


@njit(cache=True)
def _inside(before: float, after: float) -> tuple[float, float]:
    """Share of a step that is inside, and where its middle lies, from the values at its two ends."""
    if before <= 0.0 and after <= 0.0:
        return 1.0, 0.5
    if before > 0.0 and after > 0.0:
        return 0.0, 0.0
    edge = before / (before - after)
    if before <= 0.0:
        return edge, 0.5 * edge
    return 1.0 - edge, 0.5 * (1.0 + edge)


@njit(cache=True)
def paint(voxels: Any, rows: Floats, spans: Any, codes: Any, phantom_from_voxel: Floats) -> None:
    """Set the voxels whose centres lie in each row's solid to its code, later rows over earlier ones.

    Parameters
    ----------
    voxels : ndarray, shape (i, j, k)
    rows : ndarray, shape (n, WIDTH)
    spans : ndarray of int, shape (n, 6)
        First and last + 1 voxel along each axis that the solid can reach.
    codes : ndarray of int, shape (n,)
    phantom_from_voxel : ndarray, shape (4, 4)
    """
    m = phantom_from_voxel
    for r in range(rows.shape[0]):
        row = rows[r]
        code = codes[r]
        for i in range(spans[r, 0], spans[r, 1]):
            for j in range(spans[r, 2], spans[r, 3]):
                x0 = m[0, 0] * i + m[0, 1] * j + m[0, 3]
                y0 = m[1, 0] * i + m[1, 1] * j + m[1, 3]
                z0 = m[2, 0] * i + m[2, 1] * j + m[2, 3]
                low, high = _passes(row, (x0, y0, z0), (m[0, 2], m[1, 2], m[2, 2]), SLACK)
                if low > high:
                    continue
                first, last = max(spans[r, 4], int(np.ceil(low))), min(spans[r, 5], int(np.floor(high)) + 1)
                for k in range(first, last):
                    if _value(row, x0 + m[0, 2] * k, y0 + m[1, 2] * k, z0 + m[2, 2] * k) <= 0.0:
                        voxels[i, j, k] = code

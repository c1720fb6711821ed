"""Distances from surfaces and tubes at the nodes of a grid, compiled.

`nearest_disc` halves blocks of nodes. To a block it hands only the discs that can be nearest to one of its
nodes: those no farther from its middle than the nearest and the block's own width together. Nothing is
approximated, and blocks beyond the cap are left at once (the tests compare with a search tree).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["nearest_disc", "signed", "tube_nodes"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

# The largest block of nodes has an edge of two to the power of this.
LEVELS = 5


@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _squares(places: Singles, count: int, x: float, y: float, z: float, out: Singles) -> float:
    """Squares of the distances from a point to the middles of discs; returns the least."""
    px, py, pz = np.float32(x), np.float32(y), np.float32(z)
    least = np.float32(1e12)
    for n in range(count):
        vx, vy, vz = places[0, n] - px, places[1, n] - py, places[2, n] - pz
        out[n] = vx * vx + vy * vy + vz * vz
        least = min(least, out[n])
    return float(least)


@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _kept(
    places: Singles, which: Ints, count: int, squares: Singles, least: float, half: float, widest: float,
    most: float, ahead: Singles, names: Ints,
) -> int:  # fmt: skip
    """Hand on the discs that may be nearest somewhere in a cube, and no farther than `most`; how many.

    `squares` are those of the distances to the cube's middle, and are spent.

    Let P be the disc whose middle is nearest to the cube's, at the distance B, and Q another, at A. By how
    much |x − Q|² exceeds |x − P|² is linear in x, so its least over the cube is A² − B² − 2·half·|P − Q|₁.
    Discs reach `widest` from their middles: Q is nowhere nearer if that exceeds widest·(|x − Q| + |x − P|),
    which is at most widest·(A + B + 2·reach). For A the mean of A²/B and B is taken, which is no less.
    """
    first = 0
    while squares[first] > np.float32(least * least * 1.000001):
        first += 1
    px, py, pz = places[0, first], places[1, first], places[2, first]
    below = max(least, 1e-3)
    sheer, wide = np.float32(2.0 * half), np.float32(widest)
    share, one, none = np.float32(0.5 / below), np.float32(1.0), np.float32(0.0)
    # a hair for the rounding of float32
    fixed = np.float32(widest * (1.5 * below + 2.0 * np.sqrt(3.0) * half) + 1e-3 + 1e-5 * least * least)
    start, far = np.float32(least * least) + fixed, np.float32(most * most)
    for n in range(count):
        apart = abs(places[0, n] - px) + abs(places[1, n] - py) + abs(places[2, n] - pz)
        over = squares[n] * (one - wide * share) - start - sheer * apart
        squares[n] = max(over, squares[n] - far)
    held = 0
    for n in range(count):
        # written always and kept only where it counts: quicker than a branch
        ahead[0, held], ahead[1, held], ahead[2, held] = places[0, n], places[1, n], places[2, n]
        names[held] = which[n]
        held += squares[n] <= none
    return held


@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _least(near: Singles, count: int, x: float, y: float, z: float, squares: Singles) -> float:
    """Squares of the distances from a point to some discs (point, normal, radius); returns the least."""
    px, py, pz = np.float32(x), np.float32(y), np.float32(z)
    least, none = np.float32(1e12), np.float32(0.0)
    for n in range(count):
        vx, vy, vz = px - near[0, n], py - near[1, n], pz - near[2, n]
        along = vx * near[3, n] + vy * near[4, n] + vz * near[5, n]
        square = along * along
        gap = max(np.sqrt(max(vx * vx + vy * vy + vz * vz - square, none)) - near[6, n], none)
        squares[n] = square + gap * gap
        least = min(least, squares[n])
    return float(least)


@njit(inline="always", nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _nodes(
    near: Singles, names: Ints, count: int, squares: Singles, first: tuple[int, int, int], step: float,
    cap: float, distance: Singles, nearest: Ints,
) -> None:  # fmt: skip
    """Fill the eight nodes of a block of two from the discs that may be nearest to one of them."""
    na, nb, nc = distance.shape
    for i in range(first[0], min(first[0] + 2, na)):
        for j in range(first[1], min(first[1] + 2, nb)):
            for k in range(first[2], min(first[2] + 2, nc)):
                square = np.float32(_least(near, count, i * step, j * step, k * step, squares))
                found = np.sqrt(square)
                if found < cap:
                    n = 0
                    while squares[n] > square:
                        n += 1
                    distance[i, j, k], nearest[i, j, k] = found, names[n]


def nearest_disc(
    discs: Singles, shape: tuple[int, int, int], step: float, cap: float
) -> tuple[Singles, Ints]:
    """Distance to the nearest disc at each node, cut off at `cap`, and which disc (-1: beyond the cap).

    Parameters
    ----------
    discs : ndarray of float32, shape (n, 7)
        Point, unit normal and radius; mm from the grid's first node.
    shape, step : grid
    """
    distance, nearest = np.full(shape, cap, dtype=np.float32), np.full(shape, -1, dtype=np.int32)
    total = len(discs)
    places = np.empty((LEVELS + 1, 3, total), dtype=np.float32)
    which, counts = np.empty((LEVELS + 1, total), dtype=np.int32), np.zeros(LEVELS + 1, dtype=np.int64)
    places[0], which[0], counts[0] = discs[:, :3].T, np.arange(total), total
    squares, near = np.empty(total, dtype=np.float32), np.empty((7, total), dtype=np.float32)
    waiting = np.empty((8 * LEVELS + 8, 4), dtype=np.int64)
    _blocks(
        np.ascontiguousarray(discs), places, which, counts, squares, near, waiting, float(discs[:, 6].max()),
        float(step), float(cap), distance, nearest,
    )  # fmt: skip
    return distance, nearest


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _blocks(
    discs: Singles, places: Singles, which: Ints, counts: Longs, squares: Singles, near: Singles,
    waiting: Longs, widest: float, step: float, cap: float, distance: Singles, nearest: Ints,
) -> None:  # fmt: skip
    """Fill all nodes, one of the largest blocks after the other."""
    edge = 1 << LEVELS
    for a in range(0, distance.shape[0], edge):
        for b in range(0, distance.shape[1], edge):
            for c in range(0, distance.shape[2], edge):
                waiting[0, 0], waiting[0, 1], waiting[0, 2], waiting[0, 3] = 0, a, b, c
                _block(
                    discs, places, which, counts, squares, near, waiting, widest, step, cap, distance, nearest
                )


@njit(inline="always", nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _block(
    discs: Singles, places: Singles, which: Ints, counts: Longs, squares: Singles, near: Singles,
    waiting: Longs, widest: float, step: float, cap: float, distance: Singles, nearest: Ints,
) -> None:  # fmt: skip
    """Fill one block of nodes and all its parts; `waiting` holds it: level and first node."""
    na, nb, nc = distance.shape
    count = 1
    while count > 0:
        count -= 1
        level, i0, j0, k0 = waiting[count]
        own = counts[level]
        edge = 1 << (LEVELS - level)
        half = 0.5 * (edge - 1) * step
        x, y, z = i0 * step + half, j0 * step + half, k0 * step + half
        reach = np.sqrt(3.0) * half
        least = np.sqrt(_squares(places[level], own, x, y, z, squares))
        if least - reach - widest >= cap:
            continue
        ahead = level + 1
        counts[ahead] = _kept(
            places[level],
            which[level],
            own,
            squares,
            least,
            half,
            widest,
            cap + reach + widest,
            places[ahead],
            which[ahead],
        )
        if ahead == LEVELS:
            held = counts[ahead]
            for n in range(held):
                for column in range(7):
                    near[column, n] = discs[which[ahead, n], column]
            _nodes(near, which[ahead], held, squares, (i0, j0, k0), step, cap, distance, nearest)
            continue
        part = edge // 2
        for way in range(8):
            i, j, k = i0 + part * (way & 1), j0 + part * ((way >> 1) & 1), k0 + part * (way >> 2)
            if i < na and j < nb and k < nc:
                waiting[count, 0], waiting[count, 1], waiting[count, 2], waiting[count, 3] = ahead, i, j, k
                count += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def signed(
    distance: Singles,
    inside: Singles,
    index_from_node: Floats,
    shorter: float,
    cap: float,
    most_inside: float,
) -> None:
    """Make distances negative where `inside` is above one half, and all shorter; in place.

    `index_from_node` (3, 4) takes a node's index to the index of `inside`.
    """
    na, nb, nc = distance.shape
    ma, mb, mc = inside.shape
    m = index_from_node
    for i in range(na):
        for j in range(nb):
            for k in range(nc):
                x = m[0, 0] * i + m[0, 1] * j + m[0, 2] * k + m[0, 3]
                y = m[1, 0] * i + m[1, 1] * j + m[1, 2] * k + m[1, 3]
                z = m[2, 0] * i + m[2, 1] * j + m[2, 2] * k + m[2, 3]
                found = np.float64(distance[i, j, k])
                if 0.0 <= x < ma - 1 and 0.0 <= y < mb - 1 and 0.0 <= z < mc - 1:
                    a, b, c = int(x), int(y), int(z)
                    u, v, w = x - a, y - b, z - c
                    low = (inside[a, b, c] * (1 - w) + inside[a, b, c + 1] * w) * (1 - v) + (
                        inside[a, b + 1, c] * (1 - w) + inside[a, b + 1, c + 1] * w
                    ) * v
                    high = (inside[a + 1, b, c] * (1 - w) + inside[a + 1, b, c + 1] * w) * (1 - v) + (
                        inside[a + 1, b + 1, c] * (1 - w) + inside[a + 1, b + 1, c + 1] * w
                    ) * v
                    if low * (1 - u) + high * u > 0.5:
                        found = -found
                distance[i, j, k] = max(min(found - shorter, cap), -most_inside)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _segment(points: Floats, radii: Floats, n: int, x: float, y: float, z: float) -> float:
    """Distance from a point to one piece of a tube whose radius changes evenly along its axis."""
    ax, ay, az = points[n, 0], points[n, 1], points[n, 2]
    dx, dy, dz = points[n + 1, 0] - ax, points[n + 1, 1] - ay, points[n + 1, 2] - az
    square = dx * dx + dy * dy + dz * dz
    vx, vy, vz = x - ax, y - ay, z - az
    t = 0.0
    if square > 0.0:
        along = (vx * dx + vy * dy + vz * dz) / square
        beside = np.sqrt(max(vx * vx + vy * vy + vz * vz - along * along * square, 0.0))
        # the ball that touches first lies towards the thicker end: slope over the length of the side
        slope = (radii[n + 1] - radii[n]) / np.sqrt(square)
        if abs(slope) < 0.99:
            along += beside * slope / np.sqrt((1.0 - slope * slope) * square)
        t = min(max(along, 0.0), 1.0)
    wx, wy, wz = vx - t * dx, vy - t * dy, vz - t * dz
    return float(np.sqrt(wx * wx + wy * wy + wz * wz)) - float(radii[n] + t * (radii[n + 1] - radii[n]))


def tube_nodes(
    points: Floats, radii: Floats, origin: Floats, shape: tuple[int, int, int], step: float, cap: float
) -> Singles:
    """Signed distance to a tube of balls along a line at each node, cut off at `cap`.

    Pieces are sorted out block by block: one that is farther from a block's middle than the nearest by more
    than the block's diagonal is nearest to none of its nodes.
    """
    out = np.full(shape, cap, dtype=np.float32)
    count = len(points) - 1
    _tube_nodes(
        points, radii, origin, float(step), float(cap), np.empty(count), np.empty(count, dtype=np.int64), out
    )
    return out


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _tube_nodes(
    points: Floats, radii: Floats, origin: Floats, step: float, cap: float, gaps: Floats, kept: Longs,
    out: Singles,
) -> None:  # fmt: skip
    """The same; `gaps` and `kept` are room for one entry a piece."""
    block, count, shape = 6, len(gaps), out.shape
    half = 0.5 * (block - 1) * step
    reach = np.sqrt(3.0) * half
    for i0 in range(0, shape[0], block):
        for j0 in range(0, shape[1], block):
            for k0 in range(0, shape[2], block):
                x, y, z = origin[0] + i0 * step, origin[1] + j0 * step, origin[2] + k0 * step
                least = np.inf
                for n in range(count):
                    gaps[n] = _segment(points, radii, n, x + half, y + half, z + half)
                    least = min(least, gaps[n])
                if least - reach >= cap:
                    continue
                held = 0
                for n in range(count):
                    if gaps[n] <= least + 2.0 * reach:
                        kept[held] = n
                        held += 1
                for i in range(i0, min(i0 + block, shape[0])):
                    for j in range(j0, min(j0 + block, shape[1])):
                        for k in range(k0, min(k0 + block, shape[2])):
                            px = origin[0] + i * step
                            py = origin[1] + j * step
                            pz = origin[2] + k * step
                            found = cap
                            for n in range(held):
                                found = min(found, _segment(points, radii, kept[n], px, py, pz))
                            out[i, j, k] = found

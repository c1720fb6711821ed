"""Distances from surfaces and tubes at the nodes of a grid, compiled.

`nearest_disc` hands the nearest disc from node to neighbour, forwards and backwards through the grid; each
hand-over computes the exact distance to the disc that is handed, so that an error could only be one of the
choice of the disc, and a second round leaves none that matters (the tests compare with a search tree).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["nearest_disc", "signed", "tube_nodes"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _to_disc(discs: Singles, n: int, x: float, y: float, z: float) -> float:
    """Square of the distance from a point to a disc (point, normal, radius)."""
    vx, vy, vz = x - discs[n, 0], y - discs[n, 1], z - discs[n, 2]
    along = vx * discs[n, 3] + vy * discs[n, 4] + vz * discs[n, 5]
    square = along * along
    beside = max(vx * vx + vy * vy + vz * vz - square, 0.0)
    radius = discs[n, 6]
    if beside > radius * radius:
        gap = np.sqrt(beside) - radius
        square += gap * gap
    return float(square)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _seed(discs: Singles, shape: tuple[int, int, int], step: float, nearest: Ints, square: Singles) -> None:
    """Tell the 27 nodes around each disc of it; coordinates are mm from the first node."""
    na, nb, nc = shape
    for n in range(len(discs)):
        i0 = int(np.floor(discs[n, 0] / step + 0.5))
        j0 = int(np.floor(discs[n, 1] / step + 0.5))
        k0 = int(np.floor(discs[n, 2] / step + 0.5))
        # a disc beyond the edge is told to the nearest nodes of the grid
        i0, j0, k0 = min(max(i0, 0), na - 1), min(max(j0, 0), nb - 1), min(max(k0, 0), nc - 1)
        for i in range(max(i0 - 1, 0), min(i0 + 2, na)):
            for j in range(max(j0 - 1, 0), min(j0 + 2, nb)):
                for k in range(max(k0 - 1, 0), min(k0 + 2, nc)):
                    found = _to_disc(discs, n, i * step, j * step, k * step)
                    if found < square[i, j, k]:
                        square[i, j, k] = found
                        nearest[i, j, k] = n


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _row(
    discs: Singles, nearest: Ints, square: Singles, i: int, j: int, way: int, step: float, far: float
) -> None:
    """Offer one row what the rows before it and its own earlier nodes hold.

    The way from a node to its nearest disc leads past neighbours that are nearer to it, so only those are
    asked. A disc whose middle is farther than the best and its radius together is not looked at closer.
    """
    na, nb, nc = nearest.shape
    x, y = i * step, j * step
    for m in range(nc):
        k = m if way > 0 else nc - 1 - m
        z = k * step
        best, mine = square[i, j, k], nearest[i, j, k]
        reach = np.sqrt(best)
        for side in range(13):
            # 0: the node before in this row; 1 to 3: the row before; 4 to 12: the plane before
            if side == 0:
                a, b, c = i, j, k - way
            elif side < 4:
                a, b, c = i, j - way, k + side - 2
            else:
                a, b, c = i - way, j + (side - 4) // 3 - 1, k + (side - 4) % 3 - 1
            if a < 0 or b < 0 or c < 0 or a >= na or b >= nb or c >= nc:
                continue
            n = nearest[a, b, c]
            if n == mine or square[a, b, c] >= min(best, far):
                continue
            vx, vy, vz = x - discs[n, 0], y - discs[n, 1], z - discs[n, 2]
            apart = vx * vx + vy * vy + vz * vz
            most = reach + discs[n, 6]
            if apart >= most * most:
                continue
            along = vx * discs[n, 3] + vy * discs[n, 4] + vz * discs[n, 5]
            found = along * along
            beside = apart - found
            if beside > discs[n, 6] * discs[n, 6]:
                gap = np.sqrt(beside) - discs[n, 6]
                found += gap * gap
            if found < best:
                best, mine, reach = found, n, np.sqrt(found)
        square[i, j, k], nearest[i, j, k] = best, mine


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
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
    square = np.full(shape, np.float32(1e12))
    nearest = np.full(shape, np.int32(-1))
    _seed(discs, shape, step, nearest, square)
    far = (cap + 2.0 * step) ** 2
    na, nb, nc = shape
    for _ in range(2):
        for i in range(na):
            for j in range(nb):
                _row(discs, nearest, square, i, j, 1, step, far)
        for i in range(na - 1, -1, -1):
            for j in range(nb - 1, -1, -1):
                _row(discs, nearest, square, i, j, -1, step, far)
    for i in range(na):
        for j in range(nb):
            for k in range(nc):
                distance = np.sqrt(square[i, j, k])
                if distance >= cap:
                    distance, nearest[i, j, k] = cap, -1
                square[i, j, k] = distance
    return square, nearest


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


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def tube_nodes(
    points: Floats, radii: Floats, origin: Floats, shape: tuple[int, int, int], step: float, cap: float
) -> Singles:
    """Signed distance to a tube of balls along a line at each node, cut off at `cap`.

    Pieces are sorted out block by block: one that is farther from a block's middle than the nearest by more
    than the block's diagonal is nearest to none of its nodes.
    """
    block = 6
    out = np.full(shape, np.float32(cap))
    count = len(points) - 1
    gaps, kept = np.empty(count), np.empty(count, dtype=np.int64)
    half = 0.5 * (block - 1) * step
    reach = np.sqrt(3.0) * half
    for i0 in range(0, shape[0], block):
        for j0 in range(0, shape[1], block):
            for k0 in range(0, shape[2], block):
                x, y, z = origin[0] + i0 * step, origin[1] + j0 * step, origin[2] + k0 * step
                for n in range(count):
                    gaps[n] = _segment(points, radii, n, x + half, y + half, z + half)
                least = gaps.min()
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
    return out

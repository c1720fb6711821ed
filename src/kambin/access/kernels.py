"""Reading fields: interpolation and steepness, compiled.

**What a first run waits for.** Half of it is compiling, and numba makes code for more than the loops say. For
all compiled modules of this room, therefore:

- Arrays are made by the function in Python that calls the loops; inside, small ones of zeros only. Each way
  of making an array is compiled anew for every type and number of axes.
- No part of an array is assigned to another: that brings along the message for shapes that do not fit, with
  all of Python's strings, and every caller is optimised with it.
- A function holds the code of all that it calls and is optimised with it again. What is called from one
  place only is merged into it (``inline="always"``) and what is called from many stays a function of its own.
- A count that a function is called with does not begin as the literal 0, for which it would be compiled too.
- Loops are shared out among threads by `kambin.access.sharing`; numba's parallel loops compile three times
  as long.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["block_slopes", "sample_points", "trilinear"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def trilinear(flat: Singles, offset: int, na: int, nb: int, nc: int, x: float, y: float, z: float) -> float:
    """Interpolate at (x, y, z), counted in nodes; beyond the edge the edge's value."""
    x = min(max(x, 0.0), na - 1.0)
    y = min(max(y, 0.0), nb - 1.0)
    z = min(max(z, 0.0), nc - 1.0)
    i, j, k = min(int(x), na - 2), min(int(y), nb - 2), min(int(z), nc - 2)
    u, v, w = x - i, y - j, z - k
    # unsigned, so that no index is looked at for being counted from the end
    one, row = np.uintp(1), np.uintp(nc)
    p = np.uintp(offset + (i * nb + j) * nc + k)
    q = p + np.uintp(nb * nc)
    a = flat[p] + w * (flat[p + one] - flat[p])
    b = flat[p + row] + w * (flat[p + row + one] - flat[p + row])
    c = flat[q] + w * (flat[q + one] - flat[q])
    d = flat[q + row] + w * (flat[q + row + one] - flat[q + row])
    a += v * (b - a)
    c += v * (d - c)
    return float(a + u * (c - a))


def sample_points(values: Singles, origin: Floats, spacing: float, points: Floats) -> Floats:
    """Interpolate at points of shape (n, 3), LPS mm."""
    out = np.empty(len(points))
    _sample_points(values.ravel(), values.shape, origin, float(spacing), points, out)
    return out


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _sample_points(
    flat: Singles, shape: tuple[int, int, int], origin: Floats, spacing: float, points: Floats, out: Floats
) -> None:
    na, nb, nc = shape
    for n in range(len(points)):
        x = (points[n, 0] - origin[0]) / spacing
        y = (points[n, 1] - origin[1]) / spacing
        z = (points[n, 2] - origin[2]) / spacing
        out[n] = trilinear(flat, 0, na, nb, nc, x, y, z)


@njit(inline="always", nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _cell_slope(values: Singles, i: int, j: int, k: int) -> float:
    """The square of the steepest corner of one cell, in (value per node)²."""
    steepest = 0.0
    for a in range(2):
        for b in range(2):
            for c in range(2):
                dx = values[i + 1, j + b, k + c] - values[i, j + b, k + c]
                dy = values[i + a, j + 1, k + c] - values[i + a, j, k + c]
                dz = values[i + a, j + b, k + 1] - values[i + a, j + b, k]
                steepest = max(steepest, dx * dx + dy * dy + dz * dz)
    return steepest


def block_slopes(values: Singles, spacing: float, block: int) -> Singles:
    """The steepest place within each block of cells and the blocks around it, value per mm.

    A ball whose radius is at most a block's edge, with its middle in a block, meets that block and its
    neighbours only. A hair is added for the rounding of float32.
    """
    blocks = [(nodes - 2) // block + 1 for nodes in values.shape]
    own, out = np.zeros(blocks, dtype=np.float32), np.empty(blocks, dtype=np.float32)
    _block_slopes(values, float(spacing), block, own, out)
    return out


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _block_slopes(values: Singles, spacing: float, block: int, own: Singles, out: Singles) -> None:
    na, nb, nc = values.shape
    ma, mb, mc = own.shape
    for i in range(na - 1):
        for j in range(nb - 1):
            for k in range(nc - 1):
                found = _cell_slope(values, i, j, k)
                a, b, c = i // block, j // block, k // block
                own[a, b, c] = max(own[a, b, c], found)
    for a in range(ma):
        for b in range(mb):
            for c in range(mc):
                steepest = 0.0
                for p in range(max(a - 1, 0), min(a + 2, ma)):
                    for q in range(max(b - 1, 0), min(b + 2, mb)):
                        for r in range(max(c - 1, 0), min(c + 2, mc)):
                            steepest = max(steepest, own[p, q, r])
                out[a, b, c] = np.sqrt(steepest) / spacing * 1.000001

r"""A tighter bound for small cells: which way each margin rises, and that no ray gains on opposite sides.

The bound of `bound` lets every margin rise by the size of the cell. Between two structures no ray can: what
it gains on one side it loses on the other. Here each margin is written as a line in the cell's parameters δ.
With J the derivative of the place q(λ) by them, the mean value theorem gives for every ray of the cell ::

    W(q + d) ≤ W(q) + g·Jδ + Σ_a w_a·|d|_a + |g|·rest,      |d|_a ≤ Σ_m |J_am|·h_m + rest

where the gradient of the *interpolated* field lies in g ± w everywhere in the box that the place can reach.
Inside one node cell each component is bilinear, so its extremes over a part of the cell lie at that part's
corners: g and w are measured there, cell by cell. `rest` is what the sphere bends away from its tangent.

**Duality.** Let line i be v_i + c_i·δ. For any weights α ≥ 0 of the nerves with Σα = 1, and any μ ≥ 0 of the
limits, a ray that keeps its limits is worth at most ::

    Σ α_i·v_i + Σ μ_j·v_j + Σ_m h_m·|Σ α_i·c_im + Σ μ_j·c_jm|

because a kept limit is ≥ 0. The weights are looked for by exact steps along one line at a time: how good they
are decides how tight the bound is, never whether it holds.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kambin.access.march import (
    INVERSE,
    NA,
    NB,
    NC,
    OFFSET,
    OX,
    Laid,
)

__all__ = ["COLUMNS", "dual", "gradient_range", "line_of"]

Floats = NDArray[np.float64]

# columns of a line: value, slope by each of five parameters, whether it is a limit
VALUE, SLOPES, OF_LIMIT, COLUMNS = 0, 1, 6, 7
# Wider than so many nodes a box says nothing about which way a field rises.
WIDEST_NODES = 4.0
# Steps along one line at a time.
ROUNDS = 12
# A hair for the rounding of float32 nodes, mm per mm.
HAIR = 1e-6


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _cell_range(laid: Laid, p: int, row: int, layer: int, low: Floats, high: Floats, out: Floats) -> None:
    """Widen `out` (least and greatest of each component, value per node) by a part of one node cell."""
    flat = laid.flat
    a0, a1 = np.float64(flat[p]), np.float64(flat[p + 1])
    a2, a3 = np.float64(flat[p + row]), np.float64(flat[p + row + 1])
    b0, b1 = np.float64(flat[p + layer]), np.float64(flat[p + layer + 1])
    b2, b3 = np.float64(flat[p + layer + row]), np.float64(flat[p + layer + row + 1])
    for one in range(2):
        for two in range(2):
            u, v = (low[0], low[1]) if one == 0 else (high[0], high[1])
            w, t = (low[2], low[1]) if two == 0 else (high[2], high[1])
            # along the first axis by (v, w), along the second by (u, w), along the third by (u, t)
            x = (1 - v) * ((1 - w) * (b0 - a0) + w * (b1 - a1)) + v * ((1 - w) * (b2 - a2) + w * (b3 - a3))
            y = (1 - u) * ((1 - w) * (a2 - a0) + w * (a3 - a1)) + u * ((1 - w) * (b2 - b0) + w * (b3 - b1))
            z = (1 - u) * ((1 - t) * (a1 - a0) + t * (a3 - a2)) + u * ((1 - t) * (b1 - b0) + t * (b3 - b2))
            out[0], out[3] = min(out[0], x), max(out[3], x)
            out[1], out[4] = min(out[1], y), max(out[4], y)
            out[2], out[5] = min(out[2], z), max(out[5], z)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def gradient_range(laid: Laid, k: int, place: Floats, reach: Floats, out: Floats) -> bool:
    """Least and greatest gradient of field k in the box `place` ± `reach`, mm per mm; False where too wide.

    `out`: the three least components, then the three greatest. Beyond the field's edge it does not change
    across that edge, so that nothing is one of the values of that component.
    """
    ints, reals = laid.ints, laid.reals
    inverse = reals[k, INVERSE]
    first, last, low, high = np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3)
    for n in range(3):
        out[n], out[3 + n] = 1e9, -1e9
    for n in range(3):
        nodes = ints[k, NA + n]
        middle = (place[n] - reals[k, OX + n]) * inverse
        wide = reach[n] * inverse + 1e-9
        if 2.0 * wide > WIDEST_NODES:
            return False
        first[n], last[n] = middle - wide, middle + wide
        if first[n] < 0.0 or last[n] > nodes - 1.0:
            out[n], out[3 + n] = 0.0, 0.0
        first[n] = min(max(first[n], 0.0), nodes - 1.0)
        last[n] = min(max(last[n], 0.0), nodes - 1.0)
    row = ints[k, NC]
    layer = row * ints[k, NB]
    for i in range(min(int(first[0]), ints[k, NA] - 2), min(int(last[0]), ints[k, NA] - 2) + 1):
        low[0], high[0] = max(first[0] - i, 0.0), min(last[0] - i, 1.0)
        for j in range(min(int(first[1]), ints[k, NB] - 2), min(int(last[1]), ints[k, NB] - 2) + 1):
            low[1], high[1] = max(first[1] - j, 0.0), min(last[1] - j, 1.0)
            for m in range(min(int(first[2]), row - 2), min(int(last[2]), row - 2) + 1):
                low[2], high[2] = max(first[2] - m, 0.0), min(last[2] - m, 1.0)
                _cell_range(laid, ints[k, OFFSET] + i * layer + j * row + m, row, layer, low, high, out)
    for n in range(3):
        out[n] = out[n] * inverse - HAIR
        out[3 + n] = out[3 + n] * inverse + HAIR
    return True


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def line_of(
    laid: Laid, k: int, place: Floats, jacobian: Floats, h: Floats, rest: float, scale: float, line: Floats
) -> bool:
    """Write how the margin of structure k rises at a place; False where the cell is too wide for it.

    `jacobian` (3, 5): how the place moves by each parameter; `rest`: what it moves beside that, mm. `line`
    holds the middle ray's margin already; the rest of the bound is added.
    """
    reach, bounds = np.zeros(3), np.zeros(6)
    for a in range(3):
        reach[a] = rest
        for m in range(5):
            reach[a] += abs(jacobian[a, m]) * h[m]
    if not gradient_range(laid, k, place, reach, bounds):
        return False
    square = 0.0
    for m in range(5):
        line[SLOPES + m] = 0.0
    for a in range(3):
        slope, wide = 0.5 * (bounds[a] + bounds[3 + a]), 0.5 * (bounds[3 + a] - bounds[a])
        square += slope * slope
        line[VALUE] += scale * wide * reach[a]
        for m in range(5):
            line[SLOPES + m] += scale * slope * jacobian[a, m]
    line[VALUE] += scale * np.sqrt(square) * rest
    return True


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _sum(line: Floats, h: Floats) -> float:
    total = line[VALUE]
    for m in range(5):
        total += h[m] * abs(line[SLOPES + m])
    return float(total)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _step(lines: Floats, n: int, weight: float, held: Floats, h: Floats) -> tuple[float, float]:
    """How far to go towards line n, and the sum there: the least of a broken line, at one of its corners.

    `held`: value and slopes of the weights so far; `weight` that of line n among them. A limit is added, a
    nerve takes its share from the others.
    """
    limit = lines[n, OF_LIMIT] > 0.0
    low = -weight if limit else (-weight / (1.0 - weight) if weight < 0.999 else -1e3)
    high = 1e3 if limit else 1.0
    least, best = _sum(held, h), 0.0
    for m in range(7):
        if m < 5:
            turn = lines[n, SLOPES + m] - (0.0 if limit else held[1 + m])
            if turn == 0.0 or h[m] == 0.0:
                continue
            t = -held[1 + m] / turn
            if not low < t < high:
                continue
        else:
            t = low if m == 5 else high
        keep = 1.0 if limit else 1.0 - t
        total = keep * held[0] + t * lines[n, VALUE]
        for o in range(5):
            total += h[o] * abs(keep * held[1 + o] + t * lines[n, SLOPES + o])
        if total < least:
            least, best = total, t
    return best, least


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def dual(lines: Floats, count: int, h: Floats, enough: float) -> float:
    """The least bound that mixing the lines finds; left as soon as it is at most `enough`."""
    weights, held = np.zeros(count), np.zeros(6)
    bound, first = 1e9, -1
    for n in range(count):
        if lines[n, OF_LIMIT] > 0.0:
            continue
        own = _sum(lines[n], h)
        if own < bound:
            bound, first = own, n
    if first < 0:
        return bound
    weights[first] = 1.0
    for m in range(6):
        held[m] = lines[first, VALUE + m]
    for _ in range(ROUNDS):
        if bound <= enough:
            break
        least, far, towards = bound, 0.0, -1
        for n in range(count):
            t, found = _step(lines, n, weights[n], held, h)
            if found < least - 1e-6:
                least, far, towards = found, t, n
        if towards < 0:
            break
        keep = 1.0 if lines[towards, OF_LIMIT] > 0.0 else 1.0 - far
        for n in range(count):
            weights[n] *= keep
        weights[towards] += far
        for m in range(6):
            held[m] = keep * held[m] + far * lines[towards, VALUE + m]
        bound = least
    return bound

r"""The bound that makes the search a proof, compiled.

**Rays.** A ray is drawn through two points: its tip ``a`` in the patch and a point ``b`` on a sphere of radius
``L`` around the patch's middle, at the distance of the narrowest place. On it ``q(λ) = (1−λ)·a + λ·b``.

**A cell** is a box of tips and of angles. For every ray of it, ``a`` lies within ``h_a`` of the middle's and ``b``
within ``h_b``, so ``q(λ)`` lies within ``ρ(λ) = |1−λ|·h_a + |λ|·h_b`` of the middle ray's.

**Bound.** A field rises by no more than ``Λ·ρ`` inside that ball, with Λ the steepest place of the *interpolated*
field in the cells of the grid that the ball can meet (see `grid`: measured, never assumed to be 1), and nowhere above its cap.
The least margin of any ray of the cell to structure k is therefore at most

    min over λ of  (min(W_k(q(λ)) + Λ·ρ(λ), cap) − demanded − θ·max(|s − pivot| − λ(h_a + h_b), 0)) / sd

for *any* choice of the λ looked at: which are chosen decides how tight it is, never whether it holds. Only such λ
count for which all rays of the cell are still inside the body and the region.

**Objective.** N = least margin to nerve in sd; H = least margin to a limit in mm. A ray with H ≥ 0 is worth N, another
min(N, H): so a value ≥ 0 is a corridor, and a bound < 0 proves that there is none. Shares of removable bone count as
the clearance from the cylinder to the share that may go: the quantile of the bone's distances from the axis, which
moves by no more than ρ as well.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kambin.access.march import CAP, SCALE, STEEPEST, SUBTRACT, TAPER, steepness, value

__all__ = ["GEOMETRY", "assess", "place", "ray_of", "taken"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Longs = NDArray[np.int64]

# entries of `geometry`
CENTRE, AXES, FRAME, THROAT, WINDOW, PIVOT, MOST, LOW, HIGH, STEP, HARD, GEOMETRY = (
    0, 3, 12, 21, 22, 26, 27, 28, 31, 34, 35, 36,
)  # fmt: skip
# entries of what `assess` finds
UPPER, NERVE, LIMIT, SPLIT, CLOSE, END, ON_SKIN, FOUND = 0, 1, 2, 3, 4, 5, 6, 7
# A limit counts as kept with this much to spare, so that the proof along the ray finds it kept too.
KEPT_MM = 0.012
NOTHING = 1e9


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def place(geometry: Floats, x: Floats, ray: Floats) -> float:
    """Tip and unit direction of parameters (three of the patch, axial, cranial); returns |b − a|."""
    cosine = np.cos(x[4])
    out, back, up = np.sin(x[3]) * cosine, np.cos(x[3]) * cosine, np.sin(x[4])
    square = 0.0
    for n in range(3):
        offset = 0.0
        for m in range(3):
            offset += x[m] * geometry[AXES + 3 * m + n]
        far = geometry[THROAT] * (
            out * geometry[FRAME + n] + back * geometry[FRAME + 3 + n] + up * geometry[FRAME + 6 + n]
        )
        ray[n] = geometry[CENTRE + n] + offset
        ray[3 + n] = far - offset
        square += ray[3 + n] * ray[3 + n]
    length = np.sqrt(square)
    for n in range(3):
        ray[3 + n] /= length
    return length


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _reaches(geometry: Floats, x: Floats, h: Floats) -> tuple[float, float]:
    """How far tip and throat point of any ray of a cell lie from the middle's: h_a, h_b."""
    tip = 0.0
    for signs in range(4):
        square = 0.0
        for n in range(3):
            offset = h[0] * geometry[AXES + n]
            for m in range(1, 3):
                sign = 1.0 if (signs >> (m - 1)) & 1 else -1.0
                offset += sign * h[m] * geometry[AXES + 3 * m + n]
            square += offset * offset
        tip = max(tip, square)
    # widest where the latitude is nearest to zero
    latitude = max(abs(x[4]) - h[4], 0.0)
    across = np.cos(latitude) * h[3]
    return np.sqrt(tip), geometry[THROAT] * np.sqrt(across * across + h[4] * h[4])


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _window(geometry: Floats, ray: Floats, length: float, reach: float) -> tuple[float, float]:
    """Room to the allowed angles, as mm at the throat: of the middle ray, and the most of any of the cell."""
    parts = np.zeros(3)
    for m in range(3):
        for n in range(3):
            parts[m] += geometry[FRAME + 3 * m + n] * ray[3 + n]
    up = np.arcsin(min(max(parts[2], -1.0), 1.0))
    axial = np.arctan2(parts[0], parts[1])
    room_axial = min(axial - geometry[WINDOW], geometry[WINDOW + 1] - axial)
    room_up = min(up - geometry[WINDOW + 2], geometry[WINDOW + 3] - up)
    turn = np.arcsin(min(reach / length, 1.0))
    # a cap of this angle spans that much longitude
    sine, cosine = np.sin(turn), np.cos(up)
    wide = np.arcsin(sine / cosine) if sine < cosine else np.pi
    throat = geometry[THROAT]
    return throat * min(room_axial, room_up), throat * min(room_axial + wide, room_up + turn)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _leaves(geometry: Floats, ray: Floats, tip: float, growth: float) -> float:
    """Length until a ball that starts at radius `tip` and grows by `growth` per mm touches the region's edge."""
    end = geometry[MOST] * 2.0
    for n in range(3):
        for way in (-1.0, 1.0):
            edge = geometry[HIGH + n] if way > 0 else geometry[LOW + n]
            room = way * (edge - ray[n]) - tip
            speed = way * ray[3 + n] + growth
            if room <= 0.0:
                return 0.0
            if speed > 1e-12:
                end = min(end, room / speed)
    return end


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def ray_of(
    flat: Singles,
    slopes: Singles,
    ints: Longs,
    reals: Floats,
    skin: int,
    geometry: Floats,
    ray: Floats,
    length: float,
    tip: float,
    throat: float,
) -> tuple[float, float, bool]:
    """(end, surely, on skin): length to the skin or the region's edge; length up to which all rays are inside."""
    growth = (throat + tip) / length
    surely = _leaves(geometry, ray, tip, growth)
    leaves = _leaves(geometry, ray, 0.0, 0.0)
    if skin < 0:
        end = min(leaves, geometry[MOST])
        return end, min(surely, end), False
    x, y, z, dx, dy, dz = ray[0], ray[1], ray[2], ray[3], ray[4], ray[5]
    s, steep = 0.0, reals[skin, STEEPEST]
    while s < surely:
        ball = abs(1.0 - s / length) * tip + s / length * throat
        room = -value(flat, ints, reals, skin, x + s * dx, y + s * dy, z + s * dz) - steep * ball
        if room <= 0.05:
            break
        s += room / (steep * (1.0 + growth))
    surely = min(surely, s)
    s = min(surely, leaves)
    while s < leaves:
        room = -value(flat, ints, reals, skin, x + s * dx, y + s * dy, z + s * dz)
        if room <= 0.0:
            return s, min(surely, s), True
        s += max(room / steep, 0.05)
    return leaves, min(surely, leaves), False


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _scan(
    flat: Singles,
    slopes: Singles,
    ints: Longs,
    reals: Floats,
    k: int,
    ray: Floats,
    shape: Floats,
    pivot: float,
    step: float,
    enough: float,
) -> tuple[float, float, float, float]:
    """(least margin seen, where, upper bound over the cell, where); `shape`: |b−a|, h_a, h_b, end, surely.

    Returns as soon as the bound is at most `enough`.
    """
    length, tip, throat, end, surely = shape[0], shape[1], shape[2], shape[3], shape[4]
    scale, taper, subtract, cap = reals[k, SCALE], reals[k, TAPER], reals[k, SUBTRACT], reals[k, CAP]
    seen = upper = NOTHING
    seen_at = upper_at = 0.0
    s = 0.0
    while True:
        x, y, z = ray[0] + s * ray[3], ray[1] + s * ray[4], ray[2] + s * ray[5]
        here = value(flat, ints, reals, k, x, y, z)
        share = s / length
        lever = abs(s - pivot)
        margin = (here - subtract - taper * lever) * scale
        if margin < seen:
            seen, seen_at = margin, s
        if s <= surely:
            ball = abs(1.0 - share) * tip + share * throat
            steep = steepness(slopes, ints, reals, k, x, y, z, ball)
            lever = max(lever - share * (tip + throat), 0.0)
            most = (min(here + steep * ball, cap) - subtract - taper * lever) * scale
            if most < upper:
                upper, upper_at = most, s
                if upper <= enough:
                    break
        if s >= end:
            break
        ahead = max(step, 0.9 * (margin - seen) / scale)
        s = min(s + ahead, surely) if s < surely else min(s + ahead, end)
    return seen, seen_at, upper, upper_at


@njit(cache=True, nogil=True, error_model="numpy", fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def taken(
    bone: Singles, low: int, high: int, ray: Floats, shape: Floats, radius: float, edge: float, shrink: float
) -> float:
    """Share of a removable bone within a cylinder around the ray, at least so much for every ray of the cell.

    `bone` holds x, y, z and share; the wall counts a voxel in over the width of its edge.
    """
    length, tip, throat, end = shape[0], shape[1], shape[2], shape[3]
    total = np.float32(0.0)
    ox, oy, oz = np.float32(ray[0]), np.float32(ray[1]), np.float32(ray[2])
    dx, dy, dz = np.float32(ray[3]), np.float32(ray[4]), np.float32(ray[5])
    inverse, per_edge = np.float32(1.0 / length), np.float32(1.0 / edge)
    reach, first, growth = np.float32(radius - shrink), np.float32(tip), np.float32(throat)
    one, half, none = np.float32(1.0), np.float32(0.5), np.float32(0.0)
    last = np.float32(end)
    for n in range(low, high):
        vx, vy, vz = bone[0, n] - ox, bone[1, n] - oy, bone[2, n] - oz
        s = vx * dx + vy * dy + vz * dz
        share = s * inverse
        ball = abs(one - share) * first + abs(share) * growth
        beside = np.sqrt(max(vx * vx + vy * vy + vz * vz - s * s, none))
        inside = min(max((reach - beside - ball) * per_edge + half, none), one)
        begun = min(max((s - ball) * per_edge + half, none), one)
        left = min(max((last - s) * per_edge + half, none), one)
        total += bone[3, n] * inside * begun * left
    return np.float64(total)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _budgets(bone: Singles, parts: Floats, ray: Floats, shape: Floats, hard: float, found: Floats) -> None:
    """Put the shares that may go among the limits: margin = how much thinner the cylinder had to be."""
    point = shape.copy()
    point[1] = point[2] = 0.0
    for n in range(len(parts)):
        low, high = int(parts[n, 0]), int(parts[n, 1])
        radius, edge, budget = parts[n, 2], parts[n, 3], parts[n, 4]
        if taken(bone, low, high, ray, point, radius, edge, 0.0) <= budget:
            continue
        ways = ((point, 0), (shape, 1))
        for cell, which in ways:
            below, above = 0.0, radius + 0.5 * edge
            if taken(bone, low, high, ray, cell, radius, edge, 0.0) <= budget:
                above = 0.0
            for _ in range(10):
                if above > 0.0:
                    middle = 0.5 * (below + above)
                    if taken(bone, low, high, ray, cell, radius, edge, middle) > budget:
                        below = middle
                    else:
                        above = middle
            # every ray of the cell lacks at least `below`
            if which == 0:
                found[LIMIT] = min(found[LIMIT], -above)
            elif below > 0.0:
                found[UPPER] = min(found[UPPER], -below)
            elif max(shape[1], shape[2]) <= hard:
                found[CLOSE] = 1.0


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _limit(found: Floats, seen: float, upper: float, split: float, hard: float) -> None:
    """Take one limit into account; splitting goes where the middle ray breaks one most."""
    if seen < found[LIMIT]:
        found[LIMIT] = seen
        if seen < KEPT_MM:
            found[SPLIT] = split
    if upper < 0.0:
        found[UPPER] = min(found[UPPER], upper)
    elif seen < KEPT_MM and upper < hard and upper - seen <= hard:
        found[CLOSE] = 1.0


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def assess(
    flat: Singles,
    slopes: Singles,
    ints: Longs,
    reals: Floats,
    counts: Longs,
    geometry: Floats,
    bone: Singles,
    parts: Floats,
    x: Floats,
    h: Floats,
    enough: float,
    ray: Floats,
    found: Floats,
) -> None:
    """Judge a cell (middle x, half size h; h = 0 is one ray); `counts`: limits, structures, skin.

    `found`: upper bound; the middle ray's least margin to nerve and to limits; where to split; whether the cell is
    closed because no ray of it keeps a limit by more than the tolerance; the ray's end and whether it is skin.
    """
    length = place(geometry, x, ray)
    tip, throat = _reaches(geometry, x, h)
    end, surely, on_skin = ray_of(flat, slopes, ints, reals, counts[2], geometry, ray, length, tip, throat)
    shape = np.array([length, tip, throat, end, surely])
    ray[6] = end
    found[UPPER], found[NERVE], found[LIMIT], found[SPLIT], found[CLOSE] = (
        NOTHING,
        NOTHING,
        NOTHING,
        -1.0,
        0.0,
    )
    found[END], found[ON_SKIN] = end, 1.0 if on_skin else 0.0
    hard = geometry[HARD]
    seen, upper = _window(geometry, ray, length, tip + throat)
    _limit(found, seen, upper, -2.0, hard)
    if counts[2] >= 0:
        _limit(found, geometry[MOST] - end, geometry[MOST] - surely, end, hard)
    step = max(geometry[STEP], 0.5 * min(tip, throat))
    for k in range(counts[0]):
        if found[UPPER] <= enough:
            return
        # a limit that no ray keeps ends the matter at once when a corridor is already known
        stop = min(enough, -1e-9)
        seen, at, upper, _ = _scan(flat, slopes, ints, reals, k, ray, shape, geometry[PIVOT], step, stop)
        _limit(found, seen, upper, at, hard)
    if len(parts) and found[UPPER] > enough:
        _budgets(bone, parts, ray, shape, hard, found)
    best_bound, bind = NOTHING, 0.0
    for k in range(counts[0], counts[1]):
        if found[UPPER] <= enough:
            return
        seen, at, upper, upper_at = _scan(
            flat, slopes, ints, reals, k, ray, shape, geometry[PIVOT], step, enough
        )
        if seen < found[NERVE]:
            found[NERVE] = seen
        if upper < best_bound:
            best_bound, bind = upper, upper_at
        found[UPPER] = min(found[UPPER], upper)
        if seen < 0.0 and upper * 1.0 < hard and upper - seen <= hard:
            found[CLOSE] = 1.0
    if found[SPLIT] == -1.0:
        found[SPLIT] = bind

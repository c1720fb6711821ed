r"""The bound that makes the search a proof, compiled.

**Rays.** A ray is drawn through two points: its tip ``a`` in the patch, and ``b`` on a sphere of radius ``L``
around the patch's middle, at the distance of the narrowest place. On it ``q(λ) = (1−λ)·a + λ·b``, λ ≥ 0.

**A cell** is a box of tips and of angles. For every ray of it ``a`` lies within ``h_a`` of the middle ray's
and ``b`` within ``h_b``, so ``q(λ)`` lies within ``ρ(λ) = |1−λ|·h_a + λ·h_b`` of the middle ray's.

**Bound.** Inside that ball a field rises by no more than ``Λ·ρ``, where Λ is the steepest place of the
*interpolated* field in the grid's cells that the ball can meet (`grid`: measured, never assumed to be 1), and
nowhere above its cap. The least margin of any ray of the cell to structure k is therefore at most ::

    min over λ of (min(W_k(q(λ)) + Λ·ρ(λ), cap) − r − demanded − τ − θ·max(|s − pivot| − λ(h_a+h_b), 0)) / sd

for *any* choice of the λ looked at: the choice decides how tight it is, never whether it holds. Only such λ
count for which all rays of the cell are still inside the body and the region.

**Objective.** N is the least margin to nerve in sd, H the least margin to a limit in mm. A ray with H ≥ 0 is
worth N, another min(N, H): a value ≥ 0 is a corridor, and a bound < 0 proves that there is none. The share of
removable bone counts as the clearance from the cylinder to the share that may go, the quantile of the bone's
distances from the axis; it moves by no more than ρ either.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kambin.access.march import CAP, SCALE, STEEPEST, SUBTRACT, TAPER, Laid, steepness, value
from kambin.access.tangents import COLUMNS, OF_LIMIT, VALUE, dual, line_of

__all__ = ["GEOMETRY", "World", "assess", "place", "ray_of", "reaches", "taken"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Longs = NDArray[np.int64]

# entries of `World.geometry`
CENTRE, AXES, FRAME, THROAT, WINDOW, PIVOT, MOST, LOW, HIGH = 0, 3, 12, 21, 22, 26, 27, 28, 31
STEP, HARD, ASLANT, GEOMETRY = 34, 35, 36, 37
# entries of what `assess` finds
UPPER, NERVE, LIMIT, SPLIT, CLOSE, FOUND = 0, 1, 2, 3, 4, 5
# entries of `shape`: |b − a|, h_a, h_b, the ray's end, and how far all rays of the cell are surely inside
LENGTH, TIP, OUTER, END, SURELY = 0, 1, 2, 3, 4
# where to split when it is the direction that breaks a limit
BY_DIRECTION = -2.0
# A limit counts as kept with this much to spare, so that the proof along the ray finds it kept too.
KEPT_MM = 0.012
NOTHING = 1e9
# Cells whose rays lie closer together than this are bounded by tangents too, and so many structures at once.
SMALL_MM, MOST_LINES = 2.0, 16
# The skin's slope is taken over this length of the axis below the entry, mm.
BELOW_SKIN_MM = 8.0


class World(NamedTuple):
    """All that the compiled search reads.

    Attributes
    ----------
    laid : Laid
    counts : ndarray of int64
        Limits, structures, index of the skin or −1.
    geometry : ndarray
        Patch, frame, throat, window of angles, pivot, length, region, step, tolerance, sine of the incidence.
    bone : ndarray of float32, shape (4, n)
        Removable bone: x, y, z, share.
    parts : ndarray, shape (m, 5)
        First and last point, radius, edge and budget of each removable bone.
    """

    laid: Laid
    counts: Longs
    geometry: Floats
    bone: Singles
    parts: Floats


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
    length = float(np.sqrt(square))
    for n in range(3):
        ray[3 + n] /= length
    return length


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def reaches(geometry: Floats, x: Floats, h: Floats) -> tuple[float, float]:
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
    across = np.cos(max(abs(x[4]) - h[4], 0.0)) * h[3]
    return np.sqrt(tip), geometry[THROAT] * np.sqrt(across * across + h[4] * h[4])


@njit(inline="always", nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _window(geometry: Floats, ray: Floats, shape: Floats) -> tuple[float, float]:
    """Room to the allowed angles, as mm at the throat: of the middle ray, and the most of any of the cell."""
    out = back = head = 0.0
    for n in range(3):
        out += geometry[FRAME + n] * ray[3 + n]
        back += geometry[FRAME + 3 + n] * ray[3 + n]
        head += geometry[FRAME + 6 + n] * ray[3 + n]
    up = np.arcsin(min(max(head, -1.0), 1.0))
    axial = np.arctan2(out, back)
    room_axial = min(axial - geometry[WINDOW], geometry[WINDOW + 1] - axial)
    room_up = min(up - geometry[WINDOW + 2], geometry[WINDOW + 3] - up)
    turn = np.arcsin(min((shape[TIP] + shape[OUTER]) / shape[LENGTH], 1.0))
    # a cap of this angle spans that much longitude
    sine, cosine = np.sin(turn), np.cos(up)
    wide = np.arcsin(sine / cosine) if sine < cosine else np.pi
    throat = geometry[THROAT]
    return throat * min(room_axial, room_up), throat * min(room_axial + wide, room_up + turn)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _leaves(geometry: Floats, ray: Floats, tip: float, growth: float) -> float:
    """Length until a ball of radius `tip` that grows by `growth` per mm meets the region's edge."""
    end = 1e4
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
def _under_skin(laid: Laid, skin: int, ray: Floats, s: float) -> float:
    """How deep below the skin the axis is at s, mm."""
    return -value(laid, skin, ray[0] + s * ray[3], ray[1] + s * ray[4], ray[2] + s * ray[5])


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def ray_of(world: World, ray: Floats, shape: Floats) -> bool:
    """Find the ray's end, at the skin or the region's edge, and how far all rays of the cell are inside.

    Steps are as long as the depth below the skin proves that none of the rays can have left.
    """
    laid, skin, geometry = world.laid, world.counts[2], world.geometry
    length, tip, outer = shape[LENGTH], shape[TIP], shape[OUTER]
    growth = (outer + tip) / length
    surely = _leaves(geometry, ray, tip, growth)
    leaves = _leaves(geometry, ray, 0.0, 0.0)
    if skin < 0:
        shape[END] = min(leaves, geometry[MOST])
        shape[SURELY] = min(surely, shape[END])
        return False
    s, steep = 0.0, laid.reals[skin, STEEPEST]
    while s < surely:
        ball = abs(1.0 - s / length) * tip + s / length * outer
        room = _under_skin(laid, skin, ray, s) - steep * ball
        if room <= 0.05:
            break
        s += room / (steep * (1.0 + growth))
    shape[SURELY] = min(surely, s)
    s = min(shape[SURELY], leaves)
    while s < leaves:
        room = _under_skin(laid, skin, ray, s)
        if room <= 0.0:
            shape[END] = s
            return True
        s += max(room / steep, 0.05)
    shape[END] = leaves
    return False


@njit(inline="always", nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _aslant(world: World, ray: Floats, shape: Floats) -> tuple[float, float]:
    """Room to the flattest skin incidence, mm: of the middle ray, and the most of any of the cell.

    The axis below the entry must gain depth at least as fast as the sine of that angle. All rays of the cell
    enter between `SURELY` and where the ball around the middle ray has left the body.
    """
    laid, skin = world.laid, world.counts[2]
    steep = laid.reals[skin, STEEPEST]
    length, growth = shape[LENGTH], (shape[OUTER] + shape[TIP]) / shape[LENGTH]
    end = shape[END]
    deep = _under_skin(laid, skin, ray, max(end - BELOW_SKIN_MM, 0.0))
    room = deep - BELOW_SKIN_MM * world.geometry[ASLANT]
    share = end / length
    ball = abs(1.0 - share) * shape[TIP] + share * shape[OUTER]
    late = end
    while late < end + 40.0:
        outside = -_under_skin(laid, skin, ray, late)
        if outside >= steep * (ball + (late - end) * growth):
            break
        late += max(outside / steep, 0.25)
    if late >= end + 40.0:
        return room, NOTHING
    return room, room + steep * (ball + growth * (late - end) + (late - shape[SURELY]))


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _scan(
    world: World, k: int, ray: Floats, shape: Floats, step: float, enough: float
) -> tuple[float, float, float, float]:
    """(least margin seen, where, upper bound over the cell, where that is least) for structure k.

    Returns as soon as the bound is at most `enough`.
    """
    laid, pivot = world.laid, world.geometry[PIVOT]
    length, tip, outer, end, surely = shape[LENGTH], shape[TIP], shape[OUTER], shape[END], shape[SURELY]
    scale, taper = laid.reals[k, SCALE], laid.reals[k, TAPER]
    subtract, cap = laid.reals[k, SUBTRACT], laid.reals[k, CAP]
    seen = upper = NOTHING
    seen_at = upper_at = s = 0.0
    while True:
        x, y, z = ray[0] + s * ray[3], ray[1] + s * ray[4], ray[2] + s * ray[5]
        here = value(laid, k, x, y, z)
        share = s / length
        lever = abs(s - pivot)
        margin = (here - subtract - taper * lever) * scale
        if margin < seen:
            seen, seen_at = margin, s
        if s <= surely:
            ball = abs(1.0 - share) * tip + share * outer
            rise = steepness(laid, k, x, y, z, ball) * ball
            lever = max(lever - share * (tip + outer), 0.0)
            most = (min(here + rise, cap) - subtract - taper * lever) * scale
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
def taken(bone: Singles, low: int, high: int, ray: Floats, shape: Floats, reach: float, edge: float) -> float:
    """Share of a bone within a cylinder of radius `reach`: at least so much for every ray of a cell.

    The wall counts a voxel in over the width of its edge, and so do both ends.
    """
    total = np.float32(0.0)
    ox, oy, oz = np.float32(ray[0]), np.float32(ray[1]), np.float32(ray[2])
    dx, dy, dz = np.float32(ray[3]), np.float32(ray[4]), np.float32(ray[5])
    inverse, per_edge = np.float32(1.0 / shape[LENGTH]), np.float32(1.0 / edge)
    radius, tip, outer, last = np.float32(reach), np.float32(shape[TIP]), np.float32(shape[OUTER]), shape[END]
    end = np.float32(last)
    one, half, none = np.float32(1.0), np.float32(0.5), np.float32(0.0)
    for n in range(low, high):
        vx, vy, vz = bone[0, n] - ox, bone[1, n] - oy, bone[2, n] - oz
        s = vx * dx + vy * dy + vz * dz
        share = s * inverse
        ball = abs(one - share) * tip + abs(share) * outer
        beside = np.sqrt(max(vx * vx + vy * vy + vz * vz - s * s, none))
        inside = min(max((radius - beside - ball) * per_edge + half, none), one)
        begun = min(max((s - ball) * per_edge + half, none), one)
        left = min(max((end - s - ball) * per_edge + half, none), one)
        total += bone[3, n] * inside * begun * left
    return float(total)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _thinner(world: World, n: int, ray: Floats, shape: Floats) -> tuple[float, float]:
    """By how much the cylinder has to be thinner to leave enough of bone n: (at least, at most), mm."""
    low, high = int(world.parts[n, 0]), int(world.parts[n, 1])
    radius, edge, budget = world.parts[n, 2], world.parts[n, 3], world.parts[n, 4]
    if taken(world.bone, low, high, ray, shape, radius, edge) <= budget:
        return 0.0, 0.0
    below, above = 0.0, radius + 0.5 * edge
    for _ in range(10):
        middle = 0.5 * (below + above)
        if taken(world.bone, low, high, ray, shape, radius - middle, edge) > budget:
            below = middle
        else:
            above = middle
    return below, above


@njit(inline="always", nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _budgets(world: World, ray: Floats, shape: Floats, found: Floats) -> None:
    """Put the shares that may go among the limits."""
    alone = np.zeros(5)
    alone[LENGTH], alone[END] = shape[LENGTH], shape[END]
    hard = world.geometry[HARD]
    for n in range(len(world.parts)):
        _, above = _thinner(world, n, ray, alone)
        if above == 0.0:
            continue
        found[LIMIT] = min(found[LIMIT], -above)
        below, _ = _thinner(world, n, ray, shape)
        if below > 0.0:
            found[UPPER] = min(found[UPPER], -below)
        elif max(shape[TIP], shape[OUTER]) <= hard:
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


@njit(inline="always", nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _limits(
    world: World, ray: Floats, shape: Floats, on_skin: bool, enough: float, found: Floats, lowest: Floats
) -> None:
    """Angles, length, incidence, bone, viscera: what has to be kept."""
    geometry, hard = world.geometry, world.geometry[HARD]
    seen, upper = _window(geometry, ray, shape)
    _limit(found, seen, upper, BY_DIRECTION, hard)
    if world.counts[2] >= 0:
        most = geometry[MOST]
        _limit(found, most - shape[END], most - shape[SURELY], shape[END], hard)
        if on_skin and geometry[ASLANT] > 0.0 and found[UPPER] > enough:
            seen, upper = _aslant(world, ray, shape)
            _limit(found, seen, upper, shape[END], hard)
    step = max(geometry[STEP], 0.5 * min(shape[TIP], shape[OUTER]))
    for k in range(world.counts[0]):
        if found[UPPER] <= enough:
            return
        # a limit that no ray keeps ends the matter at once when a corridor is already known
        seen, at, upper, lowest[k] = _scan(world, k, ray, shape, step, min(enough, -1e-9))
        _limit(found, seen, upper, at, hard)


@njit(inline="always", nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _moves(geometry: Floats, x: Floats, share: float, jacobian: Floats) -> None:
    """How the place q(λ) moves by each parameter, at λ = `share`; shape (3, 5)."""
    sine, cosine, up, flat = np.sin(x[3]), np.cos(x[3]), np.sin(x[4]), np.cos(x[4])
    far = share * geometry[THROAT]
    for n in range(3):
        out, back, head = geometry[FRAME + n], geometry[FRAME + 3 + n], geometry[FRAME + 6 + n]
        for m in range(3):
            jacobian[n, m] = (1.0 - share) * geometry[AXES + 3 * m + n]
        jacobian[n, 3] = far * flat * (cosine * out - sine * back)
        jacobian[n, 4] = far * (flat * head - up * (sine * out + cosine * back))


@njit(inline="always", nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _tightened(
    world: World, x: Floats, h: Floats, ray: Floats, shape: Floats, lowest: Floats, enough: float,
    found: Floats,
) -> None:  # fmt: skip
    """Lower the bound of a small cell by which way each margin rises there; see `tangents`."""
    laid, limits, pivot = world.laid, world.counts[0], world.geometry[PIVOT]
    lines = np.zeros((MOST_LINES, COLUMNS))
    count: Any = np.int64(0)  # of a type, and not the literal 0
    jacobian, place_at = np.zeros((3, 5)), np.zeros(3)
    for k in range(world.counts[1] - 1, -1, -1):
        s = lowest[k]
        if s < 0.0 or count == MOST_LINES:
            continue
        share = s / shape[LENGTH]
        for n in range(3):
            place_at[n] = ray[n] + s * ray[3 + n]
        scale, line = laid.reals[k, SCALE], lines[count]
        line[:] = 0.0
        lever = max(abs(s - pivot) - share * (shape[TIP] + shape[OUTER]), 0.0)
        here = value(laid, k, place_at[0], place_at[1], place_at[2])
        line[VALUE] = (here - laid.reals[k, SUBTRACT] - laid.reals[k, TAPER] * lever) * scale
        # without a corridor yet, a ray is worth the least of all its margins, and limits are like nerves
        line[OF_LIMIT] = 1.0 if k < limits and enough >= 0.0 else 0.0
        _moves(world.geometry, x, share, jacobian)
        # the sphere leaves its tangent by half the square of the angle
        rest = 0.5 * share * world.geometry[THROAT] * (h[3] + h[4]) ** 2
        count += line_of(laid, k, place_at, jacobian, h, rest, scale, line)
    if count == 0:
        return
    upper = dual(lines, count, h, enough)
    if enough >= 0.0:
        # a ray that breaks a limit is worth less than nothing, and nobody looks at it any more
        found[UPPER] = min(found[UPPER], max(upper, -1e-9))
    elif upper < 0.0:
        found[UPPER] = min(found[UPPER], upper)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def assess(world: World, x: Floats, h: Floats, enough: float, ray: Floats, found: Floats) -> None:
    """Judge a cell with the middle `x` and the half size `h`; with h = 0 it is one ray.

    `ray` becomes the middle ray. `found`: upper bound; the middle ray's least margin to nerve and to limits;
    where to split; and whether the cell is closed because none of its rays keeps some limit by more than the
    tolerance. Left as soon as the bound is at most `enough`.
    """
    shape = np.zeros(5)
    shape[LENGTH] = place(world.geometry, x, ray)
    shape[TIP], shape[OUTER] = reaches(world.geometry, x, h)
    on_skin = ray_of(world, ray, shape)
    ray[6] = shape[END]
    found[UPPER] = found[NERVE] = found[LIMIT] = NOTHING
    found[SPLIT], found[CLOSE] = -1.0, 0.0
    lowest = np.zeros(world.counts[1])
    for k in range(len(lowest)):
        lowest[k] = -1.0
    _limits(world, ray, shape, on_skin, enough, found, lowest)
    if len(world.parts) and found[UPPER] > enough:
        _budgets(world, ray, shape, found)
    step = max(world.geometry[STEP], 0.5 * min(shape[TIP], shape[OUTER]))
    bind = 0.0
    for k in range(world.counts[0], world.counts[1]):
        if found[UPPER] <= enough:
            return
        seen, at, upper, lowest[k] = _scan(world, k, ray, shape, step, enough)
        if seen < found[NERVE]:
            found[NERVE], bind = seen, at
        found[UPPER] = min(found[UPPER], upper)
        if seen < 0.0 and upper < world.geometry[HARD] and upper - seen <= world.geometry[HARD]:
            found[CLOSE] = 1.0
    if found[SPLIT] == -1.0:
        found[SPLIT] = bind
    if found[UPPER] > enough and 0.0 < max(shape[TIP], shape[OUTER]) < SMALL_MM:
        _tightened(world, x, h, ray, shape, lowest, enough, found)

"""Along one ray: the smallest margin to every structure, with a proof.

The margin of structure k at the distance s from the tip is ``(d_k − r − demanded − τ − θ·|s − pivot|) / sd``.
Because the axis moves by at most τ + θ·|s − pivot| under the pose error and a distance changes by no more
than the way, this is the worst margin under that error: the clearance of a *tapered* capsule.

Between two samples Δ apart the field can not fall below the mean of both less ``Λ·Δ/2``, where Λ is the
steepest place of the interpolated field near them (see `grid`). A step that does not prove enough is halved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kambin.access.grid import BLOCK, Field
from kambin.access.kernels import trilinear
from kambin.access.scene import Obstacle, Scene
from kambin.access.sharing import shared

__all__ = [
    "Laid",
    "Pack",
    "certified_minima",
    "certify",
    "feasible",
    "margin_pack",
    "pack",
    "steepness",
    "value",
]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

# columns of `Pack.ints`
OFFSET, NA, NB, NC, SLOPES, MA, MB, MC = range(8)
# columns of `Pack.reals`
OX, OY, OZ, INVERSE, SUBTRACT, SCALE, TAPER, STEEPEST, CAP, BLOCK_MM = range(10)
# A proof is looked for down to steps of this, mm.
FINEST_MM = 0.01
# A check of feasibility steps this much farther than the margin and goes back where that was too far.
EAGER = 1.9
# With this much room at the least node of a cell, the place in the cell does not matter.
ROOM_MM = 1.5


class Laid(NamedTuple):
    """Fields side by side in memory, as the compiled loops read them.

    Attributes
    ----------
    flat, slopes : ndarray of float32
        Nodes and block slopes of all fields, one after the other.
    ints, reals : ndarray, shapes (k, 8) and (k, 10)
        Where each lies, and how its value becomes a margin.
    """

    flat: Singles
    slopes: Singles
    ints: Longs
    reals: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A scene for one cannula: fields and what they are; limits first, then the objective.

    Attributes
    ----------
    laid : Laid
    limits : int
        How many come first that are limits.
    obstacles : tuple of Obstacle
        In the order of the fields.
    skin : int
        Index of the skin, the last field, or −1.
    tau_mm : float
        Shift of the pose error that is already taken off.
    floor : ndarray of float32
        Of a single field of margins: the least node of the cell that starts at each node.
    """

    laid: Laid
    limits: int
    obstacles: tuple[Obstacle, ...]
    skin: int
    tau_mm: float = 0.0
    floor: Singles = field(default_factory=lambda: np.zeros(0, dtype=np.float32))

    @property
    def count(self) -> int:
        """How many fields are structures."""
        return len(self.obstacles)


def _laid_out(fields: list[Field]) -> Laid:
    ints = np.zeros((len(fields), 8), dtype=np.int64)
    reals = np.zeros((len(fields), 10))
    at = slopes_at = 0
    for n, one in enumerate(fields):
        ints[n] = (at, *one.values.shape, slopes_at, *one.slopes.shape)
        at += one.values.size
        slopes_at += one.slopes.size
        reals[n, OX : OZ + 1] = one.origin_lps
        reals[n, INVERSE] = 1.0 / one.spacing_mm
        reals[n, SCALE] = 1.0
        reals[n, STEEPEST] = one.slope
        reals[n, CAP] = one.cap_mm
        reals[n, BLOCK_MM] = BLOCK * one.spacing_mm
    flat = np.concatenate([one.values.ravel() for one in fields])
    slopes = np.concatenate([one.slopes.ravel() for one in fields])
    return Laid(flat, slopes, ints, reals)


def pack(scene: Scene, radius_mm: float) -> Pack:
    """Lay a scene out for a cannula of this outer radius."""
    limits = [one for one in scene.obstacles if not one.is_objective]
    ordered = (*limits, *[one for one in scene.obstacles if one.is_objective])
    fields = [one.field for one in ordered]
    if scene.skin is not None:
        fields.append(scene.skin)
    laid = _laid_out(fields)
    for n, one in enumerate(ordered):
        laid.reals[n, SUBTRACT] = radius_mm + one.demanded_mm + (scene.pose.tau_mm if one.robust else 0.0)
        laid.reals[n, SCALE] = 1.0 / one.sd_mm if one.is_objective else 1.0
        laid.reals[n, TAPER] = np.radians(scene.pose.theta_deg) if one.robust else 0.0
    skin = len(ordered) if scene.skin is not None else -1
    return Pack(laid, len(limits), ordered, skin, scene.pose.tau_mm)


def margin_pack(margins: Field) -> Pack:
    """One field of margins, for the loops over many rays."""
    floor = margins.values
    for axis in range(3):
        ahead = np.concatenate([np.delete(floor, 0, axis), np.take(floor, [-1], axis)], axis)
        floor = np.minimum(floor, ahead)
    alone = Obstacle("margin", "nerve", None, margins)
    return Pack(_laid_out([margins]), 0, (alone,), -1, floor=np.ascontiguousarray(floor).ravel())


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def value(laid: Laid, k: int, x: float, y: float, z: float) -> float:
    """Field k at a point, mm."""
    ints, reals = laid.ints, laid.reals
    inverse = reals[k, INVERSE]
    return trilinear(  # type: ignore[no-any-return, unused-ignore]
        laid.flat,
        ints[k, OFFSET],
        ints[k, NA],
        ints[k, NB],
        ints[k, NC],
        (x - reals[k, OX]) * inverse,
        (y - reals[k, OY]) * inverse,
        (z - reals[k, OZ]) * inverse,
    )


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def steepness(laid: Laid, k: int, x: float, y: float, z: float, radius: float) -> float:
    """How fast field k can change anywhere in a ball, mm per mm; beyond its edge it is constant."""
    ints, reals = laid.ints, laid.reals
    if radius > reals[k, BLOCK_MM]:
        return float(reals[k, STEEPEST])
    inverse = reals[k, INVERSE]
    i = min(max((x - reals[k, OX]) * inverse, 0.0), ints[k, NA] - 1.5)
    j = min(max((y - reals[k, OY]) * inverse, 0.0), ints[k, NB] - 1.5)
    m = min(max((z - reals[k, OZ]) * inverse, 0.0), ints[k, NC] - 1.5)
    a, b, c = int(i) // BLOCK, int(j) // BLOCK, int(m) // BLOCK
    return float(laid.slopes[ints[k, SLOPES] + (a * ints[k, MB] + b) * ints[k, MC] + c])


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def certify(
    laid: Laid, k: int, ray: Floats, pivot: float, step: float, slack: float
) -> tuple[float, float, float]:
    """Least margin of structure k along a ray (tip, unit direction, length): (proved, seen, where).

    `proved` ≤ the true minimum of the interpolated margin ≤ `seen`; they differ by no more than `slack`, or
    by what steps of `FINEST_MM` leave. `step` is the first step, and the smallest that is taken without need.
    """
    scale, taper, subtract = laid.reals[k, SCALE], laid.reals[k, TAPER], laid.reals[k, SUBTRACT]
    x, y, z, dx, dy, dz, end = ray[0], ray[1], ray[2], ray[3], ray[4], ray[5], ray[6]
    s = where = 0.0
    here = (value(laid, k, x, y, z) - subtract - taper * abs(pivot)) * scale
    seen = proved = here
    advance = step
    while s < end:
        advance = min(max(advance, FINEST_MM), end - s)
        to = s + advance
        px, py, pz = x + to * dx, y + to * dy, z + to * dz
        there = (value(laid, k, px, py, pz) - subtract - taper * abs(to - pivot)) * scale
        half = 0.5 * advance
        steep = steepness(laid, k, px - half * dx, py - half * dy, pz - half * dz, half)
        floor = 0.5 * (here + there) - (steep + taper) * scale * half
        if floor < min(seen, there) - slack and advance > FINEST_MM:
            advance *= 0.5
            continue
        proved = min(proved, floor)
        if there < seen:
            seen, where = there, to
        s, here = to, there
        # as far as the margin could not come down to the least seen, and twice that for the way back up
        advance = max(step, 1.6 * (here - seen) / scale)
    return proved, seen, where


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _minima(laid: Laid, rays: Floats, step: float, out: Floats) -> None:
    for n in range(len(rays)):
        out[n, 0], out[n, 1], out[n, 2] = certify(laid, 0, rays[n], 0.0, step, step)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _inside(laid: Laid, rays: Floats, r: int) -> bool:
    """Whether both ends of a ray, and so all of it, lie between the first and the last nodes."""
    inverse = laid.reals[0, INVERSE]
    for n in range(3):
        first = (rays[r, n] - laid.reals[0, OX + n]) * inverse
        last = first + rays[r, 6] * rays[r, 3 + n] * inverse
        if min(first, last) < 1e-6 or max(first, last) > laid.ints[0, NA + n] - 1 - 1e-6:
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy", fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _free(laid: Laid, floor: Singles, rays: Floats, r: int, least_step: float) -> bool:
    """Whether the margin stays above zero along a ray that lies inside the grid.

    Where the least node of a cell has room, nothing is interpolated. Steps are longer than the margin; one
    whose two margins do not meet is taken back.
    """
    flat, nc = laid.flat, laid.ints[0, NC]
    plane, inverse, end = laid.ints[0, NB] * nc, laid.reals[0, INVERSE], rays[r, 6]
    ox = (rays[r, 0] - laid.reals[0, OX]) * inverse
    oy = (rays[r, 1] - laid.reals[0, OY]) * inverse
    oz = (rays[r, 2] - laid.reals[0, OZ]) * inverse
    dx, dy, dz = rays[r, 3] * inverse, rays[r, 4] * inverse, rays[r, 5] * inverse
    # unsigned, so that no index is looked at for being counted from the end
    one, row, layer = np.uintp(1), np.uintp(nc), np.uintp(plane)
    s = advance = last = 0.0
    while True:
        x, y, z = ox + s * dx, oy + s * dy, oz + s * dz
        i, j, k = int(x), int(y), int(z)
        p = np.uintp(i * plane + j * nc + k)
        margin = np.float64(floor[p])
        if margin < ROOM_MM:
            u, v, w = np.float32(x - i), np.float32(y - j), np.float32(z - k)
            q = p + layer
            a = flat[p] + w * (flat[p + one] - flat[p])
            b = flat[p + row] + w * (flat[p + row + one] - flat[p + row])
            c = flat[q] + w * (flat[q + one] - flat[q])
            d = flat[q + row] + w * (flat[q + row + one] - flat[q + row])
            a += v * (b - a)
            margin = np.float64(a + u * (c + v * (d - c) - a))
            if margin < 0.0:
                return False
        if last + margin < advance and advance > least_step:
            s -= advance - max(last, least_step)
            advance = 0.0
            last = 1e9
            continue
        if margin >= end - s:
            return True
        last = margin
        advance = min(max(EAGER * margin, least_step), end - s)
        s += advance


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _feasible(laid: Laid, floor: Singles, rays: Floats, step: float, out: Bools) -> None:
    """Leave each ray where its margin is used up; one that leaves the grid is looked at more carefully."""
    for n in range(len(rays)):
        if _inside(laid, rays, n):
            out[n] = _free(laid, floor, rays, n, step)
        else:
            out[n] = certify(laid, 0, rays[n], 0.0, step, step)[1] >= 0.0


def certified_minima(margins: Pack, rays: Floats, *, step_mm: float = 0.2, threads: int = 2) -> Floats:
    """Least margin of each ray in one field: proved, seen, and where; shape (n, 3).

    Parameters
    ----------
    margins : Pack
        Of one field, see `margin_pack`; fuse several with `scene.fused`.
    rays : ndarray, shape (n, 7)
        Tip, unit direction from tip to entry, and length, LPS mm.
    step_mm : float
        Proved and seen differ by no more than this.
    """
    out = np.empty((len(rays), 3))
    shared(
        len(rays), threads, lambda low, high: _minima(margins.laid, rays[low:high], step_mm, out[low:high])
    )
    return out


def feasible(margins: Pack, rays: Floats, *, step_mm: float = 0.4, threads: int = 2) -> Bools:
    """Whether each ray keeps its margins, at samples as far apart as the margin allows, or `step_mm`.

    A fast sieve: what it lets through is judged by `certified_minima`.
    """
    out = np.empty(len(rays), dtype=np.bool_)
    shared(
        len(rays),
        threads,
        lambda low, high: _feasible(margins.laid, margins.floor, rays[low:high], step_mm, out[low:high]),
    )
    return out

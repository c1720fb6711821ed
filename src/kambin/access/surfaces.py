"""The surface of a mask, finer than its voxels.

A mask says of each voxel's centre whether it is inside. Where the boundary runs between two centres it does
not say, and the distance to the mask's voxels is therefore wrong by up to a voxel, always in the same
direction. Neighbouring voxels know better together:

1. *Blur.* The mask is smoothed with a Gaussian of `blur_voxels`. For a plane, the level one half of the
   result is the plane, and its probit is the distance from it, whichever way it lies in the grid.
2. *Match.* A curved surface shrinks by half the Gaussian's variance times the sum of its curvatures. So
   the solid that was found is itself smoothed the same way, and what lacks against the smoothed mask is
   added; twice. The surface then is the one whose blur is the mask's blur, and its volume is the mask's.
3. *Points.* The surface crosses the grid's edges in points with normals (*surfels*). Each stands for a small
   disc in its tangent plane, so that the distance from nearby does not depend on where the points lie.
4. *Keep every voxel.* A centre that the mask calls inside and the surface leaves outside becomes a point
   itself: distance to it is an upper bound of the true distance, and nothing thin is lost.

What remains is the part that no method can know: a face along the grid may lie anywhere within a voxel. The
errors lie even around zero; as reporting too much clearance is worse than too little, all distances are taken
`conservative_voxels` shorter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kambin.access.settings import search_settings

__all__ = ["Surface", "coverage", "surface"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Bools = NDArray[np.bool_]

# Beyond this the probit of a float32 says nothing more.
_FLAT = 3.5


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A structure's boundary as small discs, and its inside.

    Attributes
    ----------
    points_lps, normals_lps : ndarray, shape (n, 3)
        Normals point outwards.
    radii_mm : ndarray, shape (n,)
        Of the discs; zero for a voxel that the smooth surface would have lost.
    inside : ndarray of float32, shape (a, b, c)
        Share of the structure, above one half inside.
    lps_from_inside : ndarray, shape (4, 4)
        Where the voxels of `inside` lie.
    shorter_mm : float
        What is taken off every distance.
    """

    points_lps: Floats
    normals_lps: Floats
    radii_mm: Floats
    inside: Singles
    lps_from_inside: Floats
    shorter_mm: float


def _kernel(sigma: float) -> Floats:
    reach = int(np.ceil(3.5 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    found: Floats = weights / weights.sum()
    return found


@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _along_last(source: Singles, kernel: Singles, row: Singles, turned: Singles, out: Singles) -> None:
    """Convolve along the last axis and turn the axes, so that three calls do all and restore the order.

    `row` and `turned` are room for a line with the kernel's reach at both ends, zero there, and for a layer.
    """
    na, nb, nc = source.shape
    reach = len(kernel) // 2
    for a in range(na):
        for b in range(nb):
            total = np.float32(0.0)
            for c in range(nc):
                row[reach + c] = source[a, b, c]
                total += source[a, b, c]
            for c in range(nc):
                turned[b, c] = 0.0
            if total > 0:
                for tap in range(2 * reach + 1):
                    weight = kernel[tap]
                    for c in range(nc):
                        turned[b, c] += weight * row[c + tap]
        for c in range(nc):
            for b in range(nb):
                out[c, a, b] = turned[b, c]


def _blurred(source: Singles, sigma: float) -> Singles:
    kernel = _kernel(sigma).astype(np.float32)
    for _ in range(3):
        na, nb, nc = source.shape
        row, turned = np.zeros(nc + len(kernel) - 1, dtype=np.float32), np.empty((nb, nc), dtype=np.float32)
        out = np.empty((nc, na, nb), dtype=np.float32)
        _along_last(source, kernel, row, turned, out)
        source = out
    return source


def _solid(level: Singles, steepness: float) -> Singles:
    """Share of each voxel that lies inside the level one half, by the level's slope across a plane."""
    out = np.empty(level.shape, dtype=np.float32)
    _solid_flat(np.ravel(level), float(steepness), np.ravel(out))
    return out


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _solid_flat(level: Singles, steepness: float, out: Singles) -> None:
    for n in range(len(out)):
        out[n] = min(max(0.5 + (level[n] - 0.5) * steepness, 0.0), 1.0)


def _matched(mask: Bools, sigma: float, rounds: int) -> Singles:
    """The level whose half is the surface: the solid inside it blurs to what the mask blurs to."""
    wanted = _blurred(mask.astype(np.float32), sigma)
    level = wanted
    steepness = 2.0 * sigma * np.sqrt(2.0 * np.pi)
    for _ in range(rounds):
        level = level + (wanted - _blurred(_solid(level, steepness), sigma))
    return level


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _probit(p: float) -> float:
    """Quantile of the normal distribution, within 5e-4 (Abramowitz and Stegun 26.2.23)."""
    q = min(p, 1.0 - p)
    if q < 2.3e-4:
        return _FLAT if p > 0.5 else -_FLAT
    t = np.sqrt(-2.0 * np.log(q))
    x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (
        1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    )
    return float(-x if p < 0.5 else x)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _slope(level: Singles, i: int, j: int, k: int, axis: int) -> float:
    """Central difference of the probit along one axis; the grid has a margin."""
    a, b, c = int(axis == 0), int(axis == 1), int(axis == 2)
    return float(0.5 * (_probit(level[i + a, j + b, k + c]) - _probit(level[i - a, j - b, k - c])))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _count(level: Singles, mask: Bools) -> int:
    na, nb, nc = level.shape
    found = 0
    for i in range(1, na - 2):
        for j in range(1, nb - 2):
            for k in range(1, nc - 2):
                here = level[i, j, k] > 0.5
                found += here != (level[i + 1, j, k] > 0.5)
                found += here != (level[i, j + 1, k] > 0.5)
                found += here != (level[i, j, k + 1] > 0.5)
                found += mask[i, j, k] and not here
    return found


def _surfels(level: Singles, mask: Bools) -> tuple[Floats, Floats, Bools]:
    """Crossings of the grid's edges, gradients there (both in voxels), and which are lost voxels."""
    count = _count(level, mask)
    points, slopes, lost = np.empty((count, 3)), np.zeros((count, 3)), np.zeros(count, dtype=np.bool_)
    _cross(level, mask, points, slopes, lost)
    return points, slopes, lost


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _cross(level: Singles, mask: Bools, points: Floats, slopes: Floats, lost: Bools) -> None:
    n = 0
    na, nb, nc = level.shape
    for i in range(1, na - 2):
        for j in range(1, nb - 2):
            for k in range(1, nc - 2):
                here = level[i, j, k] > 0.5
                if mask[i, j, k] and not here:
                    points[n, 0], points[n, 1], points[n, 2] = i, j, k
                    lost[n] = True
                    n += 1
                for axis in range(3):
                    a, b, c = i + (axis == 0), j + (axis == 1), k + (axis == 2)
                    if here == (level[a, b, c] > 0.5):
                        continue
                    first, second = _probit(level[i, j, k]), _probit(level[a, b, c])
                    t = first / (first - second)
                    points[n, 0], points[n, 1], points[n, 2] = i, j, k
                    points[n, axis] += t
                    for other in range(3):
                        slopes[n, other] = (1 - t) * _slope(level, i, j, k, other) + t * _slope(
                            level, a, b, c, other
                        )
                    n += 1


def _padded(mask: Bools, margin: int) -> Bools:
    return np.pad(np.asarray(mask, dtype=np.bool_), margin)


def _trimmed(mask: Bools) -> tuple[Bools, NDArray[np.int64]]:
    """The box of the filled voxels, and where it begins."""
    spans = []
    for axis in range(3):
        filled = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        spans.append(slice(int(filled[0]), int(filled[-1]) + 1))
    return mask[spans[0], spans[1], spans[2]], np.array([one.start for one in spans])


def surface(mask: Bools, lps_from_voxel: Floats) -> Surface | None:
    """The surface of a mask; None for an empty one.

    Parameters
    ----------
    mask : ndarray of bool, shape (a, b, c)
    lps_from_voxel : ndarray, shape (4, 4)
        Any affine: oblique, sheared or mirrored.

    Notes
    -----
    A voxel is filled or not by its centre. What the mask's edge cuts off ends there: whoever crops a mask
    keeps a margin around what is asked.
    """
    if not mask.any():
        return None
    settings = search_settings()
    margin = int(np.ceil(3.5 * settings.blur_voxels)) + 2
    padded = _padded(mask, margin)
    level = _matched(padded, settings.blur_voxels, settings.match_rounds)
    points, slopes, lost = _surfels(level, padded)
    moved = np.array(lps_from_voxel, dtype=np.float64)
    moved[:3, 3] -= moved[:3, :3] @ np.full(3, float(margin))
    lps = points @ moved[:3, :3].T + moved[:3, 3]
    # gradients are covectors: they turn with the inverse transpose
    normals = -slopes @ np.linalg.inv(moved[:3, :3])
    lengths = np.linalg.norm(normals, axis=1)
    flat = lost | ~(lengths > 1e-9)
    normals[~flat] /= lengths[~flat, None]
    normals[flat] = (0.0, 0.0, 1.0)
    voxel = float(np.abs(np.linalg.det(moved[:3, :3])) ** (1 / 3))
    radii = np.where(flat, 0.0, settings.disc_voxels * voxel)
    return Surface(lps, normals, radii, level, moved, settings.conservative_voxels * voxel)


def coverage(mask: Bools, lps_from_voxel: Floats) -> tuple[Floats, Floats]:
    """Sub-voxel filling of a structure: points (n, 3) in LPS mm and the volume each stands for, mm³.

    The volumes sum to the mask's.
    """
    settings = search_settings()
    margin = int(np.ceil(3.5 * settings.blur_voxels)) + 2
    part, first = _trimmed(mask)
    level = _matched(_padded(part, margin), settings.blur_voxels, settings.match_rounds)
    shares = _solid(level, settings.blur_voxels * float(np.sqrt(2.0 * np.pi)))
    index = np.argwhere(shares > 0)
    weights = shares[tuple(index.T)].astype(np.float64)
    affine = np.asarray(lps_from_voxel, dtype=np.float64)
    voxel = float(np.abs(np.linalg.det(affine[:3, :3])))
    weights *= voxel * float(mask.sum()) / weights.sum()
    return (index - margin + first) @ affine[:3, :3].T + affine[:3, 3], weights

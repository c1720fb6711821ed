"""Fits that a few bad points do not bend: planes of surfaces, lines of midpoints, tops of arches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.geometry import Endplate

__all__ = ["crown", "fit_plane", "fit_robust", "front_corner", "inside_of", "rear_corner"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Points farther from the fit than this many robust standard deviations are left out; 3 keeps 99.7 % of a
# normal scatter.
CUT = 3.0
# No scatter is taken to be smaller: stairs of the voxels are no outliers.
LEAST_SCATTER_MM = 0.15
ROUNDS = 5
# Fewer values than this do not tell an arch from their scatter.
LEAST_ARCH = 5


def fit_robust(terms: Floats, values: Floats) -> tuple[Floats, Bools]:
    """Least squares with what lies far off left out.

    Parameters
    ----------
    terms : ndarray, shape (n, k)
    values : ndarray, shape (n,)
        Millimetres.

    Returns
    -------
    coefficients : ndarray, shape (k,)
    kept : ndarray of bool, shape (n,)
    """
    kept = np.ones(len(values), dtype=np.bool_)
    found: Floats = np.zeros(terms.shape[1])
    for _ in range(ROUNDS):
        found = np.asarray(np.linalg.lstsq(terms[kept], values[kept], rcond=None)[0], dtype=np.float64)
        off = np.abs(values - terms @ found)
        scatter = max(1.4826 * _median(off[kept]), LEAST_SCATTER_MM)
        again = off <= CUT * scatter
        if np.array_equal(again, kept) or np.count_nonzero(again) < 3 * terms.shape[1]:
            break
        kept = again
    return found, kept


def crown(places: Floats, values: Floats) -> float:
    """The top of what arches over a row of places, as a parabola says; the median where nothing arches.

    The greatest of several values is too great by their scatter, and their median too small by the arch.

    Parameters
    ----------
    places, values : ndarray, shape (n,)
    """
    if len(places) < LEAST_ARCH:
        return float(np.median(values))
    aside = places - float(places.mean())
    (c, b, a), _ = fit_robust(np.stack([np.ones(len(aside)), aside, aside**2], axis=1), values)
    if a >= 0:
        return float(np.median(values))
    at = float(np.clip(-b / (2 * a), aside.min(), aside.max()))
    return float(c + b * at + a * at * at)


def _median(values: Floats) -> float:
    """The same as NumPy's, whose many cases cost more than the median of some hundred values."""
    size = len(values)
    ordered = np.partition(values, [(size - 1) // 2, size // 2])
    return float(ordered[(size - 1) // 2] + ordered[size // 2]) / 2


def fit_plane(first: Floats, second: Floats, heights: Floats) -> tuple[Floats, float]:
    """The plane height = p0 + p1 · first + p2 · second, and the scatter about it.

    Parameters
    ----------
    first, second, heights : ndarray, shape (n,)

    Returns
    -------
    coefficients : ndarray, shape (3,)
    residual_mm : float
        Root mean square of what was kept.
    """
    terms = np.stack([np.ones_like(first), first, second], axis=1)
    found, kept = fit_robust(terms, heights)
    return found, float(np.sqrt(np.mean((heights - terms @ found)[kept] ** 2)))


def inside_of(mask: Bools, margin: int) -> Bools:
    """What lies at least `margin` samples inside the edge of a mask of two dimensions."""
    from scipy import ndimage

    inner: Bools = ndimage.binary_erosion(mask, iterations=margin) if margin > 0 else mask
    return inner if np.count_nonzero(inner) >= 12 else mask


def rear_corner(plate: Endplate, frame: Floats) -> Floats:
    """Rear edge of an endplate in the mid-sagittal plane, LPS mm, shape (3,)."""
    return _edge(plate, frame, 1.0)


def front_corner(plate: Endplate, frame: Floats) -> Floats:
    """Front edge of an endplate in the mid-sagittal plane, LPS mm, shape (3,)."""
    return _edge(plate, frame, -1.0)


def _edge(plate: Endplate, frame: Floats, way: float) -> Floats:
    back = frame[1] - plate.normal_lps * float(frame[1] @ plate.normal_lps)
    corner: Floats = plate.centre_lps + way * back / float(np.linalg.norm(back)) * plate.depth_mm / 2
    return corner

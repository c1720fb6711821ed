"""Where tubes and cylinders cut a plane: fields over its pixels that are zero on the cut surface, mm.

Negative inside. The fields are those of the exact solids at the pixels, so the lines on which they are zero
are as good as the contouring between pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.report.pictures.planes import Plane

__all__ = ["cylinder_field", "ellipse_field", "tube_field"]

Floats = NDArray[np.float64]

FAR_MM = 1e3  # stands for outside, where nothing is near


def cylinder_field(points: Floats, start: Floats, end: Floats, radius: float) -> Floats:
    """Signed distance to a cylinder with flat ends, negative inside.

    Parameters
    ----------
    points : ndarray, shape (..., 3)
    start, end : ndarray, shape (3,)
        Middles of its ends.
    radius : float

    Returns
    -------
    ndarray, shape (...)
    """
    length = float(np.linalg.norm(end - start))
    axis = (end - start) / length
    offset = points - start
    along = offset @ axis
    across = np.linalg.norm(offset - along[..., None] * axis, axis=-1)
    field: Floats = np.maximum(across - radius, np.maximum(-along, along - length))
    return field


def tube_field(plane: Plane, points: Floats, radius: Floats, extra_mm2: Floats | None = None) -> Floats:
    """Field of a bent tube over the pixels of a plane.

    Parameters
    ----------
    plane : Plane
    points : ndarray, shape (n, 3)
        Its line, LPS.
    radius : ndarray, shape (n,)
    extra_mm2 : ndarray, shape (n, 3, 3), optional
        Covariance of the line's position: the tube is widened by two standard deviations in the direction of
        each pixel, which holds it 95 times in 100.

    Returns
    -------
    ndarray, shape (rows, columns)
        About the distance near the surface; large far from the tube.
    """
    from kambin.report.pictures.kernels import tube_distance

    if len(points) < 2:
        return np.full(plane.shape, FAR_MM)
    spread = np.zeros((len(points), 3, 3)) if extra_mm2 is None else extra_mm2
    reach = float(radius.max()) + 4.0 + 2.0 * float(np.sqrt(max(np.linalg.eigvalsh(spread).max(), 0.0)))
    axes = np.stack([plane.right_lps, plane.down_lps, plane.away_lps])
    places, sizes, nearest = _dense(points, radius)
    turned = np.ascontiguousarray((axes @ spread @ axes.T)[nearest])
    far = np.full(plane.shape, FAR_MM)
    field: Floats = tube_distance(*plane.axes_mm(), plane.place(places), sizes, turned, reach, far)
    return field


def _dense(points: Floats, radius: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """The line with points at most 0.7 mm apart, their radius, and the given point that is nearest."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    count = max(int(np.ceil(along[-1] / 0.7)) + 1, 2)
    at = np.linspace(0.0, along[-1], count)
    places = np.stack([np.interp(at, along, points[:, axis]) for axis in range(3)], axis=1)
    sizes = np.interp(at, along, radius)
    return places, sizes, np.abs(at[:, None] - along[None, :]).argmin(axis=1)


def ellipse_field(
    plane: Plane, points: Floats, turned: Floats, half_width: Floats, half_depth: Floats
) -> Floats:
    """Field of a tube of elliptic sections over the pixels of a plane.

    Parameters
    ----------
    plane : Plane
    points : ndarray, shape (n, 3)
    turned : ndarray, shape (n, 3, 3)
        Rows left, posterior, cranial at each point.
    half_width, half_depth : ndarray, shape (n,)
        Along left and along posterior, mm.

    Returns
    -------
    ndarray, shape (rows, columns)
    """
    field = np.full(plane.shape, FAR_MM)
    if len(points) < 2:
        return field
    step = float(np.linalg.norm(np.diff(points, axis=0), axis=1).max())
    nearest = np.full(plane.shape, step)
    for point, frame, wide, deep in zip(points, turned, half_width, half_depth, strict=True):
        found = _near(plane, point, max(float(wide), float(deep)) + step + 3.0)
        if found is None:
            continue
        box, offset = found
        local = (offset - point) @ frame.T
        ratio = np.hypot(local[..., 0] / wide, local[..., 1] / deep)
        nearer = np.abs(local[..., 2]) < nearest[box]
        nearest[box] = np.where(nearer, np.abs(local[..., 2]), nearest[box])
        field[box] = np.where(nearer, (ratio - 1.0) * min(wide, deep), field[box])
    return field


def _near(plane: Plane, point: Floats, reach: float) -> tuple[tuple[slice, slice], Floats] | None:
    """Pixels of a plane within a reach of a point: their rows and columns, and their places."""
    x, y = plane.axes_mm()
    place = plane.place(point)
    if abs(float(place[2])) > reach:
        return None
    columns = slice(*(int(index) for index in np.searchsorted(x, (place[0] - reach, place[0] + reach))))
    rows = slice(*(int(index) for index in np.searchsorted(y, (place[1] - reach, place[1] + reach))))
    if columns.stop <= columns.start or rows.stop <= rows.start:
        return None
    points: Floats = (
        plane.centre_lps
        + x[columns][None, :, None] * plane.right_lps
        + y[rows][:, None, None] * plane.down_lps
    )
    return (rows, columns), points

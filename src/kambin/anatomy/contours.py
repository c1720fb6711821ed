"""Contours in a plane: the closed line where sampled values cross one half, with area and largest circle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["contour_of", "largest_circle_of_triangle", "piece_at", "polygon_area"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# corners of a cell in order round it, and the edge between each corner and the next
CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))


def piece_at(free: Bools, seed: tuple[int, int]) -> Bools | None:
    """The connected piece of a picture that holds a pixel.

    Returns
    -------
    ndarray of bool or None
        None where the pixel is not free, or the piece reaches the picture's edge and so has no border.
    """
    from scipy import ndimage

    pieces, _ = ndimage.label(free)
    value = pieces[seed]
    if value == 0:
        return None
    piece: Bools = pieces == value
    if piece[0].any() or piece[-1].any() or piece[:, 0].any() or piece[:, -1].any():
        return None
    return piece


def contour_of(values: NDArray[np.floating], x: Floats, y: Floats) -> Floats:
    """The longest closed line where values on a regular grid cross one half.

    Parameters
    ----------
    values : ndarray, shape (a, b)
        Below one half along the border of the grid.
    x, y : ndarray, shapes (a,), (b,)
        Coordinates of the samples.

    Returns
    -------
    ndarray, shape (n, 2)
        Points in order, not repeated at the end; empty where nothing crosses.
    """
    links = _links(np.asarray(values, dtype=np.float64))
    best: list[tuple[float, float]] = []
    while links:
        start, (point, after) = next(iter(links.items()))
        line = []
        here = start
        while here in links:
            point, after = links.pop(here)
            line.append(point)
            here = after
        if len(line) > len(best):
            best = line
    if not best:
        return np.empty((0, 2))
    index = np.array(best)
    return np.stack(
        [np.interp(index[:, 0], np.arange(len(x)), x), np.interp(index[:, 1], np.arange(len(y)), y)], axis=1
    )


Edge = tuple[int, int, int, int]


def _links(values: Floats) -> dict[Edge, tuple[tuple[float, float], Edge]]:
    """Marching squares: each crossed edge → its crossing and the next crossed edge, in order."""
    inside = values >= 0.5
    cells = inside[:-1, :-1].astype(int) + inside[1:, :-1] + inside[1:, 1:] + inside[:-1, 1:]
    links: dict[Edge, tuple[tuple[float, float], Edge]] = {}
    for i, j in np.argwhere((cells > 0) & (cells < 4)):
        corners = [(int(i) + a, int(j) + b) for a, b in CORNERS]
        states = [bool(inside[corner]) for corner in corners]
        leaving = [n for n in range(4) if states[n] and not states[(n + 1) % 4]]
        entering = [n for n in range(4) if not states[n] and states[(n + 1) % 4]]
        for out in leaving:
            # with two corners inside across a diagonal the nearer way is taken: the corners stay apart
            back = min(entering, key=lambda n: (out - n) % 4)
            start, stop = _edge(corners, out), _edge(corners, back)
            links[start] = (_crossing(values, start), stop)
    return links


def _edge(corners: list[tuple[int, int]], n: int) -> Edge:
    first, second = sorted((corners[n], corners[(n + 1) % 4]))
    return (*first, *second)


def _crossing(values: Floats, edge: Edge) -> tuple[float, float]:
    a, b = values[edge[0], edge[1]], values[edge[2], edge[3]]
    share = (0.5 - a) / (b - a)
    return edge[0] + share * (edge[2] - edge[0]), edge[1] + share * (edge[3] - edge[1])


def polygon_area(points: Floats) -> float:
    """Area inside a closed line in a plane, shape (n, 2)."""
    if len(points) < 3:
        return 0.0
    x, y = points[:, 0], points[:, 1]
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def largest_circle_of_triangle(corners: Floats) -> tuple[Floats, float]:
    """Centre and radius of the circle inscribed in a triangle.

    Parameters
    ----------
    corners : ndarray, shape (3, d)
        In a plane or in space.
    """
    sides = np.array([float(np.linalg.norm(corners[(n + 1) % 3] - corners[(n + 2) % 3])) for n in range(3)])
    half = float(sides.sum()) / 2
    product = half * float(np.prod(half - sides))
    centre: Floats = sides @ corners / sides.sum()
    return centre, float(np.sqrt(max(product, 0.0)) / half)

"""Solids in their places: rows for the kernels, with bounds, the structure and the part they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames

__all__ = [
    "Placed",
    "about_x",
    "about_y",
    "about_z",
    "body",
    "box",
    "cone",
    "disc",
    "ellipsoid",
    "inverse",
    "moved",
    "pose",
    "rows_of",
    "tube_slices",
]

Floats = NDArray[np.float64]
# kinds and layout of `kernels`, which this module does not import: compiled code is loaded when it is used
ELLIPSOID, CONE, BOX, BODY, DISC, SLICE = 0, 1, 2, 3, 4, 5
START, BOUNDS, WIDTH = 13, 50, 56


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """One solid in the phantom's frame.

    Attributes
    ----------
    row : ndarray, shape (WIDTH,)
    bounds : ndarray, shape (6,)
        Lowest, then highest corner of a box that holds it.
    structure : str
        Uniform name of `conventions`.
    part : int
        A `Part`, 0 for none.
    """

    row: Floats
    bounds: Floats
    structure: str
    part: int = 0

    def named(self, structure: str) -> Placed:
        """The same solid as part of another structure."""
        return replace(self, structure=structure)


def _placed(
    kind: int, at: Floats, parameters: Sequence[float], low: Floats, high: Floats, structure: str, part: int
) -> Placed:
    row = np.zeros(WIDTH)
    row[0] = kind
    row[1:START] = inverse(at)[:3].ravel()
    row[START : START + len(parameters)] = parameters
    row[BOUNDS : BOUNDS + 3], row[BOUNDS + 3 :] = low, high
    corners = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
    spread = frames.apply(at, corners)
    bounds = np.concatenate([spread.min(axis=0), spread.max(axis=0)])
    return Placed(row, bounds, structure, part)


def ellipsoid(at: Floats, semi: Sequence[float], structure: str, part: int = 0) -> Placed:
    """An ellipsoid about the origin of `at` with the semi-axes `semi`, mm."""
    half = np.array(semi, dtype=np.float64)
    return _placed(ELLIPSOID, at, list(semi), -half, half, structure, part)


def box(at: Floats, half: Sequence[float], rounding: float, structure: str, part: int = 0) -> Placed:
    """A box about the origin of `at` with half sizes `half` and rounded edges, mm."""
    reach = np.array(half, dtype=np.float64)
    return _placed(BOX, at, [*half, rounding], -reach, reach, structure, part)


def cone(start: Floats, stop: Floats, radii: tuple[float, float], structure: str, part: int = 0) -> Placed:
    """Two spheres about `start` and `stop` and the cone that touches both."""
    along = np.asarray(stop, dtype=np.float64) - start
    length = float(np.linalg.norm(along))
    widest = max(radii)
    low, high = np.array([-widest, -widest, -radii[0]]), np.array([widest, widest, length + radii[1]])
    at = np.eye(4)
    at[:3, :3] = frames.spine_frame(along, _across(along)).T
    at[:3, 3] = start
    return _placed(CONE, at, [length, *radii], low, high, structure, part)


def _across(along: Floats) -> Floats:
    least = int(np.abs(along).argmin())
    return np.asarray(np.eye(3)[least], dtype=np.float64)


def body(at: Floats, parameters: Sequence[float], structure: str, part: int = 0) -> Placed:
    """A vertebral body; the parameters are described in `kernels`."""
    a, b, wall, _, _, hollow, top, bottom, slope_top, slope_bottom = parameters[:10]
    behind = wall + hollow
    lift = max(abs(slope_top), abs(slope_bottom)) * max(b, behind)
    low, high = np.array([-a, -b, bottom - lift]), np.array([a, behind, top + lift])
    return _placed(BODY, at, list(parameters), low, high, structure, part)


def disc(
    at: Floats, bulge: float, above: Sequence[float], below: Sequence[float], to_above: Floats, name: str
) -> Placed:
    """The space between two bodies; `at` is the pose of the lower, `to_above` goes from it to the upper."""
    a, b = max(above[0], below[0]) + bulge + 6.0, max(above[1], below[1]) + bulge + 6.0
    behind = max(above[2] + above[5], below[2] + below[5]) + bulge + 14.0
    low, high = np.array([-a, -b - 8.0, below[6] - 9.0]), np.array([a, behind, below[6] + 24.0])
    return _placed(DISC, at, [bulge, *above, *below, *to_above[:3].ravel()], low, high, name, 0)


def tube_slices(nodes: Sequence[Sequence[float]], structure: str, power: float = 2.0) -> list[Placed]:
    """An upright tube in the phantom's frame.

    Parameters
    ----------
    nodes : sequence of (x, y, z, half width, half depth)
        With z strictly falling or rising; horizontal sections are superellipses of exponent `power`.
    """
    found = []
    for first, second in pairwise(nodes):
        (x1, y1, z1, a1, b1), (x0, y0, z0, a0, b0) = sorted((first, second), key=lambda n: -n[2])
        parameters = [z0, z1, x0, x1, y0, y1, a0, a1, b0, b1, power]
        low = np.array([min(x0 - a0, x1 - a1), min(y0 - b0, y1 - b1), z0])
        high = np.array([max(x0 + a0, x1 + a1), max(y0 + b0, y1 + b1), z1])
        found.append(_placed(SLICE, np.eye(4), parameters, low, high, structure, 0))
    return found


def rows_of(placed: Iterable[Placed]) -> tuple[Floats, Floats]:
    """Rows, shape (n, WIDTH), and bounds, shape (n, 6)."""
    solids = list(placed)
    if not solids:
        return np.empty((0, WIDTH)), np.empty((0, 6))
    return np.stack([one.row for one in solids]), np.stack([one.bounds for one in solids])


def pose(turn: Floats, place: Sequence[float] | Floats) -> Floats:
    """A (4, 4) transform from a rotation and a place."""
    made = np.eye(4)
    made[:3, :3], made[:3, 3] = turn, place
    return made


def inverse(at: Floats) -> Floats:
    """The inverse of a (4, 4) transform."""
    return np.asarray(np.linalg.inv(at), dtype=np.float64)


def moved(at: Floats, by: Sequence[float] | Floats, turn: Floats | None = None) -> Floats:
    """A pose shifted, and turned, within its own frame."""
    made: Floats = at @ pose(np.eye(3) if turn is None else turn, by)
    return made


def about_x(degrees: float) -> Floats:
    """Rotation whose z axis leans back (towards +y) by the angle."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])


def about_y(degrees: float) -> Floats:
    """Rotation whose z axis leans to the left (towards +x) by the angle."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def about_z(degrees: float) -> Floats:
    """Rotation whose x axis turns back (towards +y) by the angle."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])

"""Endplates of the phantom: their outline, their surface, and the plane that fits it best.

The plane of an endplate is the least squares plane of its whole (concave) surface, by quadrature over the
outline on a grid far finer than any voxel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.column import Bone

__all__ = ["Plate", "dish", "outline", "plate_of", "surface"]

Floats = NDArray[np.float64]
GRID_MM = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """The plane of an endplate in the model's frame.

    Attributes
    ----------
    centre, normal : ndarray, shape (3,)
        Middle of the outline on the plane; unit normal towards the head.
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial; cranial is the normal.
    residual, depth, width : float
        Root mean square distance of the surface, extent along posterior and left, mm.
    """

    centre: Floats
    normal: Floats
    frame: Floats
    residual: float
    depth: float
    width: float

    def local(self, points: Floats) -> Floats:
        """Points of the model in the plate's frame, shape (..., 3)."""
        found: Floats = (np.asarray(points) - self.centre) @ self.frame.T
        return found

    def model(self, points: Floats) -> Floats:
        """Points of the plate's frame in the model."""
        found: Floats = self.centre + np.asarray(points) @ self.frame
        return found


def outline(body: tuple[float, ...], x: Floats, y: Floats) -> Floats:
    """The rim's implicit function, negative inside; the same as in `kernels`."""
    round_ = (np.abs(x / body[0]) ** body[3] + np.abs(y / body[1]) ** body[3] + 1e-300) ** (1.0 / body[3])
    hollow = body[5] * np.minimum((x / (0.55 * body[0])) ** 2, 1.0)
    return np.asarray(np.maximum((round_ - 1.0) * body[1], y - body[2] - hollow), dtype=np.float64)


def dish(body: tuple[float, ...], x: Floats, y: Floats) -> Floats:
    """Share of the concavity's depth, one in the middle; the same as in `kernels`."""
    middle, reach = 0.5 * (body[2] - body[1]), 0.5 * (body[2] + body[1])
    r = (x / (0.92 * body[0])) ** 2 + ((y - middle) / (0.92 * reach)) ** 2
    return np.asarray(np.maximum(1.0 - r, 0.0) ** 2, dtype=np.float64)


def surface(body: tuple[float, ...], x: Floats, y: Floats, *, superior: bool) -> Floats:
    """Height of an endplate in its vertebra's frame, mm."""
    if superior:
        return np.asarray(body[6] + body[8] * y - body[10] * dish(body, x, y), dtype=np.float64)
    return np.asarray(body[7] + body[9] * y + body[11] * dish(body, x, y), dtype=np.float64)


def plate_of(bone: Bone, *, superior: bool) -> Plate:
    """The least squares plane of one endplate."""
    body = bone.body
    xs = np.arange(-body[0], body[0], GRID_MM) + GRID_MM / 2
    ys = np.arange(-body[1], body[2] + body[5], GRID_MM) + GRID_MM / 2
    x, y = np.meshgrid(xs, ys, indexing="ij")
    inside = outline(body, x, y) <= 0
    x, y = x[inside], y[inside]
    z = surface(body, x, y, superior=superior)
    design = np.stack([np.ones_like(y), x, y], axis=1)
    (constant, along_x, along_y), *_ = np.linalg.lstsq(design, z, rcond=None)
    middle = np.array([x.mean(), y.mean(), constant + along_x * x.mean() + along_y * y.mean()])
    normal = frames.unit(np.array([-along_x, -along_y, 1.0]))
    turn = bone.at[:3, :3]
    away = (z - design @ np.array([constant, along_x, along_y])) * normal[2]
    return Plate(
        centre=frames.apply(bone.at, middle),
        normal=turn @ normal,
        frame=frames.spine_frame(turn @ normal, turn[:, 1]),
        residual=float(np.sqrt((away**2).mean())),
        depth=(body[1] + body[2]) / normal[2],
        width=2.0 * body[0],
    )

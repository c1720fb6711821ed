"""Shapes with an exact distance, in any pose, and their masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.access.fields import distance_field
from kambin.access.grid import Roi

Floats = NDArray[np.float64]
VOXEL_MM = 0.8
KINDS = ("tube", "ball", "rounded box")
# Boxes with edges as sharp as no bone's are told apart.
SHARP = "sharp box"


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape in a pose; `sizes`: radius, or radius and half length, or half edges and rounding."""

    kind: str
    turn: Floats
    middle: Floats
    sizes: Floats

    def distance(self, points: Floats) -> Floats:
        """Signed distance, mm."""
        local = (points - self.middle) @ self.turn
        if self.kind == "ball":
            return np.linalg.norm(local, axis=-1) - self.sizes[0]
        if self.kind == "tube":
            along = np.clip(local[..., 2], -self.sizes[1], self.sizes[1])
            offset = local - np.stack([0 * along, 0 * along, along], axis=-1)
            return np.linalg.norm(offset, axis=-1) - self.sizes[0]
        beyond = np.abs(local) - self.sizes[:3]
        outside = np.linalg.norm(np.maximum(beyond, 0), axis=-1)
        return outside + np.minimum(beyond.max(axis=-1), 0) - self.sizes[3]


def rotation(rng: np.random.Generator) -> Floats:
    """A random rotation."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.sign(np.linalg.det(q))


def random_shape(kind: str, rng: np.random.Generator) -> Shape:
    """Sizes as nerves, sac and bones have them."""
    sizes = {
        "ball": lambda: [rng.uniform(3, 10)],
        "tube": lambda: [rng.choice([1.75, 2.5, 3.5, 7.0]), 12.0],
        "rounded box": lambda: [*rng.uniform(2, 6, 3), 2.5],
        "sharp box": lambda: [*rng.uniform(3, 8, 3), 0.0],
    }[kind]()
    return Shape(kind, rotation(rng), rng.uniform(-0.4, 0.4, 3), np.array(sizes))


def mask_of(shape: Shape, affine: Floats | None = None, count: int = 80) -> tuple[NDArray[np.bool_], Floats]:
    """Voxels whose centre lies inside."""
    if affine is None:
        affine = np.diag([VOXEL_MM, VOXEL_MM, VOXEL_MM, 1.0])
        affine[:3, 3] = -VOXEL_MM * (count - 1) / 2
    index = np.stack(np.meshgrid(*[np.arange(count)] * 3, indexing="ij"), axis=-1)
    return shape.distance(index @ affine[:3, :3].T + affine[:3, 3]) < 0, affine


def clearance_errors(shape: Shape, seed: int, affine: Floats | None = None) -> Floats:
    """Distance in the field less the true one, at points 0 to 12 mm outside."""
    mask, affine = mask_of(shape, affine)
    field = distance_field(mask, affine, Roi(np.full(3, -22.0), np.full(3, 22.0)), cap_mm=14.0)
    points = np.random.default_rng(seed).uniform(-20, 20, (20000, 3))
    truth = shape.distance(points)
    near = (truth > 0) & (truth < 12)
    return field.at(points)[near] - truth[near]

"""Simple solids with exact volume and middle: what the phantom is built of.

Each solid lives in its own frame (x left, y posterior, z cranial, mm). Volumes, middles and highest points
are closed forms; nothing here is computed from voxels, so the phantom's truth is independent of what is
measured on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Ellipsoid", "Solid", "TransverseRod", "TruncatedCylinder"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Triple = tuple[float, float, float]


class Solid(Protocol):
    """What every solid can say."""

    @property
    def volume_mm3(self) -> float:
        """Volume, mm³."""

    @property
    def centroid(self) -> Floats:
        """Middle, shape (3,)."""

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Lowest and highest corner of a box that holds the solid, shapes (3,)."""

    def contains(self, x: Floats, y: Floats, z: Floats) -> Bools:
        """Whether points lie inside, shape of the coordinates."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box between two corners."""

    low: Triple
    high: Triple

    @property
    def volume_mm3(self) -> float:
        """Product of the edges."""
        return float(np.prod(np.subtract(self.high, self.low)))

    @property
    def centroid(self) -> Floats:
        """Half way between the corners."""
        return np.add(self.low, self.high) / 2.0

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """The corners."""
        return np.array(self.low), np.array(self.high)

    def contains(self, x: Floats, y: Floats, z: Floats) -> Bools:
        """Whether points lie inside."""
        inside: Bools = (
            (x >= self.low[0])
            & (x <= self.high[0])
            & (y >= self.low[1])
            & (y <= self.high[1])
            & (z >= self.low[2])
            & (z <= self.high[2])
        )
        return inside


@dataclass(frozen=True, slots=True)
class TransverseRod:
    """An elliptic cylinder along x, between `start` and `stop`."""

    start: float
    stop: float
    centre_y: float
    centre_z: float
    radius_y: float
    radius_z: float

    @property
    def volume_mm3(self) -> float:
        """Area of the ellipse times the length."""
        return float(np.pi * self.radius_y * self.radius_z * abs(self.stop - self.start))

    @property
    def centroid(self) -> Floats:
        """Half way along the axis."""
        return np.array([(self.start + self.stop) / 2, self.centre_y, self.centre_z])

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Box about the rod."""
        half = np.array([abs(self.stop - self.start) / 2, self.radius_y, self.radius_z])
        return self.centroid - half, self.centroid + half

    def contains(self, x: Floats, y: Floats, z: Floats) -> Bools:
        """Whether points lie inside."""
        along = (x >= min(self.start, self.stop)) & (x <= max(self.start, self.stop))
        round_axis = ((y - self.centre_y) / self.radius_y) ** 2 + (
            (z - self.centre_z) / self.radius_z
        ) ** 2 <= 1
        inside: Bools = along & round_axis
        return inside


@dataclass(frozen=True, slots=True)
class TruncatedCylinder:
    """A vertebral body: an upright elliptic cylinder about the z axis, cut flat behind at y = `wall`."""

    half_width: float
    half_depth: float
    wall: float
    half_height: float

    def moment(self, power: int) -> float:
        """∫ yᵖ dA over the cross-section, for p = 0, 1, 2 (mm², mm³, mm⁴)."""
        a, b = self.half_width, self.half_depth
        angle = float(np.arcsin(self.wall / b))
        cosine = float(np.cos(angle))
        if power == 0:
            return a * b * (np.pi / 2 + angle + self.wall / b * cosine)
        if power == 1:
            return -2.0 / 3.0 * a * b**2 * cosine**3
        return 2.0 * a * b**3 * ((angle + np.pi / 2) / 8 - float(np.sin(4 * angle)) / 32)

    @property
    def volume_mm3(self) -> float:
        """Area of the cross-section times the height."""
        return self.moment(0) * 2 * self.half_height

    @property
    def centroid(self) -> Floats:
        """Middle of the cross-section at half height."""
        return np.array([0.0, self.moment(1) / self.moment(0), 0.0])

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Box about the body."""
        return (
            np.array([-self.half_width, -self.half_depth, -self.half_height]),
            np.array([self.half_width, self.wall, self.half_height]),
        )

    def contains(self, x: Floats, y: Floats, z: Floats) -> Bools:
        """Whether points lie inside."""
        inside: Bools = (
            ((x / self.half_width) ** 2 + (y / self.half_depth) ** 2 <= 1)
            & (y <= self.wall)
            & (np.abs(z) <= self.half_height)
        )
        return inside


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid about the origin, along the axes."""

    semi: Triple

    @property
    def volume_mm3(self) -> float:
        """Four thirds π times the product of the semi-axes."""
        return float(4.0 / 3.0 * np.pi * np.prod(self.semi))

    @property
    def centroid(self) -> Floats:
        """The origin."""
        return np.zeros(3)

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Box about the ellipsoid."""
        return -np.array(self.semi), np.array(self.semi)

    def contains(self, x: Floats, y: Floats, z: Floats) -> Bools:
        """Whether points lie inside."""
        inside: Bools = (x / self.semi[0]) ** 2 + (y / self.semi[1]) ** 2 + (z / self.semi[2]) ** 2 <= 1
        return inside

    def highest(self, direction: Floats) -> Floats:
        """The point farthest along a unit vector, shape (3,)."""
        stretched = np.array(self.semi) ** 2 * direction
        return np.asarray(stretched / np.sqrt(stretched @ direction), dtype=np.float64)

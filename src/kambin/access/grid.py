"""Regions of interest and fields on their grids.

All grids of this room are axis-aligned in LPS millimetres, whatever the scan's own axes are: an oblique scan
is carried over when a field is made, once, and nothing after it needs an affine.

A `Field` is continuous: trilinear between its nodes, and constant beyond its edge. Its gradient is
*multi-affine* inside a cell (each component is affine in each coordinate), and the length of a vector is
convex, so the steepest place of a cell is one of its corners. `block_slopes` measures the steepness there;
the largest over all cells that a ball meets bounds how fast the field can rise inside the ball, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kambin.access.kernels import block_slopes, sample_points

__all__ = ["BLOCK", "Field", "Roi"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

# Cells along the edge of a block whose steepest place is kept.
BLOCK = 4


@dataclass(frozen=True, slots=True, eq=False)
class Roi:
    """A box of the patient in which is planned; beyond it nothing is known.

    Attributes
    ----------
    low_lps, high_lps : ndarray, shape (3,)
        Opposite corners.
    """

    low_lps: Floats
    high_lps: Floats

    @classmethod
    def around(cls, points_lps: Floats, margin_mm: float) -> Roi:
        """The smallest box that keeps `margin_mm` around all points, shape (n, 3)."""
        points = np.atleast_2d(np.asarray(points_lps, dtype=np.float64))
        return cls(points.min(axis=0) - margin_mm, points.max(axis=0) + margin_mm)

    def holds(self, point_lps: Floats) -> bool:
        """Whether a point lies in the box."""
        return bool(np.all(point_lps >= self.low_lps) and np.all(point_lps <= self.high_lps))

    def corners_lps(self) -> Floats:
        """The eight corners, shape (8, 3)."""
        pick = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
        return np.where(pick == 0, self.low_lps, self.high_lps)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A distance (mm, positive outside) at the nodes of an axis-aligned grid.

    Attributes
    ----------
    origin_lps : ndarray, shape (3,)
        The first node.
    spacing_mm : float
    values : ndarray of float32, shape (a, b, c)
        Cut off at `cap_mm`: beyond it the field says "at least so far".
    cap_mm : float
    slopes : ndarray of float32
        For each block of `BLOCK` cells, the steepest place in it and its neighbours, mm per mm.
    slope : float
        The steepest place of all.
    """

    origin_lps: Floats
    spacing_mm: float
    values: Singles
    cap_mm: float
    slopes: Singles = field(init=False)
    slope: float = field(init=False)

    def __post_init__(self) -> None:
        values = np.ascontiguousarray(np.minimum(self.values, np.float32(self.cap_mm)), dtype=np.float32)
        slopes = block_slopes(values, float(self.spacing_mm), BLOCK)
        for array in (values, slopes):
            array.setflags(write=False)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "slopes", slopes)
        object.__setattr__(self, "slope", float(slopes.max()))

    def at(self, points_lps: Floats) -> Floats:
        """The interpolated field at points of shape (..., 3)."""
        points = np.ascontiguousarray(np.asarray(points_lps, dtype=np.float64).reshape(-1, 3))
        found: Floats = sample_points(self.values, self.origin_lps, float(self.spacing_mm), points)
        return found.reshape(np.shape(points_lps)[:-1])

    @property
    def high_lps(self) -> Floats:
        """The last node, shape (3,)."""
        ends: Floats = self.origin_lps + self.spacing_mm * (np.array(self.values.shape) - 1)
        return ends

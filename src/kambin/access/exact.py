"""Clearance of one corridor without fields: against every piece of a surface, or of a tube.

Fields are interpolated between nodes; what is told of a winner can be checked here against what the fields
were made from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.access.result import Ray
from kambin.access.surfaces import Surface

__all__ = ["surface_clearance", "tube_clearance"]

Floats = NDArray[np.float64]

# Places on the axis that are looked at for a tube, mm apart.
STEP_MM = 0.05


def _along(ray: Ray, points: Floats) -> Floats:
    """The nearest place of the axis to each point, mm from the tip."""
    found: Floats = np.clip((points - ray.tip_lps) @ ray.direction_lps, 0.0, ray.length_mm)
    return found


def surface_clearance(found: Surface, ray: Ray, radius_mm: float) -> tuple[float, float]:
    """Gap from the cannula's wall to the nearest disc of a surface, and where on the axis; mm.

    The inside is not looked at: an axis within the structure is for the field to tell.
    """
    s = _along(ray, found.points_lps)
    offset = ray.tip_lps + s[:, None] * ray.direction_lps - found.points_lps
    height = np.sum(offset * found.normals_lps, axis=1)
    beside = np.sqrt(np.maximum(np.sum(offset * offset, axis=1) - height**2, 0.0))
    gap = np.hypot(height, np.maximum(beside - found.radii_mm, 0.0))
    least = int(np.argmin(gap))
    return float(gap[least] - found.shorter_mm - radius_mm), float(s[least])


def tube_clearance(points_lps: Floats, radii_mm: Floats, ray: Ray, radius_mm: float) -> tuple[float, float]:
    """Gap from the cannula's wall to a tube of balls along a line, and where on the axis; mm."""
    count = max(int(np.ceil(ray.length_mm / STEP_MM)) + 1, 2)
    s = np.linspace(0.0, ray.length_mm, count)
    axis = ray.tip_lps + s[:, None] * ray.direction_lps
    least = np.full(count, np.inf)
    for first, second, r0, r1 in zip(
        points_lps[:-1], points_lps[1:], radii_mm[:-1], radii_mm[1:], strict=True
    ):
        share = np.linspace(0.0, 1.0, 2 + int(np.linalg.norm(second - first) / 0.25))
        for t in share:
            gap = np.linalg.norm(axis - (first + t * (second - first)), axis=1) - (r0 + t * (r1 - r0))
            least = np.minimum(least, gap)
    at = int(np.argmin(least))
    return float(least[at] - radius_mm), float(s[at])

"""Points on the surface of a region, and their distance from tubes: how far soft things are apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.fields import field_of
from kambin.anatomy.geometry import Root, Sac
from kambin.anatomy.regions import Region

__all__ = ["distance_to_root", "distance_to_sac", "surface_points"]

Floats = NDArray[np.float64]


def surface_points(region: Region) -> Floats:
    """Where the region's field crosses one half between neighbouring samples, LPS mm, shape (n, 3)."""
    field = field_of([region])
    values = np.asarray(field.values, dtype=np.float64)
    found = []
    for axis in range(3):
        low = np.take(values, range(values.shape[axis] - 1), axis=axis)
        high = np.take(values, range(1, values.shape[axis]), axis=axis)
        crossed = (low >= 0.5) != (high >= 0.5)
        index = np.argwhere(crossed).astype(np.float64)
        index[:, axis] += (0.5 - low[crossed]) / (high[crossed] - low[crossed])
        found.append(index)
    return frames.apply(field.lps_from_index, np.concatenate(found))


def distance_to_root(points_lps: Floats, root: Root) -> float:
    """Least distance of some points from a root's surface, mm; negative inside."""
    start, stop = root.points_lps[:-1], root.points_lps[1:]
    along = stop - start
    lengths = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((points_lps[:, None, :] - start) * along).sum(axis=-1) / lengths, 0.0, 1.0)
    nearest = start + share[..., None] * along
    radius = root.radius_mm[:-1] + share * (root.radius_mm[1:] - root.radius_mm[:-1])
    return float((np.linalg.norm(points_lps[:, None, :] - nearest, axis=-1) - radius).min())


def distance_to_sac(points_lps: Floats, sac: Sac) -> float | None:
    """Least distance of some points from the sac's surface, mm; negative inside.

    Returns
    -------
    float or None
        None where all points lie beyond the ends of the sac's tube.
    """
    if sac.region is not None:
        return _distance_to_region(points_lps, sac.region)
    away = np.linalg.norm(points_lps[:, None, :] - sac.points_lps[None, :, :], axis=-1)
    nearest = away.argmin(axis=1)
    offset = points_lps - sac.points_lps[nearest]
    local = np.einsum("nij,nj->ni", sac.frames[nearest], offset)
    step = float(np.linalg.norm(np.diff(sac.points_lps, axis=0), axis=1).max())
    beside = np.abs(local[:, 2]) <= step
    if not beside.any():
        return None
    across = local[beside, :2]
    axes = np.stack([sac.half_width_mm[nearest], sac.half_depth_mm[nearest]], axis=1)[beside]
    share = np.linalg.norm(across / axes, axis=1)
    reach = np.linalg.norm(across, axis=1)
    # along the line to the middle of the ellipse; at its middle the nearest wall is the shorter axis away
    inner = -axes.min(axis=1)
    far = np.where(share > 1e-9, reach * (1.0 - 1.0 / np.maximum(share, 1e-9)), inner)
    return float(np.maximum(far, inner).min())


def _distance_to_region(points_lps: Floats, region: Region) -> float:
    from scipy.spatial import cKDTree

    from kambin.anatomy.fields import values_at

    distance, _ = cKDTree(surface_points(region)).query(points_lps)
    inside = values_at(field_of([region]), points_lps) >= 0.5
    return float(np.where(inside, -distance, distance).min())

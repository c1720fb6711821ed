"""The centre line of a nerve root that the map gives.

The root's voxels are ordered by their distance from its origin, walked inside the root; slices of equal
distance are crossed by the root one after the other, so their middles are its centre line and their volumes
its section. Nothing is assumed of its direction but that its origin is the end nearer to the midline.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.geometry import Root
from kambin.anatomy.regions import Region
from kambin.case.words import Side

__all__ = ["root_of_label"]

Floats = NDArray[np.float64]

# Thickness of a slice in voxels: thinner ones are ragged, thicker ones cut corners.
SLICE_VOXELS = 2.0
# Smaller than this, a label is a speck and not a root.
MIN_VOXELS = 20
# Half of the neighbours of a voxel; the other half are their opposites.
NEIGHBOURS = np.array([(a, b, c) for a in (-1, 0, 1) for b in (-1, 0, 1) for c in (-1, 0, 1)])[14:]


def root_of_label(name: str, side: Side, level: str, region: Region, midline: Floats) -> Root | None:
    """A root as a tube, from its label.

    Parameters
    ----------
    name : str
    side : Side
    level : str
        Of the foramen it leaves through.
    region : Region
    midline : ndarray, shape (2, 3)
        A point on the mid-sagittal plane and the direction left, LPS.

    Returns
    -------
    Root or None
        None where the label is a speck.
    """
    points = region.points_lps()
    if len(points) < MIN_VOXELS:
        return None
    walked = _walked(region, points, np.abs((points - midline[0]) @ midline[1]))
    voxel = float(np.cbrt(frames.voxel_volume_mm3(region.volume.lps_from_voxel)))
    thick = SLICE_VOXELS * voxel
    within = np.isfinite(walked)
    points, walked = points[within], walked[within]
    count: int = max(int(walked.max() / thick), 2)
    edges = np.linspace(0.0, float(walked.max()) + 1e-9, count + 1)
    slot = np.clip(np.searchsorted(edges, walked, side="right") - 1, 0, count - 1)
    sizes = np.bincount(slot, minlength=count)
    sums = [np.bincount(slot, weights=points[:, axis], minlength=count) for axis in range(3)]
    kept = sizes > 0
    line = _eased(np.stack(sums, axis=1).astype(np.float64)[kept] / sizes[kept, None])
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    mean_step = float(steps.mean()) if len(steps) else thick
    # a round end makes the outermost slices small
    area = sizes[kept] * voxel**3 / mean_step
    area[[0, -1]] = np.minimum(np.maximum(area[[0, -1]], area[[1, -2]] / 2), area[[1, -2]])
    return Root(
        name=name,
        side=side,
        exits_at=level,
        points_lps=line,
        radius_mm=np.sqrt(area / np.pi),
        covariance_mm2=np.zeros((len(line), 3, 3)),
        how="given",
        region=region,
    )


def _walked(region: Region, points: Floats, aside: Floats) -> Floats:
    """Distance of every voxel from the root's inner end along the root; inf where it is not connected."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    index = -np.ones(np.array(region.mask.shape) + 2, dtype=np.int64)
    voxels = np.argwhere(region.mask)
    index[tuple((voxels + 1).T)] = np.arange(len(voxels))
    rows, columns, weights = [], [], []
    for step in NEIGHBOURS:
        other = index[tuple((voxels + 1 + step).T)]
        linked = other >= 0
        rows.append(np.flatnonzero(linked))
        columns.append(other[linked])
        length = float(np.linalg.norm(region.volume.lps_from_voxel[:3, :3] @ step))
        weights.append(np.full(int(linked.sum()), length))
    graph = csr_matrix(
        (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape=(len(voxels),) * 2
    )
    # from any voxel the farthest one is an end; from that end the farthest is the other
    first = _farthest(dijkstra(graph, directed=False, indices=int(aside.argmin())))
    from_first = dijkstra(graph, directed=False, indices=first)
    second = _farthest(from_first)
    inner = first if aside[first] <= aside[second] else second
    ends = np.linalg.norm(points - points[inner], axis=1) <= 1.5 * max(region.volume.spacing_mm)
    reached = dijkstra(graph, directed=False, indices=np.flatnonzero(ends), min_only=True)
    return np.asarray(reached, dtype=np.float64)


def _farthest(distances: Floats) -> int:
    return int(np.where(np.isfinite(distances), distances, -1.0).argmax())


def _eased(line: Floats) -> Floats:
    """The line with every inner point moved half way to the middle of its neighbours."""
    if len(line) < 3:
        return line
    eased = line.copy()
    eased[1:-1] = line[1:-1] / 2 + (line[:-2] + line[2:]) / 4
    return eased

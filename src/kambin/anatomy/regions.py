"""One structure of a label map: its main piece, what lies loose beside it, and whether the scan cuts it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.kernels import linear_reach, paint_runs, runs_of
from kambin.anatomy.reading import Box, LabelMap
from kambin.anatomy.settings import FRAGMENT_SHARE
from kambin.anatomy.volume import Volume

__all__ = ["Region", "middle_lps", "region", "region_of"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A structure, as voxels in a box.

    Attributes
    ----------
    name : str
    value : int
        Voxel value.
    volume : Volume
        The whole map, for its affine.
    box : tuple of slice
        The part of the map that `mask` covers.
    mask : ndarray of bool
        The main piece, joined with pieces of at least a tenth of its size.
    voxels, main_voxels : int
        Of the mask, and of its largest piece.
    stray_voxels : int
        Of the smaller pieces, which are left out.
    fragments : tuple of ndarray, each shape (3,)
        Middle of each further piece that is in the mask, LPS mm; empty for a structure in one piece.
    main_centre_lps : ndarray, shape (3,)
        Middle of the largest piece.
    border_voxels : ndarray, shape (n, 3)
        Voxel indices of the mask at the edge of the map.
    """

    name: str
    value: int
    volume: Volume
    box: Box
    mask: Bools
    voxels: int
    main_voxels: int
    stray_voxels: int
    fragments: tuple[Floats, ...]
    main_centre_lps: Floats
    border_voxels: NDArray[np.int64]

    @property
    def cut(self) -> bool:
        """Whether the edge of the field of view touches the structure."""
        return len(self.border_voxels) > 0

    @property
    def volume_ml(self) -> float:
        """Volume of the mask, ml."""
        return self.voxels * self.volume.voxel_ml

    @property
    def main_ml(self) -> float:
        """Volume of the largest piece, ml."""
        return self.main_voxels * self.volume.voxel_ml

    @property
    def stray_ml(self) -> float:
        """Volume of what was left out, ml."""
        return self.stray_voxels * self.volume.voxel_ml

    def points_lps(self) -> Floats:
        """Centres of the mask's voxels, LPS mm, shape (n, 3)."""
        return frames.apply(self.volume.lps_from_voxel, np.argwhere(self.mask) + self.origin)

    def reach_mm(self, direction: Floats) -> tuple[float, float]:
        """Lowest and highest voxel centre along a unit vector, mm from the origin of LPS."""
        gradient = self.volume.lps_from_voxel[:3, :3].T @ direction
        low, high = linear_reach(self.mask, gradient)
        base = frames.apply(self.volume.lps_from_voxel, self.origin) @ direction
        return float(base + low), float(base + high)

    @property
    def origin(self) -> NDArray[np.int64]:
        """Index of the box's first voxel in the map, shape (3,)."""
        return np.array([part.start for part in self.box], dtype=np.int64)

    def centre_lps(self) -> Floats:
        """Mean of the mask's voxel centres, LPS mm, shape (3,)."""
        return frames.apply(self.volume.lps_from_voxel, _middle(self.mask) + self.origin)

    def surface_voxels(self) -> int:
        """Number of the mask's voxels with a face that is not shared with another of them."""
        from scipy import ndimage

        return self.voxels - int(np.count_nonzero(ndimage.binary_erosion(self.mask)))


def region(labels: LabelMap, name: str) -> Region | None:
    """Separate a structure from the map; None where the map does not hold it.

    Pieces are joined through voxel faces. Stray voxels are left out, so that a speck far away moves nothing.
    """
    if name not in labels.boxes:
        return None
    box = labels.boxes[name]
    found = labels.volume.array[box] == labels.value_of(name)
    runs = runs_of(np.ascontiguousarray(found))
    sizes = np.bincount(runs[:, 4], weights=runs[:, 3] - runs[:, 2]).astype(np.int64)
    largest = int(sizes.argmax())
    kept = np.flatnonzero(sizes >= FRAGMENT_SHARE * sizes[largest])
    if np.count_nonzero(sizes) > len(kept):
        runs = runs[(sizes >= FRAGMENT_SHARE * sizes[largest])[runs[:, 4]]]
    centres = frames.apply(labels.volume.lps_from_voxel, _middles(runs, kept) + [part.start for part in box])
    low = runs[:, :3].min(axis=0).astype(np.int64)
    high = np.array([*(runs[:, :2].max(axis=0) + 1), runs[:, 3].max()], dtype=np.int64)
    mask = np.zeros(tuple(high - low), dtype=np.bool_)
    paint_runs(runs, low, mask)
    ends = [slice(int(p.start + a), int(p.start + b)) for p, a, b in zip(box, low, high, strict=True)]
    voxels = int(sizes[kept].sum())
    return Region(
        name=name,
        value=labels.value_of(name),
        volume=labels.volume,
        box=(ends[0], ends[1], ends[2]),
        mask=mask,
        voxels=voxels,
        main_voxels=int(sizes[largest]),
        stray_voxels=int(sizes.sum()) - voxels,
        fragments=tuple(centre for piece, centre in zip(kept, centres, strict=True) if piece != largest),
        main_centre_lps=centres[int(np.searchsorted(kept, largest))],
        border_voxels=_border(mask, (ends[0], ends[1], ends[2]), labels.volume.array.shape),
    )


def region_of(name: str, value: int, volume: Volume, mask: Bools) -> Region:
    """A structure whose voxels are known already, all of them, in one piece or not.

    Parameters
    ----------
    name : str
    value : int
    volume : Volume
    mask : ndarray of bool, shape of the volume
        Not empty.
    """
    box, inner = _trimmed((slice(0, mask.shape[0]), slice(0, mask.shape[1]), slice(0, mask.shape[2])), mask)
    voxels = int(np.count_nonzero(inner))
    origin = np.array([part.start for part in box])
    return Region(
        name=name,
        value=value,
        volume=volume,
        box=box,
        mask=inner,
        voxels=voxels,
        main_voxels=voxels,
        stray_voxels=0,
        fragments=(),
        main_centre_lps=frames.apply(volume.lps_from_voxel, _middle(inner) + origin),
        border_voxels=_border(inner, box, volume.array.shape),
    )


def middle_lps(labels: LabelMap, name: str) -> Floats:
    """Mean of all voxels of a structure that is in the map, stray ones included; LPS mm, shape (3,)."""
    box = labels.boxes[name]
    start = np.array([part.start for part in box])
    index = _middle(labels.volume.array[box] == labels.value_of(name))
    return frames.apply(labels.volume.lps_from_voxel, index + start)


def _middle(mask: Bools) -> Floats:
    """Mean index of a mask, shape (3,)."""
    profiles = [
        mask.sum(axis=tuple(other for other in range(3) if other != axis), dtype=np.int64)
        for axis in range(3)
    ]
    return np.array([float(profile @ np.arange(len(profile))) / float(profile.sum()) for profile in profiles])


def _middles(runs: NDArray[np.int32], kept: NDArray[np.int64]) -> Floats:
    """Mean index of each kept piece, shape (n, 3); one pass, however many pieces noise makes."""
    lengths = (runs[:, 3] - runs[:, 2]).astype(np.int64)
    # along the last axis the indices of a run add up to its length times the mean of its ends
    twice = (2 * runs[:, 0], 2 * runs[:, 1], runs[:, 2] + runs[:, 3] - 1)
    of, sizes = runs[:, 4], np.bincount(runs[:, 4], weights=lengths)[kept]
    sums = [np.bincount(of, weights=lengths * place)[kept] / 2 for place in twice]
    return np.stack(sums, axis=1) / sizes[:, np.newaxis]


def _trimmed(box: Box, mask: Bools) -> tuple[Box, Bools]:
    """The smallest box that holds a mask, so that a speck far away does not make every step slow."""
    ends = []
    for axis in range(3):
        filled = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        ends.append((int(filled[0]), int(filled[-1]) + 1))
    inner = tuple(slice(first, last) for first, last in ends)
    moved = [
        slice(part.start + first, part.start + last) for part, (first, last) in zip(box, ends, strict=True)
    ]
    return (moved[0], moved[1], moved[2]), mask[inner]


def _border(mask: Bools, box: Box, shape: tuple[int, ...]) -> NDArray[np.int64]:
    origin = np.array([part.start for part in box])
    found = [np.empty((0, 3), dtype=np.int64)]
    for axis, part in enumerate(box):
        for at_edge, local in ((part.start == 0, 0), (part.stop == shape[axis], mask.shape[axis] - 1)):
            if at_edge:
                indices = np.argwhere(np.take(mask, [local], axis=axis))
                indices[:, axis] = local
                found.append(indices + origin)
    return np.concatenate(found)

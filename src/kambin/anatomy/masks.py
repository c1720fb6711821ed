"""Regions of something else than one whole label: parts of a vertebra, several labels, a mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.geometry import Part, PartMap
from kambin.anatomy.reading import Box, LabelMap
from kambin.anatomy.regions import Region, region
from kambin.anatomy.volume import Volume
from kambin.case.words import Side

__all__ = ["bone_regions", "part_region", "pedicle_of", "region_of_mask", "superior_process_of"]

Bools = NDArray[np.bool_]


def region_of_mask(name: str, volume: Volume, mask: Bools, box: Box | None = None) -> Region | None:
    """A region of every voxel of a mask; None where the mask is empty.

    Parameters
    ----------
    name : str
    volume : Volume
        The grid; `mask` covers the part of it that `box` names, or all of it.
    mask : ndarray of bool
    box : tuple of slice, optional
    """
    found = np.argwhere(mask)
    if len(found) == 0:
        return None
    low, high = found.min(axis=0), found.max(axis=0) + 1
    start = np.zeros(3, dtype=np.int64) if box is None else np.array([part.start for part in box])
    inner = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    placed = [slice(int(a), int(b)) for a, b in zip(low + start, high + start, strict=True)]
    index = found + start
    edge = (index == 0).any(axis=1) | (index == np.array(volume.array.shape) - 1).any(axis=1)
    return Region(
        name=name,
        value=0,
        volume=volume,
        box=(placed[0], placed[1], placed[2]),
        mask=mask[inner],
        voxels=len(found),
        main_voxels=len(found),
        stray_voxels=0,
        fragments=(),
        main_centre_lps=frames.apply(volume.lps_from_voxel, index.mean(axis=0)),
        border_voxels=index[edge],
    )


def part_region(labels: LabelMap, parts: PartMap, *wanted: Part) -> Region | None:
    """The largest piece of one or more parts of a vertebra; None where it has none of them.

    Where a part was cut out of a bone, voxels elsewhere may carry its code by mistake: they are left out.
    """
    from scipy import ndimage

    mask = parts.codes == int(wanted[0])
    for part in wanted[1:]:
        mask |= parts.codes == int(part)
    found = ndimage.find_objects(mask.view(np.uint8))
    if not found:
        return None
    inner = found[0]
    pieces, count = ndimage.label(mask[inner])
    largest = int(np.bincount(pieces.ravel())[1:].argmax()) + 1 if count > 1 else 1
    start = [box.start + place.start for box, place in zip(parts.box, inner, strict=True)]
    box = tuple(slice(low, low + size) for low, size in zip(start, pieces.shape, strict=True))
    return region_of_mask(parts.vertebra, labels.volume, pieces == largest, (box[0], box[1], box[2]))


def pedicle_of(labels: LabelMap, parts: PartMap, side: Side) -> Region | None:
    """The pedicle of one side."""
    return part_region(labels, parts, Part.PEDICLE_LEFT if side is Side.LEFT else Part.PEDICLE_RIGHT)


def superior_process_of(labels: LabelMap, parts: PartMap, side: Side) -> Region | None:
    """The superior articular process of one side."""
    left = side is Side.LEFT
    return part_region(labels, parts, Part.SUPERIOR_ARTICULAR_LEFT if left else Part.SUPERIOR_ARTICULAR_RIGHT)


def bone_regions(labels: LabelMap, parts: PartMap | None, name: str) -> list[Region]:
    """All voxels of a bone: of its parts where they are known, else of its labels.

    A sacrum may come in two labels, as S1 and the rest; both are given.
    """
    found: list[Region] = []
    if parts is not None:
        whole = region_of_mask(name, labels.volume, parts.codes > 0, parts.box)
        found += [] if whole is None else [whole]
    names = [] if found else [f"vertebrae_{name}"]
    names += ["sacrum"] if name in ("S1", "sacrum") else []
    for label in names:
        part = region(labels, label)
        found += [] if part is None else [part]
    return found

"""A second map that divides the vertebrae of the first; SPINEPS writes such pairs.

The two have to lie on one grid. A part counts only inside a vertebra of the first map; what the second map
gives besides (the canal) fills only voxels that are background in the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.conventions import PartConvention, known_part_conventions, part_convention
from kambin.anatomy.reading.labelmap import LabelMap, boxes_of, looked_up
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import FRAMES_TOLERANCE_MM, MAX_UNKNOWN_SHARE
from kambin.anatomy.volume import Volume

__all__ = ["with_parts"]


def with_parts(labels: LabelMap, parts: Volume, name: str | None = None) -> LabelMap:
    """Add the parts of its vertebrae to a label map.

    Parameters
    ----------
    labels : LabelMap
        Names the vertebrae.
    parts : Volume
        Divides them; uint8 or uint16.
    name : str, optional
        Of the convention of `parts` (`conventions.known_part_conventions`); without it the one that knows its
        values.

    Returns
    -------
    LabelMap
        With `parts`, and with the structures that the second map gives besides.

    Raises
    ------
    ScanRefused
        Another grid, or a convention that is not known or not told by the values.
    """
    _check_grid(labels.volume, parts)
    counts = np.bincount(np.ravel(parts.array, order="K"))
    table = _table(counts, name)
    vertebrae = {
        labels.value_of(structure): 1 for structure in labels.boxes if structure.startswith("vertebrae_")
    }
    inside = looked_up(labels.volume.array, vertebrae)
    codes = looked_up(parts.array, table.parts) * inside
    return _besides(replace(labels, parts=codes), parts.array, table.structures)


def _check_grid(one: Volume, other: Volume) -> None:
    if one.array.shape != other.array.shape:
        raise ScanRefused(Reason.FRAMES_DISAGREE, "the two maps do not have the same grid")
    ends = [(0, size - 1) for size in one.array.shape]
    corners = np.array(np.meshgrid(*ends)).reshape(3, -1).T
    apart = frames.apply(one.lps_from_voxel, corners) - frames.apply(other.lps_from_voxel, corners)
    worst = float(np.linalg.norm(apart, axis=1).max())
    if worst > FRAMES_TOLERANCE_MM:
        raise ScanRefused(Reason.FRAMES_DISAGREE, f"the two maps place a corner {worst:.1f} mm apart")


def _table(counts: NDArray[np.int64], name: str | None) -> PartConvention:
    if name is not None:
        return part_convention(name)
    present = {int(value): int(counts[value]) for value in np.flatnonzero(counts) if value}
    total = sum(present.values())
    fitting = []
    for each in map(part_convention, known_part_conventions()):
        known = sum(count for value, count in present.items() if value in each.known)
        if known >= (1 - MAX_UNKNOWN_SHARE) * total and any(value in each.parts for value in present):
            fitting.append(each)
    if len(fitting) == 1:
        return fitting[0]
    raise ScanRefused(
        Reason.AMBIGUOUS_CONVENTION if fitting else Reason.UNKNOWN_CONVENTION,
        "the convention of the map of parts can not be told from its values",
        expected=" or ".join(known_part_conventions()),
        now="name it",
    )


def _besides(labels: LabelMap, other: NDArray[np.unsignedinteger], given: Mapping[int, str]) -> LabelMap:
    """The map with the structures of the other one in its background."""
    free = labels.volume.array == 0
    for structure in sorted(set(given.values())):
        wanted = looked_up(other, {value: 1 for value, name in given.items() if name == structure})
        where = free & (wanted == 1)
        if where.any():
            labels = _painted(labels, structure, where)
    return labels


def _painted(labels: LabelMap, structure: str, where: NDArray[np.bool_]) -> LabelMap:
    array = np.array(labels.volume.array, order="K")
    convention = labels.convention
    if structure in labels.boxes:
        value = labels.value_of(structure)
    else:
        taken = set(convention.names) | set(labels.unknown_values)
        value = next(number for number in range(255, 0, -1) if number not in taken)
        names = {number: name for number, name in convention.names.items() if name != structure}
        convention = replace(convention, names=names | {value: structure})
    array[where] = value
    boxes = boxes_of(array)
    return replace(
        labels,
        volume=Volume(array, labels.volume.lps_from_voxel),
        convention=convention,
        voxels={**labels.voxels, structure: labels.voxels.get(structure, 0) + int(where.sum())},
        boxes={**labels.boxes, structure: boxes[value]},
    )

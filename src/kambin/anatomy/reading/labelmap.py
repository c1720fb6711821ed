"""A label map, from file to named structures.

A *label map* is a volume of whole numbers; a *convention* says which structure a number means. From here on
structures have names, and numbers are not used again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.conventions import Convention
from kambin.anatomy.reading.files import Format, format_of, header_of
from kambin.anatomy.reading.isolation import perform
from kambin.anatomy.reading.jobs import voxels_request
from kambin.anatomy.reading.telling import check_named, choose
from kambin.anatomy.reading.voxels import as_labels
from kambin.anatomy.settings import DEFAULT_LIMITS, Limits
from kambin.anatomy.volume import Volume

__all__ = ["Box", "LabelMap", "boxes_of", "label_map_of", "looked_up", "read_label_map"]

Box = tuple[slice, slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """A volume of labels and what they mean.

    Attributes
    ----------
    volume : Volume
        Voxel values are whole numbers of type uint8 or uint16; 0 is background. A structure has one
        value, also where the convention gives it several.
    convention : Convention
    how : str
        How the convention was told.
    voxels : mapping
        Name of each structure present → its number of voxels.
    boxes : mapping
        Name of each structure present → the smallest box of voxels that holds it.
    unknown_values : tuple of int
        Voxel values that the convention does not know.
    parts : ndarray of uint8, shape of the volume, or None
        Code of the part of a vertebra (`conventions.part_codes`) in each voxel, 0 where none is given; None
        where the map gives no parts.
    """

    volume: Volume
    convention: Convention
    how: str
    voxels: Mapping[str, int]
    boxes: Mapping[str, Box]
    unknown_values: tuple[int, ...]
    parts: NDArray[np.uint8] | None = None

    def value_of(self, name: str) -> int:
        """Voxel value of a structure."""
        return self.convention.value_of(name)


def read_label_map(
    path: str | Path,
    labels: str | None = None,
    *,
    parts: str | Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> LabelMap:
    """Read a label map.

    Parameters
    ----------
    path : str or Path
        A NIfTI or NRRD file, or a DICOM segmentation.
    labels : str, optional
        Name of the convention (`conventions.known_conventions`); without it the convention is told from the
        file, and the file is refused where it can not be told.
    parts : str or Path, optional
        A second map on the same grid that divides the vertebrae, as SPINEPS writes it.
    limits : Limits

    Returns
    -------
    LabelMap

    Raises
    ------
    ScanRefused
        With its `reason`; nothing is half-read.
    """
    from kambin.anatomy.reading.parts import with_parts

    array, affine, counts, names, named = _read(Path(path), limits)
    volume = Volume(array, affine)
    if named and names:
        found = _understood(volume, counts, check_named(labels, names), "named by the file")
    else:
        found = _told(volume, counts, labels, names)
    if parts is None:
        return found
    divided, affine, *_ = _read(Path(parts), limits)
    return with_parts(found, Volume(divided, affine))


Read = tuple[NDArray[Any], NDArray[np.float64], Mapping[int, int], Mapping[int, str], bool]


def _read(path: Path, limits: Limits) -> Read:
    """Voxels, affine, number of voxels by value, names in the file, and whether they are its own meaning."""
    kind = format_of(path)
    if kind in (Format.NIFTI, Format.NRRD):
        header = header_of(path, kind, limits)
        meta, array = perform(voxels_request(path, header, labels=True), limits)
        affine, names, named = header.lps_from_voxel, header.names, header.named
    else:
        meta, array = perform({"job": "dicom_labels", "path": str(path)}, limits)
        affine = np.array(meta["affine"], dtype=np.float64)
        names, named = {int(value): name for value, name in meta["names"].items()}, True
    counts = {int(value): count for value, count in meta["counts"].items()}
    return array, affine, counts, names, named


def label_map_of(
    volume: Volume,
    labels: str | None = None,
    *,
    names: Mapping[int, str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> LabelMap:
    """Make a label map of a volume that is already in memory.

    Parameters
    ----------
    volume : Volume
        Whole numbers, of any type of number.
    labels : str, optional
        Name of the convention, as in `read_label_map`.
    names : mapping, optional
        Voxel value → name, where the volume came with a label table.
    limits : Limits

    Returns
    -------
    LabelMap

    Raises
    ------
    ScanRefused
        The values are no labels, there are none, or the convention can not be told.
    """
    array, counts = as_labels(volume.array, limits)
    found = {int(value): int(counts[value]) for value in np.flatnonzero(counts)}
    return _told(Volume(array, volume.lps_from_voxel), found, labels, names or {})


def _told(
    volume: Volume, counts: Mapping[int, int], labels: str | None, names: Mapping[int, str]
) -> LabelMap:
    present = {value: count for value, count in counts.items() if value}
    boxes = boxes_of(volume.array)
    chosen, how = choose(labels, volume, present, boxes, names)
    return _understood(volume, counts, chosen, how, boxes)


def _understood(
    volume: Volume,
    counts: Mapping[int, int],
    chosen: Convention,
    how: str,
    boxes: dict[int, Box] | None = None,
) -> LabelMap:
    array = volume.array
    present = {value: count for value, count in counts.items() if value}
    chosen = _confirmed(chosen, present)
    given = {value: chosen.parts[value] for value in present if value in chosen.parts}
    parts = looked_up(array, given) if given else None
    joined = {value: chosen.value_of(chosen.names[value]) for value in present if value in chosen.names}
    moved = {value: home for value, home in joined.items() if value != home}
    if moved:
        array = _moved(array, moved, max(joined.get(value, value) for value in present))
        volume, boxes = Volume(array, volume.lps_from_voxel), None
    if boxes is None:
        boxes = boxes_of(array)
    voxels: dict[str, int] = {}
    for value in joined:
        voxels[chosen.names[value]] = voxels.get(chosen.names[value], 0) + present[value]
    return LabelMap(
        volume=volume,
        convention=chosen,
        how=how,
        voxels=voxels,
        boxes={name: boxes[chosen.value_of(name)] for name in voxels},
        unknown_values=tuple(sorted(set(present) - set(joined))),
        parts=parts,
    )


def _confirmed(chosen: Convention, present: Mapping[int, int]) -> Convention:
    """The convention, changed where the map holds a sixth lumbar vertebra and the table depends on it."""
    if not chosen.with_l6 or not any(chosen.names.get(value) == "vertebrae_L6" for value in present):
        return chosen
    names = {value: name for value, name in {**chosen.names, **chosen.with_l6}.items() if name}
    return replace(chosen, names=names)


def looked_up(array: NDArray[Any], codes: Mapping[int, int]) -> NDArray[np.uint8]:
    """A code for every voxel, by its value; 0 for values that are not listed.

    Parameters
    ----------
    array : ndarray of uint8 or uint16
    codes : mapping
        Voxel value → code.

    Returns
    -------
    ndarray of uint8, shape of the array
    """
    table = np.zeros(np.iinfo(array.dtype).max + 1, dtype=np.uint8)
    for value, code in codes.items():
        if value < len(table):
            table[value] = code
    # looked up in the order of memory: an index in the other order is several times slower
    found: NDArray[np.uint8] = table[array.T].T
    return found


def _moved(array: NDArray[Any], moved: Mapping[int, int], highest: int) -> NDArray[Any]:
    small = np.uint8 if highest < 256 else array.dtype
    table = np.arange(np.iinfo(array.dtype).max + 1).astype(small)
    for value, home in moved.items():
        table[value] = home
    homes: NDArray[Any] = table[array.T].T
    return homes


def boxes_of(array: NDArray[Any]) -> dict[int, Box]:
    """Smallest box that holds each value, 0 left out; axes in the order of the array."""
    from scipy import ndimage

    # The transposed view is contiguous in C order, which is four times faster to walk.
    found = ndimage.find_objects(array.T)
    return {value: (box[2], box[1], box[0]) for value, box in enumerate(found, start=1) if box is not None}

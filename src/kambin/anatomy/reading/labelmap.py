"""A label map, from file to named structures.

A *label map* is a volume of whole numbers; a *convention* says which structure a number means. From here on
structures have names, and numbers are not used again.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.conventions import Convention
from kambin.anatomy.reading.nifti import Header, is_gzip, open_stream, read_header
from kambin.anatomy.reading.telling import choose
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import CHUNK_BYTES, DEFAULT_LIMITS, Limits
from kambin.anatomy.volume import Volume

__all__ = ["Box", "LabelMap", "label_map_of", "read_label_map"]

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
    path: str | Path, labels: str | None = None, *, limits: Limits = DEFAULT_LIMITS
) -> LabelMap:
    """Read a label map from a NIfTI file.

    Parameters
    ----------
    path : str or Path
        One `.nii` or `.nii.gz` file, NIfTI-1 or NIfTI-2.
    labels : str, optional
        Name of the convention (`conventions.known_conventions`); without it the convention is told from the
        file, and the file is refused where it can not be told.
    limits : Limits

    Returns
    -------
    LabelMap

    Raises
    ------
    ScanRefused
        With its `reason`; nothing is half-read.
    """
    header, array = _read(Path(path), limits)
    return label_map_of(Volume(array, header.lps_from_voxel), labels, names=header.names, limits=limits)


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
    array, counts = _as_labels(volume.array, limits)
    volume = Volume(array, volume.lps_from_voxel)
    boxes = _boxes(array)
    present = {value: int(counts[value]) for value in boxes}
    chosen, how = choose(labels, volume, present, boxes, names or {})
    chosen = _confirmed(chosen, present)
    given = {value: chosen.parts[value] for value in present if value in chosen.parts}
    parts = _looked_up(array, given, np.uint8) if given else None
    joined = {value: chosen.value_of(chosen.names[value]) for value in present if value in chosen.names}
    moved = {value: home for value, home in joined.items() if value != home}
    if moved:
        array = _moved(array, moved)
        volume = Volume(array, volume.lps_from_voxel)
        boxes = _boxes(array)
    voxels: dict[str, int] = {}
    for value in present:
        if value in joined:
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


def _looked_up(array: NDArray[Any], values: Mapping[int, int], dtype: type) -> NDArray[Any]:
    table: NDArray[Any] = np.zeros(np.iinfo(array.dtype).max + 1, dtype=dtype)
    for value, code in values.items():
        table[value] = code
    # looked up in the order of memory: an index in the other order is several times slower
    return np.asarray(table[array.T].T)


def _moved(array: NDArray[Any], moved: Mapping[int, int]) -> NDArray[Any]:
    table = np.arange(np.iinfo(array.dtype).max + 1, dtype=array.dtype)
    for value, home in moved.items():
        table[value] = home
    return np.asarray(table[array.T].T)


def _read(path: Path, limits: Limits) -> tuple[Header, NDArray[Any]]:
    try:
        if not path.is_file():
            raise ScanRefused(Reason.NOT_A_FILE, "no such file", expected="a label map as .nii or .nii.gz")
        size = path.stat().st_size
        if size == 0:
            raise ScanRefused(Reason.EMPTY_FILE, "the file is empty")
        compressed = is_gzip(path)
        with open_stream(path) as stream:
            header = read_header(stream, size, compressed, limits)
            return header, _read_voxels(stream, header)
    except (EOFError, zlib.error) as error:
        raise ScanRefused(Reason.TRUNCATED, "the compressed data end early or are damaged") from error
    except OSError as error:  # gzip's own errors of format and checksum are OSErrors too
        reason = Reason.CORRUPT if error.errno is None else Reason.UNREADABLE
        raise ScanRefused(reason, "the file can not be read") from error


def _read_voxels(stream: IO[bytes], header: Header) -> NDArray[Any]:
    # Memory is touched only as data arrive: a short file never costs what its header declares.
    data = np.empty(header.data_bytes, dtype=np.uint8)
    filled = 0
    while filled < data.size:
        chunk = stream.read(min(CHUNK_BYTES, data.size - filled))
        if not chunk:
            raise ScanRefused(
                Reason.TRUNCATED, f"the file ends after {filled:,} of {data.size:,} bytes of voxels"
            )
        data[filled : filled + len(chunk)] = np.frombuffer(chunk, dtype=np.uint8)
        filled += len(chunk)
    if stream.read(1):  # also makes gzip compare its checksum
        raise ScanRefused(Reason.TRAILING_DATA, "the file holds more than its header declares")
    return data.view(header.dtype).reshape(header.shape, order="F")


def _as_labels(array: NDArray[Any], limits: Limits) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The same values as uint8 or uint16, and how often each occurs."""
    flat = array.reshape(-1, order="F")
    counts = np.zeros(limits.max_label + 1, dtype=np.int64)
    labels = np.empty(flat.size, dtype=np.uint8 if flat.dtype.itemsize == 1 else np.uint16)
    step = CHUNK_BYTES // 8
    for start in range(0, flat.size, step):
        part = flat[start : start + step]
        if part.dtype.kind == "f" and not (np.isfinite(part).all() and (part == np.rint(part)).all()):
            raise ScanRefused(
                Reason.NOT_LABELS, "voxel values are not whole numbers", expected="a label map, not an image"
            )
        if part.min() < 0 or part.max() > limits.max_label:
            raise ScanRefused(
                Reason.NOT_LABELS,
                f"voxel values reach from {part.min():g} to {part.max():g}",
                expected=f"labels between 0 and {limits.max_label}",
            )
        labels[start : start + step] = part
        counts += np.bincount(labels[start : start + step], minlength=counts.size)
    if not counts[1:].any():
        raise ScanRefused(Reason.EMPTY_MAP, "every voxel is background")
    if not counts[256:].any():
        labels = labels.astype(np.uint8, copy=False)
    return labels.reshape(array.shape, order="F"), counts


def _boxes(array: NDArray[Any]) -> dict[int, Box]:
    from scipy import ndimage

    # The transposed view is contiguous in C order, which is four times faster to walk.
    found = ndimage.find_objects(array.T)
    return {value: (box[2], box[1], box[0]) for value, box in enumerate(found, start=1) if box is not None}

"""A DICOM segmentation as a label map: one value per segment, named by the file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.conventions import known_structures, uniform_name
from kambin.anatomy.reading.header import check_voxels
from kambin.anatomy.reading.jobs import Allow
from kambin.anatomy.reading.voxels import refusing
from kambin.anatomy.reading.walk import RLE, Walked, walk_file
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import RUN_LENGTH_MAX_RATIO, Limits
from kambin.errors import EvidenceMissing

__all__ = ["read_segmentation"]

SEGMENTATION = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
DECLARED = ("Rows", "Columns", "NumberOfFrames", "BitsAllocated")
KINDS = ("BINARY", "LABELMAP")
Read = tuple[NDArray[np.float64], NDArray[Any], dict[int, str]]


def read_segmentation(path: Path, limits: Limits, allow: Allow) -> Read:
    """Read a segmentation.

    Parameters
    ----------
    path : Path
        The file, or a folder that holds it alone.
    limits : Limits
    allow : callable
        Told the bytes of voxels before they are read.

    Returns
    -------
    lps_from_voxel : ndarray, shape (4, 4)
    array : ndarray, shape (slices, rows, columns)
        Number of the segment in each voxel, 0 for none.
    names : dict
        Number of the segment → uniform name, for the segments whose name or code is that of a structure.

    Raises
    ------
    ScanRefused
        No segmentation, fractional, segments that overlap, two segments of one name, or slices that do not
        make a volume.
    """
    with refusing():
        path = _alone(path) if path.is_dir() else path
        walked = walk_file(path, limits)
    if walked.sop_class not in SEGMENTATION:
        raise ScanRefused(
            Reason.UNSUPPORTED, "a DICOM object that is no segmentation", expected="a segmentation object"
        )
    pixels = _check_declared(path, walked, limits)
    allow(pixels // 2)
    from highdicom.seg import segread

    found = segread(path)
    if str(found.SegmentationType) not in KINDS or found.is_tiled:
        raise ScanRefused(
            Reason.UNSUPPORTED, "a fractional or tiled segmentation", expected="binary segments"
        )
    names = _names(found)
    affine, array = _volume(found, limits, lambda voxels: allow(pixels // 2 + 2 * voxels))
    return affine, array, names


def _check_declared(path: Path, walked: Walked, limits: Limits) -> int:
    """Number of pixels over all frames; refused where they can not be in a file of this size."""
    import pydicom

    head = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(DECLARED))
    absent = [name for name in DECLARED if name not in head]
    if absent:
        raise ScanRefused(Reason.BAD_HEADER, f"the segmentation does not say {', '.join(absent)}")
    rows, columns, frames, bits = (int(head[name].value) for name in DECLARED)
    if min(rows, columns, frames) < 1 or bits not in (1, 8, 16):
        raise ScanRefused(Reason.UNSUPPORTED, "frames that are no segments of 1, 8 or 16 bits")
    pixels = rows * columns * frames
    if pixels > limits.max_pixels:
        raise ScanRefused(
            Reason.TOO_LARGE, f"the segmentation declares {pixels:,} pixels in {frames:,} frames"
        )
    stored = -(-pixels * bits // 8)
    wrong = not stored <= walked.pixel_bytes <= stored + 1
    if walked.transfer_syntax == RLE:
        wrong = stored > walked.pixel_bytes * RUN_LENGTH_MAX_RATIO
    if wrong:
        raise ScanRefused(
            Reason.TRUNCATED,
            f"the segmentation holds {walked.pixel_bytes:,} bytes of pixels and declares {stored:,}",
        )
    return pixels


def _alone(folder: Path) -> Path:
    files = [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
    if len(files) != 1:
        raise ScanRefused(
            Reason.UNSUPPORTED,
            f"a folder of {len(files):,} files as a label map",
            expected="the file of one DICOM segmentation, NIfTI or NRRD",
        )
    return files[0]


def _volume(found: Any, limits: Limits, allow: Allow) -> tuple[NDArray[np.float64], NDArray[Any]]:
    geometry = found.get_volume_geometry(allow_missing_positions=True)
    if geometry is None:
        raise ScanRefused(
            Reason.SLICE_GAP,
            "the frames do not make a volume",
            why="their distances or orientations differ",
        )
    voxels = math.prod(int(size) for size in geometry.spatial_shape)
    check_voxels(voxels, limits)
    allow(voxels)
    overlap = False
    try:
        # empty frames may be left out: the slices between count as background
        volume = found.get_volume(combine_segments=True, allow_missing_positions=True)
    except RuntimeError as error:
        overlap = "overlap" in str(error).lower()
        if not overlap:
            raise
    if overlap:
        raise ScanRefused(
            Reason.OVERLAP,
            "two segments claim the same voxel",
            now="export the segments without overlap, as a label map",
        )
    return np.array(volume.affine, dtype=np.float64), np.asarray(volume.array)


def _names(found: Any) -> dict[int, str]:
    names: dict[int, str] = {}
    for number in found.segment_numbers:
        described = found.get_segment_description(number)
        name = uniform_name(str(described.SegmentLabel)) or _coded(described)
        if name is None:
            continue
        if name in names.values():
            raise ScanRefused(Reason.LABEL_TWICE, f"two segments are {name}")
        names[int(number)] = name
    return names


def _coded(described: Any) -> str | None:
    """The structure that the segment's codes stand for."""
    kind = described.segmented_property_type
    written = described.SegmentedPropertyTypeCodeSequence[0]
    modifiers = written.get("SegmentedPropertyTypeModifierCodeSequence") or ()
    codes = tuple(sorted(str(each.CodeValue) for each in modifiers))
    return _structures().get((str(kind.value), codes))


@cache
def _structures() -> Mapping[tuple[str, tuple[str, ...]], str]:
    """Codes → structure; codes that stand for several are left out."""
    from kambin import evidence

    found: dict[tuple[str, tuple[str, ...]], str] = {}
    twice = set()
    for name in sorted(known_structures()):
        try:
            code = evidence.segment_code(name)
        except EvidenceMissing:
            continue
        key = (code.type[1], (code.modifier[1],) if code.modifier else ())
        if key in found:
            twice.add(key)
        found[key] = name
    return {key: name for key, name in found.items() if key not in twice}

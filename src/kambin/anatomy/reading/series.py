"""A CT or MR series: a folder of DICOM files, put in order by where the slices lie and not by their names.

Of each file only the elements named in `WANTED` are ever parsed: what identifies a person is not among them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.reading.header import check_voxels
from kambin.anatomy.reading.jobs import Allow
from kambin.anatomy.reading.voxels import refusing
from kambin.anatomy.reading.walk import RLE, Walked, walk_file
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import (
    DIRECTION_TOLERANCE,
    RUN_LENGTH_MAX_RATIO,
    SLICE_TOLERANCE,
    SLICE_TOLERANCE_MM,
    SPACING_TOLERANCE,
    Limits,
)
from kambin.anatomy.volume import check_affine

__all__ = ["WANTED", "Slice", "read_series", "slice_of"]

Floats = NDArray[np.float64]
CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
WANTED = (
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "Rows",
    "Columns",
    "PixelSpacing",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "NumberOfFrames",
    "RescaleSlope",
    "RescaleIntercept",
)
GRAY = ("MONOCHROME1", "MONOCHROME2")


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """One file: where it lies, and how its numbers are to be read.

    Attributes
    ----------
    path : Path
    series, frame : str
        Identifiers of the series and of the frame of reference.
    size : tuple of int
        Columns and rows.
    bits : tuple of int
        Allocated, stored, and 1 where they are signed.
    spacing : tuple of float
        Between columns and between rows, mm.
    row, column, position : ndarray, shape (3,)
        Directions along a row and along a column, and middle of the first pixel, LPS mm.
    slope, intercept : float
    """

    path: Path
    series: str
    frame: str
    size: tuple[int, int]
    bits: tuple[int, int, int]
    spacing: tuple[float, float]
    row: Floats
    column: Floats
    position: Floats
    slope: float
    intercept: float


def read_series(folder: Path, limits: Limits, allow: Allow) -> tuple[Floats, NDArray[Any]]:
    """Read a series.

    Parameters
    ----------
    folder : Path
        Holds the files of one series; files that are not DICOM are passed over.
    limits : Limits
    allow : callable
        Told the bytes of voxels before they are read.

    Returns
    -------
    lps_from_voxel : ndarray, shape (4, 4)
    array : ndarray, shape (columns, rows, slices)
        int16 where slope and intercept keep the values whole, else float32.

    Raises
    ------
    ScanRefused
        No series, several, files that do not fit together, or slices that are missing or there twice.
    """
    with refusing():
        slices = [_head(path, limits) for path in _files(folder, limits)]
    if len(slices) < 2:
        raise ScanRefused(
            Reason.NOT_3D, "fewer than two slices", expected="the folder of one CT or MR series"
        )
    _check_alike(slices)
    columns, rows = slices[0].size
    check_voxels(columns * rows * len(slices), limits)
    slices, affine = _in_order(slices)
    check_affine(affine)
    whole = all(each.slope == 1 and each.intercept == round(each.intercept) for each in slices)
    kind: type = np.int16 if whole and _fits(slices) else np.float32
    allow(columns * rows * len(slices) * np.dtype(kind).itemsize)
    array: NDArray[Any] = np.empty((columns, rows, len(slices)), dtype=kind, order="F")
    for index, each in enumerate(slices):
        array[:, :, index] = _pixels(each, kind).T
    return affine, array


def _files(folder: Path, limits: Limits) -> list[Path]:
    if not folder.is_dir():
        raise ScanRefused(
            Reason.UNSUPPORTED, "one DICOM file", expected="the folder of one CT or MR series for an image"
        )
    files = []
    for path in folder.iterdir():
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as file:
            if file.read(132)[128:] == b"DICM":
                files.append(path)
        if len(files) > limits.max_files:
            raise ScanRefused(Reason.TOO_LARGE, f"more than {limits.max_files:,} files in the folder")
    if not files:
        raise ScanRefused(Reason.NOT_DICOM, "no DICOM file in the folder")
    return files


def _head(path: Path, limits: Limits) -> Slice:
    walked = walk_file(path, limits)
    if walked.sop_class not in (CT, MR):
        raise ScanRefused(
            Reason.UNSUPPORTED, "an object that is no slice of a CT or MR", expected="one image per file"
        )
    import pydicom

    head = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(WANTED))
    return slice_of(head, path, walked, limits)


def slice_of(head: Any, path: Path, walked: Walked, limits: Limits) -> Slice:
    """Check what the header of a slice says.

    Parameters
    ----------
    head : pydicom.Dataset
    path : Path
        Where its pixels are.
    walked : Walked
    limits : Limits

    Returns
    -------
    Slice

    Raises
    ------
    ScanRefused
    """
    absent = [name for name in WANTED[:13] if name not in head and name != "FrameOfReferenceUID"]
    if absent:
        # names of the standard, not values of the file
        raise ScanRefused(Reason.BAD_HEADER, f"a slice does not say {', '.join(absent)}")
    columns, rows = int(head.Columns), int(head.Rows)
    bits = (int(head.BitsAllocated), int(head.BitsStored), int(head.PixelRepresentation))
    gray = int(head.SamplesPerPixel) == 1 and str(head.PhotometricInterpretation) in GRAY
    plain = bits[0] in (8, 16) and 1 <= bits[1] <= bits[0] and bits[2] in (0, 1)
    if not (gray and plain) or int(head.get("NumberOfFrames") or 1) != 1:
        raise ScanRefused(Reason.UNSUPPORTED, "pixels that are not one grey value of 8 or 16 bits each")
    if columns < 1 or rows < 1 or columns * rows > limits.max_voxels:
        raise ScanRefused(Reason.TOO_LARGE, f"a slice of {columns:,} × {rows:,} pixels")
    slope = float(head.get("RescaleSlope", 1) or 1)
    intercept = float(head.get("RescaleIntercept", 0) or 0)
    if not (math.isfinite(slope) and math.isfinite(intercept)):
        raise ScanRefused(Reason.BAD_HEADER, "a slice scales its pixels by what is no number")
    stored = columns * rows * bits[0] // 8
    wrong = walked.pixel_bytes not in (stored, stored + stored % 2)
    if walked.transfer_syntax == RLE:
        wrong = stored > walked.pixel_bytes * RUN_LENGTH_MAX_RATIO
    if wrong:
        raise ScanRefused(
            Reason.TRUNCATED, f"a slice holds {walked.pixel_bytes:,} bytes of pixels and declares {stored:,}"
        )
    row_spacing, column_spacing = (float(step) for step in head.PixelSpacing)
    directions = np.array([float(part) for part in head.ImageOrientationPatient]).reshape(2, 3)
    return Slice(
        path=path,
        series=str(head.SeriesInstanceUID),
        frame=str(head.get("FrameOfReferenceUID") or ""),
        size=(columns, rows),
        bits=bits,
        spacing=(column_spacing, row_spacing),
        row=directions[0],
        column=directions[1],
        position=np.array([float(part) for part in head.ImagePositionPatient]),
        slope=slope,
        intercept=intercept,
    )


def _check_alike(slices: Sequence[Slice]) -> None:
    first = slices[0]
    if any(each.series != first.series for each in slices):
        count = len({each.series for each in slices})
        raise ScanRefused(
            Reason.MIXED_SERIES, f"{count} series in one folder", expected="the folder of one series"
        )
    if any(each.frame != first.frame for each in slices):
        raise ScanRefused(Reason.MIXED_FRAMES, "the slices lie in different frames of reference")
    turned = max(
        float(np.abs(each.row - first.row).max() + np.abs(each.column - first.column).max())
        for each in slices
    )
    if not turned <= DIRECTION_TOLERANCE:
        raise ScanRefused(Reason.MIXED_FRAMES, "the slices are turned against each other")
    if any(each.size != first.size or each.bits != first.bits for each in slices):
        raise ScanRefused(Reason.MIXED_SERIES, "the slices differ in size or in type of pixel")
    if any(not np.allclose(each.spacing, first.spacing, rtol=SPACING_TOLERANCE) for each in slices):
        raise ScanRefused(Reason.MIXED_SERIES, "the slices differ in their pixel spacing")


def _in_order(slices: Sequence[Slice]) -> tuple[list[Slice], Floats]:
    """The slices from one end to the other, and the affine (LPS mm from column, row, slice)."""
    first = slices[0]
    normal = np.cross(first.row, first.column)
    positions = np.array([each.position for each in slices])
    if not (np.isfinite(positions).all() and np.isclose(np.linalg.norm(normal), 1.0, atol=1e-3)):
        raise ScanRefused(Reason.BAD_AFFINE, "the orientation or position of a slice is not that of one")
    order = np.argsort(positions @ normal, kind="stable")
    positions = positions[order]
    heights = positions @ normal
    steps = np.diff(heights)
    usual = float(np.median(steps))
    if steps.min() < max(0.1 * usual, 1e-3):
        raise ScanRefused(
            Reason.DUPLICATE_SLICE,
            "two slices lie in the same place",
            now="name a folder with one volume, without repeated or overlapping acquisitions",
        )
    tolerance = SLICE_TOLERANCE * usual + SLICE_TOLERANCE_MM
    if np.abs(steps - usual).max() > tolerance:
        raise ScanRefused(
            Reason.SLICE_GAP,
            f"the slices are {steps.min():.2f} to {steps.max():.2f} mm apart",
            why="a slice is missing, or the series is not one volume",
        )
    step = (positions[-1] - positions[0]) / (len(positions) - 1)
    off = positions - (positions[0] + np.arange(len(positions))[:, np.newaxis] * step)
    if np.linalg.norm(off, axis=1).max() > tolerance:
        raise ScanRefused(Reason.MIXED_FRAMES, "the slices do not lie behind one another")
    affine = np.eye(4)
    affine[:3, 0] = first.row * first.spacing[0]
    affine[:3, 1] = first.column * first.spacing[1]
    affine[:3, 2] = step
    affine[:3, 3] = positions[0]
    return [slices[index] for index in order], affine


def _fits(slices: Sequence[Slice]) -> bool:
    """Whether every value that may be stored, with its intercept, stays below the end of int16."""
    _, stored, signed = slices[0].bits
    return all(2 ** (stored - signed) - 1 + each.intercept < 2**15 for each in slices)


def _pixels(each: Slice, kind: type) -> NDArray[Any]:
    """Values of a slice, shape (rows, columns)."""
    import pydicom

    stored = pydicom.dcmread(each.path, specific_tags=[*WANTED, "PixelData"]).pixel_array
    if stored.shape != (each.size[1], each.size[0]):
        raise ScanRefused(Reason.CORRUPT, "a slice does not have the size that it declares")
    if kind is np.float32:
        return np.asarray(stored * each.slope + each.intercept, dtype=np.float32)
    values: NDArray[np.int32] = stored.astype(np.int32) + round(each.intercept)
    # below the range lies only what pads the field of view
    return np.clip(values, -(2**15), 2**15 - 1).astype(np.int16)

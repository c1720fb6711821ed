"""The header of a NIfTI file, read before anything else and believed in nothing.

Only numbers that place the voxels are taken from it, and of the extensions only a label table whose names are
plain words. Free text (descriptions, file names, intent) is never read out.
"""

from __future__ import annotations

import math
import re
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.conventions import uniform_name
from kambin.anatomy.reading.header import Header, check_size, check_voxels
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import FRAMES_TOLERANCE_MM, SPACING_TOLERANCE, Limits
from kambin.anatomy.volume import check_affine

__all__ = ["read_header"]

# NIfTI-1 and NIfTI-2: length of the header, where the magic string stands, the magic of a single file
LAYOUTS = ((348, 344, b"n+1\x00"), (540, 4, b"n+2\x00\r\n\x1a\n"))
UNIT_UNKNOWN, UNIT_MM, UNIT_MASK = 0, 2, 7
# Bounded repetitions keep the search linear on hostile text.
LABEL_ENTRY = re.compile(rb'<Label\s{1,8}Key="(\d{1,5})"[^>]{0,200}>(?:<!\[CDATA\[)?([A-Za-z0-9_/-]{1,64})')


def read_header(stream: IO[bytes], file_bytes: int, compressed: bool, limits: Limits) -> Header:
    """Read and check a header; sets aside no memory for the voxels.

    Parameters
    ----------
    stream : binary stream
        At the start of the decompressed file; left where the voxels begin.
    file_bytes : int
        Size of the file on disk.
    compressed : bool
    limits : Limits

    Returns
    -------
    Header

    Raises
    ------
    ScanRefused
        Anything that is wrong with the header, or that can not be true of a file of this size.
    """
    raw, layout = _raw_header(stream)
    block = _parse(raw, layout)
    shape = _shape(block, limits)
    dtype = _dtype(block)
    offset = _offset(block, len(raw), limits)
    extensions = stream.read(offset - len(raw))
    if len(extensions) != offset - len(raw):
        raise ScanRefused(Reason.TRUNCATED, "the file ends inside its header")
    slope, intercept = _scaling(block)
    header = Header(
        shape,
        dtype,
        offset,
        _affine(block, shape),
        _label_table(extensions),
        slope=slope,
        intercept=intercept,
        compressed="whole" if compressed else "no",
    )
    check_size(header, file_bytes, limits)
    return header


def _raw_header(stream: IO[bytes]) -> tuple[bytes, int]:
    raw = stream.read(LAYOUTS[0][0])
    for version, (length, at, magic) in enumerate(LAYOUTS):
        if raw[at : at + len(magic)] == magic:
            raw += stream.read(length - len(raw))
            if len(raw) == length:
                return raw, version
    if raw[344:348] == b"ni1\x00":
        raise ScanRefused(Reason.UNSUPPORTED, "a header and image pair", expected="one .nii or .nii.gz file")
    raise ScanRefused(Reason.UNKNOWN_FORMAT, "not a NIfTI file", expected="one .nii or .nii.gz file")


def _parse(raw: bytes, version: int) -> Any:
    from nibabel.nifti1 import Nifti1Header
    from nibabel.nifti2 import Nifti2Header

    kind: Any = (Nifti1Header, Nifti2Header)[version]
    # `check=False`: nibabel's own check repairs and logs; here nothing is repaired and nothing is logged.
    return kind(binaryblock=raw, check=False)


def _shape(block: Any, limits: Limits) -> tuple[int, int, int]:
    dim = [int(size) for size in block["dim"]]
    if not 1 <= dim[0] <= 7 or any(size < 1 for size in dim[1 : dim[0] + 1]):
        raise ScanRefused(Reason.BAD_HEADER, "the header's dimensions are not positive numbers")
    sizes = dim[1 : dim[0] + 1]
    if len(sizes) < 3 or any(size != 1 for size in sizes[3:]):
        raise ScanRefused(
            Reason.NOT_3D,
            f"the file declares {len(sizes)} dimensions",
            expected="one 3-dimensional volume",
        )
    check_voxels(math.prod(sizes), limits)
    return sizes[0], sizes[1], sizes[2]


def _dtype(block: Any) -> np.dtype[Any]:
    from nibabel.spatialimages import HeaderDataError

    try:
        dtype: np.dtype[Any] = np.dtype(block.get_data_dtype())
    except (HeaderDataError, KeyError) as error:
        raise ScanRefused(Reason.UNSUPPORTED, "an unknown type of voxel") from error
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise ScanRefused(Reason.UNSUPPORTED, "voxels that are not plain numbers", expected="whole numbers")
    return dtype


def _scaling(block: Any) -> tuple[float, float]:
    """Slope and intercept; a slope of 0 or none at all means that there is no scaling."""
    slope, intercept = float(block["scl_slope"]), float(block["scl_inter"])
    if not math.isfinite(slope) or slope == 0:
        return 1.0, 0.0
    if not math.isfinite(intercept):
        raise ScanRefused(Reason.BAD_HEADER, "the header scales the voxels by what is no number")
    return slope, intercept


def _offset(block: Any, header_bytes: int, limits: Limits) -> int:
    offset = float(block["vox_offset"])
    # four bytes after the header say whether extensions follow
    if not (math.isfinite(offset) and offset == int(offset) and offset >= header_bytes + 4):
        raise ScanRefused(Reason.BAD_HEADER, "the header says nothing sensible about where the voxels begin")
    if offset > limits.max_header_bytes:
        raise ScanRefused(
            Reason.TOO_LARGE,
            f"the header declares {int(offset):,} bytes before the voxels",
            expected=f"at most {limits.max_header_bytes:,}",
        )
    return int(offset)


def _affine(block: Any, shape: tuple[int, int, int]) -> NDArray[np.float64]:
    units = int(block["xyzt_units"]) & UNIT_MASK
    if units not in (UNIT_UNKNOWN, UNIT_MM):
        raise ScanRefused(Reason.UNITS, "the header's unit of length is not the millimetre")
    sform_code, qform_code = int(block["sform_code"]), int(block["qform_code"])
    if sform_code <= 0 and qform_code <= 0:
        raise ScanRefused(
            Reason.NO_FRAME,
            "the header does not say where the voxels lie (sform and qform codes are both 0)",
            why="left and right can not be told",
            now="export the label map again from the program that made it, with its geometry",
        )
    forms = []
    if sform_code > 0:
        forms.append(np.asarray(block.get_sform(), dtype=np.float64))
    if qform_code > 0:
        forms.append(_qform(block))
    for form in forms:
        check_affine(form)
    _check_agreement(block, forms, shape)
    return frames.lps_from_ras_affine(forms[0])


def _qform(block: Any) -> NDArray[np.float64]:
    from nibabel.spatialimages import HeaderDataError

    if float(block["pixdim"][0]) == 0:
        block["pixdim"][0] = 1  # the standard: 0 reads as 1
    try:
        return np.asarray(block.get_qform(), dtype=np.float64)
    except (HeaderDataError, ValueError) as error:
        raise ScanRefused(Reason.BAD_AFFINE, "the header's quaternion is not a rotation") from error


def _check_agreement(block: Any, forms: list[NDArray[np.float64]], shape: tuple[int, int, int]) -> None:
    if len(forms) == 2:
        corners = np.array(np.meshgrid(*[(0, size - 1) for size in shape])).reshape(3, -1).T
        apart = np.linalg.norm(frames.apply(forms[0], corners) - frames.apply(forms[1], corners), axis=1)
        if apart.max() > FRAMES_TOLERANCE_MM:
            raise ScanRefused(
                Reason.FRAMES_DISAGREE,
                f"sform and qform place a corner {apart.max():.1f} mm apart",
                expected=f"at most {FRAMES_TOLERANCE_MM} mm",
                now="find out which one is right and write the label map again",
            )
    spacing = frames.spacing_mm(forms[0])
    stated = np.abs(np.asarray(block["pixdim"][1:4], dtype=np.float64))
    if not np.allclose(stated, spacing, rtol=SPACING_TOLERANCE):
        raise ScanRefused(Reason.BAD_SPACING, "the header states two different voxel spacings")


def _label_table(extensions: bytes) -> dict[int, str]:
    found = LABEL_ENTRY.findall(extensions)
    return {int(key): name for key, raw in found if (name := uniform_name(raw.decode("ascii")))}

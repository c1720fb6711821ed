"""The gate: the header of a NIfTI file, read before anything else and believed in nothing.

Only numbers that place the voxels are taken from it, and of the extensions only a label table whose names are
plain words. Free text (descriptions, file names, intent) is never read out.
"""

from __future__ import annotations

import gzip
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import DEFLATE_MAX_RATIO, FRAMES_TOLERANCE_MM, SPACING_TOLERANCE, Limits
from kambin.anatomy.volume import check_affine

__all__ = ["Header", "is_gzip", "open_stream", "read_header"]

# NIfTI-1 and NIfTI-2: length of the header, where the magic string stands, the magic of a single file
LAYOUTS = ((348, 344, b"n+1\x00"), (540, 4, b"n+2\x00\r\n\x1a\n"))
UNIT_UNKNOWN, UNIT_MM, UNIT_MASK = 0, 2, 7
# Bounded repetitions keep the search linear on hostile text.
LABEL_ENTRY = re.compile(rb'<Label\s{1,8}Key="(\d{1,5})"[^>]{0,200}>(?:<!\[CDATA\[)?([A-Za-z0-9_]{1,64})')


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """What a header says, checked.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy.dtype
        As stored, with its byte order.
    offset : int
        Where the voxels begin in the (decompressed) file, bytes.
    lps_from_voxel : ndarray, shape (4, 4)
    names : dict
        Voxel value → name of a label table in the extensions; empty where there is none.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    offset: int
    lps_from_voxel: NDArray[np.float64]
    names: dict[int, str]

    @property
    def data_bytes(self) -> int:
        """Size of the voxels as stored."""
        return math.prod(self.shape) * self.dtype.itemsize


def is_gzip(path: Path) -> bool:
    """Whether the file is compressed, told by its first bytes and not by its name."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def open_stream(path: Path) -> IO[bytes]:
    """The file's content as a stream, decompressed on the way; nothing is read ahead of need."""
    return cast("IO[bytes]", gzip.open(path, "rb")) if is_gzip(path) else path.open("rb")


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
    header = Header(shape, dtype, offset, _affine(block, shape), _label_table(extensions))
    _check_size(header, file_bytes, compressed, limits)
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
    raise ScanRefused(Reason.NOT_NIFTI, "not a NIfTI file", expected="a label map as .nii or .nii.gz")


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
            expected="one 3-dimensional label map",
        )
    voxels = math.prod(sizes)
    if voxels > limits.max_voxels:
        raise ScanRefused(
            Reason.TOO_LARGE,
            f"the header declares {voxels:,} voxels",
            expected=f"at most {limits.max_voxels:,}",
            now="crop the label map to the lumbar spine and pelvis",
        )
    return sizes[0], sizes[1], sizes[2]


def _dtype(block: Any) -> np.dtype[Any]:
    from nibabel.spatialimages import HeaderDataError

    try:
        dtype: np.dtype[Any] = np.dtype(block.get_data_dtype())
    except (HeaderDataError, KeyError) as error:
        raise ScanRefused(Reason.UNSUPPORTED, "an unknown type of voxel") from error
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise ScanRefused(Reason.UNSUPPORTED, "voxels that are not plain numbers", expected="whole numbers")
    slope, intercept = float(block["scl_slope"]), float(block["scl_inter"])
    scaled = math.isfinite(slope) and slope != 0 and (slope != 1 or intercept != 0)
    if scaled:
        raise ScanRefused(
            Reason.SCALED,
            "the header scales the voxel values",
            expected="labels stored as they are (slope 1, intercept 0)",
        )
    return dtype


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
    return {int(key): name.decode("ascii") for key, name in LABEL_ENTRY.findall(extensions)}


def _check_size(header: Header, file_bytes: int, compressed: bool, limits: Limits) -> None:
    total = header.offset + header.data_bytes
    if header.data_bytes > limits.max_bytes:
        raise ScanRefused(
            Reason.TOO_LARGE,
            f"the header declares {header.data_bytes:,} bytes of voxels",
            expected=f"at most {limits.max_bytes:,}",
            now="store the labels as 8-bit or 16-bit whole numbers, or crop the map",
        )
    if compressed and total > file_bytes * DEFLATE_MAX_RATIO:
        raise ScanRefused(
            Reason.TRUNCATED, "the header declares more voxels than a compressed file of this size can hold"
        )
    if not compressed and total != file_bytes:
        reason = Reason.TRUNCATED if file_bytes < total else Reason.TRAILING_DATA
        raise ScanRefused(reason, f"the header declares {total:,} bytes, the file has {file_bytes:,}")

"""What a header of any format says once it is checked, and the checks that the formats share."""

from __future__ import annotations

import gzip
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import DEFLATE_MAX_RATIO, Limits

__all__ = ["Header", "check_size", "check_voxels", "is_gzip", "open_stream"]


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """What a header says, checked.

    Attributes
    ----------
    shape : tuple of int
        Along the voxel axes, the first one fastest in the file.
    dtype : numpy.dtype
        As stored, with its byte order.
    offset : int
        Where the voxels begin, bytes; in the decompressed file where `compressed` is ``whole``.
    lps_from_voxel : ndarray, shape (4, 4)
    names : dict
        Voxel value → name of a label table in the file; empty where there is none.
    named : bool
        Whether `names` are the file's own meaning of its values (a segmentation that names its segments)
        rather than a note of the convention that it follows.
    slope, intercept : float
        Stored values times slope plus intercept are the values meant.
    compressed : str
        ``no``, ``whole`` (the file is gzip) or ``data`` (gzip begins at `offset`).
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    offset: int
    lps_from_voxel: NDArray[np.float64]
    names: dict[int, str] = field(default_factory=dict)
    named: bool = False
    slope: float = 1.0
    intercept: float = 0.0
    compressed: str = "no"

    @property
    def data_bytes(self) -> int:
        """Size of the voxels as stored."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def scaled(self) -> bool:
        """Whether the stored values are not the values meant."""
        return self.slope != 1.0 or self.intercept != 0.0


def is_gzip(path: Path) -> bool:
    """Whether the file is compressed, told by its first bytes and not by its name."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def open_stream(path: Path) -> IO[bytes]:
    """The file's content as a stream, decompressed on the way; nothing is read ahead of need."""
    return cast("IO[bytes]", gzip.open(path, "rb")) if is_gzip(path) else path.open("rb")


def check_voxels(voxels: int, limits: Limits) -> None:
    """Refuse a header that declares more voxels than the limit.

    Raises
    ------
    ScanRefused
    """
    if voxels > limits.max_voxels:
        raise ScanRefused(
            Reason.TOO_LARGE,
            f"the header declares {voxels:,} voxels",
            expected=f"at most {limits.max_voxels:,}",
            now="crop the scan to the lumbar spine and pelvis",
        )


def check_size(header: Header, file_bytes: int, limits: Limits) -> None:
    """Refuse a header whose voxels are too many bytes, or can not be in a file of this size.

    Raises
    ------
    ScanRefused
    """
    if header.data_bytes > limits.max_bytes:
        raise ScanRefused(
            Reason.TOO_LARGE,
            f"the header declares {header.data_bytes:,} bytes of voxels",
            expected=f"at most {limits.max_bytes:,}",
            now="store the voxels as 8-bit or 16-bit whole numbers, or crop the scan",
        )
    total = header.offset + header.data_bytes
    if header.compressed == "no":
        if total != file_bytes:
            reason = Reason.TRUNCATED if file_bytes < total else Reason.TRAILING_DATA
            raise ScanRefused(reason, f"the header declares {total:,} bytes, the file has {file_bytes:,}")
        return
    packed = file_bytes - (header.offset if header.compressed == "data" else 0)
    unpacked = header.data_bytes if header.compressed == "data" else total
    if unpacked > packed * DEFLATE_MAX_RATIO:
        raise ScanRefused(
            Reason.TRUNCATED, "the header declares more voxels than a compressed file of this size can hold"
        )

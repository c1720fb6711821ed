"""The voxels behind a checked header: read as they arrive, never more than declared."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.reading.header import Header
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import CHUNK_BYTES, Limits

__all__ = ["as_image", "as_labels", "read_voxels", "refusing"]


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what goes wrong while a file is read into a refusal that quotes nothing of the file."""
    try:
        yield
    except (EOFError, zlib.error):
        raise ScanRefused(Reason.TRUNCATED, "the compressed data end early or are damaged") from None
    except OSError as error:  # gzip's own errors of format and checksum are OSErrors too
        reason = Reason.CORRUPT if error.errno is None else Reason.UNREADABLE
        raise ScanRefused(reason, "the file can not be read") from None


def read_voxels(path: Path, header: Header) -> NDArray[Any]:
    """Read the voxels of a NIfTI or NRRD file.

    Parameters
    ----------
    path : Path
    header : Header
        Of this file, checked.

    Returns
    -------
    ndarray, shape of the header
        As stored.

    Raises
    ------
    ScanRefused
        The file holds fewer or more than its header declares, or is damaged.
    """
    with refusing(), path.open("rb") as file:
        stream: IO[bytes] = file
        if header.compressed == "data":
            file.seek(header.offset)
        if header.compressed != "no":
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="rb"))
        if header.compressed != "data" and len(stream.read(header.offset)) != header.offset:
            raise ScanRefused(Reason.TRUNCATED, "the file ends inside its header")
        return _fill(stream, header)


def _fill(stream: IO[bytes], header: Header) -> NDArray[Any]:
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


def as_labels(array: NDArray[Any], limits: Limits) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The same values as uint8 or uint16, and how often each occurs.

    Parameters
    ----------
    array : ndarray
        Numbers of any type.
    limits : Limits

    Returns
    -------
    labels : ndarray of uint8 or uint16
    counts : ndarray of int64
        Number of voxels by value.

    Raises
    ------
    ScanRefused
        The values are no labels, or all are background.
    """
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


def as_image(array: NDArray[Any], header: Header) -> NDArray[Any]:
    """The values that the stored ones mean, in the machine's order of bytes.

    Parameters
    ----------
    array : ndarray
        As stored.
    header : Header

    Returns
    -------
    ndarray
        As stored where nothing scales it, else float32.
    """
    if header.scaled:
        scaled = array.astype(np.float32)
        scaled *= np.float32(header.slope)
        scaled += np.float32(header.intercept)
        return scaled
    return np.asarray(array, dtype=array.dtype.newbyteorder("="))

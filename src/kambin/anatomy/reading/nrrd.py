"""The header of a NRRD file, as written by 3D Slicer and ITK.

Only the lines that place the voxels, and the names of a segmentation's segments, are handed to the parser;
every other line of the text is dropped unread. The voxels have to be in the same file: a header that points
to another file is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.conventions import uniform_name
from kambin.anatomy.reading.header import Header, check_size, check_voxels
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import Limits
from kambin.anatomy.volume import check_affine

__all__ = ["MAGIC", "parse_nrrd_header", "read_nrrd_header"]

MAGIC = b"NRRD000"
PLACING = ("dimension", "sizes", "space", "space directions", "space origin", "kinds")
FIELDS = {*PLACING, "type", "endian", "encoding", "byte skip", "byteskip", "line skip", "lineskip"}
ELSEWHERE = {"data file", "datafile"}
LINE = re.compile(r"([A-Za-z][A-Za-z ]{0,30}): ?(.{0,4000})")
SEGMENT = re.compile(r"Segment(\d{1,4})_(Name|LabelValue|Layer):=(.{0,200})")
# what the three axes of the space count up to, as signs that turn it into left, posterior, superior
SPACES = {
    "left-posterior-superior": (1, 1, 1),
    "lps": (1, 1, 1),
    "right-anterior-superior": (-1, -1, 1),
    "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1),
    "las": (1, -1, 1),
}
TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "f4": ("float",),
    "f8": ("double",),
}


def read_nrrd_header(path: Path, limits: Limits) -> Header:
    """Read and check the header of a NRRD file.

    Parameters
    ----------
    path : Path
    limits : Limits

    Returns
    -------
    Header

    Raises
    ------
    ScanRefused
    """
    with path.open("rb") as file:
        start = file.read(limits.max_header_bytes)
    return parse_nrrd_header(start, path.stat().st_size, limits)


def parse_nrrd_header(start: bytes, file_bytes: int, limits: Limits) -> Header:
    """Check the header at the start of a NRRD file.

    Parameters
    ----------
    start : bytes
        The beginning of the file, as much as a header may take.
    file_bytes : int
        Size of the file.
    limits : Limits

    Returns
    -------
    Header

    Raises
    ------
    ScanRefused
        Anything that is wrong with the header, or that can not be true of a file of this size.
    """
    text, offset = _text(start, file_bytes, limits)
    lines = text.splitlines()
    fields = _fields(lines)
    shape = _shape(fields, limits)
    dtype = _dtype(fields)
    affine = _affine(fields)
    compressed = _encoding(fields)
    skip = [fields.get(name, 0) for name in ("byte skip", "byteskip", "line skip", "lineskip")]
    if any(skip):
        raise ScanRefused(Reason.UNSUPPORTED, "the header skips a part of the file before the voxels")
    header = Header(shape, dtype, offset, affine, _segment_names(lines), named=True, compressed=compressed)
    check_size(header, file_bytes, limits)
    return header


def _text(start: bytes, file_bytes: int, limits: Limits) -> tuple[str, int]:
    ends = [(at, len(gap)) for gap in (b"\n\n", b"\r\n\r\n") if (at := start.find(gap)) >= 0]
    if not ends:
        if file_bytes > limits.max_header_bytes:
            raise ScanRefused(Reason.TOO_LARGE, f"no end of the header in {limits.max_header_bytes:,} bytes")
        raise ScanRefused(Reason.TRUNCATED, "the file ends inside its header")
    end, gap = min(ends)
    return start[:end].decode("ascii", "replace"), end + gap


def _fields(lines: list[str]) -> Mapping[str, Any]:
    import nrrd

    kept = ["NRRD0005"]
    for line in lines[1:]:
        found = LINE.fullmatch(line.rstrip())
        if found is None:
            continue
        name = found[1].lower()
        if name in ELSEWHERE:
            raise ScanRefused(
                Reason.UNSUPPORTED, "the voxels are in another file", expected="header and voxels in one file"
            )
        if name in FIELDS:
            kept.append(f"{name}: {found[2]}")
    parsed: Mapping[str, Any] | None = None
    try:
        with np.errstate(all="ignore"):
            parsed = nrrd.read_header(kept)
    except (nrrd.NRRDError, ValueError, TypeError, IndexError, OverflowError):
        pass  # refused below, out of reach of the parser's message, which quotes the file
    if parsed is None:
        raise ScanRefused(Reason.BAD_HEADER, "the header can not be understood")
    return parsed


def _shape(fields: Mapping[str, Any], limits: Limits) -> tuple[int, int, int]:
    sizes = [int(size) for size in np.atleast_1d(fields.get("sizes", ()))]
    dimension = fields.get("dimension")
    if dimension != 3 or len(sizes) != 3:
        raise ScanRefused(Reason.NOT_3D, "the file is not 3-dimensional", expected="one 3-dimensional volume")
    if min(sizes) < 1:
        raise ScanRefused(Reason.BAD_HEADER, "the header's dimensions are not positive numbers")
    kinds = fields.get("kinds", ("domain",) * 3)
    if len(kinds) != 3 or any(kind.lower() not in ("domain", "space") for kind in kinds):
        raise ScanRefused(Reason.NOT_3D, "an axis of the file is not a direction in space")
    check_voxels(math.prod(sizes), limits)
    return sizes[0], sizes[1], sizes[2]


def _dtype(fields: Mapping[str, Any]) -> np.dtype[Any]:
    wanted = str(fields.get("type", "")).lower()
    code = next((code for code, names in TYPES.items() if wanted in names), None)
    if code is None:
        raise ScanRefused(Reason.UNSUPPORTED, "an unknown type of voxel", expected="whole numbers or floats")
    if code[1] == "1":
        return np.dtype(code)
    order = {"little": "<", "big": ">"}.get(str(fields.get("endian", "")).lower())
    if order is None:
        raise ScanRefused(Reason.BAD_HEADER, "the header does not say the order of the bytes")
    return np.dtype(order + code)


def _affine(fields: Mapping[str, Any]) -> NDArray[np.float64]:
    signs = SPACES.get(str(fields.get("space", "")).lower())
    directions, origin = fields.get("space directions"), fields.get("space origin")
    if signs is None or directions is None or origin is None:
        raise ScanRefused(
            Reason.NO_FRAME,
            "the header does not say where the voxels lie in the patient",
            expected="space, space directions and space origin; space LPS, RAS or LAS",
            why="left and right can not be told",
        )
    if np.shape(directions) != (3, 3) or np.shape(origin) != (3,):
        raise ScanRefused(Reason.BAD_AFFINE, "the directions in the header are not three vectors of three")
    affine = np.eye(4)
    # each row of the header is the step along one voxel axis
    affine[:3, :3] = np.asarray(directions, dtype=np.float64).T
    affine[:3, 3] = np.asarray(origin, dtype=np.float64)
    affine[:3] *= np.array(signs, dtype=np.float64)[:, np.newaxis]
    check_affine(affine)
    return affine


def _encoding(fields: Mapping[str, Any]) -> str:
    encoding = str(fields.get("encoding", "")).lower()
    if encoding == "raw":
        return "no"
    if encoding in ("gzip", "gz"):
        return "data"
    raise ScanRefused(Reason.UNSUPPORTED, "an encoding that is not read", expected="raw or gzip")


def _segment_names(lines: list[str]) -> dict[int, str]:
    """Voxel value → uniform name, of a segmentation of 3D Slicer; names of no structure are left out."""
    segments: dict[str, dict[str, str]] = {}
    for line in lines:
        if found := SEGMENT.fullmatch(line.rstrip()):
            segments.setdefault(found[1], {})[found[2]] = found[3].strip()
    names: dict[int, str] = {}
    for segment in segments.values():
        value, layer = segment.get("LabelValue", ""), segment.get("Layer", "0")
        if not (re.fullmatch(r"\d{1,5}", value) and layer == "0"):
            continue
        if name := uniform_name(segment.get("Name", "")):
            if name in names.values():
                raise ScanRefused(Reason.LABEL_TWICE, f"two segments are named {name}")
            names[int(value)] = name
    return names

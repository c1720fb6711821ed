"""What kind of file it is, told by its first bytes and not by its name, and its header."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from kambin.anatomy.reading.header import Header, is_gzip, open_stream
from kambin.anatomy.reading.nifti import LAYOUTS, read_header
from kambin.anatomy.reading.nrrd import MAGIC, read_nrrd_header
from kambin.anatomy.reading.voxels import refusing
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import Limits

__all__ = ["Format", "format_of", "header_of"]

EXPECTED = "NIfTI (.nii, .nii.gz), NRRD (.nrrd) or DICOM"
FIRST_BYTES = 352


class Format(StrEnum):
    """What this room reads."""

    NIFTI = "nifti"
    NRRD = "nrrd"
    DICOM = "dicom"
    FOLDER = "folder"


def format_of(path: Path) -> Format:
    """Tell the format.

    Parameters
    ----------
    path : Path
        A file, or a folder for a DICOM series.

    Returns
    -------
    Format

    Raises
    ------
    ScanRefused
        No file, no readable file, or none of the formats.
    """
    with refusing():
        if path.is_dir():
            return Format.FOLDER
        if not path.is_file():
            raise ScanRefused(Reason.NOT_A_FILE, "no such file", expected=EXPECTED)
        if path.stat().st_size == 0:
            raise ScanRefused(Reason.EMPTY_FILE, "the file is empty")
        with path.open("rb") as file:
            first = file.read(FIRST_BYTES)
    if first.startswith(b"\x1f\x8b"):
        return Format.NIFTI
    if first.startswith(MAGIC):
        return Format.NRRD
    if first[128:132] == b"DICM":
        return Format.DICOM
    pair = first[344:347] == b"ni1"
    if pair or any(first[at : at + len(magic)] == magic for _, at, magic in LAYOUTS):
        return Format.NIFTI
    raise ScanRefused(Reason.UNKNOWN_FORMAT, "not a file of a known format", expected=EXPECTED)


def header_of(path: Path, kind: Format, limits: Limits) -> Header:
    """Read and check the header of a NIfTI or NRRD file; no memory is set aside for its voxels.

    Parameters
    ----------
    path : Path
    kind : Format
        `Format.NIFTI` or `Format.NRRD`.
    limits : Limits

    Returns
    -------
    Header

    Raises
    ------
    ScanRefused
    """
    with refusing():
        if kind is Format.NRRD:
            return read_nrrd_header(path, limits)
        with open_stream(path) as stream:
            return read_header(stream, path.stat().st_size, is_gzip(path), limits)

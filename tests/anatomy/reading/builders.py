"""Small files of every format, valid ones and hostile ones, written byte by byte or by another library."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from scipy.spatial.transform import Rotation

from kambin.anatomy.frames import lps_from_ras_affine
from kambin.anatomy.reading import LabelMap, read_image, read_label_map
from kambin.anatomy.settings import DEFAULT_LIMITS
from kambin.anatomy.volume import Volume

CT = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT, IMPLICIT, DEFLATED = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1.99",
)
IN_PROCESS = replace(DEFAULT_LIMITS, isolated=False)


def labels_here(path: Path, labels: str | None = None, **more: Any) -> LabelMap:
    """`read_label_map` in this process, for speed; `test_isolation` has the other process."""
    return read_label_map(path, labels, limits=IN_PROCESS, **more)


def image_here(path: Path) -> Volume:
    return read_image(path, limits=IN_PROCESS)


def rigid(x_deg: float = 0, y_deg: float = 0, z_deg: float = 0, shift: Any = (0, 0, 0)) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("xyz", [x_deg, y_deg, z_deg], degrees=True).as_matrix()
    pose[:3, 3] = shift
    return pose


# ------------------------------------------------------------------------------------------ NIfTI


def nifti(dtype: str = "uint8", shape: tuple[int, ...] = (4, 5, 6), **fields: Any) -> bytes:
    """A small valid file with single header fields overwritten, as nibabel would never write it."""
    image = nibabel.Nifti1Image(np.ones(shape, dtype), np.eye(4))
    image.set_sform(np.eye(4), 1)
    image.set_qform(np.eye(4), 1)
    data = image.to_bytes()
    block = np.frombuffer(data[:348], dtype=nibabel.nifti1.header_dtype).copy()
    for name, value in fields.items():
        block[0][name] = value
    return block.tobytes() + data[348:]


def save_nifti(path: Path, array: np.ndarray, lps_from_voxel: np.ndarray) -> Path:
    image = nibabel.Nifti1Image(array, lps_from_ras_affine(lps_from_voxel))
    image.set_sform(image.affine, 1)
    nibabel.save(image, path)
    return path


# ------------------------------------------------------------------------------------------ NRRD


def nrrd(array: np.ndarray, lines: dict[str, str | None] | None = None, segments: str = "") -> bytes:
    """A raw NRRD in LPS with a spacing of 1 mm; `lines` replaces header lines, None drops one."""
    kinds = {"u1": "uint8", "i2": "int16", "u2": "uint16", "f4": "float"}
    header: dict[str, str | None] = {
        "type": kinds[array.dtype.str[1:]],
        "dimension": str(array.ndim),
        "space": "left-posterior-superior",
        "sizes": " ".join(str(size) for size in array.shape),
        "space directions": "(1,0,0) (0,1,0) (0,0,1)",
        "kinds": "domain domain domain",
        "endian": "little",
        "encoding": "raw",
        "space origin": "(0,0,0)",
        **(lines or {}),
    }
    text = "".join(f"{name}: {value}\n" for name, value in header.items() if value is not None)
    return f"NRRD0004\n# a comment\n{text}{segments}\n".encode() + array.tobytes(order="F")


# ------------------------------------------------------------------------------------------ DICOM


def element(tag: int, kind: bytes, value: bytes) -> bytes:
    """One element, explicit little endian."""
    value += b"\0" * (len(value) % 2)
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, kind)
    if kind in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def dicom(content: bytes, syntax: str = EXPLICIT, sop_class: str = CT) -> bytes:
    """A file of that content."""
    meta = (
        element(0x00020001, b"OB", b"\0\1")
        + element(0x00020002, b"UI", sop_class.encode())
        + element(0x00020010, b"UI", syntax.encode())
    )
    return b"\0" * 128 + b"DICM" + element(0x00020000, b"UL", struct.pack("<I", len(meta))) + meta + content


def item(content: bytes, sized: bool = True) -> bytes:
    head = struct.pack("<HHI", 0xFFFE, 0xE000, len(content) if sized else 0xFFFFFFFF)
    return head + content + (b"" if sized else struct.pack("<HHI", 0xFFFE, 0xE00D, 0))


def nested(depth: int, implicit: bool = False, sized: bool = True) -> bytes:
    """A sequence in a sequence in a sequence."""
    content = b""
    for _ in range(depth):
        inner = item(content, sized)
        head = struct.pack("<HH", 0x0008, 0x1140) + (b"" if implicit else b"SQ\0\0")
        head += struct.pack("<I", len(inner) if sized else 0xFFFFFFFF)
        content = head + inner + (b"" if sized else struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))
    return content


def slices(
    array: np.ndarray, lps_from_voxel: np.ndarray, *, intercept: float = -1024, slope: float = 1, **more: Any
) -> list[Dataset]:
    """A CT series of int16 values, one data set per slice; `more` sets elements of all of them."""
    series, frame, study = generate_uid(), generate_uid(), generate_uid()
    step = np.linalg.norm(lps_from_voxel[:3, :3], axis=0)
    rows, columns = array.shape[1], array.shape[0]
    made = []
    for index in range(array.shape[2]):
        one = Dataset()
        one.file_meta = FileMetaDataset()
        one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = CT
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        one.StudyInstanceUID, one.SeriesInstanceUID, one.FrameOfReferenceUID = study, series, frame
        one.PatientName, one.PatientID, one.PatientBirthDate, one.PatientSex = (
            "Doe^Jane",
            "17",
            "19600101",
            "F",
        )
        one.StudyDate = one.StudyTime = one.AccessionNumber = one.ReferringPhysicianName = one.StudyID = ""
        one.Modality, one.InstanceNumber, one.SliceThickness = "CT", index + 1, float(step[2])
        one.Rows, one.Columns = rows, columns
        one.PixelSpacing = [float(step[1]), float(step[0])]
        directions = lps_from_voxel[:3, :2] / step[:2]
        one.ImageOrientationPatient = [float(part) for part in directions.T.ravel()]
        one.ImagePositionPatient = [float(part) for part in (lps_from_voxel @ [0, 0, index, 1])[:3]]
        one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
        one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 16, 15, 1
        one.RescaleSlope, one.RescaleIntercept = slope, intercept
        stored = np.rint((array[:, :, index] - intercept) / slope).astype("<i2")
        one.PixelData = np.ascontiguousarray(stored.T).tobytes()
        for name, value in more.items():
            setattr(one, name, value)
        made.append(one)
    return made


def save_slices(folder: Path, made: Iterable[Dataset], order: Iterable[int] | None = None) -> Path:
    """Write a series; `order` gives the number in each file's name."""
    folder.mkdir(exist_ok=True)
    made = list(made)
    for number, one in zip(order or range(len(made)), made, strict=True):
        one.save_as(folder / f"{number:04d}.dcm", enforce_file_format=True)
    return folder

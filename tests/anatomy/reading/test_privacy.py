"""A name planted in every text of a header reaches no output, no log, no warning and no error."""

from __future__ import annotations

import copy
import gzip
import io
import logging
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from pydicom.datadict import DicomDictionary, dictionary_VR, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from kambin.anatomy.reading import LabelMap
from kambin.anatomy.refusal import ScanRefused
from tests.anatomy.reading.builders import image_here, labels_here, nifti, nrrd, rigid, save_slices, slices
from tests.anatomy.reading.test_segmentation import LABELS, segmentation

NAME = "ZWETSCHGENBAUM"
POSE = rigid(12, -8, 25) @ np.diag([0.6, 0.8, 2.5, 1.0])
TEXT_KINDS = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
# elements that say how the pixels are stored: a name there is a broken file, which is tested apart
STORED = {
    "PhotometricInterpretation",
    "SegmentationType",
    "DimensionOrganizationType",
    "SpecificCharacterSet",
}


class Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def heard() -> Iterator[Heard]:
    handler = Heard()
    loggers = [
        logging.getLogger(name) for name in (None, "pydicom", "highdicom", "nibabel", "nibabel.global")
    ]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield handler
    for logger, level in zip(loggers, before, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


def everything_said(read: Callable[[Path], Any], path: Path, heard: Heard) -> tuple[str, Any]:
    """All that a caller can see of one reading, the debug view of an error included; and the result."""
    out, result = io.StringIO(), None
    with warnings.catch_warnings(record=True) as warned, redirect_stdout(out), redirect_stderr(out):
        warnings.simplefilter("always")
        try:
            result = read(path)
        except ScanRefused as refused:
            out.write("".join(traceback.format_exception(refused)))
            out.write(repr(refused.__dict__) + repr(refused.__context__) + repr(refused.__cause__))
    said = [out.getvalue(), *heard.lines, *(str(warning.message) for warning in warned)]
    if isinstance(result, LabelMap):
        said.append(repr((result.convention, result.how, result.voxels, result.boxes)))
    return "\n".join(said), result


def plant(data: Dataset, depth: int = 0) -> int:
    """Write the name into every text element that a file may hold, and into those it does."""
    planted = 0
    for each in data:
        if each.VR == "SQ":
            planted += sum(plant(child, depth + 1) for child in each.value)
        elif each.VR in TEXT_KINDS and each.keyword not in STORED:
            each.value = NAME if each.VR != "CS" else NAME[:16]
            planted += 1
    if depth == 0:
        wanted = [tag for tag in DicomDictionary if dictionary_VR(tag) == "PN"][:40]
        for tag in wanted:
            data.add_new(tag, "PN", f"{NAME}^Jane")
            planted += 1
        data.OtherPatientIDsSequence = Sequence([Dataset()])
        data.OtherPatientIDsSequence[0].PatientID = NAME
        data.add_new(0x00091010, "LO", NAME)
        assert keyword_for_tag(wanted[0])
    return planted


def test_dicom_slices(tmp_path: Path, heard: Heard) -> None:
    made = slices(np.zeros((6, 5, 4), np.int16), POSE)
    for one in made:
        assert plant(one) > 30
    said, result = everything_said(image_here, save_slices(tmp_path / "ct", made), heard)
    assert result is not None
    assert NAME not in said and "Jane" not in said


WANTED_NUMBERS = (
    "PixelSpacing",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "RescaleSlope",
    "RescaleIntercept",
    "NumberOfFrames",
    "PhotometricInterpretation",
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
)


@pytest.mark.parametrize("keyword", WANTED_NUMBERS)
def test_dicom_slices_with_a_name_where_a_number_belongs(tmp_path: Path, heard: Heard, keyword: str) -> None:
    made = slices(np.zeros((6, 5, 4), np.int16), POSE)
    folder = save_slices(tmp_path / "ct", made)
    length = 12
    for number, path in enumerate(sorted(folder.iterdir())):
        one = copy.deepcopy(made[number])
        setattr(one, keyword, None)
        marker = Dataset()
        marker.add_new(one[keyword].tag, "LO", NAME[:length])
        one.add(marker[one[keyword].tag])
        one.save_as(path, enforce_file_format=True)
        assert NAME[:length].encode() in path.read_bytes()
    said, _ = everything_said(image_here, folder, heard)
    assert NAME[:length] not in said


def test_dicom_segmentations(tmp_path: Path, heard: Heard) -> None:
    made = segmentation(LABELS)
    assert plant(made) > 50
    for part in made.SegmentSequence:
        part.SegmentAlgorithmType = "MANUAL"
    path = tmp_path / "seg.dcm"
    made.save_as(path)
    said, _ = everything_said(lambda path: labels_here(path, "verse"), path, heard)
    assert NAME not in said and NAME[:12] not in said
    part.SegmentAlgorithmType = NAME[:16]
    made.SegmentationType = NAME[:16]
    made.save_as(path)
    said, result = everything_said(labels_here, path, heard)
    assert result is None
    assert NAME[:12] not in said


@pytest.mark.parametrize(
    "broken", [{}, {"qform_code": 0, "sform_code": 0}, {"datatype": 77}, {"magic": b"x"}]
)
@pytest.mark.parametrize("packed", [False, True])
def test_nifti(tmp_path: Path, heard: Heard, broken: dict[str, Any], packed: bool) -> None:
    texts = dict.fromkeys(("descrip", "aux_file", "intent_name", "db_name", "data_type"), NAME.encode())
    data = bytearray(nifti(**broken, **texts))
    extension = nibabel.nifti1.Nifti1Extension("comment", NAME.encode() + b'<Label Key="1">' + NAME.encode())
    note = bytearray(extension.get_sizeondisk())
    note[:8] = np.array([len(note), 6], "<i4").tobytes()
    note[8 : 8 + len(NAME)] = NAME.encode()
    table = f'<Label Key="1" Red="1"><![CDATA[{NAME}]]></Label>'.encode()
    note = note + np.array([8 + len(table) + -(8 + len(table)) % 16, 0], "<i4").tobytes() + table
    note += b"\0" * (-len(note) % 16)
    block = np.frombuffer(bytes(data[:348]), dtype=nibabel.nifti1.header_dtype).copy()
    block[0]["vox_offset"] = 352 + len(note)
    data = bytearray(block.tobytes() + b"\1\0\0\0" + bytes(note) + bytes(data[352:]))
    path = tmp_path / "map.nii"
    path.write_bytes(gzip.compress(bytes(data)) if packed else bytes(data))
    said, result = everything_said(lambda path: labels_here(path, "total"), path, heard)
    assert (result is None) == bool(broken)
    assert NAME not in said


FIELDS = ("type", "space", "sizes", "space directions", "kinds", "endian", "encoding", "space origin")


@pytest.mark.parametrize("field", [None, *FIELDS])
def test_nrrd(tmp_path: Path, heard: Heard, field: str | None) -> None:
    texts: dict[str, str | None] = dict.fromkeys(("content", "space units", "labels", "units"), NAME)
    if field is not None:
        texts[field] = NAME
    segments = f"patient:={NAME}\nSegment0_Name:={NAME}\nSegment0_LabelValue:=1\n# {NAME}\n{NAME}: {NAME}\n"
    path = tmp_path / "map.nrrd"
    path.write_bytes(nrrd(np.ones((3, 4, 5), "u1"), texts, segments))
    said, result = everything_said(lambda path: labels_here(path, "total"), path, heard)
    assert (result is None) == (field not in (None, "endian"))  # single bytes have no order
    assert NAME not in said

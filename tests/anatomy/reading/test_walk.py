from __future__ import annotations

import struct
import tracemalloc
import zlib
from pathlib import Path

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.sequence import Sequence

from kambin.anatomy.reading.walk import walk_bytes, walk_file
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import DEFAULT_LIMITS, Limits
from tests.anatomy.reading.builders import CT, DEFLATED, EXPLICIT, IMPLICIT, dicom, element, item, nested

RLE = "1.2.840.10008.1.2.5"


def refusal(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Reason:
    with pytest.raises(ScanRefused) as refused:
        walk_bytes(data, limits)
    return refused.value.reason


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("sized", [False, True])
def test_depth_is_counted(implicit: bool, sized: bool) -> None:
    syntax = IMPLICIT if implicit else EXPLICIT
    for depth in (1, 2, 16):
        walked = walk_bytes(dicom(nested(depth, implicit, sized), syntax), DEFAULT_LIMITS)
        assert walked.depth == depth
        assert walked.sop_class == CT
    for depth in (17, 300):
        assert refusal(dicom(nested(depth, implicit, sized), syntax)) is Reason.NESTED_TOO_DEEP


def test_twenty_thousand_levels_end_at_the_limit() -> None:
    head = struct.pack("<HH", 0x0008, 0x1140) + b"SQ\0\0" + struct.pack("<I", 0xFFFFFFFF)
    level = head + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    assert refusal(dicom(level * 20_000)) is Reason.NESTED_TOO_DEEP


def test_a_sequence_hidden_in_an_unknown_element_is_counted() -> None:
    inner = item(nested(20, implicit=True))
    assert refusal(dicom(element(0x00091010, b"UN", inner))) is Reason.NESTED_TOO_DEEP
    undefined = struct.pack("<HH2sHI", 9, 0x1010, b"UN", 0, 0xFFFFFFFF) + inner
    assert refusal(dicom(undefined + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))) is Reason.NESTED_TOO_DEEP


def test_a_deflated_data_set_is_not_inflated() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"\0" * 50_000_000) + packer.flush()
    tracemalloc.start()
    try:
        assert refusal(dicom(packed, DEFLATED)) is Reason.DEFLATED
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.NOT_DICOM),
        (b"\0" * 500, Reason.NOT_DICOM),
        (b"\0" * 128 + b"DICM", Reason.BAD_HEADER),
        (dicom(b"", sop_class="1.2.840.10008.1.3.10"), Reason.MEDIA_DIRECTORY),
        (dicom(b"", "1.2.840.10008.1.2.4.90"), Reason.UNSUPPORTED),  # JPEG 2000
        (dicom(b"", "1.2.840.10008.1.2.2"), Reason.UNSUPPORTED),  # big endian
        (dicom(b"", "1.2.840.10008.1.2.4.95"), Reason.DEFLATED),  # by reference, deflated
        (dicom(b"\x08\0"), Reason.TRUNCATED),
        (dicom(element(0x00080060, b"CS", b"CT")[:-1]), Reason.TRUNCATED),
        (dicom(struct.pack("<HH2sHI", 8, 0x1140, b"UT", 0, 0xFFFFFFF0)), Reason.TRUNCATED),
        (dicom(struct.pack("<HH2sHI", 8, 0x1140, b"SQ", 0, 0xFFFFFFFF)), Reason.TRUNCATED),
        (dicom(struct.pack("<HH2sH", 8, 0x60, b"\1\2", 0)), Reason.CORRUPT),
        (dicom(struct.pack("<HHI", 0xFFFE, 0xE00D, 0)), Reason.CORRUPT),
        (dicom(item(b"")), Reason.CORRUPT),
        (dicom(element(0x00081140, b"SQ", element(0x00080060, b"CS", b"CT"))), Reason.CORRUPT),
        (
            dicom(element(0x00081140, b"SQ", item(element(0x00080060, b"CS", b"CTCT"))[:-2])),
            Reason.TRUNCATED,
        ),
        (
            dicom(element(0x00081140, b"SQ", item(element(0x00080060, b"CS", b"CTCT"))[:-2]) + b"\0" * 20),
            Reason.CORRUPT,
        ),
        (
            dicom(struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF) + item(b"ab"), RLE),
            Reason.TRUNCATED,
        ),
    ],
    ids=range(18),
)
def test_what_a_parser_is_not_shown(data: bytes, reason: Reason) -> None:
    assert refusal(data) is reason


def test_elements_are_counted() -> None:
    data = dicom(element(0x00080060, b"CS", b"CT") * 100)
    assert walk_bytes(data, DEFAULT_LIMITS).elements == 100
    assert walk_bytes(data, Limits(max_elements=100)).elements == 100
    assert refusal(data, Limits(max_elements=99)) is Reason.TOO_MANY_ELEMENTS


def test_fragments_are_passed_over_and_measured() -> None:
    pixels = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF)
    pixels += item(b"") + item(b"abcd") + item(b"ef") + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    walked = walk_bytes(dicom(pixels + element(0xFFFCFFFC, b"OB", b"padding"), RLE), DEFAULT_LIMITS)
    assert walked.pixel_bytes == 6


def test_pixels_of_an_icon_are_not_those_of_the_image() -> None:
    icon = element(0x00880200, b"SQ", item(element(0x7FE00010, b"OW", b"icon")))
    assert walk_bytes(dicom(icon), DEFAULT_LIMITS).pixel_bytes == 0
    assert walk_bytes(dicom(icon + element(0x7FE00010, b"OW", b"image!")), DEFAULT_LIMITS).pixel_bytes == 6


def _count(data: Dataset) -> tuple[int, int]:
    """Elements and depth as pydicom counts them: another path to the truth."""
    elements, depth = 0, 0
    for each in data:
        elements += 1
        if each.VR == "SQ":
            depth = max(depth, 1)
            for child in each.value:
                inner, below = _count(child)
                elements, depth = elements + inner, max(depth, 1 + below)
    return elements, depth


def data_sets(depth: int) -> st.SearchStrategy[Dataset]:
    def build(words: list[str], children: list[Dataset]) -> Dataset:
        made = Dataset()
        for number, word in enumerate(words):
            made.add_new(0x00080100 + 2 * number, "LO", word)
        if children:
            made.ReferencedImageSequence = Sequence(children)
        return made

    text = st.lists(st.text("abc", max_size=9), max_size=3)
    below = st.lists(data_sets(depth - 1), max_size=3) if depth else st.just([])
    return st.builds(build, text, below)


@given(data_sets(3), st.booleans(), st.booleans())
def test_the_walk_sees_what_pydicom_wrote(made: Dataset, implicit: bool, undefined: bool) -> None:
    for each in made.iterall():
        if each.VR == "SQ":
            each.is_undefined_length = undefined
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, implicit
    pydicom.filewriter.write_dataset(buffer, made)
    walked = walk_bytes(dicom(buffer.getvalue(), IMPLICIT if implicit else EXPLICIT), DEFAULT_LIMITS)
    elements, depth = _count(made)
    assert walked.depth == depth
    assert walked.elements >= elements  # the walk counts items and delimiters too


@given(st.binary(max_size=400), st.sampled_from([EXPLICIT, IMPLICIT, RLE]))
def test_noise_ends(noise: bytes, syntax: str) -> None:
    try:
        walk_bytes(dicom(noise, syntax), DEFAULT_LIMITS)
    except ScanRefused as refused:
        assert refused.reason in (
            Reason.TRUNCATED,
            Reason.CORRUPT,
            Reason.NESTED_TOO_DEEP,
            Reason.TOO_MANY_ELEMENTS,
        )


def test_a_file_too_short_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "one.dcm"
    path.write_bytes(b"\0" * 100)
    with pytest.raises(ScanRefused) as refused:
        walk_file(path, DEFAULT_LIMITS)
    assert refused.value.reason is Reason.NOT_DICOM


def test_fragments_that_lead_out_of_the_file() -> None:
    pixels = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF)
    assert refusal(dicom(pixels + struct.pack("<HHI", 0xFFFE, 0xE000, 99) + b"ab", RLE)) is Reason.TRUNCATED
    assert refusal(dicom(pixels + element(0x00080060, b"CS", b"CT"), RLE)) is Reason.TRUNCATED


def test_a_file_is_walked_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "one.dcm"
    path.write_bytes(
        dicom(element(0x00080060, b"CS", b"CT") + element(0x7FE00010, b"OW", b"\0" * 30_000_000))
    )
    tracemalloc.start()
    try:
        assert walk_file(path, DEFAULT_LIMITS).pixel_bytes == 30_000_000
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()

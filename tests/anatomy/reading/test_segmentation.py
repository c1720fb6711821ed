from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from highdicom.sr.coding import CodedConcept
from pydicom.uid import RLELossless, generate_uid

from kambin.anatomy.reading import read_label_map
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import Limits
from tests.anatomy.reading.builders import dicom, labels_here, rigid, save_slices, slices

POSE = rigid(12, -8, 25, (-100, 50, -700)) @ np.diag([0.6, 0.8, 2.5, 1.0])
LABELS = np.zeros((7, 6, 5), np.uint8)  # columns, rows, slices
LABELS[1:3, 1:4, 0:2], LABELS[4:6, 2:5, 1:3], LABELS[0, 0, 4] = 1, 2, 3
L4 = CodedConcept("11994002", "SCT", "L4 vertebra")
L5 = CodedConcept("49668003", "SCT", "L5 vertebra")
OTHER = CodedConcept("1234567", "SCT", "Something else")


@cache
def source() -> list[pydicom.Dataset]:
    return slices(np.zeros(LABELS.shape, np.int16), POSE)


def described(number: int, label: str, code: CodedConcept) -> highdicom.seg.SegmentDescription:
    category = CodedConcept("123037004", "SCT", "Anatomical Structure")
    return highdicom.seg.SegmentDescription(number, label, category, copy.deepcopy(code), "MANUAL")


SEGMENTS = (("Vertebra L4", OTHER), ("made by Jane Doe", L5), ("Jane Doe", OTHER))


def segmentation(
    pixels: np.ndarray, kind: str = "BINARY", segments: Any = SEGMENTS, **more: Any
) -> highdicom.seg.Segmentation:
    return highdicom.seg.Segmentation(
        copy.deepcopy(source()),  # what is put in becomes part of the segmentation, which tests change
        np.moveaxis(pixels, (0, 1, 2), (2, 1, 0)),
        kind,
        [described(number, label, code) for number, (label, code) in enumerate(segments, 1)],
        generate_uid(),
        1,
        generate_uid(),
        1,
        "maker",
        "model",
        "1",
        "1",
        **more,
    )


def saved(tmp_path: Path, made: pydicom.Dataset) -> Path:
    path = tmp_path / "seg.dcm"
    made.save_as(path)
    return path


def refusal(path: Path, labels: str | None = None) -> Reason:
    with pytest.raises(ScanRefused) as refused:
        labels_here(path, labels)
    return refused.value.reason


def places(array: np.ndarray, affine: np.ndarray, value: int) -> np.ndarray:
    """Middles of the voxels of a value, LPS mm, sorted."""
    found = np.argwhere(array == value) @ affine[:3, :3].T + affine[:3, 3]
    return found[np.lexsort(np.round(found, 3).T)]


@pytest.mark.parametrize(("kind", "packed"), [("BINARY", False), ("LABELMAP", False), ("LABELMAP", True)])
def test_segments_lie_where_they_were_drawn(tmp_path: Path, kind: str, packed: bool) -> None:
    more = {"transfer_syntax_uid": RLELossless} if packed else {}
    found = labels_here(saved(tmp_path, segmentation(LABELS, kind, **more)))
    assert found.convention.name == "named"
    assert found.voxels == {"vertebrae_L4": 12, "vertebrae_L5": 12}
    assert found.unknown_values == (3,)
    for name, value in (("vertebrae_L4", 1), ("vertebrae_L5", 2)):
        read = places(found.volume.array, found.volume.lps_from_voxel, found.value_of(name))
        assert np.allclose(read, places(LABELS, POSE, value), atol=1e-3)


def test_the_reading_process_reads_it_too(tmp_path: Path) -> None:
    found = read_label_map(saved(tmp_path, segmentation(LABELS)))
    assert found.voxels == {"vertebrae_L4": 12, "vertebrae_L5": 12}


def test_slices_without_any_segment_are_background(tmp_path: Path) -> None:
    # slice 3 is empty, its frame is left out, and its place in the volume stays
    found = labels_here(saved(tmp_path, segmentation(LABELS)))
    assert found.volume.array.shape[0] == 5
    assert found.volume.spacing_mm[0] == pytest.approx(2.5, abs=1e-3)


def test_a_folder_that_holds_it_alone(tmp_path: Path) -> None:
    path = saved(tmp_path, segmentation(LABELS))
    assert labels_here(tmp_path).voxels == labels_here(path).voxels
    (tmp_path / "second.dcm").write_bytes(path.read_bytes())
    assert refusal(tmp_path) is Reason.UNSUPPORTED


def test_overlapping_segments_are_refused(tmp_path: Path) -> None:
    stacked = np.stack([value == LABELS for value in (1, 2, 3)], axis=-1).astype(np.uint8)
    stacked[1, 1, 0, 1] = 1
    made = segmentation(stacked)
    assert refusal(saved(tmp_path, made)) is Reason.OVERLAP


def test_two_segments_of_one_level_are_refused(tmp_path: Path) -> None:
    made = segmentation(LABELS, segments=(("L4", OTHER), ("whatever", L4), ("Jane Doe", OTHER)))
    assert refusal(saved(tmp_path, made)) is Reason.LABEL_TWICE


def test_the_caller_may_not_contradict_the_names(tmp_path: Path) -> None:
    assert refusal(saved(tmp_path, segmentation(LABELS)), "total") is Reason.CONVENTION_CONTRADICTED


def test_other_objects_are_refused(tmp_path: Path) -> None:
    folder = save_slices(tmp_path / "ct", slices(np.zeros((4, 4, 2), np.int16), POSE))
    assert refusal(folder / "0000.dcm") is Reason.UNSUPPORTED
    path = tmp_path / "DICOMDIR"
    path.write_bytes(dicom(b"", sop_class="1.2.840.10008.1.3.10"))
    assert refusal(path) is Reason.MEDIA_DIRECTORY


def test_fractions_are_refused(tmp_path: Path) -> None:
    half = (np.stack([value == LABELS for value in (1, 2, 3)], axis=-1) * 0.5).astype(np.float32)
    made = segmentation(half, "FRACTIONAL", max_fractional_value=100)
    assert refusal(saved(tmp_path, made)) is Reason.UNSUPPORTED


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("NumberOfFrames", 2_000_000_000, Reason.TOO_LARGE),
        ("NumberOfFrames", 1000, Reason.TRUNCATED),
        ("Rows", 60_000, Reason.TRUNCATED),
        ("BitsAllocated", 32, Reason.UNSUPPORTED),
        ("PixelData", b"\0\0", Reason.TRUNCATED),
    ],
)
def test_frames_that_are_not_there(tmp_path: Path, name: str, value: Any, reason: Reason) -> None:
    made = segmentation(LABELS)
    setattr(made, name, value)
    assert refusal(saved(tmp_path, made)) is reason


def test_a_segmentation_has_to_say_its_size(tmp_path: Path) -> None:
    made = segmentation(LABELS)
    del made.Rows
    assert refusal(saved(tmp_path, made)) is Reason.BAD_HEADER


def test_frames_that_claim_one_place_are_refused(tmp_path: Path) -> None:
    made = segmentation(LABELS)
    first, second = made.PerFrameFunctionalGroupsSequence[:2]
    second.PlanePositionSequence = first.PlanePositionSequence
    second.SegmentIdentificationSequence = first.SegmentIdentificationSequence
    assert refusal(saved(tmp_path, made)) in (Reason.CORRUPT, Reason.SLICE_GAP, Reason.OVERLAP)


def test_frames_at_uneven_distances_are_no_volume(tmp_path: Path) -> None:
    made = segmentation(LABELS)
    for frame in made.PerFrameFunctionalGroupsSequence:
        position = frame.PlanePositionSequence[0]
        place = np.array(position.ImagePositionPatient, float)
        if np.linalg.norm(place - POSE[:3, 3]) < 0.1:
            position.ImagePositionPatient = [float(part) for part in place - 0.3 * POSE[:3, 2]]
    assert refusal(saved(tmp_path, made)) is Reason.SLICE_GAP


def test_pixels_are_limited(tmp_path: Path) -> None:
    path = saved(tmp_path, segmentation(LABELS))
    for limits in (Limits(max_pixels=100, isolated=False), Limits(max_voxels=200, isolated=False)):
        with pytest.raises(ScanRefused) as refused:
            read_label_map(path, limits=limits)
        assert refused.value.reason is Reason.TOO_LARGE

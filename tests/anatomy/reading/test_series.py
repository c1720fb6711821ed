from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless, generate_uid

from kambin.anatomy.reading import read_image
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import Limits
from tests.anatomy.reading.builders import IN_PROCESS, dicom, element, image_here, rigid, save_slices, slices

RANDOM = np.random.default_rng(7)
CT = RANDOM.integers(-1000, 2000, (6, 5, 4)).astype(np.int16)
POSE = rigid(12, -8, 25, (-100, 50, -700)) @ np.diag([0.6, 0.8, 2.5, 1.0])


def refusal(folder: Path) -> Reason:
    with pytest.raises(ScanRefused) as refused:
        image_here(folder)
    return refused.value.reason


ANGLE = st.floats(-40, 40)
POSES = st.builds(rigid, ANGLE, ANGLE, ANGLE, st.tuples(*[st.floats(-400, 400)] * 3))


@settings(max_examples=20)
@given(
    st.builds(rigid, ANGLE, ANGLE, ANGLE, st.tuples(*[st.floats(-400, 400)] * 3)),
    st.permutations(range(4)),
    st.sampled_from([0.3, 1.25, 4.5]),
)
def test_slices_are_sorted_by_where_they_lie(
    tmp_path_factory: pytest.TempPathFactory, pose: np.ndarray, order: list[int], step: float
) -> None:
    place = pose @ np.diag([0.7, 0.7, step, 1.0])
    folder = save_slices(tmp_path_factory.mktemp("ct"), slices(CT, place), order)
    read = image_here(folder)
    assert np.array_equal(read.array, CT)
    assert np.allclose(read.lps_from_voxel, place, atol=1e-4)
    assert read.array.dtype == np.int16


def test_simpleitk_places_the_same_voxels(tmp_path: Path) -> None:
    folder = save_slices(tmp_path / "ct", slices(CT, POSE), [3, 0, 2, 1])
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    other = SimpleITK.GetArrayFromImage(image).transpose(2, 1, 0)
    read = image_here(folder)
    for index in np.ndindex(CT.shape):
        where = image.TransformIndexToPhysicalPoint([int(part) for part in index])
        voxel = np.rint(np.linalg.inv(read.lps_from_voxel) @ [*where, 1])[:3].astype(int)
        assert read.array[tuple(voxel)] == other[index]


def test_slope_and_intercept_make_the_values(tmp_path: Path) -> None:
    made = slices(CT, POSE, slope=0.5, intercept=10)
    read = image_here(save_slices(tmp_path / "mr", made))
    assert read.array.dtype == np.float32
    assert np.allclose(read.array, CT, atol=0.26)


@pytest.mark.parametrize("value", [0, 40_000, 65_535])
def test_unsigned_values_keep_their_size(tmp_path: Path, value: int) -> None:
    made = slices(CT, POSE, intercept=0, PixelRepresentation=0)
    for one in made:
        one.PixelData = np.full(30, value, "<u2").tobytes()
    assert (image_here(save_slices(tmp_path / "mr", made)).array == value).all()


def test_padding_below_the_range_is_the_lowest_value(tmp_path: Path) -> None:
    made = slices(CT, POSE)
    made[0].PixelData = np.full(30, -32768, "<i2").tobytes()
    read = image_here(save_slices(tmp_path / "ct", made))
    assert (read.array[:, :, 0] == -32768).all()
    assert np.array_equal(read.array[:, :, 1:], CT[:, :, 1:])


def test_each_slice_has_its_own_slope(tmp_path: Path) -> None:
    made = slices(CT, POSE)
    made[2].RescaleSlope = 2
    read = image_here(save_slices(tmp_path / "mr", made))
    assert np.allclose(read.array[:, :, 2], (CT[:, :, 2] + 1024.0) * 2 - 1024)
    assert np.allclose(read.array[:, :, 1], CT[:, :, 1])


def test_run_length_encoding_is_read(tmp_path: Path) -> None:
    made = slices(CT, POSE)
    for one in made:
        one.compress(RLELossless)
    assert np.array_equal(image_here(save_slices(tmp_path / "ct", made)).array, CT)


def test_a_tilted_gantry_is_a_sheared_grid(tmp_path: Path) -> None:
    sheared = POSE.copy()
    sheared[:3, 2] += 0.6 * sheared[:3, 1]
    made = slices(CT, sheared)
    assert np.allclose(image_here(save_slices(tmp_path / "ct", made)).lps_from_voxel, sheared, atol=1e-4)


Change = Callable[[list[Dataset]], list[Dataset]]


def changed(index: int, name: str, value: object) -> Change:
    def change(made: list[Dataset]) -> list[Dataset]:
        setattr(made[index], name, value)
        return made

    return change


def moved(index: int, step: float, axis: int) -> Change:
    def change(made: list[Dataset]) -> list[Dataset]:
        place = np.array(made[index].ImagePositionPatient, float) + step * POSE[:3, axis]
        made[index].ImagePositionPatient = [float(part) for part in place]
        return made

    return change


def dropped(made: list[Dataset], name: str) -> list[Dataset]:
    delattr(made[1], name)
    return made


def other_class(one: Dataset) -> Dataset:
    one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    return one


def narrower(one: Dataset) -> Dataset:
    one.Columns, one.PixelData = 5, b"\0" * 50
    return one


def on_all(name: str, value: object) -> Change:
    def change(made: list[Dataset]) -> list[Dataset]:
        for index in range(len(made)):
            changed(index, name, value)(made)
        return made

    return change


BROKEN: dict[str, tuple[Change, Reason]] = {
    "a slice is missing": (lambda made: [*made[:2], made[3]], Reason.SLICE_GAP),
    "a slice is a little off": (moved(2, 0.1, 2), Reason.SLICE_GAP),
    "a slice is shifted sideways": (moved(2, 0.5, 0), Reason.MIXED_FRAMES),
    "a slice is there twice": (lambda made: [*made, made[1]], Reason.DUPLICATE_SLICE),
    "one slice": (lambda made: made[:1], Reason.NOT_3D),
    "another series": (changed(1, "SeriesInstanceUID", generate_uid()), Reason.MIXED_SERIES),
    "another frame of reference": (changed(3, "FrameOfReferenceUID", generate_uid()), Reason.MIXED_FRAMES),
    "turned": (changed(1, "ImageOrientationPatient", [1, 0, 0, 0, 1, 0]), Reason.MIXED_FRAMES),
    "another spacing": (changed(1, "PixelSpacing", [0.9, 0.6]), Reason.MIXED_SERIES),
    "another size": (lambda made: [*made[:3], narrower(made[3])], Reason.MIXED_SERIES),
    "pixels cut off": (changed(1, "PixelData", b"\0" * 58), Reason.TRUNCATED),
    "more pixels than declared": (changed(1, "PixelData", b"\0" * 64), Reason.TRUNCATED),
    "no position": (lambda made: dropped(made, "ImagePositionPatient"), Reason.BAD_HEADER),
    "a slope of nan": (changed(1, "RescaleSlope", "nan"), Reason.BAD_HEADER),
    "an endless intercept": (changed(1, "RescaleIntercept", "inf"), Reason.BAD_HEADER),
    "no columns": (changed(1, "Columns", 0), Reason.TOO_LARGE),
    "colours": (changed(1, "SamplesPerPixel", 3), Reason.UNSUPPORTED),
    "32 bits": (changed(1, "BitsAllocated", 32), Reason.UNSUPPORTED),
    "many frames": (changed(1, "NumberOfFrames", 5), Reason.UNSUPPORTED),
    "another kind of object": (
        lambda made: [*made[:3], other_class(made[3])],
        Reason.UNSUPPORTED,
    ),
    "no rotation": (on_all("ImageOrientationPatient", [1, 0, 0, 1, 0, 0]), Reason.BAD_AFFINE),
    "metres": (on_all("PixelSpacing", [0.0006, 0.0008]), Reason.BAD_SPACING),
}


@pytest.mark.parametrize("name", BROKEN)
def test_series_that_are_no_volume(tmp_path: Path, name: str) -> None:
    change, reason = BROKEN[name]
    assert refusal(save_slices(tmp_path / "ct", change(slices(CT, POSE)))) is reason


def test_folders_without_a_series(tmp_path: Path) -> None:
    assert refusal(tmp_path) is Reason.NOT_DICOM
    (tmp_path / "notes.txt").write_text("nothing of interest")
    assert refusal(tmp_path) is Reason.NOT_DICOM
    (tmp_path / "DICOMDIR").write_bytes(dicom(b"", sop_class="1.2.840.10008.1.3.10"))
    assert refusal(tmp_path) is Reason.MEDIA_DIRECTORY


def test_other_files_beside_the_series_are_passed_over(tmp_path: Path) -> None:
    folder = save_slices(tmp_path / "ct", slices(CT, POSE))
    (folder / "notes.txt").write_text("nothing of interest")
    (folder / "deeper").mkdir()
    (folder / "link.dcm").symlink_to(folder / "0000.dcm")
    assert np.array_equal(image_here(folder).array, CT)


def test_one_file_is_no_image(tmp_path: Path) -> None:
    folder = save_slices(tmp_path / "ct", slices(CT, POSE))
    assert refusal(folder / "0000.dcm") is Reason.UNSUPPORTED


def test_a_deflated_slice_is_refused(tmp_path: Path) -> None:
    folder = save_slices(tmp_path / "ct", slices(CT, POSE))
    (folder / "0009.dcm").write_bytes(dicom(element(0x00080060, b"CS", b"CT"), "1.2.840.10008.1.2.1.99"))
    assert refusal(folder) is Reason.DEFLATED


def test_files_and_voxels_are_limited(tmp_path: Path) -> None:
    folder = save_slices(tmp_path / "ct", slices(CT, POSE))
    for limits in (Limits(max_files=3, isolated=False), Limits(max_voxels=119, isolated=False)):
        with pytest.raises(ScanRefused) as refused:
            read_image(folder, limits=limits)
        assert refused.value.reason is Reason.TOO_LARGE
    assert read_image(folder, limits=Limits(max_files=4, max_voxels=120, isolated=False)).array.size == 120
    assert IN_PROCESS.max_files > 1000

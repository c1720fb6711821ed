from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kambin.anatomy.reading import label_map_of, read_label_map
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import Limits
from kambin.anatomy.volume import Volume
from tests.anatomy.scenes import IDS, phantom_volume, write_nifti


def volume(array: np.ndarray) -> Volume:
    return Volume(array, np.diag([2.0, 2.0, 2.0, 1.0]))


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "int16", "uint16", "int32", "int64", "float32", "float64"]
)
def test_labels_survive_every_type_of_voxel(tmp_path: Path, dtype: str) -> None:
    array = phantom_volume().array
    image = nibabel.Nifti1Image(array.astype(dtype), np.diag([-2.0, -2.0, 2.0, 1.0]), dtype=dtype)
    image.set_sform(image.affine, 1)
    nibabel.save(image, tmp_path / "map.nii.gz")
    read = read_label_map(tmp_path / "map.nii.gz", "total")
    assert read.volume.array.dtype == np.uint8
    assert np.array_equal(read.volume.array, array)


@given(arrays.arrays(np.uint16, st.tuples(*[st.integers(1, 6)] * 3), elements=st.integers(0, 400)))
def test_counts_and_boxes_are_those_of_numpy(array: np.ndarray) -> None:
    if not array.any():
        with pytest.raises(ScanRefused) as refused:
            label_map_of(volume(array), "total")
        assert refused.value.reason is Reason.EMPTY_MAP
        return
    found = label_map_of(volume(array), "total")
    assert np.array_equal(found.volume.array, array)
    for name, box in found.boxes.items():
        places = np.argwhere(array == found.value_of(name))
        assert found.voxels[name] == len(places)
        assert [(part.start, part.stop) for part in box] == [
            (low, high + 1) for low, high in zip(places.min(0), places.max(0), strict=True)
        ]
    known = {found.value_of(name) for name in found.voxels}
    assert known | set(found.unknown_values) == set(np.unique(array)) - {0}
    assert all(value > 117 for value in found.unknown_values)


@pytest.mark.parametrize(
    "value", [0.5, -1, 70_000, float("nan"), float("inf"), -float("inf")], ids=lambda value: str(value)
)
def test_values_that_are_no_labels(value: float) -> None:
    array = np.zeros((3, 3, 3))
    array[0, 0, 0], array[1, 1, 1] = 27, value
    with pytest.raises(ScanRefused) as refused:
        label_map_of(volume(array), "total")
    assert refused.value.reason is Reason.NOT_LABELS


def test_an_image_is_no_label_map() -> None:
    hounsfield = np.random.default_rng(0).integers(-1000, 1500, (10, 10, 10)).astype(np.int16)
    with pytest.raises(ScanRefused) as refused:
        label_map_of(volume(hounsfield), "total")
    assert refused.value.reason is Reason.NOT_LABELS


def test_the_highest_label_is_a_setting() -> None:
    array = np.full((2, 2, 2), 300, np.uint16)
    assert label_map_of(volume(array), "total").unknown_values == (300,)
    with pytest.raises(ScanRefused):
        label_map_of(volume(array), "total", limits=Limits(max_label=299))


def test_axis_order_in_memory_changes_nothing() -> None:
    array = phantom_volume().array
    for order in "CF":
        found = label_map_of(volume(np.array(array, order=order)), "total")
        assert found.voxels == label_map_of(phantom_volume(), "total").voxels


def test_structures_are_found_by_name() -> None:
    found = label_map_of(phantom_volume(), "total")
    for name, value in IDS.items():
        structure = name if name in ("sacrum", "hip_left", "hip_right") else f"vertebrae_{name}"
        assert found.value_of(structure) == value
        assert found.voxels[structure] == np.count_nonzero(phantom_volume().array == value)


def test_all_background(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "map.nii.gz", np.zeros((5, 5, 5), np.uint8), np.eye(4))
    with pytest.raises(ScanRefused) as refused:
        read_label_map(path)
    assert refused.value.reason is Reason.EMPTY_MAP

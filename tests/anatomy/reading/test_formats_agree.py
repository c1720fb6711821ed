"""One label map in every format is one label map: the same structures in the same places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pytest
import SimpleITK
from highdicom.sr.coding import CodedConcept
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import generate_uid
from scipy.spatial import cKDTree

from kambin.anatomy.reading import LabelMap
from tests.anatomy.reading.builders import labels_here, rigid, save_nifti, slices

NAMES = {27: "vertebrae_L5", 28: "vertebrae_L4", 29: "vertebrae_L3"}
ANGLE = st.floats(-60, 60)


def as_nrrd(path: Path, array: np.ndarray, place: np.ndarray) -> Path:
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(array.T))
    step = np.linalg.norm(place[:3, :3], axis=0)
    image.SetSpacing(step.tolist())
    image.SetDirection((place[:3, :3] / step).ravel().tolist())
    image.SetOrigin(place[:3, 3].tolist())
    SimpleITK.WriteImage(image, str(path), True)
    return path


def as_segmentation(path: Path, array: np.ndarray, place: np.ndarray) -> Path:
    category = CodedConcept("123037004", "SCT", "Anatomical Structure")
    described = [
        highdicom.seg.SegmentDescription(number, name, category, category, "MANUAL")
        for number, name in enumerate(NAMES.values(), 1)
    ]
    numbered = np.select([array == value for value in NAMES], range(1, 4)).astype(np.uint8)
    source: Any = slices(np.zeros(array.shape, np.int16), place)
    made = highdicom.seg.Segmentation(
        source, numbered.T, "BINARY", described, generate_uid(), 1, generate_uid(), 1, "a", "b", "1", "1"
    )
    made.save_as(path)
    return path


def places(found: LabelMap, name: str) -> np.ndarray:
    """Middles of a structure's voxels, LPS mm."""
    index = np.argwhere(found.volume.array == found.value_of(name))
    return index @ found.volume.lps_from_voxel[:3, :3].T + found.volume.lps_from_voxel[:3, 3]


@settings(max_examples=15)
@given(
    st.builds(rigid, ANGLE, ANGLE, ANGLE, st.tuples(*[st.floats(-300, 300)] * 3)),
    st.tuples(*[st.sampled_from([0.4, 0.8, 1.5, 3.0])] * 3),
    st.integers(0, 2**32 - 1),
)
def test_formats_agree(
    tmp_path_factory: pytest.TempPathFactory, pose: np.ndarray, step: tuple[float, ...], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("maps")
    place = pose @ np.diag([*step, 1.0])
    array = (
        np.random.default_rng(seed).choice([0, *NAMES], (6, 5, 4), p=[0.7, 0.1, 0.1, 0.1]).astype(np.uint8)
    )
    array[:3, 0, :2] = np.array(list(NAMES))[:, np.newaxis]  # each of them somewhere
    first = labels_here(save_nifti(folder / "map.nii.gz", array, place), "total")
    for other in (
        labels_here(as_nrrd(folder / "map.nrrd", array, place), "total"),
        labels_here(as_segmentation(folder / "map.dcm", array, place)),
    ):
        assert other.voxels == first.voxels
        for name in NAMES.values():
            apart, _ = cKDTree(places(other, name)).query(places(first, name))
            assert apart.max() < 0.02

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kambin.anatomy.conventions import part_codes
from kambin.anatomy.reading import LabelMap, label_map_of
from kambin.anatomy.reading.parts import with_parts
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.volume import Volume
from tests.anatomy.reading.builders import labels_here, save_nifti

GRID = np.diag([2.0, 2.0, 2.0, 1.0])
LEVELS = np.zeros((12, 10, 20), np.uint8)
LEVELS[2:10, 2:8, 2:8], LEVELS[2:10, 2:8, 10:16] = 24, 23
PARTS = np.zeros_like(LEVELS)
PARTS[2:6, 2:8, :], PARTS[6:8, 2:8, :], PARTS[8:10, 2:8, :] = 49, 41, 45
PARTS[0:2, 0:2, :] = 61


def labels() -> LabelMap:
    return label_map_of(Volume(LEVELS, GRID), "spineps")


def refusal(parts: np.ndarray, grid: np.ndarray = GRID, name: str | None = None) -> Reason:
    with pytest.raises(ScanRefused) as refused:
        with_parts(labels(), Volume(parts, grid), name)
    return refused.value.reason


def test_parts_count_inside_vertebrae_and_the_rest_fills_background() -> None:
    codes = part_codes()
    found = with_parts(labels(), Volume(PARTS, GRID))
    assert found.parts is not None
    inside = LEVELS > 0
    for value, part in ((49, "body"), (41, "arch"), (45, "superior_articular_left")):
        assert np.array_equal(found.parts == codes[part], inside & (value == PARTS))
    assert not found.parts[~inside].any()
    canal = found.volume.array == found.value_of("spinal_canal")
    assert np.array_equal(canal, PARTS == 61)
    assert found.voxels["spinal_canal"] == np.count_nonzero(canal) == 80
    assert found.boxes["spinal_canal"] == (slice(0, 2), slice(0, 2), slice(0, 20))
    for name in labels().boxes:
        assert np.array_equal(found.volume.array == found.value_of(name), found.value_of(name) == LEVELS)


def test_bodies_of_totalsegmentator() -> None:
    bodies = np.zeros_like(LEVELS)
    bodies[2:6, 2:8, :] = 1
    found = with_parts(labels(), Volume(bodies, GRID))
    assert found.parts is not None
    assert np.array_equal(found.parts == 1, (bodies == 1) & (LEVELS > 0))


def test_the_first_map_is_not_changed() -> None:
    first = labels()
    with_parts(first, Volume(PARTS, GRID))
    assert first.parts is None and "spinal_canal" not in first.boxes
    assert np.array_equal(first.volume.array, LEVELS)


def test_a_structure_of_both_maps_grows_into_the_background() -> None:
    both = LEVELS.copy()
    both[0, 9, 0] = 26
    first = label_map_of(Volume(both, GRID), "spineps")
    parts = PARTS.copy()
    parts[11, 9, 19] = parts[5, 5, 5] = 26  # in the background, and inside L5, where it stays L5
    found = with_parts(first, Volume(parts, GRID))
    assert found.voxels["sacrum"] == 2
    assert np.argwhere(found.volume.array == found.value_of("sacrum")).tolist() == [[0, 9, 0], [11, 9, 19]]
    assert found.boxes["sacrum"] == (slice(0, 12), slice(9, 10), slice(0, 20))


def test_another_grid_is_refused() -> None:
    moved = GRID.copy()
    moved[0, 3] = 0.6
    assert refusal(PARTS, moved) is Reason.FRAMES_DISAGREE
    assert refusal(PARTS[:-1]) is Reason.FRAMES_DISAGREE
    moved[0, 3] = 0.4
    assert with_parts(labels(), Volume(PARTS, moved)).parts is not None


def test_a_map_that_divides_nothing_is_refused() -> None:
    assert refusal(LEVELS) is Reason.UNKNOWN_CONVENTION
    assert refusal(PARTS, name="nonesuch") is Reason.UNKNOWN_CONVENTION
    assert with_parts(labels(), Volume(LEVELS, GRID), "spineps_subregions").parts is not None


def test_pairs_of_files(tmp_path: Path) -> None:
    levels = save_nifti(tmp_path / "vert.nii.gz", LEVELS, GRID)
    parts = save_nifti(tmp_path / "subreg.nii.gz", PARTS, GRID)
    found = labels_here(levels, "spineps", parts=parts)
    other = with_parts(labels(), Volume(PARTS, GRID))
    assert found.parts is not None and other.parts is not None
    assert np.array_equal(found.parts, other.parts)


def test_the_real_pairs(shared_dir: Path) -> None:
    folder = shared_dir / "data" / "tptbox_samples"
    if not folder.is_dir():
        pytest.skip("no tptbox_samples")
    ct = labels_here(
        folder / "sub-ct_seg-vert_label-22_msk.nii.gz", parts=folder / "sub-ct_seg-subreg_label-22_msk.nii.gz"
    )
    assert set(ct.voxels) == {"vertebrae_L2", "vertebrae_L3", "vertebrae_L4"}
    assert ct.parts is not None
    inside = np.isin(ct.volume.array, [ct.value_of(name) for name in ct.boxes])
    # every voxel of a vertebra has a part
    assert np.count_nonzero(ct.parts[inside]) > 0.99 * np.count_nonzero(inside)
    mr = labels_here(
        folder / "sub-mri_seg-vert_label-6_msk.nii.gz",
        "spineps",
        parts=folder / "sub-mri_seg-subreg_label-6_msk.nii.gz",
    )
    assert "spinal_canal" in mr.boxes and "disc_C6-C7" in mr.boxes

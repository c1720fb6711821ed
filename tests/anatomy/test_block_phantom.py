from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kambin.anatomy.frames import apply
from kambin.case.words import Side
from tests.anatomy.block_phantom import VERTEBRAE, LumbarPhantom
from tests.anatomy.scenes import IDS, grids, phantom, phantom_volume, poses, rigid


def test_the_vertebrae_do_not_overlap_each_other_or_themselves() -> None:
    # exact volumes are sums over solids, so any overlap would make them too large
    fine = LumbarPhantom(voxel_mm=(1, 1, 1), missing=frozenset({"hip_left", "hip_right", "sacrum", "S1"}))
    counts = np.bincount(fine.label_map().array.ravel(), minlength=256)
    for name in VERTEBRAE:
        assert counts[IDS[name]] / 1000 == pytest.approx(fine.truth.volumes_ml[name], rel=0.015)


def test_every_bone_is_in_one_piece() -> None:
    from scipy import ndimage

    for voxel in (1.5, 3.0):
        array = LumbarPhantom(voxel_mm=(voxel, voxel, voxel)).label_map().array
        boxes = ndimage.find_objects(array)
        for name, value in IDS.items():
            box = boxes[value - 1]
            sizes = np.bincount(ndimage.label(array[box] == value)[0].ravel())[1:]
            assert sizes.max() > 0.99 * sizes.sum(), (name, voxel)


def test_crest_heights_are_what_was_asked_for() -> None:
    truth = LumbarPhantom(crest_left_mm=31, crest_right_mm=-4).truth
    disc = truth.disc_centres_lps["L4-L5"]
    assert truth.crest_mm == {Side.LEFT: 31, Side.RIGHT: -4}
    for side, height in truth.crest_mm.items():
        assert (truth.crest_tops_lps[side] - disc) @ truth.axis_lps == pytest.approx(height)
    assert truth.crest_tops_lps[Side.LEFT][0] > 0 > truth.crest_tops_lps[Side.RIGHT][0]


def test_the_crests_are_the_highest_points_of_the_hips_in_the_voxels() -> None:
    fine = LumbarPhantom(voxel_mm=(1, 1, 1), crest_left_mm=25, crest_right_mm=12)
    volume, truth = fine.label_map(), fine.truth
    for side, value in ((Side.LEFT, 77), (Side.RIGHT, 78)):
        points = apply(volume.lps_from_voxel, np.argwhere(volume.array == value))
        height = (points - truth.disc_centres_lps["L4-L5"]) @ truth.axis_lps
        assert truth.crest_mm[side] - 1.5 < height.max() <= truth.crest_mm[side]
        assert np.linalg.norm(points[height.argmax()] - truth.crest_tops_lps[side]) < 8


@given(poses())
def test_truth_moves_with_the_patient(pose: np.ndarray) -> None:
    still, moved = LumbarPhantom().truth, LumbarPhantom(lps_from_phantom=pose).truth
    assert moved.volumes_ml == still.volumes_ml
    for name in VERTEBRAE:
        assert np.allclose(moved.centres_lps[name], apply(pose, still.centres_lps[name]))
    for level, centre in still.disc_centres_lps.items():
        assert np.allclose(moved.disc_centres_lps[level], apply(pose, centre))
    assert np.allclose(moved.axis_lps, pose[:3, :3] @ still.axis_lps)


def test_a_straight_spine_is_straight() -> None:
    truth = LumbarPhantom(lordosis=0).truth
    assert np.allclose(truth.axis_lps, [0, 0, 1], atol=0.02)
    heights = [centre[2] for centre in truth.disc_centres_lps.values()]
    assert heights == sorted(heights, reverse=True)
    middles = [truth.disc_centres_lps[f"{a}-{b}"] for a, b in pairwise(VERTEBRAE)]
    upper, lower = truth.body_centres_lps["L4"], truth.body_centres_lps["L5"]
    # heights 27.5 and 28, disc 10.5: the disc's middle is 19 below L4's and 19.25 above L5's
    assert upper[2] - middles[3][2] == pytest.approx(19.0)
    assert middles[3][2] - lower[2] == pytest.approx(19.25)


@settings(max_examples=10)
@given(grids(), st.tuples(*[st.floats(2, 4)] * 3))
def test_the_grid_holds_every_bone_whatever_its_direction(grid: np.ndarray, voxel: tuple) -> None:
    made = LumbarPhantom(voxel_mm=voxel, grid=grid, missing=frozenset({"hip_right"}))
    volume = made.label_map()
    assert np.allclose(volume.spacing_mm, voxel)
    assert np.allclose(volume.lps_from_voxel[:3, :3] / np.array(voxel), grid)
    present = set(np.unique(volume.array)) - {0}
    assert present == set(IDS.values()) - {78}
    for axis in range(3):
        assert not np.take(volume.array, [0, -1], axis=axis).any()
    middle = apply(volume.lps_from_voxel, np.argwhere(volume.array == IDS["L3"])).mean(axis=0)
    assert np.linalg.norm(middle - made.truth.centres_lps["L3"]) < 1.5


def test_whole_sacrum() -> None:
    array = LumbarPhantom(voxel_mm=(3, 3, 3), split_sacrum=False).label_map().array
    assert not (array == IDS["S1"]).any() and (array == IDS["sacrum"]).any()


def test_the_file_is_the_map_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    made = LumbarPhantom(voxel_mm=(3, 3, 3), lps_from_phantom=rigid(5, 5, 5, (10, 20, 30)))
    made.write(tmp_path / "one.nii.gz")
    made.write(tmp_path / "two.nii.gz")
    made.write(tmp_path / "plain.nii", dtype="int16", table=False)
    assert (tmp_path / "one.nii.gz").read_bytes() == (tmp_path / "two.nii.gz").read_bytes()
    packed, plain = nibabel.load(tmp_path / "one.nii.gz"), nibabel.load(tmp_path / "plain.nii")
    assert np.array_equal(np.asarray(packed.dataobj), np.asarray(plain.dataobj))
    assert plain.get_data_dtype() == np.int16
    assert not plain.header.extensions and len(packed.header.extensions) == 1
    place = made.label_map().lps_from_voxel
    assert np.allclose(np.diag([-1, -1, 1, 1]) @ packed.affine, place, atol=1e-4)


def test_left_lies_on_the_left() -> None:
    volume = phantom_volume()
    for value, sign in ((77, 1), (78, -1)):
        points = apply(volume.lps_from_voxel, np.argwhere(volume.array == value))
        assert (sign * points[:, 0] > 0).mean() > 0.99
    assert phantom().truth.crest_mm[Side.LEFT] == 22

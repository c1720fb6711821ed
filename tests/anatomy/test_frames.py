from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nibabel.affines import apply_affine, voxel_sizes

from kambin.anatomy import frames
from tests.anatomy.scenes import grids, poses


def test_ras_point_becomes_lps_point() -> None:
    # a voxel that RAS places to the right, in front and above lies at negative x and y in LPS
    ras = np.eye(4)
    ras[:3, 3] = [10, 20, 30]
    assert frames.apply(frames.lps_from_ras_affine(ras), np.zeros(3)).tolist() == [-10, -20, 30]


@given(poses())
def test_flip_undoes_itself(pose: np.ndarray) -> None:
    assert np.allclose(frames.lps_from_ras_affine(frames.lps_from_ras_affine(pose)), pose)


@given(poses(), grids(), st.tuples(*[st.floats(0.2, 5)] * 3))
def test_spacing_and_points_agree_with_nibabel(pose: np.ndarray, grid: np.ndarray, spacing: tuple) -> None:
    affine = pose.copy()
    affine[:3, :3] = grid * np.array(spacing)
    points = np.random.default_rng(0).normal(size=(5, 3)) * 50
    assert np.allclose(frames.spacing_mm(affine), voxel_sizes(affine))
    assert np.allclose(frames.apply(affine, points), apply_affine(affine, points))
    assert np.isclose(frames.voxel_volume_mm3(affine), np.prod(spacing))


def test_sheared_voxels_are_smaller_than_the_product_of_their_edges() -> None:
    affine = np.eye(4)
    affine[:3, 2] = [0, np.sin(np.pi / 6), np.cos(np.pi / 6)]
    assert np.isclose(frames.voxel_volume_mm3(affine), np.cos(np.pi / 6))


@given(poses())
def test_spine_frame_of_a_turned_patient_is_the_turned_frame(pose: np.ndarray) -> None:
    turn = pose[:3, :3]
    frame = frames.spine_frame(turn @ [0, 0, 1], turn @ [0, 1, 0.3])
    assert np.allclose(frame, turn.T)  # rows left, posterior, cranial are the turned axes of LPS
    assert np.isclose(np.linalg.det(frame), 1)


def test_no_direction_without_length() -> None:
    with pytest.raises(ValueError, match="no direction"):
        frames.unit(np.zeros(3))

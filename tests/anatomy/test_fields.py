from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kambin.anatomy.fields import field_of, patch_of, patch_step_mm, values_at
from kambin.anatomy.frames import apply
from kambin.anatomy.kernels import first_crossing
from kambin.anatomy.regions import Region, region_of
from kambin.anatomy.volume import Volume
from tests.anatomy.scenes import grids, poses


def slab(normal: np.ndarray, offset: float, place: np.ndarray, n: int = 44) -> Region:
    """Everything below a plane, in LPS, within a ball."""
    points = apply(place, np.indices((n, n, n)).reshape(3, -1).T)
    middle = apply(place, np.full(3, (n - 1) / 2))
    inside = ((points - middle) @ normal < offset) & (np.linalg.norm(points - middle, axis=1) < 0.45 * n)
    volume = Volume(inside.reshape(n, n, n).astype(np.uint8), place)
    return region_of("slab", 1, volume, volume.array.astype(bool))


@settings(max_examples=25)
@given(poses(), grids(), st.floats(-2, 2), st.integers(0, 10**6))
def test_a_plane_is_found_to_a_fraction_of_a_voxel(
    pose: np.ndarray, grid: np.ndarray, offset: float, seed: int
) -> None:
    place = pose.copy()
    place[:3, :3] = pose[:3, :3] @ grid
    normal = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    bone = slab(normal[2], offset, place)
    middle = apply(place, np.full(3, 21.5))
    patch = patch_of(field_of([bone]), middle, normal, (-8, -8, -6), (8, 8, 6), 0.7)
    start = np.zeros(patch.values.shape[:2], dtype=np.int64)
    heights = np.interp(
        first_crossing(patch.values, start, 1, False), range(len(patch.axes[2])), patch.axes[2]
    )
    assert np.isfinite(heights).all()
    # one column may lie on a stair of the voxels; the plane as a whole does not
    assert np.abs(heights - offset).max() < 0.75
    if np.sort(np.abs(np.linalg.inv(place[:3, :3]) @ normal[2]))[1] > 0.15:  # not along the grid
        assert abs(heights.mean() - offset) < 0.12


def test_fields_of_two_bones_are_that_of_their_union() -> None:
    one = slab(np.array([0.0, 0, 1]), 0.0, np.eye(4))
    other = slab(np.array([0.0, 0, -1]), 3.0, np.eye(4))
    both = one.volume.array.astype(bool) | other.volume.array.astype(bool)
    whole = field_of([region_of("both", 1, one.volume, both)])
    joined = field_of([one, other])
    points = np.random.default_rng(0).uniform(5, 38, (200, 3))
    assert np.array_equal(values_at(whole, points), values_at(joined, points))


def test_a_patch_lies_where_it_says() -> None:
    bone = slab(np.array([0.0, 0, 1]), 0.0, np.eye(4))
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    patch = patch_of(field_of([bone]), np.array([20.0, 21, 22]), turn, (-4, -3, -2), (4, 3, 2), 1.0)
    grid = np.stack(np.meshgrid(*patch.axes, indexing="ij"), axis=-1)
    assert np.allclose(values_at(field_of([bone]), patch.lps(grid)), patch.values, atol=1e-5)
    for axis in patch.axes:  # symmetric about zero, and through it
        assert np.array_equal(axis, -axis[::-1]) and 0.0 in axis


@pytest.mark.parametrize(("voxel", "step"), [(0.3, 0.6), (0.8, 0.8), (3.0, 1.0)])
def test_patches_are_as_fine_as_the_voxels_are_worth(voxel: float, step: float) -> None:
    volume = Volume(np.ones((3, 3, 3), np.uint8), np.diag([voxel, voxel, voxel, 1.0]))
    field = field_of([region_of("cube", 1, volume, volume.array.astype(bool))])
    assert patch_step_mm(field) == pytest.approx(step) and field.voxel_mm == pytest.approx(voxel)

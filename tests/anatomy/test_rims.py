from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kambin.anatomy.fields import field_of, patch_of
from kambin.anatomy.regions import region_of
from kambin.anatomy.rims import outline_at_rim, outline_at_waist, outline_of, rim_offset
from kambin.anatomy.volume import Volume
from tests.anatomy.scenes import rigid

HALF_WIDTH, HALF_DEPTH, HALF_HEIGHT, WAIST = 23.0, 16.0, 13.5, 2.2


def body(voxel: float, hollow: float) -> tuple[Volume, np.ndarray]:
    """An elliptic body with a waist and hollow endplates on an oblique grid; its frame's rows."""
    n = int(64 / voxel)
    turn = rigid(11, -7, 13)[:3, :3]
    place = np.eye(4)
    place[:3, :3] = turn * voxel
    place[:3, 3] = -turn @ np.full(3, (n - 1) / 2 * voxel)
    points = np.indices((n, n, n)).reshape(3, -1).T @ place[:3, :3].T + place[:3, 3]
    x, y, z = points.T
    inward = WAIST * (1 - (z / HALF_HEIGHT) ** 2)
    round_ = (x / (HALF_WIDTH - inward)) ** 2 + (y / (HALF_DEPTH - inward)) ** 2
    dish = hollow * np.maximum(1 - (x / 20) ** 2 - (y / 14) ** 2, 0) ** 2
    inside = (round_ < 1) & (np.abs(z) < HALF_HEIGHT - dish)
    return Volume(inside.reshape(n, n, n).astype(np.uint8), place), np.eye(3)


@pytest.mark.parametrize("voxel", [0.8, 1.25])
@pytest.mark.parametrize("hollow", [0.0, 2.0])
def test_rim_and_waist_of_a_body(voxel: float, hollow: float) -> None:
    volume, frame = body(voxel, hollow)
    field = field_of([region_of("L3", 29, volume, volume.array.astype(bool))])
    patch = patch_of(field, np.zeros(3), frame, (-30, -22, -20), (30, 22, 20), 0.8)
    waist = outline_at_waist(patch)
    assert waist is not None
    assert waist.width == pytest.approx(2 * (HALF_WIDTH - WAIST), abs=0.5 * voxel)
    assert waist.rear - waist.front == pytest.approx(2 * (HALF_DEPTH - WAIST), abs=0.5 * voxel)
    for inwards in (-1, 1):
        plane = np.array([-inwards * (HALF_HEIGHT - 0.3 * hollow), 0.0, 0.0])
        found = outline_at_rim(patch, plane, inwards, 0.3 * hollow, voxel)
        assert found is not None
        assert found.width == pytest.approx(2 * HALF_WIDTH, abs=0.5 * voxel)
        assert found.rear - found.front == pytest.approx(2 * HALF_DEPTH, abs=0.5 * voxel)


@pytest.mark.parametrize("narrowing", [0.0, 0.15, 0.3])
@pytest.mark.parametrize("power", [2.0, 4.0])
def test_edges_are_neither_too_near_nor_too_far_whatever_the_walls_do(narrowing: float, power: float) -> None:
    # a stump with straight walls that lean in below the edge or not: no waist, no hollow, other corners
    voxel, errors = 1.0, []
    rng = np.random.default_rng(7)
    for _ in range(4):
        turn = Rotation.random(random_state=rng).as_matrix()
        n = 66
        place = np.eye(4)
        place[:3, :3] = turn * voxel
        place[:3, 3] = -turn @ np.full(3, (n - 1) / 2 * voxel) + rng.uniform(-0.5, 0.5, 3)
        x, y, z = (np.indices((n, n, n)).reshape(3, -1).T @ place[:3, :3].T + place[:3, 3]).T
        inward = narrowing * (10.0 - z)
        outline = np.abs(x / (24 - inward)) ** power + np.abs(y / (17 - inward)) ** power
        array = ((outline < 1) & (z < 10) & (z > -14)).reshape(n, n, n).astype(np.uint8)
        field = field_of([region_of("L3", 29, Volume(array, place), array.astype(bool))])
        patch = patch_of(field, np.zeros(3), np.eye(3), (-31, -24, -20), (31, 24, 20), 1.0)
        found = outline_at_rim(patch, np.array([10.0, 0.0, 0.0]), -1, 0.0, voxel)
        assert found is not None
        errors.append((found.width - 48.0, found.rear - found.front - 34.0))
    assert np.abs(np.mean(errors)) < 0.4
    assert np.abs(errors).max() < 0.7


def test_a_section_outside_the_bone_has_no_outline() -> None:
    volume, frame = body(1.25, 0.0)
    field = field_of([region_of("L3", 29, volume, volume.array.astype(bool))])
    patch = patch_of(field, np.zeros(3), frame, (-30, -22, -20), (30, 22, 20), 1.0)
    assert outline_of(patch, 18.0) is None
    # a patch that ends inside the bone does not show where it ends
    narrow = patch_of(field, np.zeros(3), frame, (-30, -8, -20), (30, 8, 20), 1.0)
    assert outline_of(narrow, 0.0) is None


def test_how_far_a_rim_stands_out() -> None:
    index = np.indices((60, 60)) - 29.5
    covered = np.hypot(*index) < 25
    heights = np.where(np.hypot(*index) < 15, 10.0, 12.0)
    level = np.full((60, 60), 11.0)
    assert rim_offset(heights, covered, level, 1.0, 1.0, -1) == pytest.approx(1.0)  # body below
    assert rim_offset(heights, covered, level, 1.0, 1.0, 1) == pytest.approx(-1.0)  # body above

"""Fields against analytic shapes, search trees, and the same shapes on other grids."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kambin.access.fields import (
    coarse_field,
    crop,
    distance_field,
    section_field,
    skin_field,
    tube_field,
    union,
)
from kambin.access.grid import Roi
from kambin.access.surfaces import surface
from kambin.access.transform import nearest_disc
from kambin.errors import InputError
from tests.access.shapes import KINDS, Shape, clearance_errors, mask_of, random_shape, rotation

Floats = NDArray[np.float64]
ROI = Roi(np.full(3, -24.0), np.full(3, 24.0))


def errors_of(kind: str, seeds: range) -> Floats:
    return np.concatenate([clearance_errors(random_shape(kind, np.random.default_rng(s)), s) for s in seeds])


def check(errors: Floats) -> None:
    assert np.percentile(np.abs(errors), 95) <= 0.16
    assert abs(errors.mean()) <= 0.06
    assert errors.max() <= 0.35


def test_clearances_of_round_shapes_are_right_to_a_fifth_of_a_voxel() -> None:
    check(np.concatenate([errors_of(kind, range(3)) for kind in KINDS]))


@pytest.mark.heavy
def test_clearances_of_round_shapes_of_many_poses() -> None:
    check(np.concatenate([errors_of(kind, range(40)) for kind in KINDS]))


def test_an_oblique_sheared_mirrored_grid_changes_nothing_but_noise() -> None:
    shape = random_shape("tube", np.random.default_rng(5))
    turn = rotation(np.random.default_rng(6))
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([-0.8, 0.8, 0.8])
    affine[0, 1] += 0.05
    affine[:3, 3] = -affine[:3, :3] @ np.full(3, 39.5)
    errors = clearance_errors(shape, 1, affine)
    check(errors)


def test_nothing_that_the_mask_holds_is_lost_however_thin() -> None:
    mask = np.zeros((40, 40, 40), dtype=bool)
    mask[5:35, 20, 20] = True
    affine = np.diag([0.8, 0.8, 0.8, 1.0])
    roi = Roi(np.zeros(3), np.full(3, 32.0))
    field = distance_field(mask, affine, roi, cap_mm=10.0)
    rng = np.random.default_rng(0)
    points = rng.uniform(2, 30, (4000, 3))
    nearest, _ = cKDTree(0.8 * np.argwhere(mask)).query(points)
    near = nearest < 8
    # a centre that is inside is an upper bound of the distance; interpolation adds little away from it
    assert np.all(field.at(points)[near & (nearest > 2)] <= nearest[near & (nearest > 2)] + 0.06)


def test_coarse_fields_never_overstate() -> None:
    for seed in range(3):
        shape = random_shape("ball", np.random.default_rng(seed))
        mask, affine = mask_of(shape)
        field = coarse_field(mask, affine, ROI)
        points = np.random.default_rng(seed).uniform(-20, 20, (4000, 3))
        truth = shape.distance(points)
        near = (truth > 0) & (truth < 10)
        error = field.at(points)[near] - truth[near]
        assert error.max() <= 0.1
        assert error.min() >= -4.0


def test_tubes_are_the_union_of_their_balls() -> None:
    points = np.array([[0.0, 0, -18], [0, 3, 0], [5, 0, 20]])
    radii = np.array([2.0, 3.5, 1.5])
    field = tube_field(points, radii, ROI, cap_mm=12.0)
    share = np.linspace(0, 1, 400)[:, None]
    line = np.concatenate([a + share * (b - a) for a, b in ((points[0], points[1]), (points[1], points[2]))])
    thick = np.concatenate([a + share[:, 0] * (b - a) for a, b in ((2.0, 3.5), (3.5, 1.5))])
    index = np.random.default_rng(0).integers(0, np.array(field.values.shape), (600, 3))
    nodes = field.origin_lps + field.spacing_mm * index
    truth = np.min(np.linalg.norm(nodes[:, None] - line[None], axis=2) - thick[None], axis=1)
    assert np.abs(field.values[tuple(index.T)] - np.minimum(truth, 12.0)).max() < 0.01


def test_round_sections_are_a_tube() -> None:
    points = np.array([[0.0, 0, -30], [0, 0, 0], [0, 0, 30]])
    frames = np.tile(np.eye(3), (3, 1, 1))
    field = section_field(points, frames, np.full(3, 7.0), np.full(3, 7.0), ROI, cap_mm=10.0)
    nodes = np.random.default_rng(1).uniform(-18, 18, (4000, 3))
    truth = np.hypot(nodes[:, 0], nodes[:, 1]) - 7.0
    near = (truth > 0.5) & (truth < 9)
    assert np.abs(field.at(nodes)[near] - truth[near]).max() < 0.12
    inside = truth < -1.5
    assert np.all(field.at(nodes)[inside] < 0)


@pytest.mark.parametrize(("count", "radius"), [(300, 0.0), (300, 0.9), (2, 0.4), (1, 0.0)])
def test_the_nearest_disc_is_the_nearest(count: int, radius: float) -> None:
    rng = np.random.default_rng(2)
    discs = np.zeros((count, 7), dtype=np.float32)
    # some lie beyond the grid
    discs[:, :3] = rng.uniform(-6, 30, (count, 3))
    normals = rng.normal(0, 1, (count, 3))
    discs[:, 3:6] = normals / np.linalg.norm(normals, axis=1)[:, None]
    discs[:, 6] = rng.uniform(0, radius, count)
    found, which = nearest_disc(discs, (25, 22, 37), 0.9, 8.0)
    nodes = 0.9 * np.stack(np.meshgrid(*[np.arange(n) for n in found.shape], indexing="ij"), axis=-1)
    truth = np.full(found.shape, 8.0)
    own = np.full(found.shape, np.nan)
    for n, disc in enumerate(discs.astype(np.float64)):
        offset = nodes - disc[:3]
        along = offset @ disc[3:6]
        gap = np.maximum(np.linalg.norm(offset - along[..., None] * disc[3:6], axis=-1) - disc[6], 0.0)
        distance = np.hypot(along, gap)
        truth = np.minimum(truth, distance)
        own[which == n] = distance[which == n]
    assert np.abs(found - truth).max() < 1e-4
    assert np.all((which >= 0) == (found < 8.0))
    assert np.abs(own - truth)[which >= 0].max() < 1e-4


def test_skin_is_where_the_body_ends() -> None:
    mask, affine = mask_of(Shape("ball", np.eye(3), np.zeros(3), np.array([16.0])))
    field = skin_field(mask, affine, ROI)
    assert field.at(np.zeros(3)) < -10
    assert abs(field.at(np.array([16.0, 0, 0]))) < 0.5
    with pytest.raises(InputError, match="skin"):
        skin_field(np.zeros((4, 4, 4), dtype=bool), affine, ROI)


def test_only_what_lies_near_the_region_is_looked_at() -> None:
    mask = np.zeros((60, 60, 60), dtype=bool)
    mask[50:, 50:, 50:] = True
    part = crop(mask, np.eye(4), Roi(np.zeros(3), np.full(3, 40.0)), 5.0)
    assert part is None
    far = distance_field(mask, np.eye(4), Roi(np.zeros(3), np.full(3, 30.0)), cap_mm=6.0)
    assert far.values.min() == 6.0
    assert surface(np.zeros((3, 3, 3), dtype=bool), np.eye(4)) is None


def test_the_union_is_the_smallest() -> None:
    one = tube_field(np.array([[0.0, 0, 0], [0, 0, 9]]), np.array([2.0, 2.0]), ROI, cap_mm=9.0)
    other = tube_field(np.array([[9.0, 0, 0], [9, 0, 9]]), np.array([1.0, 1.0]), ROI, cap_mm=9.0)
    both = union([one, other], ROI, spacing_mm=0.8, shift_mm=[1.0, 0.0])
    nodes = ROI.low_lps + 0.8 * np.random.default_rng(3).integers(1, 58, (2000, 3))
    expected = np.minimum(np.minimum(one.at(nodes) - 1.0, other.at(nodes)), both.cap_mm)
    assert np.abs(both.at(nodes) - expected).max() < 1e-4

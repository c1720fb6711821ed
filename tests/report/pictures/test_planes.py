"""Planes and what lies in them."""

from __future__ import annotations

import numpy as np
import pytest

from kambin.anatomy.volume import Volume
from kambin.report.pictures.planes import Plane, look_image, look_labels


def plane(turn: np.ndarray, centre: np.ndarray, size: float = 40.0, pixel: float = 0.5) -> Plane:
    return Plane(centre, turn[0], turn[1], size, size, pixel)


def test_places_and_points_are_each_others_inverse():
    rng = np.random.default_rng(0)
    for _ in range(5):
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        where = plane(turn, rng.uniform(-20, 20, 3))
        x, y = where.axes_mm()
        found = where.place(where.points_lps())
        assert np.allclose(found[..., 0], x[None, :])
        assert np.allclose(found[..., 1], y[:, None])
        assert np.allclose(found[..., 2], 0.0)
        assert where.extent == pytest.approx((-20, 20, 20, -20))


def test_borders_between_labels_lie_half_way_between_voxels():
    array = np.zeros((20, 20, 20), dtype=np.uint8)
    array[10:] = 7
    to_lps = np.diag([2.0, 2.0, 2.0, 1.0])
    to_lps[:3, 3] = -19.0  # middles of the voxels at -19, -17 …; the border at 0
    where = Plane(np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), 20, 20, 0.1)
    found = look_labels(Volume(array, to_lps), where)
    x, _ = where.axes_mm()
    assert (found == np.where(x > 0, 7, 0)[None, :]).all()


def test_a_single_voxel_is_seen_where_it_is_and_outside_is_nothing():
    array = np.zeros((9, 9, 9), dtype=np.uint16)
    array[6, 2, 4] = 300
    to_lps = np.diag([3.0, 3.0, 3.0, 1.0])
    to_lps[:3, 3] = -12.0
    where = Plane(np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), 60, 60, 0.25)
    found = np.argwhere(look_labels(Volume(array, to_lps), where) == 300)
    x, y = where.axes_mm()
    assert np.allclose([x[found[:, 1]].mean(), y[found[:, 0]].mean()], [6.0, -6.0], atol=1e-9)
    # a product of two falling weights is above a half over (1 - ln 2) * 2 of the voxel's area
    assert len(found) * 0.25**2 == pytest.approx(2 * (1 - np.log(2)) * 9.0, rel=0.02)


def test_an_image_is_read_between_its_voxels_and_ends_where_it_ends():
    index = np.stack(np.meshgrid(*[np.arange(12.0)] * 3, indexing="ij"), axis=-1)
    ramp = Volume((index @ [1.0, 2.0, 4.0]).astype(np.float32), np.eye(4))
    where = Plane(np.array([5.5, 5.5, 5.2]), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), 20, 20, 0.5)
    values = look_image(ramp, where)
    points = where.points_lps()
    inside = ((points >= 0) & (points <= 11)).all(axis=-1)
    assert np.allclose(values[inside], points[inside] @ [1.0, 2.0, 4.0])
    assert np.isnan(values[~inside]).all()

"""Fields against scipy's interpolation; steepness against gradients everywhere."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import map_coordinates

from kambin.access.grid import Field, Roi


def _field(seed: int) -> Field:
    rng = np.random.default_rng(seed)
    return Field(np.array([1.0, -2.0, 3.0]), 0.9, rng.normal(size=(7, 9, 8)).astype(np.float32), 1.5)


def test_interpolation_is_scipys_and_constant_beyond_the_edge() -> None:
    field = _field(0)
    points = np.random.default_rng(1).uniform(field.origin_lps - 3, field.high_lps + 3, (500, 3))
    index = ((points - field.origin_lps) / field.spacing_mm).T
    expected = map_coordinates(field.values.astype(float), index, order=1, mode="nearest")
    assert np.allclose(field.at(points), expected, atol=1e-6)
    assert field.at(points.reshape(5, 100, 3)).shape == (5, 100)
    assert field.values.max() <= 1.5


def test_the_steepest_place_is_nowhere_exceeded_and_reached() -> None:
    field = _field(2)
    rng = np.random.default_rng(3)
    start = rng.uniform(field.origin_lps, field.high_lps, (20000, 3))
    way = rng.normal(size=start.shape)
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    slopes = np.abs(field.at(start + 1e-4 * way) - field.at(start)) / 1e-4
    assert slopes.max() <= field.slope + 1e-3
    assert slopes.max() >= 0.6 * field.slope
    assert not field.values.flags.writeable


def test_regions() -> None:
    roi = Roi.around(np.array([[0.0, 0, 0], [10, 0, 0]]), 2.0)
    assert roi.holds(np.array([11.9, 1.9, -1.9])) and not roi.holds(np.array([12.1, 0, 0]))
    assert roi.corners_lps().min(axis=0).tolist() == [-2, -2, -2]
    assert len(np.unique(roi.corners_lps(), axis=0)) == 8

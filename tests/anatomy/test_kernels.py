from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from kambin.anatomy.kernels import (
    blur,
    first_crossing,
    linear_reach,
    paint_runs,
    placed,
    ray_crossing,
    runs_of,
    sheared,
    trilinear,
    trilinear_points,
)

SEEDS = st.integers(0, 2**32 - 1)


def speckled(seed: int, shape: tuple[int, int, int] = (9, 10, 11)) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    mask[2:-2, 2:-2, 2:-2] = np.random.default_rng(seed).random([size - 4 for size in shape]) < 0.6
    return mask


@given(SEEDS)
def test_blur_is_the_binomial_convolution(seed: int) -> None:
    mask = speckled(seed)
    expected = mask.astype(float)
    for axis in range(3):
        expected = ndimage.convolve1d(expected, [0.25, 0.5, 0.25], axis=axis, mode="constant")
    assert np.allclose(blur(mask), expected, atol=1e-6)


@given(SEEDS, st.integers(0, 2))
def test_the_mirror_image_of_a_mask_has_the_mirror_image_of_its_field(seed: int, axis: int) -> None:
    mask = speckled(seed)
    assert np.array_equal(np.flip(blur(mask), axis), blur(np.flip(mask, axis)))


@given(SEEDS)
def test_trilinear_is_what_scipy_calls_order_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = blur(speckled(seed))
    points = rng.uniform(1, 6, (40, 3))
    expected = ndimage.map_coordinates(values, points.T, order=1)
    assert np.allclose(trilinear_points(values, points), expected, atol=1e-5)
    turn, start = rng.normal(size=(3, 3)) * 0.3, np.array([4.0, 4, 4])
    axes = [np.linspace(-1, 1, size) for size in (3, 4, 5)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    at = (start + grid @ turn.T).reshape(-1, 3)
    found = trilinear(values, start, turn, *axes).ravel()
    assert np.allclose(found, ndimage.map_coordinates(values, at.T, order=1), atol=1e-5)


def test_outside_its_array_a_field_is_zero() -> None:
    values = np.ones((4, 4, 4), np.float32)
    points = np.array([[-0.1, 1, 1], [1, 3.5, 1], [1, 1, 40.0], [1, 1, 1]])
    assert trilinear_points(values, points).tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("place", [3.0, 4.25, 5.5])
def test_crossings_of_a_ramp_are_exact(step: int, place: float) -> None:
    ramp = np.clip(0.5 + (np.arange(12) - place) / 4, 0, 1).astype(np.float32)  # rises through place
    values = np.ascontiguousarray((ramp if step > 0 else ramp[::-1])[None, None])
    expected = place if step > 0 else 11 - place
    start = np.array([[0 if step > 0 else 11]])
    assert first_crossing(values, start, step, True)[0, 0] == pytest.approx(expected, abs=1e-5)
    # walked the other way it leaves the bone at the same place
    assert first_crossing(values, 11 - start, -step, False)[0, 0] == pytest.approx(expected, abs=1e-5)
    assert np.isnan(first_crossing(values, start, step, False)[0, 0])  # begins on the wrong side
    assert np.isnan(first_crossing(values, np.array([[-1]]), step, True)[0, 0])  # left out
    assert np.isnan(first_crossing(np.zeros_like(values), start, step, True)[0, 0])  # no bone


def test_rays_in_a_ball_of_air_have_its_radius() -> None:
    index = np.indices((41, 41, 41)) - 20.0
    values = np.clip(np.linalg.norm(index, axis=0) - 11.5, 0, 1).astype(np.float32)  # one half at 12
    ways = np.random.default_rng(0).normal(size=(50, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    found = ray_crossing(values, np.full(3, 20.0), ways, 0.3, 25.0)
    assert found == pytest.approx(np.full(50, 12.0), abs=0.1)
    assert np.isnan(ray_crossing(values, np.full(3, 20.0), ways, 0.3, 8.0)).all()
    assert np.isnan(ray_crossing(values, np.full(3, 1.0), ways, 0.3, 8.0)).all()  # begins in bone


@given(SEEDS)
def test_reach_and_places_of_a_mask(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = speckled(seed).astype(bool)
    gradient, turn, shift = rng.normal(size=3), rng.normal(size=(3, 3)), rng.normal(size=3)
    heights = np.argwhere(mask) @ gradient
    assert linear_reach(mask, gradient) == pytest.approx((heights.min(), heights.max()))
    indices, places = placed(mask, turn, shift)
    assert np.array_equal(indices, np.argwhere(mask))
    assert np.allclose(places, turn @ np.argwhere(mask).T + shift[:, None])


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("shape", [(7, 9, 11), (1, 30, 20)])
def test_runs_join_to_the_pieces_that_scipy_finds(shape: tuple[int, int, int], share: float) -> None:
    mask = np.random.default_rng(4).random(shape) < share
    pieces, count = ndimage.label(mask)
    runs = runs_of(mask)
    names = np.unique(runs[:, 4])
    assert len(names) == count
    for name, piece in zip(names, range(1, count + 1), strict=True):
        own = np.zeros(shape, dtype=np.bool_)
        paint_runs(runs[runs[:, 4] == name], np.zeros(3, dtype=np.int64), own)
        assert np.array_equal(own, pieces == piece)


def test_an_empty_mask_has_no_runs() -> None:
    assert runs_of(np.zeros((2, 3, 4), dtype=np.bool_)).shape == (0, 5)


def test_a_sheared_section_reads_a_slope_exactly() -> None:
    values = np.broadcast_to(np.arange(20, dtype=np.float32), (5, 6, 20)).copy()
    found = sheared(values, 4.25, np.array([0.5, -0.25]))
    i, j = np.indices((5, 6))
    assert np.allclose(found, 4.25 + 0.5 * i - 0.25 * j, atol=1e-5)

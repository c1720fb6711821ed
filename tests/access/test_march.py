"""Minima along rays: proved below, seen above, whatever lies between the samples."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from kambin.access.grid import Field
from kambin.access.march import certified_minima, certify, feasible, margin_pack, steepness, value


def rough(seed: int) -> Field:
    """A field as rough as no distance is, so that a bound that assumes a slope of one fails."""
    rng = np.random.default_rng(seed)
    return Field(np.array([-3.0, 2.0, 5.0]), 0.7, rng.uniform(-2, 6, (14, 12, 13)).astype(np.float32), 5.5)


def rays_in(field: Field, count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    start = rng.uniform(field.origin_lps - 1, field.high_lps + 1, (count, 3))
    way = rng.normal(size=(count, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    return np.concatenate([start, way, rng.uniform(0.5, 9, (count, 1))], axis=1)


@given(st.integers(0, 10**6))
def test_proved_is_below_and_seen_is_above_the_least(seed: int) -> None:
    field = rough(seed)
    rays = rays_in(field, 4, seed)
    found = certified_minima(margin_pack(field), rays, step_mm=0.2, threads=1)
    for ray, (proved, seen, where) in zip(rays, found, strict=True):
        s = np.linspace(0, ray[6], 6000)
        points = ray[:3] + s[:, None] * ray[3:6]
        index = ((points - field.origin_lps) / field.spacing_mm).T
        truth = map_coordinates(field.values.astype(float), index, order=1, mode="nearest").min()
        assert proved <= truth + 1e-4
        assert seen >= truth - 0.01
        assert seen - proved <= 0.2 + 1e-6
        assert 0 <= where <= ray[6]


@given(st.integers(0, 10**6))
def test_no_place_of_a_ball_is_higher_than_its_steepness_allows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    field = rough(seed)
    laid = margin_pack(field).laid
    middle = rng.uniform(field.origin_lps - 2, field.high_lps + 2)
    radius = float(rng.uniform(0.01, 4.0))
    steep = steepness(laid, 0, *middle, radius)
    here = value(laid, 0, *middle)
    way = rng.normal(size=(200, 3))
    points = middle + radius * rng.uniform(0, 1, (200, 1)) * way / np.linalg.norm(way, axis=1, keepdims=True)
    rise = field.at(points) - here
    assert np.all(np.abs(rise) <= steep * np.linalg.norm(points - middle, axis=1) + 1e-5)


def test_the_taper_is_the_worst_of_all_tilts() -> None:
    """For the distance to a point, tilting about the pivot: no tilt within the angle comes nearer."""
    axis = [np.arange(0, 20.1, 0.5) for _ in range(3)]
    nodes = np.stack(np.meshgrid(*axis, indexing="ij"), axis=-1)
    field = Field(np.zeros(3), 0.5, np.linalg.norm(nodes - 10.0, axis=-1).astype(np.float32), 30.0)
    pack = margin_pack(field)
    pack.laid.reals[0, 6] = theta = np.radians(4.0)
    ray = np.array([4.0, 10, 3, 0, 0, 1, 14.0])
    proved, _, _ = certify(pack.laid, 0, ray, 2.0, 0.1, 0.01)
    rng = np.random.default_rng(0)
    for _ in range(200):
        tilt = rng.normal(size=2)
        tilt *= np.tan(theta) * rng.uniform() / np.linalg.norm(tilt)
        s = np.linspace(0, 14, 300)
        points = ray[:3] + np.stack([(s - 2) * tilt[0], (s - 2) * tilt[1], s], axis=1)
        assert field.at(points).min() >= proved - 0.02


def test_the_sieve_lets_all_through_that_the_proof_keeps() -> None:
    field = rough(3)
    lifted = Field(field.origin_lps, field.spacing_mm, field.values + np.float32(1.8), 7.0)
    rays = rays_in(lifted, 2000, 1)
    pack = margin_pack(lifted)
    proved = certified_minima(pack, rays, step_mm=0.05)[:, 0]
    passed = feasible(pack, rays)
    assert passed[proved >= 0].all()
    assert 0 < passed.sum() < len(rays)
    assert (feasible(pack, rays, threads=1) == passed).all()

"""Bounds by tangents: gradients as sampled, mixtures as linear programming has them, cells as their rays."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from kambin.access import bound, tangents
from kambin.access.grid import Field
from kambin.access.march import margin_pack, pack, value
from kambin.access.result import Limits
from kambin.access.search import _box, _parameters, _Task, search
from tests.access.planted import plant


@pytest.mark.parametrize("seed", range(3))
def test_no_place_of_the_box_rises_faster_than_the_range(seed: int) -> None:
    rng = np.random.default_rng(seed)
    field = Field(np.array([1.0, -2.0, 0.5]), 0.8, rng.normal(0, 2, (9, 8, 10)).astype(np.float32), 50.0)
    laid, bounds = margin_pack(field).laid, np.empty(6)
    high = field.high_lps
    for _ in range(60):
        # also across the field's edge, where it goes on unchanged
        place = rng.uniform(field.origin_lps - 0.8, high + 0.8)
        reach = rng.uniform(0, 1.2, 3) * rng.choice([0.02, 1.0])
        assert tangents.gradient_range(laid, 0, place, reach, bounds)
        for _ in range(30):
            a, b = (place + rng.uniform(-1, 1, 3) * reach for _ in range(2))
            apart = b - a
            rise = value(laid, 0, *b) - value(laid, 0, *a)
            most = np.maximum(bounds[3:] * apart, bounds[:3] * apart).sum()
            assert rise <= most + 1e-5
    assert not tangents.gradient_range(laid, 0, field.origin_lps, np.full(3, 9.0), bounds)


def test_a_plane_has_one_gradient() -> None:
    index = np.stack(np.meshgrid(*[np.arange(9.0)] * 3, indexing="ij"), axis=-1)
    field = Field(np.zeros(3), 0.8, (index @ [0.5, -0.2, 0.7]).astype(np.float32), 50.0)
    bounds = np.empty(6)
    assert tangents.gradient_range(margin_pack(field).laid, 0, np.full(3, 3.0), np.full(3, 0.9), bounds)
    slope = np.array([0.5, -0.2, 0.7]) / 0.8
    assert np.abs(bounds - np.tile(slope, 2)).max() < 1e-5


def _programme(lines: np.ndarray, h: np.ndarray) -> float:
    """The most that the least nerve line reaches in the box where every limit line is kept."""
    cost = np.array([0.0] * 5 + [-1.0])
    of_limit = lines[:, tangents.OF_LIMIT] > 0
    rows = np.concatenate([-lines[:, 1:6], np.where(of_limit, 0.0, 1.0)[:, None]], axis=1)
    found = linprog(cost, rows, lines[:, 0], bounds=[*((-a, a) for a in h), (-1e6, 1e6)])
    return float(-found.fun) if found.status == 0 else -np.inf


@pytest.mark.parametrize("seed", range(4))
def test_a_mixture_is_never_below_the_programme_and_mostly_near_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gained, possible = [], []
    for _ in range(60):
        count = int(rng.integers(2, 7))
        lines = np.zeros((count, tangents.COLUMNS))
        lines[:, 0] = rng.uniform(-0.2, 1.0, count)
        lines[:, 1:6] = rng.normal(0, 1, (count, 5))
        lines[1:, tangents.OF_LIMIT] = rng.integers(0, 2, count - 1)
        h = rng.uniform(0, 1, 5)
        best, single = _programme(lines, h), tangents.dual(lines[:1], 1, h, -1e9)
        mixed = tangents.dual(lines, count, h, -1e9)
        assert mixed >= best - 1e-7
        assert mixed <= single + 1e-12
        if np.isfinite(best):
            gained.append(single - mixed)
            possible.append(single - best)
    assert sum(gained) > 0.6 * sum(possible)


@pytest.mark.parametrize("seed", range(2))
def test_no_ray_of_a_small_cell_beats_its_bound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    planted = plant(seed, tilt_deg=1.0)
    radius = 2.0
    task = _Task(
        pack(planted.scene, radius), planted.scene, planted.patch, planted.cone, radius, Limits.standard()
    )
    throat = 20.0
    world, (low, high) = task.world(throat, 0.05), _box(planted.patch, planted.cone, throat)
    best = _parameters(task, search(planted.scene, planted.patch, planted.cone, radius).ray, throat)
    ray, found, other = np.zeros(7), np.zeros(bound.FOUND), np.zeros(bound.FOUND)
    tightened = 0
    for _ in range(150):
        x = np.clip(best + rng.normal(0, 0.04, 5) * (high - low) * rng.integers(0, 2), low, high)
        h = np.array([0.15, 0.0, 0.15, 0.02, 0.02]) * rng.uniform(0, 1, 5) * rng.choice([0.1, 1.0])
        bound.assess(world, x, h, -1e9, ray, found)
        plain = found[bound.UPPER]
        bound.assess(world, x, h, 0.0, ray, found)
        upper = max(found[bound.UPPER], 0.0)
        tightened += upper < plain - 0.02
        for _ in range(12):
            inside = x + h * np.clip(rng.uniform(-1.5, 1.5, 5), -1, 1)
            bound.assess(world, inside, np.zeros(5), -1e9, np.zeros(7), other)
            if other[bound.LIMIT] >= 0.0:
                # samples 0.05 mm apart may miss the least margin by so much
                assert other[bound.NERVE] <= upper + 0.03
    assert tightened > 30

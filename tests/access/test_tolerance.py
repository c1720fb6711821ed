"""Tolerance against closed forms: a flat wall, a line, and a nerve whose own place is uncertain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from kambin.access.local import Local
from kambin.access.tolerance import Near, execution_sd_mm, spread_normal, tolerance_of
from kambin.case.words import Side

LOCAL = Local("L4-L5", Side.LEFT, np.zeros(3), np.eye(3))
TIP, ENTRY = np.array([0.0, 0.0, 0.0]), np.array([0.0, 100.0, 0.0])


def wall(gap: float, axis: int = 0, sd: float = 0.0) -> Near:
    """All that lies beyond a plane at this distance from the cannula's axis."""
    return Near(lambda points: gap - points[..., axis], sd)


def test_a_wall_beside_the_cannula_is_touched_as_often_as_the_normal_distribution_says() -> None:
    sd = execution_sd_mm()[0]
    for gap in (0.0, 2.0, 5.0):
        found = tolerance_of(TIP, ENTRY, 3.5, [wall(3.5 + gap)], LOCAL)
        assert found.shift_mm == pytest.approx(gap, abs=1e-9)
        assert found.touch_probability == pytest.approx(norm.sf(gap / sd), abs=0.01)


def test_the_nerves_own_uncertainty_adds_in_squares() -> None:
    found = tolerance_of(TIP, ENTRY, 3.5, [wall(6.5, sd=2.0)], LOCAL)
    both = np.hypot(execution_sd_mm()[0], 2.0)
    assert found.touch_probability == pytest.approx(norm.sf(3.0 / both), abs=0.012)


def test_two_walls_on_both_sides_add() -> None:
    sd = execution_sd_mm()[0]
    left, right = wall(6.5), Near(lambda points: 6.5 + points[..., 0], 0.0)
    found = tolerance_of(TIP, ENTRY, 3.5, [left, right], LOCAL)
    assert found.touch_probability == pytest.approx(2 * norm.sf(3.0 / sd), abs=0.02)


def test_tilt_is_the_gap_over_its_distance_from_the_entry() -> None:
    found = tolerance_of(TIP, ENTRY, 3.5, [wall(5.5)], LOCAL)
    assert found.tilt_deg == pytest.approx(np.degrees(np.arctan(2.0 / 100.0)), rel=1e-6)


def test_penetration_leaves_no_tolerance() -> None:
    found = tolerance_of(TIP, ENTRY, 3.5, [wall(3.0)], LOCAL)
    assert (found.shift_mm, found.tilt_deg) == (0.0, 0.0)
    assert found.touch_probability > 0.5


def test_mirror_images_have_the_same_tolerance() -> None:
    right = replace(LOCAL, side=Side.RIGHT, axes=np.diag([-1.0, 1.0, 1.0]))
    mirrored = Near(lambda points: 5.0 + points[..., 0], 0.3)
    one = tolerance_of(TIP, ENTRY, 3.5, [wall(5.0, sd=0.3)], LOCAL)
    assert tolerance_of(TIP, ENTRY, 3.5, [mirrored], right) == one


def test_draws_are_normal_and_independent() -> None:
    draws = spread_normal(4096, 6)
    assert np.abs(draws.mean(axis=0)).max() < 0.01
    assert np.abs(draws.std(axis=0) - 1).max() < 0.02
    assert np.abs(np.corrcoef(draws.T) - np.eye(6)).max() < 0.06


def test_the_execution_error_gives_back_what_was_published() -> None:
    outwards, posterior, cranial = execution_sd_mm()
    assert np.hypot(outwards, cranial) == pytest.approx(np.hypot(2.4, 2.8))
    assert np.hypot(posterior, cranial) == pytest.approx(np.hypot(3.1, 3.7))

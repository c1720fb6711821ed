"""Closed forms against numbers: Monte Carlo is the other code path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.anatomy.shapes import Box, Ellipsoid, Solid, TransverseRod, TruncatedCylinder

SOLIDS = [
    Box((-3, 1, 2), (4, 5, 9)),
    TransverseRod(5, 20, 3, 1, 4, 6),
    TransverseRod(-5, -20, 3, 1, 4, 6),
    TruncatedCylinder(24, 19, 13, 13),
    TruncatedCylinder(20, 20, -5, 4),
    Ellipsoid((6, 50, 30)),
]


@pytest.mark.parametrize("solid", SOLIDS, ids=repr)
def test_volume_and_middle(solid: Solid) -> None:
    low, high = solid.bounds
    points = low + (high - low) * np.random.default_rng(1).random((400_000, 3))
    inside = solid.contains(*points.T)
    box = float(np.prod(high - low))
    share = inside.mean()
    tolerance = 5 * np.sqrt(share * (1 - share) / len(points)) + 1e-12
    assert abs(solid.volume_mm3 / box - share) <= tolerance
    spread = points[inside].std(axis=0) / np.sqrt(inside.sum())
    assert (np.abs(points[inside].mean(axis=0) - solid.centroid) < 5 * spread).all()


@pytest.mark.parametrize("solid", SOLIDS, ids=repr)
def test_nothing_outside_the_bounds_and_the_bounds_are_tight(solid: Solid) -> None:
    low, high = solid.bounds
    points = low - 5 + (high - low + 10) * np.random.default_rng(2).random((200_000, 3))
    inside = points[solid.contains(*points.T)]
    assert (inside >= low).all() and (inside <= high).all()
    assert (inside.min(axis=0) < low + 0.15 * (high - low)).all()
    assert (inside.max(axis=0) > high - 0.15 * (high - low)).all()


@given(st.floats(10, 40), st.floats(10, 40), st.floats(-0.95, 0.95), st.integers(0, 2))
def test_moments_of_the_section(width: float, depth: float, wall: float, power: int) -> None:
    solid = TruncatedCylinder(width, depth, wall * depth, 1)
    angles = np.linspace(-np.pi / 2, np.arcsin(wall), 20_001)  # y = b sin(angle) keeps the integrand smooth
    integrand = (depth * np.sin(angles)) ** power * 2 * width * depth * np.cos(angles) ** 2
    assert solid.moment(power) == pytest.approx(float(np.trapezoid(integrand, angles)), rel=1e-6, abs=1e-6)


def test_highest_point_of_an_ellipsoid() -> None:
    solid = Ellipsoid((6, 50, 30))
    rng = np.random.default_rng(3)
    surface = rng.normal(size=(100_000, 3))
    surface *= np.array(solid.semi) / np.linalg.norm(surface, axis=1, keepdims=True)
    for direction in rng.normal(size=(10, 3)):
        direction /= np.linalg.norm(direction)
        top = solid.highest(direction)
        assert np.sum((top / np.array(solid.semi)) ** 2) == pytest.approx(1)
        assert (surface @ direction).max() <= top @ direction + 1e-9
        assert (surface @ direction).max() >= top @ direction - 0.5

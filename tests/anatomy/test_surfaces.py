from __future__ import annotations

import numpy as np
import pytest

from kambin.anatomy.geometry import Root, Sac
from kambin.anatomy.surfaces import distance_to_root, distance_to_sac, surface_points
from kambin.case.words import Side
from tests.anatomy.nerve_scenes import ellipsoid, painted


def tube(points: np.ndarray, radius: float) -> Root:
    count = len(points)
    return Root(
        "L4", Side.LEFT, "L4-L5", points, np.full(count, radius), np.zeros((count, 3, 3)), "given", None
    )


@pytest.mark.parametrize("voxel", [0.5, 1.0])
def test_the_surface_of_a_ball_lies_on_it(voxel: float) -> None:
    points = surface_points(painted(ellipsoid((1, 2, 3), (8, 8, 8)), 16.0, voxel))
    away = np.linalg.norm(points - [1, 2, 3], axis=1) - 8
    assert np.percentile(np.abs(away), 95) < 0.25 * voxel
    assert abs(away.mean()) < 0.05 * voxel + 0.03


@pytest.mark.parametrize("gap", [4.0, 0.0, -2.0])
def test_the_distance_of_a_ball_and_a_tube(gap: float) -> None:
    ball = surface_points(painted(ellipsoid((0, 0, 0), (6, 6, 6)), 12.0, 0.6))
    line = np.stack([np.full(9, 8.5 + gap), np.linspace(-20, 20, 9), np.zeros(9)], axis=1)
    assert distance_to_root(ball, tube(line, 2.5)) == pytest.approx(gap, abs=0.2)


def test_the_distance_from_a_derived_sac_is_that_of_its_ellipse() -> None:
    line = np.stack([np.zeros(41), np.zeros(41), np.linspace(20, -20, 41)], axis=1)
    sac = Sac(
        line,
        np.repeat(np.eye(3)[None], 41, 0),
        np.full(41, 9.0),
        np.full(41, 6.0),
        np.zeros(41),
        "derived",
        None,
    )
    ball = surface_points(painted(ellipsoid((0, -14, 0), (5, 5, 5)), 22.0, 0.8))
    found = distance_to_sac(ball, sac)
    assert found == pytest.approx(3.0, abs=0.3)
    assert distance_to_sac(ball + np.array([0, 0, 60]), sac) is None


def test_the_distance_from_a_given_sac_is_that_of_its_surface() -> None:
    given = painted(ellipsoid((0, 0, 0), (9, 6, 18)), 22.0, 0.8)
    sac = Sac(np.zeros((2, 3)), np.zeros((2, 3, 3)), np.ones(2), np.ones(2), np.zeros(2), "given", given)
    for gap in (3.0, -1.5):
        ball = surface_points(painted(ellipsoid((0, -11 - gap, 0), (5, 5, 5)), 22.0, 0.8))
        assert distance_to_sac(ball, sac) == pytest.approx(gap, abs=0.4)

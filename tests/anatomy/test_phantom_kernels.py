"""The implicit functions against closed forms of simple solids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kambin.anatomy.phantom.kernels import first_entry, inside, last_exit, moments, values
from kambin.anatomy.phantom.painting import grid_about, paint_codes
from kambin.anatomy.phantom.solids import Placed, box, cone, ellipsoid, pose, rows_of, tube_slices
from kambin.anatomy.phantom.values import volume_of

TURN = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix()
AT = pose(TURN, [3.0, -2.0, 7.0])


def frustum(low: float, high: float, length: float) -> float:
    """Volume of the cone that touches two spheres, with its caps: by revolution, on a fine grid."""
    lean = (low - high) / length
    z = np.linspace(-low, length + high, 200_001)
    tilt = np.sqrt(1 - lean**2)
    wall = (low - lean * z) / tilt
    first, last = low * lean, length + high * lean
    radius2 = np.where(z < first, low**2 - z**2, np.where(z > last, high**2 - (z - length) ** 2, wall**2))
    return float(np.trapezoid(np.pi * np.maximum(radius2, 0.0), z))


@pytest.mark.parametrize(
    ("solid", "volume"),
    [
        (ellipsoid(AT, (6.0, 8.0, 11.0), "a"), 4 / 3 * np.pi * 6 * 8 * 11),
        (box(AT, (5.0, 7.0, 9.0), 0.0, "a"), 8 * 5 * 7 * 9),
        (
            cone(np.zeros(3), np.array([4.0, 9.0, 3.0]), (5.0, 5.0), "a"),
            np.pi * 25 * np.sqrt(106) + 4 / 3 * np.pi * 125,
        ),
        (
            cone(np.zeros(3), np.array([0.0, 9.0, 3.0]), (5.0, 2.5), "a"),
            frustum(5.0, 2.5, float(np.sqrt(90))),
        ),
        (tube_slices([(0, 0, 0, 6, 4), (5, 2, 20, 6, 4)], "a")[0], np.pi * 24 * 20),
    ],
    ids=["ellipsoid", "box", "capsule", "cone", "slice"],
)
def test_volumes_are_those_of_the_closed_forms(solid: Placed, volume: float) -> None:
    found, _ = volume_of([solid])
    assert found == pytest.approx(volume, rel=4e-3)
    # painting is a second way to the same number
    grid = grid_about(solid.bounds[:3] - 1, solid.bounds[3:] + 1, np.eye(4), TURN, (0.4, 0.4, 0.4))
    assert paint_codes(grid, [solid], [1]).sum() * 0.4**3 == pytest.approx(volume, rel=6e-3)


def test_a_union_counts_what_two_solids_share_once() -> None:
    ball = ellipsoid(np.eye(4), (10.0, 10.0, 10.0), "a")
    apart = ellipsoid(pose(np.eye(3), [0.0, 0.0, 12.0]), (10.0, 10.0, 10.0), "a")
    lens = np.pi * (4 * 10 + 12) * (2 * 10 - 12) ** 2 / 12
    both, middle = volume_of([ball, apart])
    assert both == pytest.approx(2 * 4 / 3 * np.pi * 1000 - lens, rel=2e-3)
    assert middle == pytest.approx([0, 0, 6], abs=0.02)
    assert volume_of([ball], [apart])[0] == pytest.approx(4 / 3 * np.pi * 1000 - lens, rel=2e-3)


@settings(max_examples=25)
@given(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9))
def test_rays_meet_a_ball_where_they_must(a: float, b: float) -> None:
    rows, _ = rows_of([ellipsoid(np.eye(4), (10.0, 10.0, 10.0), "a")])
    start = np.array([[7 * a, 7 * b, -30.0]])
    up = np.array([[0.0, 0.0, 1.0]])
    depth = np.sqrt(100 - 49 * (a * a + b * b))
    assert first_entry(rows, start, up, 60.0, 0.5)[0] == pytest.approx(30 - depth, abs=1e-6)
    assert last_exit(rows, start, up, 60.0, 0.5)[0] == pytest.approx(30 + depth, abs=1e-6)
    assert np.isnan(first_entry(rows, start, -up, 60.0, 0.5)[0])


def test_inside_is_the_sign_of_the_value() -> None:
    solids = [box(AT, (5.0, 7.0, 9.0), 2.0, "a"), ellipsoid(np.eye(4), (6.0, 8.0, 11.0), "a")]
    rows, bounds = rows_of(solids)
    points = np.random.default_rng(1).uniform(-15, 15, (4000, 3))
    assert np.array_equal(inside(rows, points), values(rows, points) <= 0)
    whole = moments(rows, np.empty((0, rows.shape[1])), bounds[:, :3].min(0), bounds[:, 3:].max(0), 0.6)
    share = float(inside(rows, points).mean()) * 30.0**3
    assert whole[0] == pytest.approx(share, rel=0.15)

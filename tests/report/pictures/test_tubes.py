"""Sections of cylinders and tubes against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from contourpy import contour_generator
from hypothesis import given, settings
from hypothesis import strategies as st

from kambin.report.pictures.planes import Plane
from kambin.report.pictures.tubes import cylinder_field, ellipse_field, tube_field


def plane(turn: np.ndarray | None = None, half: float = 30.0, pixel: float = 0.2) -> Plane:
    axes = np.eye(3) if turn is None else turn
    return Plane(np.zeros(3), axes[0], axes[1], 2 * half, 2 * half, pixel)


def outline(field: np.ndarray, where: Plane) -> np.ndarray:
    lines = contour_generator(*where.axes_mm(), field).lines(0.0)
    return np.concatenate(lines)


@given(st.integers(0, 10**6), st.floats(2.0, 6.0))
@settings(max_examples=15, deadline=None)
def test_a_cannula_cut_askew_is_its_ellipse(seed, radius):
    rng = np.random.default_rng(seed)
    where = plane(np.linalg.qr(rng.normal(size=(3, 3)))[0])
    normal = where.away_lps
    axis = normal + rng.uniform(-0.8, 0.8) * where.right_lps + rng.uniform(-0.8, 0.8) * where.down_lps
    axis /= np.linalg.norm(axis)
    field = cylinder_field(where.points_lps(), -80 * axis, 80 * axis, radius)
    found = outline(field, where)
    sizes = np.linalg.norm(found, axis=1)
    assert sizes.min() == pytest.approx(radius, abs=0.02)
    assert sizes.max() == pytest.approx(radius / abs(axis @ normal), abs=0.03)


def test_a_cannula_in_the_plane_has_its_diameter_and_length():
    where = plane()
    field = cylinder_field(where.points_lps(), np.array([-20.0, 0, 0]), np.array([10.0, 0, 0]), 3.75)
    found = outline(field, where)
    assert found.min(axis=0) == pytest.approx([-20.0, -3.75], abs=0.03)
    assert found.max(axis=0) == pytest.approx([10.0, 3.75], abs=0.03)


def test_a_root_across_the_plane_is_its_circle_and_wider_where_it_is_unsure():
    where = plane()
    line = np.stack(
        [0 * np.linspace(-20, 20, 9), 0 * np.linspace(-20, 20, 9) + 4, np.linspace(-20, 20, 9)], axis=1
    )
    radius = np.full(9, 2.5)
    found = outline(tube_field(where, line, radius), where) - [0, 4]
    assert np.linalg.norm(found, axis=1) == pytest.approx(2.5, abs=0.06)
    spread = np.repeat(np.diag([1.0, 0.25, 1.0])[None], 9, axis=0)
    wide = outline(tube_field(where, line, radius, spread), where) - [0, 4]
    # two standard deviations beyond the surface: 2 mm sideways, 1 mm along
    assert wide[:, 0].max() == pytest.approx(4.5, abs=0.1)
    assert wide[:, 1].max() == pytest.approx(3.5, abs=0.1)


def test_a_tube_that_misses_the_plane_is_not_there():
    line = np.array([[-5.0, 0, 12], [5.0, 0, 12]])
    assert (tube_field(plane(), line, np.array([2.0, 2.0])) > 0).all()


def test_the_sac_is_its_ellipse_and_ends_where_it_ends():
    where = plane()
    heights = np.linspace(20, -20, 9)
    line = np.stack([0 * heights, 0 * heights, heights], axis=1)
    frames = np.repeat(np.eye(3)[None], 9, axis=0)
    sizes = (np.full(9, 8.0), np.full(9, 5.0))
    found = outline(ellipse_field(where, line, frames, *sizes), where)
    assert found.max(axis=0) == pytest.approx([8.0, 5.0], abs=0.05)
    beyond = Plane(np.array([0, 0, 30.0]), *np.eye(3)[:2], 60.0, 60.0, 0.5)
    assert (ellipse_field(beyond, line, frames, *sizes) > 0).all()

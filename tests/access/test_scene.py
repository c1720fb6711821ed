"""Angles, demands and the fused margin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.access.fields import tube_field
from kambin.access.grid import Roi
from kambin.access.scene import Cone, Obstacle, Patch, PoseError, fused
from kambin.access.settings import search_settings
from kambin.errors import InputError

ROI = Roi(np.full(3, -12.0), np.full(3, 12.0))


@given(st.floats(-80, 80), st.floats(-80, 80))
def test_angles_are_those_of_their_direction(axial: float, cranial: float) -> None:
    cone = Cone(np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 1]]), (0, 90), (0, 10))
    direction = cone.direction(axial, cranial)
    assert np.linalg.norm(direction) == pytest.approx(1.0)
    assert cone.angles_deg(direction) == pytest.approx((axial, cranial), abs=1e-6)


def test_the_fused_margin_is_what_is_left_of_the_nearest_room() -> None:
    near = tube_field(np.array([[0.0, 0, -5], [0, 0, 5]]), np.array([1.0, 1.0]), ROI)
    far = tube_field(np.array([[6.0, 0, -5], [6, 0, 5]]), np.array([1.0, 1.0]), ROI)
    one = Obstacle("root", "nerve", None, near, demanded_mm=0.5)
    other = Obstacle("bone", "bone", None, far, robust=False)
    margin = fused([one, other], ROI, 2.0, spacing_mm=0.8, pose=PoseError(tau_mm=0.3))
    points = ROI.low_lps + 0.8 * np.random.default_rng(0).integers(0, 30, (500, 3))
    expected = np.minimum(near.at(points) - 2.0 - 0.5 - 0.3, far.at(points) - 2.0)
    assert np.allclose(margin.at(points), np.minimum(expected, margin.cap_mm), atol=1e-4)
    assert one.is_objective and not other.is_objective


def test_a_patch_of_fewer_axes_has_the_others_zero() -> None:
    assert Patch(np.zeros(3), np.zeros((0, 3))).axes().tolist() == np.zeros((3, 3)).tolist()
    assert Patch(np.zeros(3), np.array([[1.0, 0, 0]])).axes()[0].tolist() == [1, 0, 0]


def test_a_position_without_spread_has_no_unit() -> None:
    field = tube_field(np.array([[0.0, 0, 0]]), np.array([1.0]), ROI)
    with pytest.raises(InputError, match="standard deviation"):
        Obstacle("root", "nerve", None, field, sd_mm=0.0)


def test_settings_are_read() -> None:
    settings = search_settings()
    assert 0 < settings.tolerance_mm <= 0.1
    assert settings.spacing_mm < settings.coarse_spacing_mm

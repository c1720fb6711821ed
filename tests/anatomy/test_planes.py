from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.anatomy.geometry import Endplate
from kambin.anatomy.planes import fit_plane, fit_robust, inside_of, rear_corner


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(-5, 5), st.integers(0, 10**6))
def test_a_plane_with_far_outliers(a: float, b: float, c: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-20, 20, (2, 300))
    z = c + a * x + b * y + rng.normal(0, 0.1, 300)
    z[:40] += rng.uniform(4, 9, 40)  # an osteophyte
    plane, residual = fit_plane(x, y, z)
    assert plane == pytest.approx([c, a, b], abs=0.05)
    assert residual < 0.3


def test_stairs_of_voxels_are_no_outliers() -> None:
    x = np.linspace(-20, 20, 200)
    stairs = np.round(0.1 * x)
    line, kept = fit_robust(np.stack([np.ones(200), x], axis=1), stairs)
    assert kept.all() and line[1] == pytest.approx(0.1, abs=0.003)


def test_a_mask_too_small_to_erode_is_kept() -> None:
    mask = np.zeros((20, 20), bool)
    mask[5:15, 5:15] = True
    assert np.count_nonzero(inside_of(mask, 2)) == 36
    assert np.array_equal(inside_of(mask, 4), mask) and np.array_equal(inside_of(mask, 0), mask)


def test_the_rear_corner_lies_in_the_plate() -> None:
    normal = np.array([0.0, -0.6, 0.8])
    plate = Endplate(np.array([1.0, 2, 3]), normal, 0.1, 34.0, 45.0)
    corner = rear_corner(plate, np.eye(3))
    assert (corner - plate.centre_lps) @ normal == pytest.approx(0.0)
    assert np.linalg.norm(corner - plate.centre_lps) == pytest.approx(17.0)
    assert corner[1] > plate.centre_lps[1]

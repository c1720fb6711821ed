from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kambin.anatomy.canal import depth_at_disc, ring_at
from kambin.anatomy.fields import field_of
from kambin.anatomy.regions import region_of
from kambin.anatomy.volume import Volume
from tests.anatomy.nerve_scenes import disc_at_origin

DISC = disc_at_origin()[0]
EDGE = DISC.posterior_edge_lps


@given(st.floats(10, 20), st.floats(10, 20), st.floats(5, 30), st.floats(5, 30), st.floats(-12, 12))
def test_depth_reaches_a_straight_line_between_the_laminae(
    back: float, other: float, high: float, low: float, lean_deg: float
) -> None:
    frame = Rotation.from_euler("x", lean_deg, degrees=True).as_matrix().T
    above, below = EDGE + back * frame[1] + high * frame[2], EDGE + other * frame[1] - low * frame[2]
    found = depth_at_disc(DISC, frame, above, below)
    assert found is not None
    end = EDGE + found * frame[1]
    # the end lies on the line, and the line may be drawn from any of its points
    assert np.linalg.norm(np.cross(end - above, below - above)) < 1e-6
    assert depth_at_disc(DISC, frame, above + 0.3 * (above - below), below) == pytest.approx(found)


def test_no_depth_where_a_lamina_is_missing_above_or_below() -> None:
    one, other = EDGE + np.array([0, 16.0, 12]), EDGE + np.array([0, 16.0, 4])
    assert depth_at_disc(DISC, np.eye(3), one, other) is None
    assert depth_at_disc(DISC, np.eye(3), one, EDGE + np.array([0, -40.0, -12])) is None


@pytest.mark.parametrize("voxel", [0.6, 1.0, 1.25])
def test_a_ring_of_bone_with_an_elliptic_canal(voxel: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(3):
        turn = Rotation.random(random_state=rng).as_matrix()
        n = int(56 / voxel)
        place = np.eye(4)
        place[:3, :3] = turn * voxel
        place[:3, 3] = -turn @ np.full(3, (n - 1) / 2 * voxel) + rng.uniform(-0.5, 0.5, 3)
        x, y, z = (np.indices((n, n, n)).reshape(3, -1).T @ place[:3, :3].T + place[:3, 3]).T
        canal = (x / 12) ** 2 + (y / 8) ** 2 < 1
        array = (((x / 20) ** 2 + (y / 16) ** 2 < 1) & ~canal & (np.abs(z) < 8)).reshape(n, n, n)
        field = field_of([region_of("L3", 29, Volume(array.astype(np.uint8), place), array)])
        ring = ring_at("L3", field, np.array([1.0, -1.0, 0.0]), np.eye(3))
        assert ring is not None
        assert ring.width_mm == pytest.approx(24, abs=0.5 * voxel)
        assert ring.depth_mm == pytest.approx(16, abs=0.5 * voxel)
        assert ring.area_mm2 == pytest.approx(np.pi * 12 * 8, rel=0.03)
        assert ring.rear_lps == pytest.approx([0, 8, 0], abs=0.5 * voxel)

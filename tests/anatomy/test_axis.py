from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from kambin.anatomy.axis import SAGITTAL_SD_DEG, fit_axis
from tests.anatomy.scenes import poses

UP, BACK = np.array([0.0, 0, 1]), np.array([0.0, 1, 0])
NAMES = ("L1", "L2", "L3", "L4", "L5", "L5-S1")


def line(**sideways: float) -> dict[str, np.ndarray]:
    heights = dict(zip(NAMES, (150, 115, 78, 40, 3, -17), strict=True))
    return {name: np.array([sideways.get(name, 0.0), 0.0, height]) for name, height in heights.items()}


def test_points_on_a_line() -> None:
    axis = fit_axis(line(), UP, BACK, 1.0)
    assert axis is not None
    assert axis.cranial == pytest.approx(UP)
    assert axis.frame == pytest.approx(np.eye(3))
    assert axis.structures == NAMES


@given(poses())
def test_the_axis_turns_with_the_patient(pose: np.ndarray) -> None:
    turn = pose[:3, :3]
    bent = line(L3=4, L2=2)
    still = fit_axis(bent, UP, BACK, 1.0)
    moved = fit_axis({name: turn @ point for name, point in bent.items()}, turn @ UP, turn @ BACK, 1.0)
    assert still is not None and moved is not None
    assert moved.frame == pytest.approx(still.frame @ turn.T)
    assert moved.coronal_sd_rad == pytest.approx(still.coronal_sd_rad)


def test_scatter_sideways_makes_the_direction_less_sure() -> None:
    straight, bent = fit_axis(line(), UP, BACK, 1.0), fit_axis(line(L3=8, L1=-5), UP, BACK, 1.0)
    assert straight is not None and bent is not None
    assert bent.coronal_sd_rad > 3 * straight.coronal_sd_rad
    # ordinary least squares of x on z, as the other code path
    points = np.array(list(line(L3=8, L1=-5).values()))
    (slope, _), residual, *_ = np.linalg.lstsq(
        np.stack([points[:, 2], np.ones(6)], 1), points[:, 0], rcond=None
    )
    spread = ((points[:, 2] - points[:, 2].mean()) ** 2).sum()
    assert bent.coronal_sd_rad == pytest.approx(float(np.sqrt(residual[0] / 4 / spread)), rel=0.02)
    assert bent.cranial[0] / bent.cranial[2] == pytest.approx(slope, rel=0.05)


def test_coarse_voxels_make_the_direction_less_sure() -> None:
    fine, coarse = fit_axis(line(), UP, BACK, 1.0), fit_axis(line(), UP, BACK, 4.0)
    assert fine is not None and coarse is not None
    assert coarse.coronal_sd_rad == pytest.approx(4 * fine.coronal_sd_rad)


def test_the_less_of_the_lordosis_the_less_sure_and_below_l3_nothing() -> None:
    found = []
    for count in range(4):
        points = dict(list(line().items())[count:])
        axis = fit_axis(points, UP, BACK, 1.0)
        found.append(None if axis is None else np.degrees(axis.sagittal_sd_rad))
    assert found[3] is None
    assert found[0] < found[1] < found[2]
    assert list(SAGITTAL_SD_DEG) == ["L1", "L2", "L3"]


def test_without_the_lowest_disc_there_is_no_axis() -> None:
    points = line()
    del points["L5-S1"]
    assert fit_axis(points, UP, BACK, 1.0) is None
    assert fit_axis({}, UP, BACK, 1.0) is None

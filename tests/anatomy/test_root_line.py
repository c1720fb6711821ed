from __future__ import annotations

import numpy as np
import pytest

from kambin.anatomy.root_line import root_of_label
from kambin.case.words import Side
from tests.anatomy.nerve_scenes import painted

MIDLINE = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
# down beside the midline, then out and forwards: a quarter of a circle in a leaning plane
ANGLES = np.linspace(0, np.pi / 2, 60)
COURSE = np.stack([16 * np.sin(ANGLES) - 10, -5 * np.sin(ANGLES), 16 * np.cos(ANGLES) - 8], axis=1)


def solid(radius: float, course: np.ndarray):
    def inside(points: np.ndarray) -> np.ndarray:
        flat = points.reshape(-1, 3)
        least = np.full(len(flat), np.inf)
        for place in course:
            least = np.minimum(least, ((flat - place) ** 2).sum(axis=1))
        return (least <= radius**2).reshape(points.shape[:-1])

    return inside


@pytest.mark.parametrize(("voxel", "side"), [(0.7, Side.LEFT), (1.0, Side.RIGHT)])
def test_the_line_runs_in_the_middle_from_the_midline_outwards(voxel: float, side: Side) -> None:
    sign = np.array([1.0 if side is Side.LEFT else -1.0, 1.0, 1.0])
    course = (COURSE + np.array([12.0, 0.0, 0.0])) * sign
    root = root_of_label("L4", side, "L4-L5", painted(solid(2.4, course), 20.0, voxel), MIDLINE)
    assert root is not None and root.how == "given" and not root.covariance_mm2.any()
    inner = root.points_lps[2:-2]
    away = np.linalg.norm(inner[:, None] - course[None], axis=-1).min(axis=1)
    assert np.percentile(away, 95) < 0.5 * voxel
    assert abs(root.points_lps[0, 0]) < abs(root.points_lps[-1, 0])
    assert np.abs(np.median(root.radius_mm) - 2.4) < 0.5 * voxel


def test_a_speck_is_no_root() -> None:
    assert (
        root_of_label("L4", Side.LEFT, "L4-L5", painted(solid(0.9, COURSE[:1]), 12.0, 1.0), MIDLINE) is None
    )

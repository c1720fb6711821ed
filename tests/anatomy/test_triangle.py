from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from kambin.anatomy.geometry import Endplate, KambinTriangle, Root
from kambin.anatomy.triangle import TriangleBed, kambin_triangle
from kambin.case.words import Side
from tests.anatomy.nerve_scenes import TURN, box, painted

SPACE_MM = 9.0
# outwards and cranial: under the pedicle's middle, where it crosses the lower endplate, the process' border
UNDER, CROSSING, BORDER = (15.0, 14.0), (26.0, 0.0), 17.0


def course(bent: int) -> np.ndarray:
    """Points (outwards, cranial) from the sac outwards, rounded over so many points where the root bends."""
    nodes = np.array([(6.0, 30.0), UNDER, CROSSING, (40.0, -6.0)])
    parts = [np.linspace(a, b, 10, endpoint=False) for a, b in pairwise(nodes)]
    line = np.concatenate([*parts, nodes[-1:]])
    for _ in range(bent):
        line[1:-1] = line[1:-1] / 2 + (line[:-2] + line[2:]) / 4
    return line


def bed_of(
    side: Side, voxel: float, line: np.ndarray, solid: Callable[[np.ndarray], np.ndarray] | None = None
) -> TriangleBed:
    """The lower endplate in the plane z = 0, everything else where the numbers above say."""
    sign = 1.0 if side is Side.LEFT else -1.0
    points = np.stack([sign * line[:, 0], np.full(len(line), 4.0), line[:, 1]], axis=1)
    upper, lower = (
        Endplate(np.array([0.0, 0.0, z]), np.array([0.0, 0.0, 1.0]), 0.0, 35.0, 48.0) for z in (SPACE_MM, 0.0)
    )
    process = box((8.0, 10.0, -8.0), (BORDER, 18.0, 9.0)) if solid is None else solid
    turned = np.array([sign, 1.0, 1.0])
    root = Root(
        "L4", side, "L4-L5", points, np.full(len(points), 3.0), np.zeros((len(points), 3, 3)), "given", None
    )
    return TriangleBed(
        upper_plate=upper,
        lower_plate=lower,
        frame=np.eye(3),
        pedicle=painted(lambda p: box((10, -4, 18), (20, 6, 30))(p * turned), 32.0, 1.0),
        process=painted(lambda p: process(p * turned), 26.0, voxel, TURN),
        root=root,
    )


def flat(triangle: KambinTriangle, side: Side) -> np.ndarray:
    sign = 1.0 if side is Side.LEFT else -1.0
    return triangle.corners_lps[:, [0, 2]] * [sign, 1.0]


def expected() -> tuple[np.ndarray, float]:
    slope = (UNDER[1] - CROSSING[1]) / (CROSSING[0] - UNDER[0])
    base = CROSSING[0] - BORDER
    corners = np.array([(BORDER, 0.0), (CROSSING[0], 0.0), (BORDER, base * slope)])
    return corners, base * base * slope / 2


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("voxel", [0.6, 1.0])
@pytest.mark.parametrize("bent", [0, 3])
def test_the_triangle_is_that_of_the_straight_root(side: Side, voxel: float, bent: int) -> None:
    """A course that is rounded at its bends, as one of slices is, gives the same triangle."""
    found = kambin_triangle(bed_of(side, voxel, course(bent)), side)
    assert found is not None
    corners, area = expected()
    assert np.abs(flat(found, side) - corners).max() < 0.35 * voxel + 0.1
    assert found.area_mm2 == pytest.approx(area, rel=0.08)
    a, b = corners[1, 0] - corners[0, 0], corners[2, 1]
    assert 2 * found.circle_radius_mm == pytest.approx(a + b - np.hypot(a, b), abs=0.3 * voxel)


@pytest.mark.parametrize("voxel", [0.6, 1.0])
def test_the_border_of_a_process_that_falls_off_behind_is_its_face(voxel: float) -> None:
    """A narrow face with a slope behind it: a parabola through both would stand out."""

    def process(points: np.ndarray) -> np.ndarray:
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        reach = BORDER - 0.7 * np.maximum(y - 13.0, 0.0)
        return (x > 4) & (x < reach) & (y > 10) & (y < 20) & (z > -8) & (z < 9)

    found = kambin_triangle(bed_of(Side.LEFT, voxel, course(0), process), Side.LEFT)
    assert found is not None
    assert flat(found, Side.LEFT)[0, 0] == pytest.approx(BORDER, abs=0.3 * voxel)


def test_a_short_stretch_of_root_is_taken_as_it_is() -> None:
    line = np.array([(6.0, 30.0), (14.0, 15.0), (22.0, 5.0), (30.0, -5.0), (36.0, -9.0)])
    found = kambin_triangle(bed_of(Side.LEFT, 1.0, line), Side.LEFT)
    assert found is not None
    assert flat(found, Side.LEFT)[1, 0] == pytest.approx(26.0, abs=1e-6)


def test_a_root_inside_the_process_or_that_ends_above_leaves_no_triangle() -> None:
    steep = np.array([(6.0, 30.0), (14.0, 15.0), (15.5, 8.0), (16.0, 2.0), (16.2, -4.0), (30.0, -9.0)])
    assert kambin_triangle(bed_of(Side.LEFT, 1.0, steep), Side.LEFT) is None
    high = course(0)[:18]
    assert kambin_triangle(bed_of(Side.LEFT, 1.0, high), Side.LEFT) is None

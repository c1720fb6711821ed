from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kambin.anatomy.fields import field_of
from kambin.anatomy.geometry import Sac, VertebraShape
from kambin.anatomy.nerve_numbers import number
from kambin.anatomy.root_course import RootBed, derive_root, derive_s1_root, radii_along
from kambin.anatomy.triangle import TriangleBed, kambin_triangle
from kambin.case.words import SIDES, Side
from tests.anatomy.nerve_scenes import box, disc_at_origin, painted

COUNT = 61
LINE = np.stack([np.zeros(COUNT), np.full(COUNT, 26.0), np.linspace(60, -60, COUNT)], axis=1)
SAC = Sac(
    LINE,
    np.repeat(np.eye(3)[None], COUNT, 0),
    np.full(COUNT, 8.0),
    np.full(COUNT, 6.0),
    np.full(COUNT, 2.0),
    "derived",
    None,
)


def bed(side: Side) -> RootBed:
    """A pedicle from 12 to 24 mm beside the midline whose lower edge lies 18 mm above the disc's middle."""
    disc, upper, lower = disc_at_origin()
    sign = 1.0 if side is Side.LEFT else -1.0

    def at(low: tuple[float, ...], high: tuple[float, ...]):
        ends = np.array([low, high]) * [sign, 1, 1]
        return painted(box(ends.min(axis=0), ends.max(axis=0)), 44.5, 1.0, np.eye(3))

    pedicle = at((12, 18, 18), (24, 34, 32))
    process = at((14, 32, -14), (24, 40, 10))
    shape = VertebraShape("L4", np.eye(3), np.array([0.0, 0.0, 18.0]), None, None)
    return RootBed(shape, field_of([pedicle]), pedicle, disc, (upper, lower), process, SAC, 1.0)


def test_both_sides_are_mirror_images() -> None:
    left, right = (derive_root("L4", side, "L4-L5", bed(side)) for side in SIDES)
    assert left is not None and right is not None
    mirror = np.diag([-1.0, 1.0, 1.0])
    assert np.allclose(left.points_lps @ mirror, right.points_lps, atol=1e-6)
    assert np.allclose(mirror @ left.covariance_mm2 @ mirror, right.covariance_mm2, atol=1e-6)
    assert (left.points_lps[:, 0] > 0).all()


def test_the_course_obeys_the_published_numbers() -> None:
    root = derive_root("L4", Side.LEFT, "L4-L5", bed(Side.LEFT))
    assert root is not None and root.how == "derived" and root.region is None
    points = root.points_lps
    assert points[0, 0] == pytest.approx(number("roots", "origin_to_midline", "L4").mean, abs=0.05)
    down = points[points[:, 2] < 4.0]
    slope = np.degrees(np.arctan2(-np.diff(down[:, 2]), np.diff(down[:, 0])))
    assert np.median(slope) == pytest.approx(number("roots", "slope_in_foramen", "L4").mean, abs=0.5)
    # it never runs through its own pedicle
    under = points[(points[:, 0] > 12) & (points[:, 0] < 24)]
    assert (under[:, 2] < 18.0).all()
    crossing = points[np.abs(points[:, 2] + 5).argmin()]
    gap = number("roots", "facet_distance", "L4", "at_lower_endplate").mean
    assert 32.0 - crossing[1] - number("roots", "diameter", "L4").mean / 2 == pytest.approx(gap, abs=1.2)
    assert (np.diff(points[:, 2]) < 0).all()


def test_without_its_landmarks_there_is_no_root() -> None:
    full = bed(Side.LEFT)
    for lack in ({"pedicle": None}, {"sac": None}, {"plates": (None, full.plates[1])}):
        assert derive_root("L4", Side.LEFT, "L4-L5", replace(full, **lack)) is None
    assert derive_s1_root(Side.LEFT, replace(full, sac=None)) is None
    # without the joint the foramen's published width stands in, less surely
    blind = derive_root("L4", Side.LEFT, "L4-L5", replace(full, process=None))
    sure = derive_root("L4", Side.LEFT, "L4-L5", full)
    assert blind is not None and sure is not None
    assert blind.covariance_mm2[-1, 1, 1] > sure.covariance_mm2[-1, 1, 1]


def test_the_first_sacral_root_leaves_above_its_disc_and_runs_down_behind() -> None:
    root = derive_s1_root(Side.RIGHT, replace(bed(Side.RIGHT), pedicle=None))
    assert root is not None and root.exits_at == "S1-S2"
    assert root.points_lps[0, 2] > 5.0 and root.points_lps[-1, 2] < -20.0
    assert (root.points_lps[:, 0] < 0).all() and (root.points_lps[:, 1] > 18.0).all()


def test_the_ganglion_lies_where_the_source_found_it_and_is_never_thinner() -> None:
    out = np.linspace(5, 35, 301)
    for name, place in (("L3", 15.0), ("L5", 21.0)):
        radii = radii_along(name, out, 12.0, 24.0)
        assert out[radii.argmax()] == pytest.approx(place, abs=0.2)
        assert radii.min() >= number("roots", "diameter", name).mean / 2 - 1e-9


@pytest.mark.parametrize("side", list(SIDES))
def test_the_triangle_between_endplate_process_and_a_straight_root(side: Side) -> None:
    full = bed(side)
    root = derive_root("L4", side, "L4-L5", full)
    assert root is not None and full.pedicle is not None and full.process is not None
    sign = 1.0 if side is Side.LEFT else -1.0
    line = np.array([[sign * x, 20.0, -5.0 + 1.2 * (32.0 - x)] for x in np.arange(10.0, 40.0)])
    straight = replace(root, points_lps=line)
    upper, lower = full.plates
    assert upper is not None and lower is not None
    found = kambin_triangle(
        TriangleBed(upper, lower, full.disc.frame, full.pedicle, full.process, straight), side
    )
    assert found is not None
    base, height = 32.0 - 24.0, 1.2 * (32.0 - 24.0)
    assert found.area_mm2 == pytest.approx(base * height / 2, rel=0.05)
    radius = (base + height - np.hypot(base, height)) / 2
    assert found.circle_radius_mm == pytest.approx(radius, abs=0.25)
    assert (found.corners_lps[:, 0] * sign > 0).all()
    inside = replace(straight, points_lps=line - [sign * 12.0, 0.0, 0.0])
    assert (
        kambin_triangle(TriangleBed(upper, lower, full.disc.frame, full.pedicle, full.process, inside), side)
        is None
    )

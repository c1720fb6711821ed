from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kambin.anatomy.fields import Field, field_of
from kambin.anatomy.interspaces import space_between
from kambin.anatomy.reading import label_map_of
from kambin.anatomy.regions import region
from kambin.anatomy.volume import Volume
from tests.anatomy.block_phantom import LumbarPhantom
from tests.anatomy.scenes import IDS, grids, measure, phantom, phantom_spine, poses

UP, BACK = np.array([0.0, 0, 1]), np.array([0.0, 1, 0])


def blocks(
    gap: float = 10, wedge_deg: float = 0, voxel: float = 1.0, fronts: tuple[float, float] = (-18, -18)
) -> tuple[Field, Field]:
    """Two upright blocks of 50 × 36 mm in section whose facing surfaces are `gap` apart in the middle.

    `fronts` is where the upper and the lower block begin in front.
    """
    n = np.array([60, 50, 90]) / voxel
    shape = tuple(n.astype(int))
    place = np.diag([voxel, voxel, voxel, 1.0])
    place[:3, 3] = -(np.array(shape) - 1) / 2 * voxel
    x, y, z = (
        np.arange(size).reshape([-1 if axis == other else 1 for other in range(3)]) * voxel + place[axis, 3]
        for axis, size in enumerate(shape)
    )
    half = gap / 2 - np.tan(np.radians(wedge_deg / 2)) * y
    front = np.where(z > 0, *fronts)
    section = (np.abs(x) <= 25) & (y >= front) & (y <= 18) & (np.abs(z) <= 40)
    array = np.where(section & (z > half), 28, 0) + np.where(section & (z < -half), 27, 0)
    labels = label_map_of(Volume(array.astype(np.uint8), place), "total")
    found = [region(labels, f"vertebrae_{name}") for name in ("L4", "L5")]
    assert found[0] is not None and found[1] is not None
    return field_of([found[0]]), field_of([found[1]])


@pytest.mark.parametrize("wedge", [0, 8, 16])
@pytest.mark.parametrize("guess", [(0, 0, 0), (5, 6, 8), (-6, -5, -8)])
def test_a_wedge_between_two_blocks(wedge: float, guess: tuple[float, float, float]) -> None:
    upper, lower = blocks(wedge_deg=wedge)
    space = space_between(upper, lower, np.array(guess, float), UP, BACK)
    assert space is not None
    slope = 2 * np.tan(np.radians(wedge / 2))
    # ∫ y (gap - slope y) dy / ∫ (gap - slope y) dy over -18..18
    centre_y = -slope * 18**2 / 3 / 10
    assert space.centre_lps == pytest.approx([0, centre_y, 0], abs=0.9)  # lines 1 mm apart
    assert np.degrees(np.arccos(min(1.0, space.normal_lps @ UP))) < 1.5
    assert space.height_mm == pytest.approx(10, abs=1.1)
    assert space.area_mm2 == pytest.approx(50 * 36, rel=0.06)


def test_the_middle_lies_between_both_outlines_where_one_body_stands_out() -> None:
    upper, lower = blocks(fronts=(-18, -12))
    corners = [np.array([0, 18.0, 5]), np.array([0, 18.0, -5])]
    fronts = [np.array([0, -18.0, 5]), np.array([0, -12.0, -5])]
    known = space_between(upper, lower, np.zeros(3), UP, BACK, corners, fronts)
    lines = space_between(upper, lower, np.zeros(3), UP, BACK, corners)
    assert known is not None and lines is not None
    # the lines reach from -12 to 18, the space from -15
    assert lines.centre_lps[1] == pytest.approx(3.0, abs=0.6)
    assert known.centre_lps[1] == pytest.approx(1.5, abs=0.6)
    assert known.centre_lps[2] == pytest.approx(0.0, abs=0.3)


def test_the_first_guess_of_the_direction_does_not_matter() -> None:
    upper, lower = blocks(wedge_deg=6)
    found = [
        space_between(upper, lower, np.zeros(3), np.array([0.0, np.sin(a), np.cos(a)]), BACK)
        for a in np.radians([-20, 0, 20])
    ]
    assert all(space is not None for space in found)
    for space in found:
        assert space is not None and found[1] is not None
        assert np.allclose(space.centre_lps, found[1].centre_lps, atol=0.3)


def test_touching_far_apart_or_absent() -> None:
    upper, lower = blocks(gap=0)
    assert space_between(upper, lower, np.zeros(3), UP, BACK) is None
    upper, lower = blocks(gap=30)
    assert space_between(upper, lower, np.zeros(3), UP, BACK) is None
    upper, lower = blocks()
    assert space_between(upper, lower, np.array([200.0, 0, 0]), UP, BACK) is None
    assert space_between(lower, upper, np.zeros(3), UP, BACK) is None


@settings(max_examples=8, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # shrinking takes minutes
@given(
    poses(),
    grids(),
    st.sampled_from([(1.2, 1.2, 1.2), (2.0, 2.0, 2.0), (1.0, 1.0, 3.0), (3.0, 3.0, 3.0)]),
    st.floats(0, 1.2),
)
def test_disc_centres_of_the_phantom(
    pose: np.ndarray, grid: np.ndarray, voxel: tuple[float, float, float], lordosis: float
) -> None:
    made = LumbarPhantom(
        voxel_mm=voxel,
        lps_from_phantom=pose,
        grid=grid,
        lordosis=lordosis,
        missing=frozenset({"hip_left", "hip_right"}),
    )
    spine = measure(made.label_map())
    assert list(spine.interspaces) == list(made.truth.disc_centres_lps)
    for level, truth in made.truth.disc_centres_lps.items():
        found = spine.interspaces[level]
        error = np.array(found.centre_lps) - truth
        # where the canal begins behind L1-L2 is seen to one voxel; with slices of 3 mm the middle of that
        # space was found up to 3.2 mm too far back (4 of 24 poses beyond 1.7 mm), every other within 1.4 mm
        coarse = 0.9 if max(voxel) > 2 and level == "L1-L2" else 0.3
        assert np.linalg.norm(error) < 0.8 + coarse * max(voxel), level
        # along the spine, where it matters for heights, the stated uncertainty holds with room to spare
        assert abs(error @ np.array(found.normal_lps)) < found.uncertainty_mm / 2, level


def test_lines_that_pass_a_wedge_and_meet_a_wall_are_left_out() -> None:
    # behind a strongly wedged disc a line misses both end plates and meets the back walls of the bodies above
    # and below; counting those lines would move the middle of L5-S1 back by 2.4 mm
    made = LumbarPhantom(voxel_mm=(1.2, 1.2, 1.2), lordosis=1.2, missing=frozenset({"hip_left", "hip_right"}))
    found = measure(made.label_map()).interspaces["L5-S1"]
    error = np.array(found.centre_lps) - made.truth.disc_centres_lps["L5-S1"]
    back = np.cross(found.normal_lps, [1.0, 0, 0])
    assert abs(error @ back) < 1.0


def test_the_arch_behind_the_canal_is_no_disc() -> None:
    # with the bodies of L4 and L5 erased, the laminae and processes alone make no space
    bones = LumbarPhantom(voxel_mm=(1.5, 1.5, 1.5)).label_map()
    array = np.array(bones.array)
    truth = phantom().truth
    regions = []
    for name in ("L4", "L5"):
        places = np.argwhere(array == IDS[name])
        points = places @ bones.lps_from_voxel[:3, :3].T + bones.lps_from_voxel[:3, 3]
        front = places[points[:, 1] < truth.body_centres_lps[name][1] + 22]
        array[tuple(front.T)] = 0
    labels = label_map_of(Volume(array, bones.lps_from_voxel), "total")
    regions = [region(labels, f"vertebrae_{name}") for name in ("L4", "L5")]
    assert regions[0] is not None and regions[1] is not None
    middle = truth.disc_centres_lps["L4-L5"]
    assert space_between(field_of([regions[0]]), field_of([regions[1]]), middle, UP, BACK) is None


def test_every_disc_says_where_it_comes_from() -> None:
    for level, space in phantom_spine().interspaces.items():
        assert space.level == level
        assert space.structures[0] == level.split("-")[0]
        assert "facing surfaces" in space.how
    assert phantom_spine().interspaces["L5-S1"].structures == ("L5", "S1", "sacrum")

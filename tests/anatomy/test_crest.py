from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kambin.anatomy.axis import LumbarAxis
from kambin.anatomy.crest import crest_height, disc_centre_sd_mm, hip_sides, summit
from kambin.anatomy.model import CrestHeight, Interspace
from kambin.anatomy.reading import label_map_of
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.regions import region
from kambin.anatomy.volume import Volume
from kambin.case.words import Side
from tests.anatomy.block_phantom import LumbarPhantom
from tests.anatomy.scenes import changed, grids, measure, phantom_volume, poses, relabelled
from tests.anatomy.shapes import Ellipsoid

VOXELS = [(1.2, 1.2, 1.2), (2.0, 2.0, 2.0), (1.0, 1.0, 3.0), (3.0, 3.0, 3.0), (2.5, 1.2, 1.5)]


@settings(max_examples=12)
@given(poses(), grids(), st.sampled_from(VOXELS), st.floats(-10, 40), st.floats(-10, 40), st.floats(0.3, 1.2))
def test_heights_of_the_phantom(
    pose: np.ndarray,
    grid: np.ndarray,
    voxel: tuple[float, float, float],
    left: float,
    right: float,
    lordosis: float,
) -> None:
    made = LumbarPhantom(
        crest_left_mm=left,
        crest_right_mm=right,
        voxel_mm=voxel,
        lps_from_phantom=pose,
        grid=grid,
        lordosis=lordosis,
    )
    spine = measure(made.label_map())
    assert set(spine.crest) == {Side.LEFT, Side.RIGHT}
    for side, truth in made.truth.crest_mm.items():
        found = spine.crest[side]
        # the phantom knows its axis, so only voxels stand between truth and result: one of the largest
        assert abs(found.height_mm - truth) < 0.4 + 0.6 * max(voxel)
        assert abs(found.height_mm - truth) < found.uncertainty_mm
        assert np.linalg.norm(np.array(found.top_lps) - made.truth.crest_tops_lps[side]) < 12
        assert found.structures[0] == f"hip_{side}"


def test_what_the_uncertainty_says() -> None:
    def of(**knobs: object) -> float:
        return measure(LumbarPhantom(**knobs).label_map()).crest[Side.LEFT].uncertainty_mm  # type: ignore[arg-type]

    fine, coarse = of(voxel_mm=(1.0, 1.0, 1.0)), of(voxel_mm=(3.0, 3.0, 3.0))
    assert fine < coarse
    short = of(voxel_mm=(2.0, 2.0, 2.0), missing=frozenset({"L1", "L2"}))
    assert short > of(voxel_mm=(2.0, 2.0, 2.0)) + 3


def test_height_without_the_upper_vertebrae_stays_within_what_is_stated() -> None:
    for missing in (frozenset({"L1"}), frozenset({"L1", "L2"})):
        made = LumbarPhantom(voxel_mm=(1.5, 1.5, 1.5), missing=missing)
        for side, found in measure(made.label_map()).crest.items():
            assert abs(found.height_mm - made.truth.crest_mm[side]) < found.uncertainty_mm


def test_one_hip_alone_is_measured_on_its_side_and_the_other_is_missing() -> None:
    for value, side in ((77, Side.LEFT), (78, Side.RIGHT)):
        spine = measure(relabelled(phantom_volume(), {155 - value: 0}))
        assert set(spine.crest) == {side}
        assert spine.crest[side] == measure(phantom_volume()).crest[side]
        assert f"crest_above_l45_{side.opposite}_mm" in spine.missing
        assert "sides_unchecked" not in {caution.code for caution in spine.warnings}


def test_one_hip_alone_under_the_wrong_name_is_refused() -> None:
    for value in (77, 78):
        with pytest.raises(ScanRefused) as refused:
            measure(relabelled(phantom_volume(), {value: 155 - value, 155 - value: 0}))
        assert refused.value.reason is Reason.SIDES_SWAPPED


def test_a_hip_whose_top_is_outside_the_field_of_view_is_not_measured() -> None:
    volume = phantom_volume()
    tops = np.argwhere(volume.array == 77)[:, 2].max(), np.argwhere(volume.array == 78)[:, 2].max()
    # cut below both crests but above L4: nothing of the crest is invented
    cut = changed(volume, volume.array[:, :, : min(tops) - 2])
    spine = measure(cut)
    assert not spine.crest
    texts = [caution.text for caution in spine.warnings if caution.code == "crest_not_measured"]
    assert len(texts) in (1, 2)


def test_a_hip_cut_at_the_side_near_its_top_is_not_measured() -> None:
    volume = phantom_volume()
    hip = np.argwhere(volume.array == 77)
    crest = hip[hip[:, 2] > hip[:, 2].max() - 2]
    edge = int(np.median(crest[:, 0]))
    spine = measure(changed(volume, volume.array[:edge]))
    assert Side.LEFT not in spine.crest and Side.RIGHT in spine.crest
    assert any("field of view ends at the top of hip_left" in caution.text for caution in spine.warnings)


def test_a_hip_cut_far_below_its_top_is_measured_the_same() -> None:
    volume = phantom_volume()
    hip = np.argwhere(volume.array == 77)
    low = int(hip[:, 2].min() + 20)
    place = volume.lps_from_voxel.copy()
    place[:3, 3] = place[:3, :3] @ [0, 0, low] + place[:3, 3]
    whole, cut = measure(volume), measure(Volume(volume.array[:, :, low:], place))
    for side in Side:
        assert cut.crest[side].height_mm == pytest.approx(whole.crest[side].height_mm, abs=0.05)


def test_a_crest_in_pieces_is_not_measured() -> None:
    array = np.array(phantom_volume().array)
    hip = np.argwhere(array == 78)
    level = int(hip[:, 2].max() - 25)
    array[:, :, level : level + 2][array[:, :, level : level + 2] == 78] = 0
    spine = measure(changed(phantom_volume(), array))
    assert Side.RIGHT not in spine.crest and Side.LEFT in spine.crest
    assert any("hip_right is in pieces" in caution.text for caution in spine.warnings)


def test_stray_voxels_above_the_crest_do_not_count() -> None:
    array = np.array(phantom_volume().array)
    array[3:5, 3:5, -3:] = 77
    spine = measure(changed(phantom_volume(), array))
    assert spine.crest[Side.LEFT] == measure(phantom_volume()).crest[Side.LEFT]
    assert spine.warnings[0].code == "stray_voxels"


def test_sides_of_two_hips_come_from_their_places() -> None:
    labels = label_map_of(phantom_volume(), "total")
    left, right = region(labels, "hip_left"), region(labels, "hip_right")
    assert left is not None and right is not None
    for pair in ([left, right], [right, left]):
        assert hip_sides(pair, np.zeros(3)) == {Side.LEFT: left, Side.RIGHT: right}
    assert hip_sides([right], np.zeros(3)) == {Side.RIGHT: right}


def test_disc_centre_is_never_surer_than_half_a_voxel() -> None:
    assert disc_centre_sd_mm(0.0) == 1.0
    assert disc_centre_sd_mm(8.0) > 4.0


def test_the_uncertainty_is_twice_the_root_of_the_summed_squares() -> None:
    # a hip of one dome with its top at (90, 40, 30) from the disc, seen along z: every part is known
    x, y, z = np.indices((50, 40, 60)) * 2.0
    top = np.array([61.3, 38.7, 75.4])
    inside = z <= top[2] - (x - top[0]) ** 2 / 20.0 - (y - top[1]) ** 2 / 60.0
    array = np.where(inside & (z > 10), 77, 0).astype(np.uint8)
    place = np.diag([2.0, 2.0, 2.0, 1.0])
    hip = region(label_map_of(Volume(array, place), "total"), "hip_left")
    assert hip is not None
    disc_at = top - [90, 40, 30]
    disc = Interspace("L4-L5", tuple(disc_at), (0.0, 0.0, 1.0), 3.0, "given", ("L4", "L5"))
    axis = LumbarAxis(np.eye(3), 0.02, 0.05, ("L1", "L5-S1"))
    found = crest_height(Side.LEFT, hip, axis, disc)
    assert isinstance(found, CrestHeight)
    assert found.top_lps == pytest.approx(top, abs=0.7)
    assert found.height_mm == pytest.approx(30, abs=0.3)
    # crest half a voxel, disc half its 95 % width, 90 mm beside and 40 mm behind at the axis' two deviations
    beside, behind = np.array(found.top_lps[:2]) - disc_at[:2]
    assert found.uncertainty_mm == pytest.approx(
        2 * np.sqrt(1.0**2 + 1.5**2 + (beside * 0.02) ** 2 + (behind * 0.05) ** 2)
    )
    assert found.structures == ("hip_left", "L4", "L5", "L1", "L5-S1")


@pytest.mark.parametrize("semi", [(6.0, 56.0, 68.0), (9.0, 40.0, 30.0), (15.0, 15.0, 15.0)])
@pytest.mark.parametrize("voxel", [0.8, 1.5])
def test_the_top_of_a_dome_is_found_wherever_the_grid_meets_it(
    semi: tuple[float, float, float], voxel: float
) -> None:
    rng = np.random.default_rng(5)
    solid, errors = Ellipsoid(semi), []
    for _ in range(6):
        turn = Rotation.random(random_state=rng).as_matrix()
        n = int(2 * 15 / voxel)
        place = np.eye(4)
        place[:3, :3] = turn * voxel
        direction = np.array([0.1, -0.2, 1.0]) / np.linalg.norm([0.1, -0.2, 1.0])
        top = solid.highest(direction)
        place[:3, 3] = top - turn @ np.full(3, (n - 1) / 2 * voxel) + rng.uniform(-voxel, voxel, 3)
        points = np.indices((n, n, n)).reshape(3, -1).T @ place[:3, :3].T + place[:3, 3]
        mask = solid.contains(*points.T) & ((points - top) @ direction > -8.0)
        heights = points[mask] @ direction
        step = voxel * float(np.abs(turn.T @ direction).max())
        errors.append(summit(heights, step) - float(top @ direction))
    assert np.abs(errors).max() < 0.5 * voxel
    assert abs(np.mean(errors)) < 0.25 * voxel


def test_a_flat_top_ends_between_its_layer_and_the_next() -> None:
    heights = np.repeat(np.arange(10.0), 50)
    assert 9.0 <= summit(heights, 1.0) <= 10.0

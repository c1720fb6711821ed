"""What contradicts itself is refused; what can not be checked is said."""

from __future__ import annotations

import numpy as np
import pytest

from kambin.anatomy import numbering
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.volume import Volume
from tests.anatomy.scenes import IDS, changed, measure, phantom_spine, phantom_volume, relabelled, rigid


def reason_of(volume: Volume, labels: str = "total") -> Reason:
    with pytest.raises(ScanRefused) as refused:
        measure(volume, labels)
    return refused.value.reason


def codes(volume: Volume, labels: str = "total") -> set[str]:
    return {caution.code for caution in measure(volume, labels).warnings}


def reframed(*signs: float, turn: np.ndarray | None = None) -> Volume:
    """The same voxels under a wrong affine."""
    wrong = np.diag([*signs, 1.0]) @ (np.eye(4) if turn is None else turn)
    return changed(phantom_volume(), phantom_volume().array, wrong @ phantom_volume().lps_from_voxel)


def test_a_sound_map_raises_nothing() -> None:
    assert phantom_spine().warnings[0].code == "retroperitoneum_incomplete"
    bones = {*numbering.LUMBAR[:5], "sacrum", "hip_left", "hip_right"}
    assert not bones & set(phantom_spine().missing)


def test_upside_down() -> None:
    assert reason_of(reframed(1, 1, -1)) is Reason.UPSIDE_DOWN


def test_mirrored_affine_contradicts_the_names_of_the_sides() -> None:
    assert reason_of(reframed(-1, 1, 1)) is Reason.SIDES_SWAPPED


def test_mirrored_labels_contradict_the_affine() -> None:
    assert reason_of(relabelled(phantom_volume(), {77: 78, 78: 77})) is Reason.SIDES_SWAPPED


def test_back_to_front() -> None:
    assert reason_of(reframed(1, -1, 1)) is Reason.BACK_TO_FRONT


def test_turned_by_half_about_the_long_axis_is_refused_for_its_sides() -> None:
    assert reason_of(reframed(-1, -1, 1)) is Reason.SIDES_SWAPPED


def test_sides_are_refused_even_where_a_single_pair_tells() -> None:
    array = np.array(relabelled(phantom_volume(), {77: 0, 78: 0}).array)
    array[:3, :3, :3], array[-3:, :3, :3] = 88, 89  # iliopsoas_left at the low end of x: the patient's right
    assert reason_of(changed(phantom_volume(), array)) is Reason.SIDES_SWAPPED
    array[:3, :3, :3], array[-3:, :3, :3] = 89, 88
    assert "sides_unchecked" not in codes(changed(phantom_volume(), array))


def test_stray_voxels_do_not_swap_a_pair() -> None:
    array = np.array(phantom_volume().array)
    array[60:64, :10, :30], array[70:74, :10, :30] = (
        87,
        86,
    )  # autochthon: left at higher x, close to the middle
    array[0, 0, 0] = 86  # one voxel of the left one at the far right
    assert measure(changed(phantom_volume(), array)).warnings[0].code == "retroperitoneum_incomplete"


def test_liver_on_the_left_of_the_spleen() -> None:
    array = np.array(phantom_volume().array)
    array[:3, :3, -3:], array[-3:, :3, -3:] = 5, 1  # liver right, spleen left
    assert measure(changed(phantom_volume(), array)).warnings[0].code == "retroperitoneum_incomplete"
    array[:3, :3, -3:], array[-3:, :3, -3:] = 1, 5
    assert reason_of(changed(phantom_volume(), array)) is Reason.SIDES_SWAPPED


@pytest.mark.parametrize("turn", [rigid(x_deg=80), rigid(y_deg=80), rigid(x_deg=-70)])
def test_lying_across(turn: np.ndarray) -> None:
    assert reason_of(reframed(1, 1, 1, turn=turn)) is Reason.TILTED


def test_turned_on_the_side() -> None:
    # 75 degrees about the long axis: the sides still order correctly, the back does not point back
    assert reason_of(reframed(1, 1, 1, turn=rigid(z_deg=75))) is Reason.TILTED


def test_strong_tilt_within_reason_is_measured() -> None:
    assert len(measure(reframed(1, 1, 1, turn=rigid(25, 15, 20))).crest) == 2


@pytest.mark.parametrize(("one", "other"), [("L2", "L3"), ("L4", "L5"), ("L5", "S1"), ("L1", "L2")])
def test_out_of_order(one: str, other: str) -> None:
    swapped = relabelled(phantom_volume(), {IDS[one]: IDS[other], IDS[other]: IDS[one]})
    assert reason_of(swapped) is Reason.OUT_OF_ORDER


def test_a_vertebra_that_nobody_labelled_lies_between_two_names() -> None:
    # L3 erased and L2, L1 called L3, L2: two neighbours 76 mm apart
    gap = relabelled(phantom_volume(), {IDS["L3"]: 0, IDS["L2"]: IDS["L3"], IDS["L1"]: IDS["L2"]})
    assert reason_of(gap) is Reason.NUMBERING_GAP


def test_no_room_for_a_vertebra_that_the_names_leave_out() -> None:
    # L3 called T12's neighbour: names jump from L2 to L4 across one step
    skipped = relabelled(phantom_volume(), {IDS["L3"]: IDS["L2"], IDS["L2"]: IDS["L1"], IDS["L1"]: 32})
    assert reason_of(skipped) is Reason.NUMBERING_GAP


def test_missing_in_the_middle_with_room_for_it_is_said() -> None:
    spine = measure(relabelled(phantom_volume(), {IDS["L3"]: 0}))
    assert [caution.structures for caution in spine.warnings if caution.code == "vertebra_missing"] == [
        ("L3",)
    ]
    assert "L3" in spine.missing
    assert set(spine.interspaces) == {"L1-L2", "L4-L5", "L5-S1"}
    assert len(spine.crest) == 2


def test_l5_missing_above_the_sacrum() -> None:
    spine = measure(relabelled(phantom_volume(), {IDS["L5"]: 0}))
    assert "vertebra_missing" in {caution.code for caution in spine.warnings}
    assert not spine.crest  # no L4-L5 disc without L5
    four = relabelled(phantom_volume(), {31: 32, 30: 31, 29: 30, 28: 29, 27: 28})
    assert reason_of(four) is Reason.NUMBERING_GAP  # what is called L4 sits on the sacrum


def test_a_vertebra_between_l5_and_the_sacrum() -> None:
    five_too_high = relabelled(phantom_volume(), {27: 0, 28: 27, 29: 28, 30: 29, 31: 30})
    assert reason_of(five_too_high) is Reason.NUMBERING_GAP


def test_a_map_that_ends_above_the_sacrum_can_not_be_counted() -> None:
    spine = measure(relabelled(phantom_volume(), {25: 0, 26: 0}))
    assert {"numbering_unchecked", "crest_not_measured"} <= {caution.code for caution in spine.warnings}
    assert "sacrum" in spine.missing and not spine.crest


def test_six_lumbar_vertebrae_are_transitional_and_the_crest_is_left_open() -> None:
    spine = measure(
        relabelled(phantom_volume(), {26: 25, 27: 26, 28: 27, 29: 28, 30: 29, 31: 30}), "total_v3"
    )
    assert "transitional" in {caution.code for caution in spine.warnings}
    assert spine.levels == ("L2", "L3", "L4", "L5", "L6", "sacrum")
    assert {"L5-L6", "L6-S1"} <= set(spine.interspaces)
    assert not spine.crest and "crest_above_l45_left_mm" in spine.missing


def test_one_label_for_two_vertebrae() -> None:
    assert reason_of(relabelled(phantom_volume(), {IDS["L2"]: IDS["L3"]})) is Reason.LABEL_TWICE


def test_a_bone_in_pieces_at_one_level_is_said() -> None:
    array = np.array(phantom_volume().array)
    bone = np.argwhere(array == IDS["L3"])
    wall = int(np.quantile(bone[:, 1], 0.72))
    cut = bone[(bone[:, 1] >= wall) & (bone[:, 1] < wall + 2)]
    array[tuple(cut.T)] = 0  # pedicles sawn through
    spine = measure(changed(phantom_volume(), array))
    assert [caution.structures for caution in spine.warnings if caution.code == "in_pieces"] == [("L3",)]
    assert len(spine.crest) == 2


def test_a_speck_is_no_vertebra() -> None:
    array = np.array(relabelled(phantom_volume(), {IDS["L1"]: 0}).array)
    array[5:8, 5:8, 5:8] = IDS["L1"]
    spine = measure(changed(phantom_volume(), array))
    assert "L1" not in spine.levels and "L1" in spine.missing
    assert spine.warnings[0].structures == ("L1",)
    assert not any(item.value for item in spine.measurements if (item.name, item.level) == ("present", "L1"))


def test_salt_all_over_the_map_moves_nothing() -> None:
    # a label of noise has thousands of pieces of one voxel: they are stray, and cost no time
    array = np.array(phantom_volume().array)
    salt = (np.random.default_rng(0).random(array.shape) < 0.01) & (array == 0)
    array[salt] = IDS["L3"]
    spine = measure(changed(phantom_volume(), array))
    assert spine.vertebrae["L3"].volume_ml == pytest.approx(
        phantom_spine().vertebrae["L3"].volume_ml, rel=0.03
    )
    assert spine.vertebrae["L3"].centre_lps == pytest.approx(
        phantom_spine().vertebrae["L3"].centre_lps, abs=1
    )
    nothing_but_salt = np.where(salt, array, relabelled(phantom_volume(), {IDS["L3"]: 0}).array)
    assert "L3" in measure(changed(phantom_volume(), nothing_but_salt)).missing


def test_no_lumbar_vertebra() -> None:
    assert (
        reason_of(relabelled(phantom_volume(), dict.fromkeys((27, 28, 29, 30, 31), 0)))
        is Reason.NO_LUMBAR_VERTEBRA
    )


def test_a_single_bone_has_no_direction() -> None:
    alone = relabelled(phantom_volume(), dict.fromkeys((25, 26, 27, 28, 29, 30), 0))
    spine = measure(alone)
    assert spine.levels == ("L1",) and not spine.interspaces and not spine.crest
    assert "orientation_unchecked" in {caution.code for caution in spine.warnings}


def test_no_pair_of_sides() -> None:
    spine = measure(relabelled(phantom_volume(), {77: 0, 78: 0}))
    assert "sides_unchecked" in {caution.code for caution in spine.warnings}
    assert spine.missing[:4] == (
        "hip_left",
        "hip_right",
        "crest_above_l45_left_mm",
        "crest_above_l45_right_mm",
    )


@pytest.mark.parametrize("convention", ["totalspineseg", "verse"])
def test_maps_of_other_conventions_are_refused(convention: str) -> None:
    # the same bones under the values of other tables: read as `total`, nothing of them makes sense
    tables = {
        "totalspineseg": {31: 41, 30: 42, 29: 43, 28: 44, 27: 45, 26: 50, 25: 50},
        "verse": {31: 20, 30: 21, 29: 22, 28: 23, 27: 24, 26: 26, 25: 26},
    }
    assert reason_of(relabelled(phantom_volume(), tables[convention])) is Reason.NO_LUMBAR_VERTEBRA


def test_thoracic_vertebrae_of_another_convention_read_upside_down() -> None:
    # TotalSpineSeg counts T6 to T12 from 26 to 32, downwards; `total` reads S1 to T12 there, upwards
    downwards = {31: 26, 30: 27, 29: 28, 28: 29, 27: 30, 26: 31, 25: 31}
    assert reason_of(relabelled(phantom_volume(), downwards)) is Reason.UPSIDE_DOWN

"""Real label maps, where the shared data is present; each folder's SOURCE.txt says what is known of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import nibabel
import numpy as np
import pytest

from kambin.anatomy.axis import SAGITTAL_SD_DEG
from kambin.anatomy.frames import apply
from kambin.anatomy.model import Spine
from kambin.anatomy.reading import LabelMap, label_map_of, read_label_map
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.spine import measure_spine
from kambin.anatomy.volume import Volume
from kambin.case.words import Side

MAPS = {
    "s0328": "totalseg_s0328/labels.nii.gz",
    "vhp": "vhp_male/labels_0p8mm.nii.gz",
    "ct3mm": "totalseg_example_ct3mm/labels_t11_s1.nii.gz",
}


@cache
def _read(path: Path) -> LabelMap:
    return read_label_map(path)


@cache
def _measured(path: Path) -> Spine:
    return measure_spine(_read(path))


@pytest.fixture
def label_map(shared_dir: Path, request: pytest.FixtureRequest) -> LabelMap:
    return _read(_path(shared_dir, request.param))


@pytest.fixture
def spine(shared_dir: Path, request: pytest.FixtureRequest) -> Spine:
    return _measured(_path(shared_dir, request.param))


def _path(shared_dir: Path, name: str) -> Path:
    path = shared_dir / "data" / MAPS[name]
    if not path.is_file():
        pytest.skip(f"no {path}")
    return path


def on(name: str, what: str = "spine") -> pytest.MarkDecorator:
    return pytest.mark.parametrize(what, [name], indirect=True)


# ------------------------------------------------------------------------------------------ s0328


@on("s0328")
def test_s0328_crests_rise_about_20_mm_above_the_disc(spine: Spine) -> None:
    assert spine.levels == ("L1", "L2", "L3", "L4", "L5", "S1", "sacrum")
    discs = ("disc_L1-L2", "disc_L2-L3", "disc_L3-L4", "disc_L4-L5", "disc_L5-S1")
    assert {*discs, "skin"} <= set(spine.missing)
    assert not {"L1", "L2", "L3", "L4", "L5", "sacrum", "hip_left", "hip_right", "lordosis"} & set(
        spine.missing
    )
    assert set(spine.crest) == {Side.LEFT, Side.RIGHT}
    for crest in spine.crest.values():
        assert abs(crest.height_mm - 20) <= 5  # "about 20 mm above the L4/5 disc on both sides"
        assert abs(crest.height_mm - 20) <= crest.uncertainty_mm + 1
    assert {
        "convention_from_anatomy",
        "stray_voxels",
        "discs_derived",
        "no_skin",
        "not_measured",
        "transition_possible",  # this man's lowest disc is 5.5 mm high, the others 8.8
    } <= {caution.code for caution in spine.warnings}


@on("s0328")
def test_s0328_volumes_are_the_voxels_of_the_largest_pieces(shared_dir: Path, spine: Spine) -> None:
    array = np.asarray(nibabel.load(_path(shared_dir, "s0328")).dataobj)
    for vertebra in spine.vertebrae.values():
        counted = np.count_nonzero(array == vertebra.label_id) * 1.5**3 / 1000
        assert (
            vertebra.volume_ml == pytest.approx(counted, rel=0.002) and vertebra.volume_ml <= counted + 1e-9
        )


@on("s0328", "label_map")
def test_s0328_at_half_the_resolution(label_map: LabelMap) -> None:
    fine = measure_spine(label_map)
    for offset in (0, 1):
        place = label_map.volume.lps_from_voxel @ np.diag([2.0, 2, 2, 1])
        place[:3, 3] = apply(label_map.volume.lps_from_voxel, np.full(3, float(offset)))
        coarse = measure_spine(
            label_map_of(Volume(label_map.volume.array[offset::2, offset::2, offset::2], place))
        )
        assert coarse.convention == "total"
        for side in Side:
            assert abs(coarse.crest[side].height_mm - fine.crest[side].height_mm) < 3.0
            assert coarse.crest[side].uncertainty_mm > fine.crest[side].uncertainty_mm
        for level, space in fine.interspaces.items():
            apart = np.subtract(coarse.interspaces[level].centre_lps, space.centre_lps)
            # where the canal begins behind a space is seen to one voxel of 3 mm
            assert np.linalg.norm(apart) < 3.5
            assert abs(apart @ np.array(space.normal_lps)) < coarse.interspaces[level].uncertainty_mm


@on("s0328", "label_map")
def test_s0328_named_as_six_lumbar_vertebrae(label_map: LabelMap) -> None:
    # the real contact of a vertebra with the sacrum: L5 under the value 26, S1 joined to the sacrum, all
    # others one down
    table = np.arange(256, dtype=np.uint8)
    table[26:34] = range(25, 33)
    for step in (1, 2):
        place = label_map.volume.lps_from_voxel @ np.diag([step, step, step, 1.0])
        array = table[label_map.volume.array[::step, ::step, ::step]]
        found = label_map_of(Volume(array, place))
        assert found.convention.name == "total_v3"
        assert "transitional" in {caution.code for caution in measure_spine(found).warnings}


@on("s0328", "label_map")
def test_s0328_under_wrong_affines_is_refused(label_map: LabelMap) -> None:
    for signs, reason in (
        ((-1, 1, 1), Reason.SIDES_SWAPPED),
        ((1, -1, 1), Reason.BACK_TO_FRONT),
        ((1, 1, -1), Reason.UPSIDE_DOWN),
    ):
        wrong = np.diag([*map(float, signs), 1.0]) @ label_map.volume.lps_from_voxel
        with pytest.raises(ScanRefused) as refused:
            measure_spine(label_map_of(Volume(label_map.volume.array, wrong), "total"))
        assert refused.value.reason is reason


# -------------------------------------------------------------------------------------------- vhp


@on("vhp")
def test_vhp_left_equals_right(spine: Spine) -> None:
    voxel = max(spine.spacing_mm)
    left, right = spine.crest[Side.LEFT], spine.crest[Side.RIGHT]
    assert abs(left.height_mm - right.height_mm) < voxel
    for space in spine.interspaces.values():
        assert abs(space.centre_lps[0]) < voxel / 2  # the plane of symmetry is x = 0
    for vertebra in spine.vertebrae.values():
        assert abs(vertebra.centre_lps[0]) < voxel / 2
    assert left.top_lps[0] + right.top_lps[0] == pytest.approx(0, abs=voxel)


@on("vhp")
def test_vhp_volumes_of_the_closed_surfaces(spine: Spine) -> None:
    # volumes inside the closed surfaces that the map was made from, ml
    for name, truth in zip(("L1", "L2", "L3", "L4", "L5"), (68.8, 73.8, 80.6, 72.6, 76.2), strict=True):
        assert spine.vertebrae[name].volume_ml == pytest.approx(truth, rel=0.01)


@on("vhp")
def test_vhp_derived_discs_against_the_given_ones(shared_dir: Path, spine: Spine) -> None:
    image = nibabel.load(_path(shared_dir, "vhp"))
    array = np.asarray(image.dataobj)
    to_lps = np.diag([-1.0, -1, 1, 1]) @ image.affine
    axis = np.array(spine.lumbar_axis_lps)
    for value, level in zip(range(201, 206), ("L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"), strict=True):
        given = apply(to_lps, np.argwhere(array == value)).mean(axis=0)
        error = np.array(spine.interspaces[level].centre_lps) - given
        # measured: 0.1 to 1.1 mm in space, 0.1 to 0.5 mm along the spine
        assert np.linalg.norm(error) < 1.5, level
        assert abs(error @ axis) < 0.8, level
        assert abs(error @ axis) < spine.interspaces[level].uncertainty_mm / 2
    assert spine.convention == "kambin"
    assert "unknown_labels" not in {caution.code for caution in spine.warnings}


@on("vhp", "label_map")
def test_vhp_every_bone_measure_is_the_same_on_both_sides(label_map: LabelMap) -> None:
    # the authors mirrored the patient; the map's grid is not symmetric about him
    rows = {(item.name, item.level, item.side): item for item in measure_spine(label_map).measurements}
    compared = 0
    for (name, level, side), item in rows.items():
        if side != "left" or not name.startswith(("pedicle_", "facet_angle", "crest_")):
            continue
        other = rows[name, level, "right"]
        assert item.value is not None and other.value is not None, (name, level)
        # lengths within one voxel; L5, whose pedicles run into transverse processes, within two
        limit = 2.5 if item.unit == "deg" else 0.8 if level != "L5" or name.startswith("crest") else 1.6
        assert abs(item.value - other.value) <= limit, (name, level)
        compared += 1
    assert compared == 5 * 2 + 5 + 2


@on("vhp", "label_map")
def test_vhp_discs_given_and_derived(label_map: LabelMap) -> None:
    volumes = dict(
        zip(("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"), (12.7, 14.0, 14.7, 18.7, 13.7), strict=True)
    )
    given = label_map_of(label_map.volume, "kambin")
    array = np.where(label_map.volume.array > 200, 0, label_map.volume.array)
    derived = label_map_of(Volume(array, label_map.volume.lps_from_voxel), "kambin")
    for labels, share, how in ((given, 0.03, "given"), (derived, 0.25, "derived")):
        spine = measure_spine(labels)
        found = {item.level: item.value for item in spine.measurements if item.name == "disc_volume"}
        assert spine.model is not None
        assert {disc.how for disc in spine.model.discs.values()} == {how}
        for level, volume in volumes.items():
            assert found[level] == pytest.approx(volume, rel=share), (level, how)
            assert (f"disc_{level}" in spine.missing) == (how == "derived")


# ------------------------------------------------------------------------------------------ ct3mm


@on("ct3mm")
def test_ct3mm_has_no_hips_so_no_crest(spine: Spine) -> None:
    assert spine.convention_how == "named by the label table in the file"
    assert spine.levels == ("L1", "L2", "L3", "L4", "L5", "S1")
    assert not spine.crest
    assert spine.missing[:4] == (
        "hip_left",
        "hip_right",
        "crest_above_l45_left_mm",
        "crest_above_l45_right_mm",
    )
    assert {"skin", "aorta", "disc_L4-L5", "crest_above_l5_pedicle L5 left"} <= set(spine.missing)
    assert {"sides_unchecked", "crest_not_measured"} <= {caution.code for caution in spine.warnings}
    assert set(spine.interspaces) == {"L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"}


@on("ct3mm", "label_map")
def test_ct3mm_without_its_label_table_is_ambiguous(label_map: LabelMap) -> None:
    with pytest.raises(ScanRefused) as refused:
        label_map_of(label_map.volume)
    assert refused.value.reason is Reason.AMBIGUOUS_CONVENTION
    assert label_map_of(label_map.volume, "total").convention.name == "total"


# ------------------------------------------------------------------------------------- all of them


def _sagittal_deg(points: np.ndarray) -> float:
    direction = np.linalg.svd(points - points.mean(axis=0))[2][0]
    direction = direction * np.sign(direction[2])
    return float(np.degrees(np.arctan2(direction[1], direction[2])))


def test_stated_sagittal_uncertainty_is_what_the_maps_show(shared_dir: Path) -> None:
    changes: dict[str, list[float]] = {name: [] for name in SAGITTAL_SD_DEG}
    for name in MAPS:
        spine = _measured(_path(shared_dir, name))
        points = [
            vertebra.body_centre_lps for vertebra in spine.vertebrae.values() if vertebra.body_centre_lps
        ]
        line = np.array([*points, spine.interspaces["L5-S1"].centre_lps])
        whole = _sagittal_deg(line)
        for skipped, upper in enumerate(SAGITTAL_SD_DEG):
            changes[upper].append(_sagittal_deg(line[skipped:]) - (0 if skipped == 0 else whole))
    for upper, found in changes.items():
        # for the whole line the scanner's axis is the reference: these patients lie straight
        spread = float(np.sqrt(np.mean(np.square(found))))
        assert spread < SAGITTAL_SD_DEG[upper] < 3 * spread, upper


@pytest.mark.parametrize("name", list(MAPS))
def test_whole_vertebrae_lie_behind_their_bodies_by_what_the_settings_say(
    shared_dir: Path, name: str
) -> None:
    for vertebra in _measured(_path(shared_dir, name)).vertebrae.values():
        if vertebra.body_centre_lps is not None:
            behind = np.subtract(vertebra.centre_lps, vertebra.body_centre_lps)
            assert 7 < behind[1] < 13.5

"""The truth against other ways to the same numbers, and under motion and mirror."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from kambin.anatomy.frames import apply
from kambin.anatomy.phantom import Phantom
from kambin.anatomy.phantom.kernels import inside, values
from kambin.anatomy.phantom.opening_truth import foramen_values
from kambin.anatomy.phantom.solids import rows_of
from kambin.anatomy.phantom.truth import plates_of
from kambin.case.words import Side
from tests.anatomy.phantoms import drawn, scanned
from tests.anatomy.scenes import rigid

LEVELS = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")


def test_every_value_is_a_measurement_of_the_list(root: Path) -> None:
    entries = yaml.safe_load((root / "src/kambin/anatomy/measurements.yaml").read_text())
    units = {entry["name"]: entry["unit"] for entry in entries}
    seen = set()
    for one in drawn().truth().measurements:
        assert units[one.name] == one.unit
        assert np.isfinite(one.value)
        seen.add((one.name, one.level, one.side))
    assert len(seen) == len(drawn().truth().measurements)
    # a foramen that is open behind in its plane has no area; everything else is there
    assert set(units) - {name for name, _, _ in seen} <= {"foramen_area"}


def test_volumes_are_those_of_the_painted_map() -> None:
    scan = scanned(1.2)
    counts = np.bincount(scan.labels.array.ravel(), minlength=256) * scan.labels.voxel_ml
    for value, name in zip((31, 30, 29, 28, 27), ("L1", "L2", "L3", "L4", "L5"), strict=True):
        assert scan.truth.value("volume", name) == pytest.approx(counts[value], rel=0.01)
    for value, level in zip((205, 204, 203, 202, 201), LEVELS, strict=True):
        assert scan.truth.value("disc_volume", level) == pytest.approx(counts[value], rel=0.02)
    assert scan.truth.value("herniation_volume", "L4-L5", Side.LEFT) == pytest.approx(counts[152], rel=0.1)


def test_what_is_asked_for_is_what_is_true() -> None:
    truth = drawn().truth()
    assert truth.value("slip", "L3-L4") == pytest.approx(4.0, abs=0.15)
    for level in ("L1-L2", "L2-L3", "L4-L5", "L5-S1"):
        assert truth.value("slip", level) == pytest.approx(0.0, abs=0.15)
    assert truth.value("herniation_migration", "L4-L5", Side.LEFT) == pytest.approx(-5.0, abs=0.8)
    with pytest.raises(KeyError):
        truth.value("slip", "L6-S1")


def test_the_crests_are_the_highest_points_of_the_hips() -> None:
    asked = Phantom(None, crest_left_mm=25.0, crest_right_mm=12.0)
    scan = asked.scan(2.0, view="bones")
    truth = scan.truth
    for side, value, height in ((Side.LEFT, 77, 25.0), (Side.RIGHT, 78, 12.0)):
        points = apply(scan.labels.lps_from_voxel, np.argwhere(scan.labels.array == value))
        above = (points - truth.disc_centres_lps["L4-L5"]) @ truth.axis_lps
        assert height - 2.5 < above.max() <= height
        assert truth.value("crest_above_l45", "L4-L5", side) == height


def test_a_foramen_whose_plane_passes_beside_the_body_has_a_height_only() -> None:
    # the pedicles of L4 stand as far apart as its body is wide
    scene = Phantom(50).scene
    found = {(one.name, one.level) for one in foramen_values(scene, plates_of(scene))}
    assert ("foramen_height", "L4-L5") in found
    assert ("foramen_width", "L4-L5") not in found
    assert ("foramen_width", "L3-L4") in found


def test_the_box_of_a_solid_holds_it() -> None:
    scene = drawn().scene
    rng = np.random.default_rng(5)
    for solid in scene.layers:
        low, high = solid.bounds[:3] - 3.0, solid.bounds[3:] + 3.0
        points = low + rng.random((600, 3)) * (high - low)
        rows, _ = rows_of([solid])
        assert np.array_equal(inside(rows, points), values(rows, points) <= 0.0), solid.structure


def test_truth_moves_with_the_patient() -> None:
    pose = rigid(10, -8, 15, (30, -50, 400))
    still, moved = drawn().truth(), drawn().truth(pose)
    for name, shape in still.shapes.items():
        assert np.allclose(moved.shapes[name].origin_lps, apply(pose, shape.origin_lps))
        assert np.allclose(moved.shapes[name].frame, shape.frame @ pose[:3, :3].T)
    for one, other in zip(still.roots, moved.roots, strict=True):
        assert np.allclose(other.points_lps, apply(pose, one.points_lps))
    assert [m.value for m in moved.measurements] == pytest.approx([m.value for m in still.measurements])


def test_the_mirror_patient_has_every_left_on_the_right() -> None:
    here, there = drawn().truth(), drawn().mirrored().truth()
    assert drawn().mirrored().mirrored().reflected is False
    for one in here.measurements:
        side = None if one.side is None else one.side.opposite
        assert there.value(one.name, one.level, side) == one.value
    flip = np.array([-1.0, 1.0, 1.0])
    root, twin = here.root("L4", Side.LEFT), there.root("L4", Side.RIGHT)
    assert np.allclose(root.points_lps * flip, twin.points_lps)
    for name, shape in there.shapes.items():
        assert np.linalg.det(shape.frame) == pytest.approx(1.0), name


@pytest.mark.parametrize("seed", [None, 1])
def test_roots_lie_beside_bone_and_vertebrae_beside_each_other(seed: int | None) -> None:
    scene = drawn(seed).scene if seed is not None else drawn(None).scene
    bones, _ = rows_of(one for one in scene.layers if one.part or one.structure in ("sacrum",))
    for nerve in scene.nerves:
        assert not inside(bones, nerve.points).any(), nerve.name
    sac = np.column_stack([scene.sac.middle, scene.sac.z])
    assert not inside(bones, sac).any()
    names = list(scene.column.bones)
    for upper, lower in pairwise(names):
        rows, bounds = rows_of(scene.solids(f"vertebrae_{lower}"))
        low, high = bounds[:, :3].min(axis=0), bounds[:, 3:].max(axis=0)
        points = low + np.random.default_rng(2).random((20_000, 3)) * (high - low)
        both = inside(rows, points) & inside(rows_of(scene.solids(f"vertebrae_{upper}"))[0], points)
        assert both.mean() < 2e-3, (upper, lower)


def test_the_exiting_root_passes_below_its_pedicle_and_above_the_disc() -> None:
    scene = drawn().scene
    for (level, side), opening in scene.openings.items():
        under = opening.plate.local(opening.under)
        top = opening.plate.local(scene.column.pair(level)[0].corner(superior=False))
        bone = scene.column.pair(level)[0]
        local = np.linalg.inv(bone.at) @ np.append(opening.under, 1.0)
        assert local[2] < bone.pedicle_z - bone.pedicle_height / 2
        assert under[2] > top[2]
        # outwards it goes down and forward
        crossing = opening.plate.local(opening.crossing)
        assert crossing[2] == pytest.approx(0.0, abs=1e-9) and crossing[1] < under[1]
        assert abs(crossing[0]) > abs(under[0])
        assert (crossing[0] > 0) == (side is Side.LEFT)


def test_the_traversing_root_lies_beside_the_sac_behind_the_disc() -> None:
    scene = drawn().scene
    for nerve in scene.nerves:
        index = list(scene.column.bones).index(nerve.name)
        if index == 0:
            continue
        level = scene.column.levels[index - 1]
        upper, lower = scene.column.pair(level)
        behind = (upper.corner(superior=False) + lower.corner(superior=True)) / 2
        at = nerve.points[int(np.abs(nerve.points[:, 2] - behind[2]).argmin())]
        middle, half = scene.sac.at(float(at[2]))
        assert half[0] - 1.0 < abs(at[0] - middle[0]) < half[0] + 4.0
        assert at[1] > scene.column.pair(level)[0].corner(superior=False)[1] - 1.0

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kambin.anatomy.neural import Neural, find_neural
from kambin.anatomy.phantom import Phantom
from kambin.anatomy.reading import label_map_of, read_label_map
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.volume import Volume
from kambin.case.words import SIDES, Side
from tests.anatomy.nerve_scenes import bones_of_scan, measured, neural_of, scan_of

VOXEL = 1.2


def values(found: Neural) -> dict[tuple[str, str | None, str | None], tuple[float, float | None]]:
    return {
        (row.name, row.level, None if row.side is None else str(row.side)): (
            float(row.value),
            row.uncertainty,
        )
        for row in found.measurements
        if row.value is not None
    }


def inside_share(root: Any, truth: Any) -> tuple[int, int]:
    """How many points of a derived course have the true one, in the plane across it, in their 95 % region."""
    line, along = truth.points_lps, np.gradient(root.points_lps, axis=0)
    inside = met = 0
    for place, way, spread in zip(root.points_lps, along, root.covariance_mm2, strict=True):
        way = way / np.linalg.norm(way)
        height = (line - place) @ way
        least = np.inf
        for at in np.flatnonzero((height[:-1] <= 0) & (height[1:] > 0)):
            share = height[at] / (height[at] - height[at + 1])
            off = line[at] + share * (line[at + 1] - line[at]) - place
            plane = np.linalg.svd(way[None])[2][1:]
            flat = plane @ off
            least = min(least, float(flat @ np.linalg.solve(plane @ spread @ plane.T, flat)))
        if np.isfinite(least):
            met += 1
            inside += least <= 5.991
    return inside, met


def test_what_the_map_gives_is_measured_as_it_is() -> None:
    scan, _, _, found = measured(2, VOXEL, (), 5)
    assert found.sac is not None and found.sac.how == "given"
    assert [root.how for root in found.roots] == ["given"] * 12
    assert not [caution for caution in found.cautions if caution.code.endswith("derived")]
    for root in found.roots:
        truth = scan.truth.root(root.name, root.side).points_lps
        inner = root.points_lps[2:-2]
        away = np.linalg.norm(inner[:, None] - truth[None], axis=-1).min(axis=1)
        assert np.percentile(away, 90) < 1.2, (root.name, root.side)


def test_measures_of_the_phantom_lie_near_the_truth() -> None:
    scan, _, _, found = measured(2, VOXEL, (), 5)
    truth = {
        (one.name, one.level, None if one.side is None else str(one.side)): one.value
        for one in scan.truth.measurements
    }
    mine = values(found)
    limits = {"triangle_circle": 0.8 * VOXEL, "foramen_height": 0.8, "foramen_width": 1.2, "sac_depth": 1.0}
    compared = [key for key in mine if key in truth and key[0] in limits]
    assert len([key for key in compared if key[0] == "triangle_circle"]) == 10
    for key in compared:
        assert abs(mine[key][0] - truth[key]) < limits[key[0]], key


def test_derived_roots_hold_the_truth_in_their_region() -> None:
    scan, _, _, found = measured(2, VOXEL, ("roots", "sac"), 5)
    assert found.sac is not None and found.sac.how == "derived"
    assert [root.how for root in found.roots] == ["derived"] * 12
    assert {"roots_derived", "sac_derived"} <= {caution.code for caution in found.cautions}
    shares = [inside_share(root, scan.truth.root(root.name, root.side)) for root in found.roots]
    assert sum(inside for inside, _ in shares) >= 0.85 * sum(met for _, met in shares)
    for root in found.roots:
        assert (np.linalg.eigvalsh(root.covariance_mm2) > 0.5).all()
        assert root.radius_mm.min() >= 1.7


def test_the_derived_sac_can_reach_the_bony_wall_and_no_farther() -> None:
    _, _, built, found = measured(2, VOXEL, ("roots", "sac"), 5)
    assert found.sac is not None and built.canal is not None
    reach = 1.96 * found.sac.sd_mm
    assert (found.sac.half_width_mm + reach >= built.canal.width_mm / 2 - 1e-6).all()
    assert (found.sac.half_width_mm < built.canal.width_mm / 2).all()


def test_the_mirror_image_swaps_sides() -> None:
    """The same voxels in a mirrored frame, left and right labels exchanged: the sides change places."""
    _, labels, _, found = measured(2, VOXEL, (), 5)
    names = labels.convention.names
    other = {name: value for value, name in names.items()}
    array = np.asarray(labels.volume.array).copy()
    for value in np.unique(array):
        name = names.get(int(value), "")
        if name.endswith("_left"):
            twin = other[name.removesuffix("_left") + "_right"]
            mine, theirs = labels.volume.array == value, labels.volume.array == twin
            array[mine], array[theirs] = twin, value
    affine = np.diag([-1.0, 1.0, 1.0, 1.0]) @ labels.volume.lps_from_voxel
    mirrored = label_map_of(Volume(array, affine), labels.convention.name)
    twin = neural_of(mirrored, bones_of_scan(mirrored))
    mine, theirs = values(found), values(twin)
    flip = {"left": "right", "right": "left", None: None}
    assert set(theirs) == {(name, level, flip[side]) for name, level, side in mine}
    for (name, level, side), (value, _) in mine.items():
        if name != "triangle_area":
            assert theirs[name, level, flip[side]][0] == pytest.approx(value, abs=0.35, rel=0.05), (
                name,
                level,
                side,
            )


def swapped(labels: Any, one: str, other: str) -> Any:
    array = np.asarray(labels.volume.array).copy()
    a, b = (labels.volume.array == labels.value_of(name) for name in (one, other))
    array[a], array[b] = labels.value_of(other), labels.value_of(one)
    return label_map_of(Volume(array, labels.volume.lps_from_voxel), labels.convention.name)


def test_a_root_on_the_wrong_side_refuses_the_map() -> None:
    _, labels, built, _ = measured(2, VOXEL, (), 5)
    with pytest.raises(ScanRefused) as refusal:
        neural_of(swapped(labels, "root_L4_left", "root_L4_right"), built)
    assert refusal.value.reason is Reason.SIDES_SWAPPED


def test_a_root_with_the_name_of_another_level_is_not_used() -> None:
    _, labels, built, _ = measured(2, VOXEL, (), 5)
    found = neural_of(swapped(labels, "root_L3_left", "root_L4_left"), built)
    told = [caution for caution in found.cautions if caution.code == "root_level"]
    assert {name for caution in told for name in caution.structures} == {"root L3 left", "root L4 left"}
    by_name = {(root.name, root.side): root.how for root in found.roots}
    assert by_name["L3", Side.LEFT] == by_name["L4", Side.LEFT] == "derived"
    assert by_name["L3", Side.RIGHT] == "given"


def test_what_can_not_be_built_is_missing_and_never_invented() -> None:
    _, labels, built, _ = measured(2, VOXEL, ("roots", "sac"), 5)
    discs = {level: found.disc for level, found in built.discs.items()}
    bare = find_neural(labels, built.shapes, {}, discs, None)
    assert bare.sac is None and not bare.roots and not bare.foramina
    assert {"dural sac", "root L4 left", "root S1 right"} <= set(bare.missing)
    assert all(row.value is None for row in bare.measurements)
    shapes = {name: replace(shape, superior=None, inferior=None) for name, shape in built.shapes.items()}
    flat = find_neural(labels, shapes, built.parts, discs, built.canal)
    assert not flat.roots and all(foramen.triangle is None for foramen in flat.foramina.values())
    nothing = find_neural(labels, {}, {}, {}, None)
    assert nothing.missing == ("dural sac",) and not nothing.measurements


def test_a_herniation_is_measured_from_its_label_and_from_a_mask_alike() -> None:
    from kambin.anatomy.phantom.knobs import Herniation

    what = Herniation("L4-L5", "right", "extrusion", "subarticular", "down", 8.0, 7.0)
    scan = scan_of(Phantom(3, herniations=(what,)), VOXEL)
    labels = label_map_of(scan.labels, scan.convention)
    built = bones_of_scan(labels)
    found = neural_of(labels, built)
    (one,) = found.herniations
    assert (one.level, one.side, one.measures["type"], one.measures["migration"]) == (
        "L4-L5",
        "right",
        "extrusion",
        "down",
    )
    array = np.asarray(labels.volume.array).copy()
    material = array == labels.value_of("herniation_L4-L5")
    array[material] = 0
    without = label_map_of(Volume(array, labels.volume.lps_from_voxel), labels.convention.name)
    mask = Volume(material.astype(np.uint8), labels.volume.lps_from_voxel)
    (same,) = neural_of(without, built, herniation=mask).herniations
    assert same.level == "L4-L5" and same.side == "right" and same.zone == one.zone
    for name, value in one.measures.items():
        if isinstance(value, float):
            assert same.measures[name] == pytest.approx(value, abs=1e-6), name
    assert not neural_of(without, built).herniations


@pytest.mark.parametrize("name", ["vhp_male", "totalseg_s0328"])
def test_real_maps_without_nerves_get_derived_ones_on_both_sides(shared_dir: Path, name: str) -> None:
    files = {
        "vhp_male": ("labels_0p8mm.nii.gz", "kambin", 1.0),
        "totalseg_s0328": ("labels.nii.gz", "total", 3.2),
    }
    file, convention, apart = files[name]
    labels = read_label_map(shared_dir / "data" / name / file, convention)
    found = neural_of(labels, bones_of_scan(labels))
    assert found.sac is not None and found.sac.how == "derived"
    assert all(root.how == "derived" for root in found.roots) and not found.herniations
    assert {(root.name, root.side) for root in found.roots} >= {("L4", side) for side in SIDES}
    heights = {key: value for key, (value, _) in values(found).items() if key[0] == "foramen_height"}
    # at L5-S1 of s0328 transverse processes join all of the pedicles, and what lies between them is withheld
    assert len(heights) >= (8 if name == "totalseg_s0328" else 10)
    for (_, level, side), height in heights.items():
        assert 6.0 < height < 24.0
        if side == "left" and ("foramen_height", level, "right") in heights:
            assert abs(height - heights["foramen_height", level, "right"]) < apart


@pytest.mark.heavy
def test_derived_roots_over_a_population() -> None:
    inside = met = 0
    for seed in range(20):
        scan, _, _, found = measured.__wrapped__(seed, VOXEL, ("roots", "sac"), seed)
        for root in found.roots:
            held, seen = inside_share(root, scan.truth.root(root.name, root.side))
            inside, met = inside + held, met + seen
    assert inside >= 0.9 * met

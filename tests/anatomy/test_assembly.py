"""The whole measured spine: the mirror image swaps sides, levels keep to themselves, storage is no matter."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from kambin.anatomy.column import measure_column
from kambin.anatomy.geometry import Part
from kambin.anatomy.model import Measurement, Spine
from kambin.anatomy.phantom import PhantomScan
from kambin.anatomy.reading import label_map_of
from kambin.anatomy.spine import measure_spine
from kambin.anatomy.volume import Volume
from tests.anatomy.trials import SOFT, measured, scanned, turned_by

Key = tuple[str, str | None, str | None]
MIRROR = np.diag([-1.0, 1, 1, 1])
# of the structures of this file; foramina and nerves are tried beside their own modules
OWN = (
    "volume", "body_", "pedicle_", "disc_", "canal_depth", "canal_width", "canal_area", "lordosis", "slip",
    "facet_", "crest_",
)  # fmt: skip


@cache
def scan() -> PhantomScan:
    return scanned(5, 1.25, crest_left_mm=24.0, crest_right_mm=12.0)


@cache
def spine() -> Spine:
    return measured(scan())


def rows(found: Spine) -> dict[Key, Measurement]:
    return {
        (item.name, item.level, item.side): item for item in found.measurements if item.name.startswith(OWN)
    }


def assert_same_values(found: dict[Key, Measurement], other: dict[Key, Measurement], share: float) -> None:
    """Equal within a share of the stated uncertainty."""
    assert set(found) == set(other)
    for key, item in other.items():
        assert (found[key].value is None) == (item.value is None), key
        if item.value is not None and item.uncertainty is not None:
            assert found[key].value == pytest.approx(item.value, abs=share * item.uncertainty + 1e-9), key


def relabelled(volume: Volume, pairs: dict[int, int]) -> np.ndarray:
    table = np.arange(256, dtype=np.uint8)
    for old, new in pairs.items():
        table[old] = new
    return table[volume.array]


def test_everything_of_a_sound_spine_is_measured() -> None:
    found = rows(spine())
    # behind some discs no lamina stands: there, and only there, the bony canal has no depth
    unknown = {key[0] for key, item in found.items() if item.value is None}
    assert unknown <= {"canal_depth"}
    model = spine().model
    assert model is not None and model.canal is not None
    assert set(model.shapes) == set(model.parts) == {"L1", "L2", "L3", "L4", "L5", "S1"}
    assert set(model.discs) == {"L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"}
    assert {disc.how for disc in model.discs.values()} == {"given"}


def test_the_mirror_image_swaps_sides_exactly() -> None:
    labels = scan().labels
    mirrored = Volume(relabelled(labels, {77: 78, 78: 77}), MIRROR @ labels.lps_from_voxel)
    found = rows(measure_spine(label_map_of(mirrored, "kambin")))
    other = {"left": "right", "right": "left", None: None}
    swapped = {(name, level, other[side]): item for (name, level, side), item in rows(spine()).items()}
    assert_same_values(found, swapped, 0.02)
    # and the two sides of this patient differ, so that the swap is not seen by accident
    crest = {side: found["crest_above_l45", "L4-L5", side].value for side in ("left", "right")}
    assert crest["right"] - crest["left"] > 8


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_stored_backwards(axis: int) -> None:
    labels = scan().labels
    flip = np.eye(4)
    flip[axis, axis], flip[axis, 3] = -1, labels.array.shape[axis] - 1
    stored = Volume(np.flip(labels.array, axis).astype(np.int16), labels.lps_from_voxel @ flip)
    assert_same_values(rows(measure_spine(label_map_of(stored, "kambin"))), rows(spine()), 0.02)


def test_in_another_order_and_in_a_smaller_field_of_view() -> None:
    labels = scan().labels
    place = labels.lps_from_voxel.copy()
    place[:, :3] = place[:, [2, 0, 1]]
    stored = Volume(np.transpose(labels.array, (2, 0, 1)), place)
    assert_same_values(rows(measure_spine(label_map_of(stored, "kambin"))), rows(spine()), 0.02)
    filled = np.argwhere(labels.array)
    low, high = filled.min(axis=0) - 1, filled.max(axis=0) + 2
    place = labels.lps_from_voxel.copy()
    place[:3, 3] += place[:3, :3] @ np.maximum(low, 0)
    cut = labels.array[tuple(slice(max(a, 0), b) for a, b in zip(low, high, strict=True))]
    assert_same_values(rows(measure_spine(label_map_of(Volume(cut, place), "kambin"))), rows(spine()), 0.02)


def test_in_another_pose_it_measures_the_same_within_its_uncertainty() -> None:
    found = rows(measured(scanned(5, 1.0, crest_left_mm=24.0, crest_right_mm=12.0)))
    inside = []
    for key, item in rows(spine()).items():
        other = found[key]
        if item.value is None or other.value is None or item.uncertainty is None or other.uncertainty is None:
            continue
        inside.append(abs(item.value - other.value) <= np.hypot(item.uncertainty, other.uncertainty))
    assert np.mean(inside) > 0.95


@pytest.mark.parametrize("lost", [30, 28])
def test_a_missing_vertebra_takes_its_own_measures_only(lost: int) -> None:
    name = {30: "L2", 28: "L4"}[lost]
    labels = scan().labels
    found = rows(
        measure_spine(label_map_of(Volume(relabelled(labels, {lost: 0}), labels.lps_from_voxel), "kambin"))
    )
    for key, item in rows(spine()).items():
        level = key[1] or ""
        if name in level.split("-"):
            assert key not in found or found[key].value is None, key
        elif key[0].startswith(("body_", "pedicle_", "facet_", "disc_height_a", "volume")):
            # the neighbours' first direction comes from others now, and a fit settles to the same place
            assert found[key].value == pytest.approx(item.value, abs=0.3 * (item.uncertainty or 0)), key


def test_derived_discs_are_near_the_given_ones() -> None:
    labels = scan().labels
    gone = relabelled(labels, dict.fromkeys(range(201, 209), 0))
    found = measure_spine(label_map_of(Volume(gone, labels.lps_from_voxel), "kambin"))
    assert found.model is not None and spine().model is not None
    for level, disc in found.model.discs.items():
        given = spine().model.discs[level]  # type: ignore[union-attr]
        assert disc.how == "derived" and given.how == "given" and disc.region is None
        off = disc.frame @ (disc.centre_lps - given.centre_lps)
        assert abs(off[2]) < disc.uncertainty_mm and np.abs(off).max() < 2.5
        assert turned_by(disc.frame, given.frame) < 0.2
    for key, item in rows(spine()).items():
        if key[0] == "disc_volume":
            derived = rows(found)[key]
            assert derived.value == pytest.approx(item.value, rel=0.25)
            assert "derived" in derived.method and derived.uncertainty > 5 * item.uncertainty  # type: ignore[operator]
    assert "disc_L4-L5" in found.missing and "disc_L4-L5" not in spine().missing


def test_parts_agree_with_the_phantom() -> None:
    model = spine().model
    assert model is not None
    for name in ("L2", "L3", "L5"):  # the phantom's L1 has no joint above it
        parts = model.parts[name]
        truth = np.where(parts.codes > 0, scan().parts.array[parts.box], 0)
        least = {Part.BODY: 0.95, Part.SUPERIOR_ARTICULAR_LEFT: 0.5, Part.SUPERIOR_ARTICULAR_RIGHT: 0.5}
        for part, wanted in least.items():
            one, other = parts.codes == part, truth == part
            dice = 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))
            assert dice > wanted, (name, part, dice)


def test_sides_of_the_parts_are_the_patients() -> None:
    model = spine().model
    assert model is not None
    for name, parts in model.parts.items():
        shape = model.shapes[name]
        origin = np.array([part.start for part in parts.box])
        for left, right in ((2, 3), (5, 6), (7, 8), (9, 10)):
            for code, sign in ((left, 1), (right, -1)):
                voxels = np.argwhere(parts.codes == code)
                if not len(voxels):
                    continue  # of the sacrum only what an access meets has parts
                place = scan().labels.lps_from_voxel
                middle = (voxels + origin).mean(axis=0) @ place[:3, :3].T + place[:3, 3]
                assert sign * float((middle - shape.origin_lps) @ shape.frame[0]) > 3, (name, code)


def test_the_canal_runs_down_between_the_pedicles() -> None:
    model = spine().model
    assert model is not None and model.canal is not None
    canal = model.canal
    steps = np.diff(canal.points_lps, axis=0)
    down = -np.einsum("ij,ij->i", steps, canal.frames[1:, 2])
    assert (down > 0).all()
    assert (
        (canal.depth_mm > 8).all() and (canal.width_mm > canal.depth_mm).all() and (canal.area_mm2 > 80).all()
    )
    for name, shape in model.shapes.items():
        nearest = canal.points_lps[np.argmin(np.linalg.norm(canal.points_lps - shape.origin_lps, axis=1))]
        local = shape.frame @ (nearest - shape.origin_lps)
        assert abs(local[0]) < 2 and local[1] > 15, name


def test_nothing_without_bodies() -> None:
    labels = scan().labels
    alone = relabelled(labels, dict.fromkeys((*range(25, 31), *range(201, 209)), 0))
    column = measure_column(label_map_of(Volume(alone, labels.lps_from_voxel), "kambin"))
    assert not column.fits and column.axis is None
    found = measure_spine(label_map_of(Volume(alone, labels.lps_from_voxel), "kambin"))
    assert found.model is not None and not found.model.shapes and found.model.canal is None
    assert {
        item.value for item in found.measurements if item.name.startswith(("body_", "disc_", "slip"))
    } == {None}
    assert all(
        item.method.startswith("not measured: ") for item in found.measurements if item.name == "body_depth"
    )


@pytest.mark.parametrize("sacralised", ["none", "both"])
def test_a_sacralised_vertebra_is_warned_of(sacralised: str) -> None:
    found = measured(scanned(1, 1.25, (*SOFT, "hips"), sacralised=sacralised))
    warned = {caution.code for caution in found.warnings}
    assert ("transition_possible" in warned) == (sacralised == "both")

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kambin.anatomy import frames
from kambin.anatomy.fields import field_of, values_at
from kambin.anatomy.geometry import Endplate, Root
from kambin.anatomy.phantom import Phantom
from kambin.anatomy.reading import LabelMap, label_map_of, read_label_map
from kambin.anatomy.regions import region
from kambin.anatomy.root_clearing import Closed, Moved, Solid, kept_free
from kambin.anatomy.root_finding import find_roots
from kambin.anatomy.sac import find_sac
from kambin.anatomy.segments import Segment, segments_of
from kambin.anatomy.volume import Volume
from kambin.case.words import Side
from tests.anatomy.nerve_scenes import bones_of_scan, box, measured, neural_of, painted, scan_of, turned

VOXEL = 1.2
REAL = {
    "vhp_male": ("labels_0p8mm.nii.gz", "kambin"),
    "totalseg_s0328": ("labels.nii.gz", "total"),
    "totalseg_example_ct3mm": ("labels_t11_s1.nii.gz", "total"),
}
# Down and outwards, as a root runs.
LINE = np.array([-15.0, 2.0, 20.0]) + np.arange(53)[:, None] * np.array([0.6, -0.2, -0.77])
BACK, SLOT = -2.0, -3.0


def root_along(points: np.ndarray, radius: float = 2.0, sd: float = 3.0) -> Root:
    count = len(points)
    spread = np.repeat(sd**2 * np.eye(3)[None], count, axis=0)
    return Root("L4", Side.LEFT, "L4-L5", points, np.full(count, radius), spread, "derived", None)


def solid_of(*parts: Any, turn: np.ndarray | None = None) -> Solid:
    grid = np.eye(3) if turn is None else turn
    fields = tuple(field_of([painted(part, 26.0, 1.0, grid)]) for part in parts)
    return Solid(fields, None, (fields[0], fields[0]))


def freed(root: Root, solid: Solid, frame: np.ndarray | None = None) -> Moved:
    found = kept_free(root, solid, np.eye(3) if frame is None else frame)
    assert isinstance(found, Moved)
    return found


def test_a_course_that_meets_nothing_comes_back_as_it_is() -> None:
    root = root_along(LINE)
    found = freed(root, solid_of(box((-20, 10, -20), (20, 20, 20))))
    assert found.root is root and found.by_mm == 0.0


def test_the_shorter_way_round_is_taken_and_makes_the_root_less_sure() -> None:
    # where the course meets it, the block reaches 6 mm in front of it and 1 mm behind
    block = box((-25, -9, -3), (25, BACK, 3))
    root = root_along(LINE)
    assert (values_at(solid_of(block).fields[0], LINE) >= 0.5).any()
    found = freed(root, solid_of(block))
    at = np.abs(found.root.points_lps[:, 2]) < 2.0
    behind = found.root.points_lps[at][:, 1] - BACK
    # its surface, and not only its middle, is free: there is room
    assert (behind > 2.0 - 0.8).all() and behind.max() < 4.0
    ends = np.linalg.norm((found.root.points_lps - LINE)[[0, -1]], axis=1)
    assert (ends < 1.5).all() and found.by_mm > 2.5
    more = np.trace(found.root.covariance_mm2 - root.covariance_mm2, axis1=1, axis2=2)
    moved = np.linalg.norm(found.root.points_lps - LINE, axis=1)
    assert more == pytest.approx((moved / 2) ** 2)
    assert np.allclose(found.root.radius_mm, root.radius_mm)


@pytest.mark.parametrize(("nearer", "sign"), [(-1.0, -1.0), (1.0, 1.0)])
def test_the_nearer_way_round_is_taken_for_the_whole_course(nearer: float, sign: float) -> None:
    """A block almost in the middle of the course: no part of it passes on the other side."""
    middle = float(np.interp(0.0, -LINE[:, 2], LINE[:, 1]))
    block = box((-25, middle - 4.0, -3), (25, middle + 4.0, 3))
    shift = np.array([0.0, nearer, 0.0])
    found = freed(root_along(LINE + shift), solid_of(block)).root.points_lps
    passing = found[np.abs(found[:, 2]) < 3.0]
    assert (sign * (passing[:, 1] - middle) > 4.0).all()


def test_a_way_narrower_than_the_root_is_taken_and_one_narrower_than_nerve_is_none() -> None:
    """A slot through a wall: where it is too narrow for any middle there is no root, and it is said where."""
    root = root_along(LINE, radius=2.5)

    def walled(half: float) -> Solid:
        rest = [box((-26, -26, -2), (26, SLOT - half, 2)), box((-26, SLOT + half, -2), (26, 26, 2))]
        return solid_of(*rest)

    pressed = freed(root, walled(2.0)).root.points_lps
    through = pressed[np.abs(pressed[:, 2]) < 2.0]
    assert len(through) and (np.abs(through[:, 1] - SLOT) < 1.0).all()
    closed = kept_free(root, walled(0.2), np.eye(3))
    assert isinstance(closed, Closed) and abs(closed.at_lps[2]) < 4.0


def test_the_space_between_endplates_is_disc_where_the_map_gives_none() -> None:
    up, down = box((-26, -26, 4), (26, -2, 20)), box((-26, -26, -20), (26, -2, -4))
    bones = tuple(field_of([painted(part, 26.0, 1.0, np.eye(3))]) for part in (up, down))
    plates = tuple(
        Endplate(np.array([0.0, -14.0, height]), np.array([0.0, 0.0, 1.0]), 0.0, 24.0, 40.0)
        for height in (4.0, -4.0)
    )
    derived = Solid(bones, (plates[0], plates[1]), (bones[0], bones[1]))
    places = np.array([[0.0, -10.0, 0.0], [0.0, 0.5, 0.0], [0.0, -10.0, 6.0], [0.0, 4.0, 6.0]])
    assert list(derived.fills(places)) == [True, False, True, False]
    assert list(replace(derived, plates=None).fills(places)) == [False, False, True, False]


def test_the_mirror_image_gives_the_mirrored_course() -> None:
    block = box((-25, -9, -3), (25, -2, 3))  # its own mirror image
    mirror = np.diag([-1.0, 1.0, 1.0])
    found = freed(root_along(LINE), solid_of(block)).root
    other = freed(root_along(LINE @ mirror), solid_of(block), mirror).root
    assert np.allclose(other.points_lps, found.points_lps @ mirror, atol=1e-6)
    assert np.allclose(other.covariance_mm2, mirror @ found.covariance_mm2 @ mirror, atol=1e-6)


def test_a_turned_grid_gives_the_same_course() -> None:
    block = box((-25, -9, -3), (25, -2, 3))
    plain, other = (
        freed(root_along(LINE), solid_of(block, turn=turn)).root.points_lps
        for turn in (np.eye(3), turned(4)[:3, :3])
    )
    assert np.linalg.norm(plain - other, axis=1).max() <= 1.5


def in_bone_or_disc(labels: LabelMap, root: Root) -> bool:
    """Whether a root's middle lies inside the sub-voxel surface of any bone or disc of the map."""
    names = [
        name
        for name in labels.convention.names.values()
        if name.startswith(("vertebrae", "sacrum", "disc", "hip"))
    ]
    found = [part for part in (region(labels, name) for name in names) if part is not None]
    return any((values_at(field_of([part]), root.points_lps) >= 0.5).any() for part in found)


def voxels_held(labels: LabelMap, root: Root) -> int:
    """How many middles lie in a voxel that the map calls bone or disc."""
    index = np.round(frames.apply(np.linalg.inv(labels.volume.lps_from_voxel), root.points_lps)).astype(int)
    index = index[((index >= 0) & (index < labels.volume.array.shape)).all(axis=1)]
    names = [labels.convention.names.get(int(value), "") for value in labels.volume.array[tuple(index.T)]]
    return sum(name.startswith(("vertebrae", "sacrum", "disc", "hip")) for name in names)


@pytest.mark.parametrize("name", list(REAL))
def test_no_derived_root_runs_through_bone_or_disc_of_a_real_map(shared_dir: Path, name: str) -> None:
    file, convention = REAL[name]
    labels = read_label_map(shared_dir / "data" / name / file, convention)
    found = neural_of(labels, bones_of_scan(labels))
    # nothing is left out in silence: each root is there, or missing by name
    missing = [one for one in found.missing if one.startswith("root ")]
    assert len(found.roots) + len(missing) == 12 and len(found.roots) >= 10
    why = [one for one in found.cautions if one.code in ("root_no_way", "root_not_derived")]
    assert {part for one in why for part in one.structures} == set(missing)
    for root in found.roots:
        assert not in_bone_or_disc(labels, root), (root.name, root.side)
        if max(labels.volume.spacing_mm) < 2.0:
            assert voxels_held(labels, root) == 0, (root.name, root.side)


@pytest.mark.parametrize("seed", [2, 6])
def test_no_derived_root_runs_through_bone_or_disc_of_a_phantom(seed: int) -> None:
    _, labels, _, found = measured(seed, VOXEL, ("roots", "sac"), 5)
    assert [root.how for root in found.roots] == ["derived"] * 12
    for root in found.roots:
        assert not in_bone_or_disc(labels, root) and voxels_held(labels, root) == 0, (root.name, root.side)


@pytest.mark.parametrize("name", ["vhp_male", "totalseg_s0328"])
def test_the_last_lumbar_root_passes_below_its_pedicle_and_over_the_ala(shared_dir: Path, name: str) -> None:
    """Through the foramen and not in front of it: where it passes the pedicle, body lies before it."""
    file, convention = REAL[name]
    labels = read_label_map(shared_dir / "data" / name / file, convention)
    built = bones_of_scan(labels)
    segment = segments_of(
        labels, built.shapes, built.parts, {level: one.disc for level, one in built.discs.items()}
    )["L5-S1"]
    for root in neural_of(labels, built).roots:
        if root.name != "L5":
            continue
        _, posterior, cranial = segment.disc.frame
        out = np.abs((root.points_lps - segment.disc.centre_lps) @ segment.disc.frame[0])
        pedicle = segment.pedicles["upper", root.side]
        middle = abs(float((pedicle.centre_lps() - segment.disc.centre_lps) @ segment.disc.frame[0]))
        here = root.points_lps[int(np.abs(out - min(middle, 18.0)).argmin())]
        steps = np.arange(0.0, 16.0, 0.5)[:, None]
        assert (values_at(segment.bones[0], here + steps * cranial) >= 0.5).any(), (name, root.side)
        assert (values_at(segment.bones[0], here - (steps + 2.0) * posterior) >= 0.5).any(), (name, root.side)
        assert (values_at(segment.bones[1], here - steps * cranial) >= 0.5).any(), (name, root.side)


def filled_foramen(labels: LabelMap, segment: Segment) -> LabelMap:
    """The map with everything beside one side of the canal called the lower vertebra, like merged labels."""
    array = np.asarray(labels.volume.array).copy()
    index = np.argwhere(array == 0)
    local = frames.apply(labels.volume.lps_from_voxel, index) - segment.disc.centre_lps
    out, _, up = (local @ segment.disc.frame.T).T
    inside = index[(out > 11.0) & (out < 40.0) & (np.abs(up) < 40.0)]
    array[tuple(inside.T)] = labels.value_of("vertebrae_L5")
    return label_map_of(Volume(array, labels.volume.lps_from_voxel), labels.convention.name)


def test_a_foramen_that_the_map_closes_leaves_its_root_unknown_and_says_so() -> None:
    _, labels, built, open_found = measured(2, VOXEL, ("roots", "sac"), 5)
    discs = {level: one.disc for level, one in built.discs.items()}
    segments = segments_of(labels, built.shapes, built.parts, discs)
    sac = find_sac(labels, built.canal, built.shapes)
    shut = filled_foramen(labels, segments["L4-L5"])
    bone = region(shut, "vertebrae_L5")
    assert bone is not None
    closed = replace(segments["L4-L5"], bones=(segments["L4-L5"].bones[0], field_of([bone])))
    roots, cautions, missing = find_roots(labels, {**segments, "L4-L5": closed}, sac)
    assert "root L4 left" in missing and "root L4 right" not in missing
    assert {(root.name, root.side) for root in roots} == {
        (root.name, root.side) for root in open_found.roots
    } - {("L4", Side.LEFT)}
    [said] = [one for one in cautions if one.code == "root_no_way"]
    assert said.structures == ("root L4 left",) and "L4-L5" in said.text


@pytest.mark.parametrize("pose", [1, 4])
def test_roots_of_a_turned_patient_are_the_turned_roots(pose: int) -> None:
    """Another grid over the same phantom: points move by what voxels make of borders, not by a way round."""
    found = []
    for seed in (None, pose):
        place = None if seed is None else turned(seed)
        scan = scan_of(Phantom(6), VOXEL, ("roots", "sac"), place)
        labels = label_map_of(scan.labels, scan.convention)
        roots = neural_of(labels, bones_of_scan(labels)).roots
        back = np.eye(4) if place is None else np.linalg.inv(place)
        found.append({(root.name, root.side): frames.apply(back, root.points_lps) for root in roots})
    assert found[0].keys() == found[1].keys() and len(found[0]) == 12
    for key, points in found[0].items():
        other = found[1][key]
        apart = np.linalg.norm(points[:, None] - other[None], axis=-1).min(axis=1)
        assert np.percentile(apart, 90) < 2.5, key

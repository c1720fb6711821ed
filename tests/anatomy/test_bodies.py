from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kambin.anatomy.bodies import back_direction, core, tangents
from kambin.anatomy.fields import field_of
from kambin.anatomy.reading import label_map_of
from kambin.anatomy.regions import Region, region
from kambin.anatomy.vertebrae import fit_vertebra
from kambin.anatomy.volume import Volume
from tests.anatomy.block_phantom import VERTEBRAE, LumbarPhantom
from tests.anatomy.scenes import grids, phantom, phantom_volume, poses


def bones(volume: Volume) -> dict[str, Region]:
    labels = label_map_of(volume, "total")
    found = {name: region(labels, f"vertebrae_{name}") for name in VERTEBRAE}
    return {name: bone for name, bone in found.items() if bone is not None}


def test_the_core_lies_in_the_body() -> None:
    for name, bone in bones(phantom_volume()).items():
        assert np.linalg.norm(core(bone) - phantom().truth.body_centres_lps[name]) < 5
        # while the middle of the whole bone lies well behind it
        assert phantom().truth.centres_lps[name][1] - phantom().truth.body_centres_lps[name][1] > 7


@settings(max_examples=10)
@given(poses(), grids(), st.sampled_from([1.5, 2.0, 3.0]))
def test_back_and_bodies_do_not_depend_on_pose_or_grid(
    pose: np.ndarray, grid: np.ndarray, voxel: float
) -> None:
    made = LumbarPhantom(
        voxel_mm=(voxel, voxel, voxel),
        lps_from_phantom=pose,
        grid=grid,
        missing=frozenset({"hip_left", "hip_right", "sacrum", "S1"}),
    )
    found = bones(made.label_map())
    cores = {name: core(bone) for name, bone in found.items()}
    axis = made.truth.axis_lps
    back = back_direction(list(found.values()), list(cores.values()), axis)
    assert back is not None
    true_back = pose[:3, :3] @ [0, 1, 0]
    true_back -= axis * (true_back @ axis)
    assert np.degrees(np.arccos(min(1.0, back @ true_back / np.linalg.norm(true_back)))) < 2 + voxel
    for name, tangent in tangents(cores).items():
        fit = fit_vertebra(name, field_of([found[name]]), cores[name], tangent, back)
        assert fit is not None
        assert np.linalg.norm(fit.centre_lps - made.truth.body_centres_lps[name]) < 0.5 * voxel + 0.3


def test_bodies_without_arches_do_not_tell_front_from_back() -> None:
    array = np.zeros((60, 60, 60), np.uint8)
    array[10:50, 15:45, 20:45] = 27
    found = bones(Volume(array, np.diag([1.0, 1, 1, 1])))["L5"]
    assert back_direction([found], [core(found)], np.array([0.0, 0, 1])) is None


def test_a_body_grown_into_its_arch_is_not_separated() -> None:
    array = np.zeros((60, 120, 60), np.uint8)
    array[10:50, 5:115, 20:45] = 27  # no canal within reach
    found = bones(Volume(array, np.diag([1.5, 1.5, 1.5, 1])))["L5"]
    middle = found.centre_lps()
    assert fit_vertebra("L5", field_of([found]), middle, np.array([0.0, 0, 1]), np.array([0.0, 1, 0])) is None


def test_tangents_follow_the_curve() -> None:
    angles = np.radians([0, 30, 60, 90])
    arc = {
        name: np.array([0, 100 * np.cos(a), -100 * np.sin(a)]) for name, a in zip("abcd", angles, strict=True)
    }
    found = tangents(arc)
    assert list(found) == list("abcd")
    # at inner points the chord through the neighbours of a circle is parallel to its tangent
    for name, angle in zip("bc", angles[1:3], strict=True):
        assert found[name] == pytest.approx(np.array([0, np.sin(angle), np.cos(angle)]))

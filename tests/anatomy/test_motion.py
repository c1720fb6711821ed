from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kambin.anatomy.geometry import Endplate, PartMap, SpineModel, VertebraShape
from kambin.anatomy.model import Spine
from kambin.anatomy.motion import Threshold, compare_models, compare_spines, instability_thresholds
from kambin.anatomy.reading import label_map_of
from kambin.anatomy.volume import Volume
from kambin.errors import InputError

VALUES = {"L4": 28, "L5": 27}
# middles of the two bones; their bodies are 40 x 30 x 24 mm with an arch behind, so no turn looks alike
MIDDLES = {"L4": np.array([0.0, 0.0, 18.0]), "L5": np.array([0.0, 0.0, -18.0])}


def bone(points: np.ndarray) -> np.ndarray:
    x, y, z = (points[..., axis] for axis in range(3))
    body = ((x / 20) ** 2 + (y / 15) ** 2 <= 1) & (np.abs(z) <= 12)
    arch = (np.abs(x) <= 16) & (y > 8) & (y <= 34) & (np.abs(z - 4) <= 5)
    spine = (np.abs(x) <= 3) & (y > 8) & (y <= 44) & (np.abs(z + 2) <= 6)
    return body | arch | spine


def model(poses: dict[str, np.ndarray], voxel: float = 1.2, scale: float = 1.0) -> SpineModel:
    """Two vertebrae, each moved by its pose about the origin of the phantom."""
    turn = Rotation.from_euler("xyz", [4, -7, 9], degrees=True).as_matrix()
    steps = np.arange(-64.0, 64.0, voxel)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1) @ turn.T
    array = np.zeros(grid.shape[:3], dtype=np.uint8)
    shapes = {}
    for name, pose in poses.items():
        local = (grid - pose[:3, 3]) @ pose[:3, :3] / scale - MIDDLES[name]
        array[bone(local)] = VALUES[name]
        frame = pose[:3, :3].T
        place = [
            pose[:3, :3] @ (MIDDLES[name] + np.array([0.0, 0.0, z])) + pose[:3, 3] for z in (12.0, 0.0, -12.0)
        ]
        plates = [Endplate(at, frame[2], 0.0, 30.0, 40.0) for at in (place[0], place[2])]
        # a measured frame is off by up to a degree and more; registration must not inherit that
        off = Rotation.from_euler("xyz", [1.5, -1.0, 1.2], degrees=True).as_matrix()
        shapes[name] = VertebraShape(name, frame @ off, place[1], plates[0], plates[1])
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = turn * voxel, turn @ np.full(3, -64.0)
    labels = label_map_of(Volume(array, affine), "total")
    parts = {}
    for name in poses:
        box = labels.boxes[f"vertebrae_{name}"]
        codes = (labels.volume.array[box] == VALUES[name]).astype(np.uint8)
        parts[name] = PartMap(name, box, codes, "given")
    return SpineModel(labels, None, shapes, parts, {}, None, None, {}, (), (), None)


def pose(
    forward: float = 0.0, extension: float = 0.0, shift: tuple[float, float, float] = (0, 0, 0)
) -> np.ndarray:
    made = np.eye(4)
    made[:3, :3] = Rotation.from_euler("x", -extension, degrees=True).as_matrix()
    made[:3, 3] = np.array([0.0, -forward, 0.0]) + np.array(shift)
    return made


def whole(made: np.ndarray, by: np.ndarray) -> np.ndarray:
    return by @ made


STILL = model({"L4": pose(), "L5": pose()})


def test_a_patient_who_only_lies_differently_has_not_moved() -> None:
    turned = np.eye(4)
    turned[:3, :3] = Rotation.from_euler("xyz", [6, -4, 8], degrees=True).as_matrix()
    turned[:3, 3] = (5, -3, 2)
    found = compare_models(STILL, model({"L4": whole(pose(), turned), "L5": whole(pose(), turned)}))
    segment = found.segments["L4-L5"]
    assert abs(segment.translation_mm) < 0.4
    assert max(abs(segment.rotation_deg), abs(segment.lateral_deg), abs(segment.axial_deg)) < 0.5
    assert segment.beyond == ()


@pytest.mark.parametrize("forward", [3.0, 5.0, -5.0])
def test_translation_is_that_of_the_upper_bone_and_forwards_is_positive(forward: float) -> None:
    segment = compare_models(STILL, model({"L4": pose(forward), "L5": pose()})).segments["L4-L5"]
    assert segment.translation_mm == pytest.approx(forward, abs=0.4)
    assert abs(segment.rotation_deg) < 0.6
    assert ("translation_mm" in segment.beyond) == (abs(forward) >= 4)
    assert "translation_strict_mm" in segment.beyond


def test_extension_is_positive_and_flexion_negative_in_the_other_order() -> None:
    bent = model({"L4": pose(extension=8.0), "L5": pose()})
    forth, back = (compare_models(*pair).segments["L4-L5"] for pair in ((STILL, bent), (bent, STILL)))
    assert forth.rotation_deg == pytest.approx(8.0, abs=0.6)
    assert back.rotation_deg == pytest.approx(-8.0, abs=0.6)
    assert max(abs(forth.lateral_deg), abs(forth.axial_deg)) < 0.6
    own = (Threshold("rotation_deg", 7.0, "deg", "own", "own"),)
    assert compare_models(STILL, bent, own).segments["L4-L5"].beyond == ("rotation_deg",)


def test_two_patients_are_not_compared() -> None:
    found = compare_models(STILL, model({"L4": pose(), "L5": pose()}, scale=1.1))
    assert not found.segments
    assert {caution.code for caution in found.cautions} == {"not_registered"}


def test_a_bone_that_the_view_cuts_is_not_compared() -> None:
    low = model({"L4": pose(), "L5": pose(shift=(0, 0, -42))})
    assert "L4-L5" not in compare_models(STILL, low).segments


def test_thresholds_carry_their_sources_and_a_spine_needs_its_geometry() -> None:
    assert {item.evidence for item in instability_thresholds()} == {"I02", "G21"}
    bare = Spine("total", "told", (1.0, 1.0, 1.0), (), {}, {}, None, {}, (), (), ())
    with pytest.raises(InputError, match="without geometry"):
        compare_spines(bare, replace(bare, model=STILL))
    both = replace(bare, model=STILL)
    assert abs(compare_spines(both, both).segments["L4-L5"].translation_mm) < 1e-6

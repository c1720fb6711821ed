"""What can not be measured is said, and what needs it is left out."""

from __future__ import annotations

import numpy as np

from kambin.anatomy.column import bones_of, measure_column
from kambin.anatomy.frames import apply
from kambin.anatomy.model import Spine
from kambin.anatomy.reading import label_map_of
from tests.anatomy.scenes import IDS, changed, measure, phantom, phantom_volume

Triple = tuple[float, float, float]


def filled(name: str, low: Triple, high: Triple, value: int) -> Spine:
    """The phantom with the background in a box about a body (mm from its middle) set to a label."""
    volume = phantom_volume()
    array = np.array(volume.array)
    places = np.argwhere(array == 0)
    away = apply(volume.lps_from_voxel, places) - phantom().truth.body_centres_lps[name]
    inside = ((away >= low) & (away <= high)).all(axis=1)
    array[tuple(places[inside].T)] = value
    return measure(changed(volume, array))


def texts(spine: Spine, code: str) -> list[str]:
    return [caution.text for caution in spine.warnings if caution.code == code]


def test_bones_are_ordered_from_the_head_down() -> None:
    bones, specks = bones_of(label_map_of(phantom_volume(), "total"))
    assert list(bones) == ["L1", "L2", "L3", "L4", "L5", "S1", "sacrum", "hip_left", "hip_right"]
    assert {bones[name].value for name in IDS} == set(IDS.values()) and not specks


def test_a_canal_filled_with_bone_leaves_the_body_unseparated() -> None:
    spine = filled("L3", (-13, -25, -16), (13, 90, 16), IDS["L3"])
    assert texts(spine, "body_not_separated") == ["The body of L3 could not be separated from its arch."]
    assert spine.vertebrae["L3"].body_centre_lps is None
    assert "L2-L3" not in spine.interspaces and "L3-L4" not in spine.interspaces
    assert len(spine.crest) == 2  # L4, L5 and the axis through the other bodies are still there


def test_two_bodies_grown_together_have_no_disc() -> None:
    spine = filled("L4", (-30, -25, -30), (30, 16, 0), IDS["L4"])
    assert texts(spine, "disc_not_found") == ["The space of the disc L4-L5 could not be measured."]
    assert "L4-L5" not in spine.interspaces and not spine.crest
    assert "the L4-L5 disc could not be measured" in texts(spine, "crest_not_measured")[0]


def test_without_the_lowest_disc_the_axis_is_unknown() -> None:
    spine = filled("L5", (-30, -25, -34), (30, 20, 0), IDS["L5"])
    assert "L5-S1" not in spine.interspaces and "L4-L5" in spine.interspaces
    assert spine.lumbar_axis_lps is None and not spine.crest
    assert "the lumbar axis could not be measured" in texts(spine, "crest_not_measured")[0]


def test_the_column_keeps_what_the_steps_found() -> None:
    column = measure_column(label_map_of(phantom_volume(), "total"))
    assert set(column.cores) == set(column.bodies) == {"L1", "L2", "L3", "L4", "L5"}
    assert column.voxel_mm == 2.0 and len(column.hips) == 2
    assert column.axis is not None and column.cranial is not None and column.back is not None
    assert column.cranial[2] > 0.9 and column.back[1] > 0.9

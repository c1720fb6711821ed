"""Plans on a phantom make anatomical sense, hold against the voxels, and do not depend on the pose."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kambin.access import AccessPlan, Proposal, facts, instruments, plan_access
from kambin.access.local import local_of
from kambin.anatomy import frames
from kambin.case.words import Side
from kambin.errors import InputError
from tests.access import planned

TOOLS = ("cannula-6",)
# what two rasters of one patient may differ by: the border of a label, both ways
RASTER_MM = 0.8


def posterolateral() -> tuple[AccessPlan, Proposal]:
    plan = planned.plans()[0]
    assert plan.recommended is not None, plan
    return plan, plan.proposals[plan.recommended]


@cache
def alone(which: str) -> AccessPlan:
    """The posterolateral plan of one cannula, for comparing poses."""
    turn = Rotation.from_euler("xyz", [7, -11, 25], degrees=True).as_matrix()
    spines = {
        "straight": planned.spine,
        "turned": lambda: planned.measured(planned.moved(planned.labels(), turn)),
        "mirrored": planned.mirrored_spine,
    }
    side = Side.RIGHT if which == "mirrored" else Side.LEFT
    spine = spines[which]()
    return plan_access(spine, planned.target(spine, side), "posterolateral", instruments(TOOLS))


def distance_to_voxels(item: Proposal, name: str) -> float:
    """Least distance from the corridor's axis to the voxel centres of a structure."""
    model = planned.spine().model
    assert model is not None
    labels = model.labels
    index = np.argwhere(labels.volume.array == labels.value_of(name))
    points = frames.apply(labels.volume.lps_from_voxel, index)
    start, end = np.array(item.corridor.target_lps), np.array(item.corridor.entry_lps)
    axis = frames.unit(end - start)
    along = np.clip((points - start) @ axis, 0.0, np.linalg.norm(end - start))
    return float(np.linalg.norm(points - start - along[:, None] * axis, axis=1).min())


@pytest.mark.parametrize(
    ("structure", "label"),
    [("exiting root L4", "root_L4_left"), ("traversing root L5", "root_L5_left"), ("dural sac", "dural_sac")],
)
def test_clearances_hold_against_the_voxels(structure: str, label: str) -> None:
    _, item = posterolateral()
    told = next(one for one in item.clearances if one.structure == structure)
    counted = distance_to_voxels(item, label) - item.corridor.diameter_mm / 2
    # a voxel's centre lies up to half a voxel inside the surface, and up to its half diagonal seen askew
    assert counted - 1.4 < told.clearance_mm < counted + 0.1 or told.clearance_mm > 10


def test_the_corridor_passes_below_the_exiting_root_and_in_front_of_the_facet() -> None:
    model = planned.spine().model
    assert model is not None
    plan, item = posterolateral()
    local = local_of(model, model.discs[plan.level], plan.side)
    root = next(one for one in model.roots if one.name == "L4" and one.side is plan.side)
    tip, entry = local.of(np.array(item.corridor.target_lps)), local.of(np.array(item.corridor.entry_lps))
    course = local.of(root.points_lps)
    course = course[(course[:, 0] > tip[0]) & (course[:, 0] < tip[0] + 12)]
    share = (course[:, 0] - tip[0]) / (entry[0] - tip[0])
    on_axis = tip + share[:, None] * (entry - tip)
    # at the height of the foramen the axis lies below or behind the root everywhere
    assert np.all((on_axis[:, 2] < course[:, 2]) | (on_axis[:, 1] > course[:, 1]))
    # the tip is at the disc, beside the sac, and the entry behind and outwards of it
    assert abs(tip[2]) < 8 and -5 < tip[1] < 8 and tip[0] > 6
    assert entry[0] > 50 and entry[1] > 30


def test_numbers_of_one_plan_fit_each_other() -> None:
    plan, item = posterolateral()
    assert item.entry.on_skin and "skin" not in plan.missing
    corridor = item.corridor
    length = float(np.linalg.norm(np.subtract(corridor.entry_lps, corridor.target_lps)))
    assert corridor.depth_mm == pytest.approx(length, abs=1e-6)
    for one in plan.proposals:
        proof = one.certificate
        assert proof.achieved <= proof.upper_bound
        assert proof.gap == pytest.approx(proof.upper_bound - proof.achieved)
        assert proof.gap <= proof.tolerance + 1e-9
        nerves = [gap for gap in one.clearances if gap.kind == "nerve"]
        assert min(gap.robust_mm for gap in nerves) >= 0.0
        assert one.tolerance.shift_mm == pytest.approx(
            max(min(gap.clearance_mm for gap in nerves), 0.0), abs=0.15
        )
        assert all(gap.clearance_mm >= -0.05 for gap in one.clearances if gap.kind in ("bone", "ilium"))
        bone = one.foraminoplasty
        assert (bone.volume_mm3 > 0) == (bone.sap_fraction > 0) == bool(bone.reamers_mm)
        if bone.reamers_mm:
            assert bone.reamers_mm[-1] >= one.corridor.diameter_mm
            assert list(bone.reamers_mm) == sorted(bone.reamers_mm)


def test_wider_cannulas_are_never_safer_with_the_same_bone() -> None:
    for plan in planned.plans():
        by_size = sorted(plan.proposals, key=lambda one: one.corridor.diameter_mm)
        best = {}
        for one in by_size:
            size = one.corridor.diameter_mm
            best[size] = max(best.get(size, -np.inf), one.certificate.upper_bound)
        values = [best[size] for size in sorted(best)]
        assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("which", ["turned", "mirrored"])
def test_pose_and_side_change_nothing_but_themselves(which: str) -> None:
    one, other = alone("straight"), alone(which)
    assert (one.recommended is None) == (other.recommended is None)
    assert one.recommended is not None and other.recommended is not None
    # the widest budget of bone: which of two nearly equal ones is the knee, a raster may decide
    a, b = one.proposals[0], other.proposals[0]
    least = [min(c.clearance_mm for c in item.clearances if c.kind == "nerve") for item in (a, b)]
    assert least[0] == pytest.approx(least[1], abs=RASTER_MM)
    assert a.entry.from_midline_mm == pytest.approx(b.entry.from_midline_mm, abs=12)
    assert a.angles.axial_deg == pytest.approx(b.angles.axial_deg, abs=8)
    assert a.foraminoplasty.sap_fraction == pytest.approx(b.foraminoplasty.sap_fraction, abs=0.05)
    assert other.side is (Side.RIGHT if which == "mirrored" else Side.LEFT)


def test_with_bones_alone_nothing_is_told_as_certain() -> None:
    spine = planned.bare_spine()
    plan = plan_access(spine, planned.target(spine), "posterolateral", instruments(TOOLS))
    assert "skin" in plan.missing
    codes = {caution.code for caution in plan.cautions}
    assert {"entry_not_on_skin", "organs_not_checked", "fragment_assumed"} <= codes
    known = {fact.name: fact.value for fact in facts([plan])}
    assert "corridor_posterolateral_clear" not in known
    for item in plan.proposals:
        assert not item.entry.on_skin
        assert any(caution.code == "nerve_not_certain" for caution in item.cautions)


def test_without_a_nerve_that_bounds_the_corridor_nothing_is_planned() -> None:
    spine = planned.spine()
    assert spine.model is not None
    for model, name in (
        (replace(spine.model, roots=()), "exiting root L4"),
        (replace(spine.model, sac=None), "dural sac"),
    ):
        plan = plan_access(replace(spine, model=model), planned.target(spine), "posterolateral")
        assert plan.proposals == () and plan.recommended is None and plan.blocks == ()
        assert name in plan.missing and name in plan.why
        assert facts([plan]) == ()


def test_what_can_not_be_planned_is_refused() -> None:
    spine = planned.spine()
    with pytest.raises(InputError):
        plan_access(replace(spine, model=None), planned.target(spine), "posterolateral")
    with pytest.raises(InputError):
        plan_access(spine, planned.target(spine), "posterolateral", position="sitting")  # type: ignore[arg-type]
    with pytest.raises(InputError):
        plan_access(spine, planned.target(spine), "transoral")  # type: ignore[arg-type]

"""T9: a mirrored patient gets the mirrored plan; a turned or resampled one the same within what is told.

Mirrored voxels are mirrored exactly, to the last grid. Another raster is another map: the border of a label
is known to a part of a voxel only. There the plans are compared by what they are worth to each other: each
one's corridor, laid into the other map, loses no more than the certificate and the accuracy of both fields.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kambin.access import AccessPlan, Proposal, instruments, plan_access, plan_approaches
from kambin.access.catalogue import APPROACHES, rules_of
from kambin.access.ground import ground_of
from kambin.access.march import pack
from kambin.access.model import Approach
from kambin.access.result import Ray
from kambin.access.scene_of import Way, way_of
from kambin.access.search import margins_of
from kambin.anatomy import Spine, label_map_of
from kambin.anatomy.volume import Volume
from kambin.case.words import Side
from tests.access import planned

Floats = NDArray[np.float64]
TOOLS = ("cannula-6",)
MIRROR = np.diag([-1.0, 1.0, 1.0])
TURN = Rotation.from_euler("xyz", [7, -11, 25], degrees=True).as_matrix()
OBLIQUE = Rotation.from_euler("xyz", [9, 14, -8], degrees=True).as_matrix()
# Accuracy of a field (its 95th percentile, row T3) in voxels: 0.16 mm at 0.8 mm.
FIELD_VOXELS = 0.2


@cache
def mirrored_spine() -> Spine:
    """The same voxels in a mirrored frame, left and right labels exchanged."""
    labels = label_map_of(planned.labels(), "kambin")
    names = labels.convention.names
    value_of = {name: value for value, name in names.items()}
    array = np.array(labels.volume.array, order="F")
    for value in np.unique(labels.volume.array):
        name = names.get(int(value), "")
        if name.endswith("_left"):
            twin = value_of[name.removesuffix("_left") + "_right"]
            array[labels.volume.array == value] = twin
            array[labels.volume.array == twin] = value
    pose = np.diag([-1.0, 1.0, 1.0, 1.0])
    return planned.measured(Volume(array, pose @ labels.volume.lps_from_voxel))


@cache
def turned_spine() -> Spine:
    return planned.measured(planned.moved(planned.labels(), TURN))


@cache
def fine_spine(voxel_mm: float, oblique: bool) -> Spine:
    """The patient painted anew on another raster."""
    axes = OBLIQUE if oblique else None
    return planned.measured(planned.phantom().scan(voxel_mm=voxel_mm, view="spine", axes=axes).labels)


def plan_of(spine: Spine, side: Side, approach: Approach) -> AccessPlan:
    return plan_access(spine, planned.target(spine, side), approach, instruments(TOOLS))


def way(spine: Spine, side: Side, approach: Approach) -> Way:
    assert spine.model is not None
    rules = rules_of(approach)
    ground = ground_of(spine.model, planned.target(spine, side), [rules])
    assert not isinstance(ground, tuple)
    found = way_of(ground, rules)
    assert not isinstance(found, tuple)
    return found


def ends(item: Proposal) -> Floats:
    """Tip and entry, shape (2, 3)."""
    return np.array([item.corridor.target_lps, item.corridor.entry_lps])


def spare_mm(into: Way, item: Proposal, turn: Floats) -> tuple[float, float]:
    """Room to nerve and to limits of another patient's corridor, turned into this one."""
    tip, entry = ends(item) @ turn.T
    length = float(np.linalg.norm(entry - tip))
    ray = Ray(tip, (entry - tip) / length, length, on_skin=True)
    scene = into.with_budget(0.5, named=True)
    margins = margins_of(pack(scene, item.corridor.diameter_mm / 2), ray, scene.pose.pivot_mm)
    nerve = min(one.spare_mm for one in margins if one.obstacle.is_objective)
    return nerve, min(one.spare_mm for one in margins if not one.obstacle.is_objective)


@pytest.mark.parametrize("approach", APPROACHES)
def test_the_mirrored_patient_gets_the_mirrored_plan(approach: Approach) -> None:
    one = plan_of(planned.spine(), Side.LEFT, approach)
    other = plan_of(mirrored_spine(), Side.RIGHT, approach)
    assert other.side is Side.RIGHT and one.side is Side.LEFT
    assert len(one.proposals) == len(other.proposals) and one.recommended == other.recommended
    for a, b in zip(one.proposals, other.proposals, strict=True):
        assert np.abs(ends(a) @ MIRROR - ends(b)).max() < 0.05
        assert a.certificate.achieved == pytest.approx(b.certificate.achieved, abs=0.02)
        assert a.angles.axial_deg == pytest.approx(b.angles.axial_deg, abs=0.05)
        assert a.entry.from_midline_mm == pytest.approx(b.entry.from_midline_mm, abs=0.05)
        assert a.foraminoplasty.sap_fraction == pytest.approx(b.foraminoplasty.sap_fraction, abs=0.005)
    assert [block.structure for block in one.blocks] == [block.structure for block in other.blocks]


def test_an_approach_planned_alone_is_planned_as_among_others() -> None:
    spine = planned.spine()
    for one in plan_approaches(spine, planned.target(spine, Side.LEFT), tools=instruments(TOOLS)):
        alone = plan_of(spine, Side.LEFT, one.approach)
        assert alone.recommended == one.recommended and len(alone.proposals) == len(one.proposals)
        for a, b in zip(alone.proposals, one.proposals, strict=True):
            assert a.certificate.achieved == pytest.approx(b.certificate.achieved, abs=a.certificate.gap)
            assert np.abs(ends(a)[0] - ends(b)[0]).max() < 1.0
        assert [block.structure for block in alone.blocks] == [block.structure for block in one.blocks]


def test_nerves_are_the_same_for_whichever_approaches_are_planned() -> None:
    """Where nerves are derived they differ in certainty along their course: no approach chooses the place."""
    model = planned.bare_spine().model
    assert model is not None
    target = planned.target(planned.bare_spine())
    rules = [rules_of(name) for name in APPROACHES]
    found = []
    for order in (rules, rules[::-1], rules[:1], rules[-1:]):
        ground = ground_of(model, target, order)
        assert not isinstance(ground, tuple)
        found.append([(one.name, one.sd_mm, one.how) for one in ground.nerves])
    assert found[0] and all(one == found[0] for one in found)


def check_same(
    first: tuple[Spine, AccessPlan], second: tuple[Spine, AccessPlan], turn: Floats, voxel_mm: float
) -> None:
    """Each plan's corridor in the other's map loses no more than certificate and fields explain."""
    for (_, one), (spine, other), into in ((first, second, turn), (second, first, turn.T)):
        here = way(spine, other.side, other.approach)
        assert one.recommended is not None and other.recommended is not None
        sd = max(item.sd_mm for item in here.scene.obstacles if item.is_objective)
        wide, best = one.proposals[0], other.proposals[0]
        told = FIELD_VOXELS * voxel_mm * 2
        nerve, kept = spare_mm(here, wide, into)
        assert nerve >= (best.certificate.achieved * sd) - best.certificate.gap * sd - told
        assert nerve <= best.certificate.upper_bound * sd + told
        assert kept >= -told


@pytest.mark.parametrize("approach", ["posterolateral", "far-lateral"])
def test_the_turned_patient_gets_the_same_plan(approach: Approach) -> None:
    spines = planned.spine(), turned_spine()
    first, second = ((spine, plan_of(spine, Side.LEFT, approach)) for spine in spines)
    check_same(first, second, TURN, 1.6)


@pytest.mark.heavy
def test_the_resampled_patient_gets_the_same_plan() -> None:
    spines = fine_spine(0.8, False), fine_spine(0.7, True)
    first, second = ((spine, plan_of(spine, Side.LEFT, "posterolateral")) for spine in spines)
    check_same(first, second, np.eye(3), 0.8)

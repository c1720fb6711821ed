"""From the best ray of one cannula and budget to a proposal that a surgeon can judge."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.bone_to_remove import foraminoplasty_of, samples
from kambin.access.catalogue import Instruments, setting
from kambin.access.cautioning import WIDE, cautions_of
from kambin.access.ground import Ground
from kambin.access.local import angles_of, entry_of, pedicle_reach
from kambin.access.march import pack
from kambin.access.model import Certificate, Clearance, Corridor, Foraminoplasty, Proposal, Reach
from kambin.access.nerve_fields import root_sd_mm, sd_with_border
from kambin.access.reach import reach_of
from kambin.access.result import Margin, Ray, SearchResult
from kambin.access.scene import Scene
from kambin.access.scene_of import Way
from kambin.access.search import margins_of
from kambin.access.structures import bone_at
from kambin.access.sweep import Found
from kambin.access.target import neighbours
from kambin.access.tolerance import Near, tolerance_of
from kambin.anatomy import frames
from kambin.anatomy.model import Spine

__all__ = ["propose"]

Floats: TypeAlias = NDArray[np.float64]
# A clearance within this of the field's cap is "at least so much": it is not told.
CAP_MM = 0.3


def propose(ground: Ground, way: Way, found: Found, spine: Spine, tools: Instruments) -> Proposal:
    """Make a proposal of a search that found a corridor.

    Parameters
    ----------
    ground : Ground
    way : Way
    found : Found
        With a ray.
    spine : Spine
    tools : Instruments

    Returns
    -------
    Proposal
    """
    ray = found.result.ray
    assert ray is not None, "only what was found is proposed"
    radius = found.cannula.outer_mm / 2
    process = way.process[0].field.at(samples(ray)) if way.process else None
    bone = foraminoplasty_of(_exact(ground, way), process, ray, radius, tools)
    nerves = [one for one in way.scene.obstacles if one.kind == "nerve"]
    hand = tolerance_of(
        ray.tip_lps,
        ray.entry_lps,
        radius,
        [Near(one.field.at, one.sd_mm) for one in nerves],
        ground.local,
    )
    crest = spine.crest.get(ground.local.side)
    axis = spine.lumbar_axis_lps
    clearances = _clearances(ground, way, ray, radius)
    proposal = Proposal(
        cannula=found.cannula.id,
        sap_budget=found.budget,
        corridor=Corridor(
            frames.as_point(ray.entry_lps), frames.as_point(ray.tip_lps), 2 * radius, float(ray.length_mm)
        ),
        angles=angles_of(ground.local, ray.direction_lps),
        entry=entry_of(
            ground.model,
            ground.local,
            ray.entry_lps,
            None if axis is None else np.array(axis),
            None if crest is None else np.array(crest.top_lps),
            ray.on_skin and ground.on_skin,
        ),
        clearances=clearances,
        certificate=_certificate(found.result, way.scene),
        tolerance=hand,
        foraminoplasty=bone,
        reach=_reach(ground, way, ray, radius, bone, tools),
    )
    return replace(proposal, cautions=cautions_of(ground, way, proposal, tools))


def _exact(ground: Ground, way: Way) -> Scene:
    """The scene with bone that may go counted in all its voxels."""
    found = ground.coverage
    if found is None or not way.scene.removable:
        return way.scene
    edge = float(max(ground.model.labels.volume.spacing_mm))
    whole = replace(way.scene.removable[0], points_lps=found[0], volumes_mm3=found[1], edge_mm=edge)
    return replace(way.scene, removable=(whole,))


def _certificate(result: SearchResult, scene: Scene) -> Certificate:
    sd = max(one.sd_mm for one in scene.obstacles if one.is_objective)
    return Certificate(
        achieved=result.achieved,
        upper_bound=result.upper_bound,
        gap=result.gap,
        unit="sd",
        tolerance=result.tolerance_mm / sd,
        rays=result.rays,
        cells=result.cells,
    )


def _clearances(ground: Ground, way: Way, ray: Ray, radius_mm: float) -> tuple[Clearance, ...]:
    whole = replace(way.scene, obstacles=(*way.scene.obstacles, *way.afar))
    margins = margins_of(pack(whole, radius_mm), ray, whole.pose.pivot_mm)
    told = [
        _clearance(ground, margin)
        for margin in margins
        if margin.obstacle.kind != "window" and _is_near(margin, radius_mm)
    ]
    return tuple(sorted(told, key=lambda one: (one.kind != "nerve", one.clearance_mm)))


def _is_near(margin: Margin, radius_mm: float) -> bool:
    """Whether a clearance is told: not where it is only "at least so much", but for the level's nerves."""
    one = margin.obstacle
    own = one.is_objective and not one.name.startswith("root")
    return own or margin.clearance_mm + radius_mm < one.field.cap_mm - CAP_MM


def _clearance(ground: Ground, margin: Margin) -> Clearance:
    one = margin.obstacle
    border = float(setting("label_boundary_voxels").value) * float(max(ground.model.labels.volume.spacing_mm))
    uncertainty = WIDE * _sd_at(ground, margin) if one.is_objective else border
    return Clearance(
        structure=bone_at(ground.model, margin.at_lps, ground.to_go) if one.name == "bone" else one.name,
        side=one.side,
        kind=one.kind,
        clearance_mm=margin.clearance_mm,
        uncertainty_mm=uncertainty,
        robust_mm=margin.robust_mm,
        demanded_mm=one.demanded_mm,
        how=one.how,
        at_lps=frames.as_point(margin.at_lps),
    )


def _sd_at(ground: Ground, margin: Margin) -> float:
    """Standard deviation of a nerve where the cannula comes nearest to it."""
    name = margin.obstacle.name.rsplit(" ", 1)[-1]
    root = next((r for r in ground.model.roots if r.name == name and r.side is ground.local.side), None)
    if root is not None:
        return root_sd_mm(root, margin.at_lps)
    sac = ground.model.sac
    if sac is None:
        return margin.obstacle.sd_mm
    return sd_with_border(
        float(sac.sd_mm[int(np.argmin(np.linalg.norm(sac.points_lps - margin.at_lps, axis=1)))])
    )


def _reach(
    ground: Ground, way: Way, ray: Ray, radius_mm: float, bone: Foraminoplasty, tools: Instruments
) -> Reach | None:
    fragment = ground.target.fragment
    if fragment is None:
        return None
    solid = [one.field for one in (*ground.bone, *ground.process)]
    width = bone.reamers_mm[-1] / 2 if bone.reamers_mm else radius_mm

    def in_bone(points: Floats) -> NDArray[np.bool_]:
        """Which points, shape (n, 3), LPS mm, lie in bone that the instruments leave."""
        along = np.clip((points - ray.tip_lps) @ ray.direction_lps, 0.0, None)
        apart = np.linalg.norm(points - ray.tip_lps - along[:, None] * ray.direction_lps, axis=1)
        hit = np.stack([field.at(points) for field in solid]).min(axis=0) < 0
        found: NDArray[np.bool_] = hit & (apart > width)
        return found

    points = fragment.points_lps
    return reach_of(
        ray.tip_lps, ray.direction_lps, radius_mm, _pivot(ground, way, ray), points, tools, in_bone
    )


def _pivot(ground: Ground, way: Way, ray: Ray) -> float:
    """Distance from the tip to the foramen's middle, or to the laminae, about which the cannula turns."""
    edges = pedicle_reach(ground.model, ground.local, neighbours(ground.target.level)[1])
    outwards = float(ray.direction_lps @ ground.local.axes[0])
    if way.rules.window != "foramen" or edges is None or outwards < 0.2:
        return float(setting("pivot_mm").value)
    tip = float(ground.local.of(ray.tip_lps)[0])
    return float(np.clip(((edges[0] + edges[1]) / 2 - tip) / outwards, 2.0, 30.0))

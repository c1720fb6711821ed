"""One approach on its ground: the scene that is searched, where the tip may stand, where it may come from.

An approach takes what its file names, with its own bone budget. What the map lacks is told; where the exiting
root or the sac is neither given nor derived, nothing is planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.catalogue import Rules, setting
from kambin.access.fields import union
from kambin.access.grid import Roi
from kambin.access.ground import LARGE_STEP_MM, Ground
from kambin.access.local import Local
from kambin.access.region import LONGEST_MM, RAY_STEP_MM, middle_of
from kambin.access.scene import Cone, Obstacle, Patch, PoseError, Removable, Scene
from kambin.access.structures import ORGANS
from kambin.access.target import TipBox, neighbours, tip_box
from kambin.anatomy.geometry import SpineModel

__all__ = ["Way", "way_of"]

Floats: TypeAlias = NDArray[np.float64]
# Nerves without which nothing is planned.
VITAL = ("exiting root", "dural sac")
# Directions along each angle that stand for all, and the widest cannula there is, mm.
SHEAF = 16
TIPS = (-2 / 3, 0.0, 2 / 3)
WIDEST_MM = 8.0
# Edge of the pieces in which the search weighs bone that may go, mm.
GATHERED_MM = 1.6


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One approach on its ground: what is searched.

    Attributes
    ----------
    rules : Rules
    scene : Scene
        With the whole superior articular process removable; `with_budget` bounds it. Structures that no
        allowed direction can meet are left out of it.
    joined : tuple of Obstacle
        The same obstacles, with all large ones as one.
    afar : tuple of Obstacle
        Structures that no allowed direction can meet.
    patch : Patch
        Where the tip may stand.
    cone : Cone
        Directions that the approach allows.
    missing : tuple of str
        What the map lacks for this approach.
    process : tuple of Obstacle
        The process that may go, as what it is while nothing of it goes; empty where it may not.
    """

    rules: Rules
    scene: Scene
    joined: tuple[Obstacle, ...]
    afar: tuple[Obstacle, ...]
    patch: Patch
    cone: Cone
    missing: tuple[str, ...]
    process: tuple[Obstacle, ...]

    def with_budget(self, share: float, *, named: bool = False) -> Scene:
        """The scene in which at most this share of the process goes; with none it is an obstacle.

        Parameters
        ----------
        share : float
        named : bool
            Whether every structure stands for itself; a search is quicker where all that is large is one.
        """
        scene = self.scene if named else replace(self.scene, obstacles=self.joined)
        if share <= 0.0:
            return replace(scene, obstacles=(*self.process, *scene.obstacles), removable=())
        return replace(scene, removable=tuple(replace(one, budget=share) for one in scene.removable))


def way_of(ground: Ground, rules: Rules) -> Way | tuple[str, ...]:
    """The scene of one approach, or the structures without which it can not be bounded."""
    lower = neighbours(ground.target.level)[1]
    box = tip_box(ground.model, rules, ground.target, ground.local)
    vital = [name for name in ground.absent if _kind(name) in VITAL and _kind(name) in rules.nerves]
    if box is None or vital or not ground.bone:
        return tuple(dict.fromkeys(vital)) or (f"pedicle {lower}",)
    foramen = rules.window == "foramen"
    may_go = foramen and bool(rules.budgeted)
    removable = _removable(ground) if may_go else ()
    bone = (*ground.bone, *(() if removable else ground.process))
    organs = [one for group in rules.forbidden for one in ground.organs.get(group) or ()]
    limits = [*organs, *(ground.large if foramen else ())]
    patch, cone = _patch(ground, rules, box), cone_of(ground.local, rules)
    afar = _afar(organs, patch, cone)
    near = tuple(one for one in limits if one not in afar)
    missing = [ORGANS[group] for group in rules.forbidden if ground.organs.get(group) is None]
    missing += [name for name in ground.absent if name not in vital]
    if may_go and not removable:
        missing.append(f"superior articular process {lower}")
    return Way(
        rules=rules,
        scene=Scene(ground.roi, (*bone, *near, *ground.nerves), ground.skin, _pose(ground.model), removable),
        joined=(*bone, *_joined(near, ground.roi), *ground.nerves),
        afar=afar,
        patch=patch,
        cone=cone,
        missing=tuple(missing),
        process=ground.process if removable else (),
    )


def cone_of(local: Local, rules: Rules) -> Cone:
    """Directions that an approach allows at one level and side."""
    return Cone(local.axes, rules.axial_deg[local.level], rules.cranial_deg[local.level])


def _afar(limits: Sequence[Obstacle], patch: Patch, cone: Cone) -> tuple[Obstacle, ...]:
    """Structures that no allowed ray meets, shown on a sheaf of rays that leaves no gap."""
    axial, tilt = (np.linspace(*span, SHEAF) for span in (cone.axial_deg, cone.cranial_deg))
    ways = np.array([cone.direction(float(a), float(t)) for a in axial for t in tilt])
    steps = np.arange(0.0, LONGEST_MM + RAY_STEP_MM, RAY_STEP_MM)
    shifts = np.array([[a, b, c] for a in TIPS for b in TIPS for c in TIPS]) @ patch.axes()
    tips = np.unique(np.round(patch.centre_lps + shifts, 6), axis=0)
    # a distance changes by no more than the way: half the diagonal between neighbouring rays, half a step,
    # and what lies between neighbouring tips
    spread = np.radians(np.hypot(axial[1] - axial[0], tilt[1] - tilt[0])) / 2 * steps
    gap = spread + RAY_STEP_MM / 2 + float(np.linalg.norm(patch.axes() * TIPS[-1] / 2))
    room = {one.name: np.inf for one in limits}
    for tip in tips:
        points = tip + steps[:, None, None] * ways
        for one in limits:
            left = (one.field.at(points) - gap[:, None]).min()
            room[one.name] = min(room[one.name], float(left))
    return tuple(one for one in limits if room[one.name] > WIDEST_MM / 2 + one.demanded_mm)


def _joined(limits: Sequence[Obstacle], roi: Roi) -> tuple[Obstacle, ...]:
    """Several limits as one field: what is left of the room beside the nearest."""
    if len(limits) < 2:
        return tuple(limits)
    demands = [one.demanded_mm for one in limits]
    field = union([one.field for one in limits], roi, spacing_mm=LARGE_STEP_MM, shift_mm=demands)
    return (Obstacle("what is large", "limit", None, field, robust=False),)


def _kind(name: str) -> str:
    """``exiting root`` of ``exiting root L4``."""
    return name if name == "dural sac" else name.rsplit(" ", 1)[0]


def _patch(ground: Ground, rules: Rules, box: TipBox) -> Patch:
    """Where the tip may stand; between the laminae it follows the back wall of the canal."""
    local, canal = ground.local, ground.model.canal
    half = (np.array(box.high) - np.array(box.low)) / 2
    centre, axes = middle_of(local, box), np.array(local.axes)
    if rules.window == "laminae" and canal is not None and len(canal.points_lps):
        line = local.of(canal.points_lps)
        here = int(np.argmin(np.abs(line[:, 2] - local.of(centre)[2])))
        low, high = setting("canal_depth_range_mm").value
        depth = float(np.clip(canal.depth_mm[here], low, high))
        back = canal.points_lps[here] + canal.frames[here][1] * depth / 2
        centre = back + axes[0] * float((centre - back) @ axes[0])
        axes[2] = canal.frames[here][2]
    return Patch(centre, (half[:, None] * axes)[half > 0])


def _pose(model: SpineModel) -> PoseError:
    voxel = float(max(model.labels.volume.spacing_mm))
    return PoseError(
        tau_mm=float(setting("label_boundary_voxels").value) * voxel,
        theta_deg=float(setting("pose_tilt_deg").value),
    )


def _removable(ground: Ground) -> tuple[Removable, ...]:
    found = ground.coverage
    if found is None or ground.to_go is None:
        return ()
    points, volumes = gathered(*found, ground.local)
    return (Removable(ground.to_go.name, ground.local.side, points, volumes, GATHERED_MM),)


def gathered(points_lps: Floats, volumes_mm3: Floats, local: Local) -> tuple[Floats, Floats]:
    """The same bone in fewer pieces: what lies in one cube of the grid, at its middle, with its volume.

    The search weighs every piece for every cell; what is reported of the winner is counted on all voxels.
    """
    cells = np.floor(local.of(points_lps) / GATHERED_MM).astype(np.int64)
    _, which = np.unique(cells, axis=0, return_inverse=True)
    which = which.ravel()
    sums = np.bincount(which, weights=volumes_mm3)
    middles = [np.bincount(which, weights=volumes_mm3 * column) / sums for column in points_lps.T]
    return np.stack(middles, axis=1), np.asarray(sums, dtype=np.float64)

"""From the measured spine to the scene that is searched: one ground for all approaches of a level and side.

The distance fields cost most, so they are made once: nerves, bone, ilium, ribs, organs, skin. An approach
takes what its file names, with its own bone budget. What the map lacks is told; where the exiting root or the
sac is neither given nor derived, nothing is planned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access import structures
from kambin.access.catalogue import Rules, setting
from kambin.access.fields import coarse_field, distance_field, section_field, skin_field, tube_field, union
from kambin.access.grid import Field, Roi
from kambin.access.local import Local, local_of, pedicle_reach
from kambin.access.scene import Cone, Obstacle, Patch, PoseError, Removable, Scene
from kambin.access.structures import Cut, Piece
from kambin.access.surfaces import coverage
from kambin.access.target import Target, TipBox, neighbours, tip_box
from kambin.anatomy import frames
from kambin.anatomy.geometry import Root, Sac, SpineModel
from kambin.case.words import LEVELS, Level, exiting_root, traversing_root

__all__ = ["Ground", "Way", "ground_of", "way_of"]

Floats: TypeAlias = NDArray[np.float64]
# Longest way from tip to skin that is looked at, mm: no endoscope of the catalogue is longer.
LONGEST_MM = 200.0
# Nerves without which nothing is planned.
VITAL = ("exiting root", "dural sac")
# Directions at which the corners of the region are taken.
CORNERS = 4
# Directions along each angle that stand for all, and the widest cannula there is, mm.
SHEAF = 16
TIPS = (-2 / 3, 0.0, 2 / 3)
WIDEST_MM = 8.0
# Steps along a ray to where it leaves the body, mm.
RAY_STEP_MM = 3.0
# Edge of the pieces in which the search weighs bone that may go, mm.
GATHERED_MM = 1.6
# Grid of what is large and smooth: ilium, ribs, organs, the space in front of the root; the same for all of
# them, so that they join without being sampled again.
LARGE_STEP_MM = 2.0


@dataclass(eq=False)
class Ground:
    """What all approaches of one level and side share.

    Attributes
    ----------
    model : SpineModel
    local : Local
    target : Target
    roi : Roi
    cut : Cut
    nerves : tuple of Obstacle
    absent : tuple of str
        Nerves that are neither given nor derived.
    to_go : Piece or None
        The superior articular process.
    skin : Field or None
    on_skin : bool
        Whether `skin` is the skin, and not the edge of what is known.
    """

    model: SpineModel
    local: Local
    target: Target
    roi: Roi
    cut: Cut
    nerves: tuple[Obstacle, ...]
    absent: tuple[str, ...]
    to_go: Piece | None
    skin: Field | None
    on_skin: bool

    @cached_property
    def bone(self) -> tuple[Obstacle, ...]:
        """Bone that stays under every approach."""
        return self._bone(structures.bone_left(self.model, self.cut, self.to_go), "bone")

    @cached_property
    def process(self) -> tuple[Obstacle, ...]:
        """The superior articular process where it has to stay."""
        return self._bone(self.to_go, "bone")

    @cached_property
    def coverage(self) -> tuple[Floats, Floats] | None:
        """Points of the superior articular process and what each stands for, mm³."""
        return None if self.to_go is None else coverage(self.to_go.mask, self.to_go.lps_from_mask)

    @cached_property
    def large(self) -> tuple[Obstacle, ...]:
        """Ilium and ribs."""
        pieces = [
            structures.named(self.model, self.cut, "iliac bone", "hip_"),
            structures.named(self.model, self.cut, "rib", "rib_"),
        ]
        kinds = ("ilium", "rib")
        return tuple(
            Obstacle(piece.name, kind, self.local.side, self._large(piece), robust=False)
            for piece, kind in zip(pieces, kinds, strict=True)
            if piece is not None
        )

    @cached_property
    def shield(self) -> Obstacle | None:
        """The space in front of the exiting root."""
        upper, lower = neighbours(self.target.level)
        root = _root_of(self.model, upper, self.local)
        reach = pedicle_reach(self.model, self.local, lower)
        if root is None or reach is None:
            return None
        piece = structures.in_front_of(root, self.local, reach[0])
        if piece is None:
            return None
        return Obstacle(piece.name, "window", self.local.side, self._large(piece), robust=False)

    def organs(self, groups: tuple[str, ...]) -> tuple[tuple[Obstacle, ...], tuple[str, ...]]:
        """Organs as obstacles, and what of them the map does not hold."""
        found, missing = structures.organs(self.model, self.cut, groups)
        demanded = float(setting("demanded_viscera_mm").value)
        made = [
            Obstacle(
                piece.name,
                "viscera",
                None,
                coarse_field(piece.mask, piece.lps_from_mask, self.roi, spacing_mm=LARGE_STEP_MM),
                demanded_mm=demanded,
                robust=False,
            )
            for piece in found
        ]
        return tuple(made), missing

    def _bone(self, piece: Piece | None, kind: str) -> tuple[Obstacle, ...]:
        if piece is None:
            return ()
        field = distance_field(piece.mask, piece.lps_from_mask, self.roi)
        demanded = float(setting("demanded_bone_mm").value)
        return (Obstacle(piece.name, kind, self.local.side, field, demanded, robust=False),)

    def _large(self, piece: Piece) -> Field:
        return distance_field(piece.mask, piece.lps_from_mask, self.roi, spacing_mm=LARGE_STEP_MM)


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


def ground_of(
    model: SpineModel,
    target: Target,
    rules: Sequence[Rules],
    progress: Callable[[str], None] = lambda _: None,
) -> Ground | tuple[str, ...]:
    """Make the ground, or say what is missing for it.

    Parameters
    ----------
    model : SpineModel
    target : Target
    rules : sequence of Rules
        The approaches that will be planned on it.
    progress : callable

    Returns
    -------
    Ground or tuple of str
        The structures without which no corridor can be bounded.
    """
    level = Level(target.level)
    disc = model.discs.get(level)
    if disc is None:
        return (f"disc {level}",)
    local = local_of(model, disc, target.side)
    boxes = [(one, tip_box(model, one, target, local)) for one in rules]
    placed = [(one, box) for one, box in boxes if box is not None]
    if not placed:
        return (f"pedicle {neighbours(level)[1]}",)
    progress("skin")
    roi, edge = _region(model, local, placed)
    cut = Cut.of(model, roi)
    skin = None if edge is None else skin_field(edge.mask, edge.lps_from_mask, roi)
    progress("nerves")
    nerves, absent = _nerves(model, local, level, roi, _middle(local, placed[0][1]))
    to_go = structures.bone_to_go(model, cut, neighbours(level)[1], target.side)
    return Ground(model, local, target, roi, cut, nerves, absent, to_go, skin, model.skin is not None)


def way_of(ground: Ground, rules: Rules) -> Way | tuple[str, ...]:
    """The scene of one approach, or the structures without which it can not be bounded."""
    box = tip_box(ground.model, rules, ground.target, ground.local)
    vital = [
        name for name in ground.absent if name.rsplit(" ", 1)[0] in rules.nerves and "travers" not in name
    ]
    vital += [name for name in ground.absent if name == "dural sac" and name not in vital]
    foramen = rules.window == "foramen"
    may_go = foramen and bool(rules.budgeted)
    bone = (*ground.bone, *(() if may_go else ground.process))
    if box is None or vital or not bone:
        return tuple(dict.fromkeys(vital)) or (f"pedicle {neighbours(ground.target.level)[1]}",)
    organs, missing = ground.organs(rules.forbidden)
    limits = [*bone, *organs]
    if foramen:
        limits += ground.large
        limits += [ground.shield] if ground.shield is not None else []
    removable = _removable(ground) if may_go else ()
    lacking = [*missing, *(name for name in ground.absent if name not in vital)]
    if may_go and not removable:
        lacking.append(f"superior articular process {neighbours(ground.target.level)[1]}")
    patch, cone = _patch(ground.local, box), cone_of(ground.local, rules)
    afar = _afar([one for one in limits if one.kind == "viscera"], patch, cone)
    near = [one for one in limits if one not in afar]
    scene = Scene(ground.roi, (*near, *ground.nerves), ground.skin, _pose(ground.model), removable)
    joined = (*bone, *_joined([one for one in near if one.kind != "bone"], ground.roi), *ground.nerves)
    return Way(rules, scene, joined, afar, patch, cone, tuple(lacking), ground.process if removable else ())


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


def _middle(local: Local, box: TipBox) -> Floats:
    return local.lps((np.array(box.low) + np.array(box.high)) / 2)


def _patch(local: Local, box: TipBox) -> Patch:
    half = (np.array(box.high) - np.array(box.low)) / 2
    return Patch(_middle(local, box), (half[:, None] * local.axes)[half > 0])


def _pose(model: SpineModel) -> PoseError:
    voxel = float(max(model.labels.volume.spacing_mm))
    return PoseError(
        tau_mm=float(setting("label_boundary_voxels").value) * voxel,
        theta_deg=float(setting("pose_tilt_deg").value),
    )


def _whole(model: SpineModel) -> Roi:
    """The box of the map."""
    volume = model.labels.volume
    ends = np.array([np.zeros(3), volume.array.shape]) - 0.5
    corners = np.array([[ends[i, 0], ends[j, 1], ends[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    return Roi.around(frames.apply(volume.lps_from_voxel, corners), 0.0)


def _region(
    model: SpineModel, local: Local, placed: Sequence[tuple[Rules, TipBox]]
) -> tuple[Roi, Piece | None]:
    """The box that the access can meet, and what it ends at: the skin, or the edge of what is known."""
    rays = [
        (tip, local.direction(float(axial), float(tilt)), _farthest(rules, local, box))
        for rules, box in placed
        for tip in _corners(local, box)
        for axial in np.linspace(*rules.axial_deg[local.level], CORNERS)
        for tilt in np.linspace(*rules.cranial_deg[local.level], CORNERS)
    ]
    reach = np.concatenate([[tip, tip + LONGEST_MM * way] for tip, way, _ in rays])
    wide = _within(Roi.around(reach, 12.0), _whole(model))
    cut = Cut.of(model, wide, 0.0)
    edge = structures.body_of(model, cut) or structures.edge_of_known(model, cut)
    steps = np.arange(0.0, LONGEST_MM, RAY_STEP_MM)
    ends = [_corners(local, box) for _, box in placed]
    for tip, way, farthest in rays:
        line = tip + steps[:, None] * way
        inside = _inside(edge, line) if edge is not None else np.ones(len(line), dtype=np.bool_)
        inside &= (line - local.origin_lps) @ local.axes[0] < farthest
        stop = len(steps) - 1 if inside.all() else int(np.argmin(inside))
        ends.append(line[[max(stop, 1)]])
    return _within(Roi.around(np.concatenate(ends), 12.0), wide), edge


def _corners(local: Local, box: TipBox) -> Floats:
    """Corners of the box in which the tip may stand, LPS mm, shape (8, 3)."""
    span = np.array([box.low, box.high])
    return local.lps(
        np.array([[span[i, 0], span[j, 1], span[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    )


def _farthest(rules: Rules, local: Local, box: TipBox) -> float:
    """Farther from the midline than this no entry of the approach lies, mm."""
    return max(rules.entry_mm[local.level][1], box.high[0] + 10.0)


def _within(wanted: Roi, whole: Roi) -> Roi:
    low = np.maximum(wanted.low_lps, whole.low_lps)
    return Roi(low, np.maximum(np.minimum(wanted.high_lps, whole.high_lps), low + 1.0))


def _inside(piece: Piece, points: Floats) -> NDArray[np.bool_]:
    inverse: Floats = np.asarray(np.linalg.inv(piece.lps_from_mask), dtype=np.float64)
    index = np.round(frames.apply(inverse, points)).astype(np.int64)
    held = np.all((index >= 0) & (index < piece.mask.shape), axis=1)
    found = np.zeros(len(points), dtype=np.bool_)
    found[held] = piece.mask[tuple(index[held].T)]
    return found


def _root_of(model: SpineModel, name: str, local: Local) -> Root | None:
    return next((one for one in model.roots if one.name == name and one.side is local.side), None)


def _nerves(
    model: SpineModel, local: Local, level: Level, roi: Roi, middle: Floats
) -> tuple[tuple[Obstacle, ...], tuple[str, ...]]:
    wanted = {f"exiting root {exiting_root(level)}": exiting_root(level).value}
    above = LEVELS.index(level)
    if above > 0:
        upper = exiting_root(LEVELS[above - 1])
        wanted[f"root {upper}"] = upper.value
    wanted[f"traversing root {traversing_root(level)}"] = traversing_root(level).value
    made, absent = [], []
    for name, root_name in wanted.items():
        root = _root_of(model, root_name, local)
        if root is not None:
            made.append(_nerve(name, root, local, roi, middle))
        elif not name.startswith("root"):
            absent.append(name)
    if model.sac is None:
        absent.append("dural sac")
    else:
        made.append(_sac(model.sac, roi, middle))
    return tuple(made), tuple(absent)


def _nerve(name: str, root: Root, local: Local, roi: Roi, middle: Floats) -> Obstacle:
    cap = None
    if root.region is not None and root.how == "given":
        part = root.region
        affine = np.array(part.volume.lps_from_voxel)
        affine[:3, 3] = frames.apply(affine, part.origin)
        field = distance_field(part.mask, affine, roi, cap_mm=_nerve_cap())
    else:
        field = tube_field(root.points_lps, root.radius_mm, roi, cap_mm=cap)
    return Obstacle(name, "nerve", local.side, field, _demanded(), root_sd_mm(root, middle), root.how)


def _sac(sac: Sac, roi: Roi, middle: Floats) -> Obstacle:
    if sac.region is not None and sac.how == "given":
        part = sac.region
        affine = np.array(part.volume.lps_from_voxel)
        affine[:3, 3] = frames.apply(affine, part.origin)
        field = distance_field(part.mask, affine, roi, cap_mm=_nerve_cap())
    else:
        shape = (sac.points_lps, sac.frames, sac.half_width_mm, sac.half_depth_mm)
        field = section_field(*shape, roi)
    nearest = int(np.argmin(np.linalg.norm(sac.points_lps - middle, axis=1)))
    return Obstacle(
        "dural sac", "nerve", None, field, _demanded(), sd_with_border(float(sac.sd_mm[nearest])), sac.how
    )


def root_sd_mm(root: Root, place_lps: Floats) -> float:
    """Standard deviation of a root across its course, where it comes nearest to a place, mm."""
    nearest = int(np.argmin(np.linalg.norm(root.points_lps - place_lps, axis=1)))
    before, after = max(nearest - 1, 0), min(nearest + 1, len(root.points_lps) - 1)
    course = root.points_lps[after] - root.points_lps[before]
    length = float(np.linalg.norm(course))
    across = np.eye(3) if length == 0 else np.eye(3) - np.outer(course, course) / length**2
    spread = across @ root.covariance_mm2[nearest] @ across
    return sd_with_border(float(np.sqrt(max(float(np.linalg.eigvalsh(spread)[-1]), 0.0))))


def _kind(name: str) -> str:
    """``exiting root`` of ``exiting root L4``."""
    return name if name == "dural sac" else name.rsplit(" ", 1)[0]


def sd_with_border(own_mm: float) -> float:
    """A nerve's own standard deviation, and that of drawing its border, in squares."""
    return float(np.hypot(own_mm, float(setting("given_nerve_sd_mm").value)))


def _demanded() -> float:
    return float(setting("demanded_nerve_mm").value)


def _nerve_cap() -> float:
    from kambin.access.settings import search_settings

    return search_settings().nerve_cap_mm


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

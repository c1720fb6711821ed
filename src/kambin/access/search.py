"""The safest corridor for one cannula, with a proof that there is no better, or that there is none.

`bound` holds the mathematics and `branching` the search. What is reported of the winner is proved along its
ray (`march.certify`), structure by structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kambin.access.bound import GEOMETRY, World, place, ray_of, taken
from kambin.access.branching import NEVER, Outcome, branch
from kambin.access.march import SCALE, SUBTRACT, TAPER, Pack, certify, pack
from kambin.access.result import Blocking, Limits, Margin, Ray, SearchResult
from kambin.access.scene import Cone, Obstacle, Patch, Removable, Scene
from kambin.access.settings import search_settings
from kambin.errors import InputError

__all__ = ["blocking", "margins_of", "search"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

# The first, short search that finds the narrow place.
SCOUT_CELLS = 600
# Once it is proved that there is no corridor, so many cells go to finding the one that comes nearest.
NEAREST_CELLS = 3000
# Structures this close to the worst hold the nearest corridor where it is, sd or mm. Up to so many that come
# within `NEAR` of it are asked whether they alone are in the way.
HOLDING, NEAR, ASKED = 0.3, 6.0, 12
# By how much a structure alone would have to give way is looked for to this, mm, with so many cells.
BY_TOLERANCE_MM, BY_CELLS = 0.4, 2500
# Slack with which the first corridor ends a search.
ANY = 1e6
# More than any field says about the inside of a structure, mm.
DEEPEST_MM = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """One search: what never changes while it runs."""

    packed: Pack
    scene: Scene
    patch: Patch
    cone: Cone
    radius_mm: float
    limits: Limits

    def geometry(self, throat_mm: float, step_mm: float) -> Floats:
        """The numbers of `bound.World.geometry`."""
        limits, found = self.limits, np.zeros(GEOMETRY)
        found[0:3] = self.patch.centre_lps
        found[3:12] = self.patch.axes().ravel()
        found[12:21] = np.asarray(self.cone.frame, dtype=np.float64).ravel()
        found[21] = throat_mm
        found[22:26] = np.radians([*self.cone.axial_deg, *self.cone.cranial_deg])
        found[26], found[27] = self.scene.pose.pivot_mm, limits.most_length_mm
        found[28:31], found[31:34] = self.scene.roi.low_lps, self.scene.roi.high_lps
        found[34], found[35] = step_mm, limits.hard_tolerance_mm
        found[36] = np.sin(np.radians(limits.incidence_deg))
        return found

    def world(self, throat_mm: float, step_mm: float, *, every_bone: bool = False) -> World:
        """What the compiled search reads."""
        packed = self.packed
        removable = [replace(one, budget=0.5) for one in self.scene.removable] if every_bone else None
        bone, parts = _bones(self.scene.removable if removable is None else removable, self.radius_mm)
        counts = np.array([packed.limits, packed.count, packed.skin], dtype=np.int64)
        return World(packed.laid, counts, self.geometry(throat_mm, step_mm), bone, parts)

    def slack(self) -> float:
        """The tolerance in the objective's unit; what is left goes to proving the winner's own margins."""
        sd = max(one.sd_mm for one in self.packed.obstacles if one.is_objective)
        return 0.8 * self.limits.tolerance_mm / sd


def _bones(removable: Sequence[Removable], radius_mm: float) -> tuple[Singles, Floats]:
    """Bone that may go, as the compiled loops read it: (4, n) and one row for each."""
    held = [one for one in removable if one.budget < 1.0 and len(one.points_lps)]
    parts, at, columns = np.zeros((len(held), 5)), 0, [np.zeros((4, 0), dtype=np.float32)]
    for n, one in enumerate(held):
        share = one.volumes_mm3 / one.volumes_mm3.sum()
        columns.append(np.concatenate([one.points_lps.T, share[None]]).astype(np.float32))
        parts[n] = (at, at + len(share), radius_mm, one.edge_mm, one.budget)
        at += len(share)
    return np.ascontiguousarray(np.concatenate(columns, axis=1)), parts


def _box(patch: Patch, cone: Cone, throat_mm: float) -> tuple[Floats, Floats]:
    """Parameters to search: angles of throat points reach past the window by what the tip can shift them."""
    lengths = np.linalg.norm(patch.axes(), axis=1)
    spare = float(np.arcsin(min(float(lengths.sum()) / throat_mm, 0.9)))
    up = np.clip(np.radians(cone.cranial_deg) + np.array([-spare, spare]), -1.5, 1.5)
    wide = float(np.arcsin(min(np.sin(spare) / max(np.cos(np.abs(up).max()), 1e-3), 1.0)))
    axial = np.radians(cone.axial_deg) + np.array([-wide, wide])
    used = (lengths > 0).astype(np.float64)
    return np.array([*-used, axial[0], up[0]]), np.array([*used, axial[1], up[1]])


def margins_of(packed: Pack, ray: Ray, pivot_mm: float) -> tuple[Margin, ...]:
    """Proved clearances of every structure on one ray."""
    line = np.array([*ray.tip_lps, *ray.direction_lps, ray.length_mm])
    plain = packed.laid.reals.copy()
    plain[:, SCALE], plain[:, TAPER] = 1.0, 0.0
    tilted = plain.copy()
    tilted[:, TAPER] = packed.laid.reals[:, TAPER]
    found = []
    for k, obstacle in enumerate(packed.obstacles):
        proved, _, at = certify(packed.laid._replace(reals=plain), k, line, pivot_mm, 0.1, 0.01)
        robust, _, _ = certify(packed.laid._replace(reals=tilted), k, line, pivot_mm, 0.1, 0.01)
        shift = packed.tau_mm if obstacle.robust else 0.0
        found.append(
            Margin(
                obstacle,
                clearance_mm=float(proved + obstacle.demanded_mm + shift),
                robust_mm=float(robust + obstacle.demanded_mm),
                spare_mm=float(robust),
                at_lps=ray.tip_lps + at * ray.direction_lps,
                at_mm=float(at),
            )
        )
    return tuple(found)


def _removed(task: _Task, ray: Ray) -> dict[str, float]:
    """Share of each removable bone that the cannula's cylinder takes."""
    world = task.world(1.0, 0.1, every_bone=True)
    line = np.array([*ray.tip_lps, *ray.direction_lps, ray.length_mm])
    shape = np.array([1.0, 0.0, 0.0, ray.length_mm, ray.length_mm])
    named = [one.name for one in task.scene.removable if len(one.points_lps)]
    return {
        name: float(taken(world.bone, int(row[0]), int(row[1]), line, shape, float(row[2]), float(row[3])))
        for name, row in zip(named, world.parts, strict=True)
    }


def _parameters(task: _Task, ray: Ray, throat_mm: float) -> Floats:
    """Parameters of a ray: where its tip is in the patch, and where it passes the sphere of the throat."""
    axes = task.patch.axes()
    squares = np.sum(axes * axes, axis=1)
    offset = ray.tip_lps - task.patch.centre_lps
    x = np.divide(axes @ offset, squares, out=np.zeros(3), where=squares > 0)
    along = float(offset @ ray.direction_lps)
    reach = -along + float(np.sqrt(max(along**2 - float(offset @ offset) + throat_mm**2, 0.0)))
    axial, up = task.cone.angles_deg((offset + reach * ray.direction_lps) / throat_mm)
    return np.array([*np.clip(x, -1, 1), np.radians(axial), np.radians(up)])


def _ray(task: _Task, throat_mm: float, x: Floats) -> Ray:
    world = task.world(throat_mm, 0.1)
    line, shape = np.zeros(7), np.zeros(5)
    shape[0] = place(world.geometry, x, line)
    on_skin = ray_of(world, line, shape)
    return Ray(line[:3].copy(), line[3:6].copy(), float(shape[3]), bool(on_skin))


def _run(task: _Task, throat_mm: float, warm: Floats, most: int, slack: float, nearest: int) -> Outcome:
    low, high = _box(task.patch, task.cone, throat_mm)
    world = task.world(throat_mm, search_settings().march_step_mm)
    return Outcome(*branch(world, low, high, np.clip(warm.reshape(-1, 5), low, high), slack, most, nearest))


def _worth(margin: Margin) -> float:
    one = margin.obstacle
    return margin.spare_mm / one.sd_mm if one.is_objective else margin.spare_mm


def _search(
    task: _Task, warm: Sequence[Ray], slack: float, nearest: int = NEAREST_CELLS
) -> tuple[Outcome, float]:
    """A short search finds the narrow place; rays are then measured there. Outcome and its throat."""
    limits, throat = task.limits, search_settings().throat_mm
    throat = max(throat, 1.2 * float(np.linalg.norm(task.patch.axes(), axis=1).sum()))
    start = np.array([_parameters(task, one, throat) for one in warm]).reshape(-1, 5)
    first = _run(task, throat, start, min(SCOUT_CELLS, limits.max_cells), slack, nearest)
    if first.waiting == 0 or first.value == NEVER:
        return first, throat
    ray = _ray(task, throat, first.parameters)
    narrow = min(margins_of(task.packed, ray, task.scene.pose.pivot_mm), key=_worth).at_mm
    reach = float(np.linalg.norm(task.patch.axes(), axis=1).sum())
    throat = max(narrow, 1.2 * reach, 10.0)
    second = _run(task, throat, _parameters(task, ray, throat), limits.max_cells, slack, nearest)
    return second._replace(rays=second.rays + first.rays, cells=second.cells + first.cells), throat


def search(
    scene: Scene,
    patch: Patch,
    cone: Cone,
    radius_mm: float,
    limits: Limits | None = None,
    warm: Sequence[Ray] = (),
) -> SearchResult:
    """Find the corridor that keeps farthest from nerve, or prove that there is none.

    Parameters
    ----------
    scene : Scene
        At least one obstacle of the kind ``nerve``.
    patch : Patch
        Where the tip may stand.
    cone : Cone
        Where it may come from.
    radius_mm : float
        Outer radius of the cannula; removable bone is taken by a cylinder of this radius.
    limits : Limits, optional
        The settings' when left out.
    warm : sequence of Ray
        Corridors to start from, for example those of another cannula. They save time and change nothing.

    Returns
    -------
    SearchResult
        ``found`` and certified: no ray of the patch and the cone that keeps every limit by more than the
        tolerance is better than `upper_bound` in the interpolated fields. `blocks` is filled by `blocking`.

    Raises
    ------
    InputError
        No nerve among the obstacles, so that there is nothing to maximise.
    """
    if not any(one.is_objective for one in scene.obstacles):
        raise InputError("no nerve among the obstacles: a corridor is judged by its distance from nerve")
    limits = Limits.standard() if limits is None else limits
    task = _Task(pack(scene, radius_mm), scene, patch, cone, radius_mm, limits)
    outcome, throat = _search(task, warm, task.slack())
    return _told(task, outcome, throat)


def _told(task: _Task, outcome: Outcome, throat_mm: float) -> SearchResult:
    """Prove the winner's margins along its ray and put the answer together."""
    ray = _ray(task, throat_mm, outcome.parameters)
    margins = margins_of(task.packed, ray, task.scene.pose.pivot_mm)
    nerve = min(_worth(one) for one in margins if one.obstacle.is_objective)
    kept = min((one.spare_mm for one in margins if not one.obstacle.is_objective), default=np.inf)
    found = outcome.value >= 0.0 and nerve >= 0.0 and kept >= 0.0
    achieved = nerve if found else min(outcome.value, nerve, kept)
    # what keeps a limit by less than the tolerance is looked for neither here nor there: see `Limits`
    upper = max(outcome.bound, achieved)
    status: Literal["found", "none", "undecided"]
    status = "found" if found else "none" if upper < 0.0 else "undecided"
    sd = max(one.obstacle.sd_mm for one in margins if one.obstacle.is_objective)
    return SearchResult(
        status=status,
        ray=ray,
        achieved=float(achieved),
        upper_bound=float(upper),
        gap=float(upper - achieved),
        gap_mm=float((upper - achieved) * sd),
        tolerance_mm=task.limits.tolerance_mm,
        margins=margins,
        removed=_removed(task, ray),
        rays=int(outcome.rays),
        cells=int(outcome.cells),
    )


def _near(result: SearchResult, scene: Scene) -> list[str]:
    """Structures that come close to the nearest corridor, the worst first: each may be what is in the way."""
    ordered = sorted(result.margins, key=_worth)
    names = [one.obstacle.name for one in ordered if _worth(one) <= max(result.achieved, 0.0) + NEAR]
    bones = [one.name for one in scene.removable if result.removed.get(one.name, 0.0) > 0.5 * one.budget]
    return [*bones, *names[:ASKED]]


def _without(scene: Scene, name: str) -> Scene:
    return replace(
        scene,
        obstacles=tuple(one for one in scene.obstacles if one.name != name),
        removable=tuple(one for one in scene.removable if one.name != name),
    )


def _freed(task: _Task, name: str, slack: float) -> Ray | None:
    """A corridor that exists once a structure is gone; None where there is still none, or none is found.

    With a great `slack` the first is taken, with a small one the one farthest from nerve.
    """
    scene = _without(task.scene, name)
    if not any(one.is_objective for one in scene.obstacles):
        return None
    limits = replace(task.limits, max_cells=min(task.limits.max_cells, BY_CELLS))
    inner = replace(task, packed=pack(scene, task.radius_mm), scene=scene, limits=limits)
    outcome, throat = _search(inner, (), slack, nearest=0)
    return _ray(inner, throat, outcome.parameters) if outcome.value >= 0.0 else None


def _lacking(task: _Task, obstacle: Obstacle) -> float | None:
    """By how much it is enough for one structure to give way, all else kept; None where that frees nothing.

    The structure becomes the objective, in mm, and the nerves become limits.
    """
    freed = _freed(task, obstacle.name, ANY)
    if freed is None:
        return None
    others = [
        replace(one, kind="limit", sd_mm=1.0) for one in task.scene.obstacles if one.name != obstacle.name
    ]
    turned = replace(obstacle, kind="nerve", sd_mm=1.0)
    scene = replace(task.scene, obstacles=(*others, turned))
    limits = replace(task.limits, max_cells=min(task.limits.max_cells, BY_CELLS))
    inner = _Task(pack(scene, task.radius_mm), scene, task.patch, task.cone, task.radius_mm, limits)
    # lifted by more than anything can lack, so that the search sees a corridor where only this is broken
    lift = task.radius_mm + obstacle.demanded_mm + task.scene.pose.tau_mm + DEEPEST_MM
    inner.packed.laid.reals[inner.packed.limits : inner.packed.count, SUBTRACT] -= lift
    outcome, _ = _search(inner, (freed,), BY_TOLERANCE_MM, nearest=0)
    return float(lift - outcome.value) if outcome.value >= 0.0 else None


def blocking(
    result: SearchResult,
    scene: Scene,
    patch: Patch,
    cone: Cone,
    radius_mm: float,
    limits: Limits | None = None,
) -> tuple[Blocking, ...]:
    """Name what closes every corridor, the least change that would free one first.

    Each structure near the nearest corridor is asked: were it alone to give way, by how much? Limits
    come before nerves, because a nerve is what the corridor is kept from. Where no
    single one frees a corridor, all that hold it are named with what the nearest corridor lacks.
    """
    limits = Limits.standard() if limits is None else limits
    task = _Task(pack(scene, radius_mm), scene, patch, cone, radius_mm, limits)
    found: list[Blocking] = []
    together: list[Blocking] = []
    names = _near(result, scene)
    for margin in result.margins:
        one = margin.obstacle
        if one.name not in names:
            continue
        if _worth(margin) <= max(result.achieved, 0.0) + HOLDING:
            together.append(Blocking(one.name, one.kind, one.side, max(-margin.spare_mm, 0.0), alone=False))
        by = _lacking(task, one)
        if by is not None:
            found.append(Blocking(one.name, one.kind, one.side, max(by, 0.0), alone=True))
    for bone in scene.removable:
        if bone.name not in names:
            continue
        freed = _freed(task, bone.name, 1.0)
        lack = result.removed.get(bone.name, 0.0) - bone.budget
        if lack > 0.0:
            together.append(Blocking(bone.name, "removable", bone.side, 0.0, alone=False, share=lack))
        if freed is not None:
            share = _removed(task, freed).get(bone.name, 0.0) - bone.budget
            found.append(Blocking(bone.name, "removable", bone.side, 0.0, alone=True, share=share))
    if not found:
        return tuple(sorted(together, key=lambda one: -one.by_mm))
    return tuple(sorted(found, key=lambda one: (one.kind == "nerve", one.by_mm)))

"""The safest corridor for one cannula, with a proof that there is no better, or that there is none.

>>> # search(scene, Patch(tip, half_axes), Cone(frame, (20, 80), (-10, 40)), radius_mm=3.75)

`bound` holds the mathematics and `branching` the search. What is reported of the winner is proved along its ray
(`march.certify`), structure by structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kambin.access.bound import GEOMETRY, taken
from kambin.access.branching import NEVER, RESULT, branch
from kambin.access.march import Pack, certify, pack
from kambin.access.scene import Cone, Obstacle, Patch, Removable, Scene
from kambin.access.settings import search_settings
from kambin.case.words import Side
from kambin.errors import InputError

__all__ = ["Blocking", "Limits", "Margin", "Ray", "SearchResult", "margins_of", "search"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Ray:
    """One corridor's axis.

    Attributes
    ----------
    tip_lps, direction_lps : ndarray, shape (3,)
        Unit direction from tip to entry.
    length_mm : float
    on_skin : bool
        False where it ends at the edge of what is known.
    """

    tip_lps: Floats
    direction_lps: Floats
    length_mm: float
    on_skin: bool

    @property
    def entry_lps(self) -> Floats:
        """Where it enters the body, or leaves what is known."""
        found: Floats = self.tip_lps + self.length_mm * self.direction_lps
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """Clearance of one structure from the cannula's wall on one ray, in its field.

    Attributes
    ----------
    obstacle : Obstacle
    clearance_mm : float
        Proved; negative is penetration.
    robust_mm : float
        Under the scene's pose error; proved.
    spare_mm : float
        `robust_mm` less what is demanded.
    at_lps : ndarray, shape (3,)
        Point of the axis where it is least.
    at_mm : float
        From the tip.
    """

    obstacle: Obstacle
    clearance_mm: float
    robust_mm: float
    spare_mm: float
    at_lps: Floats
    at_mm: float


@dataclass(frozen=True, slots=True)
class Blocking:
    """What closes every corridor.

    Attributes
    ----------
    structure : str
    kind : str
    side : Side or None
    by_mm : float
        How much is lacking with the corridor that comes nearest.
    """

    structure: str
    kind: str
    side: Side | None
    by_mm: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What this search is held to.

    Attributes
    ----------
    tolerance_mm : float
        How far the best may stay below the bound.
    hard_tolerance_mm : float
        Corridors that keep a limit by less than this are not looked for.
    most_length_mm : float
        From tip to skin.
    max_cells : int
    """

    tolerance_mm: float
    hard_tolerance_mm: float
    most_length_mm: float
    max_cells: int

    @classmethod
    def standard(cls, most_length_mm: float = 250.0) -> Limits:
        """As the settings say."""
        given = search_settings()
        return cls(given.tolerance_mm, given.hard_tolerance_mm, most_length_mm, given.max_cells)


@dataclass(frozen=True, slots=True, eq=False)
class SearchResult:
    """The answer for one cannula and one bone budget.

    Attributes
    ----------
    status : str
        ``found``; ``none`` (proved: the bound is below zero); ``undecided`` (nothing found that keeps every limit,
        and what might still exist keeps one by less than the tolerance, or the search was cut short).
    ray : Ray or None
        The best; where none was found, the one that comes nearest.
    achieved, upper_bound, gap : float
        Of the smallest (robust clearance − demanded) / sd over nerves. Without a corridor: of the smaller of that
        and the worst limit in mm.
    gap_mm : float
        The gap in mm of the least certain nerve.
    margins : tuple of Margin
        Of every structure, the limits first.
    removed : mapping
        Name of each removable bone → the share that the cannula's cylinder takes.
    rays, cells, open_cells : int
    blocks : tuple of Blocking
        Where there is none: what is in the way, the worst first.
    parameters : ndarray, shape (5,)
        Of the ray, to start another search from.
    """

    status: Literal["found", "none", "undecided"]
    ray: Ray | None
    achieved: float
    upper_bound: float
    gap: float
    gap_mm: float
    margins: tuple[Margin, ...]
    removed: dict[str, float]
    rays: int
    cells: int
    open_cells: int
    blocks: tuple[Blocking, ...]
    parameters: Floats

    @property
    def is_certified(self) -> bool:
        """Whether it is proved: the best within the tolerance, or none at all."""
        return self.status != "undecided" and (self.status == "none" or self.open_cells == 0)


def _geometry(
    patch: Patch, cone: Cone, throat_mm: float, pivot_mm: float, scene: Scene, limits: Limits, step_mm: float
) -> Floats:
    found = np.zeros(GEOMETRY)
    found[0:3] = patch.centre_lps
    found[3:12] = patch.axes().ravel()
    found[12:21] = np.asarray(cone.frame, dtype=np.float64).ravel()
    found[21] = throat_mm
    found[22:26] = np.radians([*cone.axial_deg, *cone.cranial_deg])
    found[26], found[27] = pivot_mm, limits.most_length_mm
    found[28:31], found[31:34] = scene.roi.low_lps, scene.roi.high_lps
    found[34], found[35] = step_mm, limits.hard_tolerance_mm
    return found


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
    """Parameters to search: the angles of throat points reach past the window by what the tip can shift them."""
    reach = float(np.linalg.norm(patch.axes(), axis=1).sum())
    spare = float(np.arcsin(min(reach / throat_mm, 0.9)))
    up = np.radians(cone.cranial_deg) + np.array([-spare, spare])
    up = np.clip(up, -1.5, 1.5)
    wide = float(np.arcsin(min(np.sin(spare) / max(np.cos(np.abs(up).max()), 1e-3), 1.0)))
    axial = np.radians(cone.axial_deg) + np.array([-wide, wide])
    used = (np.linalg.norm(patch.axes(), axis=1) > 0).astype(np.float64)
    return np.array([*-used, axial[0], up[0]]), np.array([*used, axial[1], up[1]])


def margins_of(packed: Pack, ray: Ray, pivot_mm: float) -> tuple[Margin, ...]:
    """Proved clearances of every structure on one ray."""
    line = np.array([*ray.tip_lps, *ray.direction_lps, ray.length_mm])
    plain = packed.reals.copy()
    plain[:, 5], plain[:, 6] = 1.0, 0.0
    found = []
    for k, obstacle in enumerate(packed.obstacles):
        proved, _, at = certify(packed.flat, packed.slopes, packed.ints, plain, k, line, pivot_mm, 0.1, 0.01)
        tilted = plain.copy()
        tilted[:, 6] = packed.reals[:, 6]
        robust, _, _ = certify(packed.flat, packed.slopes, packed.ints, tilted, k, line, pivot_mm, 0.1, 0.01)
        found.append(
            Margin(
                obstacle,
                clearance_mm=float(proved + obstacle.demanded_mm + _shift(packed, k)),
                robust_mm=float(robust + obstacle.demanded_mm),
                spare_mm=float(robust),
                at_lps=ray.tip_lps + at * ray.direction_lps,
                at_mm=float(at),
            )
        )
    return tuple(found)


def _shift(packed: Pack, k: int) -> float:
    return packed.tau_mm if packed.obstacles[k].robust else 0.0


def _removed(scene: Scene, ray: Ray, radius_mm: float) -> dict[str, float]:
    every = [replace(one, budget=0.5) for one in scene.removable]
    bone, parts = _bones(every, radius_mm)
    line = np.array([*ray.tip_lps, *ray.direction_lps, ray.length_mm])
    shape = np.array([1.0, 0.0, 0.0, ray.length_mm, ray.length_mm])
    named = [one for one in every if len(one.points_lps)]
    return {
        one.name: float(taken(bone, int(row[0]), int(row[1]), line, shape, row[2], row[3], 0.0))
        for one, row in zip(named, parts, strict=True)
    }


def _blocks(
    margins: Sequence[Margin], removed: dict[str, float], scene: Scene, achieved: float
) -> tuple[Blocking, ...]:
    """The structures that the nearest corridor breaks or that hold it there, the worst first."""
    close = achieved + 0.25
    found = [
        Blocking(one.obstacle.name, one.obstacle.kind, one.obstacle.side, -one.spare_mm)
        for one in margins
        if (one.spare_mm / one.obstacle.sd_mm if one.obstacle.is_objective else one.spare_mm) <= close
    ]
    found += [
        Blocking(one.name, "removable", one.side, -achieved)
        for one in scene.removable
        if removed.get(one.name, 0.0) > one.budget
    ]
    return tuple(sorted(found, key=lambda one: -one.by_mm))


def _run(
    packed: Pack, scene: Scene, patch: Patch, cone: Cone, radius_mm: float, limits: Limits, throat_mm: float,
    warm: Floats, most: int,
) -> Floats:  # fmt: skip
    settings = search_settings()
    geometry = _geometry(patch, cone, throat_mm, scene.pose.pivot_mm, scene, limits, settings.march_step_mm)
    bone, parts = _bones(scene.removable, radius_mm)
    low, high = _box(patch, cone, throat_mm)
    counts = np.array([packed.limits, packed.count, packed.skin], dtype=np.int64)
    slack = 0.8 * limits.tolerance_mm / max(one.sd_mm for one in packed.obstacles if one.is_objective)
    result = np.zeros(RESULT)
    branch(
        packed.flat, packed.slopes, packed.ints, packed.reals, counts, geometry, bone, parts, low, high,
        np.clip(warm.reshape(-1, 5), low, high), slack, most, result,
    )  # fmt: skip
    return result


def _parameters(ray: Ray, patch: Patch, cone: Cone, throat_mm: float) -> Floats:
    """Parameters of a ray for a sphere of this radius: where it passes through the sphere."""
    axes = patch.axes()
    squares = np.sum(axes * axes, axis=1)
    offset = ray.tip_lps - patch.centre_lps
    x = np.divide(axes @ offset, squares, out=np.zeros(3), where=squares > 0)
    along = float(offset @ ray.direction_lps)
    reach = -along + float(np.sqrt(max(along**2 - offset @ offset + throat_mm**2, 0.0)))
    axial, up = cone.angles_deg((offset + reach * ray.direction_lps) / throat_mm)
    return np.array([*np.clip(x, -1, 1), np.radians(axial), np.radians(up)])


def _ray(
    packed: Pack, scene: Scene, patch: Patch, cone: Cone, limits: Limits, throat: float, x: Floats
) -> Ray:
    from kambin.access.bound import place, ray_of

    geometry = _geometry(patch, cone, throat, scene.pose.pivot_mm, scene, limits, 0.1)
    line = np.zeros(7)
    length = place(geometry, x, line)
    end, _, on_skin = ray_of(
        packed.flat, packed.slopes, packed.ints, packed.reals, packed.skin, geometry, line, length, 0.0, 0.0
    )
    return Ray(line[:3].copy(), line[3:6].copy(), float(end), bool(on_skin))


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
        With `status` ``found`` and no open cells: no ray of the patch and the cone that keeps every limit by
        more than the tolerance is better than `upper_bound` in the interpolated fields.

    Raises
    ------
    InputError
        No nerve among the obstacles, so that there is nothing to maximise.
    """
    if not any(one.is_objective for one in scene.obstacles):
        raise InputError("no nerve among the obstacles: a corridor is judged by its distance from nerve")
    limits = Limits.standard() if limits is None else limits
    packed = pack(scene, radius_mm)
    throat = search_settings().throat_mm
    start = np.array([_parameters(one, patch, cone, throat) for one in warm]).reshape(-1, 5)
    # a short search finds where the narrow place is; rays are then measured there
    first = _run(packed, scene, patch, cone, radius_mm, limits, throat, start, min(1500, limits.max_cells))
    if first[10] > 0 and first[0] > NEVER:
        ray = _ray(packed, scene, patch, cone, limits, throat, first[1:6])
        reach = float(np.linalg.norm(patch.axes(), axis=1).sum())
        narrow = max(_narrowest(packed, ray, scene.pose.pivot_mm), 1.2 * reach, 10.0)
        known = _parameters(ray, patch, cone, narrow)
        second = _run(packed, scene, patch, cone, radius_mm, limits, narrow, known, limits.max_cells)
        second[7:9] += first[7:9]
        first, throat = second, narrow
    return _told(packed, scene, patch, cone, radius_mm, limits, throat, first)


def _narrowest(packed: Pack, ray: Ray, pivot_mm: float) -> float:
    margins = margins_of(packed, ray, pivot_mm)
    worst = min(
        margins,
        key=lambda one: one.spare_mm / one.obstacle.sd_mm if one.obstacle.is_objective else one.spare_mm,
    )
    return worst.at_mm


def _told(
    packed: Pack, scene: Scene, patch: Patch, cone: Cone, radius_mm: float, limits: Limits, throat: float,
    result: Floats,
) -> SearchResult:  # fmt: skip
    ray = _ray(packed, scene, patch, cone, limits, throat, result[1:6])
    margins = margins_of(packed, ray, scene.pose.pivot_mm)
    removed = _removed(scene, ray, radius_mm)
    nerve = min(one.spare_mm / one.obstacle.sd_mm for one in margins if one.obstacle.is_objective)
    kept = min((one.spare_mm for one in margins if not one.obstacle.is_objective), default=np.inf)
    found = result[0] >= 0.0 and nerve >= 0.0 and kept >= 0.0
    achieved = nerve if found else min(float(result[0]), nerve, kept)
    upper = max(result[6], achieved) if found else max(result[6], result[9], achieved)
    status: Literal["found", "none", "undecided"] = (
        "found" if found else "none" if upper < 0.0 else "undecided"
    )
    sd = max(one.obstacle.sd_mm for one in margins if one.obstacle.is_objective)
    return SearchResult(
        status=status,
        ray=ray,
        achieved=float(achieved),
        upper_bound=float(upper),
        gap=float(upper - achieved),
        gap_mm=float((upper - achieved) * sd),
        margins=margins,
        removed=removed,
        rays=int(result[8]),
        cells=int(result[7]),
        open_cells=int(result[10]) if upper - achieved > limits.tolerance_mm / sd else 0,
        blocks=() if found else _blocks(margins, removed, scene, float(achieved)),
        parameters=result[1:6].copy(),
    )

"""True measures of sac and herniations, in the words of `measurements.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.phantom.bone_truth import Plates, Ring, canal_frame_at, disc_frame, rings_of
from kambin.anatomy.phantom.herniating import Material
from kambin.anatomy.phantom.scene import Scene
from kambin.anatomy.phantom.solids import rows_of
from kambin.anatomy.phantom.values import TruthValue, volume_of
from kambin.anatomy.phantom.vertebra import structure_of
from kambin.case.words import Side

__all__ = ["herniation_values", "sac_values"]

Floats = NDArray[np.float64]
RAYS = 360
# samples of a herniation for widths and distances
SAMPLE_MM = 0.25


def sac_values(scene: Scene, plates: Plates) -> Iterator[TruthValue]:
    """Area and depth of the sac in the plane across the canal's line at each disc."""
    from kambin.anatomy.phantom.kernels import first_entry

    rings = rings_of(scene)
    rows, bounds = rows_of(scene.sac.solids())
    for level in scene.column.levels:
        frame = canal_frame_at(scene, rings, level)
        middle = _sac_point(scene, disc_frame(scene, plates, level), scene.disc_centres[level])
        near = rows[(bounds[:, 2] < middle[2] + 25.0) & (bounds[:, 5] > middle[2] - 25.0)]
        angles = np.arange(RAYS) * 2 * np.pi / RAYS
        spokes = np.stack([np.cos(angles), np.sin(angles)], axis=1) @ frame[:2]
        # the sac is convex about its middle: from far outside inwards, the first entry is its border
        lengths = 24.0 - first_entry(near, middle + 24.0 * spokes, -spokes, 24.0, 0.5)
        area = 0.5 * float(np.sin(2 * np.pi / RAYS)) * float(lengths @ np.roll(lengths, 1))
        yield TruthValue("sac_area", area, "mm2", level)
        yield TruthValue("sac_depth", float(lengths[RAYS // 4] + lengths[3 * RAYS // 4]), "mm", level)


def _sac_point(scene: Scene, frame: Floats, centre: Floats) -> Floats:
    """Where the sac's middle line passes the plane of a disc."""
    points = np.column_stack([scene.sac.middle, scene.sac.z])
    away = (points - centre) @ frame[2]
    at = int(np.flatnonzero((away[:-1] < 0) != (away[1:] < 0))[0])
    share = away[at] / (away[at] - away[at + 1])
    found: Floats = points[at] + share * (points[at + 1] - points[at])
    return found


def herniation_values(scene: Scene, plates: Plates) -> Iterator[TruthValue]:
    """Measures of every herniation; level and side are those of the herniation."""
    rings = rings_of(scene)
    for material in scene.herniations:
        what = material.what
        side = None if what.side == "midline" else Side(what.side)
        for name, value, unit in _measures(scene, plates, rings, material):
            yield TruthValue(name, value, unit, what.level, side)


def _measures(
    scene: Scene, plates: Plates, rings: Mapping[str, Ring], material: Material
) -> Iterator[tuple[str, float, str]]:
    level = material.what.level
    upper, lower = scene.column.pair(level)
    frame = disc_frame(scene, plates, level)
    hidden = [
        *scene.solids(f"disc_{level}"),
        *scene.solids(structure_of(upper.name)),
        *scene.solids(structure_of(lower.name)),
    ]
    solids = list(material.solids)
    yield "herniation_volume", volume_of(solids, hidden)[0] / 1000.0, "mL"
    points = _inside(scene, material, frame)
    origin = scene.disc_centres[level]
    corners = np.array([upper.corner(superior=False), lower.corner(superior=True)])
    local, edges = (points - origin) @ frame.T, (corners - origin) @ frame.T
    slope = (edges[0, 1] - edges[1, 1]) / (edges[0, 2] - edges[1, 2])
    behind = local[:, 1] - (edges[1, 1] + slope * (local[:, 2] - edges[1, 2]))
    above, below = plates[upper.name, False], plates[lower.name, True]
    up = (points - above.centre) @ above.normal
    down = (points - below.centre) @ below.normal
    space = (up < 0) & (down > 0)
    begins = max(float(behind[space].min()), 0.0) if space.any() else 0.0
    at_base = space & (behind >= begins) & (behind <= begins + 0.8)
    yield "herniation_base", _width(local, at_base), "mm"
    yield "herniation_dome", _width(local, behind > begins), "mm"
    yield "herniation_projection", max(float(behind.max()), 0.0), "mm"
    high, low = float(up.max()), float(down.min())
    yield "herniation_migration", high if high > max(-low, 0.0) else min(low, 0.0), "mm"
    yield "canal_compromise_percent", _compromise(scene, rings, material, points), "%"
    yield "herniation_to_root", _to_roots(scene, material, points), "mm"
    yield "herniation_to_sac", _to_sac(scene, points), "mm"
    yield "calcified_percent", 100.0 if material.what.calcified else 0.0, "%"


def _inside(scene: Scene, material: Material, frame: Floats) -> Floats:
    """A dense lattice of the material outside bone and disc, in the model's frame."""
    from kambin.anatomy.phantom.kernels import inside

    rows, bounds = rows_of(material.solids)
    middle = (bounds[:, :3].min(axis=0) + bounds[:, 3:].max(axis=0)) / 2
    reach = float(np.linalg.norm(bounds[:, 3:].max(axis=0) - bounds[:, :3].min(axis=0))) / 2
    steps = np.arange(-reach, reach, SAMPLE_MM)
    lattice = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    points = np.ascontiguousarray(middle + lattice @ frame)
    points = points[inside(rows, points)]
    upper, lower = material.what.level.split("-")
    hidden, _ = rows_of(
        [
            *scene.solids(f"disc_{material.what.level}"),
            *scene.solids(structure_of(upper)),
            *scene.solids(structure_of(lower)),
        ]
    )
    return np.asarray(points[~inside(hidden, points)], dtype=np.float64)


def _width(local: Floats, where: NDArray[np.bool_]) -> float:
    """Greatest extent along left of the points in thin sections across posterior and cranial."""
    if not where.any():
        return 0.0
    chosen = local[where]
    keys = np.round(chosen[:, 1:] / SAMPLE_MM).astype(np.int64)
    order = np.lexsort((chosen[:, 0], keys[:, 1], keys[:, 0]))
    keys, x = keys[order], chosen[order, 0]
    starts = np.flatnonzero(np.r_[True, (np.diff(keys, axis=0) != 0).any(axis=1)])
    stops = np.r_[starts[1:], len(x)] - 1
    return float((x[stops] - x[starts]).max()) + SAMPLE_MM


def _compromise(scene: Scene, rings: Mapping[str, Ring], material: Material, points: Floats) -> float:
    """Share of the canal's area that the greatest section across its line fills, per cent."""
    upper, lower = material.what.level.split("-")
    frame = canal_frame_at(scene, rings, material.what.level)
    near = [rings[name] for name in (upper, lower) if name in rings]
    area = float(np.mean([ring.area for ring in near]))
    half = float(np.mean([ring.width for ring in near])) / 2
    middle = np.mean([ring.centre for ring in near], axis=0)
    local = (points - middle) @ frame.T
    inside = local[np.abs(local[:, 0]) <= half]
    if not len(inside):
        return 0.0
    sections = np.bincount(np.round((inside[:, 2] - inside[:, 2].min()) / SAMPLE_MM).astype(np.int64))
    return 100.0 * float(sections.max()) * SAMPLE_MM**2 / area


def _to_roots(scene: Scene, material: Material, points: Floats) -> float:
    """Least distance to the exiting and the traversing root's surface; negative inside."""
    upper, lower = material.what.level.split("-")
    sides = ("left", "right") if material.what.side == "midline" else (material.what.side,)
    least = np.inf
    for nerve in scene.nerves:
        if nerve.name not in (upper, lower) or nerve.side not in sides:
            continue
        for first, second, r0, r1 in zip(
            nerve.points[:-1], nerve.points[1:], nerve.radii[:-1], nerve.radii[1:], strict=True
        ):
            along = second - first
            share = np.clip(((points - first) @ along) / float(along @ along), 0.0, 1.0)
            gap = np.linalg.norm(points - first - share[:, None] * along, axis=1) - (r0 + share * (r1 - r0))
            least = min(least, float(gap.min()))
    return float(least)


def _to_sac(scene: Scene, points: Floats) -> float:
    """Least distance to the sac's surface; negative where they overlap, then the greatest depth."""
    from scipy.spatial import cKDTree

    from kambin.anatomy.phantom.kernels import inside

    sac = scene.sac
    z = np.arange(points[:, 2].min() - 20.0, points[:, 2].max() + 20.0, 0.3)
    angles = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    shell = []
    for height in z[(z > sac.z[0]) & (z < sac.z[-1])]:
        middle, half = sac.at(float(height))
        shell.append(np.column_stack([middle + circle * half, np.full(len(circle), height)]))
    if not shell:
        return float("nan")
    distance, _ = cKDTree(np.concatenate(shell)).query(points)
    within = inside(rows_of(sac.solids())[0], points)
    return -float(distance[within].max()) if within.any() else float(distance.min())

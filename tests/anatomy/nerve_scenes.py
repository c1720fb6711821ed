"""Analytic solids in turned grids, and phantoms measured once, for the tests of nerves and soft tissue."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kambin.anatomy import frames
from kambin.anatomy.assembly import Assembly, assemble
from kambin.anatomy.column import measure_column
from kambin.anatomy.geometry import Disc, Endplate
from kambin.anatomy.masks import region_of_mask
from kambin.anatomy.neural import Neural, find_neural
from kambin.anatomy.phantom import Phantom, PhantomScan
from kambin.anatomy.reading import LabelMap, label_map_of
from kambin.anatomy.regions import Region
from kambin.anatomy.volume import Volume

# what lies beside the spine: painting it costs more than all the rest
BESIDE = ("skin", "organs", "vessels", "muscles")
TURN = Rotation.from_euler("xyz", [17, -23, 31], degrees=True).as_matrix()


def painted(
    solid: Callable[[np.ndarray], np.ndarray], reach: float, voxel: float, turn: np.ndarray = TURN
) -> Region:
    """A solid about the origin, given as a function of LPS points, on a turned grid."""
    steps = np.arange(-reach, reach + voxel, voxel)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    mask = solid(grid @ turn.T)
    affine = np.eye(4)
    affine[:3, :3] = turn * voxel
    affine[:3, 3] = turn @ np.full(3, -reach)
    found = region_of_mask("solid", Volume(mask.astype(np.uint8), affine), mask)
    assert found is not None
    return found


def box(low: Any, high: Any) -> Callable[[np.ndarray], np.ndarray]:
    return lambda points: ((points >= np.array(low)) & (points <= np.array(high))).all(axis=-1)


def ellipsoid(centre: Any, semi: Any) -> Callable[[np.ndarray], np.ndarray]:
    return lambda points: (((points - np.array(centre)) / np.array(semi)) ** 2).sum(axis=-1) <= 1


def disc_at_origin(
    height: float = 10.0, depth: float = 36.0, width: float = 50.0
) -> tuple[Disc, Endplate, Endplate]:
    """A disc between two flat endplates, its middle at the origin."""
    frame = np.eye(3)
    disc = Disc(
        "L4-L5", np.zeros(3), frame, depth, width, np.array([0.0, depth / 2, 0.0]), None, "derived", 1.0
    )
    upper, lower = (
        Endplate(np.array([0.0, 0.0, z]), np.array([0.0, 0.0, 1.0]), 0.0, depth, width)
        for z in (height / 2, -height / 2)
    )
    return disc, upper, lower


def view_of(phantom: Phantom) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """A field of view about the bones, without the organs."""
    bones = list(phantom.scene.column.bones.values())
    return (-58.0, -45.0, bones[-1].at[2, 3] - 45.0), (58.0, 75.0, bones[0].at[2, 3] + 34.0)


def turned(seed: int) -> np.ndarray:
    pose = np.eye(4)
    rng = np.random.default_rng(seed)
    pose[:3, :3] = Rotation.from_euler("xyz", rng.uniform(-12, 12, 3), degrees=True).as_matrix()
    pose[:3, 3] = rng.uniform(-100, 100, 3)
    return pose


def scan_of(
    phantom: Phantom, voxel: float, missing: tuple[str, ...] = (), pose: np.ndarray | None = None
) -> PhantomScan:
    return phantom.scan(voxel, missing=(*missing, *BESIDE), view=view_of(phantom), lps_from_phantom=pose)


def bones_of_scan(labels: LabelMap) -> Assembly:
    return assemble(measure_column(labels), labels)


def neural_of(labels: LabelMap, built: Assembly, **more: Any) -> Neural:
    discs = {level: found.disc for level, found in built.discs.items()}
    return find_neural(labels, built.shapes, built.parts, discs, built.canal, **more)


@cache
def measured(
    seed: int | None, voxel: float, missing: tuple[str, ...] = (), pose: int | None = None, **knobs: Any
):
    """A phantom's scan, its labels and bones, and everything neural; measured once per run."""
    scan = scan_of(Phantom(seed, **knobs), voxel, missing, None if pose is None else turned(pose))
    labels = label_map_of(scan.labels, scan.convention)
    built = bones_of_scan(labels)
    return scan, labels, built, neural_of(labels, built)


def angle_deg(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(frames.unit(one) @ frames.unit(other), -1.0, 1.0))))

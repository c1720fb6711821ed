"""The nerves of one access as obstacles: given ones by their voxels, derived ones as uncertain tubes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.catalogue import setting
from kambin.access.fields import distance_field, section_field, tube_field
from kambin.access.grid import Roi
from kambin.access.local import Local
from kambin.access.scene import Obstacle
from kambin.access.settings import search_settings
from kambin.anatomy import frames
from kambin.anatomy.geometry import Root, Sac, SpineModel
from kambin.case.words import LEVELS, Level, exiting_root, traversing_root

__all__ = ["nerves_of", "root_of", "root_sd_mm", "sd_with_border"]

Floats: TypeAlias = NDArray[np.float64]


def root_of(model: SpineModel, name: str, local: Local) -> Root | None:
    """The root of this name on the side of the access."""
    return next((one for one in model.roots if one.name == name and one.side is local.side), None)


def nerves_of(
    model: SpineModel, local: Local, level: Level, roi: Roi
) -> tuple[tuple[Obstacle, ...], tuple[str, ...]]:
    """Exiting and traversing root, the root above, and the sac; and which of them are not known.

    A derived nerve's uncertainty is taken where it comes nearest to the disc, whichever approaches are
    planned.
    """
    wanted = {f"exiting root {exiting_root(level)}": exiting_root(level).value}
    above = LEVELS.index(level)
    if above > 0:
        upper = exiting_root(LEVELS[above - 1])
        wanted[f"root {upper}"] = upper.value
    wanted[f"traversing root {traversing_root(level)}"] = traversing_root(level).value
    made, absent = [], []
    for name, root_name in wanted.items():
        root = root_of(model, root_name, local)
        if root is not None:
            made.append(_nerve(name, root, local, roi))
        elif not name.startswith("root"):
            absent.append(name)
    if model.sac is None:
        absent.append("dural sac")
    else:
        made.append(_sac(model.sac, roi, local))
    return tuple(made), tuple(absent)


def _nerve(name: str, root: Root, local: Local, roi: Roi) -> Obstacle:
    if root.region is not None and root.how == "given":
        part = root.region
        affine = np.array(part.volume.lps_from_voxel)
        affine[:3, 3] = frames.apply(affine, part.origin)
        field = distance_field(part.mask, affine, roi, cap_mm=search_settings().nerve_cap_mm)
    else:
        field = tube_field(root.points_lps, root.radius_mm, roi)
    return Obstacle(
        name, "nerve", local.side, field, _demanded(), root_sd_mm(root, local.origin_lps), root.how
    )


def _sac(sac: Sac, roi: Roi, local: Local) -> Obstacle:
    if sac.region is not None and sac.how == "given":
        part = sac.region
        affine = np.array(part.volume.lps_from_voxel)
        affine[:3, 3] = frames.apply(affine, part.origin)
        field = distance_field(part.mask, affine, roi, cap_mm=search_settings().nerve_cap_mm)
    else:
        shape = (sac.points_lps, sac.frames, sac.half_width_mm, sac.half_depth_mm)
        field = section_field(*shape, roi)
    nearest = int(np.argmin(np.linalg.norm(sac.points_lps - local.origin_lps, axis=1)))
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


def sd_with_border(own_mm: float) -> float:
    """A nerve's own standard deviation, and that of drawing its border, in squares."""
    return float(np.hypot(own_mm, float(setting("given_nerve_sd_mm").value)))


def _demanded() -> float:
    return float(setting("demanded_nerve_mm").value)

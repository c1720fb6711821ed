"""The vertebral body, separated from the arch behind it.

The middle of a whole vertebra lies 7 to 13 mm behind the middle of its body, so it says little about the
disc. The body is found in three steps that need no orientation of the grid:

1. the *core*: the vertebra's thickest place (largest distance to its surface) lies in the body;
2. *back*: from the cores to the middles of the whole bones, over all vertebrae together;
3. the *wall*: in a strip 10 mm wide about the midline, body, canal and arch lie one behind the other; going
   back from the core, the body ends where the bone's section drops below a quarter of the body's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.regions import Region
from kambin.anatomy.settings import MIDLINE_MM, MIN_ARCH_MM, WALL_SHARE

__all__ = ["back_direction", "body_centre", "core", "tangents"]

Floats = NDArray[np.float64]

# Grid on which the core is looked for: it is a place in the middle of a 30 mm body, not a measurement.
CORE_GRID_MM = 2.0
# The core is the mean of all places at least this deep, as a share of the deepest.
CORE_SHARE = 0.8
# Bodies are at most 42 mm deep (clouthier2023), so the wall lies at most 21 mm behind the middle; the core
# may lie somewhat off it. On real maps the wall lies 18 to 22 mm behind the core.
MAX_WALL_MM = 30.0
# How far before and behind the core the section is looked at; vertebrae are at most 110 mm deep.
PROFILE_MM = 80.0


def core(bone: Region) -> Floats:
    """The thickest place of a vertebra, LPS mm, shape (3,)."""
    from scipy import ndimage

    spacing = frames.spacing_mm(bone.volume.lps_from_voxel)
    steps = np.maximum(np.floor(CORE_GRID_MM / spacing), 1).astype(int)
    coarse = np.pad(bone.mask[:: steps[0], :: steps[1], :: steps[2]], 1)
    depth = ndimage.distance_transform_edt(coarse, sampling=spacing * steps)
    deep = np.argwhere(depth >= CORE_SHARE * depth.max()).mean(axis=0)
    return frames.apply(bone.volume.lps_from_voxel, (deep - 1) * steps + bone.origin)


def back_direction(bones: Sequence[Region], cores: Sequence[Floats], cranial: Floats) -> Floats | None:
    """Direction towards the patient's back, from the bones alone; LPS unit vector, shape (3,).

    Returns
    -------
    ndarray or None
        None where the map holds bodies without arches, which do not tell front from back.
    """
    behind = np.mean([bone.centre_lps() - core for bone, core in zip(bones, cores, strict=True)], axis=0)
    across = behind - cranial * float(behind @ cranial)
    return frames.unit(across) if float(np.linalg.norm(across)) >= MIN_ARCH_MM else None


def tangents(cores: Mapping[str, Floats]) -> dict[str, Floats]:
    """Direction of the spine at each vertebra, towards the head, from its neighbours' cores.

    `cores` is ordered from the head down and holds at least two.
    """
    names = list(cores)
    places = np.array([cores[name] for name in names])
    return {
        name: frames.unit(places[max(index - 1, 0)] - places[min(index + 1, len(names) - 1)])
        for index, name in enumerate(names)
    }


def body_centre(bone: Region, core_lps: Floats, tangent: Floats, back: Floats) -> Floats | None:
    """Middle of the vertebral body, LPS mm, shape (3,).

    Parameters
    ----------
    bone : Region
        The whole vertebra.
    core_lps : ndarray, shape (3,)
        Its core.
    tangent, back : ndarray, shape (3,)
        Directions towards the head along the spine, and towards the back.

    Returns
    -------
    ndarray or None
        None where the section does not drop within reach: no canal separates body and arch.
    """
    frame = frames.spine_frame(tangent, back)
    points = bone.points_lps()
    local = (points - core_lps) @ frame.T
    width = float(frames.spacing_mm(bone.volume.lps_from_voxel).max())
    strip = local[np.abs(local[:, 0]) < max(MIDLINE_MM, width), 1]
    edges = np.arange(-PROFILE_MM, PROFILE_MM + width, width)
    section, _ = np.histogram(strip, bins=edges)
    middle = int(np.searchsorted(edges, 0.0)) - 1
    front = max(middle - int(10 / width), 0)
    limit = WALL_SHARE * float(np.median(section[front : middle + 1]))
    thin = np.flatnonzero(section[middle:] <= limit)
    wall = edges[middle + int(thin[0])] if len(thin) else PROFILE_MM
    if limit <= 0 or wall > MAX_WALL_MM:
        return None
    centre: Floats = points[local[:, 1] < wall].mean(axis=0)
    return centre

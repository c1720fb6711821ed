"""Where the vertebral bodies are, and which way is back, before anything is measured.

The middle of a whole vertebra lies 7 to 13 mm behind the middle of its body, so it says little about the
disc. The body is looked for in three steps that need no orientation of the grid:

1. the *core*: the vertebra's thickest place (largest distance to its surface) lies in the body;
2. *back*: from the cores to the middles of the whole bones, over all vertebrae together;
3. *along the spine*: from one core to the next.

From there `vertebrae` measures each body in its own frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.regions import Region
from kambin.anatomy.settings import MIN_ARCH_MM

__all__ = ["back_direction", "core", "tangents"]

Floats = NDArray[np.float64]

# Grid on which the core is looked for: it is a place in the middle of a 30 mm body, not a measurement.
CORE_GRID_MM = 2.0
# The core is the mean of all places at least this deep, as a share of the deepest.
CORE_SHARE = 0.8


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

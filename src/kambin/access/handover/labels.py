"""Corridor and reamed bone as a label map on the grid of the map that was read."""

from __future__ import annotations

import numpy as np

from kambin.access.handover.content import Content
from kambin.anatomy.volume import Volume

__all__ = ["CORRIDOR", "REAMED", "corridor_labels", "nifti_labels"]

CORRIDOR, REAMED = 1, 2


def corridor_labels(content: Content) -> Volume:
    """Voxels: 1 the corridor, 2 bone that is reamed (also where the corridor passes it)."""
    array = np.zeros(content.shape, dtype=np.uint8)
    for patch, value in ((content.corridor, CORRIDOR), (content.reamed, REAMED)):
        if patch.mask.any():
            array[patch.box][patch.mask] = value
    return Volume(array, content.lps_from_voxel)


def nifti_labels(content: Content) -> bytes:
    """The same as a packed NIfTI file with its names; oblique and sheared grids are kept whole."""
    from kambin.anatomy.phantom.writing import nifti_bytes

    names = {CORRIDOR: content.corridor.key.replace("-", "_"), REAMED: content.reamed.key.replace("-", "_")}
    return nifti_bytes(corridor_labels(content), names)

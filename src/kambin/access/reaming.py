"""How much bone a reamer takes.

Bone is counted by its sub-voxel filling (`surfaces.coverage`): each point of it stands for a volume, and is
counted in as the cylinder's wall passes over its voxel. The share so counted is continuous in the corridor,
as the search needs it, and costs about a nanosecond a point.

The cylinder ends flat at the tip: a reamer takes what it passes, and no ball ahead of where it stops. What
lies ahead of the tip is kept away from by clearances, whose capsule is rounded there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kambin.access.bound import taken
from kambin.access.scene import Removable
from kambin.errors import InputError

__all__ = ["Bone", "bone_of"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _shares(bone: Singles, rays: Floats, radius: float, edge: float, out: Floats) -> None:
    shape = np.zeros(5)
    shape[0] = 1.0
    for n in range(len(rays)):
        shape[3] = rays[n, 6]
        out[n] = taken(bone, 0, bone.shape[1], rays[n], shape, radius, edge)


@dataclass(frozen=True, slots=True, eq=False)
class Bone:
    """A bone laid out for counting.

    Attributes
    ----------
    columns : ndarray of float32, shape (4, n)
        x, y, z in LPS mm, and the share that the point stands for.
    volume_mm3 : float
        Of the whole bone.
    edge_mm : float
    """

    columns: Singles
    volume_mm3: float
    edge_mm: float

    def shares(self, rays: Floats, radius_mm: float) -> Floats:
        """Share of the bone that a cylinder around each ray takes, 0 to 1.

        Parameters
        ----------
        rays : ndarray, shape (n, 7)
            Tip, unit direction from tip to entry, and length; the cylinder ends flat at both ends.
        radius_mm : float
        """
        out = np.empty(len(rays))
        _shares(self.columns, np.ascontiguousarray(rays, dtype=np.float64), radius_mm, self.edge_mm, out)
        return out

    def volumes_mm3(self, rays: Floats, radius_mm: float) -> Floats:
        """The same as a volume."""
        return self.volume_mm3 * self.shares(rays, radius_mm)


def bone_of(removable: Removable) -> Bone:
    """Lay out a removable bone.

    Raises
    ------
    InputError
        It has no points.
    """
    volume = float(np.sum(removable.volumes_mm3))
    if not volume > 0:
        raise InputError(f"{removable.name} has no volume, so no share of it can be counted")
    columns = np.concatenate([removable.points_lps.T, removable.volumes_mm3[None] / volume])
    return Bone(np.ascontiguousarray(columns, dtype=np.float32), volume, removable.edge_mm)

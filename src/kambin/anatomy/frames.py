"""Frames: the only place where one coordinate system becomes another.

*LPS* is the patient's frame of DICOM, in millimetres: x grows to the patient's left, y to the back
(posterior), z to the head. *RAS*, the frame of NIfTI, differs from it in the signs of x and y. *voxel* counts
whole voxels; the centre of the first voxel is (0, 0, 0). A transform reads `to_from`: `lps_from_voxel @
voxel` is LPS. The *spine frame* has the rows left, posterior, cranial, fixed to the bone and not to the
scanner.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "RAS_LPS_FLIP",
    "apply",
    "as_point",
    "lps_from_ras_affine",
    "spacing_mm",
    "spine_frame",
    "unit",
    "voxel_volume_mm3",
]

Floats = NDArray[np.float64]

RAS_LPS_FLIP: Floats = np.diag([-1.0, -1.0, 1.0, 1.0])
RAS_LPS_FLIP.setflags(write=False)


def lps_from_ras_affine(ras_from_voxel: Floats) -> Floats:
    """Turn the affine of a NIfTI file, shape (4, 4), into `lps_from_voxel`; the same flip turns it back."""
    flipped: Floats = RAS_LPS_FLIP @ np.asarray(ras_from_voxel, dtype=np.float64)
    return flipped


def apply(transform: Floats, points: NDArray[np.floating[Any]] | NDArray[np.integer[Any]]) -> Floats:
    """Apply a (4, 4) transform to points of shape (..., 3)."""
    moved: Floats = np.asarray(points, dtype=np.float64) @ transform[:3, :3].T + transform[:3, 3]
    return moved


def spacing_mm(lps_from_voxel: Floats) -> Floats:
    """Distance between neighbouring voxel centres along each voxel axis, mm, shape (3,)."""
    lengths: Floats = np.linalg.norm(lps_from_voxel[:3, :3], axis=0)
    return lengths


def voxel_volume_mm3(lps_from_voxel: Floats) -> float:
    """Volume of one voxel, mm³; right for sheared grids too."""
    return float(abs(np.linalg.det(lps_from_voxel[:3, :3])))


def unit(vector: Floats) -> Floats:
    """The vector at length one.

    Raises
    ------
    ValueError
        The vector has no length.
    """
    length = float(np.linalg.norm(vector))
    if not length > 0:
        raise ValueError("a vector without length has no direction")
    return np.asarray(vector / length, dtype=np.float64)


def spine_frame(cranial: Floats, posterior: Floats) -> Floats:
    """Right-handed frame with the rows left, posterior, cranial, shape (3, 3).

    `cranial` is kept; `posterior` is made perpendicular to it. In LPS left × posterior = cranial, so a frame
    built from bone alone says where the patient's left is, whatever the header says.
    """
    up = unit(cranial)
    back = unit(posterior - up * float(posterior @ up))
    return np.stack([np.cross(back, up), back, up])


def as_point(vector: Floats) -> tuple[float, float, float]:
    """Three plain floats, for documents."""
    return float(vector[0]), float(vector[1]), float(vector[2])

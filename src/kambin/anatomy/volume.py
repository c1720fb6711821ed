"""A volume: voxels and where they lie in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import DEFAULT_LIMITS, MAX_SPACING_MM, MIN_ORTHOGONALITY, MIN_SPACING_MM

__all__ = ["Volume", "check_affine"]


def check_affine(lps_from_voxel: NDArray[np.float64]) -> None:
    """Refuse an affine that can not be a scanner's.

    Parameters
    ----------
    lps_from_voxel : ndarray, shape (4, 4)

    Raises
    ------
    ScanRefused
        Not finite, not affine, spacing outside 0.1 to 10 mm, or axes nearly in one plane.
    """
    if lps_from_voxel.shape != (4, 4) or not np.isfinite(lps_from_voxel).all():
        raise ScanRefused(Reason.BAD_AFFINE, "the affine holds values that are not finite numbers")
    if not np.array_equal(lps_from_voxel[3], [0, 0, 0, 1]):
        raise ScanRefused(Reason.BAD_AFFINE, "the affine's last row is not 0 0 0 1")
    with np.errstate(over="ignore"):  # what overflows is infinite, and refused
        spacing = frames.spacing_mm(lps_from_voxel)
    if spacing.min() < MIN_SPACING_MM or spacing.max() > MAX_SPACING_MM:
        raise ScanRefused(
            Reason.BAD_SPACING,
            "voxel spacing is " + " × ".join(f"{step:.4g}" for step in spacing) + " mm",
            expected=f"{MIN_SPACING_MM} to {MAX_SPACING_MM:g} mm along each axis",
        )
    if frames.voxel_volume_mm3(lps_from_voxel) < MIN_ORTHOGONALITY * float(np.prod(spacing)):
        raise ScanRefused(Reason.BAD_AFFINE, "the voxel axes lie nearly in one plane")


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """Voxels with their place in the patient; valid from construction on, and read-only.

    Attributes
    ----------
    array : ndarray, shape (i, j, k)
        The voxels.
    lps_from_voxel : ndarray, shape (4, 4)
        Takes a voxel index to LPS millimetres; oblique and sheared grids are kept whole.

    Raises
    ------
    ScanRefused
        Not three-dimensional, empty, more voxels than the limit, or an affine that can not be a scanner's.
    """

    array: NDArray[Any]
    lps_from_voxel: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.array.ndim != 3 or self.array.size == 0:
            raise ScanRefused(Reason.NOT_3D, f"the volume has the shape {self.array.shape}")
        if self.array.size > DEFAULT_LIMITS.max_voxels:
            raise ScanRefused(Reason.TOO_LARGE, f"the volume has {self.array.size:,} voxels")
        affine = np.array(self.lps_from_voxel, dtype=np.float64)
        check_affine(affine)
        affine.setflags(write=False)
        voxels = self.array.view()
        voxels.setflags(write=False)
        object.__setattr__(self, "array", voxels)
        object.__setattr__(self, "lps_from_voxel", affine)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between voxel centres along each voxel axis, mm."""
        return frames.as_point(frames.spacing_mm(self.lps_from_voxel))

    @property
    def voxel_ml(self) -> float:
        """Volume of one voxel, ml."""
        return frames.voxel_volume_mm3(self.lps_from_voxel) / 1000.0

"""How the vertebrae stand to each other and to the pelvis: lordosis, slip, crest against the L5 pedicle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.arch import Pedicle
from kambin.anatomy.axis import LumbarAxis
from kambin.anatomy.geometry import Endplate, VertebraShape
from kambin.anatomy.model import CrestHeight
from kambin.anatomy.planes import rear_corner

__all__ = ["PedicleCrest", "crest_above_pedicle", "lordosis_deg", "slip_mm"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PedicleCrest:
    """Height of a crest above the middle of a pedicle along the lumbar axis.

    Attributes
    ----------
    height_mm, uncertainty_mm : float
    """

    height_mm: float
    uncertainty_mm: float


def lordosis_deg(upper: Endplate, lower: Endplate, axis: LumbarAxis) -> float:
    """Angle between two endplates in the sagittal plane of the lumbar axis; positive for lordosis."""
    leans = [
        float(np.arctan2(plate.normal_lps @ axis.frame[1], plate.normal_lps @ axis.frame[2]))
        for plate in (upper, lower)
    ]
    return float(np.degrees(leans[0] - leans[1]))


def slip_mm(upper: VertebraShape, lower: VertebraShape) -> float | None:
    """Forward shift of the upper body on the lower one, along the lower one's superior endplate."""
    if upper.inferior is None or lower.superior is None:
        return None
    back = lower.frame[1] - lower.superior.normal_lps * float(lower.frame[1] @ lower.superior.normal_lps)
    apart = rear_corner(upper.inferior, upper.frame) - rear_corner(lower.superior, lower.frame)
    return -float(apart @ back) / float(np.linalg.norm(back))


def crest_above_pedicle(
    crest: CrestHeight, pedicle: Pedicle, axis: LumbarAxis, voxel_mm: float
) -> PedicleCrest:
    """Height of a crest's top above the middle of a pedicle.

    Parameters
    ----------
    crest : CrestHeight
    pedicle : Pedicle
        Of the same side.
    axis : LumbarAxis
    voxel_mm : float
        Largest voxel spacing.
    """
    offset = axis.frame @ (np.array(crest.top_lps) - pedicle.centre_lps)
    parts = (voxel_mm / 2, voxel_mm / 4, offset[0] * axis.coronal_sd_rad, offset[1] * axis.sagittal_sd_rad)
    return PedicleCrest(float(offset[2]), 2.0 * float(np.linalg.norm(parts)))

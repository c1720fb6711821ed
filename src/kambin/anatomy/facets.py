"""The facet joints: the angle of each joint face to the sagittal plane.

The joint face of a superior articular process is where it looks at the inferior articular process of the
vertebra above: those voxels of the one that are nearest to a voxel of the other across the joint. Seen along
the spine they make a line, whose direction is the chord's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.geometry import Disc, Part, PartMap
from kambin.anatomy.volume import Volume
from kambin.case.words import Side

__all__ = ["FacetAngle", "facet_angle"]

Floats = NDArray[np.float64]

# Cartilage and joint space are 2 to 4 mm wide; the voxel's own width comes on top.
JOINT_MM = 5.0
# A face seen in fewer voxels tells no direction.
LEAST_VOXELS = 8
SUPERIOR = {Side.LEFT: Part.SUPERIOR_ARTICULAR_LEFT, Side.RIGHT: Part.SUPERIOR_ARTICULAR_RIGHT}
INFERIOR = {Side.LEFT: Part.INFERIOR_ARTICULAR_LEFT, Side.RIGHT: Part.INFERIOR_ARTICULAR_RIGHT}


@dataclass(frozen=True, slots=True, eq=False)
class FacetAngle:
    """The angle of one joint face.

    Attributes
    ----------
    angle_deg : float
        Of its chord to the sagittal plane, 0 to 90.
    sd_deg : float
        From the scatter of the voxels about the chord.
    centre_lps : ndarray, shape (3,)
        Middle of the joint face.
    """

    angle_deg: float
    sd_deg: float
    centre_lps: Floats


def facet_angle(side: Side, upper: PartMap, lower: PartMap, disc: Disc, volume: Volume) -> FacetAngle | None:
    """Measure one joint; None where no joint face is seen.

    Parameters
    ----------
    side : Side
    upper, lower : PartMap
        Of the vertebra above, whose inferior process makes the joint, and of that below.
    disc : Disc
        Its frame gives the axial and the sagittal plane.
    volume : Volume
    """
    from scipy.spatial import cKDTree

    above, below = _places(upper, INFERIOR[side], volume), _places(lower, SUPERIOR[side], volume)
    if len(above) < LEAST_VOXELS or len(below) < LEAST_VOXELS:
        return None
    reach = JOINT_MM + max(volume.spacing_mm)
    distance, nearest = cKDTree(below).query(above, distance_upper_bound=reach)
    # of each voxel of the face, the nearest of the other face: the layer that looks at the joint
    face = below[np.unique(nearest[np.isfinite(distance)])]
    if len(face) < LEAST_VOXELS:
        return None
    flat = (face - disc.centre_lps) @ disc.frame[:2].T
    middle = flat.mean(axis=0)
    spread, ways = np.linalg.eigh(np.cov((flat - middle).T))
    chord = ways[:, 1]
    voxel = max(volume.spacing_mm)
    length = float(np.sqrt(12.0 * spread[1]))
    sd = float(np.degrees(np.arctan2(max(float(np.sqrt(spread[0])), voxel / 2) * 2.0, max(length, voxel))))
    angle = float(np.degrees(np.arctan2(abs(chord[0]), abs(chord[1]))))
    return FacetAngle(angle, sd / float(np.sqrt(max(len(face) / 10.0, 1.0))) + 1.0, face.mean(axis=0))


def _places(parts: PartMap, part: Part, volume: Volume) -> Floats:
    origin = np.array([piece.start for piece in parts.box])
    return frames.apply(volume.lps_from_voxel, np.argwhere(parts.codes == part) + origin)

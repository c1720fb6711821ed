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
LEAST_VOXELS = 6
# A pair of voxels looks across the joint if it is not steeper than this (sine of its angle to the disc's
# plane), and not farther apart than this many times the usual pair.
TILTED, FAR = 0.6, 1.6
# Lengths along left, posterior and cranial are told apart by so little, to settle ties.
UNEVEN = np.array([1.0, 1.0007, 1.0013])
# However many voxels there are, a joint face is not flat.
LEAST_SD_DEG = 2.0
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
    above, below = _places(upper, INFERIOR[side], volume), _places(lower, SUPERIOR[side], volume)
    if len(above) < LEAST_VOXELS or len(below) < LEAST_VOXELS:
        return None
    voxel = max(volume.spacing_mm)
    pairs = _facing(above, below, disc.frame, side, JOINT_MM + voxel)
    if len(pairs) < LEAST_VOXELS:
        return None
    chord, across, length = _chord((pairs - disc.centre_lps) @ disc.frame[:2].T)
    angle = float(np.degrees(np.arctan2(abs(chord[0]), abs(chord[1]))))
    # neighbouring voxels err together: as many of them are independent as there are voxels along the chord
    spread = max(across, voxel / 4) / (length / np.sqrt(12.0)) / np.sqrt(max(length / voxel, 1.0))
    sd = float(np.hypot(np.degrees(np.arctan(spread)), LEAST_SD_DEG))
    return FacetAngle(angle, sd, pairs.mean(axis=0))


def _facing(above: Floats, below: Floats, frame: Floats, side: Side, reach: float) -> Floats:
    """Middles of the pairs of voxels that look at each other across the joint, shape (n, 3).

    Two voxels are a pair where each is the other's nearest, and the inferior process lies behind or inwards
    of the superior one: what lies above it is no joint.
    """
    from scipy.spatial import cKDTree

    # of two voxels equally far away the frame chooses, and not the order in which the map is stored
    one, other = (points @ frame.T * UNEVEN for points in (above, below))
    distance, nearest = cKDTree(other).query(one, distance_upper_bound=reach)
    _, back = cKDTree(one).query(other)
    found = np.flatnonzero(np.isfinite(distance))
    mutual = found[back[nearest[found]] == found]
    ways = above[mutual] - below[nearest[mutual]]
    inwards = -1.0 if side is Side.LEFT else 1.0
    flat = ways @ frame.T
    size = np.linalg.norm(ways, axis=1)
    good = (np.abs(flat[:, 2]) < TILTED * size) & (flat[:, 1] + inwards * flat[:, 0] > 0)
    good &= size <= FAR * np.median(size[good]) if good.any() else good
    middles: Floats = (above[mutual] + below[nearest[mutual]])[good] / 2
    return middles


def _chord(flat: Floats) -> tuple[Floats, float, float]:
    """Direction of the line through points of a plane, scatter about it, and length along it."""
    kept = np.ones(len(flat), dtype=np.bool_)
    chord, scatter = np.array([1.0, 0.0]), 0.0
    for _ in range(3):
        middle = flat[kept].mean(axis=0)
        _, ways = np.linalg.eigh(np.cov((flat[kept] - middle).T))
        chord = ways[:, 1]
        off = np.abs((flat - middle) @ ways[:, 0])
        scatter = max(1.4826 * float(np.median(off[kept])), 0.1)
        again = off < 3.0 * scatter
        if np.count_nonzero(again) < LEAST_VOXELS:
            break
        kept = again
    along = (flat[kept] - flat[kept].mean(axis=0)) @ chord
    return chord, scatter, float(np.sqrt(12.0 * along.var()))


def _places(parts: PartMap, part: Part, volume: Volume) -> Floats:
    origin = np.array([piece.start for piece in parts.box])
    return frames.apply(volume.lps_from_voxel, np.argwhere(parts.codes == part) + origin)

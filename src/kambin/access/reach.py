"""How much of the fragment forceps reach and the optic sees from the tip of the cannula.

The cannula can be levered by a few degrees about the foramen; forceps go on beyond its tip, straight; the
optic looks obliquely and is turned about its axis, so that its fields join to a cone. A point is *reached*
where the levered, prolonged cannula covers it, and *seen* where it lies in the joined cone with no bone
between it and the tip. Soft tissue is not in the way: under irrigation it is held aside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.catalogue import Instruments
from kambin.access.model import Reach

__all__ = ["BlockedBy", "reach_of"]

Floats: TypeAlias = NDArray[np.float64]
BlockedBy: TypeAlias = Callable[[Floats], NDArray[np.bool_]]
# Samples along each line of sight; at 20 mm one per half voxel of 0.8 mm.
SIGHT_SAMPLES = 48


def reach_of(
    tip_lps: Floats,
    outward_lps: Floats,
    radius_mm: float,
    pivot_mm: float,
    points_lps: Floats,
    instruments: Instruments,
    in_bone: BlockedBy,
) -> Reach:
    """Shares of the fragment that are reached and seen.

    Parameters
    ----------
    tip_lps : ndarray, shape (3,)
        End of the cannula's axis.
    outward_lps : ndarray, shape (3,)
        Unit vector from the tip to the entry.
    radius_mm : float
        Of the cannula.
    pivot_mm : float
        Distance from the tip to the foramen, about which the cannula is levered.
    points_lps : ndarray, shape (n, 3)
        Of the fragment.
    instruments : Instruments
    in_bone : callable
        Takes LPS points, shape (n, 3), and tells which lie in bone that stays.

    Returns
    -------
    Reach
    """
    optic = instruments.endoscope
    cone = float(optic.view_angle_deg.value) + float(optic.field_deg.value) / 2 + instruments.lever_deg
    beyond = points_lps - tip_lps
    pivot = tip_lps + outward_lps * pivot_mm
    lever = np.radians(instruments.lever_deg)
    depth = -(points_lps - pivot) @ outward_lps
    distance = np.maximum(np.linalg.norm(points_lps - pivot, axis=1), 1e-9)
    angle = np.arccos(np.clip(depth / distance, -1.0, 1.0))
    wide = np.arcsin(np.clip(radius_mm / distance, 0.0, 1.0))
    reached = (angle <= lever + wide) & (distance <= pivot_mm + instruments.forceps_reach_mm)
    length = np.linalg.norm(beyond, axis=1)
    off_axis = np.degrees(np.arccos(np.clip(-(beyond @ outward_lps) / np.maximum(length, 1e-9), -1.0, 1.0)))
    # what lies within the cannula's own mouth is before the lens whatever its angle
    seen = (off_axis <= cone) | (length <= radius_mm)
    share = np.linspace(0.1, 0.95, SIGHT_SAMPLES)
    lines = tip_lps + share[:, None, None] * beyond
    hidden = in_bone(lines.reshape(-1, 3)).reshape(SIGHT_SAMPLES, len(points_lps)).any(axis=0)
    return Reach(reached=float(reached.mean()), seen=float((seen & ~hidden).mean()))

"""How much of the allowed directions the iliac bone closes, and how steep what it leaves is."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.region import LONGEST_MM
from kambin.access.scene_of import Way
from kambin.anatomy.model import Caution

__all__ = ["crest_caution"]

Floats: TypeAlias = NDArray[np.float64]
# Directions along each angle, and steps along a ray, mm.
SHEAF = 24
STEP_MM = 2.0
# A smaller share is not told.
TOLD = 0.1


def crest_caution(way: Way, radius_mm: float) -> Caution | None:
    """Tell what the iliac bone leaves of the directions that the approach allows.

    Parameters
    ----------
    way : Way
    radius_mm : float
        Of the cannula; the tip stands in the middle of its range.

    Returns
    -------
    Caution or None
        None where the bone closes next to nothing, or is not in the map.
    """
    bone = next((one for one in way.scene.obstacles if one.kind == "ilium"), None)
    if bone is None:
        return None
    axial, tilt = (np.linspace(*span, SHEAF) for span in (way.cone.axial_deg, way.cone.cranial_deg))
    ways = np.array([[way.cone.direction(float(a), float(t)) for t in tilt] for a in axial])
    along = np.arange(0.0, LONGEST_MM, STEP_MM)
    points = way.patch.centre_lps + along[:, None, None, None] * ways
    room = bone.field.at(points)
    if way.scene.skin is not None:
        # beyond the skin there is no bone that matters
        room = np.where(way.scene.skin.at(points) > 0, np.inf, room)
    free = room.min(axis=0) >= radius_mm
    closed = 1.0 - float(free.mean())
    if closed < TOLD:
        return None
    if not free.any():
        text = (
            "The iliac bone closes every direction that this approach allows from the middle of its target."
        )
        return Caution("crest", text, (bone.name,))
    flattest = float(tilt[free.any(axis=0)].min())
    text = (
        f"The iliac bone closes {closed:.0%} of the directions that this approach allows; what is left is at "
        f"least {flattest:.0f}° towards the head."
    )
    return Caution("crest", text, (bone.name,))

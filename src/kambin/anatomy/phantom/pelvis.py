"""Sacrum and hip bones.

The crests are the upper ends of tilted ellipsoids, whose highest point along any direction is a closed form.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.phantom.column import Bone
from kambin.anatomy.phantom.openings import sign_of
from kambin.anatomy.phantom.solids import Placed, about_y, about_z, box, ellipsoid, moved, pose
from kambin.case.words import SIDES, Side

__all__ = ["crest_top", "hips", "sacrum"]

Floats = NDArray[np.float64]
Triple = tuple[float, float, float]
# Where the crest's top lies beside and behind the L4-L5 disc, and the wing's form and lean (mm, degrees);
# assumptions, like every form of this module
CREST_LATERAL_MM, CREST_BEHIND_MM = 92.0, 30.0
WING_SEMI = (6.0, 56.0, 68.0)
WING_TURN_DEG, WING_FLARE_DEG = 32.0, 18.0
# the rest of a hip bone: middle and semi-axes, left side; it stays far below the crest
HIP_PARTS: tuple[tuple[Triple, Triple], ...] = (
    ((76.0, -4.0, -88.0), (20.0, 30.0, 42.0)),
    ((84.0, -14.0, -124.0), (25.0, 28.0, 30.0)),
    ((68.0, 10.0, -155.0), (17.0, 20.0, 34.0)),
    ((44.0, -34.0, -138.0), (41.0, 13.0, 13.0)),
)
# the sacrum below and beside S1, in the frame of S1: middle and semi-axes
SACRUM_PARTS: tuple[tuple[Triple, Triple], ...] = (
    ((0.0, 0.0, -46.0), (28.0, 14.0, 44.0)),
    ((34.0, 4.0, -25.0), (22.0, 20.0, 15.0)),
    ((-34.0, 4.0, -25.0), (22.0, 20.0, 15.0)),
)
# roof and walls of the sacral canal behind S2 to S4: middle and half sizes
SACRAL_CANAL: tuple[tuple[Triple, Triple], ...] = (
    ((0.0, 33.0, -38.0), (17.0, 3.0, 24.0)),
    ((16.0, 22.0, -38.0), (3.0, 12.0, 24.0)),
    ((-16.0, 22.0, -38.0), (3.0, 12.0, 24.0)),
)


def sacrum(s1: Bone) -> Iterator[Placed]:
    """The sacrum without its first vertebra."""
    for middle, semi in SACRUM_PARTS:
        yield ellipsoid(moved(s1.at, middle), semi, "sacrum")
    for middle, half in SACRAL_CANAL:
        yield box(moved(s1.at, middle), half, 1.5, "sacrum")


def crest_top(side: Side, height: float, axis: Floats) -> Floats:
    """The crest's highest point along the lumbar axis; `axis` has the rows left, posterior, cranial."""
    top: Floats = np.array([sign_of(side) * CREST_LATERAL_MM, CREST_BEHIND_MM, height]) @ axis
    return top


def hips(heights: dict[Side, float], axis: Floats, tilt: Floats) -> Iterator[Placed]:
    """Both hip bones, the tops of their crests at `heights` above the origin along the axis."""
    for side in SIDES:
        sign, structure = sign_of(side), f"hip_{side}"
        turn = tilt @ about_z(sign * WING_TURN_DEG) @ about_y(sign * WING_FLARE_DEG)
        local = turn.T @ axis[2]
        stretched = np.array(WING_SEMI) ** 2 * local
        highest = stretched / np.sqrt(stretched @ local)
        middle = crest_top(side, heights[side], axis) - turn @ highest
        yield ellipsoid(pose(turn, middle), WING_SEMI, structure)
        for (x, y, z), semi in HIP_PARTS:
            yield ellipsoid(pose(tilt, tilt @ np.array([sign * x, y, z])), semi, structure)

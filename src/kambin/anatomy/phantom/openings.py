"""Where the exiting roots run and the joints stand: nerve and bone of one foramen together.

All is planned in the frame of the lower body's superior endplate, outwards positive. The exiting root is
straight from under the upper pedicle's middle to the endplate's plane; the published slope, gap to the disc
and largest circle then say where the superior articular process ends towards the side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.column import Bone, Column
from kambin.anatomy.phantom.dimensions import Sizes
from kambin.anatomy.phantom.knobs import Grade, Knobs
from kambin.anatomy.phantom.plates import Plate, outline, plate_of
from kambin.anatomy.phantom.solids import inverse
from kambin.case.words import SIDES, Side

__all__ = ["NARROW", "Opening", "plan_openings", "sign_of"]

Floats = NDArray[np.float64]
# what a graded narrowing leaves; assumption, the grades are words of a reader and no lengths
NARROW: Mapping[Grade, float] = {"none": 1.0, "mild": 0.8, "moderate": 0.62, "severe": 0.45}
# the process' lateral border lies at least so far beyond the plane through the two pedicles' middles, and at
# most so far beyond the upper pedicle's outer wall
IN_PLANE_MM, OUTWARD_MM = 1.4, 6.0
LEAST_SLOPE_DEG = 36.0
# share of the foramen's width at which the root passes under the pedicle
DEPTH_SHARE = 0.45
# free room between pedicle and root
PEDICLE_GAP_MM = 0.4
# the root keeps so far from the disc's outline as it turns forward, but turns at least so much
ROOM_MM, LEAST_FORWARD_DEG = 0.4, 8.0


def sign_of(side: Side) -> float:
    """+1 on the patient's left, where x grows, -1 on the right."""
    return 1.0 if side is Side.LEFT else -1.0


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """One foramen as planned; lengths mm.

    Attributes
    ----------
    level : str
    side : Side
    plate : Plate
        Of the lower body.
    under : ndarray, shape (3,)
        The exiting root's centre under the upper pedicle's middle, in the model's frame.
    crossing : ndarray, shape (3,)
        Where it meets the plane of the plate.
    border : float
        The superior articular process' lateral border, outwards coordinate of the plate's frame.
    half_disc : float
        Half the distance of the two plates' planes at the disc's middle.
    width : float
        Of the foramen.
    """

    level: str
    side: Side
    plate: Plate
    under: Floats
    crossing: Floats
    border: float
    half_disc: float
    width: float


def plan_openings(column: Column, sizes: Sizes, knobs: Knobs) -> dict[tuple[str, Side], Opening]:
    """Plan every foramen.

    Returns
    -------
    dict
        (level, side) → `Opening`.
    """
    found = {}
    for level in column.levels:
        upper, lower = column.pair(level)
        plates = plate_of(upper, superior=False), plate_of(lower, superior=True)
        for side in SIDES:
            found[level, side] = _plan(column, sizes, knobs, level, side, plates)
    return found


def _plan(
    column: Column, sizes: Sizes, knobs: Knobs, level: str, side: Side, plates: tuple[Plate, Plate]
) -> Opening:
    upper, lower = column.pair(level)
    above, plate = plates
    drawn, sign = sizes.disc[level, side], sign_of(side)
    narrow = NARROW[knobs.foraminal_stenosis.get((level, side), "none")]
    width = drawn["foramen_width"] * narrow
    size = upper.sizes
    pedicle = np.array(
        [
            sign * (size["canal_width"] + size["pedicle_width"]) / 2,
            upper.wall,
            upper.pedicle_z - upper.pedicle_height / 2,
        ]
    )
    bottom = plate.local(frames.apply(upper.at, pedicle))
    corner = plate.local(upper.corner(superior=False))
    lower_corner = plate.local(lower.corner(superior=True))
    radius = sizes.root[upper.name, side]["ganglion_radius"]
    height = min(corner[2] + drawn["root_above_disc"] + radius, bottom[2] - radius - PEDICLE_GAP_MM)
    outwards = sign * bottom[0]
    depth = min(corner[1], lower_corner[1]) + DEPTH_SHARE * width
    middle = (lower.sizes["canal_width"] + lower.sizes["pedicle_width"]) / 2
    least = (outwards + middle) / 2 + IN_PLANE_MM
    run, leg = _fall(drawn["root_slope"], height, drawn["circle"] * narrow, least - outwards)
    start = np.array([sign * outwards, depth, height])
    stop = _crossing(lower, plate, start, sign * run, sizes.root[upper.name, side])
    under, crossing = plate.model(start), plate.model(stop)
    half = size["pedicle_width"] / 2
    border = float(np.clip(outwards + run - leg, least, outwards + half + OUTWARD_MM))
    between = float((above.centre - plate.centre) @ plate.normal) / 2
    return Opening(level, side, plate, under, crossing, border, between, width)


def _fall(degrees: float, height: float, circle: float, least: float) -> tuple[float, float]:
    """How far the root runs outwards on its way to the plate, and the base of the triangle beside it.

    It falls as steeply as was drawn, unless the superior process would end before the plane through the
    pedicles' middles, `least` beyond the root's start: then less steeply.
    """
    while True:
        slope = float(np.tan(np.radians(degrees)))
        run = height / slope
        leg = circle / (1.0 + slope - float(np.hypot(1.0, slope)))
        if run - leg >= least or degrees <= LEAST_SLOPE_DEG:
            return run, leg
        degrees -= 0.5


def _crossing(lower: Bone, plate: Plate, start: Floats, run: float, drawn: Mapping[str, float]) -> Floats:
    """Where the root meets the plate's plane: as far forward as was drawn, but not into the disc."""
    to_bone = inverse(lower.at)
    degrees = drawn["forward"]
    while True:
        stop: Floats = start + np.array([run, -abs(run) * float(np.tan(np.radians(degrees))), -start[2]])
        line = start + np.linspace(0.3, 1.4, 12)[:, None] * (stop - start)
        places = frames.apply(to_bone, plate.model(line))
        room = float(outline(lower.body, places[:, 0], places[:, 1]).min())
        if room >= drawn["ganglion_radius"] + ROOM_MM or degrees <= LEAST_FORWARD_DEG:
            return stop
        degrees -= 1.0

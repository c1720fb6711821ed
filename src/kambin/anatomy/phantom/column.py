"""The column of bodies: sizes and knobs to poses, from the first lumbar vertebra down to S1.

A vertebra's frame has its origin on the body's axis at half height, x to the left, y back, z up half way
between the normals of the two rims. Bodies stand on each other by their posterior corners, so the slip of a
level is exactly what was asked for, 0 otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.dimensions import Sizes
from kambin.anatomy.phantom.knobs import Knobs
from kambin.anatomy.phantom.solids import about_x, about_y, about_z, pose
from kambin.case.words import Side

__all__ = ["Bone", "Column", "build_column"]

Floats = NDArray[np.float64]
# share of a rim's depth that lies in front of the body's axis; superellipse exponent; hollow of the back wall
FRONT_SHARE, EXPONENT, HOLLOW_MM = 0.588, 2.35, 1.2
# from the posterior corner of the superior rim down to the top of the pedicle
PEDICLE_DROP_MM = 2.0
PEDICLE_HEIGHTS_MM = (10.2, 18.5)
# the lowest disc height behind that a narrowed disc keeps
LEAST_BEHIND_MM = 1.5
# mean sagittal tilt of the column: the lumbar axis leans a little
MEAN_TILT_DEG = 1.0
# a sacralised vertebra's disc is a rudiment
SACRALISED_DISC_MM = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Bone:
    """One vertebra of the column.

    Attributes
    ----------
    name : str
    at : ndarray, shape (4, 4)
        model_from_vertebra.
    body : tuple of float
        Parameters of the body, see `kernels`.
    sizes : mapping
        What was drawn for it.
    pedicle_height, pedicle_z : float
        Height of the pedicle, and of its middle in the vertebra's frame.
    """

    name: str
    at: Floats
    body: tuple[float, ...]
    sizes: Mapping[str, float]
    pedicle_height: float
    pedicle_z: float

    @property
    def rounding(self) -> float:
        """Rounding of the pedicles' edges, mm; wide pedicles are rounder."""
        return float(np.clip(0.3 * self.sizes["pedicle_width"], 2.4, 5.0))

    @property
    def wall(self) -> float:
        """The back wall's place at the rim, in the midline."""
        return self.body[2]

    def corner(self, *, superior: bool) -> Floats:
        """Posterior corner of a rim in the midline, in the model's frame, shape (3,)."""
        height, slope = (self.body[6], self.body[8]) if superior else (self.body[7], self.body[9])
        return frames.apply(self.at, np.array([0.0, self.wall, height + slope * self.wall]))


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """All bones, from the head down, S1 last.

    Attributes
    ----------
    bones : mapping
        Name → `Bone`.
    levels : tuple of str
    disc_behind : mapping
        Level → height of the disc at the posterior corners.
    """

    bones: Mapping[str, Bone]
    levels: tuple[str, ...]
    disc_behind: Mapping[str, float]

    def pair(self, level: str) -> tuple[Bone, Bone]:
        """The bones above and below a disc."""
        upper, lower = level.split("-")
        return self.bones[upper], self.bones[lower]


def build_column(sizes: Sizes, knobs: Knobs) -> Column:
    """Stack the bodies; the origin is the upper posterior corner of the first."""
    names = tuple(sizes.vertebra)
    levels = tuple(f"{upper}-{lower}" for upper, lower in pairwise(names))
    wedges, turns = _turns(names, levels, sizes, knobs)
    bones: dict[str, Bone] = {}
    behind: dict[str, float] = {}
    for index, name in enumerate(names):
        below = levels[min(index, len(levels) - 1)]
        parameters = _body(sizes.vertebra[name], np.radians(wedges[name]))
        place = np.zeros(3)
        if index > 0:
            level = levels[index - 1]
            behind[level] = _behind(level, sizes, knobs)
            place = _below(bones[names[index - 1]], turns[name], parameters, behind[level], knobs, level)
        height = _pedicle_height(name, below, sizes, parameters)
        top_behind = parameters[6] + parameters[8] * parameters[2]
        middle = top_behind - PEDICLE_DROP_MM - height / 2
        bones[name] = Bone(name, pose(turns[name], place), parameters, sizes.vertebra[name], height, middle)
    return Column(bones, levels, behind)


def _turns(
    names: tuple[str, ...], levels: tuple[str, ...], sizes: Sizes, knobs: Knobs
) -> tuple[dict[str, float], dict[str, Floats]]:
    """Wedge of each body, and each vertebra's rotation."""
    wedges = {name: knobs.lordosis * sizes.vertebra[name]["wedge"] for name in names}
    tilts = {names[0]: 0.0}
    for (upper, lower), level in zip(pairwise(names), levels, strict=True):
        opening = knobs.lordosis * sizes.disc[level, Side.LEFT]["wedge"] + knobs.wedge_deg.get(level, 0.0)
        if knobs.sacralised != "none" and level == levels[-1]:
            opening *= 0.4
        tilts[lower] = tilts[upper] - wedges[upper] / 2 - opening - wedges[lower] / 2
    # the lumbar part leans neither forward nor back on the whole, S1 follows from it
    mean = float(np.mean([tilts[name] for name in names[:-1]]))
    turns = {}
    for index, name in enumerate(names):
        along = index / (len(names) - 1)
        # the curve is steepest at its ends and level at S1
        aside = knobs.scoliosis_deg * (1.0 - along) ** 1.5 if name != names[-1] else 0.0
        bend = knobs.scoliosis_deg * np.sin(np.pi * along) * 0.4
        tilt = tilts[name] - mean + MEAN_TILT_DEG
        lean = aside + (knobs.obliquity_deg * along)
        turns[name] = about_y(lean) @ about_x(tilt) @ about_z(-bend)
    return wedges, turns


def _body(size: Mapping[str, float], wedge: float) -> tuple[float, ...]:
    front = FRONT_SHARE * size["depth"]
    wall = size["depth"] - front
    half = float(np.tan(wedge / 2))
    # `height` is measured behind; on the axis a body that is higher in front is higher by what it gains
    middle = size["height"] / 2 + half * wall
    hollow = size["concavity"]
    return (
        size["width"] / 2,
        front,
        wall,
        EXPONENT,
        size["waist"],
        HOLLOW_MM,
        middle,
        -middle,
        -half,
        half,
        hollow,
        hollow,
    )


def _behind(level: str, sizes: Sizes, knobs: Knobs) -> float:
    """Height of a disc at its back, from its height in the middle and its wedge."""
    drawn = sizes.disc[level, Side.LEFT]
    lower = sizes.vertebra[level.split("-")[1]]
    height = knobs.disc_height_mm.get(level, drawn["height"])
    if knobs.sacralised != "none" and level.endswith("S1"):
        height = min(height, SACRALISED_DISC_MM)
    opening = knobs.lordosis * drawn["wedge"] + knobs.wedge_deg.get(level, 0.0)
    if knobs.sacralised != "none" and level.endswith("S1"):
        opening *= 0.4
    return max(height - float(np.tan(np.radians(opening))) * lower["depth"] / 2, LEAST_BEHIND_MM)


def _below(
    upper: Bone, turn: Floats, parameters: tuple[float, ...], behind: float, knobs: Knobs, level: str
) -> Floats:
    """Place of the lower vertebra: its posterior corner below the upper one's, slip included."""
    slope = parameters[8]
    normal = frames.unit(np.array([0.0, -slope, 1.0]))
    posterior = frames.unit(np.array([0.0, 1.0, slope]))
    corner = np.array([0.0, parameters[2], parameters[6] + slope * parameters[2]])
    slip = knobs.slip_mm.get(level, 0.0)
    place: Floats = upper.corner(superior=False) + turn @ (-behind * normal + slip * posterior - corner)
    return place


def _pedicle_height(name: str, level: str, sizes: Sizes, parameters: tuple[float, ...]) -> float:
    """What the foramen below leaves of the body's height behind and the sound disc's."""
    drawn = sizes.disc[level, Side.LEFT]
    if name == "S1":
        return 13.0
    opening = float(np.tan(np.radians(drawn["wedge"])))
    lower = sizes.vertebra[level.split("-")[1]]
    behind = max(drawn["height"] - opening * lower["depth"] / 2, LEAST_BEHIND_MM)
    height = sizes.vertebra[name]["height"] + behind - drawn["foramen_height"]
    return float(np.clip(height, *PEDICLE_HEIGHTS_MM))

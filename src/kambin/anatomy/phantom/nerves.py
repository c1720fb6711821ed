"""Dural sac and nerve roots.

The sac is a tube of horizontal elliptic sections through the canal; a root leaves it at its side edge, runs
down beside it behind the disc above its foramen (there it is the traversing root), hugs the inner wall of
its pedicle, passes below it and crosses the foramen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from kambin.anatomy import frames
from kambin.anatomy.phantom.column import Bone, Column
from kambin.anatomy.phantom.dimensions import Sizes
from kambin.anatomy.phantom.knobs import Knobs
from kambin.anatomy.phantom.openings import NARROW, Opening, sign_of
from kambin.anatomy.phantom.solids import Placed, cone, inverse, rows_of, tube_slices
from kambin.anatomy.phantom.vertebra import canal_front
from kambin.case.words import SIDES, Side

__all__ = ["Nerve", "SacTube", "build_nerves", "build_sac", "fit_sac", "nerve_solids"]

Floats = NDArray[np.float64]
# free room between the back wall and the sac, and between the sac's flank and the bone
EPIDURAL_MM = 1.4
# the sac's sections along z
STEP_MM = 3.0
# spacing of the points of a root
ROOT_STEP_MM = 2.0
# the sac ends at S2: so far below S1's middle, on its line
SAC_END_MM = 34.0
# the sac is narrower between the joints than between the pedicles
AT_DISC = 0.84
# free room that is kept between sac and wall, and what a section keeps of its size at the least
WALL_GAP_MM, LEAST_SHARE = 0.4, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class SacTube:
    """The sac, in the model's frame.

    Attributes
    ----------
    z, middle, half : ndarray, shapes (n,), (n, 2), (n, 2)
        Height; middle (x, y) and half sizes (x, y) of the horizontal section.
    """

    z: Floats
    middle: Floats
    half: Floats

    def solids(self) -> list[Placed]:
        """Slices between the nodes."""
        nodes = np.column_stack([self.middle, self.z, self.half])
        return tube_slices([tuple(node) for node in nodes], "dural_sac")

    def at(self, z: float) -> tuple[Floats, Floats]:
        """Middle (x, y) and half sizes of the horizontal section at a height."""
        middle = np.array([np.interp(z, self.z, self.middle[:, k]) for k in range(2)])
        half = np.array([np.interp(z, self.z, self.half[:, k]) for k in range(2)])
        return middle, half


@dataclass(frozen=True, slots=True, eq=False)
class Nerve:
    """One root as a tube, in the model's frame.

    Attributes
    ----------
    name : str
    side : Side
    points : ndarray, shape (n, 3)
        From the sac outwards.
    radii : ndarray, shape (n,)
    origin : int
        Index of the point where it leaves the sac.
    """

    name: str
    side: Side
    points: Floats
    radii: Floats
    origin: int


def build_sac(column: Column, sizes: Sizes, knobs: Knobs) -> SacTube:
    """The sac through every vertebra and disc, down to S2."""
    ratio = sizes.patient["sac_ratio"]
    nodes = []
    names = tuple(column.bones)
    for index, name in enumerate(names):
        bone = column.bones[name]
        level = column.levels[min(index, len(column.levels) - 1)]
        wide = 2 * sizes.root[name, Side.LEFT]["origin_to_midline"]
        narrow = NARROW[knobs.canal_stenosis.get(level, "none")] if name != names[-1] else 1.0
        deep = min(ratio * bone.sizes["canal_depth"], bone.sizes["canal_depth"] - 2 * EPIDURAL_MM)
        wide = min(wide, bone.sizes["canal_width"] - 2.4)
        if index == 0:
            nodes.append(_node(bone.at, bone.wall, bone.body[6] + 14.0, (wide, deep)))
        nodes.append(_node(bone.at, canal_front(bone), bone.pedicle_z, (wide, deep)))
        if name != names[-1]:
            lower = column.pair(level)[1]
            at = bone.at.copy()
            at[:3, 3] = (bone.corner(superior=False) + lower.corner(superior=True)) / 2
            bulge = sizes.disc[level, Side.LEFT]["bulge"]
            nodes.append(_node(at, bulge, 0.0, (AT_DISC * wide, 0.95 * deep * narrow)))
        else:
            nodes.append(_node(bone.at, bone.wall + 2.0, -10.0, (0.8 * wide, 0.75 * deep)))
            nodes.append(_node(bone.at, bone.wall + 3.0, -SAC_END_MM, (0.35 * wide, 0.4 * deep)))
    table = np.array(nodes)[::-1]
    z = np.arange(table[0, 2], table[-1, 2], STEP_MM)
    curves = [PchipInterpolator(table[:, 2], table[:, k])(z) for k in (0, 1, 3, 4)]
    return SacTube(z, np.column_stack(curves[:2]), np.column_stack(curves[2:]))


def fit_sac(sac: SacTube, walls: list[Placed]) -> SacTube:
    """The sac where bone and discs leave room for it: sections that meet a wall shrink until they do not."""
    from kambin.anatomy.phantom.kernels import values

    rows, bounds = rows_of(walls)
    angles = np.linspace(0.0, 2 * np.pi, 40, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    shares = np.ones(len(sac.z))
    for index, z in enumerate(sac.z):
        near = rows[(bounds[:, 2] <= z) & (bounds[:, 5] >= z)]
        while len(near) and shares[index] > LEAST_SHARE:
            ring = sac.middle[index] + circle * (sac.half[index] * shares[index] + WALL_GAP_MM)
            if values(near, np.column_stack([ring, np.full(len(ring), z)])).min() > 0:
                break
            shares[index] -= 0.03
    # a section is no wider than its neighbours' mean, so that the sac stays smooth
    padded = np.pad(shares, 2, mode="edge")
    smooth = np.min([padded[k : k + len(shares)] for k in range(1, 4)], axis=0)
    return SacTube(sac.z, sac.middle, sac.half * smooth[:, None])


def _node(at: Floats, front: float, z: float, size: tuple[float, float]) -> list[float]:
    """A section of the sac behind a place of the canal's front wall: x, y, z and horizontal half sizes."""
    wide, deep = size
    middle = frames.apply(at, np.array([0.0, front + EPIDURAL_MM + deep / 2, z]))
    # a horizontal section of a tube that leans is longer by the cosine of its lean
    return [*middle, wide / 2, deep / 2 / float(at[2, 2])]


def build_nerves(
    column: Column, openings: Mapping[tuple[str, Side], Opening], sac: SacTube, sizes: Sizes
) -> list[Nerve]:
    """Every root, both sides, from the head down."""
    found = []
    for index, name in enumerate(column.bones):
        above = column.levels[index - 1] if index > 0 else None
        below = column.levels[index] if index < len(column.levels) else None
        for side in SIDES:
            opening = None if below is None else openings[below, side]
            found.append(_nerve(column, name, side, (above, opening), sac, sizes))
    return found


def _nerve(
    column: Column,
    name: str,
    side: Side,
    place: tuple[str | None, Opening | None],
    sac: SacTube,
    sizes: Sizes,
) -> Nerve:
    above, opening = place
    bone, sign = column.bones[name], sign_of(side)
    size = sizes.root[name, side]
    thin, thick = size["radius"], size["ganglion_radius"]
    inner = bone.sizes["canal_width"] / 2
    top = bone.pedicle_z + bone.pedicle_height / 2
    start = frames.apply(bone.at, np.array([0.0, bone.wall, top + 1.0]))[2]
    nodes: list[Floats] = []
    if above is not None:
        upper, lower = column.pair(above)
        high = upper.corner(superior=False)[2] + 2.0
        nodes += [_beside(sac, z, sign, thin) for z in (high, (high + lower.corner(superior=True)[2]) / 2)]
    nodes.append(_beside(sac, start, sign, thin))
    origin = len(nodes) - 1
    bottom = bone.pedicle_z - bone.pedicle_height / 2
    back = bone.wall + 1.2 + thin + 1.0
    beside = min(bottom + 5.0, bone.pedicle_z)
    nodes.append(_at(bone, sign * (inner - thin - 0.5), back, beside))
    if opening is None:
        nodes.append(_at(bone, sign * 0.55 * inner, back + 1.0, bone.pedicle_z - 18.0))
        return _tube(name, side, nodes, (thin, thin), None, origin)
    # round the pedicle's lower inner edge
    off = (bone.rounding + thick + 0.5) * float(np.sqrt(0.5))
    deep = frames.apply(inverse(bone.at), opening.under)[1]
    nodes.append(
        _at(
            bone, sign * (inner + bone.rounding - off), (back + float(deep)) / 2, bottom + bone.rounding - off
        )
    )
    outwards = opening.plate.frame[0] * sign
    nodes += [opening.under, opening.crossing]
    forward = -opening.plate.frame[1]
    far = opening.crossing + 6.0 * outwards + 5.0 * forward - 3.0 * opening.plate.normal
    if opening.level.endswith("S1"):
        # in front of the sacrum's wing
        far = opening.crossing + 7.0 * outwards + 15.0 * forward - 3.0 * opening.plate.normal
        nodes += [far, far + 4.0 * outwards + 9.0 * forward - 16.0 * opening.plate.normal]
    else:
        nodes += [far, far + 5.0 * outwards + 6.0 * forward - 14.0 * opening.plate.normal]
    return _tube(name, side, nodes, (thin, thick), opening, origin)


def _at(bone: Bone, x: float, y: float, z: float) -> Floats:
    return frames.apply(bone.at, np.array([x, y, z]))


def _beside(sac: SacTube, z: float, sign: float, radius: float) -> Floats:
    middle, half = sac.at(z)
    return np.array([middle[0] + sign * (half[0] + 0.5 * radius), middle[1] - 0.3 * half[1], z])


def _tube(
    name: str,
    side: Side,
    nodes: list[Floats],
    radii: tuple[float, float],
    opening: Opening | None,
    origin: int,
) -> Nerve:
    """A smooth curve through the nodes, straight between `under` and `crossing`."""
    places = np.array(nodes)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))])
    samples = np.unique(np.concatenate([np.arange(0.0, length[-1], ROOT_STEP_MM), length]))
    curve = np.column_stack([PchipInterpolator(length, places[:, k])(samples) for k in range(3)])
    thin, thick = radii
    widths = np.full(len(samples), thin)
    if opening is not None:
        begin = length[[int(np.argmin(np.linalg.norm(places - p, axis=1))) for p in (opening.under,)]][0]
        end = length[int(np.argmin(np.linalg.norm(places - opening.crossing, axis=1)))]
        straight = (samples >= begin) & (samples <= end)
        share = ((samples[straight] - begin) / (end - begin))[:, None]
        curve[straight] = opening.under + share * (opening.crossing - opening.under)
        # the ganglion lies under the pedicle, at the last level farther out
        centre = begin + (0.6 * (end - begin) if opening.level.endswith("S1") else 1.0)
        widths = thin + (thick - thin) * np.exp(-(((samples - centre) / 4.5) ** 2))
    return Nerve(name, side, curve, widths, int(np.argmin(np.abs(samples - length[origin]))))


def nerve_solids(nerve: Nerve) -> list[Placed]:
    """The root as a chain of cones."""
    structure = f"root_{nerve.name}_{nerve.side}"
    points, radii = nerve.points, nerve.radii
    return [
        cone(points[k], points[k + 1], (float(radii[k]), float(radii[k + 1])), structure)
        for k in range(len(points) - 1)
    ]

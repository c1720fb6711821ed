"""What lies around the spine: skin, muscles, vessels, kidneys, bowel. All forms are assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.column import Column
from kambin.anatomy.phantom.openings import sign_of
from kambin.anatomy.phantom.solids import Placed, ellipsoid, pose, tube_slices
from kambin.case.words import SIDES

__all__ = ["Trunk", "muscles", "organs", "skin", "trunk_of"]

Floats = NDArray[np.float64]
Node = tuple[float, float, float, float, float]
SKIN_POWER = 2.5
# thickness of the fat below the skin, in the CT-like image
FAT_MM = 14.0
# from the front of the L3 body to the skin of the belly
BELLY_MM = 105.0
ABOVE_MM, BELOW_MM = 95.0, 150.0


class Trunk:
    """The trunk's outline: the same superellipse at every height.

    Parameters
    ----------
    middle, half : tuple of float
        Middle (x, y) and half sizes (x, y), mm.
    low, high : float
        From where to where it reaches along z.
    """

    def __init__(
        self, middle: tuple[float, float], half: tuple[float, float], low: float, high: float
    ) -> None:
        self.middle, self.half, self.low, self.high = middle, half, low, high

    def solids(self, structure: str, inwards: float = 0.0) -> list[Placed]:
        """The trunk, or what lies so many mm inside it."""
        (x, y), (a, b) = self.middle, self.half
        nodes = [(x, y, z, a - inwards, b - inwards) for z in (self.high, self.low)]
        return tube_slices(nodes, structure, SKIN_POWER)


def trunk_of(column: Column, half_girth: float, behind: float, back: float) -> Trunk:
    """The trunk about a column; `back` is the y of the hindmost bone, `behind` what covers it."""
    front = min(
        frames.apply(bone.at, np.array([0.0, -bone.body[1], 0.0]))[1] for bone in column.bones.values()
    )
    ends = (front - BELLY_MM, back + behind)
    top = next(iter(column.bones.values())).at[2, 3] + ABOVE_MM
    half = (half_girth, (ends[1] - ends[0]) / 2)
    return Trunk((0.0, (ends[0] + ends[1]) / 2), half, -BELOW_MM - 60.0, top)


def skin(trunk: Trunk) -> list[Placed]:
    """Everything inside the skin."""
    return trunk.solids("body")


def _along(
    column: Column, place: Sequence[tuple[float, float]], sign: float
) -> list[tuple[float, float, float]]:
    """Points beside the bodies' middles: (outwards, back) at each vertebra, from the head down."""
    found = []
    for bone, (out, back) in zip(column.bones.values(), place, strict=False):
        x, y, z = bone.at[:3, 3]
        found.append((x + sign * out, y + back, z))
    return found


def muscles(column: Column, back: float) -> Iterator[Placed]:
    """Psoas and back muscles on both sides."""
    bones = list(column.bones.values())
    count = len(bones)
    for side in SIDES:
        sign = sign_of(side)
        shares = [k / (count - 1) for k in range(count)]
        place = [(30.0 + 16.0 * s**1.5, 2.0 - 16.0 * s) for s in shares]
        points = _along(column, place, sign)
        nodes: list[Node] = [
            (x, y, z, 7.0 + 14.0 * s**0.8, 9.0 + 13.0 * s)
            for (x, y, z), s in zip(points, shares, strict=True)
        ]
        x, y, z, a, b = nodes[-1]
        nodes.append((x + sign * 22.0, y - 22.0, z - 75.0, a, b))
        yield from tube_slices(nodes, f"iliopsoas_{side}")
        rear = [(bone.at[1, 3] + bone.wall + 26.0) for bone in bones]
        top = bones[0].at[2, 3] + 55.0
        spread: list[Node] = [(sign * 29.0, rear[0], top, 25.0, 19.0)]
        spread += [
            (bone.at[0, 3] + sign * 28.0, min(y, back - 10.0), bone.at[2, 3], 24.0, 17.0)
            for bone, y in zip(bones, rear, strict=True)
        ]
        yield from tube_slices(spread, f"autochthon_{side}", 2.6)


def organs(column: Column) -> Iterator[Placed]:
    """Great vessels, kidneys, colon and small bowel; the aorta lies on the patient's left."""
    bones = list(column.bones.values())
    fork = bones[-3]
    above = bones[:-2]
    top = bones[0].at[2, 3] + 55.0

    def front(index: int) -> Floats:
        """Middle of a body's front, in the model's frame."""
        bone = bones[index]
        return frames.apply(bone.at, np.array([0.0, -bone.body[1], 0.0]))

    for out, radius, name in ((9.0, 8.5, "aorta"), (-14.0, 10.5, "inferior_vena_cava")):
        nodes: list[Node] = [(out, front(0)[1] - radius - 4.0, top, radius, radius)]
        nodes += [
            (bone.at[0, 3] + out, front(k)[1] - radius - 2.5, bone.at[2, 3], radius, radius)
            for k, bone in enumerate(above)
        ]
        yield from tube_slices(nodes, name)
    x0, z0 = fork.at[0, 3], fork.at[2, 3]
    y0 = front(len(bones) - 3)[1]
    s1 = front(len(bones) - 1)
    for side in SIDES:
        sign = sign_of(side)
        for start, shift, radius, name in (
            (9.0, -8.0, 5.0, "iliac_artery"),
            (-14.0, -1.0, 6.0, "iliac_vena"),
        ):
            nodes = [
                (x0 + start, y0 - 11.0, z0 + 2.0, radius, radius),
                (x0 + sign * 22.0, min(s1[1], y0) - 6.0 + shift, s1[2] + 8.0, radius, radius),
                (x0 + sign * 52.0, s1[1] - 14.0 + shift, s1[2] - 45.0, radius, radius),
            ]
            yield from tube_slices(nodes, f"{name}_{side}")
    yield from _belly(column)


def _belly(column: Column) -> Iterator[Placed]:
    bones = list(column.bones.values())
    l2, l4 = bones[1].at[:3, 3], bones[-3].at[:3, 3]
    for side in SIDES:
        sign = sign_of(side)
        yield ellipsoid(
            pose(np.eye(3), [l2[0] + sign * 66.0, l2[1] + 2.0, l2[2] + (12.0 if sign > 0 else 2.0)]),
            (25.0, 21.0, 52.0),
            f"kidney_{side}",
        )
        nodes: list[Node] = [
            (sign * 104.0, l2[1] - 22.0, l2[2] + 30.0, 20.0, 20.0),
            (sign * 108.0, l4[1] - 30.0, l4[2], 22.0, 22.0),
            (sign * 104.0, l4[1] - 42.0, l4[2] - 60.0, 22.0, 22.0),
        ]
        yield from tube_slices(nodes, "colon")
    yield ellipsoid(pose(np.eye(3), [-34.0, l2[1] - 46.0, l2[2] - 22.0]), (13.0, 14.0, 34.0), "duodenum")
    yield ellipsoid(pose(np.eye(3), [0.0, l4[1] - 92.0, l4[2] + 5.0]), (70.0, 32.0, 75.0), "small_bowel")

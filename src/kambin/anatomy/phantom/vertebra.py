"""Bones of one vertebra and of the facet joints, as solids."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.column import HOLLOW_MM, Bone, Column
from kambin.anatomy.phantom.knobs import Grade, Knobs
from kambin.anatomy.phantom.openings import NARROW, Opening, sign_of
from kambin.anatomy.phantom.solids import Placed, about_x, body, box, cone, inverse, moved, pose
from kambin.case.words import SIDES, Side

__all__ = ["BODY", "LAMINA_TOP_MM", "Joint", "arch", "canal_front", "joint", "structure_of"]

Floats = NDArray[np.float64]
# codes of `geometry.Part`, left then right; written out so that this module needs no other room's types
BODY, LAMINA, SPINOUS = 1, 4, 11
PAIRED = {"pedicle": (2, 3), "superior": (5, 6), "inferior": (7, 8), "transverse": (9, 10)}
# processes of a facet joint: half thickness across the joint, half width along it, rounding (assumption)
PROCESS = (3.2, 5.2, 2.0)
# its front, which faces the foramen: half width and half depth
FRONT = (4.2, 2.5)
# the superior process ends at this share of the way from the endplate to the upper pedicle
TIP_SHARE = 0.62
# thickness of the laminae, and their inner lateral end as a share of the canal's depth (assumption)
LAMINA_MM, LATERAL_SHARE = 5.6, 0.5
# the laminae's upper edge above the middle of the pedicles (assumption)
LAMINA_TOP_MM = 2.5
SWOLLEN: dict[Grade, float] = {"none": 0.0, "mild": 0.8, "moderate": 1.6, "severe": 2.4}


def structure_of(name: str) -> str:
    """Uniform name of a vertebra's structure."""
    return f"vertebrae_{name}"


def _code(part: str, side: Side) -> int:
    return PAIRED[part][0 if side is Side.LEFT else 1]


def canal_front(bone: Bone) -> float:
    """The back wall of the body in the midline at the height of the pedicles' middle."""
    p = bone.body
    middle, half = 0.5 * (p[6] + p[7]), 0.5 * (p[6] - p[7]) + 0.5 * (p[8] - p[9]) * p[2]
    inward = max(1.0 - ((bone.pedicle_z - middle) / half) ** 2, 0.0) * p[4]
    return p[2] - 0.35 * inward


class Joint:
    """One facet joint: the two processes, in the frame of the lower vertebra.

    Parameters
    ----------
    column : Column
    opening : Opening
    knobs : Knobs
    angle_deg : float
        Angle of the joint to the sagittal plane.
    gap : float
        Width of the joint, mm.
    """

    def __init__(self, column: Column, opening: Opening, knobs: Knobs, angle_deg: float, gap: float) -> None:
        self.opening = opening
        self.upper, self.lower = column.pair(opening.level)
        self.angle_deg, self.gap = angle_deg, gap
        swollen = SWOLLEN[knobs.facet_arthrosis.get(opening.level, "none")]
        self.half = (PROCESS[0] + swollen / 2, PROCESS[1] + swollen / 2)
        sign, angle = sign_of(opening.side), np.radians(angle_deg)
        self.along = np.array([sign * np.sin(angle), np.cos(angle), 0.0])
        self.across = np.array([-sign * np.cos(angle), np.sin(angle), 0.0])
        recess = NARROW[knobs.recess_stenosis.get(opening.level, "none")]
        self.tip, self.middle = self._place(sign, recess)

    def _support(self, axis: int) -> float:
        thick, wide = self.half
        r = PROCESS[2]
        reach = abs(self.along[axis]) * (wide - r) + abs(self.across[axis]) * (thick - r) + r
        return float(reach)

    def _place(self, sign: float, recess: float) -> tuple[float, Floats]:
        bone, plate = self.lower, self.opening.plate
        to_bone = inverse(bone.at)
        top = bone.body[6] + bone.body[8] * bone.wall
        pedicle = self.upper.at @ np.array(
            [0.0, self.upper.wall, self.upper.pedicle_z - self.upper.pedicle_height / 2, 1.0]
        )
        ceiling = float(frames.apply(to_bone, pedicle[:3])[2])
        tip = top + TIP_SHARE * (ceiling - top)
        border = plate.model(np.array([sign * self.opening.border, 0.0, self.opening.half_disc]))
        lateral = float(frames.apply(to_bone, border)[0])
        front = bone.wall + HOLLOW_MM + self.opening.width
        # a narrow recess: the process has grown forward
        front -= (1.0 - recess) * 5.0
        x = lateral - sign * self._support(0)
        self.front = np.array([lateral - sign * FRONT[0], front + FRONT[1], 0.0])
        return tip, np.array([x, front + self._support(1), 0.0])

    def solids(self) -> Iterator[Placed]:
        """The superior process of the lower bone, and the inferior process of the upper one."""
        side = self.opening.side
        thick, wide = self.half
        turn = np.stack([self.along, self.across, np.array([0.0, 0.0, 1.0])], axis=1)
        base = self.lower.pedicle_z
        superior = [*self.middle[:2], (self.tip + base) / 2]
        yield box(
            self.lower.at @ pose(turn, superior),
            (wide, thick, (self.tip - base) / 2),
            PROCESS[2],
            structure_of(self.lower.name),
            _code("superior", side),
        )
        yield box(
            self.lower.at @ pose(np.eye(3), [*self.front[:2], superior[2]]),
            (*FRONT, (self.tip - base) / 2),
            1.0,
            structure_of(self.lower.name),
            _code("superior", side),
        )
        yield self._root_of_process(sign_of(side))
        top, bottom = self.tip + 3.5, self.lower.body[6] - 5.5
        inferior = self.middle + self.across * (2 * thick + self.gap)
        yield box(
            self.lower.at @ pose(turn, [*inferior[:2], (top + bottom) / 2]),
            (wide, thick, (top - bottom) / 2),
            PROCESS[2],
            structure_of(self.upper.name),
            _code("inferior", side),
        )

    def _root_of_process(self, sign: float) -> Placed:
        """The mass on the pedicle that the superior process rises from; it ends about the endplate."""
        bone = self.lower
        inner = bone.sizes["canal_width"] / 2 + 1.0
        outer = bone.sizes["canal_width"] / 2 + bone.sizes["pedicle_width"]
        top = bone.body[6] + bone.body[8] * bone.wall + 1.0
        low = bone.pedicle_z
        place = [sign * (inner + outer) / 2, self.front[1] + 1.5, (top + low) / 2]
        half = ((outer - inner) / 2, FRONT[1] + 1.5, (top - low) / 2)
        code = _code("superior", self.opening.side)
        return box(bone.at @ pose(np.eye(3), place), half, 1.0, structure_of(bone.name), code)

    def hold(self) -> tuple[Floats, Floats]:
        """Where the inferior process hangs, and the tip of the superior one, in the model's frame."""
        thick = self.half[0]
        inferior = self.middle + self.across * (2 * thick + self.gap)
        hung = np.array([inferior[0], inferior[1], self.tip + 1.0])
        tip = np.array([self.middle[0], self.middle[1], self.tip])
        return frames.apply(self.lower.at, hung), frames.apply(self.lower.at, tip)


def joint(column: Column, opening: Opening, knobs: Knobs, angle_deg: float, gap: float) -> Joint:
    """The facet joint of an opening."""
    return Joint(column, opening, knobs, angle_deg, gap)


def arch(bone: Bone, joints: dict[Side, Joint], narrow: float, reach: dict[Side, float]) -> Iterator[Placed]:
    """Body, pedicles, laminae, transverse and spinous processes of one vertebra.

    Parameters
    ----------
    bone : Bone
    joints : dict
        Side → the joint below; empty for S1.
    narrow : float
        What a narrow canal leaves of its depth.
    reach : dict
        Side → added radius of the transverse process, for a sacralised vertebra.
    """
    name, size = structure_of(bone.name), bone.sizes
    inner, outer = size["canal_width"] / 2, size["canal_width"] / 2 + size["pedicle_width"]
    front = canal_front(bone)
    depth = size["canal_depth"] * narrow
    lateral = bone.wall + LATERAL_SHARE * size["canal_depth"]
    top = bone.pedicle_z + LAMINA_TOP_MM
    wide = _lamina_bottom(bone, joints, top)
    for side in SIDES:
        sign = sign_of(side)
        yield from _side(bone, side, (inner, outer, lateral), reach.get(side, 0.0))
        yield _lamina(bone, sign, (front + depth, lateral, inner + 3.0), (wide, top), 0.0)
        yield _pars(bone, sign, (inner, outer, lateral), (wide, top))
        if side in joints:
            low = top - size["lamina_height"]
            yield _lamina(bone, sign, (front + depth, lateral, 0.5 * inner), (low, wide + 3.0), 3.0)
            yield _isthmus(bone, joints[side], sign * (inner + 1.0), lateral + 5.0, wide + 4.0)
    low = top - size["lamina_height"]
    length, high = size["spinous_length"], 7.6 if joints else 6.0
    place = [0.0, front + depth + 2.0 + length / 2, (top + low) / 2 - 2.0]
    yield box(moved(bone.at, place, about_x(-4.0)), (3.0, length / 2, high), 2.5, name, SPINOUS)
    yield body(bone.at, bone.body, name, BODY)


def _lamina_bottom(bone: Bone, joints: dict[Side, Joint], top: float) -> float:
    """Where the wide part of the lamina ends: above the processes that come from below."""
    if not joints:
        return top - 12.0
    tips = [frames.apply(inverse(bone.at), one.hold()[1])[2] for one in joints.values()]
    return min(float(max(tips)) + 2.0, top - 6.0)


def _lamina(
    bone: Bone, sign: float, plan: tuple[float, float, float], reach: tuple[float, float], back: float
) -> Placed:
    """One plate: its inner face goes from the midline at plan[0] to plan[1] beside the canal."""
    inner, lateral, x = plan
    full = bone.sizes["canal_width"] / 2 + 3.0
    slope = float(np.arctan2(inner - lateral, full))
    out = np.array([sign * np.cos(slope), -np.sin(slope), 0.0])
    rear = np.array([sign * np.sin(slope), np.cos(slope), 0.0])
    half = (x / np.cos(slope) + 3.0) / 2
    middle = np.array([0.0, inner + back, sum(reach) / 2]) + out * (half - 3.0) + rear * LAMINA_MM / 2
    turn = np.stack([out, rear, np.array([0.0, 0.0, 1.0])], axis=1)
    size = (half, LAMINA_MM / 2, (reach[1] - reach[0]) / 2)
    return box(bone.at @ pose(turn, middle), size, 1.5, structure_of(bone.name), LAMINA)


def _pars(bone: Bone, sign: float, plan: tuple[float, float, float], reach: tuple[float, float]) -> Placed:
    """Between pedicle, lamina and the processes."""
    inner, outer, lateral = plan
    first, last = inner - 0.5, inner + 0.75 * (outer - inner)
    place = [sign * (first + last) / 2, lateral + 4.0, sum(reach) / 2]
    half = ((last - first) / 2, 4.0, (reach[1] - reach[0]) / 2)
    return box(moved(bone.at, place), half, 1.5, structure_of(bone.name), LAMINA)


def _isthmus(bone: Bone, joint: Joint, x: float, y: float, z: float) -> Placed:
    start = frames.apply(bone.at, np.array([x, y, z]))
    part = _code("inferior", joint.opening.side)
    return cone(start, joint.hold()[0], (3.8, 3.4), structure_of(bone.name), part)


def _side(bone: Bone, side: Side, plan: tuple[float, float, float], added: float) -> Iterator[Placed]:
    """Pedicle and transverse process."""
    inner, outer, lateral = plan
    sign, name, size = sign_of(side), structure_of(bone.name), bone.sizes
    start, stop = bone.wall - 3.5, lateral + 0.8 * bone.rounding
    yield box(
        moved(bone.at, [sign * (inner + outer) / 2, (start + stop) / 2, bone.pedicle_z]),
        ((outer - inner) / 2, (stop - start) / 2, bone.pedicle_height / 2),
        bone.rounding,
        name,
        _code("pedicle", side),
    )
    if size["transverse_reach"] > outer:
        radius = 4.6 + added
        back = lateral + 4.8
        first = np.array([sign * (outer - 3.5), back, bone.pedicle_z + 0.5 - added])
        last = np.array([sign * size["transverse_reach"], back + 2.0, bone.pedicle_z + 1.0 - 2.5 * added])
        yield cone(
            frames.apply(bone.at, first),
            frames.apply(bone.at, last),
            (radius, 3.2 + added),
            name,
            _code("transverse", side),
        )

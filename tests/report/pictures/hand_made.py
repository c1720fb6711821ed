"""Geometry and plans made by hand for tests of pictures: nothing here is measured or planned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kambin.access.model import (
    AccessPlan,
    Angles,
    Certificate,
    Clearance,
    Corridor,
    Entry,
    Foraminoplasty,
    Proposal,
    Tolerance,
)
from kambin.anatomy.frames import apply, as_point, spine_frame
from kambin.anatomy.geometry import (
    Canal,
    Disc,
    Endplate,
    Foramen,
    KambinTriangle,
    Root,
    Sac,
    SpineModel,
    VertebraShape,
)
from kambin.anatomy.model import CrestHeight, Interspace, Spine, Vertebra
from kambin.anatomy.reading import LabelMap, label_map_of
from kambin.anatomy.volume import Volume
from kambin.case.words import Side

FRAME = np.eye(3)
PITCH = 36.0
NAMES = ("L3", "L4", "L5")
VALUES = {"L3": 29, "L4": 28, "L5": 27}
SHAPE, STEP = (110, 90, 84), 1.5


def label_map(markers: dict[str, tuple[float, float, float]] | None = None) -> LabelMap:
    """Three blocks for bodies and one for each arch, in a box about the origin; voxels of 1.5 mm.

    `markers` puts a small cube of a structure's label at a place in LPS mm.
    """
    to_lps = np.diag([STEP, STEP, STEP, 1.0])
    to_lps[:3, 3] = -STEP * (np.array(SHAPE) - 1) / 2
    array = np.zeros(SHAPE, dtype=np.uint8)
    index = np.stack(np.meshgrid(*(np.arange(size) for size in SHAPE), indexing="ij"), axis=-1)
    x, y, z = np.moveaxis(apply(to_lps, index), -1, 0)
    for order, name in enumerate(NAMES):
        height = PITCH * (1 - order)
        body = (np.abs(x) < 22) & (np.abs(y) < 17) & (np.abs(z - height) < 13)
        arch = (np.abs(x) < 18) & (y > 33) & (y < 44) & (np.abs(z - height) < 11)
        stalk = (np.abs(np.abs(x) - 14) < 4) & (y >= 16) & (y <= 34) & (np.abs(z - height - 4) < 6)
        array[body | arch | stalk] = VALUES[name]
    table = {"kidney_left": 3, "kidney_right": 2, "colon": 20, "spleen": 1}
    for structure, place in (markers or {}).items():
        near = np.abs(np.stack([x, y, z], axis=-1) - np.array(place)).max(axis=-1) < 2.3
        array[near] = table[structure]
    return label_map_of(Volume(array, to_lps), "total")


def mirrored(labels: LabelMap) -> LabelMap:
    """The patient's mirror image: every voxel to the other side, labels of pairs swapped."""
    array = labels.volume.array[::-1].copy()
    swapped = array.copy()
    for one, other in ((2, 3),):
        swapped[array == one], swapped[array == other] = other, one
    return label_map_of(Volume(swapped, labels.volume.lps_from_voxel), "total")


def spine(labels: LabelMap | None = None, *, with_model: bool = True) -> Spine:
    """A spine that stands straight, with L3 to L5 and two discs."""
    voxels = label_map() if labels is None else labels
    vertebrae = {
        name: Vertebra(
            name, VALUES[name], 60.0, (0.0, 10.0, PITCH * (1 - order)), (0.0, 0.0, PITCH * (1 - order)), True
        )
        for order, name in enumerate(NAMES)
    }
    spaces = {
        level: Interspace(level, (0.0, 0.0, height), (0.0, 0.0, 1.0), 2.0, "by hand", ())
        for level, height in (("L3-L4", PITCH / 2), ("L4-L5", -PITCH / 2))
    }
    crest = {
        Side.LEFT: CrestHeight(Side.LEFT, 10.0, 2.0, (70.0, 30.0, -PITCH / 2 + 10), ()),
        Side.RIGHT: CrestHeight(Side.RIGHT, 14.0, 2.0, (-70.0, 30.0, -PITCH / 2 + 14), ()),
    }
    made = Spine(
        "total", "by hand", (STEP,) * 3, NAMES, vertebrae, spaces, (0.0, 0.0, 1.0), crest, (), (), ()
    )
    return replace(made, model=model(voxels)) if with_model else made


def model(labels: LabelMap) -> SpineModel:
    """Discs, canal, sac, the left and right L4 roots and foramina of L4-L5."""
    shapes = {
        name: VertebraShape(
            name, FRAME, np.array([0.0, 0.0, height]), _plate(height + 13), _plate(height - 13)
        )
        for name, height in zip(NAMES, (PITCH, 0.0, -PITCH), strict=True)
    }
    discs = {
        level: Disc(
            level, np.array([0.0, 0.0, z]), FRAME, 34.0, 44.0, np.array([0.0, 17.0, z]), None, "derived", 2.0
        )
        for level, z in (("L3-L4", PITCH / 2), ("L4-L5", -PITCH / 2))
    }
    heights = np.linspace(55.0, -55.0, 12)
    line = np.stack([0 * heights, 0 * heights + 25, heights], axis=1)
    frames = np.repeat(FRAME[None], 12, axis=0)
    ones = np.ones(12)
    return SpineModel(
        labels=labels,
        image=None,
        shapes=shapes,
        parts={},
        discs=discs,
        canal=Canal(line, frames, 16 * ones, 24 * ones, 280 * ones),
        sac=Sac(line, frames, 8 * ones, 6 * ones, ones, "derived", None),
        foramina={("L4-L5", side): foramen(side) for side in Side},
        roots=tuple(root(side) for side in Side),
        herniations=(),
        skin=None,
    )


def _plate(height: float) -> Endplate:
    return Endplate(np.array([0.0, 0.0, height]), np.array([0.0, 0.0, 1.0]), 0.2, 34.0, 44.0)


def root(side: Side) -> Root:
    """The L4 root of a side: from the sac, down and out."""
    sign = 1.0 if side is Side.LEFT else -1.0
    points = np.array([[sign * 7, 22, 4], [sign * 14, 20, -8], [sign * 22, 14, -18], [sign * 32, 4, -30.0]])
    spread = np.repeat(np.eye(3)[None], 4, axis=0)
    return Root("L4", side, "L4-L5", points, np.array([1.8, 2.6, 2.2, 2.0]), spread, "derived", None)


def foramen(side: Side) -> Foramen:
    """The foramen L4-L5 of a side, an upright oval."""
    sign = 1.0 if side is Side.LEFT else -1.0
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    centre = np.array([sign * 16.0, 24.0, -PITCH / 2])
    contour = centre + np.stack([0 * turn, 5 * np.cos(turn), 9 * np.sin(turn)], axis=1)
    corners = centre + np.array([[0, -4, -6], [0, 4, -6], [0, 4, 5.0]])
    triangle = KambinTriangle(corners, 44.0, centre + np.array([0, 1.6, -3.6]), 2.4)
    frame = spine_frame(np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0]))
    return Foramen("L4-L5", side, centre, frame, contour, 18.0, 10.0, 141.0, triangle)


def proposal(
    target: np.ndarray,
    outward: np.ndarray,
    depth: float,
    diameter: float = 7.5,
    reamers: tuple[float, ...] = (),
) -> Proposal:
    """A corridor by hand from a target along a direction."""
    direction = outward / np.linalg.norm(outward)
    entry = target + depth * direction
    corridor = Corridor(as_point(entry), as_point(target), diameter, depth)
    clearance = Clearance("exiting root L4", None, "nerve", 2.0, 1.0, 1.0, 0.5, "derived", as_point(target))
    return Proposal(
        cannula="by hand",
        sap_budget=0.0,
        corridor=corridor,
        angles=Angles(60.0, 20.0, 10.0),
        entry=Entry(float(abs(entry[0])), None, None, None, False),
        clearances=(clearance,),
        certificate=Certificate(1.0, 1.05, 0.05, "sd", 0.1, 10, 10),
        tolerance=Tolerance(1.0, 2.0, 0.02, ""),
        foraminoplasty=Foraminoplasty(reamers, 120.0 if reamers else 0.0, 0.2 if reamers else 0.0, 6.0, 8.0),
        reach=None,
    )


def plan(level: str, side: Side, *proposals: Proposal) -> AccessPlan:
    """A plan by hand."""
    chosen = 0 if proposals else None
    return AccessPlan(level, side, "posterolateral", "prone", proposals, chosen, "by hand", (), (), ())


def plan_for(measured: Spine, level: str, side: Side, reamers: tuple[float, ...] = (7.5,)) -> AccessPlan:
    """A plausible posterolateral corridor: to the back of the disc, from behind and aside."""
    space = measured.interspaces[level]
    frame = spine_frame(np.array(space.normal_lps), np.array([0.0, 1.0, 0.0]))
    sign = 1.0 if side is Side.LEFT else -1.0
    target = np.array(space.centre_lps) + sign * 7 * frame[0] + 15 * frame[1]
    outward = sign * 0.86 * frame[0] + 0.45 * frame[1] + 0.25 * frame[2]
    return plan(level, side, proposal(target, outward, 115.0, reamers=reamers))

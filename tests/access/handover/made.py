"""A tiny patient made by hand, on oblique grids, with a corridor planned by nobody."""

from __future__ import annotations

from functools import cache

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
    Reach,
    Tolerance,
)
from kambin.anatomy import frames, label_map_of
from kambin.anatomy.geometry import Part, PartMap, Root, Sac, SpineModel
from kambin.anatomy.model import Caution, Spine
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.volume import Volume
from kambin.case.words import Side

SPACING = np.array([0.9, 0.8, 1.3])
SHAPE = (64, 60, 44)
L4, L5, L3 = 28, 27, 29
# LPS mm from the middle of the grid
BODIES = {L3: (0.0, -8.0, 23.0), L4: (0.0, -8.0, 13.0), L5: (0.0, -8.0, -13.0)}
PROCESS = (11.0, 8.0, -5.0)
TIP, ENTRY = np.array([6.0, 0.0, 0.0]), np.array([20.0, 14.0, 3.0])
MIDDLE = np.array([12.537, -33.281, 904.117])
DIAMETER = 7.5


def turn(degrees: tuple[float, float, float] = (17.0, -11.0, 23.0)) -> np.ndarray:
    found = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        step = np.eye(3)
        step[a, a] = step[b, b] = np.cos(angle)
        step[a, b], step[b, a] = -np.sin(angle), np.sin(angle)
        found = step @ found
    return found


def affine(kind: str) -> np.ndarray:
    """``oblique``; ``lefthanded``, whose first axis runs the other way; ``rounded`` to
    six decimals, as headers in text are; ``sheared``."""
    axes = turn() * SPACING
    if kind == "lefthanded":
        axes[:, 0] *= -1
    if kind == "rounded":
        axes = axes.round(6)
    if kind == "sheared":
        axes[:, 0] += 0.2 * axes[:, 1]
    found = np.eye(4)
    found[:3, :3] = axes
    found[:3, 3] = MIDDLE - axes @ ((np.array(SHAPE) - 1) / 2)
    return found


def side_sign(side: Side) -> np.ndarray:
    return np.array([1.0 if side is Side.LEFT else -1.0, 1.0, 1.0])


def placed(point: tuple[float, float, float] | np.ndarray, side: Side = Side.LEFT) -> np.ndarray:
    """A point of the patient, mirrored with the side."""
    return MIDDLE + np.asarray(point) * side_sign(side)


@cache
def spine(kind: str = "oblique", side: Side = Side.LEFT) -> Spine:
    """Three boxes for bodies, a ball for the process, and one derived root."""
    to_lps = affine(kind)
    index = np.stack(np.meshgrid(*(np.arange(size) for size in SHAPE), indexing="ij"), axis=-1)
    points = frames.apply(to_lps, index)
    array = np.zeros(SHAPE, dtype=np.uint8)
    for value, middle in BODIES.items():
        offset = np.abs(points - placed(middle, side))
        array[(offset <= [12.0, 8.0, 4.5 if value == L3 else 8.0]).all(axis=-1)] = value
    process = np.linalg.norm(points - placed(PROCESS, side), axis=-1) <= 6.0
    array[process] = L5
    labels = label_map_of(Volume(array, to_lps), "kambin")
    return _spine(_model(labels, process, side), labels)


def _model(labels: LabelMap, process: np.ndarray, side: Side) -> SpineModel:
    codes = np.where(labels.volume.array == L5, Part.BODY, 0).astype(np.uint8)
    left, right = Part.SUPERIOR_ARTICULAR_LEFT, Part.SUPERIOR_ARTICULAR_RIGHT
    codes[process] = left if side is Side.LEFT else right
    whole = tuple(slice(0, size) for size in SHAPE)
    line = np.stack([placed((5.0 + step, 3.0, 8.0 - 0.5 * step), side) for step in range(12)])
    root = Root(
        name="L4",
        side=side,
        exits_at="L4-L5",
        points_lps=line,
        radius_mm=np.full(12, 2.0),
        covariance_mm2=np.zeros((12, 3, 3)),
        how="derived",
        region=None,
    )
    parts = {"L5": PartMap("L5", whole, codes, "given")}
    sac = Sac(
        points_lps=np.stack([placed((0.0, 8.0, 20.0 - 4.0 * step), side) for step in range(11)]),
        frames=np.broadcast_to(np.eye(3), (11, 3, 3)),
        half_width_mm=np.full(11, 7.0),
        half_depth_mm=np.full(11, 5.0),
        sd_mm=np.full(11, 1.0),
        how="derived",
        region=None,
    )
    return SpineModel(labels, None, {}, parts, {}, None, sac, {}, (root,), (), None)


def _spine(model: SpineModel, labels: LabelMap) -> Spine:
    return Spine(
        convention="kambin",
        convention_how="made",
        spacing_mm=labels.volume.spacing_mm,
        levels=("L3", "L4", "L5"),
        vertebrae={},
        interspaces={},
        lumbar_axis_lps=None,
        crest={},
        measurements=(),
        warnings=(),
        missing=(),
        model=model,
    )


def proposal(side: Side = Side.LEFT, bone: bool = True) -> Proposal:
    tip, entry = frames.as_point(placed(TIP, side)), frames.as_point(placed(ENTRY, side))
    certificate = Certificate(1.2, 1.25, 0.05, "sd", 0.1, 1000, 10)
    near = Clearance("exiting root L4", side, "nerve", 2.345, 1.5, 1.0, 0.5, "derived", tip)
    far = Clearance("bone", None, "bone", 0.75, 0.3, 0.75, 0.0, "given", tip)
    reaming = Foraminoplasty((6.0, 8.5), 120.0, 0.13, 5.0, 8.5)
    return Proposal(
        cannula="cannula-7.5",
        sap_budget=0.5,
        corridor=Corridor(entry, tip, DIAMETER, float(np.linalg.norm(ENTRY - TIP))),
        angles=Angles(45.0, 8.9, 12.5),
        entry=Entry(24.0, 3.0, "L4", None, True),
        clearances=(near, far),
        certificate=certificate,
        tolerance=Tolerance(1.8, 2.5, 0.01, "G001"),
        foraminoplasty=reaming if bone else Foraminoplasty((), 0.0, 0.0, 8.0, 8.0),
        reach=Reach(0.9, 0.8),
    )


def plan(side: Side = Side.LEFT, bone: bool = True, recommended: int | None = 0) -> AccessPlan:
    items = () if recommended is None else (proposal(side, bone),)
    return AccessPlan(
        level="L4-L5",
        side=side,
        approach="posterolateral",
        position="prone",
        proposals=items,
        recommended=recommended,
        why="made by hand – nothing is planned",
        blocks=(),
        cautions=(Caution("made_by_hand", "Nobody planned this."),),
        missing=("skin",),
    )

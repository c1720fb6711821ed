"""Scenes with a known answer: a corridor planted through two holes, or none because one thing is in the way.

Everything is written down as distance functions of a point, so the truth never passes through a mask or a
field. Three half plates around a triangular hole, and three more behind them, leave exactly one axis that is
best: through the middles of both holes, with the radius of the inscribed circle less the cannula's as its
clearance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.access.grid import Field, Roi
from kambin.access.scene import Cone, Obstacle, Patch, PoseError, Scene

Floats = NDArray[np.float64]
Distance = Callable[[Floats], Floats]

CANNULAS_MM = (2.0, 2.75, 3.5, 4.25)
SKIN_MM = 62.0


@dataclass(frozen=True, slots=True)
class Planted:
    """A scene and its truth."""

    scene: Scene
    patch: Patch
    cone: Cone
    tip: Floats
    direction: Floats
    entry: Floats
    hole_mm: float
    blocked_by: str | None
    distances: dict[str, Distance]


def turned(axis: Floats, angle: float) -> Floats:
    """Rotation matrix about an axis."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def across(direction: Floats) -> Floats:
    """Two unit vectors across a direction, shape (2, 3)."""
    first = np.cross(direction, [0.0, 0.0, 1.0] if abs(direction[2]) < 0.8 else [1.0, 0.0, 0.0])
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(direction, first)])


def plate(at: Floats, normal: Floats, hole: float, thick: float = 1.5) -> Distance:
    """Distance to an endless plate with a round hole; hole 0 is a whole plate."""

    def distance(points: Floats) -> Floats:
        local = points - at
        height = np.abs(local @ normal) - thick
        beside = np.linalg.norm(local - (local @ normal)[..., None] * normal, axis=-1)
        inwards = hole - beside if hole > 0 else -beside - 1.0
        outside = np.hypot(np.maximum(height, 0), np.maximum(inwards, 0))
        return np.where((height < 0) & (inwards < 0), np.maximum(height, inwards), outside)

    return distance


def half_plate(at: Floats, normal: Floats, outwards: Floats, gap: float, thick: float = 1.5) -> Distance:
    """Distance to the part of a plate that lies beyond a straight edge, `gap` from `at`."""

    def distance(points: Floats) -> Floats:
        local = points - at
        height = np.abs(local @ normal) - thick
        inwards = gap - local @ outwards
        outside = np.hypot(np.maximum(height, 0), np.maximum(inwards, 0))
        return np.where((height < 0) & (inwards < 0), np.maximum(height, inwards), outside)

    return distance


def ball(at: Floats, radius: float) -> Distance:
    """Distance to a ball."""
    return lambda points: np.linalg.norm(points - at, axis=-1) - radius


def analytic_field(distance: Distance, roi: Roi, spacing: float, cap: float) -> Field:
    """A field whose nodes are exact; blocks whose middle is far beyond the cap are not looked at."""
    block = 6
    count = np.ceil((roi.high_lps - roi.low_lps) / spacing / block).astype(int) + 1
    index = np.stack(np.meshgrid(*[np.arange(n) for n in count], indexing="ij"), axis=-1)
    middles = roi.low_lps + spacing * (block * index + 0.5 * (block - 1))
    near = np.abs(distance(middles)) < cap + spacing * block
    near = np.repeat(np.repeat(np.repeat(near, block, 0), block, 1), block, 2)
    values = np.full(near.shape, cap, dtype=np.float32)
    values[near] = np.clip(distance(roi.low_lps + spacing * np.argwhere(near)), -8.0, cap)
    inside = np.repeat(np.repeat(np.repeat(distance(middles) < -cap, block, 0), block, 1), block, 2)
    values[inside & ~near] = -8.0
    return Field(roi.low_lps, spacing, values, cap)


def _moved(distance: Distance, turn: Floats, shift: Floats) -> Distance:
    return lambda points: distance((points - shift) @ turn)


@dataclass(frozen=True, slots=True)
class Pose:
    """How the patient lies: a turn (or a mirror) and a shift."""

    turn: Floats
    shift: Floats

    def point(self, point: Floats) -> Floats:
        """A point of the patient in the room."""
        return self.turn @ point + self.shift


AS_IS = Pose(np.eye(3), np.zeros(3))


def plant(
    seed: int, *, blocked: str | None = None, hole_mm: float | None = None, pose: Pose = AS_IS,
    spacing: float = 1.25, tilt_deg: float = 0.0,
) -> Planted:  # fmt: skip
    """A scene; `blocked` is None, ``gap``, ``crest`` or ``bowel``. The same seed is the same patient."""
    rng = np.random.default_rng(seed)
    frame = np.eye(3)
    cone = Cone(frame, (25.0, 75.0), (-15.0, 30.0))
    direction = cone.direction(rng.uniform(35, 65), rng.uniform(-5, 20))
    centre = rng.uniform(-2, 2, 3)
    half = np.array([[2.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    tip = centre + rng.uniform(-0.6, 0.6, 2) @ half
    hole = float(rng.choice(CANNULAS_MM) + rng.uniform(0.2, 0.55)) if hole_mm is None else hole_mm
    near, far = tip + rng.uniform(6, 9) * direction, tip + rng.uniform(26, 34) * direction
    shapes: dict[str, tuple[str, Distance, float]] = {}
    for where, at in (("near", near), ("far", far)):
        start = rng.uniform(0, 2 * np.pi)
        for n in range(3):
            out = turned(direction, start + n * 2 * np.pi / 3) @ across(direction)[0]
            shapes[f"nerve {where} {n}"] = ("nerve", half_plate(at, direction, out, hole), 9.0)
    for n in range(3):
        side = turned(direction, rng.uniform(0, 2 * np.pi)) @ across(direction)[0]
        radius = rng.uniform(2, 5)
        at = tip + rng.uniform(10, 45) * direction + (radius + 7.0 + rng.uniform(0, 8)) * side
        shapes[f"facet {n}"] = ("bone", ball(at, radius), 6.0)
    names = {"gap": "narrow foramen", "crest": "iliac crest", "bowel": "bowel"}
    if blocked == "gap":
        shapes[names[blocked]] = ("bone", plate(tip + 18 * direction, direction, rng.uniform(0.4, 1.7)), 6.0)
    if blocked == "crest":
        wall = plate(
            tip + 46 * direction, turned(across(direction)[0], 0.2) @ direction, 0.0, rng.uniform(1, 4)
        )
        shapes[names[blocked]] = ("bone", wall, 6.0)
    if blocked == "bowel":
        shapes[names[blocked]] = ("viscera", ball(tip + 44 * direction, rng.uniform(10, 14)), 6.0)
    lean = turned(across(direction)[0], rng.uniform(-0.4, 0.4)) @ direction
    skin = lambda p: (p - tip - SKIN_MM * direction) @ lean  # noqa: E731
    return _built(
        shapes,
        skin,
        cone,
        half,
        centre,
        tip,
        direction,
        hole,
        names.get(blocked or ""),
        pose,
        spacing,
        tilt_deg,
    )


def _built(
    shapes: dict[str, tuple[str, Distance, float]], skin: Distance, cone: Cone, half: Floats, centre: Floats,
    tip: Floats, direction: Floats, hole: float, blocked_by: str | None, pose: Pose, spacing: float,
    tilt_deg: float,
) -> Planted:  # fmt: skip
    corners = np.array([
        tip + s * cone.direction(a, b)
        for s in (0, SKIN_MM + 22) for a in (20.0, 50.0, 80.0) for b in (-20.0, 8.0, 35.0)
    ])  # fmt: skip
    roi = Roi.around(np.array([pose.point(p) for p in corners]), 8.0)
    placed = {
        name: (kind, _moved(distance, pose.turn, pose.shift), cap)
        for name, (kind, distance, cap) in shapes.items()
    }
    obstacles = tuple(
        Obstacle(name, kind, None, analytic_field(distance, roi, spacing, cap))
        for name, (kind, distance, cap) in placed.items()
    )
    body = _moved(skin, pose.turn, pose.shift)
    scene = Scene(roi, obstacles, analytic_field(body, roi, 2.0, 24.0), PoseError(0.0, tilt_deg, 20.0))
    return Planted(
        scene=scene,
        patch=Patch(pose.point(centre), half @ pose.turn.T),
        cone=Cone(np.asarray(cone.frame) @ pose.turn.T, cone.axial_deg, cone.cranial_deg),
        tip=pose.point(tip),
        direction=pose.turn @ direction,
        entry=pose.point(tip + SKIN_MM * direction),
        hole_mm=hole,
        blocked_by=blocked_by,
        distances={name: distance for name, (_, distance, _) in placed.items()},
    )

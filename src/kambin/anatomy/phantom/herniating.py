"""Herniated disc material.

Built in the frame of the lower body's superior endplate, shifted to the disc's back at half height: x
outwards, y back, z up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.column import Column
from kambin.anatomy.phantom.knobs import Herniation
from kambin.anatomy.phantom.openings import Opening
from kambin.anatomy.phantom.plates import outline
from kambin.anatomy.phantom.solids import Placed, cone, ellipsoid, pose
from kambin.case.words import Side

__all__ = ["Material", "herniate"]

Floats = NDArray[np.float64]
# half width of the base against the projection, and how far it reaches back into the disc (assumptions)
BASE_SHARE = {"protrusion": 1.15, "extrusion": 0.55, "sequestration": 0.0}
ROOTED_MM = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """One herniation.

    Attributes
    ----------
    what : Herniation
    solids : tuple of Placed
    frame : ndarray, shape (4, 4)
        model_from_local; the origin lies on the disc's outline, y points out of the disc there.
    structure : str
    """

    what: Herniation
    solids: tuple[Placed, ...]
    frame: Floats
    structure: str


def herniate(column: Column, openings: Mapping[tuple[str, Side], Opening], what: Herniation) -> Material:
    """Build one herniation."""
    structure = f"herniation_{what.level}"
    at = _base(column, openings, what)
    solids = tuple(_solids(what, at, structure, column))
    return Material(what, solids, at, structure)


def _angle_out(column: Column, openings: Mapping[tuple[str, Side], Opening], what: Herniation) -> float:
    """How far from the midline its middle lies on the lower body's outline, mm."""
    if what.side == "midline":
        return 0.0
    upper, _ = column.pair(what.level)
    inner = upper.sizes["canal_width"] / 2
    outer = inner + upper.sizes["pedicle_width"]
    out = {
        "central": 0.25 * inner,
        "subarticular": 0.88 * inner,
        "foraminal": (inner + outer) / 2,
        "extraforaminal": outer + 3.0,
    }[what.zone]
    return out if what.side == "left" else -out


def _base(column: Column, openings: Mapping[tuple[str, Side], Opening], what: Herniation) -> Floats:
    """Frame on the disc's outline where the herniation leaves it."""
    _, bone = column.pair(what.level)
    out = _angle_out(column, openings, what)
    sign = 1.0 if out >= 0 else -1.0
    limit = 0.97 * bone.body[0]
    x = sign * min(abs(out), limit)
    ys = np.linspace(bone.wall + 2.0, -bone.body[1], 4000)
    inside = outline(bone.body, np.full_like(ys, x), ys) <= 0
    y = float(ys[inside][0])
    step = 0.05
    slope = [
        float(outline(bone.body, np.array([x + dx]), np.array([y + dy]))[0])
        for dx, dy in ((step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step))
    ]
    normal = frames.unit(np.array([slope[0] - slope[1], slope[2] - slope[3], 0.0]))
    if abs(x) < 0.6 * bone.body[0]:
        # out of the back of the disc straight backwards
        normal = np.array([0.0, 1.0, 0.0])
    top = bone.body[6] + bone.body[8] * y
    behind = column.disc_behind[what.level]
    turn = np.stack([np.cross(normal, [0.0, 0.0, 1.0]), normal, np.array([0.0, 0.0, 1.0])], axis=1)
    return np.asarray(bone.at @ pose(turn, [x, y, top + behind / 2]), dtype=np.float64)


def _solids(what: Herniation, at: Floats, structure: str, column: Column) -> list[Placed]:
    size = what.size_mm
    behind = column.disc_behind[what.level]
    high = max(0.5 * behind - 0.3, 1.0)
    if what.type == "bulge":
        return [ellipsoid(at, (max(3.2 * size, 16.0), size, high), structure)]
    if what.type == "protrusion":
        return [ellipsoid(at, (BASE_SHARE["protrusion"] * size, size, high), structure)]
    sign = {"none": 0.0, "up": 1.0, "down": -1.0}[what.migration]
    reach = behind / 2 + what.migration_mm
    half = max(min(0.5 * size + 0.35 * what.migration_mm, 9.0), high * 0.9)
    centre = np.array([0.0, 0.55 * size, sign * max(reach - half, 0.0)])
    dome = ellipsoid(at @ pose(np.eye(3), centre), (0.75 * size + 0.5, 0.45 * size, half), structure)
    if what.type == "sequestration":
        return [dome]
    neck = BASE_SHARE["extrusion"] * size
    inner = frames.apply(at, np.array([0.0, -ROOTED_MM, 0.0]))
    radius = min(neck, high)
    return [dome, cone(inner, frames.apply(at, centre), (radius, radius), structure)]

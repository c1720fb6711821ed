"""What bone goes, in which steps, and what opening that leaves."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.catalogue import Instruments
from kambin.access.model import Foraminoplasty
from kambin.access.result import Ray
from kambin.access.scene import Removable, Scene

__all__ = ["foraminoplasty_of"]

Floats: TypeAlias = NDArray[np.float64]
# Samples along the axis for openings, mm.
STEP_MM = 0.25
# Less bone than this share is a touch of the boundary of two labels, and needs no reamer.
TOUCH = 0.005


def foraminoplasty_of(
    scene: Scene, process: Floats | None, ray: Ray, radius_mm: float, tools: Instruments
) -> Foraminoplasty:
    """Reamers, bone and openings of one corridor.

    Parameters
    ----------
    scene : Scene
    process : ndarray or None
        Distances of the axis' samples from the process that may go, see `samples`; None where it stays.
    ray : Ray
    radius_mm : float
        Of the cannula.
    tools : Instruments

    Returns
    -------
    Foraminoplasty
        The bone is that of the last reamer, which is at least as wide as the cannula.
    """
    points = samples(ray)
    fixed = [one.field.at(points) for one in scene.obstacles if one.kind in ("bone", "nerve")]
    room = float(np.stack(fixed).min()) if fixed else np.inf
    touched = any(share_of(one, ray, radius_mm) > TOUCH for one in scene.removable)
    if not touched:
        whole = room if process is None else min(room, float(process.min()))
        opening = 2 * max(whole, 0.0)
        return Foraminoplasty((), 0.0, 0.0, opening, opening)
    reamers = ladder(tools, 2 * radius_mm)
    last = reamers[-1] / 2
    shares = [share_of(one, ray, last) for one in scene.removable]
    volumes = [
        share * float(one.volumes_mm3.sum()) for share, one in zip(shares, scene.removable, strict=True)
    ]
    before = room if process is None else min(room, float(process.min()))
    return Foraminoplasty(
        reamers_mm=reamers,
        volume_mm3=float(sum(volumes)),
        sap_fraction=float(max(shares)),
        opening_before_mm=2 * max(before, 0.0),
        opening_after_mm=2 * max(min(room, last), 0.0),
    )


def ladder(tools: Instruments, cannula_mm: float) -> tuple[float, ...]:
    """Reamers up to the first that lets the cannula pass; all where none is wide enough."""
    narrower = [mm for mm in tools.reamers_mm if mm < cannula_mm]
    wide = [mm for mm in tools.reamers_mm if mm >= cannula_mm]
    return (*narrower, *wide[:1])


def samples(ray: Ray) -> Floats:
    """Points along the axis, LPS mm, shape (n, 3)."""
    along = np.arange(0.0, ray.length_mm, STEP_MM)
    points: Floats = ray.tip_lps + along[:, None] * ray.direction_lps
    return points


def share_of(bone: Removable, ray: Ray, radius_mm: float) -> float:
    """Share of a bone inside a cylinder about the axis, from the tip outwards, with a rounded end."""
    offset = bone.points_lps - ray.tip_lps
    along = np.clip(offset @ ray.direction_lps, 0.0, ray.length_mm)
    apart = np.linalg.norm(offset - along[:, None] * ray.direction_lps, axis=1)
    # a voxel at the wall counts by how far it lies inside, over its own width
    inside = np.clip(0.5 + (radius_mm - apart) / bone.edge_mm, 0.0, 1.0)
    return float(inside @ bone.volumes_mm3 / bone.volumes_mm3.sum())

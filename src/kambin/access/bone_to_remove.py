"""What bone goes, in which steps, and what opening that leaves."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.catalogue import Instruments
from kambin.access.model import Foraminoplasty
from kambin.access.reaming import bone_of
from kambin.access.result import Ray
from kambin.access.scene import Scene

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
    line = np.array([[*ray.tip_lps, *ray.direction_lps, ray.length_mm]])
    bones = [bone_of(one) for one in scene.removable if len(one.points_lps)]
    touched = any(one.shares(line, radius_mm)[0] > TOUCH for one in bones)
    if not touched:
        whole = room if process is None else min(room, float(process.min()))
        opening = 2 * max(whole, 0.0)
        return Foraminoplasty((), 0.0, 0.0, opening, opening)
    reamers = ladder(tools, 2 * radius_mm)
    last = reamers[-1] / 2
    shares = [float(one.shares(line, last)[0]) for one in bones]
    before = room if process is None else min(room, float(process.min()))
    return Foraminoplasty(
        reamers_mm=reamers,
        volume_mm3=sum(share * one.volume_mm3 for share, one in zip(shares, bones, strict=True)),
        sap_fraction=max(shares),
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

"""The frame of one access: outwards, posterior, cranial, from the middle of the disc's back edge.

*Outwards* is the patient's left on the left and the patient's right on the right, so that one set of rules
serves both sides and the mirror image of a patient gets the mirror image of a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.model import Angles, Entry
from kambin.anatomy import frames
from kambin.anatomy.geometry import Disc, Part, PartMap, SpineModel
from kambin.case.words import Side

__all__ = ["Local", "angles_of", "entry_of", "local_of", "part_points", "pedicle_reach", "spinous_tip"]

Floats: TypeAlias = NDArray[np.float64]
PEDICLE = {Side.LEFT: Part.PEDICLE_LEFT, Side.RIGHT: Part.PEDICLE_RIGHT}
# of the voxels of a pedicle: it flares into body and transverse process, which are no edge
EDGE_PERCENT = 10.0
# a disc's back edge found farther beside the canal than this is not taken for its error
MOST_ASIDE_MM = 4.0
# no lumbar pedicle is thinner
LEAST_PEDICLE_MM = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Local:
    """Coordinates of one level and side.

    Attributes
    ----------
    level : str
    side : Side
    origin_lps : ndarray, shape (3,)
    axes : ndarray, shape (3, 3)
        Rows outwards, posterior, cranial; left-handed on the right side.
    """

    level: str
    side: Side
    origin_lps: Floats
    axes: Floats

    def of(self, points_lps: Floats) -> Floats:
        """LPS points, shape (..., 3), in these coordinates, mm."""
        found: Floats = (np.asarray(points_lps, dtype=np.float64) - self.origin_lps) @ self.axes.T
        return found

    def lps(self, points: Floats) -> Floats:
        """Points of these coordinates, shape (..., 3), in LPS."""
        found: Floats = self.origin_lps + np.asarray(points, dtype=np.float64) @ self.axes
        return found

    def direction(self, axial_deg: float, cranial_deg: float) -> Floats:
        """Unit vector from target to entry, LPS: `axial_deg` from straight back outwards, then tilted up."""
        axial, tilt = np.radians(axial_deg), np.radians(cranial_deg)
        local = np.array(
            [np.sin(axial) * np.cos(tilt), np.cos(axial) * np.cos(tilt), np.sin(tilt)], dtype=np.float64
        )
        turned: Floats = local @ self.axes
        return turned


def local_of(model: SpineModel, disc: Disc, side: Side) -> Local:
    """The frame of one side of a disc; the middle is that of the canal, where it is known."""
    sign = 1.0 if side is Side.LEFT else -1.0
    axes = np.array(disc.frame, dtype=np.float64)
    axes[0] *= sign
    origin = np.asarray(disc.posterior_edge_lps, dtype=np.float64)
    if model.canal is not None and len(model.canal.points_lps):
        apart = (model.canal.points_lps - origin) @ axes.T
        aside = apart[int(np.argmin(np.abs(apart[:, 2]))), 0]
        origin = origin + axes[0] * float(np.clip(aside, -MOST_ASIDE_MM, MOST_ASIDE_MM))
    return Local(disc.level, side, origin, axes)


def part_points(model: SpineModel, vertebra: str, codes: Sequence[Part]) -> Floats:
    """Voxel centres of some parts of a vertebra, LPS mm, shape (n, 3); empty where it was not parted."""
    parts: PartMap | None = model.parts.get(vertebra)
    if parts is None:
        return np.empty((0, 3))
    start = np.array([piece.start for piece in parts.box])
    index = np.argwhere(np.isin(parts.codes, [int(code) for code in codes])) + start
    return frames.apply(model.labels.volume.lps_from_voxel, index)


def pedicle_reach(model: SpineModel, local: Local, vertebra: str) -> tuple[float, float] | None:
    """Inner and outer edge of a pedicle, outwards of the disc's middle, mm.

    The inner edge is the wall of the canal at the height of the pedicle, the outer one that of the voxels
    which belong to it. None where canal or pedicle is not known.
    """
    points = part_points(model, vertebra, [PEDICLE[local.side]])
    if not len(points) or model.canal is None or not len(model.canal.points_lps):
        return None
    own, line = local.of(points), local.of(model.canal.points_lps)
    level = int(np.argmin(np.abs(line[:, 2] - np.median(own[:, 2]))))
    inner = float(line[level, 0]) + float(model.canal.width_mm[level]) / 2
    outer = float(np.percentile(own[:, 0], 100 - EDGE_PERCENT))
    return inner, max(outer, inner + LEAST_PEDICLE_MM)


def spinous_tip(model: SpineModel, vertebra: str) -> Floats | None:
    """The hindmost point of a spinous process, LPS mm; None where it was not parted."""
    points = part_points(model, vertebra, [Part.SPINOUS])
    shape = model.shapes.get(vertebra)
    if not len(points) or shape is None:
        return None
    back = points @ shape.frame[1]
    tip: Floats = points[back > back.max() - 2.0].mean(axis=0)
    return tip


def angles_of(local: Local, direction_lps: Floats) -> Angles:
    """A direction from target to entry in the patient's terms."""
    outwards, posterior, cranial = (float(value) for value in local.axes @ direction_lps)
    return Angles(
        axial_deg=float(np.degrees(np.arctan2(outwards, posterior))),
        coronal_deg=float(np.degrees(np.arctan2(cranial, outwards))),
        sagittal_deg=float(np.degrees(np.arctan2(cranial, posterior))),
    )


def entry_of(
    model: SpineModel,
    local: Local,
    entry_lps: Floats,
    cranial_lps: Floats | None,
    crest_top_lps: Floats | None,
    on_skin: bool,
) -> Entry:
    """Describe an entry by what a hand finds on the back.

    Parameters
    ----------
    model : SpineModel
    local : Local
    entry_lps : ndarray, shape (3,)
    cranial_lps : ndarray, shape (3,), or None
        The lumbar axis; without it the disc's own direction is used.
    crest_top_lps : ndarray, shape (3,), or None
        Top of the crest of this side.
    on_skin : bool

    Returns
    -------
    Entry
    """
    cranial = local.axes[2] if cranial_lps is None else frames.unit(cranial_lps)
    outwards = frames.unit(local.axes[0] - cranial * float(local.axes[0] @ cranial))
    tips = {name: tip for name in model.parts if (tip := spinous_tip(model, name)) is not None}
    above = {name: float((entry_lps - tip) @ cranial) for name, tip in tips.items()}
    nearest = min(above, key=lambda name: abs(above[name]), default=None)
    middle = tips[nearest] if nearest is not None else local.origin_lps
    return Entry(
        from_midline_mm=float((entry_lps - middle) @ outwards),
        above_spinous_mm=None if nearest is None else above[nearest],
        spinous_of=nearest,
        above_crest_mm=None if crest_top_lps is None else float((entry_lps - crest_top_lps) @ cranial),
        on_skin=on_skin,
    )

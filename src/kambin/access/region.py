"""The region of one access: every ray that an approach allows, from every place of its tip, to the skin.

Where the map shows no skin, a ray ends at the edge of what is known: the convex hull of all that the map
names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access import structures
from kambin.access.catalogue import Rules
from kambin.access.grid import Roi
from kambin.access.local import Local
from kambin.access.structures import Cut, Piece
from kambin.access.target import TipBox
from kambin.anatomy import frames
from kambin.anatomy.geometry import SpineModel

__all__ = ["LONGEST_MM", "RAY_STEP_MM", "middle_of", "region_of"]

Floats: TypeAlias = NDArray[np.float64]
# Longest way from tip to skin that is looked at, mm: no endoscope of the catalogue is longer.
LONGEST_MM = 200.0
# Directions at which the corners of the region are taken, along each angle.
CORNERS = 4
# Every grid's step divides this: 0.8 mm and 2 mm.
EVEN_MM = 4.0
# Steps along a ray to where it leaves the body, mm.
RAY_STEP_MM = 3.0


def middle_of(local: Local, box: TipBox) -> Floats:
    """Middle of the box in which the tip may stand, LPS mm."""
    return local.lps((np.array(box.low) + np.array(box.high)) / 2)


def _whole(model: SpineModel) -> Roi:
    """The box of the map."""
    volume = model.labels.volume
    ends = np.array([np.zeros(3), volume.array.shape]) - 0.5
    corners = np.array([[ends[i, 0], ends[j, 1], ends[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    return Roi.around(frames.apply(volume.lps_from_voxel, corners), 0.0)


def region_of(
    model: SpineModel, local: Local, placed: Sequence[tuple[Rules, TipBox]]
) -> tuple[Roi, Piece | None]:
    """The box that the access can meet, and what it ends at: the skin, or the edge of what is known."""
    rays = [
        (tip, local.direction(float(axial), float(tilt)), _farthest(rules, local, box))
        for rules, box in placed
        for tip in _corners(local, box)
        for axial in np.linspace(*rules.axial_deg[local.level], CORNERS)
        for tilt in np.linspace(*rules.cranial_deg[local.level], CORNERS)
    ]
    reach = np.concatenate([[tip, tip + LONGEST_MM * way] for tip, way, _ in rays])
    wide = _within(Roi.around(reach, 12.0), _whole(model))
    cut = Cut.of(model, wide, 0.0)
    edge = structures.body_of(model, cut) or structures.edge_of_known(model, cut)
    steps = np.arange(0.0, LONGEST_MM, RAY_STEP_MM)
    ends = [_corners(local, box) for _, box in placed]
    for tip, way, farthest in rays:
        line = tip + steps[:, None] * way
        inside = _inside(edge, line) if edge is not None else np.ones(len(line), dtype=np.bool_)
        inside &= (line - local.origin_lps) @ local.axes[0] < farthest
        stop = len(steps) - 1 if inside.all() else int(np.argmin(inside))
        ends.append(line[[max(stop, 1)]])
    return _even(_within(Roi.around(np.concatenate(ends), 12.0), wide), local.origin_lps), edge


def _corners(local: Local, box: TipBox) -> Floats:
    """Corners of the box in which the tip may stand, LPS mm, shape (8, 3)."""
    span = np.array([box.low, box.high])
    return local.lps(
        np.array([[span[i, 0], span[j, 1], span[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    )


def _farthest(rules: Rules, local: Local, box: TipBox) -> float:
    """Farther from the midline than this no entry of the approach lies, mm."""
    return max(rules.entry_mm[local.level][1], box.high[0] + 10.0)


def _within(wanted: Roi, whole: Roi) -> Roi:
    low = np.maximum(wanted.low_lps, whole.low_lps)
    return Roi(low, np.maximum(np.minimum(wanted.high_lps, whole.high_lps), low + 1.0))


def _even(roi: Roi, anchor: Floats) -> Roi:
    """The region, smaller by less than `EVEN_MM` at each side, so that every grid has a node at `anchor`.

    The grids of a mirrored patient are then mirrored too; neither how far the map reaches nor which
    approaches are planned together shifts them.
    """
    low = anchor + EVEN_MM * np.ceil((roi.low_lps - anchor) / EVEN_MM - 1e-6)
    high = anchor + EVEN_MM * np.floor((roi.high_lps - anchor) / EVEN_MM + 1e-6)
    return Roi(low, np.maximum(high, low + EVEN_MM))


def _inside(piece: Piece, points: Floats) -> NDArray[np.bool_]:
    inverse: Floats = np.asarray(np.linalg.inv(piece.lps_from_mask), dtype=np.float64)
    index = np.round(frames.apply(inverse, points)).astype(np.int64)
    held = np.all((index >= 0) & (index < piece.mask.shape), axis=1)
    found = np.zeros(len(points), dtype=np.bool_)
    found[held] = piece.mask[tuple(index[held].T)]
    return found

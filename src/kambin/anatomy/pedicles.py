"""The borders of a pedicle as a root meets them: inner, outer, and the lower inner edge.

Where the pedicle's part ends in front and behind is a matter of where body and lamina were cut off, and its
ends flare. So only its middle is taken from the part; the borders are where rays from there, across the
pedicle, leave the bone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.fields import Field, values_at
from kambin.anatomy.regions import Region
from kambin.case.words import Side

__all__ = ["DIAGONAL", "PedicleBorders", "outward_frame", "pedicle_borders", "pedicle_middle"]

Floats = NDArray[np.float64]

# Inwards and down, in the axes outwards and cranial.
DIAGONAL = np.array([-1.0, -1.0]) / np.sqrt(2.0)
# What bone fills for this share of the pedicle's length belongs to its waist; columns of the waist that are
# lower than this share of its highest belong to a process beside it.
LENGTH_SHARE, HEIGHT_SHARE = 0.5, 0.6
# Rays run this far, pedicles are at most 21 mm wide and high; each is the median of three, this far apart.
REACH_MM, STEP_MM, APART_MM = 22.0, 0.25, 1.5
# Directions, degrees from outwards towards the head: inwards, down, and down and outwards, below the
# transverse process.
INWARDS_DEG = np.arange(165.0, 196.0, 7.5)
FAN_DEG = np.arange(180.0, 271.0, 7.5)
OUTWARDS_DEG = np.arange(290.0, 326.0, 7.5)
# The ray at the foot runs at this share of the way from the lower edge to the middle; one that runs on for
# more than half the width of the widest pedicle has gone into a process.
FOOT_SHARE, FOOT_REACH_MM = 0.35, 11.0


def outward_frame(frame: Floats, side: Side) -> Floats:
    """Rows outwards, posterior, cranial of a frame with the rows left, posterior, cranial."""
    turned = frame.copy()
    if side is Side.RIGHT:
        turned[0] = -turned[0]
    return turned


class PedicleBorders(NamedTuple):
    """Borders of a pedicle, mm; `edge` is (outwards, cranial), the farthest point inwards and down."""

    inner: float
    outer: float
    bottom: float
    middle: float
    edge: Floats


def pedicle_borders(
    pedicle: Region, bone: Field, origin_lps: Floats, frame: Floats, roof: float | None = None
) -> PedicleBorders | None:
    """The borders of a pedicle where its waist is.

    Parameters
    ----------
    pedicle : Region
    bone : Field
        Of its whole vertebra.
    origin_lps : ndarray, shape (3,)
    frame : ndarray, shape (3, 3)
        Rows outwards, posterior, cranial.
    roof : float, optional
        Height of its lower edge, where that is known from the foramen.

    Returns
    -------
    PedicleBorders or None
        None where the rays do not leave the bone.
    """
    middle = _middle((pedicle.points_lps() - origin_lps) @ frame.T, max(pedicle.volume.spacing_mm))
    inwards, fan, outwards = (
        _exits(bone, origin_lps, frame, middle, angles) for angles in (INWARDS_DEG, FAN_DEG, OUTWARDS_DEG)
    )
    if not (len(inwards) and len(fan) and len(outwards)):
        return None
    # the transverse process leaves a pedicle above its foot, so there a ray may run out sideways
    foot = middle.copy()
    foot[2] = float(fan[-1, 1]) + FOOT_SHARE * (middle[2] - float(fan[-1, 1]))
    sideways = _exits(bone, origin_lps, frame, foot, np.zeros(1))
    outer = float(outwards[:, 0].max())
    if len(sideways) and sideways[0, 0] - middle[0] <= FOOT_REACH_MM:
        outer = max(outer, float(sideways[0, 0]))
    if roof is not None:  # what the fan met below the roof is a flare, not the pedicle
        fan = np.stack([fan[:, 0], np.maximum(fan[:, 1], roof)], axis=1)
    edge: Floats = fan[int((fan @ DIAGONAL).argmax())]
    return PedicleBorders(
        inner=float(np.median(inwards[:, 0])),
        outer=outer,
        bottom=float(fan[-1, 1]),
        middle=float(middle[2]),
        edge=edge,
    )


def pedicle_middle(pedicle: Region, bone: Field, frame: Floats) -> Floats:
    """Middle of a pedicle, LPS mm, shape (3,).

    Across, half way between its inner and outer border; the middle of its waist where rays do not find them.

    Parameters
    ----------
    pedicle : Region
    bone : Field
        Of its whole vertebra.
    frame : ndarray, shape (3, 3)
        Rows outwards, posterior, cranial.
    """
    origin = pedicle.centre_lps()
    middle = _middle((pedicle.points_lps() - origin) @ frame.T, max(pedicle.volume.spacing_mm))
    borders = pedicle_borders(pedicle, bone, origin, frame)
    if borders is not None:
        middle[0] = (borders.inner + borders.outer) / 2
    placed: Floats = origin + middle @ frame
    return placed


def _middle(points: Floats, voxel_mm: float) -> Floats:
    """Middle of a pedicle's waist, (outwards, posterior, cranial)."""
    cells = np.round(points[:, [0, 2]] / voxel_mm).astype(int)
    cells -= cells.min(axis=0)
    section = np.zeros(cells.max(axis=0) + 1)
    np.add.at(section, tuple(cells.T), 1.0)
    filled = section >= LENGTH_SHARE * np.percentile(section[section > 0], 90)
    heights = filled.sum(axis=1)
    waist = (heights >= HEIGHT_SHARE * heights.max())[cells[:, 0]]
    found: Floats = points[waist].mean(axis=0)
    return found


def _exits(bone: Field, origin_lps: Floats, frame: Floats, middle: Floats, angles: Floats) -> Floats:
    """Where rays in the coronal plane leave the bone, (outwards, cranial), shape (n, 2)."""
    turned = np.radians(angles)
    directions = np.stack([np.cos(turned), np.zeros(len(turned)), np.sin(turned)], axis=1)
    along = np.arange(0.0, REACH_MM, STEP_MM)
    starts = middle + np.outer([-APART_MM, 0.0, APART_MM], [0.0, 1.0, 0.0])
    points = starts[:, None, None, :] + along[None, None, :, None] * directions[None, :, None, :]
    values = np.asarray(values_at(bone, origin_lps + points @ frame), dtype=np.float64)
    outside = values < 0.5
    first = outside.argmax(axis=-1)
    left = outside.any(axis=-1) & (first > 0)
    before = np.take_along_axis(values, np.maximum(first - 1, 0)[..., None], axis=-1)[..., 0]
    after = np.take_along_axis(values, first[..., None], axis=-1)[..., 0]
    share = (before - 0.5) / np.maximum(before - after, 1e-6)
    lengths = np.where(left, (first - 1 + share) * STEP_MM, np.nan)
    known = left.any(axis=0)
    reach = np.nanmedian(lengths[:, known], axis=0)
    found: Floats = middle[[0, 2]] + reach[:, None] * directions[known][:, [0, 2]]
    return found

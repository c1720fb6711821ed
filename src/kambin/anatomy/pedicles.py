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
from kambin.anatomy.planes import crown
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
# Down and up; a pedicle is at most so high.
UPRIGHT_DEG, HIGHEST_MM = np.array([270.0, 90.0]), 21.0
# The ray at the foot runs at this share of the way from the lower edge to the middle; one that runs on for
# more than half the width of the widest pedicle has gone into a process.
FOOT_SHARE, FOOT_REACH_MM = 0.35, 11.0
# A wall is an arch over these heights, as shares of half the pedicle's height from its middle up.
# Rows wider than the narrow ones by more than this factor run into a process; where not at least this share
# of them is left, no arch is seen.
ARCH_SHARES, JOINED, LEAST_SHARE = np.linspace(-0.7, 0.5, 13), 1.35, 0.6
# No oval is wider than this times the median of its rows over those heights: 1 / sqrt(1 - 0.35²).
ELLIPSE = 1.07


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
    inner, bottom = float(np.median(inwards[:, 0])), float(fan[-1, 1])
    outer = _wall(bone, origin_lps, frame, middle, bottom, (1.0, inner))
    if outer is None:
        outer = _outer_below_process(bone, origin_lps, frame, middle, bottom, float(outwards[:, 0].max()))
    arched = _wall(bone, origin_lps, frame, middle, bottom, (-1.0, outer))
    inner = inner if arched is None else arched
    if roof is not None:  # what the fan met below the roof is a flare, not the pedicle
        fan = np.stack([fan[:, 0], np.maximum(fan[:, 1], roof)], axis=1)
    edge: Floats = fan[int((fan @ DIAGONAL).argmax())]
    return PedicleBorders(
        inner=inner,
        outer=outer,
        bottom=bottom,
        middle=float(middle[2]),
        edge=edge,
    )


def pedicle_middle(pedicle: Region, bone: Field, frame: Floats) -> Floats:
    """Middle of a pedicle, LPS mm, shape (3,).

    Half way between its inner and outer border, and between its lower and upper one; the middle of its waist
    where rays do not find them, or run on into another part.

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
    ends = _exits(bone, origin, frame, middle, UPRIGHT_DEG)[:, 1]
    if len(ends) == 2 and ends[1] - ends[0] <= HIGHEST_MM:
        middle[2] = float(ends.mean())
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


def _wall(
    bone: Field, origin_lps: Floats, frame: Floats, middle: Floats, bottom: float, where: tuple[float, float]
) -> float | None:
    """A wall where it stands out most: the top of an arch through rows of rays that run outwards or inwards.

    `bottom` is the height of the lower edge, `where` the way (1 outwards, -1 inwards) and the other wall.
    None where a process joins the wall.
    """
    way, other = where
    heights = middle[2] + ARCH_SHARES * (middle[2] - bottom)
    starts = np.stack([np.full_like(heights, middle[0]), np.full_like(heights, middle[1]), heights], axis=1)
    reach = _lengths(bone, origin_lps, frame, starts, np.broadcast_to([way, 0.0, 0.0], starts.shape))
    widths = np.where(reach <= FOOT_REACH_MM, reach, np.nan) + way * (middle[0] - other)
    alone = np.isfinite(widths)
    if alone.any():
        alone[alone] = widths[alone] <= JOINED * np.percentile(widths[alone], 25)
    if np.count_nonzero(alone) < LEAST_SHARE * len(widths):
        return None
    usual = float(np.median(widths[alone]))
    width = min(crown(heights[alone], widths[alone]), ELLIPSE * usual)
    return other + way * width


def _outer_below_process(
    bone: Field, origin_lps: Floats, frame: Floats, middle: Floats, bottom: float, found: float
) -> float:
    """The outer wall below a transverse process: there a ray may run out sideways; at least `found`."""
    foot = middle.copy()
    foot[2] = bottom + FOOT_SHARE * (middle[2] - bottom)
    sideways = _exits(bone, origin_lps, frame, foot, np.zeros(1))
    if len(sideways) and sideways[0, 0] - middle[0] <= FOOT_REACH_MM:
        return max(found, float(sideways[0, 0]))
    return found


def _exits(bone: Field, origin_lps: Floats, frame: Floats, middle: Floats, angles: Floats) -> Floats:
    """Where rays in the coronal plane leave the bone, (outwards, cranial), shape (n, 2)."""
    turned = np.radians(angles)
    directions = np.stack([np.cos(turned), np.zeros(len(turned)), np.sin(turned)], axis=1)
    starts = np.broadcast_to(middle, directions.shape)
    reach = _lengths(bone, origin_lps, frame, starts, directions)
    known = np.isfinite(reach)
    found: Floats = middle[[0, 2]] + reach[known, None] * directions[known][:, [0, 2]]
    return found


def _lengths(bone: Field, origin_lps: Floats, frame: Floats, starts: Floats, directions: Floats) -> Floats:
    """Lengths of rays until they leave the bone, each the median of three; NaN where none does, (n,)."""
    along = np.arange(0.0, REACH_MM, STEP_MM)
    shifted = starts + np.outer([-APART_MM, 0.0, APART_MM], [0.0, 1.0, 0.0])[:, None, :]
    points = shifted[:, :, None, :] + along[:, None] * directions[None, :, None, :]
    values = np.asarray(values_at(bone, origin_lps + points @ frame), dtype=np.float64)
    outside = values < 0.5
    first = outside.argmax(axis=-1)
    left = outside.any(axis=-1) & (first > 0)
    before = np.take_along_axis(values, np.maximum(first - 1, 0)[..., None], axis=-1)[..., 0]
    after = np.take_along_axis(values, first[..., None], axis=-1)[..., 0]
    share = (before - 0.5) / np.maximum(before - after, 1e-6)
    lengths = np.where(left, (first - 1 + share) * STEP_MM, np.nan)
    reach = np.full(len(starts), np.nan)
    known = left.any(axis=0)
    reach[known] = np.nanmedian(lengths[:, known], axis=0)
    return reach

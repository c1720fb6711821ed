"""The arch of one vertebra in its own frame: pedicles, lamina and where the canal lies between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.kernels import first_crossing
from kambin.anatomy.planes import crown
from kambin.anatomy.vertebrae import Body
from kambin.case.words import SIDES, Side

__all__ = ["Arch", "Pedicle", "find_arch"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Canals are 13 to 21 mm deep and 21 to 32 mm wide (clouthier2023); stenosis and wide canals beyond.
CANAL_DEPTH_MM = (6.0, 32.0)
CANAL_DEPTH_GUESS_MM = 16.0
CANAL_HALF_WIDTH_MM = (5.0, 20.0)
PEDICLE_WIDTH_MM = (3.0, 28.0)
# The rows of a pedicle in which its least width is looked for: its round top and bottom are not its waist.
WAIST_SHARE = 0.6
# A pedicle is round above and below: given is the width of its middle, without the rows that are wider than
# the narrow ones by more than this factor, where a transverse process joins.
JOINED = 1.35
# Sections in which a pedicle is looked at, as shares of the way from the wall to its own section: in the
# first it stands alone, and what lies farther below or above it than this is not the pedicle.
SECTION_SHARES = (0.4, 0.6, 0.8, 1.0)
HEIGHT_SHARES = (0.6, 0.8, 1.0)
BELOW_FRONT_MM = 2.0
# A row shows the lamina where more than this share of its lines across the strip meet bone.
LAMINA_SHARE = 0.6
# Pedicles are at most so wide; what is wider is joined to its transverse process all over and has no arch.
WIDEST_MM = 21.0
# An ellipse is so much wider than the median of its middle rows: 1 / sqrt(1 - (WAIST_SHARE / 2)²).
ELLIPSE = 1.05
# Share of the width, about its middle, over which top and bottom are read as an arch.
CROWN_SHARE = 0.3
# Half width of the strip in which lamina and spinous process meet.
STRIP_MM = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Pedicle:
    """One pedicle, in its coronal section half way between wall and lamina.

    Attributes
    ----------
    side : Side
    centre_lps : ndarray, shape (3,)
        Half way between the wall and where the pillar of the joints begins.
    medial, lateral : float
        Distance of its walls from the mid-sagittal plane, mm, both positive.
    bottom, top : float
        Heights in the vertebra's frame, mm.
    width_mm, height_mm : float
    """

    side: Side
    centre_lps: Floats
    medial: float
    lateral: float
    bottom: float
    top: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Arch:
    """Pedicles and lamina.

    Attributes
    ----------
    pedicles : mapping
        Side → `Pedicle`; a side that was not found is absent.
    lamina : float or None
        Front of the lamina in the mid-sagittal plane, mm behind the body's middle.
    section : float
        Where the coronal section of the pedicles lies, mm behind the body's middle.
    """

    pedicles: Mapping[Side, Pedicle]
    lamina: float | None
    section: float


def find_arch(body: Body) -> Arch:
    """Find pedicles and lamina of a vertebra.

    Parameters
    ----------
    body : Body

    Returns
    -------
    Arch
        What was not found is absent.
    """
    lamina = _lamina_front(body)
    depth = CANAL_DEPTH_GUESS_MM if lamina is None else lamina - float(body.wall[0])
    section = float(body.wall[0]) + depth / 2
    found = {side: _pedicle(body, side, section) for side in SIDES}
    return Arch({side: item for side, item in found.items() if item is not None}, lamina, section)


def _lamina_front(body: Body) -> float | None:
    """Front of the lamina in the midline: the nearest place at which it closes the canal."""
    x, y, z = body.patch.axes
    strip = np.abs(x) <= STRIP_MM
    rows = (z >= -16.0) & (z <= 14.0)
    begin = int(np.searchsorted(y, float(body.wall[0]) + 2.5))
    values = np.ascontiguousarray(body.patch.values[strip][:, :, rows].transpose(0, 2, 1))
    start = np.full(values.shape[:2], begin, dtype=np.int64)
    found = np.interp(first_crossing(values, start, 1, True), np.arange(len(y)), y, left=np.nan, right=np.nan)
    least, most = (float(body.wall[0]) + reach for reach in CANAL_DEPTH_MM)
    found = np.where((found >= least) & (found <= most), found, np.nan)
    # what is not finite is sorted to the end: the median of the rest of each row
    known, ordered = np.isfinite(found).sum(axis=0), np.sort(found, axis=0)
    seen = np.flatnonzero(known > LAMINA_SHARE * len(found))
    front = (ordered[(known[seen] - 1) // 2, seen] + ordered[known[seen] // 2, seen]) / 2
    return float(np.percentile(front, 20)) if len(front) >= 3 else None


def _pedicle(body: Body, side: Side, section: float) -> Pedicle | None:
    """Measure a pedicle in the coronal section of the patch at y = `section`.

    Nearer to the body the foramen is open below the pedicle, while further back pars and lamina join it;
    and a transverse process that joins it further back is not there yet. So the sections from the wall on
    say which rows belong to the pedicle, and where its lateral wall is.
    """
    _, _, z = body.patch.axes
    wall = float(body.wall[0])
    sections = [_walls(body, side, wall + share * (section - wall)) for share in SECTION_SHARES]
    medial, _, _, good = sections[-1]
    seed = _longest_run(sections[0][3])
    if len(seed) >= 4:
        spare = round(BELOW_FRONT_MM / (z[1] - z[0]))
        good[: max(seed[0] - spare, 0)] = False
        good[seed[-1] + spare + 1 :] = False
    rows = _longest_run(good)
    if len(rows) < 4:
        return None
    # the second nearest of the walls: the nearest of several is too near by their scatter
    lateral = np.sort([np.where(found[3], found[1], np.inf) for found in sections], axis=0)[1]
    return _measured(body, side, section, (medial, lateral, lateral - medial), rows)


def _walls(body: Body, side: Side, section: float) -> tuple[Floats, Floats, Floats, Bools]:
    """Medial and lateral wall of the bone beside the canal, its width, and where it can be a pedicle."""
    x, _, z = body.patch.axes
    plane = _coronal(body, section)
    sign = 1 if side is Side.LEFT else -1
    outwards = np.ascontiguousarray((plane if sign > 0 else plane[::-1]).T[:, np.newaxis, :])
    start = np.full((len(z), 1), int(np.argmin(np.abs(x))), dtype=np.int64)
    places = np.arange(len(x))
    axis = x if sign > 0 else -x[::-1]
    inner = first_crossing(outwards, start, 1, True)
    again = np.where(np.isfinite(inner), np.ceil(np.nan_to_num(inner) + 1e-6), -1).astype(np.int64)
    outer = first_crossing(outwards, np.minimum(again, len(x) - 1), 1, False)
    medial = np.interp(inner, places, axis, left=np.nan, right=np.nan)[:, 0]
    # bone that leaves the patch is a transverse process
    lateral = np.interp(np.nan_to_num(outer, nan=len(x)), places, axis)[:, 0]
    width = lateral - medial
    good = np.isfinite(width) & (medial >= CANAL_HALF_WIDTH_MM[0]) & (medial <= CANAL_HALF_WIDTH_MM[1])
    good &= width >= 1.0
    return medial, lateral, width, good


def _coronal(body: Body, section: float) -> NDArray[np.float32]:
    _, y, _ = body.patch.axes
    index = float(np.interp(section, y, np.arange(len(y))))
    low = min(int(index), len(y) - 2)
    share = np.float32(index - low)
    plane: NDArray[np.float32] = (
        body.patch.values[:, low] * (1 - share) + body.patch.values[:, low + 1] * share
    )
    return plane


def _measured(
    body: Body, side: Side, section: float, walls: tuple[Floats, Floats, Floats], rows: NDArray[np.int64]
) -> Pedicle | None:
    _, _, z = body.patch.axes
    medial, lateral, width = walls
    spare = round(len(rows) * (1 - WAIST_SHARE) / 2)
    waist = rows[spare : len(rows) - spare]
    alone = width[waist] <= JOINED * float(np.percentile(width[waist], 25))
    # rows that a process widens on one side must not count as an arch: no oval is rounder than an ellipse
    usual = float(np.median(width[waist][alone]))
    joined = usual > WIDEST_MM
    least = usual if joined else min(crown(z[waist][alone], width[waist][alone]), ELLIPSE * usual)
    # a transverse process that joins on some rows widens them, and must not count as the pedicle's edge
    inner, outer = float(np.median(medial[waist])), float(np.percentile(lateral[waist], 25))
    if not PEDICLE_WIDTH_MM[0] <= usual <= PEDICLE_WIDTH_MM[1]:
        return None
    sign = 1.0 if side is Side.LEFT else -1.0
    centre_x = inner + least / 2
    half = least / 2 - 1.0 if joined else max(CROWN_SHARE * least, 2.0)
    reach = _reach(body, section, (sign * centre_x, half), int(rows[len(rows) // 2]), joined)
    if reach is None:
        return None
    step = float(z[1] - z[0])
    high = min(reach[1], float(z[rows[-1]]) + step)
    low = max(reach[0], float(z[rows[0]]) - step)
    # a pedicle is as long as two thirds of the canal are deep: then the pillar of the joints begins
    middle = float(body.wall[0]) + 2.0 / 3.0 * (section - float(body.wall[0]))
    local = np.array([sign * centre_x, middle, (high + low) / 2])
    return Pedicle(side, body.patch.lps(local), inner, outer, low, high, least, high - low)


def _reach(
    body: Body, section: float, strip: tuple[float, float], row: int, joined: bool
) -> tuple[float, float] | None:
    """Bottom and top of a pedicle; of three sections the middle, so that pars or joint in one count not.

    `strip` is the middle and half the width of what is looked at. Where a process joins there is no arch, and
    the extremes count.
    """
    centre_x, half = strip
    x, _, z = body.patch.axes
    wall = float(body.wall[0])
    near = np.abs(x - centre_x) <= half
    places = np.arange(len(z))
    found = []
    for share in HEIGHT_SHARES:
        values = np.ascontiguousarray(_coronal(body, wall + share * (section - wall))[near][:, np.newaxis, :])
        start = np.full((len(values), 1), row, dtype=np.int64)
        low, high = (
            np.interp(first_crossing(values, start, way, False), places, z, left=np.nan, right=np.nan)
            for way in (-1, 1)
        )
        if np.isfinite(low).any() and np.isfinite(high).any():
            ends = [(x[near][np.isfinite(end[:, 0])], end[np.isfinite(end)]) for end in (-low, high)]
            bottom, top = (float(end.max()) if joined else crown(at, end) for at, end in ends)
            found.append((-bottom, top))
    if not found:
        return None
    lows, highs = zip(*found, strict=True)
    return float(np.median(lows)), float(np.median(highs))


def _longest_run(good: Bools) -> NDArray[np.int64]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    if not len(edges):
        return np.empty(0, dtype=np.int64)
    starts, stops = edges[::2], edges[1::2]
    best = int(np.argmax(stops - starts))
    return np.arange(starts[best], stops[best])

"""From the herniation to what the instrument has to reach, and to where its tip may stand.

The *fragment* is what must be reached and seen: the voxels of the herniation, or, where only findings are
known, an ellipsoid in its zone that is said to be assumed. The *tip box* is where the cannula may end: a box
in the coordinates of the access (see `local`), given by the approach and drawn along by a migrated fragment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.catalogue import Rules, setting
from kambin.access.local import Local, local_of, pedicle_reach
from kambin.anatomy import frames
from kambin.anatomy.geometry import HerniatedDisc, SpineModel
from kambin.anatomy.volume import Volume
from kambin.case.words import Level, Side
from kambin.errors import InputError

__all__ = [
    "Fragment",
    "Target",
    "TipBox",
    "Zone",
    "fragment_of",
    "neighbours",
    "target_of",
    "tip_box",
    "with_mask",
]

Floats: TypeAlias = NDArray[np.float64]
Zone = Literal["central", "subarticular", "foraminal", "extraforaminal"]
ZONES: tuple[Zone, ...] = ("central", "subarticular", "foraminal", "extraforaminal")
# How far a fragment reaches beyond the disc, in heights of the disc's back: up to one is low grade, more is
# high grade (A05); very high passes the pedicle, which takes about two.
MIGRATED = {"none": 0.0, "low": 0.75, "high": 1.5, "very_high": 2.5}
# The tip follows a migrated fragment within the height that a foramen leaves, mm.
FOLLOW_MM = 8.0
# Between the laminae the tip stands no farther outwards than this beyond the fragment's middle, mm.
ABOUT_MM = 3.0
GOLDEN = (1 + 5**0.5) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    """What has to be reached and seen.

    Attributes
    ----------
    points_lps : ndarray, shape (n, 3)
        Points that fill it evenly.
    how : str
        ``given`` (voxels of the map or of a mask) or ``assumed`` (an ellipsoid in its zone).
    """

    points_lps: Floats
    how: Literal["given", "assumed"]

    @property
    def centre_lps(self) -> Floats:
        """Its middle, LPS mm."""
        middle: Floats = self.points_lps.mean(axis=0)
        return middle


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Where to go.

    Attributes
    ----------
    level : str
    side : Side
        Of the approach; a midline herniation is reached from either.
    zone : str or None
        None where no herniation is known: the plan then aims at the back of the disc.
    fragment : Fragment or None
    """

    level: str
    side: Side
    zone: Zone | None
    fragment: Fragment | None


@dataclass(frozen=True, slots=True)
class TipBox:
    """Where the tip may stand, in the coordinates of the access, mm: outwards, behind, above."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]


def neighbours(level: str) -> tuple[str, str]:
    """Names of the vertebrae above and below a disc."""
    upper, lower = level.split("-")
    return upper, lower


def target_of(
    model: SpineModel,
    level: str,
    side: Side,
    *,
    zone: Zone | None = None,
    migration: Literal["none", "up", "down"] = "none",
    grade: Literal["none", "low", "high", "very_high"] = "low",
    herniation: HerniatedDisc | None = None,
) -> Target:
    """Where to go, from the herniation in the map, from findings, or from the level alone.

    Parameters
    ----------
    model : SpineModel
    level : str
        For example ``L4-L5``.
    side : Side
    zone : str, optional
        From the findings; overrides nothing that a mask shows.
    migration, grade : str
        From the findings.
    herniation : HerniatedDisc, optional
        Without it the one of the model at this level is taken, where there is one on this side.

    Returns
    -------
    Target

    Raises
    ------
    InputError
        No such level or zone.
    """
    if level not in tuple(Level):
        raise InputError("no such level", value=level, expected=", ".join(Level))
    if zone is not None and zone not in ZONES:
        raise InputError("no such zone", value=zone, expected=", ".join(ZONES))
    found = herniation or _in_map(model, level, side)
    if found is not None:
        points = _spread(found.region.points_lps(), int(setting("fragment_points").value))
        seen: Zone | None = next((name for name in ZONES if name == found.zone), zone)
        return Target(level, side, seen, Fragment(points, "given"))
    if zone is None or level not in model.discs:
        return Target(level, side, zone, None)
    local = local_of(model, model.discs[level], side)
    return Target(level, side, zone, fragment_of(model, local, zone, migration, grade))


def fragment_of(
    model: SpineModel,
    local: Local,
    zone: Zone,
    migration: Literal["none", "up", "down"],
    grade: Literal["none", "low", "high", "very_high"],
) -> Fragment | None:
    """An ellipsoid in its zone; None where the pedicles, which bound the zones, were not parted."""
    reach = pedicle_reach(model, local, neighbours(local.level)[1])
    if reach is None:
        return None
    inner, outer = reach
    spans = {
        "central": (-0.5 * inner, 0.5 * inner),
        "subarticular": (0.5 * inner, inner),
        "foraminal": (inner, outer),
        "extraforaminal": (outer, outer + (outer - inner)),
    }
    start, stop = spans[zone]
    depth = float(setting("fragment_depth_mm").value)
    height = back_height(model, local)
    moved = {"none": 0.0, "up": 1.0, "down": -1.0}[migration] * MIGRATED[grade] * height
    centre = np.array([(start + stop) / 2, depth / 2, moved / 2])
    half = np.array([min((stop - start) / 2, depth), depth / 2, (height + abs(moved)) / 2])
    return Fragment(local.lps(centre + half * _ball(int(setting("fragment_points").value))), "assumed")


def back_height(model: SpineModel, local: Local) -> float:
    """Height of the space between the two bodies at the back edge of the disc, mm."""
    above, below = (model.shapes.get(name) for name in neighbours(local.level))
    faces = (above.inferior if above else None, below.superior if below else None)
    heights = []
    for face in faces:
        if face is None:
            return float(setting("back_height_mm").value)
        normal = face.normal_lps
        heights.append(float((face.centre_lps - local.origin_lps) @ normal) / float(local.axes[2] @ normal))
    return float(np.clip(heights[0] - heights[1], 3.0, 12.0))


def tip_box(model: SpineModel, rules: Rules, target: Target, local: Local) -> TipBox | None:
    """Where the tip may stand with one approach; None where the pedicle that it refers to was not parted.

    Parameters
    ----------
    model : SpineModel
    rules : Rules
    target : Target
    local : Local

    Returns
    -------
    TipBox or None
    """
    out_low, out_high = rules.tip_mm["outwards"]
    if rules.window == "foramen":
        reach = pedicle_reach(model, local, neighbours(target.level)[1])
        if reach is None:
            return None
        inner, outer = reach
        beside = {"foraminal": inner + 2.0, "extraforaminal": outer}.get(target.zone or "", inner)
        out_low, out_high = beside + out_low, beside + out_high
    (back_low, back_high), (low, high) = rules.tip_mm["behind"], rules.tip_mm["above"]
    if rules.window == "laminae":
        depth = canal_depth(model, local)
        back_low, back_high = depth + back_low, depth + back_high
    if target.fragment is not None and rules.window == "laminae":
        aside = float(local.of(target.fragment.centre_lps)[0])
        out_high = float(np.clip(aside + ABOUT_MM, out_low + 1.0, out_high))
    if target.fragment is not None:
        moved = float(np.clip(local.of(target.fragment.centre_lps)[2], -FOLLOW_MM, FOLLOW_MM))
        low, high = min(low, low + moved), max(high, high + moved)
    return TipBox((out_low, back_low, low), (out_high, back_high, high))


def canal_depth(model: SpineModel, local: Local) -> float:
    """Depth of the canal behind the disc, mm; the published middle where the map shows no canal."""
    if model.canal is None or not len(model.canal.points_lps):
        return float(setting("canal_depth_mm").value)
    nearest = int(np.argmin(np.abs(local.of(model.canal.points_lps)[:, 2])))
    low, high = setting("canal_depth_range_mm").value
    return float(np.clip(model.canal.depth_mm[nearest], low, high))


def _in_map(model: SpineModel, level: str, side: Side) -> HerniatedDisc | None:
    here = [item for item in model.herniations if item.level == level and item.side in (side, "midline")]
    return max(here, key=lambda item: item.region.voxels, default=None)


def _spread(points: Floats, most: int) -> Floats:
    """At most so many of the points, evenly spread over their order in space."""
    if len(points) <= most:
        return points
    chosen: Floats = points[np.linspace(0, len(points) - 1, most).round().astype(int)]
    return chosen


def _ball(count: int) -> Floats:
    """Points that fill the unit ball evenly: a golden spiral on shells of equal volume."""
    index = np.arange(count) + 0.5
    radius = (((index * GOLDEN) % 1.0) ** (1 / 3))[:, None]
    height, turn = 1 - 2 * index / count, 2 * np.pi * index / GOLDEN
    round_ = np.sqrt(1 - height**2)
    filled: Floats = radius * np.stack([round_ * np.cos(turn), round_ * np.sin(turn), height], axis=1)
    return filled


def with_mask(target: Target, model: SpineModel, mask: Volume) -> Target:
    """The same target with the herniation that a mask shows; its zone is read from where it lies.

    Raises
    ------
    InputError
        The mask is empty, or lies far from the disc: it belongs to another patient or another frame.
    """
    index = np.argwhere(np.asarray(mask.array) > 0.5)
    if not len(index):
        raise InputError("the mask of the herniation is empty", expected="voxels above 0.5 where it lies")
    points = frames.apply(mask.lps_from_voxel, index)
    fragment = Fragment(_spread(points, int(setting("fragment_points").value)), "given")
    disc = model.discs.get(target.level)
    if disc is None:
        return Target(target.level, target.side, target.zone, fragment)
    local = local_of(model, disc, target.side)
    middle = local.of(fragment.centre_lps)
    if float(np.abs(middle).max()) > float(setting("herniation_far_mm").value):
        raise InputError(
            f"the mask lies {np.linalg.norm(middle):.0f} mm from the disc",
            why="a herniation lies at its disc",
            now="check level, and that mask and label map share one frame",
        )
    return Target(target.level, target.side, _zone_at(model, local, float(middle[0])), fragment)


def _zone_at(model: SpineModel, local: Local, outwards_mm: float) -> Zone | None:
    reach = pedicle_reach(model, local, neighbours(local.level)[1])
    if reach is None:
        return None
    ends = (0.5 * reach[0], reach[0], reach[1])
    return ZONES[sum(outwards_mm > end for end in ends)]

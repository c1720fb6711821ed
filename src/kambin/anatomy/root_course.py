"""The course of a nerve root that the map does not show, derived from bone and published numbers.

A root is drawn through three anchors, each with the spread that the published numbers give it:

1. the *origin* on the side of the dural sac: the published distance from the midline, and above the pedicle's
   edge by what the published take-off angle asks for;
2. the *edge* of its pedicle, which it hugs below and on the inner side;
3. the *crossing* of the lower vertebra's superior endplate, reached from the edge at the published angle to
   the disc; in front of the facet joint by the published distance at either endplate.

Between anchors mean and covariance run straight. Beyond the last the published spread of the angle widens the
region. The first sacral root has no foramen in a lumbar map: it leaves above the L5-S1 disc in the published
share of spines and runs down behind the first sacral body. All this happens in the frame of the disc, the
first axis pointing outwards on either side, so that the two sides are treated alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.fields import Field
from kambin.anatomy.geometry import Disc, Endplate, Root, Sac, VertebraShape
from kambin.anatomy.nerve_numbers import Number, number, numbers, scalar
from kambin.anatomy.pedicles import DIAGONAL, outward_frame, pedicle_borders
from kambin.anatomy.regions import Region
from kambin.case.words import Side

__all__ = [
    "RootBed",
    "derive_root",
    "derive_s1_root",
    "disc_space",
    "radii_along",
]

Floats = NDArray[np.float64]

# Distance of the points along a course, and how far it is followed below the lower endplate.
POINT_MM, BELOW_DISC_MM, BELOW_S1_MM = 1.0, 10.0, 22.0
# A root leaves the sac higher than its pedicle's lower edge by at least this, or it could not hug it.
LEAST_RISE_MM = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class RootBed:
    """What a root is derived from.

    Attributes
    ----------
    shape : VertebraShape
        The vertebra of its name.
    bone : Field
        Of that vertebra, whole.
    pedicle : Region or None
        Of its side.
    disc : Disc
        The disc below the vertebra; for S1 the disc above it.
    plates : tuple of Endplate or None
        The endplates that face the disc, from above and from below.
    process : Region or None
        Superior articular process of the vertebra below, of its side.
    sac : Sac or None
    voxel_mm : float
    roof_lps : ndarray or None, shape (3,)
        Roof of the foramen, where it was measured: the pedicle's lower edge at its waist.
    """

    shape: VertebraShape
    bone: Field
    pedicle: Region | None
    disc: Disc
    plates: tuple[Endplate | None, Endplate | None]
    process: Region | None
    sac: Sac | None
    voxel_mm: float
    roof_lps: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Anchor:
    """A point in the frame outwards, posterior, cranial, and standard deviations along the three."""

    at: tuple[float, float, float]
    sd: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """Landmarks of one foramen in the frame outwards, posterior, cranial of its disc.

    `below` is the middle of a root that hugs the pedicle's lower inner edge, (outwards, cranial); `inner` and
    `outer` are the pedicle's borders, `space` the heights of the facing endplates.
    """

    below: Floats
    inner: float
    outer: float
    space: tuple[float, float]


def derive_root(name: str, side: Side, level: str, bed: RootBed) -> Root | None:
    """Derive a lumbar root.

    Parameters
    ----------
    name : str
        L1 to L5, or L6.
    side : Side
    level : str
        Of its foramen.
    bed : RootBed

    Returns
    -------
    Root or None
        None where pedicle, endplates or sac are not known: its course would be a guess.
    """
    space = disc_space(bed.disc, bed.plates)
    if bed.pedicle is None or bed.sac is None or space is None:
        return None
    frame = outward_frame(bed.disc.frame, side)
    roof = None if bed.roof_lps is None else float((bed.roof_lps - bed.disc.centre_lps) @ frame[2])
    borders = pedicle_borders(bed.pedicle, bed.bone, bed.disc.centre_lps, frame, roof)
    if borders is None:
        return None
    inner, outer = borders.inner, borders.outer
    # an edge lower than straight below the pedicle's middle is not the pedicle's: a ray ran down the lamina
    edge = np.array([borders.edge[0], max(float(borders.edge[1]), borders.bottom)])
    below = edge + number("roots", "diameter", name).mean / 2 * DIAGONAL
    if below[1] <= space[1] + LEAST_RISE_MM:
        return None
    anchors = _lumbar_anchors(name, bed, bed.sac, frame, _Marks(below, inner, outer, space))
    points, spread = _followed(anchors)
    radii = radii_along(name, points[:, 0], inner, outer)
    return _placed((name, side, level), bed, frame, points, spread, radii)


def derive_s1_root(side: Side, bed: RootBed) -> Root | None:
    """Derive the first sacral root, from the sac past the L5-S1 disc to the back of the first sacral body.

    Parameters
    ----------
    side : Side
    bed : RootBed
        The disc is the one above the sacrum.

    Returns
    -------
    Root or None
        None where sac or endplates are not known.
    """
    space = disc_space(bed.disc, bed.plates)
    if bed.sac is None or space is None:
        return None
    frame = outward_frame(bed.disc.frame, side)
    rise, aside = (number("roots", key, "S1") for key in ("origin_above_lower_endplate", "origin_to_midline"))
    take_off = number("roots", "take_off", "S1")
    radius = number("roots", "diameter", "S1").mean / 2
    quantile = NormalDist().inv_cdf(scalar("roots", "s1_origin_above_disc", "share"))
    start = space[0] + quantile * rise.sd
    length = start - space[1] + BELOW_S1_MM
    back, half_depth = _sac_at(bed.sac, bed.disc, frame, start)
    # the back of the sacral body, followed down along the body's own axis
    down = frame @ bed.shape.frame[2]
    edge = float((bed.disc.posterior_edge_lps - bed.disc.centre_lps) @ frame[1])
    wall = edge - BELOW_S1_MM * float(down[1] / down[2])
    slope = float(np.radians(take_off.mean))
    drift = length * 2.0 * float(np.radians(take_off.sd)) / float(np.cos(slope)) ** 2
    # behind disc and sacral body the root lies somewhere between them and the middle of the sac
    loose = max(half_depth, 2.0 * radius) / 2
    out = aside.mean + length * float(np.tan(slope))
    inner = _s1_wall(bed, frame)
    reached = 1.0
    if inner is not None and aside.mean < inner - radius < out:
        # it can not leave through the pedicle: from there on it runs down along its inner wall
        reached, out = (inner - radius - aside.mean) / (out - aside.mean), inner - radius
    end = (out, wall + radius, start - length)
    loose_end = (float(np.hypot(aside.sd, drift)), loose, rise.sd)
    anchors = [_Anchor((aside.mean, back, start), (aside.sd, loose, rise.sd)), _Anchor(end, loose_end)]
    if reached < 1.0:
        at = (out, back + reached * (wall + radius - back), start - reached * length)
        drifted = (float(np.hypot(aside.sd, reached * drift)), loose, rise.sd)
        anchors = [anchors[0], _Anchor(at, drifted), _Anchor(end, drifted)]
    points, spread = _followed(anchors)
    return _placed(("S1", side, "S1-S2"), bed, frame, points, spread, np.full(len(points), radius))


def _s1_wall(bed: RootBed, frame: Floats) -> float | None:
    """Outward coordinate of the first sacral pedicle's inner wall; None where it is not known."""
    if bed.pedicle is None:
        return None
    found = pedicle_borders(bed.pedicle, bed.bone, bed.disc.centre_lps, frame)
    return None if found is None else found.inner


def disc_space(disc: Disc, plates: tuple[Endplate | None, Endplate | None]) -> tuple[float, float] | None:
    """Heights of the two facing endplates above the disc's middle along its cranial, mm."""
    heights = []
    for plate in plates:
        if plate is None:
            return None
        rise = float((plate.centre_lps - disc.centre_lps) @ plate.normal_lps)
        heights.append(rise / float(disc.frame[2] @ plate.normal_lps))
    return heights[0], heights[1]


def radii_along(name: str, outwards: Floats, inner: float, outer: float) -> Floats:
    """Radius of a root along its course: the published diameter, wider where its ganglion lies.

    The ganglion fills that half of the foramen (under the pedicle, from its inner to its outer border) in
    which the source found it.
    """
    plain = number("roots", "diameter", name).mean / 2
    widest = max(number("roots", "ganglion_width", name).mean / 2, plain)
    medial = name in numbers()["roots"]["ganglion_place"]["medial_foramen"]
    quarter = (outer - inner) / 4
    middle = inner + quarter if medial else outer - quarter
    bump = np.cos(np.clip((outwards - middle) / (2 * quarter), -0.5, 0.5) * np.pi) ** 2
    return np.asarray(plain + (widest - plain) * bump, dtype=np.float64)


def _lumbar_anchors(name: str, bed: RootBed, sac: Sac, frame: Floats, marks: _Marks) -> list[_Anchor]:
    """The anchors from the head down."""
    rise, line = (number("roots", key, name) for key in ("origin_above_lower_endplate", "dura_to_root"))
    angle, aside = (number("roots", key, name) for key in ("slope_in_foramen", "origin_to_midline"))
    slope, fall = float(np.tan(np.radians(angle.mean))), float(np.sin(np.radians(angle.mean)))
    below, (top, bottom) = marks.below, marks.space
    start = _origin(name, bed, frame, below)
    middle, dispute = _in_foramen(name, marks, slope)
    # spread of a line across itself: of its start along the spine, seen from its slope
    across = float(np.hypot(rise.sd * np.cos(np.radians(angle.mean)), dispute))
    aside_below = float(np.hypot(line.sd, dispute / fall))
    end = bottom - BELOW_DISC_MM
    far = float(np.hypot(aside_below, np.radians(angle.sd) * BELOW_DISC_MM / fall**2))
    outwards = [
        (float(start[1]), float(start[0]), aside.sd, rise.sd),
        (float(below[1]), float(below[0]), across, across),
        (middle[1], middle[0], across, across),
        (bottom, middle[0] + (middle[1] - bottom) / slope, aside_below, aside_below),
        (end, middle[0] + (middle[1] - end) / slope, far, far),
    ]
    depths = _depths(name, bed, sac, frame, (float(start[1]), (top, bottom), end))
    heights = sorted({row[0] for row in outwards} | {row[0] for row in depths}, reverse=True)
    coronal, deep = (np.array(rows)[::-1].T for rows in (outwards, depths))
    return [
        _Anchor(
            (float(np.interp(at, *coronal[:2])), float(np.interp(at, *deep[:2])), at),
            (
                float(np.interp(at, coronal[0], coronal[2])),
                float(np.interp(at, deep[0], deep[2])),
                float(np.interp(at, coronal[0], coronal[3])),
            ),
        )
        for at in heights
    ]


def _in_foramen(name: str, marks: _Marks, slope: float) -> tuple[tuple[float, float], float]:
    """The root under the pedicle's middle, (outwards, cranial), and half of what the sources disagree by.

    One source puts it where a line at the published slope comes down from the hugged pedicle, the other at
    its published distance above the disc; the middle is taken. The disagreement is across the line.
    """
    out = (marks.inner + marks.outer) / 2
    hugged = float(marks.below[1]) - (out - float(marks.below[0])) * slope
    radius = max(number("roots", key, name).mean for key in ("diameter", "ganglion_width")) / 2
    resting = marks.space[0] + number("roots", "disc_to_root", name).mean + radius
    resting = min(resting, float(marks.below[1]))
    height = max((hugged + resting) / 2, marks.space[1] + LEAST_RISE_MM)
    height = min(height, float(marks.below[1]) - 0.1)
    return (out, height), abs(hugged - resting) / 2 / float(np.hypot(1.0, slope))


def _depths(
    name: str, bed: RootBed, sac: Sac, frame: Floats, heights: tuple[float, tuple[float, float], float]
) -> list[tuple[float, float, float]]:
    """Height, posterior coordinate and its spread, from the head down."""
    start, (top, bottom), end = heights
    back, half_depth = _sac_at(sac, bed.disc, frame, start)
    upper, lower = _facet_gaps(name, bed, frame, (top, bottom))
    rows = [(start, back, half_depth / 2), (bottom, lower.mean, lower.sd)]
    if start > top + LEAST_RISE_MM:
        rows.insert(1, (top, upper.mean, upper.sd))
    # beyond the disc it goes on as the published distances let it run through its space
    forwards = (lower.mean - upper.mean) / (top - bottom)
    rows.append((end, lower.mean + forwards * (bottom - end), lower.sd))
    return rows


def _origin(name: str, bed: RootBed, frame: Floats, below: Floats) -> Floats:
    """Where the root leaves the sac, (outwards, cranial) in the disc's frame."""
    take_off = number("roots", "take_off", name).mean
    run = max(float(below[0]) - number("roots", "origin_to_midline", name).mean, 0.0)
    rise = max(run / float(np.tan(np.radians(take_off))), LEAST_RISE_MM)
    # take-off is against the spine's axis at the vertebra, which may lean against the disc's
    cranial = bed.shape.frame[2]
    lean = np.array([float(cranial @ frame[0]), float(cranial @ frame[2])])
    found: Floats = below + rise * lean - np.array([run, 0.0])
    return found


def _sac_at(sac: Sac, disc: Disc, frame: Floats, height: float) -> tuple[float, float]:
    """Posterior coordinate of the sac's middle, and its half depth, at a height of the disc's frame."""
    local = (sac.points_lps - disc.centre_lps) @ frame.T
    near = int(np.abs(local[:, 2] - height).argmin())
    return float(local[near, 1]), float(sac.half_depth_mm[near])


def _facet_gaps(name: str, bed: RootBed, frame: Floats, space: tuple[float, float]) -> tuple[Number, Number]:
    """Posterior coordinate of the root's middle at the upper and the lower endplate."""
    radius = number("roots", "diameter", name).mean / 2
    if bed.process is not None:
        points = (bed.process.points_lps() - bed.disc.centre_lps) @ frame.T
        near = points[(points[:, 2] <= space[0] + 2.0) & (points[:, 2] >= space[1] - 2.0)]
        front = float(np.percentile((near if len(near) else points)[:, 1], 5.0)) - bed.voxel_mm / 2
        extra = 0.0
    else:
        width = number("roots", "foramen_width", name)
        wall = float((bed.disc.posterior_edge_lps - bed.disc.centre_lps) @ frame[1])
        front, extra = wall + width.mean, width.sd
    gaps = [number("roots", "facet_distance", name, f"at_{end}_endplate") for end in ("upper", "lower")]
    spread = float(np.hypot(max(gap.sd for gap in gaps), extra))
    upper, lower = (Number(front - gap.mean - radius, spread, gap.ref) for gap in gaps)
    return upper, lower


def _followed(anchors: Sequence[_Anchor]) -> tuple[Floats, Floats]:
    """Points along the anchors at even steps, and their variances along the three axes."""
    places = np.array([anchor.at for anchor in anchors])
    variances = np.array([anchor.sd for anchor in anchors]) ** 2
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))])
    steps = np.linspace(0.0, lengths[-1], max(int(lengths[-1] / POINT_MM) + 1, 2))
    points = np.stack([np.interp(steps, lengths, places[:, axis]) for axis in range(3)], axis=1)
    spread = np.stack([np.interp(steps, lengths, variances[:, axis]) for axis in range(3)], axis=1)
    return points, spread


def _placed(
    names: tuple[str, Side, str], bed: RootBed, frame: Floats, points: Floats, spread: Floats, radii: Floats
) -> Root:
    name, side, level = names
    # where the bone itself lies is known to the voxel: a uniform step's variance
    variances = spread + bed.voxel_mm**2 / 12.0
    return Root(
        name=name,
        side=side,
        exits_at=level,
        points_lps=bed.disc.centre_lps + points @ frame,
        radius_mm=radii,
        covariance_mm2=np.einsum("ni,ij,ik->njk", variances, frame, frame),
        how="derived",
        region=None,
    )

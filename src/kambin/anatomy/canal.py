"""The bony canal: a line through the middle of its rings, and its size across that line.

At the height of the pedicles each vertebra closes a ring of bone round the canal. Rays from inside, in the
plane across the canal's line, meet it; their ends are the ring, its middle is the line's point, its area the
canal's. Between two rings the canal is open to the sides (the foramina): there the line is a smooth curve
through the rings, depth is measured in the mid-sagittal plane, and width and area are not measured but
carried over from ring to ring, for drawing and for the nerves only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.arch import Arch
from kambin.anatomy.fields import Field, patch_of
from kambin.anatomy.geometry import Canal, Disc, VertebraShape
from kambin.anatomy.kernels import first_crossing, ray_crossing
from kambin.anatomy.rims import ROUNDED_VOXELS
from kambin.anatomy.vertebrae import Body

__all__ = ["Ring", "canal_of", "depth_at_disc", "find_rings", "ring_at", "sacral_lamina", "sacral_ring"]

Floats = NDArray[np.float64]

RAYS = 120
RAY_STEP_MM = 0.4
# Half the width of the widest canal and some to spare; a ray that meets nothing leaves through a gap.
REACH_MM = 24.0
# A ring is closed if all but this share of the rays end in bone; what is left is bridged.
OPEN_SHARE = 0.08
# Heights at which a ring is looked for, as shares of the pedicle from its middle up and down.
HEIGHTS = (0.0, -0.15, 0.15, -0.3, 0.3)
ROUNDS = 3
# Rows before and behind the middle of the ring in which its greatest width is looked for.
ROWS_MM = 7.0
# Planes about the ring's own over which its width is averaged.
PLANES_MM = (-1.0, 0.0, 1.0)
# Distance of the points of the line.
LINE_STEP_MM = 3.0
# How far below the plate of the sacrum its ring is looked for, a place inside its body behind the plate's
# middle, and the least depth of a canal.
SACRAL_REACH_MM, SACRAL_INSIDE_MM, SACRAL_LEAST_MM = 34.0, 5.0, 5.0
# Below its upper edge, which is round, the front of the sacral lamina is read this far down.
SACRAL_EDGE_MM = 3.0
# The line reaches this far above the first and below the last ring.
BEYOND_MM = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """The closed ring of one vertebra.

    Attributes
    ----------
    name : str
    centre_lps : ndarray, shape (3,)
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial across the canal's line.
    depth_mm, width_mm, area_mm2 : float
    open_share : float
        Share of the rays that met nothing and were bridged.
    rear_lps : ndarray, shape (3,)
        Front of the lamina in the midline: a point of the spinolaminar line.
    """

    name: str
    centre_lps: Floats
    frame: Floats
    depth_mm: float
    width_mm: float
    area_mm2: float
    open_share: float
    rear_lps: Floats


def find_rings(bodies: Mapping[str, Body], arches: Mapping[str, Arch]) -> dict[str, Ring]:
    """The ring of each vertebra that has one, from the head down.

    Parameters
    ----------
    bodies, arches : mapping
        By vertebra, from the head down.

    Returns
    -------
    dict
    """
    rings: dict[str, Ring] = {}
    for name, arch in arches.items():
        if arch.pedicles and arch.lamina is not None:
            found = _ring(bodies[name], arch, bodies[name].shape.frame)
            if found is not None:
                rings[name] = found
    # once more across the line that the rings themselves make
    if len(rings) >= 2:
        for name, direction in _directions(rings).items():
            frame = frames.spine_frame(direction, bodies[name].shape.frame[1])
            again = _ring(bodies[name], arches[name], frame)
            rings[name] = rings[name] if again is None else again
    return rings


def _directions(rings: Mapping[str, Ring]) -> dict[str, Floats]:
    names = list(rings)
    places = np.array([ring.centre_lps for ring in rings.values()])
    return {
        name: frames.unit(places[max(i - 1, 0)] - places[min(i + 1, len(names) - 1)])
        for i, name in enumerate(names)
    }


def _ring(body: Body, arch: Arch, frame: Floats) -> Ring | None:
    pedicles = list(arch.pedicles.values())
    low = float(np.mean([pedicle.bottom for pedicle in pedicles]))
    high = float(np.mean([pedicle.top for pedicle in pedicles]))
    lamina = body.wall[0] if arch.lamina is None else arch.lamina
    for share in HEIGHTS:
        height = (low + high) / 2 + share * (high - low)
        front = float(body.wall[0] + body.wall[1] * height)
        middle = body.patch.lps(np.array([0.0, (front + float(lamina)) / 2, height]))
        found = ring_at(body.shape.name, body.field, middle, frame)
        if found is not None:
            return found
    return None


def sacral_ring(shape: VertebraShape, sacrum: Field) -> Ring | None:
    """The highest closed ring of the first sacral vertebra; None where none is closed.

    At the height of the pedicles the sacral canal is mostly open behind; the lamina closes it further down.
    """
    if shape.superior is None:
        return None
    for _, middle in _sacral_middles(shape, sacrum):
        found = ring_at(shape.name, sacrum, middle, shape.frame)
        if found is not None:
            return found
    return None


def _sacral_middles(shape: VertebraShape, sacrum: Field) -> list[tuple[float, Floats]]:
    """Heights below the sacrum's plate, from the top down, at which a lamina lies behind the canal.

    Each with the point half way between the body's wall and the lamina in the midline, LPS mm.
    """
    low, high = (-2.0, -10.0, -SACRAL_REACH_MM), (2.0, 60.0, 0.0)
    patch = patch_of(sacrum, shape.origin_lps, shape.frame, low, high, 1.0)
    _, y, z = patch.axes
    values = np.ascontiguousarray(patch.values.transpose(0, 2, 1))
    inside = np.full(values.shape[:2], int(np.argmin(np.abs(y - SACRAL_INSIDE_MM))), dtype=np.int64)
    wall = first_crossing(values, inside, 1, False)
    behind = np.where(np.isfinite(wall), np.ceil(np.nan_to_num(wall) + 0.5), -1).astype(np.int64)
    lamina = first_crossing(values, behind, 1, True)
    found = []
    for row in range(len(z))[::-1]:
        if np.isfinite(lamina[:, row]).mean() < 0.7:
            continue
        front, rear = (
            float(np.interp(np.nanmedian(side[:, row]), np.arange(len(y)), y)) for side in (wall, lamina)
        )
        if rear - front >= SACRAL_LEAST_MM:
            found.append((float(z[row]), patch.lps(np.array([0.0, (front + rear) / 2, z[row]]))))
    return found


def ring_at(name: str, field: Field, middle: Floats, frame: Floats) -> Ring | None:
    """Measure the ring of bone about a point; None where it is not closed."""
    index_from_lps = field.index_from_lps
    angles = np.arange(RAYS) * 2 * np.pi / RAYS
    spokes = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    steps = spokes @ frame[:2] @ index_from_lps[:3, :3].T
    lengths = np.empty(0)
    bridged = 1.0
    for _ in range(ROUNDS):
        start = frames.apply(index_from_lps, middle)
        met = ray_crossing(field.values, start, steps, RAY_STEP_MM, REACH_MM)
        bridged = float(np.isnan(met).mean())
        if bridged > OPEN_SHARE:
            return None
        good = np.flatnonzero(np.isfinite(met))
        lengths = np.interp(np.arange(RAYS), good, met[good], period=RAYS)
        middle = middle + _centroid(lengths, angles) @ frame[:2]
    start = frames.apply(index_from_lps, middle)
    met = ray_crossing(field.values, start, steps, RAY_STEP_MM, REACH_MM)
    good = np.flatnonzero(np.isfinite(met))
    if len(good) < (1 - OPEN_SHARE) * RAYS:
        return None
    lengths = np.interp(np.arange(RAYS), good, met[good], period=RAYS)
    area = 0.5 * float(np.sin(2 * np.pi / RAYS)) * float(lengths @ np.roll(lengths, 1))
    depth = _depth(field, middle, frame)
    rear = _behind(field, middle, frame)
    width = _width(field, middle, frame)
    if depth is None or rear is None or width is None:
        return None
    return Ring(name, middle, frame, depth, width, area, bridged, middle + rear * frame[1])


def _width(field: Field, middle: Floats, frame: Floats) -> float | None:
    """Width of a ring at its widest, as the mean of three planes close together: one alone scatters."""
    offsets = np.arange(-ROWS_MM, ROWS_MM + 0.5, 0.5)
    rows = np.full((len(PLANES_MM), len(offsets)), np.nan)
    for i, lift in enumerate(PLANES_MM):
        for j, offset in enumerate(offsets):
            found = _chord(field, middle + lift * frame[2], frame, 0, (float(offset),))
            rows[i, j] = found[0] if len(found) else np.nan
    good = np.isfinite(rows).all(axis=0)
    if not good.any():
        return None
    return float(rows[:, good].mean(axis=0).max())


def _depth(field: Field, middle: Floats, frame: Floats) -> float | None:
    """Depth of a ring in the midline, where the two laminae meet."""
    return _to_the_angle(field, lambda offsets: _chord(field, middle, frame, 1, offsets))


def _behind(field: Field, middle: Floats, frame: Floats) -> float | None:
    """From a place in the canal's midline back to where the two laminae meet."""
    return _to_the_angle(field, lambda offsets: _chord(field, middle, frame, 1, offsets, (1.0,)))


def _to_the_angle(field: Field, chords: Callable[[tuple[float, ...]], Floats]) -> float | None:
    """Length of a chord in the midline that ends where two laminae meet.

    The field rounds off the angle between them; the chords beside it, carried on to the midline, say how far
    it reaches, but by no more than half a voxel.
    """
    here = chords((-0.3, 0.0, 0.3))
    if not len(here):
        return None
    depth = float(np.median(here))
    near, far = ROUNDED_VOXELS * field.voxel_mm, ROUNDED_VOXELS * field.voxel_mm + 2.0
    beside = [chords((-offset, offset)) for offset in (near, far)]
    if any(len(found) < 2 for found in beside):
        return depth
    first, second = (float(found.mean()) for found in beside)
    reached = first + (first - second) / (far - near) * near
    return float(np.clip(reached, depth, depth + field.voxel_mm / 2))


def _centroid(lengths: Floats, angles: Floats) -> Floats:
    """Middle of the polygon that rays end on, shape (2,)."""
    x, y = lengths * np.cos(angles), lengths * np.sin(angles)
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    total = float(cross.sum())
    return np.array([float((x + np.roll(x, -1)) @ cross), float((y + np.roll(y, -1)) @ cross)]) / (3 * total)


def _chord(
    field: Field,
    middle: Floats,
    frame: Floats,
    axis: int,
    offsets: tuple[float, ...],
    both: tuple[float, ...] = (1.0, -1.0),
) -> Floats:
    """Lengths of chords along one axis of the ring, at offsets along the other; those that end in bone."""
    index_from_lps = field.index_from_lps
    ways = np.stack([sign * frame[axis] for sign in both]) @ index_from_lps[:3, :3].T
    found = []
    for offset in offsets:
        start = frames.apply(index_from_lps, middle + offset * frame[1 - axis])
        found.append(ray_crossing(field.values, start, ways, RAY_STEP_MM, REACH_MM).sum())
    lengths: Floats = np.array(found, dtype=np.float64)
    return np.asarray(lengths[np.isfinite(lengths)], dtype=np.float64)


def depth_at_disc(disc: Disc, frame: Floats, above: Floats, below: Floats) -> float | None:
    """Front to back of the canal behind a disc, in its mid-sagittal plane across the canal's line.

    From the disc's posterior edge to the spinolaminar line, straight from the front of the lamina above to
    that of the lamina below. Whether a lamina itself lies behind the disc is a matter of a millimetre up or
    down: its lower edge ends there in most patients, so that a line backwards meets bone in one and passes
    between the laminae in the next. The spinolaminar line is what a reader of a lateral picture draws, and
    does not jump.

    Parameters
    ----------
    disc : Disc
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial across the canal's line.
    above, below : ndarray, shape (3,)
        Front of the two laminae in the midline, LPS mm.

    Returns
    -------
    float or None
        None where the two laminae do not lie above and below the disc, or the line lies before it.
    """
    (back, high), (other, low) = ((place - disc.posterior_edge_lps) @ frame[1:].T for place in (above, below))
    if high <= 0 or low >= 0:
        return None
    depth = float(back + (other - back) * high / (high - low))
    return depth if depth > 0 else None


def sacral_lamina(shape: VertebraShape, sacrum: Field) -> Floats | None:
    """Front of the first sacral lamina in the midline, just below its upper edge; LPS mm, shape (3,).

    None where the roof of the sacral canal is open, or its edge is not seen.
    """
    rows = dict(_sacral_middles(shape, sacrum))
    for top in rows:
        # a row that only grazes bone is no edge: the lamina goes on below it
        run = [height for height in rows if top - SACRAL_EDGE_MM - 0.5 < height <= top]
        if len(run) > SACRAL_EDGE_MM:
            middle = rows[run[-1]]
            reach = _behind(sacrum, middle, shape.frame)
            return None if reach is None else middle + reach * shape.frame[1]
    return None


def canal_of(rings: Mapping[str, Ring], depths: Mapping[str, tuple[Floats, float]]) -> Canal | None:
    """The canal as a line, from the head down.

    Parameters
    ----------
    rings : mapping
        Vertebra → ring, from the head down.
    depths : mapping
        Level → point of the canal behind the disc in LPS mm, and its depth.

    Returns
    -------
    Canal or None
        None with fewer than two rings.
    """
    if len(rings) < 2:
        return None
    from scipy.interpolate import CubicSpline, PchipInterpolator

    places = np.array([ring.centre_lps for ring in rings.values()])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))])
    curve = CubicSpline(along, places, bc_type="natural")
    inner = np.arange(0.0, along[-1] + LINE_STEP_MM / 2, LINE_STEP_MM)
    knots = np.concatenate([[-BEYOND_MM], inner, [along[-1] + BEYOND_MM]])
    points = curve(np.clip(knots, 0.0, along[-1]))
    slopes = curve(np.clip(knots, 0.0, along[-1]), 1)
    points = points + (knots - np.clip(knots, 0.0, along[-1]))[:, np.newaxis] * slopes
    backs = np.array([ring.frame[1] for ring in rings.values()])
    turned = np.stack([np.interp(knots, along, backs[:, axis]) for axis in range(3)], axis=1)
    made = [frames.spine_frame(-slope, back) for slope, back in zip(slopes, turned, strict=True)]
    marks = [(float(s), ring.depth_mm) for s, ring in zip(along, rings.values(), strict=True)]
    for point, depth in depths.values():
        nearest = float(knots[int(np.argmin(np.linalg.norm(points - point, axis=1)))])
        if all(abs(nearest - mark[0]) > LINE_STEP_MM for mark in marks):
            marks.append((nearest, depth))
    marks.sort()
    sizes = [
        np.clip(knots, along[0], along[-1]),
        np.array([ring.width_mm for ring in rings.values()]),
        np.array([ring.area_mm2 for ring in rings.values()]),
    ]
    at, deep = (np.array(column) for column in zip(*marks, strict=True))
    return Canal(
        points_lps=points,
        frames=np.array(made),
        depth_mm=PchipInterpolator(at, deep)(np.clip(knots, at[0], at[-1])),
        width_mm=PchipInterpolator(along, sizes[1])(sizes[0]),
        area_mm2=PchipInterpolator(along, sizes[2])(sizes[0]),
    )

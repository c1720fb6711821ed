"""Derived roots are kept out of what the map shows: a nerve runs in neither bone nor disc.

The published course is a mean with a spread; the bones of this patient say where it can not be. Of all
courses that keep out of bone and disc the likeliest under the published spread is taken. The course is seen
as a sheaf of planes across it: in each, places have the cost of their distance from the published one in
standard deviations, from one plane to the next changes cost what a course that is alike over `ALIKE_MM`
allows, and bone or disc nearer than the root's radius costs what pressing a nerve flat allows. The least sum
over all planes is found exactly on a grid, plane by plane, and then relaxed between the grid's places. So the
way around an obstacle is chosen for the whole course at once, and not point by point.

Where every course meets bone or disc there is no root, and the caller is told where that is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.fields import Field, values_at
from kambin.anatomy.geometry import Endplate, Root

__all__ = ["Closed", "Moved", "Solid", "kept_free"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Distance of the places in a plane, and how far about the published course they are looked for: near first,
# because it is quicker and nearly always enough.
STEP_MM, REACHES_MM = 1.0, (6.0, 14.0)
# Over this length a course keeps to one side of the published mean: as far as a foramen is long.
ALIKE_MM = 10.0
# A root's middle comes no nearer to bone or disc than this; nearer than its radius costs as much as one
# standard deviation for each `PRESSED_MM` by which it is pressed flat.
LEAST_MM, PRESSED_MM = 1.0, 0.5
# Changes between neighbouring planes, in steps.
CHANGES = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
# Times that a relaxed course is held at more places until it is free.
ROUNDS = 8
# The planes turn with the course, smoothed over so many points: planes that turn with every kink would cross.
TURN_POINTS = 15
# How far beyond an endplate's plane its body is looked for: endplates are hollow by up to 2 mm.
PLATE_MM = 2.0
# Of the anti-aliased field, so that the corner voxels of a structure count too: they hold (3/4)³.
CORNER = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """Where no root can be.

    Attributes
    ----------
    fields : tuple of Field
        Bones, and the disc where the map gives it.
    plates : tuple of Endplate or None
        The facing endplates, from above and from below; the space between their bodies is the disc where the
        map does not give it. None where it does.
    bodies : tuple of Field
        The two bodies.
    """

    fields: tuple[Field, ...]
    plates: tuple[Endplate, Endplate] | None
    bodies: tuple[Field, Field]

    def fills(self, points_lps: Floats) -> Bools:
        """Whether points lie in bone or disc; points as LPS mm, shape (..., 3)."""
        flat = points_lps.reshape(-1, 3)
        # one field over all: a gap narrower than a voxel between two structures is no way
        total = np.sum([values_at(field, flat) for field in self.fields], axis=0)
        full = np.asarray(total >= CORNER, dtype=np.bool_)
        if self.plates is not None:
            full |= self._between(flat, self.plates)
        return full.reshape(points_lps.shape[:-1])

    def _between(self, points: Floats, plates: tuple[Endplate, Endplate]) -> Bools:
        """Whether points lie between the two endplates."""
        up, down = (
            (points - plate.centre_lps) @ plate.normal_lps * sign
            for plate, sign in zip(plates, (-1.0, 1.0), strict=True)
        )
        found = np.asarray((up > 0) & (down > 0), dtype=np.bool_)
        within = points[found]
        above = within + (up[found] + PLATE_MM)[:, None] * plates[0].normal_lps
        below = within - (down[found] + PLATE_MM)[:, None] * plates[1].normal_lps
        held = (values_at(self.bodies[0], above) >= 0.5) & (values_at(self.bodies[1], below) >= 0.5)
        found[found] = held
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """A root that keeps out of bone and disc, and by how much it was moved at most, mm."""

    root: Root
    by_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """There is no free course: the published one enters bone or disc at `at_lps`, and none goes round it."""

    at_lps: Floats


def kept_free(root: Root, solid: Solid, frame: Floats) -> Moved | Closed:
    """Move a derived root to the likeliest course outside bone and disc.

    Parameters
    ----------
    root : Root
        As published numbers give it, with their covariance.
    solid : Solid
    frame : ndarray, shape (3, 3)
        Rows outwards, posterior, cranial of its disc.

    Returns
    -------
    Moved or Closed
        A root that is free as it is comes back unchanged. One that had to be moved is less sure by half of
        what it was moved: by so much the published course and the map disagree.
    """
    axes = _planes(root.points_lps, frame)
    if _free_as_it_is(root, solid, axes):
        return Moved(root, 0.0)
    closed = len(root.points_lps) - 1
    for reach in REACHES_MM:
        half = round(reach / STEP_MM)
        offsets = np.arange(-half, half + 1) * STEP_MM
        across, up = np.meshgrid(offsets, offsets, indexing="ij")
        spread = across[..., None] * axes[:, None, None, 0] + up[..., None] * axes[:, None, None, 1]
        clear = _clearance(solid.fills(root.points_lps[:, None, None] + spread))
        found = _least(_costs(root, axes, (across, up), clear), _stiffness(root, axes))
        if isinstance(found, int):
            closed = found
            continue
        inner = found[1 : len(found) - 1]
        if reach < REACHES_MM[-1] and len(inner) and (np.abs(inner - half) == half).any():
            continue  # it runs along the edge of what was looked at
        return _moved(root, axes, np.asarray((found - half) * STEP_MM, dtype=np.float64), clear)
    met = np.flatnonzero(solid.fills(root.points_lps))
    return Closed(root.points_lps[int(met[0]) if len(met) else closed])


def _free_as_it_is(root: Root, solid: Solid, axes: Floats) -> bool:
    """Whether the tube meets nothing: its middle and its surface are free."""
    turns = np.arange(8) * np.pi / 4
    ring = np.stack([np.cos(turns), np.sin(turns)], axis=1) @ axes
    surface = root.points_lps[:, None] + root.radius_mm[:, None, None] * ring
    return not (solid.fills(surface).any() or solid.fills(root.points_lps).any())


def _planes(points: Floats, frame: Floats) -> Floats:
    """Two unit vectors across the course at each point, shape (n, 2, 3), alike along it."""
    way = np.gradient(points, axis=0)
    pad = TURN_POINTS // 2
    padded = np.concatenate([np.repeat(way[:1], pad, axis=0), way, np.repeat(way[-1:], pad, axis=0)])
    sums = np.cumsum(np.concatenate([np.zeros((1, 3)), padded]), axis=0)
    along = sums[TURN_POINTS:] - sums[:-TURN_POINTS]
    along /= np.linalg.norm(along, axis=1)[:, None]
    # roots run down, outwards and forwards: never along what points outwards and up
    aside = frame[0] + frame[2]
    first = aside - (along @ aside)[:, None] * along
    first /= np.linalg.norm(first, axis=1)[:, None]
    return np.stack([first, np.cross(along, first)], axis=1)


def _clearance(filled: Bools) -> Floats:
    """Distance of free places from what is filled, mm; zero in it."""
    from scipy import ndimage

    if not filled.any():
        return np.full(filled.shape, np.inf)
    return np.asarray(ndimage.distance_transform_edt(~filled, sampling=STEP_MM), dtype=np.float64)


def _costs(root: Root, axes: Floats, places: tuple[Floats, Floats], clear: Floats) -> Floats:
    """Cost of each place of each plane; inf where a root can not be."""
    flat = np.einsum("nai,nij,nbj->nab", axes, root.covariance_mm2, axes)
    off = np.stack(places, axis=-1)
    squares = np.einsum("xya,nab,xyb->nxy", off, np.linalg.inv(flat), off)
    pressed = np.maximum(root.radius_mm[:, None, None] - clear, 0.0) / PRESSED_MM
    found = (squares + pressed**2) / (2.0 * ALIKE_MM)
    return np.where(clear >= LEAST_MM, found, np.inf)


def _stiffness(root: Root, axes: Floats) -> float:
    """Cost of a change by one step between neighbouring planes."""
    flat = np.einsum("nai,nij,naj->na", axes, root.covariance_mm2, axes)
    apart = float(np.linalg.norm(np.diff(root.points_lps, axis=0), axis=1).mean())
    return ALIKE_MM * STEP_MM**2 / (2.0 * float(flat.mean()) * apart)


def _least(costs: Floats, stiffness: float) -> NDArray[np.int64] | int:
    """Indices of the cheapest course, shape (n, 2); where there is none, the last plane that one reaches."""
    count, size = len(costs), costs.shape[1]
    total = costs[0]
    came = np.zeros((count, size, size), dtype=np.int8)
    before = np.full((size + 2, size + 2), np.inf)
    # a view: it shows what `before` holds in each round
    around = np.lib.stride_tricks.sliding_window_view(before, (3, 3))
    dear = stiffness * np.array([[a * a + b * b for b in (-1, 0, 1)] for a in (-1, 0, 1)])
    for at in range(1, count):
        if np.isinf(total.min()):
            return at - 1
        before[1:-1, 1:-1] = total
        options = (around + dear).reshape(size, size, 9)
        came[at] = options.argmin(axis=2)
        total = options.min(axis=2) + costs[at]
    if np.isinf(total.min()):
        return count - 1
    place = np.array(np.unravel_index(int(total.argmin()), total.shape), dtype=np.int64)
    line: NDArray[np.int64] = np.empty((count, 2), dtype=np.int64)
    for at in range(count - 1, -1, -1):
        line[at] = place
        if at:
            place = place + np.array(CHANGES[came[at, place[0], place[1]]])
    return line


def _relaxed(root: Root, axes: Floats, line: Floats, clear: Floats) -> Floats:
    """The course of least cost that bends round obstacles as `line` does.

    On a grid a course can only change by whole steps, and so keeps away from the published one longer than it
    has to. It is held where going back would bring it into what is filled, and free elsewhere.
    """
    count, middle = len(line), clear.shape[1] // 2
    places = np.arange(count)

    def room(course: Floats) -> Floats:
        """Distance to what is filled, mm, at most the radius; one place in each plane, shape (n, 2)."""
        cells = np.clip(np.round(course / STEP_MM).astype(int) + middle, 0, 2 * middle)
        found: Floats = np.minimum(clear[places, cells[:, 0], cells[:, 1]], root.radius_mm)
        return found

    enough = room(line)
    held = room(np.zeros_like(line)) < enough
    for _ in range(ROUNDS):
        course = _least_bent(root, axes, line, held)
        short = ~held & (room(course) < enough)
        if not short.any():
            return course
        held |= short
    kept: Floats = np.where(held[:, None] | (room(course) < enough)[:, None], line, course)
    return kept


def _least_bent(root: Root, axes: Floats, line: Floats, held: Bools) -> Floats:
    """The course of least cost that passes through `line` where it is held."""
    from scipy.linalg import solve_banded

    count = len(line)
    flat = np.einsum("nai,nij,nbj->nab", axes, root.covariance_mm2, axes)
    pull = np.linalg.inv(flat) / ALIKE_MM
    stiff = 2.0 * _stiffness(root, axes) / STEP_MM**2
    # rows and columns: both coordinates of the first place, of the second, ...; diagonals from the highest
    bands = np.zeros((5, 2 * count))
    bands[0, 2:] = bands[4, :-2] = -stiff
    bands[1, 1::2] = bands[3, ::2] = pull[:, 0, 1]
    bands[2] = pull[:, (0, 1), (0, 1)].ravel() + 2.0 * stiff
    bands[2, [0, 1, -2, -1]] -= stiff
    fixed = np.repeat(held, 2)
    for band in (0, 1, 3, 4):  # the row of a held place says where it is, and nothing else
        rows = np.arange(2 * count) + band - 2
        within = (rows >= 0) & (rows < 2 * count)
        bands[band, within] *= ~fixed[rows[within]]
    bands[2, fixed] = 1.0
    course: Floats = solve_banded((2, 2), bands, np.where(fixed, line.ravel(), 0.0)).reshape(count, 2)
    return course


def _moved(root: Root, axes: Floats, line: Floats, clear: Floats) -> Moved:
    """The root along the places found, eased where room allows."""
    line = _relaxed(root, axes, line, clear)
    middle = clear.shape[1] // 2
    for _ in range(2):
        eased = line.copy()
        eased[1:-1] = line[1:-1] / 2 + (line[:-2] + line[2:]) / 4
        cells = np.round(eased / STEP_MM).astype(int) + middle
        free = clear[np.arange(len(line)), cells[:, 0], cells[:, 1]] >= LEAST_MM
        line = np.where(free[:, None], eased, line)
    moves = np.einsum("na,nai->ni", line, axes)
    half = moves / 2.0
    grown = root.covariance_mm2 + half[:, :, None] * half[:, None, :]
    placed = replace(root, points_lps=root.points_lps + moves, covariance_mm2=grown)
    return Moved(placed, float(np.linalg.norm(moves, axis=1).max()))

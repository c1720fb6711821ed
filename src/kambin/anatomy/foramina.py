"""The intervertebral foramen of one level and side, measured in the plane through its two pedicles.

The plane holds the disc's posterior direction and the middles of the upper and the lower pedicle. In it the
anti-aliased fields of the two bones (and of the disc, where the map gives it) are sampled finely. The foramen
is the free piece between the pedicles: in front it ends at the bodies and the disc, where the disc is not
given at the line between the two posterior corners; behind it ends at the facet joint, whose gap is closed by
the shortest line between the superior process and the bone above. A piece that still leaks was not measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.contours import contour_of, piece_at, polygon_area
from kambin.anatomy.fields import Field, field_of, patch_of
from kambin.anatomy.geometry import Disc, Endplate
from kambin.anatomy.pedicles import outward_frame, pedicle_middle
from kambin.anatomy.regions import Region
from kambin.case.words import Side

__all__ = ["Opening", "SegmentBones", "Slice", "measure_opening"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Samples in the plane, as a share of the voxel and at most: finer gives nothing, coarser loses the corners.
STEP_SHARE, MAX_STEP_MM = 0.4, 0.5
# Reach of the picture about the middle between the pedicles: foramina are at most 22 mm high and 18 mm wide
# (ankara2012), bodies in front and joints behind must be seen.
REACH_BEHIND_MM, REACH_ALONG_MM = 32.0, 34.0
# The extreme of a rounded border is the vertex of a parabola through its points this near the outermost one.
ARC_MM = 2.5
# Bones about one foramen that lie farther apart in its plane than a foramen is high do not bound it.
MAX_GAP_MM = 22.0
# The edge of a pedicle is read along this share of its length, about its middle.
MIDDLE_SHARE = 0.6
# Below its tip the superior process is round; its front is read at least this far below.
TIP_MM = 2.0
# The bodies' posterior corner is looked for this far above and below the endplate's plane, and at most this
# far behind the body's part.
CORNER_MM, CUT_MM = 5.0, 2.5
# Between a given disc and the bodies nothing is open farther in front than this.
BEFORE_CORNER_MM = 3.0
# A pedicle's edge that runs straight ends where its line ends, an arched one at its crown; between these
# distances from the line (mm, and share of the voxel added) and these slopes the two are blended, so that
# left and right do not fall on different sides of a limit.
BEND_MM, BEND_VOXELS, SLOPES = (0.1, 0.35), (0.1, 0.2), (0.2, 0.45)
# The crown is looked for along this share of the pedicle's length.
CROWN_SHARE = 0.8
# Less than this between two pedicles is taken for a mistake of the parts, not for a foramen: a choice of this
# room, seen where a transverse process joins all of the L5 pedicle (s0328).
LEAST_HEIGHT_MM = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class SegmentBones:
    """What bounds a foramen.

    Attributes
    ----------
    upper, lower : Field
        Of the two bones, whole.
    upper_body, lower_body : Field
        Of their bodies; of the whole bone where the body is not known apart.
    upper_pedicle : Region
    lower_pedicle, process : Region or None
        Pedicle and superior articular process of the lower bone.
    disc : Disc
    upper_plate, lower_plate : Endplate or None
        The facing endplates.
    """

    upper: Field
    lower: Field
    upper_body: Field
    lower_body: Field
    upper_pedicle: Region
    lower_pedicle: Region | None
    process: Region | None
    disc: Disc
    upper_plate: Endplate | None
    lower_plate: Endplate | None


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """The plane of a foramen with its grid.

    Attributes
    ----------
    origin_lps : ndarray, shape (3,)
        Half way between the middles of the pedicles.
    frame : ndarray, shape (3, 3)
        Rows outwards, posterior, cranial; the plane holds the last two.
    posterior, cranial : ndarray
        Coordinates of the samples, mm.
    """

    origin_lps: Floats
    frame: Floats
    posterior: Floats
    cranial: Floats

    def lps(self, points: Floats) -> Floats:
        """Points of the plane, shape (..., 2), as LPS."""
        placed: Floats = self.origin_lps + points @ self.frame[1:]
        return placed

    def local(self, points_lps: Floats) -> Floats:
        """LPS points, projected on the plane, shape (..., 2)."""
        found: Floats = (points_lps - self.origin_lps) @ self.frame[1:].T
        return found

    def grid(self) -> Floats:
        """Coordinates of the samples, shape (posterior, cranial, 2)."""
        return np.stack(np.meshgrid(self.posterior, self.cranial, indexing="ij"), axis=-1)

    def values(self, regions: Sequence[Region]) -> Floats:
        """The field of some regions in the plane, shape (posterior, cranial)."""
        return self.sample(field_of(regions))

    def sample(self, field: Field) -> Floats:
        """A field in the plane, shape (posterior, cranial)."""
        step = float(self.posterior[1] - self.posterior[0])
        low = (0.0, float(self.posterior[0]), float(self.cranial[0]))
        high = (0.0, float(self.posterior[-1]), float(self.cranial[-1]))
        patch = patch_of(field, self.origin_lps, self.frame, low, high, step)
        return np.asarray(patch.values[0], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """What was measured of a foramen; points in its plane are (posterior, cranial), mm.

    Attributes
    ----------
    plane : Slice
    top, bottom : ndarray or None, shape (2,)
        Lowest point of the upper pedicle and highest of the lower, between their flaring ends.
    corner, lower_corner : ndarray or None, shape (2,)
        Posterior corners of the two bodies.
    front : ndarray or None, shape (2,)
        Front of the superior articular process, at the height of `corner`.
    height_mm, width_mm, area_mm2 : float or None
    contour : ndarray, shape (m, 2)
    """

    plane: Slice
    top: Floats | None
    bottom: Floats | None
    corner: Floats | None
    lower_corner: Floats | None
    front: Floats | None
    height_mm: float | None
    width_mm: float | None
    area_mm2: float | None
    contour: Floats


def measure_opening(bones: SegmentBones, side: Side) -> Opening:
    """Measure a foramen.

    Parameters
    ----------
    bones : SegmentBones
    side : Side

    Returns
    -------
    Opening
        What could not be measured is None, and the contour empty.
    """
    plane = _plane(bones, side)
    upper, lower = plane.sample(bones.upper), plane.sample(bones.lower)
    ends = [
        None if part is None else _end_of_pedicle(plane, bone, part, sign)
        for bone, part, sign in ((upper, bones.upper_pedicle, -1), (lower, bones.lower_pedicle, 1))
    ]
    top, bottom = (None if end is None else end[0] for end in ends)
    corner = _corner(plane, upper, plane.sample(bones.upper_body), bones.upper_plate, -1)
    lower_corner = _corner(plane, lower, plane.sample(bones.lower_body), bones.lower_plate, 1)
    process = None if bones.process is None else plane.values([bones.process])
    front = None if corner is None or process is None else _front(plane, process, float(corner[1]))
    contour = np.empty((0, 2))
    if top is not None and corner is not None and lower_corner is not None:
        disc = None if bones.disc.region is None else plane.values([bones.disc.region])
        tip = None if process is None else _extreme(plane, process, 1)
        links = _links(plane, bones, upper, lower)
        mouth = _joint_mouth(plane, (upper, lower), bones.upper_pedicle, float(corner[0]), tip)
        links += [] if mouth is None else [mouth]
        contour = _border(plane, (upper, lower, disc), links, (top, corner, lower_corner))
    if len(contour):
        top, bottom = (
            _crown(plane, contour, part, end, sign)
            for part, end, sign in ((bones.upper_pedicle, ends[0], 1), (bones.lower_pedicle, ends[1], -1))
        )
    else:  # without a border there is no crown, and an arched edge has no end
        top, bottom = (None if end is None or end[1] > 0.5 else end[0] for end in ends)
    vertical = float(plane.frame[2] @ bones.disc.frame[2])
    return Opening(
        plane=plane,
        top=top,
        bottom=bottom,
        corner=corner,
        lower_corner=lower_corner,
        front=front,
        height_mm=_height(top, bottom, vertical),
        width_mm=None if corner is None or front is None else float(front[0] - corner[0]),
        area_mm2=polygon_area(contour) if len(contour) else None,
        contour=contour,
    )


def _height(top: Floats | None, bottom: Floats | None, vertical: float) -> float | None:
    if top is None or bottom is None:
        return None
    height = float(top[1] - bottom[1]) * vertical
    return height if height >= LEAST_HEIGHT_MM else None


def _plane(bones: SegmentBones, side: Side) -> Slice:
    left, posterior, cranial = bones.disc.frame
    turned = outward_frame(bones.disc.frame, side)
    above = pedicle_middle(bones.upper_pedicle, bones.upper, turned)
    if bones.lower_pedicle is None:
        below = above - 2 * float((above - bones.disc.centre_lps) @ cranial) * cranial
        normal = left
    else:
        below = pedicle_middle(bones.lower_pedicle, bones.lower, turned)
        normal = frames.unit(np.cross(posterior, above - below))
    outwards = normal if side is Side.LEFT else -normal
    frame = np.stack([outwards, posterior, np.cross(normal, posterior)])
    voxel = max(bones.upper_pedicle.volume.spacing_mm)
    step = min(STEP_SHARE * voxel, MAX_STEP_MM)
    behind, along = int(REACH_BEHIND_MM / step), int(REACH_ALONG_MM / step)
    return Slice(
        origin_lps=(above + below) / 2,
        frame=frame,
        posterior=np.arange(-behind, behind + 1, dtype=np.float64) * step,
        cranial=np.arange(-along, along + 1, dtype=np.float64) * step,
    )


def _end_of_pedicle(plane: Slice, bone: Floats, pedicle: Region, sign: int) -> tuple[Floats, float] | None:
    """The lowest (-1) or highest (1) point of a pedicle in the plane, and how arched its edge is, 0 to 1.

    Towards body and lamina the edge curves away, and where the part was cut off is arbitrary. So the edge is
    read under (over) the middle share of the pedicle's length, as a straight line; of that its extreme end.
    """
    own = plane.values([pedicle])
    inside = _largest(own >= 0.5)
    if not inside.any():
        return None
    middle = plane.grid()[inside].mean(axis=0)
    span = plane.posterior[inside.any(axis=1)]
    half = MIDDLE_SHARE * float(span[-1] - span[0]) / 2
    step = float(plane.posterior[1] - plane.posterior[0])
    row = int(np.argmin(np.abs(plane.cranial - middle[1])))
    found = []
    for column in np.flatnonzero(np.abs(plane.posterior - (span[0] + span[-1]) / 2) <= half):
        line = bone[column, row::sign]
        outside = np.flatnonzero(line < 0.5)
        if len(outside) and outside[0] > 0:
            last = int(outside[0]) - 1
            share = (line[last] - 0.5) / (line[last] - line[last + 1])
            height = plane.cranial[row] + sign * step * (last + share)
            found.append((float(plane.posterior[column]), float(height)))
    if len(found) < 3:
        return None
    places = np.array(found)
    # medians of slopes and heights: columns that met lamina or body do not tilt the line
    one, other = np.triu_indices(len(places), 1)
    slope = float(np.median((places[other, 1] - places[one, 1]) / (places[other, 0] - places[one, 0])))
    height = float(np.median(places[:, 1] - slope * places[:, 0]))
    off = np.abs(places[:, 1] - height - slope * places[:, 0])
    apart = float(np.median(off))
    voxel = max(pedicle.volume.spacing_mm)
    straight, arched = (mm + share * voxel for mm, share in zip(BEND_MM, BEND_VOXELS, strict=True))
    # columns off the line have met lamina or body
    ends = places[off <= max(arched, apart), 0][[0, -1]]
    heights = height + slope * ends
    end = int((sign * heights).argmax())
    bent = (apart - straight) / (arched - straight)
    steep = (abs(slope) - SLOPES[0]) / (SLOPES[1] - SLOPES[0])
    point = np.array([float(ends[end]), float(heights[end])])
    return point, float(np.clip(max(bent, steep), 0.0, 1.0))


def _crown(
    plane: Slice, border: Floats, pedicle: Region | None, end: tuple[Floats, float] | None, sign: int
) -> Floats | None:
    """The end of a pedicle's edge; of an arched one the crown of the foramen's border above or below it."""
    if end is None or pedicle is None or end[1] == 0.0:
        return None if end is None else end[0]
    inside = (plane.values([pedicle]) >= 0.5).any(axis=1)
    span = plane.posterior[inside]
    middle, half = (span[0] + span[-1]) / 2, CROWN_SHARE * (span[-1] - span[0]) / 2
    part = border[np.abs(border[:, 0] - middle) <= half]
    crown = _arc_end(part, np.array([0.0, float(sign)])) if len(part) else end[0]
    return (1.0 - end[1]) * end[0] + end[1] * crown


def _extreme(plane: Slice, values: Floats, sign: int) -> Floats | None:
    """The lowest (-1) or highest (1) point of a border in the plane."""
    border = contour_of(_framed(values), plane.posterior, plane.cranial)
    return None if len(border) < 3 else _arc_end(border, np.array([0.0, float(sign)]))


def _arc_end(border: Floats, direction: Floats) -> Floats:
    """The outermost point of a border, from a parabola through its neighbours: noise does not push it out."""
    aside = np.array([-direction[1], direction[0]])
    reach, across = border @ direction, border @ aside
    outermost = int(reach.argmax())
    near = (np.abs(across - across[outermost]) < ARC_MM) & (reach > reach[outermost] - ARC_MM)
    if np.count_nonzero(near) < 4:
        return np.asarray(border[outermost], dtype=np.float64)
    c, b, a = np.polynomial.polynomial.polyfit(across[near] - across[outermost], reach[near], 2)
    limit = float(np.abs(across[near] - across[outermost]).max())
    at = float(np.clip(-b / (2 * a), -limit, limit)) if a < 0 else 0.0
    found: Floats = (c + b * at + a * at * at) * direction + (across[outermost] + at) * aside
    return found


def _corner(plane: Slice, bone: Floats, body: Floats, plate: Endplate | None, sign: int) -> Floats | None:
    """The posterior corner of a body, above (1) or below (-1): the point farthest along the diagonal.

    The body's part may have been cut off a little before its wall, so the bone itself is looked at, no
    farther behind the part than a cut may lie.
    """
    if plate is None:
        return None
    height = _plate_height(plane, plate, plane.posterior)
    near = np.abs(plane.cranial[None, :] - height[:, None]) < CORNER_MM
    columns = np.flatnonzero(((body >= 0.5) & near).any(axis=1))
    if len(columns) == 0:
        return None
    rear = float(plane.posterior[columns[-1]]) + CUT_MM
    border = contour_of(
        _framed(np.where(plane.posterior[:, None] < rear, bone, 0.0)), plane.posterior, plane.cranial
    )
    beside = np.abs(border[:, 1] - np.interp(border[:, 0], plane.posterior, height)) < CORNER_MM
    found = border[beside & (border[:, 0] < rear - 0.5)]
    if len(found) < 3:
        return None
    corner: Floats = found[int((found @ np.array([1.0, float(sign)])).argmax())]
    return corner


def _plate_height(plane: Slice, plate: Endplate, posterior: Floats) -> Floats:
    """Height of an endplate's plane in the foramen's plane at given posterior coordinates."""
    normal = plane.frame[1:] @ plate.normal_lps
    offset = float((plate.centre_lps - plane.origin_lps) @ plate.normal_lps)
    return np.asarray((offset - posterior * normal[0]) / normal[1], dtype=np.float64)


def _front(plane: Slice, process: Floats, height: float) -> Floats | None:
    """Where the superior process begins at a height; below its tip where it does not reach so high."""
    inside = _largest(process >= 0.5)
    if not inside.any():
        return None
    rows = plane.cranial[inside.any(axis=0)]
    height = max(min(height, float(rows[-1]) - TIP_MM), float(rows[0]))
    row = int(np.argmin(np.abs(plane.cranial - height)))
    first = int(inside[:, row].argmax())
    if not inside[first, row] or first == 0:
        return None
    before, after = process[first - 1, row], process[first, row]
    step = float(plane.posterior[1] - plane.posterior[0])
    share = (0.5 - before) / (after - before)
    return np.array([float(plane.posterior[first - 1]) + share * step, height])


def _border(
    plane: Slice,
    bones: tuple[Floats, Floats, Floats | None],
    links: list[tuple[Floats, Floats]],
    points: tuple[Floats, Floats, Floats],
) -> Floats:
    """The closed border of the free piece below `points[0]` and behind the corners; empty where it leaks."""
    (upper, lower, disc), (top, corner, lower_corner) = bones, points
    solid = np.maximum(upper, lower)
    grid = plane.grid()
    ahead = np.array([-20.0, 0.0])
    if disc is not None:  # it bounds the foramen itself; only what might leak past it in front is closed
        solid = np.maximum(solid, disc)
        corner, lower_corner = (point - np.array([BEFORE_CORNER_MM, 0.0]) for point in (corner, lower_corner))
    solid[_within(grid, [corner, lower_corner, lower_corner + ahead, corner + ahead])] = 1.0
    for line in links:
        solid[_near_line(grid, *line)] = 1.0
    # a little below the upper pedicle, where the ganglion lies, the foramen is open in every patient
    seeds = np.argwhere(solid < 0.5)
    goal = np.array([(top[0] + corner[0]) / 2, (top[1] + corner[1]) / 2])
    places = grid[tuple(seeds.T)]
    seed = seeds[int(((places - goal) ** 2).sum(axis=1).argmin())]
    piece = piece_at(solid < 0.5, (int(seed[0]), int(seed[1])))
    if piece is None:
        return np.empty((0, 2))
    from scipy import ndimage

    open_to = ndimage.binary_dilation(piece, structure=np.ones((3, 3)))
    return contour_of(np.where(open_to, 1.0 - solid, 0.0), plane.posterior, plane.cranial)


def _within(grid: Floats, corners: list[Floats]) -> Bools:
    """Points inside a convex polygon given in either order."""
    sides = []
    for start, stop in zip(corners, corners[1:] + corners[:1], strict=True):
        along = stop - start
        away = grid - start
        sides.append(along[0] * away[..., 1] - along[1] * away[..., 0] >= 0)
    all_left: Bools = np.all(sides, axis=0)
    none_left: Bools = ~np.any(sides, axis=0)
    return all_left | none_left


def _joint_mouth(
    plane: Slice, bones: tuple[Floats, Floats], pedicle: Region, corner: float, tip: Floats | None
) -> tuple[Floats, Floats] | None:
    """The mouth of the joint: from the tip of the superior process to the bone above.

    The bone above is the piece that hangs together with its pedicle in the plane: the tip of the inferior
    process stands apart from it and behind the joint. Where the superior process is not known apart, the
    shortest line between the two bones behind the bodies' corner; None where they form no joint.
    """
    from scipy import ndimage
    from scipy.spatial import cKDTree

    grid = plane.grid()
    behind = grid[..., 0] > corner + 2.0
    pieces, _ = ndimage.label(bones[0] >= 0.5)
    held = np.unique(pieces[_largest(plane.values([pedicle]) >= 0.5)])
    above = grid[np.isin(pieces, held[held > 0]) & behind]
    below = grid[(bones[1] >= 0.5) & behind] if tip is None else tip[np.newaxis]
    if len(above) == 0 or len(below) == 0:
        return None
    distance, index = cKDTree(above).query(below)
    nearest = int(distance.argmin())
    if distance[nearest] > MAX_GAP_MM:
        return None
    return above[index[nearest]], below[nearest]


def _links(plane: Slice, bones: SegmentBones, upper: Floats, lower: Floats) -> list[tuple[Floats, Floats]]:
    """Shortest lines between parts of one bone that hang together beside the plane but not in it."""
    grid = plane.grid()
    upper_pedicle = plane.values([bones.upper_pedicle])
    pairs = [(upper, plane.sample(bones.upper_body), upper_pedicle)]
    if bones.lower_pedicle is not None:
        lower_pedicle = plane.values([bones.lower_pedicle])
        pairs.append((lower, plane.sample(bones.lower_body), lower_pedicle))
        if bones.process is not None:
            pairs.append((lower, lower_pedicle, plane.values([bones.process])))
    found = [_link(grid, *pair) for pair in pairs]
    return [line for line in found if line is not None]


def _link(grid: Floats, bone: Floats, one: Floats, other: Floats) -> tuple[Floats, Floats] | None:
    from scipy import ndimage
    from scipy.spatial import cKDTree

    pieces, _ = ndimage.label(bone >= 0.5)
    first, second = _largest(one >= 0.5), _largest(other >= 0.5)
    if not first.any() or not second.any() or set(pieces[first]) & set(pieces[second]) - {0}:
        return None
    distance, index = cKDTree(grid[first]).query(grid[second])
    nearest = int(distance.argmin())
    if distance[nearest] > MAX_GAP_MM:
        return None
    return grid[first][index[nearest]], grid[second][nearest]


def _largest(solid: Bools) -> Bools:
    from scipy import ndimage

    pieces, count = ndimage.label(solid)
    return solid if count < 2 else pieces == int(np.bincount(pieces.ravel())[1:].argmax()) + 1


def _near_line(grid: Floats, start: Floats, stop: Floats) -> Bools:
    """Samples on a line between two points, thick enough that nothing leaks past it diagonally."""
    step = float(np.abs(grid[1, 0] - grid[0, 0]).max())
    along = stop - start
    length = float(along @ along)
    share = np.clip(((grid - start) @ along) / length, 0.0, 1.0) if length > 0 else np.zeros(grid.shape[:2])
    away = grid - start - share[..., None] * along
    near: Bools = (away**2).sum(axis=-1) <= step**2
    return near


def _framed(values: Floats) -> Floats:
    """The same samples with a border of nothing, so that every line closes."""
    framed = values.copy()
    framed[[0, -1]] = 0.0
    framed[:, [0, -1]] = 0.0
    return framed

"""The border of a foramen in its plane: the free piece between pedicles, bodies, disc and facet joint."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.contours import contour_of, piece_at
from kambin.anatomy.foramina.plane import SegmentBones, Slice, largest
from kambin.anatomy.regions import Region

__all__ = ["border_of", "joint_mouth", "missing_links"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Line = tuple[Floats, Floats]

# Bones about one foramen that lie farther apart in its plane than a foramen is high do not bound it.
MAX_GAP_MM = 22.0
# Between a given disc and the bodies nothing is open farther in front than this.
BEFORE_CORNER_MM = 3.0


def border_of(
    plane: Slice,
    bones: tuple[Floats, Floats, Floats | None],
    links: list[Line],
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


def joint_mouth(
    plane: Slice, bones: tuple[Floats, Floats], pedicle: Region, corner: float, top: Floats | None
) -> Line | None:
    """The mouth of the joint: the shortest line from the top of the superior process to the bone above.

    The bone above is the piece that hangs together with its pedicle in the plane: the tip of the inferior
    process stands apart from it and behind the joint. Where the superior process is not known apart, the
    shortest line between the two bones behind the bodies' corner; None where they form no joint.
    """
    from scipy import ndimage
    from scipy.spatial import cKDTree

    grid = plane.grid()
    behind = grid[..., 0] > corner + 2.0
    pieces, _ = ndimage.label(bones[0] >= 0.5)
    held = np.unique(pieces[largest(plane.values([pedicle]) >= 0.5)])
    above = grid[np.isin(pieces, held[held > 0]) & behind]
    below = grid[(bones[1] >= 0.5) & behind] if top is None else top
    if len(above) == 0 or len(below) == 0:
        return None
    distance, index = cKDTree(above).query(below)
    nearest = int(distance.argmin())
    if distance[nearest] > MAX_GAP_MM:
        return None
    return above[index[nearest]], below[nearest]


def missing_links(plane: Slice, bones: SegmentBones, upper: Floats, lower: Floats) -> list[Line]:
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


def _link(grid: Floats, bone: Floats, one: Floats, other: Floats) -> Line | None:
    from scipy import ndimage
    from scipy.spatial import cKDTree

    pieces, _ = ndimage.label(bone >= 0.5)
    first, second = largest(one >= 0.5), largest(other >= 0.5)
    if not first.any() or not second.any() or set(pieces[first]) & set(pieces[second]) - {0}:
        return None
    distance, index = cKDTree(grid[first]).query(grid[second])
    nearest = int(distance.argmin())
    if distance[nearest] > MAX_GAP_MM:
        return None
    return grid[first][index[nearest]], grid[second][nearest]


def _near_line(grid: Floats, start: Floats, stop: Floats) -> Bools:
    """Samples on a line between two points, thick enough that nothing leaks past it diagonally."""
    step = float(np.abs(grid[1, 0] - grid[0, 0]).max())
    along = stop - start
    length = float(along @ along)
    share = np.clip(((grid - start) @ along) / length, 0.0, 1.0) if length > 0 else np.zeros(grid.shape[:2])
    away = grid - start - share[..., None] * along
    near: Bools = (away**2).sum(axis=-1) <= step**2
    return near

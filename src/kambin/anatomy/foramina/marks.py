"""The marks of a foramen in its plane: edges of pedicles, corners of bodies, front and top of a process."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.contours import contour_of
from kambin.anatomy.foramina.plane import Slice, framed, largest
from kambin.anatomy.geometry import Endplate
from kambin.anatomy.planes import fit_robust
from kambin.anatomy.regions import Region
from kambin.anatomy.rims import HALF_BODY_MM, filled_below

__all__ = ["body_corner", "pedicle_edge", "process_front", "process_top", "sharp_corner"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# The extreme of a rounded border is the vertex of a parabola through its points this near the outermost one.
ARC_MM = 2.5
# A pedicle's edge runs on into body, lamina and pars, which are steeper than the first of these slopes over
# so much of its length; an edge that is itself steeper is told from them by the second.
STEEP, SLOPE_MM, CLIFF = (0.5, 1.0), 1.0, 99.0
# It is looked for this far beyond where the pedicle was cut off, and read over so much on either side.
BEYOND_MM, HALF_EDGE_MM = 1.0, 2.5
# Fewer columns than this do not tell an edge, and fewer lines not a face.
LEAST_COLUMNS = 5
# Below its tip the superior process is round; its front is read at least this far below, over so much above
# and below the height that is asked for.
TIP_MM, FRONT_MM = 2.0, 2.5
# What lies no farther below its tip than this is its top.
TOP_MM = 1.0
# The bodies' posterior corner is looked for this far above and below the endplate's plane, and at most this
# far behind the body's part.
CORNER_MM, CUT_MM = 5.0, 2.5
# It is the point farthest backwards and, by so much more, towards the disc: beside its back a body slants
# into its pedicle at 45 degrees, and equal shares would not tell one end of the slant from the other.
STEEPER = 1.5
# The two faces of a corner are read from this many voxels off the edge on, over so much, and no farther from
# where the corner was seen than this; lines begin so far inside the body.
OFF_EDGE_VOXELS, FACE_MM, NEAR_CORNER_MM, INSIDE_MM = 0.6, 5.0, 4.0, 2.0
# What a field holds at an edge of 36 and of 60 degrees: below the first no edge is there, above the second
# one is, and in between a corner is moved in part.
EDGE_HOLDS = (0.1, 1.0 / 6.0)
# Each face is read with what is known of the other, starting from the rounded corner.
ROUNDS = 3


def pedicle_edge(plane: Slice, bone: Floats, pedicle: Region, middle: Floats, sign: int) -> Floats | None:
    """The lower (-1) or upper (1) edge of a pedicle, where its middle lies; (posterior, cranial).

    Behind and in front the edge turns into other bone, and where the part was cut off is arbitrary. So it is
    read along its longest gentle stretch, as near to the pedicle's middle as half an edge from the stretch's
    ends allows, as the parabola through it says there: straight edges and arched ones alike.

    Parameters
    ----------
    plane : Slice
    bone : ndarray
        The field of its vertebra in the plane.
    pedicle : Region
    middle : ndarray, shape (2,)
        Of the pedicle, in the plane.
    sign : int

    Returns
    -------
    ndarray or None, shape (2,)
        None where the plane does not meet the pedicle, or no edge is seen.
    """
    from scipy import ndimage

    inside = largest(plane.values([pedicle]) >= 0.5)
    if not inside.any():
        return None
    span = plane.posterior[inside.any(axis=1)]
    columns = (plane.posterior >= span[0] - BEYOND_MM) & (plane.posterior <= span[-1] + BEYOND_MM)
    row = int(np.argmin(np.abs(plane.cranial - plane.grid()[inside][:, 1].mean())))
    places = plane.posterior[columns]
    edge = plane.cranial[row] + sign * plane.step * _leaves(bone[columns, row::sign])
    slope = np.gradient(edge, plane.step)
    known = np.isfinite(edge) & np.isfinite(slope)
    smooth = ndimage.uniform_filter1d(np.where(known, slope, CLIFF), max(round(SLOPE_MM / plane.step), 1))
    stretches = [_longest(known & (np.abs(smooth) < steep)) for steep in STEEP]
    seen = [stretch for stretch in stretches if np.count_nonzero(stretch) >= LEAST_COLUMNS]
    if not seen:
        return None
    # the end of another part lies farther out than the pedicle's own edge, however steep that is
    stretch = min(seen, key=lambda one: sign * float(edge[one].mean()))
    first, last = places[stretch][[0, -1]]
    spare = min(HALF_EDGE_MM, float(last - first) / 2)
    at = float(np.clip(middle[0], first + spare, last - spare))
    near = stretch & (np.abs(places - at) <= HALF_EDGE_MM)
    if np.count_nonzero(near) < LEAST_COLUMNS:
        return None
    aside = places[near] - at
    height = fit_robust(np.stack([np.ones(len(aside)), aside, aside**2], axis=1), edge[near])[0][0]
    return np.array([at, float(height)])


def body_corner(plane: Slice, bone: Floats, body: Floats, plate: Endplate | None, sign: int) -> Floats | None:
    """The posterior corner of a body, above (1) or below (-1): farthest backwards and to the disc.

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
        framed(np.where(plane.posterior[:, None] < rear, bone, 0.0)), plane.posterior, plane.cranial
    )
    beside = np.abs(border[:, 1] - np.interp(border[:, 0], plane.posterior, height)) < CORNER_MM
    found = border[beside & (border[:, 0] < rear - 0.5)]
    if len(found) < 3:
        return None
    corner: Floats = found[int((found @ np.array([1.0, STEEPER * float(sign)])).argmax())]
    return corner


def sharp_corner(plane: Slice, bone: Floats, rounded: Floats, sign: int, voxel_mm: float) -> Floats:
    """The posterior corner of a body where its two faces meet, from the rounded one that its field shows.

    Below an endplate the field holds less than inside of the body, and so it does in front of the wall: each
    face is where half of that is left (see `rims`). The wall is read off the endplate and the endplate off
    the wall, and both are carried on to where they meet. The rounded corner where a face is not seen.

    Parameters
    ----------
    plane : Slice
    bone : ndarray
        The field of the vertebra in the plane.
    rounded : ndarray, shape (2,)
        What `body_corner` gives.
    sign : int
        -1 for the lower corner of a body, 1 for the upper one.
    voxel_mm : float
    """
    corner = rounded
    for _ in range(ROUNDS):
        depth, ahead = -sign * (plane.cranial - corner[1]), corner[0] - plane.posterior
        # a body draws in below its rim like a parabola about its middle
        inward = depth - depth**2 / (2.0 * HALF_BODY_MM)
        wall = _face(plane.posterior, bone.T, (depth, inward), (float(rounded[0]), 1), voxel_mm)
        plate = _face(plane.cranial, bone, (ahead, ahead), (float(rounded[1]), sign), voxel_mm)
        if wall is None or plate is None:
            return rounded
        corner = np.array([wall, plate])
    # at an edge the field holds the share of a full turn that is bone, a quarter at a right angle; where it
    # holds much less the faces meet outside of a lip or a worn rim, which is round by itself
    held = _at(plane, bone, corner)
    share = float(np.clip((held - EDGE_HOLDS[0]) / (EDGE_HOLDS[1] - EDGE_HOLDS[0]), 0.0, 1.0))
    moved: Floats = rounded + share * (corner - rounded)
    return moved


def _face(
    axis: Floats, lines: Floats, off: tuple[Floats, Floats], seen: tuple[float, int], voxel_mm: float
) -> float | None:
    """Where lines along an axis leave a body, carried on to the edge of another face.

    Parameters
    ----------
    axis : ndarray, shape (n,)
    lines : ndarray, shape (m, n)
    off : tuple of ndarray, shapes (m,)
        How far each line lies from the other face, mm, and what its place changes evenly with.
    seen : tuple
        About where the face was seen, mm, and the way out along the axis.
    voxel_mm : float
    """
    step = float(axis[1] - axis[0])
    (distance, even), (place, way) = off, seen
    first = OFF_EDGE_VOXELS * voxel_mm
    chosen = np.flatnonzero((distance >= first) & (distance <= first + FACE_MM))
    held = np.array([filled_below(float(distance[line]), voxel_mm, step) for line in chosen])
    begin = int(np.argmin(np.abs(axis - (place - way * INSIDE_MM))))
    found = axis[begin] + way * step * _leaves(lines[chosen, begin::way] / held[:, None])
    near = np.abs(found - place) < NEAR_CORNER_MM
    if np.count_nonzero(near) < LEAST_COLUMNS:
        return None
    terms = np.stack([np.ones(np.count_nonzero(near)), even[chosen][near]], axis=1)
    return float(fit_robust(terms, found[near])[0][0])


def _at(plane: Slice, values: Floats, point: Floats) -> float:
    """What a picture holds at a point between its samples."""
    from scipy.interpolate import RegularGridInterpolator

    axes = (plane.posterior, plane.cranial)
    return float(RegularGridInterpolator(axes, values, bounds_error=False, fill_value=0.0)(point)[0])


def _leaves(lines: Floats) -> Floats:
    """Where lines, that begin inside, first fall below one half: samples from their beginning; else NaN."""
    outside = lines < 0.5
    first = outside.argmax(axis=1)
    known = outside.any(axis=1) & (first > 0)
    rows = np.flatnonzero(known)
    before, after = lines[rows, first[rows] - 1], lines[rows, first[rows]]
    found = np.full(len(lines), np.nan)
    found[rows] = first[rows] - 1 + (before - 0.5) / (before - after)
    return found


def _longest(good: Bools) -> Bools:
    """The longest run of true values, alone."""
    from scipy import ndimage

    runs, count = ndimage.label(good)
    return good if count < 2 else runs == int(np.bincount(runs)[1:].argmax()) + 1


def _plate_height(plane: Slice, plate: Endplate, posterior: Floats) -> Floats:
    """Height of an endplate's plane in the foramen's plane at given posterior coordinates."""
    normal = plane.frame[1:] @ plate.normal_lps
    offset = float((plate.centre_lps - plane.origin_lps) @ plate.normal_lps)
    return np.asarray((offset - posterior * normal[0]) / normal[1], dtype=np.float64)


def process_front(plane: Slice, process: Floats, height: float) -> Floats | None:
    """Where the superior process begins at a height; below its tip where it does not reach so high.

    Its front is a face: given is what a line through the rows about that height says there.

    Parameters
    ----------
    plane : Slice
    process : ndarray
        The field of the process in the plane.
    height : float
        Cranial coordinate in the plane, mm.
    """
    inside = largest(process >= 0.5)
    if not inside.any():
        return None
    rows = plane.cranial[inside.any(axis=0)]
    highest = max(float(rows[-1]) - TIP_MM, float(rows[0]))
    height = max(min(height, highest), float(rows[0]))
    near = (np.abs(plane.cranial - height) <= FRONT_MM) & (plane.cranial <= highest + plane.step / 2)
    first = inside[:, near].argmax(axis=0)
    known = np.flatnonzero(inside[:, near].any(axis=0) & (first > 0))
    if len(known) < LEAST_COLUMNS:
        return None
    before, after = process[:, near][first[known] - 1, known], process[:, near][first[known], known]
    front = plane.posterior[first[known] - 1] + plane.step * (0.5 - before) / (after - before)
    aside = plane.cranial[near][known] - height
    place = fit_robust(np.stack([np.ones(len(aside)), aside], axis=1), front)[0][0]
    return np.array([float(place), height])


def process_top(plane: Slice, process: Floats) -> Floats | None:
    """The border of the superior process about its tip, shape (n, 2); None where the plane does not meet it.

    A top is often flat, and then which of its points is the highest is chance.
    """
    border = contour_of(framed(process), plane.posterior, plane.cranial)
    if len(border) < 3:
        return None
    tip = _arc_end(border, np.array([0.0, 1.0]))
    top: Floats = border[border[:, 1] >= tip[1] - TOP_MM]
    return top if len(top) else tip[np.newaxis]


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

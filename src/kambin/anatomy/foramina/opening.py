"""One foramen measured: the marks that its height and width are taken between, its border and its area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.contours import polygon_area
from kambin.anatomy.foramina.border import border_of, joint_mouth, missing_links
from kambin.anatomy.foramina.marks import body_corner, pedicle_edge, process_front, process_top, sharp_corner
from kambin.anatomy.foramina.plane import SegmentBones, Slice, plane_of
from kambin.case.words import Side

__all__ = ["Opening", "measure_opening"]

Floats = NDArray[np.float64]

# Less than this between two pedicles is taken for a mistake of the parts, not for a foramen: a choice of this
# room, seen where a transverse process joins all of the L5 pedicle (s0328).
LEAST_HEIGHT_MM = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """What was measured of a foramen; points in its plane are (posterior, cranial), mm.

    Attributes
    ----------
    plane : Slice
    top, bottom : ndarray or None, shape (2,)
        Lower edge of the upper pedicle and upper edge of the lower one, at the pedicles' middles.
    corner, lower_corner : ndarray or None, shape (2,)
        Posterior corners of the two bodies, the upper body's where its two faces meet.
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
    plane = plane_of(bones, side)
    upper, lower = plane.sample(bones.upper), plane.sample(bones.lower)
    top = pedicle_edge(plane, upper, bones.upper_pedicle, plane.middles[0], -1)
    bottom = None
    if bones.lower_pedicle is not None and plane.middles[1] is not None:
        bottom = pedicle_edge(plane, lower, bones.lower_pedicle, plane.middles[1], 1)
    rounded = body_corner(plane, upper, plane.sample(bones.upper_body), bones.upper_plate, -1)
    if top is not None and rounded is not None and top[1] <= rounded[1]:
        top = None  # a pedicle ends above the lower corner of its own body: this edge is another part's
    corner = None if rounded is None else sharp_corner(plane, upper, rounded, -1, bones.upper.voxel_mm)
    # above the lower corner there is no more of the wall than a voxel or two: then the pedicle begins
    lower_corner = body_corner(plane, lower, plane.sample(bones.lower_body), bones.lower_plate, 1)
    process = None if bones.process is None else plane.values([bones.process])
    front = None if corner is None or process is None else process_front(plane, process, float(corner[1]))
    contour = np.empty((0, 2))
    if top is not None and rounded is not None and lower_corner is not None:
        disc = None if bones.disc.region is None else plane.values([bones.disc.region])
        tip_border = None if process is None else process_top(plane, process)
        links = missing_links(plane, bones, upper, lower)
        mouth = joint_mouth(plane, (upper, lower), bones.upper_pedicle, float(rounded[0]), tip_border)
        links += [] if mouth is None else [mouth]
        contour = border_of(plane, (upper, lower, disc), links, (top, rounded, lower_corner))
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

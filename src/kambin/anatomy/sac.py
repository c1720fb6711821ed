"""The dural sac: given by the map, or derived from the bony canal.

A derived sac is an ellipse in each section of the canal, the canal's depth and width times the published
ratio. How much of the canal the sac fills differs between patients and is not seen in bone; all that bone
says is that the sac lies inside it. So the stated spread of the sac's surface is never less than what makes
its 95 % region reach the bony wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.contours import contour_of, polygon_area
from kambin.anatomy.fields import Field, field_of, patch_of
from kambin.anatomy.geometry import Canal, Disc, Sac, VertebraShape
from kambin.anatomy.nerve_numbers import ROOTS, number
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.regions import Region, region

__all__ = ["SAC_LABEL", "SacSection", "derive_sac", "find_sac", "sac_section", "section_at_disc"]

Floats = NDArray[np.float64]

SAC_LABEL = "dural_sac"
# Two-sided 95 % of a normal distribution.
Z95 = 1.959964
# Samples across the sac, as a share of the voxel and at most; half reach of a section.
STEP_SHARE, MAX_STEP_MM, REACH_MM = 0.4, 0.5, 22.0
# Distance of the sections of a given sac, when there is no canal line to follow.
SECTION_MM = 3.0
# A section smaller than this is the sac's end or a speck.
MIN_SECTION_MM2 = 10.0


class SacSection(NamedTuple):
    """The sac in one plane."""

    centre_lps: Floats
    half_width_mm: float
    half_depth_mm: float
    area_mm2: float
    depth_mm: float


def find_sac(labels: LabelMap, canal: Canal | None, shapes: Mapping[str, VertebraShape]) -> Sac | None:
    """The sac as a tube: given where the map holds it, else derived; None where neither is possible."""
    given = region(labels, SAC_LABEL)
    if given is not None:
        tube = _given_sac(given, canal, shapes)
        if tube is not None:
            return tube
    return None if canal is None or len(canal.points_lps) < 2 else derive_sac(canal, shapes)


def derive_sac(canal: Canal, shapes: Mapping[str, VertebraShape]) -> Sac:
    """The sac inside a bony canal.

    Parameters
    ----------
    canal : Canal
    shapes : mapping
        Vertebra → shape; tells which vertebra a section belongs to.

    Returns
    -------
    Sac
    """
    names = _nearest_vertebra(canal.points_lps, shapes)
    ratio = np.array([number("sac", "ratio", name).mean for name in names])
    spread = np.array([number("sac", "ratio", name).sd for name in names])
    half_depth, half_width = canal.depth_mm / 2, canal.width_mm / 2
    published = spread * np.maximum(half_depth, half_width)
    to_wall = (1.0 - ratio) * np.maximum(half_depth, half_width) / Z95
    return Sac(
        points_lps=canal.points_lps,
        frames=canal.frames,
        half_width_mm=ratio * half_width,
        half_depth_mm=ratio * half_depth,
        sd_mm=np.maximum(published, to_wall),
        how="derived",
        region=None,
    )


def sac_section(field: Field, origin_lps: Floats, frame: Floats) -> SacSection | None:
    """The given sac in the plane across the frame's cranial.

    Returns
    -------
    SacSection or None
        None where the plane does not meet it.
    """
    step = min(STEP_SHARE * field.voxel_mm, MAX_STEP_MM)
    reach = (REACH_MM, REACH_MM, 0.0)
    patch = patch_of(field, origin_lps, frame, [-part for part in reach], reach, step)
    values = np.asarray(patch.values[:, :, 0], dtype=np.float64)
    values[[0, -1]] = values[:, [0, -1]] = 0.0
    line = contour_of(values, patch.axes[0], patch.axes[1])
    area = polygon_area(line)
    if area < MIN_SECTION_MM2:
        return None
    low, high = line.min(axis=0), line.max(axis=0)
    middle = (low + high) / 2
    centre = origin_lps + middle @ frame[:2]
    half = (high - low) / 2
    depth = _chord(line, float(middle[0]))
    return SacSection(centre, float(half[0]), float(half[1]), area, depth)


def _chord(line: Floats, across: float) -> float:
    """Front to back of a closed line at one place across it."""
    x, y = line[:, 0] - across, line[:, 1]
    after_x, after_y = np.roll(x, -1), np.roll(y, -1)
    cut = np.flatnonzero((x < 0) != (after_x < 0))
    share = x[cut] / (x[cut] - after_x[cut])
    places = y[cut] + share * (after_y[cut] - y[cut])
    return float(places.max() - places.min()) if len(places) > 1 else 0.0


def _given_sac(given: Region, canal: Canal | None, shapes: Mapping[str, VertebraShape]) -> Sac | None:
    line = _own_line(given, shapes) if canal is None else (canal.points_lps, canal.frames)
    if line is None:
        return None
    field = field_of([given])
    found = [
        (section, frame)
        for point, frame in zip(*line, strict=True)
        if (section := sac_section(field, point, frame)) is not None
    ]
    if len(found) < 2:
        return None
    sections = [section for section, _ in found]
    return Sac(
        points_lps=np.array([section.centre_lps for section in sections]),
        frames=np.array([frame for _, frame in found]),
        half_width_mm=np.array([section.half_width_mm for section in sections]),
        half_depth_mm=np.array([section.half_depth_mm for section in sections]),
        sd_mm=np.zeros(len(sections)),
        how="given",
        region=given,
    )


def _own_line(given: Region, shapes: Mapping[str, VertebraShape]) -> tuple[Floats, Floats] | None:
    """Sections across the sac along the vertebrae's mean direction, where there is no canal line."""
    if not shapes:
        return None
    frame = np.mean([shape.frame for shape in shapes.values()], axis=0)
    left, cranial = frame[0] / np.linalg.norm(frame[0]), frame[2] / np.linalg.norm(frame[2])
    posterior = np.cross(cranial, left)
    posterior /= np.linalg.norm(posterior)
    turned = np.stack([np.cross(posterior, cranial), posterior, cranial])
    points = given.points_lps()
    heights = points @ cranial
    edges = np.arange(heights.min(), heights.max(), SECTION_MM)
    middles = [points[np.abs(heights - edge) <= SECTION_MM / 2] for edge in edges[::-1]]
    kept = [middle.mean(axis=0) for middle in middles if len(middle)]
    return np.array(kept), np.repeat(turned[None], len(kept), axis=0)


def _nearest_vertebra(points: Floats, shapes: Mapping[str, VertebraShape]) -> list[str]:
    names = [name if name in ROOTS else ("S1" if name == "sacrum" else "L5") for name in shapes]
    if not names:
        return ["L5"] * len(points)
    origins = np.array([shape.origin_lps for shape in shapes.values()])
    nearest = np.linalg.norm(points[:, None, :] - origins[None, :, :], axis=-1).argmin(axis=1)
    return [names[index] for index in nearest]


def section_at_disc(sac: Sac, disc: Disc) -> SacSection | None:
    """The sac in the plane across its own line where it passes the disc; None beyond its ends."""
    away = (sac.points_lps - disc.centre_lps) @ disc.frame[2]
    crossing = np.flatnonzero((away[:-1] >= 0) != (away[1:] >= 0))
    if len(crossing) == 0:
        return None
    at = int(crossing[0])
    share = away[at] / (away[at] - away[at + 1])
    point = sac.points_lps[at] + share * (sac.points_lps[at + 1] - sac.points_lps[at])
    frame = sac.frames[at if share < 0.5 else at + 1]
    if sac.region is not None:
        return sac_section(field_of([sac.region]), point, frame)
    width = float(sac.half_width_mm[at] + share * (sac.half_width_mm[at + 1] - sac.half_width_mm[at]))
    depth = float(sac.half_depth_mm[at] + share * (sac.half_depth_mm[at + 1] - sac.half_depth_mm[at]))
    return SacSection(point, width, depth, float(np.pi * width * depth), 2.0 * depth)

"""What the next room needs to plan in: the parts, discs, canal, foramina and nerves as geometry.

Frozen types with arrays. Points are LPS millimetres, one row each; a *frame* is a (3, 3) array with the rows
left, posterior, cranial (see `frames.spine_frame`), fixed to the bone. `how` is ``given`` (a label of the
map), ``separated`` (cut out of a label) or ``derived`` (constructed from bone, with an uncertainty).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.reading import Box, LabelMap
from kambin.anatomy.regions import Region
from kambin.anatomy.volume import Volume
from kambin.case.words import Side

__all__ = [
    "Canal",
    "Disc",
    "Endplate",
    "Foramen",
    "HerniatedDisc",
    "How",
    "KambinTriangle",
    "Part",
    "PartMap",
    "Root",
    "Sac",
    "SpineModel",
    "VertebraShape",
]

Floats: TypeAlias = NDArray[np.float64]
How = Literal["given", "separated", "derived"]


class Part(IntEnum):
    """Parts of a vertebra, as voxel values of a `PartMap`; left and right are the patient's."""

    BODY = 1
    PEDICLE_LEFT = 2
    PEDICLE_RIGHT = 3
    LAMINA = 4
    SUPERIOR_ARTICULAR_LEFT = 5
    SUPERIOR_ARTICULAR_RIGHT = 6
    INFERIOR_ARTICULAR_LEFT = 7
    INFERIOR_ARTICULAR_RIGHT = 8
    TRANSVERSE_LEFT = 9
    TRANSVERSE_RIGHT = 10
    SPINOUS = 11


@dataclass(frozen=True, slots=True, eq=False)
class PartMap:
    """The voxels of one vertebra, each with its part.

    Attributes
    ----------
    vertebra : str
    box : tuple of slice
        Where `codes` lies in the label map.
    codes : ndarray of uint8, shape of the box
        0 outside the vertebra, else a `Part`.
    how : str
        ``given`` or ``separated``.
    """

    vertebra: str
    box: Box
    codes: NDArray[np.uint8]
    how: How


@dataclass(frozen=True, slots=True, eq=False)
class Endplate:
    """The plane of an endplate.

    Attributes
    ----------
    centre_lps, normal_lps : ndarray, shape (3,)
        The normal is a unit vector towards the head, on superior and inferior endplates alike.
    residual_mm : float
        Root mean square distance of the surface from the plane (a concave endplate has one).
    depth_mm, width_mm : float
        Extent along posterior and along left.
    """

    centre_lps: Floats
    normal_lps: Floats
    residual_mm: float
    depth_mm: float
    width_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class VertebraShape:
    """Frame and faces of one vertebra; of the sacrum only `superior` and the frame of its first body.

    Attributes
    ----------
    name : str
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial.
    origin_lps : ndarray, shape (3,)
        Middle of the body.
    superior, inferior : Endplate or None
        None where the surface is cut off or was not found.
    """

    name: str
    frame: Floats
    origin_lps: Floats
    superior: Endplate | None
    inferior: Endplate | None


@dataclass(frozen=True, slots=True, eq=False)
class Disc:
    """A disc, given by the map or derived as the space between two endplates.

    Attributes
    ----------
    level : str
    centre_lps : ndarray, shape (3,)
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial of the disc's own plane.
    depth_mm, width_mm : float
        Along posterior and along left.
    posterior_edge_lps : ndarray, shape (3,)
        Where the mid-sagittal plane leaves the disc backwards, at mid-height.
    region : Region or None
        The voxels, where the map gives the disc.
    how : str
    uncertainty_mm : float
        Half width of the 95 % interval of the centre along the spine.
    """

    level: str
    centre_lps: Floats
    frame: Floats
    depth_mm: float
    width_mm: float
    posterior_edge_lps: Floats
    region: Region | None
    how: How
    uncertainty_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Canal:
    """The bony canal as a centre line from the head down.

    Attributes
    ----------
    points_lps : ndarray, shape (n, 3)
    frames : ndarray, shape (n, 3, 3)
        Rows left, posterior, cranial across the line at each point.
    depth_mm, width_mm, area_mm2 : ndarray, shape (n,)
        Front to back, side to side, and area in the plane across the line.
    """

    points_lps: Floats
    frames: Floats
    depth_mm: Floats
    width_mm: Floats
    area_mm2: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Sac:
    """The dural sac as a tube of elliptic sections.

    Attributes
    ----------
    points_lps : ndarray, shape (n, 3)
    frames : ndarray, shape (n, 3, 3)
    half_width_mm, half_depth_mm : ndarray, shape (n,)
        Semi-axes along left and along posterior.
    sd_mm : ndarray, shape (n,)
        Standard deviation of the position of its surface.
    how : str
    region : Region or None
        The voxels, where the map gives the sac.
    """

    points_lps: Floats
    frames: Floats
    half_width_mm: Floats
    half_depth_mm: Floats
    sd_mm: Floats
    how: How
    region: Region | None


@dataclass(frozen=True, slots=True, eq=False)
class Root:
    """One nerve root as a tube, from the sac through its foramen.

    Attributes
    ----------
    name : str
        L1 to S1; the root leaves below the vertebra of its name.
    side : Side
    exits_at : str
        Level of the foramen it leaves through, for example L4-L5 for L4.
    points_lps : ndarray, shape (n, 3)
        From its origin at the sac outwards.
    radius_mm : ndarray, shape (n,)
        The ganglion is where it is thicker.
    covariance_mm2 : ndarray, shape (n, 3, 3)
        Of the position of each point; zero for a given root.
    how : str
    region : Region or None
        The voxels, where the map gives the root.
    """

    name: str
    side: Side
    exits_at: str
    points_lps: Floats
    radius_mm: Floats
    covariance_mm2: Floats
    how: How
    region: Region | None


@dataclass(frozen=True, slots=True, eq=False)
class KambinTriangle:
    """The bony triangle of the working zone in one foramen, in the plane of the foramen.

    Attributes
    ----------
    corners_lps : ndarray, shape (3, 3)
    area_mm2 : float
    circle_centre_lps : ndarray, shape (3,)
    circle_radius_mm : float
        Of the largest circle in it.
    """

    corners_lps: Floats
    area_mm2: float
    circle_centre_lps: Floats
    circle_radius_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Foramen:
    """One intervertebral foramen.

    Attributes
    ----------
    level : str
    side : Side
    centre_lps : ndarray, shape (3,)
    frame : ndarray, shape (3, 3)
        Rows outwards (away from the midline, across the foramen's plane), posterior, cranial.
    contour_lps : ndarray, shape (m, 3)
        Its border, closed, in its plane.
    height_mm, width_mm, area_mm2 : float
    triangle : KambinTriangle or None
    """

    level: str
    side: Side
    centre_lps: Floats
    frame: Floats
    contour_lps: Floats
    height_mm: float
    width_mm: float
    area_mm2: float
    triangle: KambinTriangle | None


@dataclass(frozen=True, slots=True, eq=False)
class HerniatedDisc:
    """Disc material beyond the disc space.

    Attributes
    ----------
    level : str
    side : str
        ``left``, ``right`` or ``midline``.
    zone : str
        central, subarticular, foraminal or extraforaminal.
    region : Region
    centre_lps : ndarray, shape (3,)
    measures : mapping
        Name of `measurements.yaml` → value.
    """

    level: str
    side: str
    zone: str
    region: Region
    centre_lps: Floats
    measures: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class SpineModel:
    """Everything above of one patient, with the label map and the image it came from.

    Attributes
    ----------
    labels : LabelMap
    image : Volume or None
        CT or MR on its own grid.
    shapes, parts, discs : mapping
        By vertebra, by vertebra, by level.
    canal : Canal or None
    sac : Sac or None
    foramina : mapping
        (level, side) → `Foramen`.
    roots : tuple of Root
    herniations : tuple of HerniatedDisc
    skin : Region or None
        The body inside the skin, where the map gives it or the image shows it.
    """

    labels: LabelMap
    image: Volume | None
    shapes: Mapping[str, VertebraShape]
    parts: Mapping[str, PartMap]
    discs: Mapping[str, Disc]
    canal: Canal | None
    sac: Sac | None
    foramina: Mapping[tuple[str, Side], Foramen]
    roots: tuple[Root, ...]
    herniations: tuple[HerniatedDisc, ...]
    skin: Region | None

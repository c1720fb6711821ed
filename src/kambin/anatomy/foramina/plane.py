"""The plane of a foramen, through the middles of its two pedicles, and what bounds the foramen there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.fields import Field, field_of, patch_of
from kambin.anatomy.geometry import Disc, Endplate
from kambin.anatomy.pedicles import outward_frame, pedicle_middle
from kambin.anatomy.regions import Region
from kambin.case.words import Side

__all__ = ["SegmentBones", "Slice", "framed", "largest", "plane_of"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Samples in the plane, as a share of the voxel and at most: finer gives nothing, coarser loses the corners.
STEP_SHARE, MAX_STEP_MM = 0.4, 0.5
# Reach of the picture about the middle between the pedicles: foramina are at most 22 mm high and 18 mm wide
# (ankara2012), bodies in front and joints behind must be seen.
REACH_BEHIND_MM, REACH_ALONG_MM = 32.0, 34.0


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
    middles : tuple of ndarray or None, shapes (2,)
        Middles of the upper and the lower pedicle, (posterior, cranial).
    """

    origin_lps: Floats
    frame: Floats
    posterior: Floats
    cranial: Floats
    middles: tuple[Floats, Floats | None]

    @property
    def step(self) -> float:
        """Distance of the samples, mm."""
        return float(self.posterior[1] - self.posterior[0])

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
        low = (0.0, float(self.posterior[0]), float(self.cranial[0]))
        high = (0.0, float(self.posterior[-1]), float(self.cranial[-1]))
        patch = patch_of(field, self.origin_lps, self.frame, low, high, self.step)
        return np.asarray(patch.values[0], dtype=np.float64)


def plane_of(bones: SegmentBones, side: Side) -> Slice:
    """The plane of a foramen: it holds the disc's posterior direction and the middles of the two pedicles.

    Where the lower pedicle is not known the plane runs along the disc's cranial.

    Parameters
    ----------
    bones : SegmentBones
    side : Side
    """
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
    origin = (above + below) / 2
    voxel = max(bones.upper_pedicle.volume.spacing_mm)
    step = min(STEP_SHARE * voxel, MAX_STEP_MM)
    behind, along = int(REACH_BEHIND_MM / step), int(REACH_ALONG_MM / step)
    return Slice(
        origin_lps=origin,
        frame=frame,
        posterior=np.arange(-behind, behind + 1, dtype=np.float64) * step,
        cranial=np.arange(-along, along + 1, dtype=np.float64) * step,
        middles=(
            frame[1:] @ (above - origin),
            None if bones.lower_pedicle is None else frame[1:] @ (below - origin),
        ),
    )


def largest(solid: Bools) -> Bools:
    """The largest connected piece of a picture."""
    from scipy import ndimage

    pieces, count = ndimage.label(solid)
    return solid if count < 2 else pieces == int(np.bincount(pieces.ravel())[1:].argmax()) + 1


def framed(values: Floats) -> Floats:
    """The same samples with a border of nothing, so that every line closes."""
    framed = values.copy()
    framed[[0, -1]] = 0.0
    framed[:, [0, -1]] = 0.0
    return framed

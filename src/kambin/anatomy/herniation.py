"""Herniated disc material: its measures in the frame of its disc.

In the frame of the disc (left, posterior, cranial; the origin in the middle of the disc) the *back line* runs
through the posterior corners of the two bodies. Material behind it, or beyond an endplate's plane, has left
the disc space. Widths are read from the anti-aliased field of the material in sections one sample apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.fields import Field, Patch, field_of, patch_of
from kambin.anatomy.geometry import Canal, Disc, Endplate
from kambin.anatomy.regions import Region
from kambin.anatomy.surfaces import surface_points
from kambin.anatomy.volume import Volume
from kambin.case.words import Side

__all__ = ["HerniationBed", "Shape", "calcified_percent", "canal_compromise", "measure_shape"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Samples across the material, as a share of the voxel, and at most and least.
STEP_SHARE, MAX_STEP_MM, MIN_STEP_MM = 0.5, 0.6, 0.25
MARGIN_MM = 2.5
# Hounsfield units below which an image shows fat or air: no MR image has such values.
FAT_HU = -50.0


@dataclass(frozen=True, slots=True, eq=False)
class HerniationBed:
    """What a herniation is measured against.

    Attributes
    ----------
    disc : Disc
    upper_plate, lower_plate : Endplate
        The facing endplates.
    bones : tuple of Field
        Of the upper and the lower bone, whole.
    pedicles : mapping
        (``upper`` or ``lower``, side) → pedicle.
    processes : mapping
        Side → superior articular process of the lower vertebra.
    canal : Canal or None
    """

    disc: Disc
    upper_plate: Endplate
    lower_plate: Endplate
    bones: tuple[Field, Field]
    pedicles: Mapping[tuple[str, Side], Region]
    processes: Mapping[Side, Region]
    canal: Canal | None

    def local(self, points_lps: Floats) -> Floats:
        """LPS points in the disc's frame."""
        found: Floats = (points_lps - self.disc.centre_lps) @ self.disc.frame.T
        return found

    def above_upper(self, points: Floats) -> Floats:
        """Heights of local points above the upper endplate's plane, mm."""
        return self._above(self.upper_plate, points)

    def above_lower(self, points: Floats) -> Floats:
        """Heights of local points above the lower endplate's plane, mm."""
        return self._above(self.lower_plate, points)

    def _above(self, plate: Endplate, points: Floats) -> Floats:
        normal = self.disc.frame @ plate.normal_lps
        return np.asarray((points - self.local(plate.centre_lps)) @ normal, dtype=np.float64)

    def corners(self) -> Floats:
        """Posterior corners of the two bodies in the mid-sagittal plane, local, shape (2, 3)."""
        found = []
        for plate in (self.upper_plate, self.lower_plate):
            frame = frames.spine_frame(plate.normal_lps, self.disc.frame[1])
            found.append(self.local(plate.centre_lps + plate.depth_mm / 2 * frame[1]))
        return np.array(found)

    def behind(self, points: Floats) -> Floats:
        """How far local points lie behind the back line, mm."""
        (_, upper, high), (_, lower, low) = self.corners()
        slope = (upper - lower) / (high - low)
        back: Floats = points[..., 1] - (lower + slope * (points[..., 2] - low))
        return back


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The form of herniated material; lengths in mm, the volume in ml.

    Attributes
    ----------
    volume_ml : float
    centre : ndarray, shape (3,)
        In the disc's frame.
    points : ndarray, shape (n, 3)
        Its surface, in the disc's frame.
    base_mm, dome_mm, projection_mm : float
    base_height_mm, dome_height_mm : float
        The same along the spine: where it leaves the disc space, and at its greatest.
    migration_mm : float
        Positive upwards, negative downwards, zero inside the disc space.
    left_share : float
        Share of its volume on the left.
    """

    volume_ml: float
    centre: Floats
    points: Floats
    base_mm: float
    dome_mm: float
    projection_mm: float
    base_height_mm: float
    dome_height_mm: float
    migration_mm: float
    left_share: float


def measure_shape(region: Region, bed: HerniationBed) -> Shape:
    """Measure the form of herniated material.

    Parameters
    ----------
    region : Region
    bed : HerniationBed

    Returns
    -------
    Shape
    """
    points = bed.local(surface_points(region))
    voxels = bed.local(region.points_lps())
    patch = _patch(region, bed, points)
    behind, space = _grid(patch, bed)
    solid = patch.values >= 0.5
    width = _extents(patch, solid & space, 0)
    width_free = _extents(patch, solid, 0)
    height = _extents(patch, solid & space, 2)
    height_free = _extents(patch, solid, 2)
    step = float(patch.axes[0][1] - patch.axes[0][0])
    edge = float(np.median(behind[solid & space].min())) if (solid & space).any() else 0.0
    begins = max(edge, 0.0)
    depth = patch.axes[1] - float(bed.corners()[:, 1].mean())
    at_base = (depth >= begins) & (depth <= begins + 2.0 * step + 0.5)
    beyond = depth > begins
    up, down = float(bed.above_upper(points).max()), float(bed.above_lower(points).min())
    migration = up if up > max(-down, 0.0) else (down if down < 0 else 0.0)
    return Shape(
        volume_ml=region.volume_ml,
        centre=voxels.mean(axis=0),
        points=points,
        base_mm=_greatest(width, at_base),
        dome_mm=_greatest(width_free, beyond),
        projection_mm=max(float(bed.behind(points).max()), 0.0),
        base_height_mm=_greatest(height, at_base),
        dome_height_mm=_greatest(height_free, beyond),
        migration_mm=migration,
        left_share=float((voxels[:, 0] > 0).mean()),
    )


def _patch(region: Region, bed: HerniationBed, points: Floats) -> Patch:
    voxel = max(region.volume.spacing_mm)
    step = float(np.clip(STEP_SHARE * voxel, MIN_STEP_MM, MAX_STEP_MM))
    low, high = points.min(axis=0) - MARGIN_MM, points.max(axis=0) + MARGIN_MM
    return patch_of(
        field_of([region]), bed.disc.centre_lps, bed.disc.frame, low.tolist(), high.tolist(), step
    )


def _grid(patch: Patch, bed: HerniationBed) -> tuple[Floats, Bools]:
    """How far each sample lies behind the back line, and whether it lies between the endplates' planes."""
    grid = np.stack(np.meshgrid(*patch.axes, indexing="ij"), axis=-1)
    space: Bools = (bed.above_upper(grid) <= 0) & (bed.above_lower(grid) >= 0)
    return bed.behind(grid), space


def _extents(patch: Patch, solid: Bools, axis: int) -> Floats:
    """Greatest extent along one axis for every posterior coordinate, mm, shape (b,)."""
    order = (1, 2, 0) if axis == 0 else (1, 0, 2)
    values = np.where(solid, patch.values, np.minimum(patch.values, 0.5)).transpose(order)
    inside = solid.transpose(order)
    step = float(patch.axes[axis][1] - patch.axes[axis][0])
    first = inside.argmax(axis=-1)
    last = inside.shape[-1] - 1 - inside[..., ::-1].argmax(axis=-1)
    reach = (last - first) * step + _part(values, first, -1) * step + _part(values, last, 1) * step
    return np.asarray(np.where(inside.any(axis=-1), reach, 0.0).max(axis=1), dtype=np.float64)


def _part(values: NDArray[np.floating], at: NDArray[np.int64], side: int) -> Floats:
    """Share of a sample by which the material reaches beyond its outermost sample."""
    other = np.clip(at + side, 0, values.shape[-1] - 1)
    now = np.take_along_axis(values, at[..., None], axis=-1)[..., 0]
    after = np.take_along_axis(values, other[..., None], axis=-1)[..., 0]
    fall = np.maximum(now - after, 1e-6)
    return np.asarray(np.clip((now - 0.5) / fall, 0.0, 1.0), dtype=np.float64)


def _greatest(extents: Floats, where: Bools) -> float:
    return float(extents[where].max()) if where.any() else 0.0


def canal_compromise(region: Region, bed: HerniationBed, points: Floats) -> float | None:
    """Greatest share of the canal's section that the material fills, in percent.

    The canal is taken as the bony canal's own area at the nearest place of its line; material beside the
    canal (further out than half its width) does not count.

    Returns
    -------
    float or None
        None without a canal at this height.
    """
    canal = bed.canal
    if canal is None or len(canal.points_lps) < 2:
        return None
    line = bed.local(canal.points_lps)
    if points[:, 2].min() > line[:, 2].max() or points[:, 2].max() < line[:, 2].min():
        return None
    patch = _patch(region, bed, points)
    behind, _ = _grid(patch, bed)
    solid = (patch.values >= 0.5) & (behind >= 0)
    step = float(patch.axes[0][1] - patch.axes[0][0])
    x = patch.axes[0]
    shares = [0.0]
    for index, height in enumerate(patch.axes[2]):
        near = int(np.abs(line[:, 2] - height).argmin())
        inside = np.abs(x - line[near, 0]) <= canal.width_mm[near] / 2
        tilt = abs(float(canal.frames[near][2] @ bed.disc.frame[2]))
        filled = float(np.count_nonzero(solid[inside, :, index])) * step * step * tilt
        shares.append(filled / float(canal.area_mm2[near]))
    return min(100.0 * max(shares), 100.0)


def calcified_percent(region: Region, image: Volume | None, threshold_hu: float) -> float | None:
    """Share of the material's voxels at or above a threshold of a CT, in percent.

    Returns
    -------
    float or None
        None without an image, where the image is no CT, or where it does not cover the material.
    """
    from scipy import ndimage

    if image is None or not is_ct(image):
        return None
    voxel_from_lps: Floats = np.linalg.inv(image.lps_from_voxel).astype(np.float64)
    index = frames.apply(voxel_from_lps, region.points_lps())
    inside = ((index >= 0) & (index <= np.array(image.array.shape) - 1)).all(axis=1)
    if not inside.all():
        return None
    values = ndimage.map_coordinates(np.asarray(image.array, dtype=np.float32), index.T, order=1)
    return float(100.0 * (values >= threshold_hu).mean())


def is_ct(image: Volume) -> bool:
    """Whether an image has values that only a CT has: Hounsfield units of fat and air are negative."""
    return bool(image.array.dtype.kind in "if" and float(np.min(image.array)) <= FAT_HU)

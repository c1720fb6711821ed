"""Planes of the patient that become pictures, and what lies in them.

A plane has a direction that becomes *right* in the picture and one that becomes *down*; right × down points
away from the viewer. Pictures follow the convention of radiology: axial seen from the feet, coronal from the
front, so that the patient's right is on the left of the picture; sagittal with the front of the body on the
left. Where the letters go follows from the directions and from nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.volume import Volume

__all__ = ["Plane", "edge_letters", "look_image", "look_labels", "towards"]

Floats = NDArray[np.float64]

# the letters of a film: patient's left, posterior, head, and their opposites
LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A rectangle in the patient.

    Attributes
    ----------
    centre_lps : ndarray, shape (3,)
        Middle of the picture.
    right_lps, down_lps : ndarray, shape (3,)
        Orthonormal: what becomes right and down in the picture.
    width_mm, height_mm : float
    pixel_mm : float
        Of the raster.
    """

    centre_lps: Floats
    right_lps: Floats
    down_lps: Floats
    width_mm: float
    height_mm: float
    pixel_mm: float

    @property
    def away_lps(self) -> Floats:
        """Unit vector away from the viewer."""
        away: Floats = np.cross(self.right_lps, self.down_lps)
        return away

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the raster."""
        return round(self.height_mm / self.pixel_mm), round(self.width_mm / self.pixel_mm)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top of the raster in mm of the picture (y grows downwards)."""
        rows, columns = self.shape
        half_x, half_y = columns * self.pixel_mm / 2, rows * self.pixel_mm / 2
        return -half_x, half_x, half_y, -half_y

    def axes_mm(self) -> tuple[Floats, Floats]:
        """Right and down offsets of the pixels' middles from the centre, mm."""
        rows, columns = self.shape
        x: Floats = (np.arange(columns, dtype=np.float64) - (columns - 1) / 2) * self.pixel_mm
        y: Floats = (np.arange(rows, dtype=np.float64) - (rows - 1) / 2) * self.pixel_mm
        return x, y

    def points_lps(self) -> Floats:
        """Middles of the pixels, shape (rows, columns, 3)."""
        x, y = self.axes_mm()
        points: Floats = (
            self.centre_lps
            + x[None, :, None] * self.right_lps[None, None, :]
            + y[:, None, None] * self.down_lps[None, None, :]
        )
        return points

    def place(self, points_lps: Floats) -> Floats:
        """Points in the picture: right, down, away from the viewer, mm from the centre; shape (..., 3)."""
        turned: Floats = (np.asarray(points_lps, dtype=np.float64) - self.centre_lps) @ np.stack(
            [self.right_lps, self.down_lps, self.away_lps], axis=1
        )
        return turned


def towards(direction_lps: Floats) -> str:
    """Letter of the direction of the body that a vector mostly points to: L, R, P, A, H or F."""
    axis = int(np.argmax(np.abs(direction_lps)))
    return LETTERS[axis][0 if direction_lps[axis] > 0 else 1]


def edge_letters(right_lps: Floats, down_lps: Floats) -> dict[str, str]:
    """Letters for the edges of a picture, by the directions of its axes.

    Parameters
    ----------
    right_lps, down_lps : ndarray, shape (3,)
        Unit vectors.

    Returns
    -------
    dict
        ``left``, ``right``, ``top``, ``bottom`` → letter; where neither axis runs from side to side, also
        ``near`` and ``far`` → the patient's side that is towards and away from the viewer.
    """
    letters = {
        "left": towards(-right_lps),
        "right": towards(right_lps),
        "top": towards(-down_lps),
        "bottom": towards(down_lps),
    }
    if not {"L", "R"} & set(letters.values()):
        away = np.cross(right_lps, down_lps)
        letters["far"] = "L" if away[0] > 0 else "R"
        letters["near"] = "R" if away[0] > 0 else "L"
    return letters


def look_labels(volume: Volume, plane: Plane) -> NDArray[Any]:
    """Labels in a plane, shape (rows, columns).

    Each pixel takes the label that weighs most among the eight voxels about it (trilinear weights), so that
    borders run smoothly between voxel centres; of two that weigh the same, the smaller value.
    """
    from kambin.report.pictures.kernels import heaviest_labels

    array = volume.array
    if not (array.flags.c_contiguous or array.flags.f_contiguous):
        array = np.ascontiguousarray(array)
    flat = array.reshape(-1, order="F" if array.flags.f_contiguous else "C").view()
    flat.setflags(write=False)  # a volume's voxels are; the kernel is compiled for one kind of array only
    voxel_from_lps = np.asarray(np.linalg.inv(volume.lps_from_voxel), dtype=np.float64)
    x, y = plane.axes_mm()
    first = plane.centre_lps + x[0] * plane.right_lps + y[0] * plane.down_lps
    found: NDArray[np.int64] = heaviest_labels(
        flat,
        np.array(array.shape, dtype=np.int64),
        np.array(array.strides, dtype=np.int64) // array.itemsize,
        frames.apply(voxel_from_lps, first),
        voxel_from_lps[:3, :3] @ (plane.pixel_mm * plane.right_lps),
        voxel_from_lps[:3, :3] @ (plane.pixel_mm * plane.down_lps),
        np.zeros(plane.shape, dtype=np.int64),
    )
    return found.astype(array.dtype)


def look_image(volume: Volume, plane: Plane) -> Floats:
    """Values of an image in a plane, trilinear, shape (rows, columns); not a number outside of it."""
    from scipy import ndimage

    at = frames.apply(np.asarray(np.linalg.inv(volume.lps_from_voxel)), plane.points_lps())
    values: Floats = ndimage.map_coordinates(
        volume.array, np.moveaxis(at, -1, 0), output=np.float64, order=1, mode="constant", cval=np.nan
    )
    return values

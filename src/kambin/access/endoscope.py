"""What the endoscope will show: rays from its tip to the first surface of bone, disc or nerve.

A small cube about the target is turned into a field of distances: smoothed masks of the labels, exact tubes
for derived nerves, and the cylinders that cannula and reamers clear. Rays of the optic, tilted against the
shaft, are followed in it. Muscle, fat and ligament are left out: they are not in the labels, and are cleared
or in the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.errors import InputError

__all__ = ["Cube", "Endoscope", "View", "endoscope_view"]

Floats = NDArray[np.float64]

# the catalogue entry's view angle is 25 to 30 degrees for the optics of this operation, the field 70 to 90
# degrees; they come with the instrument and these serve where none is given
TILT_DEG, FIELD_DEG = 30.0, 80.0
# of masks: over half a voxel, so that steps of voxels do not look like ridges
SMOOTH_MM, SMOOTH_VOXELS = 0.6, 0.6
FREE_MM = 4.0  # the field is cut here: farther away its value only makes steps longer


class Cube:
    """Structures about a point, as distances and names on a grid of its own.

    Parameters
    ----------
    centre_lps : ndarray, shape (3,)
    half_mm : float
        Half the edge.
    voxel_mm : float
    """

    def __init__(self, centre_lps: Floats, half_mm: float = 34.0, voxel_mm: float = 0.6) -> None:
        count = int(2 * half_mm / voxel_mm) + 1
        self.lps_from_voxel = np.diag([voxel_mm, voxel_mm, voxel_mm, 1.0])
        self.lps_from_voxel[:3, 3] = np.asarray(centre_lps) - voxel_mm * (count - 1) / 2
        self.voxel_mm = voxel_mm
        self.centre_lps = np.asarray(centre_lps, dtype=np.float64)
        self.names: list[str] = []
        self.level = np.full((count,) * 3, FREE_MM, dtype=np.float32)
        self.code = np.zeros((count,) * 3, dtype=np.uint8)

    def _add(self, name: str, level: NDArray[np.float32]) -> None:
        if name not in self.names:
            self.names.append(name)
        nearer = level < self.level
        self.level[nearer] = level[nearer]
        self.code[nearer] = 1 + self.names.index(name)

    def add_mask(
        self, name: str, mask: NDArray[np.bool_], start: tuple[int, int, int], lps_from_voxel: Floats
    ) -> None:
        """Add voxels of a map.

        Parameters
        ----------
        name : str
        mask : ndarray of bool, shape (i, j, k)
        start : tuple of int
            Index of its first voxel in the map.
        lps_from_voxel : ndarray, shape (4, 4)
            Of the map.
        """
        from scipy import ndimage

        map_from_cube = np.linalg.inv(lps_from_voxel) @ self.lps_from_voxel
        offset = map_from_cube[:3, 3] - np.array(start)
        corners = np.array(np.meshgrid(*([0, size - 1] for size in self.level.shape))).reshape(3, -1).T
        reach = corners @ map_from_cube[:3, :3].T + offset
        low = np.maximum(np.floor(reach.min(axis=0)).astype(int) - 2, 0)
        high = np.minimum(np.ceil(reach.max(axis=0)).astype(int) + 3, mask.shape)
        if (high <= low).any():
            return
        part = mask[tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))]
        if not part.any():
            return
        spacing = frames.spacing_mm(lps_from_voxel)
        # a padded border lets the blur end inside the part
        soft = ndimage.gaussian_filter(
            np.pad(part.astype(np.float32), 2),
            tuple(max(SMOOTH_MM, SMOOTH_VOXELS * float(spacing.mean())) / spacing),
            mode="nearest",
        )
        share = ndimage.affine_transform(
            soft,
            map_from_cube[:3, :3],
            offset - low + 2,
            output_shape=self.level.shape,
            output=np.float32,
            order=1,
            mode="constant",
        )
        self._add(name, ((0.5 - share) * float(spacing.mean())).astype(np.float32))

    def copy(self) -> Cube:
        """The same again, to be changed by itself."""
        other = Cube.__new__(Cube)
        other.lps_from_voxel, other.voxel_mm = self.lps_from_voxel, self.voxel_mm
        other.centre_lps = self.centre_lps
        other.names, other.level, other.code = list(self.names), self.level.copy(), self.code.copy()
        return other

    def level_at(self, points_lps: Floats) -> Floats:
        """Distance to the nearest surface at points, shape (n, 3); at most `FREE_MM`, negative inside."""
        from scipy import ndimage

        index = frames.apply(np.asarray(np.linalg.inv(self.lps_from_voxel)), points_lps)
        level: Floats = ndimage.map_coordinates(
            self.level, index.T, output=np.float64, order=1, mode="constant", cval=FREE_MM
        )
        return level

    def add_wafer(
        self, name: str, centre_lps: Floats, frame: Floats, half_mm: tuple[float, float], planes: Floats
    ) -> None:
        """Add an elliptic slice between two planes, such as a disc between its endplates.

        Parameters
        ----------
        name : str
        centre_lps : ndarray, shape (3,)
        frame : ndarray, shape (3, 3)
            Rows left, posterior, cranial.
        half_mm : tuple of float
            Semi-axes along left and posterior.
        planes : ndarray, shape (2, 2, 3)
            Point and upward normal of the upper and of the lower plane.
        """
        points = self.points_lps()
        local = (points - centre_lps) @ frame.T
        round_ = (np.hypot(local[..., 0] / half_mm[0], local[..., 1] / half_mm[1]) - 1.0) * min(half_mm)
        above = (points - planes[0, 0]) @ planes[0, 1]
        below = -((points - planes[1, 0]) @ planes[1, 1])
        level = np.maximum(round_, np.maximum(above, below))
        # bone that is labelled stays bone
        self._add(name, np.where(self.level < 0, FREE_MM, level).astype(np.float32))

    def add_tube(self, name: str, points_lps: Floats, radius_mm: Floats) -> None:
        """Add a bent tube, its line of shape (n, 3) and its radius of shape (n,)."""
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points_lps, axis=0), axis=1))])
        at = np.linspace(0.0, along[-1], max(int(along[-1] / 0.8) + 1, 2))
        places = np.stack([np.interp(at, along, points_lps[:, axis]) for axis in range(3)], axis=1)
        sizes = np.interp(at, along, radius_mm)
        level = np.full(self.level.shape, FREE_MM, dtype=np.float32)
        for place, size in zip(places, sizes, strict=True):
            self._ball(level, place, float(size))
        self._add(name, level)

    def _ball(self, level: NDArray[np.float32], place: Floats, radius: float) -> None:
        middle = frames.apply(np.asarray(np.linalg.inv(self.lps_from_voxel)), place)
        reach = (radius + FREE_MM) / self.voxel_mm
        low = np.maximum(np.floor(middle - reach).astype(int), 0)
        high = np.minimum(np.ceil(middle + reach).astype(int) + 1, level.shape)
        if (high <= low).any():
            return
        axes = [(np.arange(a, b) - m) * self.voxel_mm for a, b, m in zip(low, high, middle, strict=True)]
        gap = np.sqrt(axes[0][:, None, None] ** 2 + axes[1][None, :, None] ** 2 + axes[2][None, None, :] ** 2)
        box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        np.minimum(level[box], (gap - radius).astype(np.float32), out=level[box])

    def points_lps(self) -> Floats:
        """Middles of the grid's voxels, shape (i, j, k, 3)."""
        index = np.stack(np.meshgrid(*(np.arange(size) for size in self.level.shape), indexing="ij"), axis=-1)
        return frames.apply(self.lps_from_voxel, index)

    def clear(
        self, start_lps: Floats, end_lps: Floats, radius_mm: float, cut: str = "", of: tuple[str, ...] = ()
    ) -> None:
        """Take everything out of a cylinder; its wall in the structures `of` is then named `cut`."""
        points = self.points_lps()
        length = float(np.linalg.norm(end_lps - start_lps))
        axis = (end_lps - start_lps) / length
        offset = points - start_lps
        along = offset @ axis
        across = np.linalg.norm(offset - along[..., None] * axis, axis=-1)
        free = -np.maximum(across - radius_mm, np.maximum(-along, along - length)).astype(np.float32)
        cleared = free > self.level
        if cut and cleared.any():
            if cut not in self.names:
                self.names.append(cut)
            # the wall that is left belongs to what was cut, one voxel deep
            codes = [1 + self.names.index(name) for name in of if name in self.names]
            wall = (free > -self.voxel_mm) & (self.level < self.voxel_mm) & np.isin(self.code, codes)
            self.code[wall] = 1 + self.names.index(cut)
        self.level[cleared] = free[cleared]


@dataclass(frozen=True, slots=True, eq=False)
class Endoscope:
    """Where the optic is and how it looks.

    Attributes
    ----------
    tip_lps : ndarray, shape (3,)
    ahead_lps : ndarray, shape (3,)
        Unit vector along the shaft, into the patient.
    towards_lps : ndarray, shape (3,)
        Direction to which the optic is turned about the shaft; its tilt leads there.
    up_lps : ndarray, shape (3,)
        What is up in the picture.
    tilt_deg : float
        Between shaft and middle of the view.
    field_deg : float
        Whole angle of the round field.
    """

    tip_lps: Floats
    ahead_lps: Floats
    towards_lps: Floats
    up_lps: Floats
    tilt_deg: float = TILT_DEG
    field_deg: float = FIELD_DEG

    def __post_init__(self) -> None:
        if not 0.0 <= self.tilt_deg <= 70.0:
            raise InputError("no such optic", field="tilt_deg", value=self.tilt_deg, expected="0 to 70")
        if not 10.0 <= self.field_deg <= 140.0:
            raise InputError("no such optic", field="field_deg", value=self.field_deg, expected="10 to 140")

    def axes(self) -> tuple[Floats, Floats, Floats]:
        """Right and down in the picture, and the middle of the view; unit vectors."""
        ahead = frames.unit(self.ahead_lps)
        aside = self.towards_lps - ahead * float(self.towards_lps @ ahead)
        tilt = np.radians(self.tilt_deg)
        look = ahead
        if self.tilt_deg > 0:
            look = np.cos(tilt) * ahead + np.sin(tilt) * frames.unit(aside)
        down = -(self.up_lps - look * float(self.up_lps @ look))
        down = frames.unit(down)
        right: Floats = np.cross(down, look)
        return right, down, look

    def place(self, points_lps: Floats) -> Floats:
        """Where points appear: right, down in units of the field's radius, and depth in mm; shape (n, 3)."""
        right, down, look = self.axes()
        offset = np.asarray(points_lps, dtype=np.float64) - self.tip_lps
        depth = offset @ look
        scale = np.tan(np.radians(self.field_deg / 2)) * np.maximum(depth, 1e-6)
        return np.stack([offset @ right / scale, offset @ down / scale, depth], axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the endoscope shows.

    Attributes
    ----------
    codes : ndarray of uint8, shape (pixels, pixels)
        0 where nothing was met, else 1 + index into `names`.
    depth_mm, facing : ndarray of float32, shape (pixels, pixels)
        Distance from the tip; cosine between the surface's normal and the way back.
    names : tuple of str
    round : ndarray of bool, shape (pixels, pixels)
        The field.
    shares : mapping
        Structure → share of the field that it fills.
    """

    codes: NDArray[np.uint8]
    depth_mm: NDArray[np.float32]
    facing: NDArray[np.float32]
    names: tuple[str, ...]
    round: NDArray[np.bool_]
    shares: Mapping[str, float] = field(default_factory=dict)


def endoscope_view(cube: Cube, scope: Endoscope, pixels: int = 420, reach_mm: float = 45.0) -> View:
    """Look through an endoscope.

    Parameters
    ----------
    cube : Cube
    scope : Endoscope
    pixels : int
        Rows and columns.
    reach_mm : float
        Farther than this nothing is lit.

    Returns
    -------
    View
    """
    from kambin.access.endoscope_kernels import march

    right, down, look = scope.axes()
    edge = np.tan(np.radians(scope.field_deg / 2))
    at = ((np.arange(pixels) + 0.5) / pixels * 2.0 - 1.0) * edge
    inside = np.hypot(at[None, :], at[:, None]) <= edge
    rays = look + at[None, :, None] * right + at[:, None, None] * down
    rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
    rays[~inside] = 0.0
    voxel_from_lps = np.asarray(np.linalg.inv(cube.lps_from_voxel))
    eye = frames.apply(voxel_from_lps, scope.tip_lps)
    turned = np.ascontiguousarray(rays @ voxel_from_lps[:3, :3].T)
    depth, facing = march(cube.level, eye, turned, 0.5 * cube.voxel_mm, reach_mm)
    hit = np.isfinite(depth) & inside
    codes = np.zeros((pixels, pixels), dtype=np.uint8)
    # a little beyond the surface, so that the nearest voxel is one of the structure and not of the free space
    spot = eye + (depth[hit][:, None] + 0.3 * cube.voxel_mm) * turned[hit]
    index = np.clip(np.rint(spot).astype(int), 0, np.array(cube.code.shape) - 1)
    codes[hit] = cube.code[tuple(index.T)]
    counts = np.bincount(codes[inside], minlength=len(cube.names) + 1)
    shares = {name: float(counts[1 + order]) / float(inside.sum()) for order, name in enumerate(cube.names)}
    return View(codes, depth, facing, tuple(cube.names), inside, shares)

"""What stands in the way, as masks near one access: bone that stays, bone that may go, ilium, ribs, organs.

Everything is cut to the box of voxels that the access can meet, so that the work grows with that box and not
with the scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.grid import Roi
from kambin.access.local import PEDICLE, Local
from kambin.anatomy import frames
from kambin.anatomy.conventions import structure_group
from kambin.anatomy.geometry import Part, PartMap, Root, SpineModel
from kambin.anatomy.reading import Box
from kambin.case.words import Side

__all__ = [
    "Cut",
    "Piece",
    "body_of",
    "bone_left",
    "bone_names",
    "bone_to_go",
    "edge_of_known",
    "in_front_of",
    "organs",
]

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
SUPERIOR = {Side.LEFT: Part.SUPERIOR_ARTICULAR_LEFT, Side.RIGHT: Part.SUPERIOR_ARTICULAR_RIGHT}
ORGANS = {
    "vessels": "great vessels",
    "bowel": "bowel",
    "kidneys": "kidney",
    "solid_organs": "liver, spleen, pancreas or stomach",
    "lungs": "lung",
}
PARTS: dict[int, str] = {
    Part.BODY: "body",
    Part.PEDICLE_LEFT: "pedicle",
    Part.PEDICLE_RIGHT: "pedicle",
    Part.LAMINA: "lamina",
    Part.SUPERIOR_ARTICULAR_LEFT: "superior articular process",
    Part.SUPERIOR_ARTICULAR_RIGHT: "superior articular process",
    Part.INFERIOR_ARTICULAR_LEFT: "inferior articular process",
    Part.INFERIOR_ARTICULAR_RIGHT: "inferior articular process",
    Part.TRANSVERSE_LEFT: "transverse process",
    Part.TRANSVERSE_RIGHT: "transverse process",
    Part.SPINOUS: "spinous process",
}
# How far in front of and above the exiting root no cannula passes, mm; the body ends it medially.
SHIELD_MM = 25.0
SHIELD_STEP_MM = 1.0
# Reach of a look around a point, voxels.
NEAR_VOXELS = 10
# Grid on which the edge of what is known is found, mm.
KNOWN_STEP_MM = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A mask with its name and its place."""

    name: str
    mask: Bools
    lps_from_mask: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """The box of the label map that an access can meet.

    Attributes
    ----------
    labels : ndarray
        A view of the map.
    start : ndarray, shape (3,)
        Index of its first voxel in the map.
    lps_from_cut : ndarray, shape (4, 4)
    """

    labels: NDArray[np.unsignedinteger]
    start: NDArray[np.int64]
    lps_from_cut: Floats

    @classmethod
    def of(cls, model: SpineModel, roi: Roi, margin_mm: float = 12.0) -> Cut:
        """Cut a region and a margin out of the map of a model."""
        volume = model.labels.volume
        grown = Roi(roi.low_lps - margin_mm, roi.high_lps + margin_mm)
        inverse: Floats = np.linalg.inv(np.asarray(volume.lps_from_voxel, dtype=np.float64))
        index = frames.apply(inverse, grown.corners_lps())
        shape = np.array(volume.array.shape)
        low = np.clip(np.floor(index.min(axis=0)).astype(np.int64), 0, shape - 1)
        high = np.clip(np.ceil(index.max(axis=0)).astype(np.int64) + 1, low + 1, shape)
        part = volume.array[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
        moved = np.array(volume.lps_from_voxel)
        moved[:3, 3] = frames.apply(volume.lps_from_voxel, low)
        return cls(part, low, moved)

    def union(self, model: SpineModel, names: tuple[str, ...]) -> Bools | None:
        """Voxels of any of these structures; None where the cut holds none."""
        values = [model.labels.value_of(name) for name in names if self.meets(model, name)]
        if not values:
            return None
        mask: Bools = self.labels == values[0]
        for value in values[1:]:
            mask |= self.labels == value
        return mask if mask.any() else None

    def meets(self, model: SpineModel, name: str) -> bool:
        """Whether a structure's box meets the cut."""
        box = model.labels.boxes.get(name)
        if box is None:
            return False
        stop = self.start + np.array(self.labels.shape)
        return all(b.start < e and b.stop > s for b, s, e in zip(box, self.start, stop, strict=True))

    def place(self, parts: PartMap, codes: tuple[Part, ...]) -> Bools:
        """Voxels of some parts of a vertebra, in the cut."""
        mask = np.zeros(self.labels.shape, dtype=np.bool_)
        here, there = self.overlap(parts.box)
        mask[here] = np.isin(parts.codes[there], [int(code) for code in codes])
        return mask

    def overlap(self, box: Box) -> tuple[Box, Box]:
        """Where a box of the map and the cut meet: in the cut, and in the box."""
        here: list[slice] = []
        there: list[slice] = []
        sizes: tuple[int, ...] = self.labels.shape
        for part, first, size in zip(box, self.start.tolist(), sizes, strict=True):
            low = max(part.start, first)
            high = max(min(part.stop, first + size), low)
            here.append(slice(low - first, high - first))
            there.append(slice(low - part.start, high - part.start))
        return (here[0], here[1], here[2]), (there[0], there[1], there[2])


def bone_names(model: SpineModel) -> tuple[str, ...]:
    """Structures of the column: vertebrae and sacrum."""
    return tuple(name for name in model.labels.boxes if name.startswith("vertebrae_") or name == "sacrum")


def parts_of(model: SpineModel, vertebra: str) -> PartMap | None:
    """Parts of a vertebra; the first sacral one may be kept under the sacrum's name."""
    return model.parts.get(vertebra) or (model.parts.get("sacrum") if vertebra == "S1" else None)


def bone_to_go(model: SpineModel, cut: Cut, vertebra: str, side: Side) -> Piece | None:
    """The superior articular process of a vertebra; None where it was not parted.

    Where a process was cut off its pedicle too high, its root was left to the pedicle. No pedicle rises above
    the endplate of its own body, so what does belongs to the process.
    """
    parts = parts_of(model, vertebra)
    if parts is None:
        return None
    mask = cut.place(parts, (SUPERIOR[side],))
    shape = model.shapes.get(vertebra)
    if mask.any() and shape is not None and shape.superior is not None:
        stem = cut.place(parts, (PEDICLE[side],))
        index = np.argwhere(stem)
        plane = shape.superior
        height = (frames.apply(cut.lps_from_cut, index) - plane.centre_lps) @ plane.normal_lps
        mask[tuple(index[height > 0].T)] = True
    name = f"superior articular process {vertebra}"
    return Piece(name, mask, cut.lps_from_cut) if mask.any() else None


def bone_left(model: SpineModel, cut: Cut, to_go: Piece | None) -> Piece | None:
    """Bone of the column without the process that may go, which is a piece of its own."""
    mask = cut.union(model, bone_names(model))
    if mask is None:
        return None
    return Piece("bone", mask if to_go is None else mask & ~to_go.mask, cut.lps_from_cut)


def organs(model: SpineModel, cut: Cut, groups: tuple[str, ...]) -> tuple[tuple[Piece, ...], tuple[str, ...]]:
    """Organs near the access, and the groups that the map does not hold at all."""
    found, missing = [], []
    for group in groups:
        names = structure_group(group)
        if not any(name in model.labels.boxes for name in names):
            missing.append(ORGANS[group])
            continue
        mask = cut.union(model, names)
        if mask is not None:
            found.append(Piece(ORGANS[group], mask, cut.lps_from_cut))
    return tuple(found), tuple(missing)


def named(model: SpineModel, cut: Cut, name: str, prefix: str) -> Piece | None:
    """All structures whose name begins so, as one piece."""
    mask = cut.union(model, tuple(item for item in model.labels.boxes if item.startswith(prefix)))
    return None if mask is None else Piece(name, mask, cut.lps_from_cut)


def bone_at(model: SpineModel, point_lps: Floats, but: Piece | None = None) -> str:
    """Name of the part of bone nearest to a point, for example ``inferior articular process L4``.

    Parameters
    ----------
    model : SpineModel
    point_lps : ndarray, shape (3,)
    but : Piece, optional
        Bone that is not meant: the process that may go.
    """
    nearest, name = np.inf, "bone"
    to_lps = np.asarray(model.labels.volume.lps_from_voxel, dtype=np.float64)
    to_voxel: Floats = np.asarray(np.linalg.inv(to_lps), dtype=np.float64)
    for vertebra, parts in model.parts.items():
        start = np.array([piece.start for piece in parts.box])
        index = frames.apply(to_voxel, point_lps) - start
        low = np.clip(np.floor(index).astype(int) - NEAR_VOXELS, 0, np.array(parts.codes.shape))
        high = np.clip(np.ceil(index).astype(int) + NEAR_VOXELS + 1, 0, np.array(parts.codes.shape))
        near = parts.codes[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
        places = np.argwhere(near)
        if but is not None and len(places):
            places = places[~_in_piece(but, frames.apply(to_lps, places + low + start))]
        if not len(places):
            continue
        apart = (places + low - index) @ to_lps[:3, :3].T
        distance = (apart**2).sum(axis=1)
        best = int(distance.argmin())
        if distance[best] < nearest:
            nearest = float(distance[best])
            name = f"{PARTS.get(int(near[tuple(places[best])]), 'arch')} {vertebra}"
    return name


def _in_piece(piece: Piece, points_lps: Floats) -> Bools:
    inverse: Floats = np.asarray(np.linalg.inv(piece.lps_from_mask), dtype=np.float64)
    index = np.round(frames.apply(inverse, points_lps)).astype(np.int64)
    held = np.all((index >= 0) & (index < piece.mask.shape), axis=1)
    found = np.zeros(len(index), dtype=np.bool_)
    found[held] = piece.mask[tuple(index[held].T)]
    return found


def in_front_of(root: Root, local: Local, inner_mm: float) -> Piece | None:
    """The space in front of and above an exiting root, which a cannula through the triangle never enters.

    The triangle lies behind and below the root. A way that passes the root on its other side would reach the
    disc through the psoas and its nerves, clear of the root and yet not through the triangle.
    """
    course = local.of(root.points_lps)
    course = course[course[:, 0] >= inner_mm - 2.0]
    if len(course) < 2:
        return None
    order = np.argsort(course[:, 0], kind="stable")
    outwards, behind, above = course[order].T
    low = np.array([outwards[0], behind.min() - SHIELD_MM, above.min()])
    high = np.array([outwards[-1], behind.max(), above.max() + SHIELD_MM])
    axes = [np.arange(a, b + SHIELD_STEP_MM, SHIELD_STEP_MM) for a, b in zip(low, high, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    root_y, root_z = np.interp(x, outwards, behind), np.interp(x, outwards, above)
    mask = (y < root_y) & (z > root_z) & (y > root_y - SHIELD_MM) & (z < root_z + SHIELD_MM)
    affine = np.eye(4)
    affine[:3, :3] = local.axes.T * SHIELD_STEP_MM
    affine[:3, 3] = local.lps(low)
    return Piece("space in front of the exiting root", mask, affine) if mask.any() else None


def body_of(model: SpineModel, cut: Cut) -> Piece | None:
    """The inside of the skin; None where the map does not show it."""
    if model.skin is None:
        return None
    mask = np.zeros(cut.labels.shape, dtype=np.bool_)
    here, there = cut.overlap(model.skin.box)
    mask[here] = model.skin.mask[there]
    return Piece("skin", mask, cut.lps_from_cut)


def edge_of_known(model: SpineModel, cut: Cut) -> Piece | None:
    """The convex hull of all that the map names near the access: beyond it nothing is known."""
    from scipy.spatial import ConvexHull

    steps = np.maximum(np.round(KNOWN_STEP_MM / frames.spacing_mm(cut.lps_from_cut)).astype(int), 1)
    thin = cut.labels[:: steps[0], :: steps[1], :: steps[2]] > 0
    affine = np.array(cut.lps_from_cut)
    affine[:3, :3] = affine[:3, :3] * steps
    index = np.argwhere(thin)
    if len(index) < 4 or np.any(np.ptp(index, axis=0) == 0):
        return None
    planes = ConvexHull(index).equations
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in thin.shape), indexing="ij"), axis=-1)
    mask = np.ones(thin.shape, dtype=np.bool_)
    for plane in planes:
        mask &= grid @ plane[:3] + plane[3] <= 1e-6
    return Piece("edge of what is known", mask, affine)

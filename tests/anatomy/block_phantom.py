"""A plain lumbar spine of blocks, whose measurements are closed forms.

The phantom is built of simple solids (see `shapes`) in its own frame: x left, y posterior, z cranial, the
origin in the middle of the L4-L5 disc. Its truth (volumes, middles, disc centres, lumbar axis, crest heights)
follows from closed forms of those solids, never from voxels. It is an oracle beside `kambin.anatomy.phantom`,
whose truth comes from implicit functions: two phantoms that share no code.

Bodies are elliptic cylinders cut flat behind, with pedicles, laminae, articular, transverse and spinous
processes; each vertebra is tilted along the lordosis. The crests are the upper ends of tilted ellipsoids,
whose highest point along any direction is known.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.conventions import convention
from kambin.anatomy.volume import Volume
from kambin.case.words import SIDES, Side
from tests.anatomy.shapes import Box, Ellipsoid, Solid, TransverseRod, TruncatedCylinder

__all__ = ["LumbarPhantom", "PhantomTruth"]

Floats = NDArray[np.float64]
VERTEBRAE = ("L1", "L2", "L3", "L4", "L5")
# Where the crest's top lies beside and behind the L4-L5 disc, and the wing's form and lean (mm, degrees)
CREST_LATERAL_MM, CREST_BEHIND_MM = 96.0, 30.0
WING_SEMI = (6.0, 56.0, 68.0)
WING_TURN_DEG, WING_FLARE_DEG = 32.0, 18.0
# the rest of a hip bone: middle and semi-axes, left side; it stays far below the crest
HIP_PARTS: tuple[tuple[tuple[float, float, float], tuple[float, float, float]], ...] = (
    ((76.0, -4.0, -88.0), (20.0, 30.0, 42.0)),
    ((84.0, -14.0, -124.0), (25.0, 28.0, 30.0)),
    ((68.0, 10.0, -155.0), (17.0, 20.0, 34.0)),
    ((44.0, -34.0, -138.0), (41.0, 13.0, 13.0)),
)
# the sacrum below and beside S1, in the frame of S1
SACRUM_PARTS: tuple[tuple[tuple[float, float, float], tuple[float, float, float]], ...] = (
    ((0.0, 3.0, -44.0), (30.0, 15.0, 44.0)),
    ((30.0, 4.0, -7.0), (24.0, 22.0, 18.0)),
    ((-30.0, 4.0, -7.0), (24.0, 22.0, 18.0)),
)
SACRAL_ROOF = Box((-12.0, 31.0, -42.0), (12.0, 37.0, -3.0))
SACRAL_WALLS = tuple(Box((x - 3.0, 8.0, -40.0), (x + 3.0, 31.0, -6.0)) for x in (-9.0, 9.0))


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A solid with its place: `phantom_from_local`, shape (4, 4), and the structure it belongs to."""

    solid: Solid
    phantom_from_local: Floats
    structure: str


@dataclass(frozen=True, slots=True, eq=False)
class PhantomTruth:
    """What is true of a phantom, in LPS mm.

    Attributes
    ----------
    volumes_ml : mapping
        Vertebra → volume.
    centres_lps, body_centres_lps : mapping
        Vertebra → middle of the whole bone, of its body.
    disc_centres_lps : mapping
        Level → middle of the space between the bodies.
    axis_lps : ndarray, shape (3,)
        The lumbar axis.
    crest_mm : mapping
        Side → height of the crest's top above the L4-L5 disc along the axis.
    crest_tops_lps : mapping
        Side → the crest's top.
    """

    volumes_ml: Mapping[str, float]
    centres_lps: Mapping[str, Floats]
    body_centres_lps: Mapping[str, Floats]
    disc_centres_lps: Mapping[str, Floats]
    axis_lps: Floats
    crest_mm: Mapping[Side, float]
    crest_tops_lps: Mapping[Side, Floats]


@dataclass(frozen=True, eq=False)
class LumbarPhantom:
    """A parametric lumbar spine with sacrum and hip bones.

    Parameters
    ----------
    crest_left_mm, crest_right_mm : float
        Height of each crest above the middle of the L4-L5 disc along the lumbar axis.
    voxel_mm : tuple of float
        Voxel spacing along each voxel axis.
    lps_from_phantom : ndarray, shape (4, 4)
        The patient's pose in the scanner; a rigid motion.
    grid : ndarray, shape (3, 3)
        Columns are the directions of the voxel axes in LPS; orthonormal, flips and permutations allowed.
    missing : frozenset of str
        Structures that the map lacks: L1 to L5, S1, sacrum, hip_left, hip_right.
    split_sacrum : bool
        Whether S1 has its own label, as in the data of TotalSegmentator, or is part of the sacrum.
    lordosis : float
        Multiplies the tilts of the vertebrae; 0 is a straight spine.
    margin_mm : float
        Room between the bones and the edge of the map.
    """

    crest_left_mm: float = 20.0
    crest_right_mm: float = 20.0
    voxel_mm: tuple[float, float, float] = (1.5, 1.5, 1.5)
    lps_from_phantom: Floats = field(default_factory=lambda: np.eye(4))
    grid: Floats = field(default_factory=lambda: np.eye(3))
    missing: frozenset[str] = frozenset()
    split_sacrum: bool = True
    lordosis: float = 1.0
    margin_mm: float = 6.0

    @cached_property
    def truth(self) -> PhantomTruth:
        """The exact measurements."""
        solids = [part for part in self._vertebrae if part.structure in VERTEBRAE]
        volumes = dict.fromkeys(VERTEBRAE, 0.0)
        firsts = {name: np.zeros(3) for name in VERTEBRAE}
        for part in solids:
            volumes[part.structure] += part.solid.volume_mm3
            middle = frames.apply(part.phantom_from_local, part.solid.centroid)
            firsts[part.structure] += part.solid.volume_mm3 * middle
        return PhantomTruth(
            volumes_ml={name: volume / 1000.0 for name, volume in volumes.items()},
            centres_lps={name: self._lps(firsts[name] / volumes[name]) for name in VERTEBRAE},
            body_centres_lps={name: self._lps(self._body_centre(name)) for name in VERTEBRAE},
            disc_centres_lps={level: self._lps(place) for level, place in self._discs.items()},
            axis_lps=self.lps_from_phantom[:3, :3] @ self._axis_frame[2],
            crest_mm={side: self._crest_mm(side) for side in SIDES},
            crest_tops_lps={side: self._lps(self._crest_top(side)) for side in SIDES},
        )

    def label_map(self) -> Volume:
        """The phantom as a label map of TotalSegmentator version 2 (`total`), uint8."""
        names = convention("total")
        low, shape = self._field_of_view()
        lps_from_voxel = np.eye(4)
        lps_from_voxel[:3, :3] = self.grid * np.array(self.voxel_mm)
        lps_from_voxel[:3, 3] = self.grid @ low
        voxels = np.zeros(shape, dtype=np.uint8, order="F")
        for part in self._painted():
            structure = part.structure if "_" in part.structure or part.structure == "sacrum" else ""
            value = names.value_of(structure or f"vertebrae_{part.structure}")
            _paint(voxels, lps_from_voxel, self.lps_from_phantom @ part.phantom_from_local, part.solid, value)
        return Volume(voxels, lps_from_voxel)

    def write(self, path: str | Path, *, dtype: str = "uint8", table: bool = True) -> None:
        """Write the label map as NIfTI, the same bytes for the same phantom.

        Parameters
        ----------
        path : str or Path
            Ends in `.nii` or `.nii.gz`.
        dtype : str
            Type of the voxels in the file.
        table : bool
            Whether the file names its labels, in the form that TotalSegmentator writes.
        """
        nibabel: Any = import_module("nibabel")

        volume = self.label_map()
        image = nibabel.Nifti1Image(
            np.asarray(volume.array).astype(dtype), frames.lps_from_ras_affine(volume.lps_from_voxel)
        )
        image.set_sform(image.affine, code=1)
        image.set_qform(image.affine, code=1)
        image.header.set_xyzt_units("mm")
        if table:
            values = [int(value) for value in np.unique(volume.array) if value]
            image.header.extensions.append(nibabel.nifti1.Nifti1Extension("ignore", _table(values)))
        content = image.to_bytes()
        packed = gzip.compress(content, 9, mtime=0) if Path(path).suffix == ".gz" else content
        Path(path).write_bytes(packed)

    # ------------------------------------------------------------------------------ the column

    @cached_property
    def _sizes(self) -> dict[str, dict[str, float]]:
        levels: dict[str, dict[str, float]] = _dimensions()["levels"]
        return levels

    @cached_property
    def _poses(self) -> dict[str, Floats]:
        """`phantom_from_local` of each vertebra, the L4-L5 disc's middle at the origin."""
        poses = self._chain()
        shift = np.eye(4)
        shift[:3, 3] = -self._disc_centres(poses)["L4-L5"]
        return {name: shift @ pose for name, pose in poses.items()}

    def _chain(self) -> dict[str, Floats]:
        poses: dict[str, Floats] = {}
        place = np.zeros(3)
        names = list(self._sizes)
        for index, name in enumerate(names):
            size = self._sizes[name]
            turn = _tilt(self.lordosis * size["tilt"])
            place = place - turn[:, 2] * size["height"] / 2
            pose = np.eye(4)
            pose[:3, :3], pose[:3, 3] = turn, place
            poses[name] = pose
            if index + 1 < len(names):
                between = _tilt(self.lordosis * (size["tilt"] + self._sizes[names[index + 1]]["tilt"]) / 2)
                place = place - turn[:, 2] * size["height"] / 2 - between[:, 2] * size["disc_below"]
        return poses

    def _disc_centres(self, poses: Mapping[str, Floats]) -> dict[str, Floats]:
        """Middle of each wedge between two tilted end plates: first moment of its height over the section.

        The section is the upper body's, which is the smaller of the two.
        """
        centres = {}
        names = list(self._sizes)
        for upper, lower in pairwise(names):
            size = self._sizes[upper]
            section = self._body(upper)
            opening = np.radians(self.lordosis * (size["tilt"] - self._sizes[lower]["tilt"]))
            slope = 2.0 * float(np.tan(opening / 2))
            height = [size["disc_below"] * section.moment(p) - slope * section.moment(p + 1) for p in (0, 1)]
            between = _tilt(self.lordosis * (size["tilt"] + self._sizes[lower]["tilt"]) / 2)
            plates = (
                frames.apply(poses[upper], np.array([0.0, 0.0, -size["height"] / 2])),
                frames.apply(poses[lower], np.array([0.0, 0.0, self._sizes[lower]["height"] / 2])),
            )
            centres[f"{upper}-{lower}"] = (plates[0] + plates[1]) / 2 + between[:, 1] * height[1] / height[0]
        return centres

    @cached_property
    def _discs(self) -> dict[str, Floats]:
        return self._disc_centres(self._poses)

    def _body(self, name: str) -> TruncatedCylinder:
        size = self._sizes[name]
        return TruncatedCylinder(size["half_width"], size["half_depth"], size["wall"], size["height"] / 2)

    def _body_centre(self, name: str) -> Floats:
        return frames.apply(self._poses[name], self._body(name).centroid)

    @cached_property
    def _vertebrae(self) -> list[Placed]:
        placed = [
            Placed(solid, self._poses[name], name)
            for name in VERTEBRAE
            for solid in (self._body(name), *_arch(self._sizes[name]))
        ]
        s1 = "S1" if self.split_sacrum else "sacrum"
        return [*placed, Placed(self._body("S1"), self._poses["S1"], s1)]

    # ------------------------------------------------------------------------------ the pelvis

    @cached_property
    def _axis_frame(self) -> Floats:
        """The lumbar axis of `kambin.anatomy.axis`, from the exact points; rows left, posterior, cranial."""
        points = np.array([*(self._body_centre(name) for name in VERTEBRAE), self._discs["L5-S1"]])
        _, vectors = np.linalg.eigh(np.cov(points.T))
        direction = vectors[:, 2] * np.sign(vectors[2, 2])
        return frames.spine_frame(direction, np.array([0.0, 1.0, 0.0]))

    def _crest_mm(self, side: Side) -> float:
        return self.crest_left_mm if side is Side.LEFT else self.crest_right_mm

    def _crest_top(self, side: Side) -> Floats:
        lateral = CREST_LATERAL_MM if side is Side.LEFT else -CREST_LATERAL_MM
        return np.array([lateral, CREST_BEHIND_MM, self._crest_mm(side)]) @ self._axis_frame

    def _pelvis(self) -> Iterator[Placed]:
        for side in SIDES:
            sign = 1.0 if side is Side.LEFT else -1.0
            turn = _about_z(sign * WING_TURN_DEG) @ _about_y(sign * WING_FLARE_DEG)
            wing = Ellipsoid(WING_SEMI)
            pose = np.eye(4)
            pose[:3, :3] = turn
            pose[:3, 3] = self._crest_top(side) - turn @ wing.highest(turn.T @ self._axis_frame[2])
            yield Placed(wing, pose, f"hip_{side}")
            for (x, y, z), semi in HIP_PARTS:
                yield Placed(Ellipsoid(semi), _moved(np.eye(4), (sign * x, y, z)), f"hip_{side}")
        s1 = self._poses["S1"]
        for middle, semi in SACRUM_PARTS:
            yield Placed(Ellipsoid(semi), _moved(s1, middle), "sacrum")
        for box in (SACRAL_ROOF, *SACRAL_WALLS):
            yield Placed(box, s1, "sacrum")

    # ------------------------------------------------------------------------------ the voxels

    def _painted(self) -> list[Placed]:
        return [part for part in (*self._pelvis(), *self._vertebrae) if part.structure not in self.missing]

    def _lps(self, place: Floats) -> Floats:
        return frames.apply(self.lps_from_phantom, place)

    def _field_of_view(self) -> tuple[Floats, tuple[int, int, int]]:
        """Lowest voxel centre along the grid's axes, mm, and the number of voxels along each."""
        corners = []
        for part in self._painted():
            low, high = part.solid.bounds
            box = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
            corners.append(frames.apply(self.lps_from_phantom @ part.phantom_from_local, box) @ self.grid)
        spread = np.concatenate(corners)
        low = spread.min(axis=0) - self.margin_mm
        counts = (
            np.ceil((spread.max(axis=0) + self.margin_mm - low) / np.array(self.voxel_mm)).astype(int) + 1
        )
        return low, (int(counts[0]), int(counts[1]), int(counts[2]))


def _dimensions() -> dict[str, Any]:
    text = Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _arch(size: Mapping[str, float]) -> Iterator[Solid]:
    """Pedicles, laminae and processes behind a body: solids that touch and do not overlap."""
    data = _dimensions()
    inner, outer, wall = float(data["canal_half_width"]), size["pedicle_outer"], size["wall"]
    lamina = wall + float(data["canal_depth"])
    for sign in (1.0, -1.0):
        pedicle = sorted((sign * inner, sign * outer))
        yield Box((pedicle[0], wall, 0.0), (pedicle[1], lamina, 11.0))
        yield TransverseRod(sign * outer, sign * 42.0, lamina - 8.0, 5.5, 4.5, 5.0)
        superior = sorted((sign * (outer - 3.5), sign * outer))
        yield Box((superior[0], lamina, 6.0), (superior[1], lamina + 6.0, 16.0))
        inferior = sorted((sign * 5.0, sign * (outer - 5.0)))
        yield Box((inferior[0], lamina, -19.0), (inferior[1], lamina + 6.0, -10.0))
    yield Box((-outer, lamina, -10.0), (outer, lamina + 6.0, 6.0))
    yield Box((-3.5, lamina + 6.0, -14.0), (3.5, lamina + 30.0, 0.0))


def _tilt(degrees: float) -> Floats:
    """Rotation about x whose z axis leans back (towards +y) by the angle."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])


def _about_z(degrees: float) -> Floats:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _about_y(degrees: float) -> Floats:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def _moved(pose: Floats, by: tuple[float, float, float]) -> Floats:
    moved = pose.copy()
    moved[:3, 3] = frames.apply(pose, np.array(by))
    return moved


def _paint(
    voxels: NDArray[np.uint8], lps_from_voxel: Floats, lps_from_local: Floats, solid: Solid, value: int
) -> None:
    """Set the voxels whose centres lie in the solid."""
    voxel_from_local = np.linalg.inv(lps_from_voxel) @ lps_from_local
    low, high = solid.bounds
    corners = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
    reach = frames.apply(voxel_from_local, corners)
    first = np.maximum(np.floor(reach.min(axis=0)).astype(int), 0)
    last = np.minimum(np.ceil(reach.max(axis=0)).astype(int) + 1, voxels.shape)
    if (last <= first).any():
        return
    i, j, k = np.ogrid[first[0] : last[0], first[1] : last[1], first[2] : last[2]]
    local = np.linalg.inv(voxel_from_local)
    x, y, z = (row[0] * i + row[1] * j + row[2] * k + row[3] for row in local[:3])
    part = voxels[first[0] : last[0], first[1] : last[1], first[2] : last[2]]
    part[solid.contains(x, y, z)] = value


def _table(values: list[int]) -> bytes:
    names = convention("total").names
    entries = "".join(
        f'<Label Key="{value}" Red="0" Green="0" Blue="0" Alpha="1"><![CDATA[{names[value]}]]></Label>\n'
        for value in values
    )
    start = (
        '<?xml version="1.0" encoding="UTF-8"?><CaretExtension><VolumeInformation Index="0"><LabelTable>\n'
    )
    return f"{start}{entries}</LabelTable></VolumeInformation></CaretExtension>".encode("ascii")

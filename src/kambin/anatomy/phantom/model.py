"""The phantom itself: a seed and knobs in, a scan with its truth out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.conventions import convention
from kambin.anatomy.phantom.dimensions import Sizes, draw
from kambin.anatomy.phantom.frame import Placement
from kambin.anatomy.phantom.imaging import Modality, image_of
from kambin.anatomy.phantom.knobs import Knobs, levels_of, vertebrae_of
from kambin.anatomy.phantom.painting import Grid, grid_about, paint_codes
from kambin.anatomy.phantom.scene import Scene, build_scene
from kambin.anatomy.phantom.solids import Placed
from kambin.anatomy.phantom.truth import PhantomTruth
from kambin.anatomy.volume import Volume
from kambin.errors import InputError

__all__ = ["GROUPS", "Phantom", "PhantomScan"]

Floats = NDArray[np.float64]
View = Literal["bones", "spine", "trunk"]
VOXELS_MM = (0.2, 6.0)
# correlation length of the errors of a label map
ERROR_REACH_MM = 6.0
# groups of structures that may be left out of a map, by the start of their names
GROUPS = {
    "discs": ("disc_",),
    "sac": ("dural_sac",),
    "roots": ("root_",),
    "skin": ("body",),
    "herniations": ("herniation_",),
    "hips": ("hip_",),
    "organs": ("kidney_", "colon", "duodenum", "small_bowel"),
    "vessels": ("aorta", "inferior_vena_cava", "iliac_artery_", "iliac_vena_"),
    "muscles": ("iliopsoas_", "autochthon_"),
}
BONES = ("vertebrae_", "sacrum", "hip_")
# in front of the reference disc's middle, above the uppermost body and below S1: what the view `spine` shows
VIEW_FRONT_MM, VIEW_ABOVE_MM, VIEW_BELOW_MM = 78.0, 24.0, 62.0


@dataclass(frozen=True, eq=False)
class PhantomScan:
    """One scan of a phantom.

    Attributes
    ----------
    labels : Volume
        Label map, uint8.
    convention : str
        Of `labels`.
    truth : PhantomTruth
    grid : Grid
    phantom : Phantom
    layers : tuple of Placed
        What was painted, later over earlier.
    """

    labels: Volume
    convention: str
    truth: PhantomTruth
    grid: Grid
    phantom: Phantom
    layers: tuple[Placed, ...]

    @cached_property
    def parts(self) -> Volume:
        """The `geometry.Part` of each voxel of a vertebra, 0 elsewhere; uint8, painted when asked for."""
        parts = paint_codes(self.grid, *_parts(self.layers, swapped=self.phantom.reflected), np.uint8)
        return Volume(parts, self.grid.lps_from_voxel)

    def image(self, modality: Modality, *, noise: bool = True) -> Volume:
        """An image on the same grid: ``ct`` in Hounsfield units, or ``t2``; int16."""
        scene = self.phantom.scene
        return image_of(scene, self.grid, modality, (self.phantom.seed or 0) if noise else None)


class Phantom:
    """A parametric lumbar spine.

    Parameters
    ----------
    seed : int or None
        Draws the sizes; None gives the mean of every published number.
    mirrored : bool
        The mirror image of the patient of the same seed and knobs.
    **knobs
        Fields of `Knobs`. They are said of the patient before the mirror.
    """

    def __init__(self, seed: int | None = None, *, mirrored: bool = False, **knobs: Any) -> None:
        self.seed = seed
        self.knobs = Knobs(**knobs)
        self.reflected = mirrored
        self._asked = knobs

    def mirrored(self) -> Phantom:
        """The mirror patient: every left is a right, exactly."""
        twin = Phantom(self.seed, mirrored=not self.reflected, **self._asked)
        if "scene" in self.__dict__:
            # the scene is that before the mirror, and the same for both
            twin.__dict__["scene"] = self.scene
        return twin

    def describe(self) -> dict[str, Any]:
        """Seed, knobs and sizes as plain values."""
        sizes = self.sizes
        return {
            "seed": self.seed,
            "mirrored": self.reflected,
            "knobs": {name: _plain(value) for name, value in self._asked.items()},
            "sizes": {
                "vertebra": {name: _rounded(values) for name, values in sizes.vertebra.items()},
                "disc": {f"{level} {side}": _rounded(v) for (level, side), v in sizes.disc.items()},
                "root": {f"{root} {side}": _rounded(v) for (root, side), v in sizes.root.items()},
                "patient": _rounded(sizes.patient),
            },
        }

    @cached_property
    def sizes(self) -> Sizes:
        """What was drawn."""
        count = self.knobs.lumbar_count
        return draw(self.seed, vertebrae_of(count), levels_of(count), vertebrae_of(count))

    @cached_property
    def scene(self) -> Scene:
        """All solids, in the model's frame, before the mirror."""
        return build_scene(self.sizes, self.knobs)

    def truth(self, lps_from_phantom: Floats | None = None) -> PhantomTruth:
        """The exact measurements of the phantom in a pose, shape (4, 4)."""
        pose = np.eye(4) if lps_from_phantom is None else np.asarray(lps_from_phantom, dtype=np.float64)
        return PhantomTruth(self.scene, Placement(pose, self.reflected))

    def scan(
        self,
        voxel_mm: float | Sequence[float] = 0.8,
        *,
        lps_from_phantom: Floats | None = None,
        axes: Floats | None = None,
        view: View | tuple[Sequence[float], Sequence[float]] = "spine",
        labels: str = "kambin",
        missing: Iterable[str] = (),
        split_sacrum: bool = True,
        margin_mm: float = 6.0,
        dice: float | None = None,
    ) -> PhantomScan:
        """Paint the phantom.

        Parameters
        ----------
        voxel_mm : float or three floats
            Spacing along each voxel axis, mm.
        lps_from_phantom : ndarray, shape (4, 4), optional
            The patient's pose in the scanner; a rigid motion.
        axes : ndarray, shape (3, 3), optional
            Columns are the directions of the voxel axes in LPS; orthonormal, flips and permutations allowed.
        view : str or two points
            ``bones`` (all bones), ``spine`` (L1 to S1, from the great vessels to the skin of the back),
            ``trunk`` (everything), or the lowest and the highest corner in the phantom's frame.
        labels : str
            Convention of the map; structures that it has no value for are left out.
        missing : iterable of str
            Structures, or groups of `GROUPS`, that the map lacks.
        split_sacrum : bool
            Whether S1 has its own label or is part of the sacrum.
        margin_mm : float
            Room about the bones in the view ``bones``.
        dice : float, optional
            Mean Dice of the labels against the exact map, 0.5 to 0.99; exact without.

        Raises
        ------
        InputError
            Voxels outside 0.2 to 6 mm, an unknown view, or no bone left to show.
        """
        spacing = _spacing(voxel_mm)
        truth = self.truth(lps_from_phantom)
        layers = [one for one in self.scene.layers if not self._left_out(one.structure, tuple(missing))]
        low, high = self._view(view, layers, margin_mm)
        along = np.eye(3) if axes is None else np.asarray(axes)
        grid = grid_about(low, high, truth.place.lps_from_model, along, spacing)
        voxels = self._painted(layers, truth.place, grid, labels, split_sacrum)
        if dice is not None:
            voxels = self._with_errors(voxels, dice, spacing)
        return PhantomScan(
            labels=Volume(voxels, grid.lps_from_voxel),
            convention=labels,
            truth=truth,
            grid=grid,
            phantom=self,
            layers=tuple(layers),
        )

    def _painted(
        self, layers: list[Placed], place: Placement, grid: Grid, labels: str, split_sacrum: bool
    ) -> NDArray[Any]:
        """The label map; structures that the convention has no value for are left out."""
        table = {name: value for value, name in sorted(convention(labels).names.items(), reverse=True)}
        names = [self._label(place, one, split_sacrum) for one in layers]
        known = [(one, table[name]) for one, name in zip(layers, names, strict=True) if name in table]
        return paint_codes(grid, [one for one, _ in known], [value for _, value in known], np.uint8)

    def _with_errors(self, voxels: NDArray[Any], dice: float, spacing: Sequence[float]) -> NDArray[Any]:
        from kambin.anatomy.phantom.errors_of_labels import noisy

        if not 0.5 <= dice <= 0.99:
            raise InputError("out of range", where="dice", value=dice, expected="0.5 to 0.99")
        return noisy(voxels, dice, self.seed or 0, ERROR_REACH_MM, float(np.mean(spacing)))

    def _label(self, place: Placement, one: Placed, split_sacrum: bool) -> str:
        if one.structure == "vertebrae_S1" and not split_sacrum:
            return "sacrum"
        return place.name(one.structure)

    def _left_out(self, structure: str, missing: tuple[str, ...]) -> bool:
        named = Placement(np.eye(4), self.reflected).name(structure)
        for name in missing:
            starts = GROUPS.get(name, ())
            if named in (name, f"vertebrae_{name}") or (starts and named.startswith(starts)):
                return True
        return False

    def _view(
        self, view: View | tuple[Sequence[float], Sequence[float]], layers: list[Placed], margin: float
    ) -> tuple[Floats, Floats]:
        scene = self.scene
        if not isinstance(view, str):
            return np.array(view[0], dtype=np.float64), np.array(view[1], dtype=np.float64)
        bones = np.array([one.bounds for one in layers if one.structure.startswith(BONES)])
        if not len(bones):
            raise InputError("no bone is left to show", where="missing")
        low, high = bones[:, :3].min(axis=0), bones[:, 3:].max(axis=0)
        if view == "bones":
            return low - margin, high + margin
        trunk = scene.trunk
        reach = np.array(trunk.half) + 4.0
        sides = (trunk.middle[0] - reach[0], trunk.middle[0] + reach[0])
        back = trunk.middle[1] + reach[1]
        if view == "trunk":
            return (
                np.array([sides[0], trunk.middle[1] - reach[1], low[2] - margin]),
                np.array([sides[1], back, high[2] + VIEW_ABOVE_MM]),
            )
        if view != "spine":
            raise InputError(f"{view!r} is not known", where="view", expected="bones, spine or trunk")
        first, last = next(iter(scene.column.bones.values())), scene.column.bones["S1"]
        return (
            np.array([sides[0], -VIEW_FRONT_MM, last.at[2, 3] - VIEW_BELOW_MM]),
            np.array([sides[1], back, first.at[2, 3] + first.body[6] + VIEW_ABOVE_MM]),
        )


def _parts(layers: Iterable[Placed], *, swapped: bool) -> tuple[list[Placed], list[int]]:
    """The solids of bones that are parted, and the part of each; `swapped` changes left and right."""
    swap = {2: 3, 3: 2, 5: 6, 6: 5, 7: 8, 8: 7, 9: 10, 10: 9} if swapped else {}
    bones = [one for one in layers if one.part]
    return bones, [swap.get(one.part, one.part) for one in bones]


def _spacing(voxel_mm: float | Sequence[float]) -> tuple[float, float, float]:
    steps = (voxel_mm,) * 3 if isinstance(voxel_mm, (int, float)) else tuple(voxel_mm)
    if len(steps) != 3 or not all(VOXELS_MM[0] <= step <= VOXELS_MM[1] for step in steps):
        raise InputError(
            "voxel spacing out of range",
            where="voxel",
            value=" x ".join(f"{step:g}" for step in steps),
            expected=f"{VOXELS_MM[0]:g} to {VOXELS_MM[1]:g} mm, one value or three",
        )
    return float(steps[0]), float(steps[1]), float(steps[2])


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return {" ".join(key) if isinstance(key, tuple) else key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value

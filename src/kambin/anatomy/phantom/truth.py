"""What is true of a phantom, from its implicit functions and never from voxels; LPS millimetres."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.geometry import Endplate, KambinTriangle, Root, Sac, VertebraShape
from kambin.anatomy.phantom.bone_truth import bone_values, canal_values, disc_values, pedicle_middle
from kambin.anatomy.phantom.column import Bone
from kambin.anatomy.phantom.frame import Placement
from kambin.anatomy.phantom.opening_truth import foramen_values
from kambin.anatomy.phantom.openings import Opening, sign_of
from kambin.anatomy.phantom.pelvis import crest_top
from kambin.anatomy.phantom.plates import Plate, plate_of
from kambin.anatomy.phantom.scene import Scene
from kambin.anatomy.phantom.soft_truth import herniation_values, sac_values
from kambin.anatomy.phantom.values import TruthValue, volume_of
from kambin.anatomy.phantom.vertebra import structure_of
from kambin.case.words import Side

__all__ = ["PhantomTruth", "plates_of", "triangle_of"]

Floats = NDArray[np.float64]


def triangle_of(opening: Opening) -> tuple[Floats, float, Floats, float]:
    """The bony Kambin triangle in the coronal plane of the lower body's superior endplate.

    Base: the endplate's plane. Upright: through the lateral border of the superior articular process at half
    the disc space's height. Hypotenuse: the exiting root's centre line from under the pedicle's middle to the
    endplate's plane.

    Returns
    -------
    corners : ndarray, shape (3, 2)
        (outwards, cranial) of the right angle, of the top and of the root's end, mm.
    area : float
    centre : ndarray, shape (2,)
        Of the largest circle.
    radius : float
    """
    sign = sign_of(opening.side)
    (x1, _, z1), (x0, _, z0) = opening.plate.local(np.stack([opening.under, opening.crossing]))
    x1, x0 = sign * x1, sign * x0
    slope = (z1 - z0) / (x0 - x1)
    end = x0 + z0 / slope
    base = end - opening.border
    height = base * slope
    radius = (base + height - float(np.hypot(base, height))) / 2
    corners = np.array([[opening.border, 0.0], [opening.border, height], [end, 0.0]])
    return corners, base * height / 2, np.array([opening.border + radius, radius]), float(radius)


# what is true of a scene does not depend on the pose: it is computed once, for all poses and the mirror
@lru_cache(maxsize=4)
def _middles_of(scene: Scene) -> dict[str, tuple[float, Floats]]:
    """Volume (mm³) and middle of every lumbar vertebra."""
    return {name: volume_of(scene.solids(structure_of(name))) for name in tuple(scene.column.bones)[:-1]}


@lru_cache(maxsize=8)
def plates_of(scene: Scene) -> dict[tuple[str, bool], Plate]:
    """(vertebra, superior) → plane of the endplate; of S1 the superior one only."""
    return {
        (name, superior): plate_of(bone, superior=superior)
        for name, bone in scene.column.bones.items()
        for superior in (True, False)
        if superior or name != "S1"
    }


@lru_cache(maxsize=4)
def _values_of(scene: Scene) -> tuple[TruthValue, ...]:
    plates = plates_of(scene)
    found = [
        TruthValue("volume", volume / 1000.0, "mL", name) for name, (volume, _) in _middles_of(scene).items()
    ]
    for group in (bone_values(scene), disc_values(scene, plates), canal_values(scene)):
        found += group
    found += [*foramen_values(scene, plates), *sac_values(scene, plates)]
    found += [*herniation_values(scene, plates), *_triangle_values(scene), *_posture(scene, plates)]
    return tuple(found)


def _triangle_values(scene: Scene) -> Iterator[TruthValue]:
    for (level, side), opening in scene.openings.items():
        _, area, _, radius = triangle_of(opening)
        yield TruthValue("triangle_area", area, "mm2", level, side)
        yield TruthValue("triangle_circle", 2 * radius, "mm", level, side)


def _posture(scene: Scene, plates: Mapping[tuple[str, bool], Plate]) -> Iterator[TruthValue]:
    first, lowest = next(iter(scene.column.bones)), tuple(scene.column.bones)[-2]
    tilts = [
        float(np.arctan2(plate.normal @ scene.axis[1], plate.normal @ scene.axis[2]))
        for plate in (plates[first, True], plates["S1", True])
    ]
    yield TruthValue("lordosis", float(np.degrees(tilts[0] - tilts[1])), "deg")
    for side, height in scene.crest.items():
        yield TruthValue("crest_above_l45", height, "mm", scene.reference, side)
        top = crest_top(side, height, scene.axis)
        above = float((top - pedicle_middle(scene, lowest, side)) @ scene.axis[2])
        yield TruthValue("crest_above_l5_pedicle", above, "mm", lowest, side)


@dataclass(frozen=True, eq=False)
class PhantomTruth:
    """The exact measurements of one placed phantom; groups are computed when they are first asked for.

    Attributes
    ----------
    scene : Scene
    place : Placement
    """

    scene: Scene
    place: Placement

    # ------------------------------------------------------------------------------ points

    @cached_property
    def volumes_ml(self) -> Mapping[str, float]:
        """Lumbar vertebra → volume."""
        return {name: volume / 1000.0 for name, (volume, _) in _middles_of(self.scene).items()}

    @cached_property
    def centres_lps(self) -> Mapping[str, Floats]:
        """Lumbar vertebra → middle of the whole bone."""
        return {name: self.place.points(middle) for name, (_, middle) in _middles_of(self.scene).items()}

    @cached_property
    def body_centres_lps(self) -> Mapping[str, Floats]:
        """Vertebra → middle of its body."""
        return {name: self.place.points(middle) for name, middle in self.scene.body_centres.items()}

    @cached_property
    def disc_centres_lps(self) -> Mapping[str, Floats]:
        """Level → middle of the space between the bodies."""
        return {level: self.place.points(middle) for level, middle in self.scene.disc_centres.items()}

    @cached_property
    def axis_lps(self) -> Floats:
        """The lumbar axis, towards the head."""
        return self.place.direction(self.scene.axis[2])

    @cached_property
    def crest_mm(self) -> Mapping[Side, float]:
        """Side → height of the crest's top above the L4-L5 disc along the lumbar axis."""
        return {self.place.side(side): height for side, height in self.scene.crest.items()}

    @cached_property
    def crest_tops_lps(self) -> Mapping[Side, Floats]:
        """Side → the crest's top."""
        return {
            self.place.side(side): self.place.points(crest_top(side, height, self.scene.axis))
            for side, height in self.scene.crest.items()
        }

    # ------------------------------------------------------------------------------ shapes

    @property
    def _plates(self) -> Mapping[tuple[str, bool], Plate]:
        return plates_of(self.scene)

    def _endplate(self, bone: Bone, superior: bool) -> Endplate | None:
        plate = self._plates.get((bone.name, superior))
        if plate is None:
            return None
        centre, normal = self.place.plate(plate)
        return Endplate(centre, normal, plate.residual, plate.depth, plate.width)

    @cached_property
    def shapes(self) -> Mapping[str, VertebraShape]:
        """Vertebra → frame, middle of the body, endplates."""
        found = {}
        for name, bone in self.scene.column.bones.items():
            found[name] = VertebraShape(
                name=name,
                frame=self.place.frame(bone.at[:3, :3].T),
                origin_lps=self.body_centres_lps[name],
                superior=self._endplate(bone, True),
                inferior=self._endplate(bone, False),
            )
        return found

    @cached_property
    def triangles(self) -> Mapping[tuple[str, Side], KambinTriangle]:
        """(level, side) → the bony Kambin triangle, see `triangle_of`."""
        found = {}
        for (level, side), opening in self.scene.openings.items():
            corners, area, centre, radius = triangle_of(opening)
            sign = sign_of(side)
            depth = opening.plate.local(opening.under)[1]

            def lps(
                flat: Floats, opening: Opening = opening, sign: float = sign, depth: float = depth
            ) -> Floats:
                """Points (outwards, cranial) of the triangle's plane as LPS."""
                spread = np.column_stack([sign * flat[:, 0], np.full(len(flat), depth), flat[:, 1]])
                return self.place.points(opening.plate.model(spread))

            found[level, self.place.side(side)] = KambinTriangle(
                lps(corners), float(area), lps(centre[None])[0], radius
            )
        return found

    # ------------------------------------------------------------------------------ nerves

    @cached_property
    def roots(self) -> tuple[Root, ...]:
        """Every root as a tube; its points from the sac outwards."""
        levels = self.scene.column.levels
        names = tuple(self.scene.column.bones)
        found = []
        for nerve in self.scene.nerves:
            index = names.index(nerve.name)
            points = self.place.points(nerve.points)
            found.append(
                Root(
                    name=nerve.name,
                    side=self.place.side(nerve.side),
                    exits_at=levels[index] if index < len(levels) else "S1-S2",
                    points_lps=points,
                    radius_mm=nerve.radii.copy(),
                    covariance_mm2=np.zeros((len(points), 3, 3)),
                    how="given",
                    region=None,
                )
            )
        return tuple(found)

    def root(self, name: str, side: Side) -> Root:
        """One root."""
        return next(root for root in self.roots if root.name == name and root.side is side)

    @cached_property
    def sac(self) -> Sac:
        """The dural sac; sections are horizontal in the phantom's frame, not across its line."""
        tube = self.scene.sac
        points = np.column_stack([tube.middle, tube.z])
        upright = self.place.frame(np.eye(3))
        return Sac(
            points_lps=self.place.points(points),
            frames=np.broadcast_to(upright, (len(points), 3, 3)).copy(),
            half_width_mm=tube.half[:, 0].copy(),
            half_depth_mm=tube.half[:, 1].copy(),
            sd_mm=np.zeros(len(points)),
            how="given",
            region=None,
        )

    # ------------------------------------------------------------------------------ values

    @cached_property
    def measurements(self) -> tuple[TruthValue, ...]:
        """Every true measurement, in the words of `measurements.yaml`."""
        found = _values_of(self.scene)
        return tuple(one.mirrored() for one in found) if self.place.reflected else found

    def value(self, name: str, level: str | None = None, side: str | None = None) -> float:
        """One true measurement; KeyError where there is none of that name there."""
        for one in self.measurements:
            if (one.name, one.level, one.side) == (name, level, side):
                return one.value
        raise KeyError((name, level, side))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values for `truth.json`."""
        return {
            "measurements": [
                {"name": m.name, "level": m.level, "side": m.side, "value": round(m.value, 6), "unit": m.unit}
                for m in self.measurements
            ],
            "lumbar_axis_lps": frames.as_point(self.axis_lps),
            "disc_centres_lps": {k: frames.as_point(v) for k, v in self.disc_centres_lps.items()},
            "vertebrae": {name: _shape(shape) for name, shape in self.shapes.items()},
            "roots": [_root(root) for root in self.roots],
            "sac": {
                "points_lps": self.sac.points_lps.round(6).tolist(),
                "half_width_mm": self.sac.half_width_mm.round(6).tolist(),
                "half_depth_mm": self.sac.half_depth_mm.round(6).tolist(),
            },
            "triangles": [
                {
                    "level": level,
                    "side": side,
                    "corners_lps": t.corners_lps.round(6).tolist(),
                    "circle_centre_lps": t.circle_centre_lps.round(6).tolist(),
                    "circle_radius_mm": round(t.circle_radius_mm, 6),
                }
                for (level, side), t in self.triangles.items()
            ],
        }


def _shape(shape: VertebraShape) -> dict[str, Any]:
    found: dict[str, Any] = {
        "frame": shape.frame.round(9).tolist(),
        "origin_lps": shape.origin_lps.round(6).tolist(),
    }
    for name in ("superior", "inferior"):
        plate: Endplate | None = getattr(shape, name)
        if plate is not None:
            found[name] = {
                "centre_lps": plate.centre_lps.round(6).tolist(),
                "normal_lps": plate.normal_lps.round(9).tolist(),
                "depth_mm": round(plate.depth_mm, 6),
                "width_mm": round(plate.width_mm, 6),
            }
    return found


def _root(root: Root) -> dict[str, Any]:
    return {
        "name": root.name,
        "side": root.side,
        "exits_at": root.exits_at,
        "points_lps": root.points_lps.round(6).tolist(),
        "radius_mm": root.radius_mm.round(6).tolist(),
    }

"""What the pictures of one patient are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.geometry import SpineModel
from kambin.anatomy.model import Spine
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.volume import Volume
from kambin.errors import InputError

__all__ = ["Scene", "drawn_as_tubes", "scene_of"]

Floats = NDArray[np.float64]

# half a vertebral body: where the name of the sacrum's first body stands, of which only the top has a plane
BELOW_PLATE_MM = 13.0


@dataclass(frozen=True)
class Scene:
    """A measured spine with the voxels that it was measured on.

    Attributes
    ----------
    spine : Spine
    labels : LabelMap
    image : Volume or None
        CT or MR on its own grid.
    """

    spine: Spine
    labels: LabelMap
    image: Volume | None

    @property
    def model(self) -> SpineModel | None:
        """The geometry behind the numbers, where there is one."""
        return self.spine.model

    @cached_property
    def axis(self) -> Floats:
        """Unit vector towards the head: the lumbar axis, else from the lowest to the highest vertebra."""
        if self.spine.lumbar_axis_lps is not None:
            return np.array(self.spine.lumbar_axis_lps)
        centres = self._centres()
        if len(centres) > 1:
            return frames.unit(centres[0] - centres[-1])
        return np.array([0.0, 0.0, 1.0])

    @cached_property
    def frame(self) -> Floats:
        """Rows left, posterior, cranial of the whole lumbar spine, shape (3, 3)."""
        back = [
            np.array(bone.centre_lps) - np.array(bone.body_centre_lps)
            for bone in self.spine.vertebrae.values()
            if bone.body_centre_lps is not None
        ]
        posterior = np.mean(back, axis=0) if back else np.array([0.0, 1.0, 0.0])
        return frames.spine_frame(self.axis, posterior)

    def _centres(self) -> list[Floats]:
        return [
            np.array(bone.body_centre_lps if bone.body_centre_lps is not None else bone.centre_lps)
            for bone in self.spine.vertebrae.values()
        ]

    @cached_property
    def column_lps(self) -> Floats:
        """Middles of bodies and discs from the head down, shape (n, 3)."""
        points = [np.array(space.centre_lps) for space in self.spine.interspaces.values()]
        points += [
            np.array(bone.body_centre_lps)
            for bone in self.spine.vertebrae.values()
            if bone.body_centre_lps is not None
        ]
        found = np.array(points if points else self._centres())
        order = np.argsort(-(found @ self.axis), kind="stable")
        return np.asarray(found[order], dtype=np.float64)

    def body_lps(self, vertebra: str) -> Floats | None:
        """Middle of the body of a vertebra; of the sacrum, of its first body."""
        model = self.model
        if model is not None and vertebra in model.shapes:
            shape = model.shapes[vertebra]
            if shape.superior is not None and shape.inferior is None:
                below: Floats = shape.superior.centre_lps - BELOW_PLATE_MM * shape.frame[2]
                return below
            return shape.origin_lps
        bone = self.spine.vertebrae.get(vertebra)
        if bone is None or bone.body_centre_lps is None:
            return None
        return np.array(bone.body_centre_lps)

    def disc_lps(self, level: str) -> tuple[Floats, Floats] | None:
        """Middle and frame (rows left, posterior, cranial) of a disc."""
        model = self.model
        if model is not None and level in model.discs:
            disc = model.discs[level]
            return disc.centre_lps, disc.frame
        space = self.spine.interspaces.get(level)
        if space is None:
            return None
        return np.array(space.centre_lps), frames.spine_frame(np.array(space.normal_lps), self.frame[1])

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels of the discs that were found, from the head down."""
        return tuple(self.spine.interspaces)


def scene_of(spine: Spine, labels: LabelMap | None = None, image: Volume | None = None) -> Scene:
    """Join a measured spine with its voxels.

    Parameters
    ----------
    spine : Spine
    labels : LabelMap, optional
        Needed where the spine does not hold its label map.
    image : Volume, optional
        Else the one that the spine holds.

    Returns
    -------
    Scene

    Raises
    ------
    InputError
        There is no label map.
    """
    model = spine.model
    voxels = labels if labels is not None else (None if model is None else model.labels)
    if voxels is None:
        raise InputError(
            "pictures need the label map, and this measured spine does not hold one",
            expected="a spine that was read from a file in this run",
        )
    return Scene(spine, voxels, image if image is not None else (None if model is None else model.image))


def drawn_as_tubes(scene: Scene) -> tuple[str, ...]:
    """Classes of the map that are left out, because the model's tubes stand for them."""
    model = scene.model
    if model is None:
        return ()
    nerves = ("root",) if model.roots else ()
    if model.sac is None:
        return nerves
    return (*nerves, "canal") if model.sac.how == "given" else (*nerves, "canal", "sac")

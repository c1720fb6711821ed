"""From the model to the patient: pose, mirror image, names of sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.plates import Plate
from kambin.case.words import Side

__all__ = ["Placement", "swapped"]

Floats = NDArray[np.float64]
MIRROR: Floats = np.diag([-1.0, 1.0, 1.0, 1.0])
MIRROR.setflags(write=False)


def swapped(name: str) -> str:
    """A structure's name with left and right exchanged."""
    if "_left" in name:
        return name.replace("_left", "_right")
    return name.replace("_right", "_left")


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where the model lies in the scanner, and whether it is seen in a mirror.

    Attributes
    ----------
    lps_from_phantom : ndarray, shape (4, 4)
        The patient's pose; a rigid motion.
    reflected : bool
    """

    lps_from_phantom: Floats
    reflected: bool

    @property
    def lps_from_model(self) -> Floats:
        """The transform of all points, shape (4, 4)."""
        return self.lps_from_phantom @ MIRROR if self.reflected else self.lps_from_phantom

    def points(self, places: Floats) -> Floats:
        """Points of the model, shape (..., 3), as LPS."""
        return frames.apply(self.lps_from_model, places)

    def direction(self, vector: Floats) -> Floats:
        """A direction of the model in LPS."""
        turned: Floats = self.lps_from_model[:3, :3] @ vector
        return turned

    def frame(self, rows: Floats) -> Floats:
        """A frame of the model with the rows left, posterior, cranial, right-handed in LPS again."""
        return frames.spine_frame(self.direction(rows[2]), self.direction(rows[1]))

    def side(self, side: Side) -> Side:
        """The patient's side of a side of the model."""
        return side.opposite if self.reflected else side

    def name(self, structure: str) -> str:
        """The patient's name of a structure of the model."""
        return swapped(structure) if self.reflected else structure

    def plate(self, plate: Plate) -> tuple[Floats, Floats]:
        """Centre and normal of an endplate in LPS."""
        return self.points(plate.centre), self.direction(plate.normal)

"""Kernels that only pictures need, compiled or loaded before the first picture asks for them.

On a fresh machine they take as long to compile as all pictures to draw. The second process does it while the
first one compiles its own. Each is called once through the function that draws with it, on next to nothing,
so that it is compiled for the arrays that it will meet.
"""

from __future__ import annotations

import numpy as np

from kambin.access.carm import c_arm, radiograph
from kambin.access.carm_kernels import shell_values
from kambin.access.endoscope import Cube, Endoscope, endoscope_view
from kambin.anatomy.volume import Volume
from kambin.report.pictures.planes import Plane, look_labels
from kambin.report.pictures.tubes import tube_field

__all__ = ["prepare"]

LEFT, BACK, HEAD = np.eye(3)


def prepare() -> None:
    """Make the kernels of slices, C-arm and endoscope ready."""
    labels = Volume(np.zeros((4, 4, 4), dtype=np.uint8, order="F"), np.eye(4))
    plane = Plane(np.full(3, 2.0), LEFT, BACK, 2.0, 2.0, 1.0)
    look_labels(labels, plane)
    tube_field(plane, np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 2.0]]), np.ones(2))
    values = np.zeros(256, dtype=np.int16)
    exposed = np.zeros((4, 4, 4), dtype=np.int16)
    shell_values(np.zeros((4, 4, 4), dtype=np.uint8), values, values, 0, exposed)
    radiograph(Volume(exposed.T, np.eye(4)), c_arm(np.full(3, 2.0), np.eye(3), "ap", pixels=2))
    endoscope_view(Cube(np.zeros(3), half_mm=2.0), Endoscope(np.zeros(3), -HEAD, BACK, BACK), pixels=2)

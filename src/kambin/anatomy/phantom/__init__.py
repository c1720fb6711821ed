"""A parametric lumbar spine whose measurements are known exactly.

`Phantom` draws a patient from published means and spreads, with whatever pathology is asked for; its `scan`
is a label map, and its `truth` comes from the implicit functions of its solids, never from voxels. It is the
oracle of this room and of the next, and the bundled demonstration.
"""

from __future__ import annotations

from kambin.anatomy.phantom.knobs import Herniation, Knobs
from kambin.anatomy.phantom.model import Phantom, PhantomScan
from kambin.anatomy.phantom.truth import PhantomTruth
from kambin.anatomy.phantom.values import TruthValue
from kambin.anatomy.phantom.writing import write_labels, write_scan

__all__ = [
    "Herniation",
    "Knobs",
    "Phantom",
    "PhantomScan",
    "PhantomTruth",
    "TruthValue",
    "write_labels",
    "write_scan",
]

"""The lumbar axis: which way "above" points when a crest is said to be above a disc.

On a lateral film the height of the crest is read along the film, with the patient straight and the two crests
one over the other. The crest's top lies about 95 mm beside the L4-L5 disc and 30 to 45 mm behind it, so a
direction that is off by one degree moves the height by 1.7 mm on each side in opposite senses (coronal), or
by 0.5 to 0.8 mm on both sides alike (sagittal). Three directions suggest themselves:

* *the scanner's axis*: right for a patient who lies straight; one who lies 5 degrees askew, which nobody
  notices, gets one crest 8 mm too high and the other 8 mm too low;
* *the normal of the L4-L5 disc*: belongs to the patient, but leans 10 to 20 degrees forward with the lordosis
  and reads 5 to 8 mm less than the film;
* *the lumbar axis*: the straight line that best fits the bodies of L1 to L5 and the L5-S1 disc. It belongs to
  the patient; the lordosis, which leaves the line and returns to it, averages out; and six points over 170 mm
  fix its coronal direction to half a degree. On the three real maps it lies 0.1 to 2.1 degrees from the
  scanner's axis in the sagittal plane.

The lumbar axis is used, for both sides alike. The uncertainty of its direction comes from the scatter of the
points about the line (coronal), and from how much of the lordosis is in the field of view (sagittal).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames

__all__ = ["LumbarAxis", "fit_axis"]

Floats = NDArray[np.float64]

# Uppermost body on the line → standard deviation of its sagittal direction, degrees: the root mean square
# change on three real maps when upper vertebrae are left out (4 and 9 degrees), beside 2.5 for the whole line
# (tests/anatomy/test_real_maps.py). Below L3 too little of the lordosis is left.
SAGITTAL_SD_DEG: Mapping[str, float] = {"L1": 2.5, "L2": 5.0, "L3": 9.5}


@dataclass(frozen=True, slots=True, eq=False)
class LumbarAxis:
    """A direction, and how sure it is.

    Attributes
    ----------
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial in LPS; cranial is the lumbar axis.
    coronal_sd_rad, sagittal_sd_rad : float
        Standard deviation of the axis' direction, radians.
    structures : tuple of str
        What the line goes through.
    """

    frame: Floats
    coronal_sd_rad: float
    sagittal_sd_rad: float
    structures: tuple[str, ...]

    @property
    def cranial(self) -> Floats:
        """The axis, towards the head; unit vector, shape (3,)."""
        direction: Floats = self.frame[2]
        return direction


def fit_axis(
    points_lps: Mapping[str, Floats], cranial: Floats, back: Floats, voxel_mm: float
) -> LumbarAxis | None:
    """Fit the lumbar axis.

    Parameters
    ----------
    points_lps : mapping
        Name → point: the bodies of L1 to L5 that are whole, and the L5-S1 disc.
    cranial, back : ndarray, shape (3,)
        Rough directions, for the sign.
    voxel_mm : float
        Largest voxel spacing; no point is surer than half of it.

    Returns
    -------
    LumbarAxis or None
        None where the line would not reach up to L3, or not down to the L5-S1 disc.
    """
    upper = next(iter(points_lps), "")
    if upper not in SAGITTAL_SD_DEG or "L5-S1" not in points_lps:
        return None
    places = np.array(list(points_lps.values()))
    centred = places - places.mean(axis=0)
    direction: Floats = np.linalg.svd(centred)[2][0]
    direction = direction * np.sign(direction @ cranial)
    frame = frames.spine_frame(direction, back)
    along, aside = centred @ frame[2], centred @ frame[0]
    scatter = float(np.sqrt((aside**2).sum() / max(len(places) - 2, 1)))
    coronal = max(scatter, voxel_mm / 2) / float(np.sqrt((along**2).sum()))
    return LumbarAxis(frame, coronal, float(np.radians(SAGITTAL_SD_DEG[upper])), tuple(points_lps))

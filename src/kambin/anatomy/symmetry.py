"""The plane of symmetry of a bone that has no parallel sides to halve: the sacrum.

The bone is compared with its own mirror image, for planes turned about the cranial axis and shifted sideways;
the plane at which the two differ least is the plane of symmetry.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.fields import Field, patch_of

__all__ = ["mirror_turn", "turned"]

Floats = NDArray[np.float64]

# Turns that are tried, degrees: a first row about zero, then finer rows about the best so far.
FIRST_DEG, STEPS_DEG = 20.0, (4.0, 1.0, 0.5)
STEP_MM = 1.5
# Shifts that are tried, in half samples to each side.
SHIFTS = 8


def mirror_turn(field: Field, origin: Floats, frame: Floats, low: Floats, high: Floats) -> float:
    """How far a frame has to be turned about its cranial axis to look along the plane of symmetry.

    Parameters
    ----------
    field : Field
    origin : ndarray, shape (3,)
        Near the plane of symmetry, LPS mm.
    frame : ndarray, shape (3, 3)
    low, high : ndarray, shape (3,)
        What of the bone is compared; symmetric along left.

    Returns
    -------
    float
        Radians; positive turns left towards posterior.
    """
    best, reach = 0.0, FIRST_DEG
    costs: dict[float, float] = {}
    for step in STEPS_DEG:
        tried = best + np.arange(-reach, reach + step / 2, step)
        for angle in tried:
            if angle not in costs:
                costs[float(angle)] = _difference(field, origin, turned(frame, float(angle)), low, high)
        best = min(costs, key=lambda angle: (costs[angle], abs(angle)))
        reach = step
    step = STEPS_DEG[-1]
    around = [costs.get(best + way * step) for way in (-1, 0, 1)]
    if all(cost is not None for cost in around):
        before, at, after = (float(cost or 0.0) for cost in around)
        bend = before - 2 * at + after
        if bend > 0:
            best += step * 0.5 * (before - after) / bend
    return float(np.radians(best))


def turned(frame: Floats, angle_deg: float) -> Floats:
    """A frame turned about its cranial axis; left moves towards posterior."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.stack([c * frame[0] + s * frame[1], c * frame[1] - s * frame[0], frame[2]])


def _difference(field: Field, origin: Floats, frame: Floats, low: Floats, high: Floats) -> float:
    values = patch_of(field, origin, frame, low.tolist(), high.tolist(), STEP_MM).values
    length = values.shape[0]
    found = []
    for shift in range(-SHIFTS, SHIFTS + 1):
        # rows first..last and their mirror images about the middle of the range
        part = values[max(shift, 0) : length + min(shift, 0)]
        found.append(float(np.abs(part - part[::-1]).sum()) / len(part))
    return min(found)

"""How far the hand may err, and how often a nerve would be touched.

The distance to a structure changes by no more than the cannula moves: the smallest gap is the shift that is
allowed in every direction. For a tilt about the entry the gap at each place is divided by its distance from
the entry. The probability is counted over evenly spread draws of the published execution error, with each
derived nerve drawn about its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.catalogue import setting
from kambin.access.local import Local
from kambin.access.model import Tolerance

__all__ = ["Near", "execution_sd_mm", "spread_normal", "tolerance_of"]

Floats: TypeAlias = NDArray[np.float64]
# Samples along the axis, mm.
STEP_MM = 0.5
# The same draws for every patient, so that equal patients have equal tolerances.
SEED = 20
# No nerve of one access lies farther from the tip than this along the axis.
NEAR_MM = 80.0


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """A nerve as tolerance sees it.

    Attributes
    ----------
    distance : callable
        LPS points of shape (..., 3) → distance to its surface, mm.
    sd_mm : float
        Standard deviation of its place.
    """

    distance: Callable[[Floats], Floats]
    sd_mm: float


def execution_sd_mm() -> Floats:
    """Standard deviations of the published execution error: outwards, posterior, cranial, mm.

    The AP picture shows outwards and cranial, taken as equal; the lateral one shows posterior and cranial.
    """
    ap, lateral = (setting(f"execution_{view}_mm").value for view in ("ap", "lateral"))
    square_ap, square_lateral = (view["mean"] ** 2 + view["sd"] ** 2 for view in (ap, lateral))
    shared = square_ap / 2
    return np.sqrt(np.array([shared, max(square_lateral - shared, shared), shared], dtype=np.float64))


def spread_normal(count: int, columns: int) -> Floats:
    """Evenly spread draws of independent standard normals, shape (count, columns); always the same.

    A Latin hypercube: in every column each of `count` equally likely steps occurs once.
    """
    from scipy.special import ndtri

    order = np.random.default_rng(SEED)
    steps = np.stack([order.permutation(count) for _ in range(columns)], axis=1)
    drawn: Floats = ndtri((steps + 0.5) / count)
    return drawn


def tolerance_of(
    tip_lps: Floats, entry_lps: Floats, radius_mm: float, nerves: Sequence[Near], local: Local
) -> Tolerance:
    """Tolerance of one corridor.

    Parameters
    ----------
    tip_lps, entry_lps : ndarray, shape (3,)
    radius_mm : float
        Of the cannula.
    nerves : sequence of Near
        At least one.
    local : Local

    Returns
    -------
    Tolerance
    """
    length = float(np.linalg.norm(entry_lps - tip_lps))
    along = np.arange(0.0, min(length, NEAR_MM), STEP_MM)
    axis = tip_lps + along[:, None] * (entry_lps - tip_lps) / length
    gaps = np.stack([nerve.distance(axis) for nerve in nerves]).min(axis=0) - radius_mm
    shift = float(max(gaps.min(), 0.0))
    tilt = float(np.degrees(np.arctan(np.maximum(gaps, 0.0) / (length - along)).min()))
    draws = spread_normal(int(setting("execution_draws").value), 3 + len(nerves))
    moved = (draws[:, :3] * execution_sd_mm()) @ local.axes
    touched = np.zeros(len(draws), dtype=np.bool_)
    places = axis[None, ::2, :] + moved[:, None, :]
    for column, nerve in enumerate(nerves):
        gap = nerve.distance(places).min(axis=1) - radius_mm
        touched |= gap < nerve.sd_mm * draws[:, 3 + column]
    source = str(setting("execution_ap_mm").ref)
    return Tolerance(shift, tilt, float(touched.mean()), source)

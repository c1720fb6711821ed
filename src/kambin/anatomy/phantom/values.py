"""One true value, and how volumes are integrated."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.phantom.solids import Placed, rows_of
from kambin.case.words import Side

__all__ = ["TruthValue", "volume_of"]

Floats = NDArray[np.float64]
# distance of the lines of integration: a hundredth of the solid's size, within these limits
STEPS, STEP_LIMITS_MM = 100.0, (0.3, 0.8)


@dataclass(frozen=True, slots=True)
class TruthValue:
    """One true measurement, named as in `measurements.yaml`.

    Attributes
    ----------
    name : str
    value : float
    unit : str
    level : str or None
        Vertebra or disc.
    side : str or None
    """

    name: str
    value: float
    unit: str
    level: str | None = None
    side: Side | None = None

    def mirrored(self) -> TruthValue:
        """The same value on the other side."""
        return self if self.side is None else replace(self, side=self.side.opposite)


def volume_of(solids: list[Placed], minus: list[Placed] | None = None) -> tuple[float, Floats]:
    """Volume of a union, mm³, and its middle, shape (3,), in the model's frame."""
    from kambin.anatomy.phantom.kernels import moments

    rows, bounds = rows_of(solids)
    taken, _ = rows_of(minus or [])
    low, high = bounds[:, :3].min(axis=0), bounds[:, 3:].max(axis=0)
    step = float(np.clip(np.prod(high - low) ** (1 / 3) / STEPS, *STEP_LIMITS_MM))
    volume, *first = moments(rows, taken, low, high, step)
    return float(volume), np.asarray(first, dtype=np.float64) / volume

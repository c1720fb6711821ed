"""Every number of the spine as a `Measurement`: with unit, method, uncertainty, and what was used.

What could not be measured is listed too, with None for its value and the reason for its method. Units come
from `measurements.yaml`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from kambin.anatomy.model import Measurement

__all__ = ["Book", "definitions", "length_uncertainty"]

# Lengths between two sub-voxel surfaces: half a voxel for both together, and what the surface is unsure of
# however fine the voxels are.
VOXEL_SHARE = 0.5
SURFACE_MM = 0.3


@cache
def definitions() -> dict[str, dict[str, str]]:
    """Name of each measurement → its unit, what it belongs to, and its definition."""
    from kambin.files import load_yaml

    return {
        item["name"]: dict(item)
        for item in load_yaml(resources.files("kambin.anatomy").joinpath("measurements.yaml"))
    }


def length_uncertainty(voxel_mm: float, ends: int = 2) -> float:
    """Half width of the 95 % interval of a length between sub-voxel surfaces, mm.

    Parameters
    ----------
    voxel_mm : float
        Largest voxel spacing.
    ends : int
        Number of surfaces between which was measured; a mean over several lengths has more.
    """
    return float(np.hypot(VOXEL_SHARE * voxel_mm, SURFACE_MM)) * float(np.sqrt(2.0 / ends))


@dataclass(slots=True, eq=False)
class Book:
    """The measurements while they are written down.

    Attributes
    ----------
    rows : list of Measurement
    missing : list of str
        What could not be measured: name, level and side.
    reasons : dict
        Why → what was not measured for that reason.
    """

    rows: list[Measurement] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    reasons: dict[str, list[str]] = field(default_factory=dict)

    def add(
        self,
        name: str,
        value: float | bool | None,
        method: str,
        uncertainty: float | None,
        structures: Sequence[str],
        **where: Any,
    ) -> None:
        """Write a value down; `where` is `level` and `side`."""
        unit = definitions()[name]["unit"]
        number = value if isinstance(value, bool) or value is None else float(value)
        rounded = None if uncertainty is None or value is None else float(uncertainty)
        self.rows.append(Measurement(name, number, unit, method, rounded, tuple(structures), **where))

    def lack(self, name: str, why: str, **where: Any) -> None:
        """Write down that a value could not be measured, and why."""
        self.add(name, None, f"not measured: {why}", None, (), **where)
        what = " ".join(str(part) for part in (name, where.get("level"), where.get("side")) if part)
        self.missing.append(what)
        self.reasons.setdefault(why, []).append(what)

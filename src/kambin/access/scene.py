"""What is planned in: obstacles with their fields, skin, pose error, and where tip and direction may lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.access.fields import union
from kambin.access.grid import Field, Roi
from kambin.case.words import Side
from kambin.errors import InputError

__all__ = ["Cone", "Obstacle", "Patch", "PoseError", "Removable", "Scene", "fused"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Obstacle:
    """A structure that the corridor keeps away from.

    Attributes
    ----------
    name : str
        As it is told: ``exiting root L4``, ``iliac bone`` …
    kind : str
        ``nerve`` is maximised (its smallest clearance is the objective); every other kind (``bone``,
        ``viscera``, ``vessel``, ``rib`` …) is a limit that has to be kept.
    side : Side or None
    field : Field
    demanded_mm : float
        Clearance that is demanded from the wall of the cannula.
    sd_mm : float
        Standard deviation of the structure's position; the objective counts clearance in it.
    how : str
        ``given``, ``separated`` or ``derived``.
    robust : bool
        Whether the pose error of the scene is taken off its clearance.
    """

    name: str
    kind: str
    side: Side | None
    field: Field
    demanded_mm: float = 0.0
    sd_mm: float = 1.0
    how: str = "given"
    robust: bool = True

    def __post_init__(self) -> None:
        if not self.sd_mm > 0:
            raise InputError(f"{self.name}: the standard deviation of its position is {self.sd_mm} mm")

    @property
    def is_objective(self) -> bool:
        """Whether its clearance is maximised and not only kept."""
        return self.kind == "nerve"


@dataclass(frozen=True, slots=True, eq=False)
class Removable:
    """Bone that a reamer may take, up to a share: the superior articular process.

    Attributes
    ----------
    name : str
    side : Side or None
    points_lps : ndarray, shape (n, 3)
    volumes_mm3 : ndarray, shape (n,)
        What each point stands for; see `surfaces.coverage`.
    edge_mm : float
        Edge of the voxels: the cylinder's wall counts them in and out over this width.
    budget : float
        Share that may go, 0 to 1; at 1 anything.
    """

    name: str
    side: Side | None
    points_lps: Floats
    volumes_mm3: Floats
    edge_mm: float
    budget: float = 1.0


@dataclass(frozen=True, slots=True)
class PoseError:
    """Worst error of the pose that a robust clearance survives.

    Attributes
    ----------
    tau_mm : float
        Shift, any direction.
    theta_deg : float
        Tilt about the point at `pivot_mm` on the axis.
    pivot_mm : float
        From the tip.
    """

    tau_mm: float = 0.0
    theta_deg: float = 0.0
    pivot_mm: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that a corridor is judged by, but for its own size.

    Attributes
    ----------
    roi : Roi
        A ray ends at its edge where no skin is met before: beyond nothing is known.
    obstacles : tuple of Obstacle
    skin : Field or None
        Negative inside the body.
    pose : PoseError
    removable : tuple of Removable
    """

    roi: Roi
    obstacles: tuple[Obstacle, ...]
    skin: Field | None = None
    pose: PoseError = PoseError()
    removable: tuple[Removable, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Where the tip may stand: all ``centre + Σ x·half_axis`` with every x from −1 to 1.

    Attributes
    ----------
    centre_lps : ndarray, shape (3,)
    half_axes_lps : ndarray, shape (m, 3)
        None for a point, two for a parallelogram, three for a box.
    """

    centre_lps: Floats
    half_axes_lps: Floats

    def axes(self) -> Floats:
        """Three half axes, the missing ones zero, shape (3, 3)."""
        found = np.zeros((3, 3))
        given = np.asarray(self.half_axes_lps, dtype=np.float64).reshape(-1, 3)
        found[: len(given)] = given
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Cone:
    """Allowed directions from tip to entry, as two angles.

    Attributes
    ----------
    frame : ndarray, shape (3, 3)
        Rows outwards (away from the midline on the side of the approach), posterior, cranial.
    axial_deg : tuple of float
        From straight back (0) outwards (90), least and most.
    cranial_deg : tuple of float
        Out of that plane, towards the head positive, least and most.
    """

    frame: Floats
    axial_deg: tuple[float, float]
    cranial_deg: tuple[float, float]

    def direction(self, axial_deg: float, cranial_deg: float) -> Floats:
        """Unit vector of two angles, LPS."""
        axial, tilt = np.radians(axial_deg), np.radians(cranial_deg)
        parts = np.array(
            [np.sin(axial) * np.cos(tilt), np.cos(axial) * np.cos(tilt), np.sin(tilt)], dtype=np.float64
        )
        turned: Floats = parts @ np.asarray(self.frame, dtype=np.float64)
        return turned

    def angles_deg(self, direction_lps: Floats) -> tuple[float, float]:
        """Axial and cranial angle of a unit vector."""
        out, back, up = np.asarray(self.frame, dtype=np.float64) @ direction_lps
        return float(np.degrees(np.arctan2(out, back))), float(np.degrees(np.arcsin(np.clip(up, -1, 1))))


def fused(
    obstacles: Sequence[Obstacle],
    roi: Roi,
    radius_mm: float,
    *,
    spacing_mm: float,
    pose: PoseError | None = None,
) -> Field:
    """One margin field: what is left of the nearest obstacle's room around the axis of a cannula, mm.

    Negative where the wall would touch or the demand be broken. For checks of feasibility that need no tilt.
    """
    shift = 0.0 if pose is None else pose.tau_mm
    shifts = [radius_mm + one.demanded_mm + (shift if one.robust else 0.0) for one in obstacles]
    return union([one.field for one in obstacles], roi, spacing_mm=spacing_mm, shift_mm=shifts)

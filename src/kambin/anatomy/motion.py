"""Motion between two scans of one patient: how each vertebra moved against the one below.

Each vertebra of the second scan is laid on its twin in the first by its surface (a rigid motion, found from
the frames and refined by closest points), so that what is compared is bone with bone and not frame with
frame. The motion of a segment is that of its upper vertebra seen from its lower one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.geometry import SpineModel
from kambin.anatomy.masks import region_of_mask
from kambin.anatomy.model import Caution, Spine
from kambin.anatomy.nerve_numbers import numbers
from kambin.anatomy.numbering import LUMBAR
from kambin.anatomy.surfaces import surface_points
from kambin.errors import InputError

__all__ = [
    "Motion",
    "SegmentMotion",
    "Threshold",
    "compare_models",
    "compare_spines",
    "instability_thresholds",
]

Floats = NDArray[np.float64]

# Points of a surface that are laid on the other; more adds nothing to a rigid motion.
POINTS = 3000
ROUNDS, POINT_ROUNDS = 40, 8
NEIGHBOURS = 12
SETTLED_MM = 1e-4
# Share of the pairs that counts: the rest lies at the edge of one of the fields of view.
KEPT_SHARE = 0.9
# A bone whose surface differs from its twin's by more than this many voxels was segmented differently.
MAX_RESIDUAL_VOXELS = 1.5
# Vertebrae of one patient do not change their size; of two patients they nearly always do.
MAX_VOLUME_RATIO = 1.15


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold of instability, a convention of the literature and not a validated test.

    Attributes
    ----------
    name : str
    value : float
    unit : str
    evidence, ref : str
    """

    name: str
    value: float
    unit: str
    evidence: str
    ref: str


@dataclass(frozen=True, slots=True)
class SegmentMotion:
    """Motion of one segment from the first scan to the second.

    Attributes
    ----------
    level : str
    translation_mm : float
        Of the upper vertebra's lower back corner along the lower vertebra's superior endplate; positive
        forwards.
    rotation_deg : float
        In the sagittal plane of the lower vertebra; positive in extension (the upper leans back).
    lateral_deg, axial_deg : float
        Towards the patient's left; and to the left seen from above.
    translation_uncertainty_mm, rotation_uncertainty_deg : float
        Half widths of the 95 % intervals.
    beyond : tuple of str
        Names of the thresholds that it exceeds.
    """

    level: str
    translation_mm: float
    rotation_deg: float
    lateral_deg: float
    axial_deg: float
    translation_uncertainty_mm: float
    rotation_uncertainty_deg: float
    beyond: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Motion:
    """Motion of every segment that both scans show.

    Attributes
    ----------
    segments : mapping
        Level → `SegmentMotion`.
    residual_mm : mapping
        Vertebra → root mean square distance of its two surfaces after laying one on the other.
    thresholds : tuple of Threshold
    cautions : tuple of Caution
    """

    segments: Mapping[str, SegmentMotion]
    residual_mm: Mapping[str, float]
    thresholds: tuple[Threshold, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Rigid motion that takes a bone of the first scan to the second."""

    turn: Floats
    shift: Floats
    residual: float
    reach: float

    def moved(self, points: Floats) -> Floats:
        """Points of the first scan, shape (..., 3), LPS mm, where they lie in the second."""
        there: Floats = points @ self.turn.T + self.shift
        return there


def instability_thresholds() -> tuple[Threshold, ...]:
    """The thresholds in `nerves.yaml`, with their sources."""
    units = {"translation_mm": "mm", "rotation_deg": "deg", "translation_strict_mm": "mm"}
    found = numbers()["instability"]
    return tuple(
        Threshold(name, float(found[name]["value"]), unit, found[name]["evidence"], found[name]["ref"])
        for name, unit in units.items()
    )


def compare_spines(first: Spine, second: Spine, thresholds: tuple[Threshold, ...] | None = None) -> Motion:
    """Measure the motion between two measured spines of one patient; see `compare_models`.

    Raises
    ------
    InputError
        One of them was not read from a scan, so that there is no geometry to compare.
    """
    if first.model is None or second.model is None:
        raise InputError(
            "a spine without geometry can not be compared",
            field="spine",
            expected="two spines as read from scans",
        )
    return compare_models(first.model, second.model, thresholds)


def compare_models(
    first: SpineModel, second: SpineModel, thresholds: tuple[Threshold, ...] | None = None
) -> Motion:
    """Measure the motion between two scans of one patient, for example in flexion and in extension.

    Parameters
    ----------
    first, second : SpineModel
    thresholds : tuple of Threshold, optional
        Of instability; those of `instability_thresholds` where none are given.

    Returns
    -------
    Motion
        Segments whose bones are not whole in both scans are absent, with a caution.
    """
    limits = instability_thresholds() if thresholds is None else thresholds
    names = [name for name in (*LUMBAR, "S1", "sacrum") if name in first.shapes and name in second.shapes]
    voxel = max(*first.labels.volume.spacing_mm, *second.labels.volume.spacing_mm)
    cautions: list[Caution] = []
    fits: dict[str, _Fit] = {}
    for name in names:
        fit = _fit(first, second, name)
        if isinstance(fit, str):
            cautions.append(Caution("not_registered", f"{name} was not compared: {fit}.", (name,)))
        else:
            fits[name] = fit
            if fit.residual > MAX_RESIDUAL_VOXELS * voxel:
                text = f"The surfaces of {name} differ by {fit.residual:.1f} mm; its motion is doubtful."
                cautions.append(Caution("surfaces_differ", text, (name,)))
    segments = {
        f"{upper}-{'S1' if lower == 'sacrum' else lower}": _segment(first, fits, upper, lower, limits)
        for upper, lower in pairwise(names)
        if upper in fits and lower in fits and first.shapes[upper].inferior and first.shapes[lower].superior
    }
    return Motion(segments, {name: fit.residual for name, fit in fits.items()}, limits, tuple(cautions))


def _surface(model: SpineModel, name: str) -> tuple[Floats, float] | str:
    """Points on a bone's surface and its volume in ml, or why there are none."""
    parts = model.parts.get(name)
    if parts is None:
        return "its parts are not known in both scans"
    region = region_of_mask(name, model.labels.volume, parts.codes > 0, parts.box)
    if region is None:
        return "it is empty"
    if region.cut:
        return "the field of view cuts it"
    points = surface_points(region)
    step = max(len(points) // POINTS, 1)
    return points[::step], region.volume_ml


def _fit(first: SpineModel, second: SpineModel, name: str) -> _Fit | str:
    one, two = _surface(first, name), _surface(second, name)
    if isinstance(one, str) or isinstance(two, str):
        return one if isinstance(one, str) else str(two)
    (here, volume), (there, other) = one, two
    if max(volume, other) > MAX_VOLUME_RATIO * min(volume, other):
        return f"its volumes, {volume:.0f} and {other:.0f} ml, are not those of one bone"
    a, b = first.shapes[name], second.shapes[name]
    turn: Floats = b.frame.T @ a.frame
    return _closest(here, there, turn, b.origin_lps - turn @ a.origin_lps)


def _closest(here: Floats, there: Floats, turn: Floats, shift: Floats) -> _Fit:
    """Iterate closest points: first pair by pair, then along the surfaces' normals.

    Points of two grids attract each other, which holds a motion back; along the normals they can not.
    """
    from scipy.spatial import cKDTree

    target = cKDTree(there)
    normals = _normals(target)
    residual = now = np.inf
    for turn_count in range(ROUNDS):
        moved = here @ turn.T + shift
        distance, index = target.query(moved)
        kept = distance <= np.quantile(distance, KEPT_SHARE)
        if turn_count < POINT_ROUNDS:
            turn, shift = _rigid(here[kept], there[index[kept]])
            continue
        off = ((moved - there[index]) * normals[index]).sum(axis=1)
        now = float(np.sqrt((off[kept] ** 2).mean()))
        small, step = _along_normals(moved[kept], normals[index[kept]], off[kept])
        turn, shift = small @ turn, small @ shift + step
        if abs(residual - now) < SETTLED_MM:
            break
        residual = now
    reach = float(np.sqrt(((here - here.mean(axis=0)) ** 2).sum(axis=1).mean()))
    return _Fit(turn, shift, now, reach)


def _normals(tree: Any) -> Floats:
    """Unit normals of a surface at its points, of either sign, from each point's neighbours."""
    points = np.asarray(tree.data, dtype=np.float64)
    _, index = tree.query(points, k=NEIGHBOURS)
    near = points[index] - points[index].mean(axis=1, keepdims=True)
    _, vectors = np.linalg.eigh(np.einsum("nki,nkj->nij", near, near))
    found: Floats = vectors[:, :, 0]
    return found


def _along_normals(points: Floats, normals: Floats, off: Floats) -> tuple[Floats, Floats]:
    """The small motion that takes points nearest to the planes through their partners."""
    from scipy.spatial.transform import Rotation

    middle = points.mean(axis=0)
    terms = np.concatenate([np.cross(points - middle, normals), normals], axis=1)
    found, *_ = np.linalg.lstsq(terms, -off, rcond=None)
    small: Floats = Rotation.from_rotvec(found[:3]).as_matrix()
    return small, middle + found[3:] - small @ middle


def _rigid(here: Floats, there: Floats) -> tuple[Floats, Floats]:
    """Least squares rotation and shift from paired points."""
    middle, other = here.mean(axis=0), there.mean(axis=0)
    u, _, vt = np.linalg.svd((here - middle).T @ (there - other))
    flip = np.diag([1.0, 1.0, float(np.sign(np.linalg.det(vt.T @ u.T)))])
    turn: Floats = vt.T @ flip @ u.T
    return turn, other - turn @ middle


def _segment(
    model: SpineModel, fits: Mapping[str, _Fit], upper: str, lower: str, limits: tuple[Threshold, ...]
) -> SegmentMotion:
    above, below = fits[upper], fits[lower]
    plate, base = model.shapes[upper].inferior, model.shapes[lower].superior
    assert plate is not None and base is not None
    frame = frames.spine_frame(base.normal_lps, model.shapes[lower].frame[1])
    corner = plate.centre_lps + plate.depth_mm / 2 * frame[1]
    # the second scan's upper bone, brought back by the motion of the lower one
    relative = below.turn.T @ above.turn
    returned = (above.moved(corner) - below.shift) @ below.turn
    moved = (returned - corner) @ frame.T
    turned = frame @ relative @ frame.T
    left, posterior, cranial = _angles(turned)
    # positions are shared by thousands of surface points; what remains is the residual, seen from the lever
    spread = float(np.hypot(above.residual, below.residual)) / np.sqrt(POINTS / 100.0)
    lever = min(above.reach, below.reach)
    arm = 1.0 + float(np.linalg.norm(corner - base.centre_lps)) / lever
    translation = -float(moved[1])
    values = {"translation_mm": abs(translation), "rotation_deg": abs(left)}
    values["translation_strict_mm"] = values["translation_mm"]
    return SegmentMotion(
        level=f"{upper}-{'S1' if lower == 'sacrum' else lower}",
        translation_mm=translation,
        rotation_deg=left,
        lateral_deg=posterior,
        axial_deg=cranial,
        translation_uncertainty_mm=2.0 * spread * arm,
        rotation_uncertainty_deg=float(np.degrees(2.0 * spread / lever)),
        beyond=tuple(item.name for item in limits if values.get(item.name, 0.0) >= item.value),
    )


def _angles(turned: Floats) -> tuple[float, float, float]:
    """Rotation vector in the frame left, posterior, cranial as extension, left bend, left turn; degrees."""
    from scipy.spatial.transform import Rotation

    vector = np.degrees(Rotation.from_matrix(turned).as_rotvec())
    # about left (right-handed) posterior goes to cranial, and cranial forwards: that is flexion
    return -float(vector[0]), float(vector[1]), float(vector[2])

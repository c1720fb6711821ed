"""Trials on the phantom: one scan in a random pose and grid, measured, beside what is true of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from kambin.anatomy.model import Spine
from kambin.anatomy.phantom import Phantom, PhantomScan
from kambin.anatomy.reading import label_map_of
from kambin.anatomy.spine import measure_spine

# soft structures are left out where bones are on trial: painting them costs more than measuring them
SOFT = ("sac", "roots", "skin", "organs", "vessels", "muscles")


@dataclass(frozen=True)
class Error:
    """One measured value against its truth.

    `kind` is ``normal`` and ``frame`` (degrees), ``length`` (mm), ``size`` (area or volume, as a share), or
    ``angle`` (degrees); `error` is None where nothing was measured.
    """

    kind: str
    name: str
    level: str | None
    side: str | None
    error: float | None
    truth: float
    uncertainty: float | None


# the crest's rows say against which level they are measured
CREST = {"crest_above_l45": "L4-L5", "crest_above_l5_pedicle": "L5"}
KINDS = {"mm": "length", "mm2": "size", "mL": "size", "deg": "angle"}


def pose_and_axes(seed: int, tilt_deg: float = 15.0) -> tuple[np.ndarray, np.ndarray]:
    """A random pose of the patient, and random (oblique, flipped, permuted) axes of the grid."""
    rng = np.random.default_rng(seed)
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("xyz", rng.uniform(-tilt_deg, tilt_deg, 3), degrees=True).as_matrix()
    pose[:3, 3] = rng.uniform(-300, 300, 3)
    turn = Rotation.from_euler("xyz", rng.uniform(-12, 12, 3), degrees=True).as_matrix()
    axes = turn[:, rng.permutation(3)] * rng.choice([-1.0, 1.0], 3)
    return pose, axes


def scanned(seed: int, voxel_mm: float, missing: Iterable[str] = SOFT, **knobs: object) -> PhantomScan:
    """A phantom's scan in a random pose."""
    return placed_scan(Phantom(seed, **knobs), seed, voxel_mm, missing)


def placed_scan(made: Phantom, seed: int, voxel_mm: float, missing: Iterable[str] = SOFT) -> PhantomScan:
    """The scan of a phantom that is there already, in the pose of a seed."""
    pose, axes = pose_and_axes(1000 + seed)
    return made.scan(voxel_mm, lps_from_phantom=pose, axes=axes, view="bones", missing=tuple(missing))


def measured(scan: PhantomScan) -> Spine:
    """The spine of a scan."""
    return measure_spine(label_map_of(scan.labels, scan.convention))


def _angle(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(one @ other, -1.0, 1.0))))


def turned_by(one: np.ndarray, other: np.ndarray) -> float:
    """The angle that takes one frame into another, degrees."""
    return float(np.degrees(np.arccos(np.clip((np.trace(one @ other.T) - 1) / 2, -1.0, 1.0))))


def shape_errors(spine: Spine, scan: PhantomScan) -> list[Error]:
    """Frames, normals and sizes of the endplates."""
    found = []
    assert spine.model is not None
    for name, truth in scan.truth.shapes.items():
        shape = spine.model.shapes.get(name)
        if name != "S1":  # of the sacrum only the superior endplate can be seen, not the frame between two
            turned = None if shape is None else turned_by(shape.frame, truth.frame)
            found.append(Error("frame", "frame", name, None, turned, 0.0, None))
        for which in ("superior", "inferior"):
            true_plate = getattr(truth, which)
            if true_plate is None:
                continue
            plate = None if shape is None else getattr(shape, which)
            off = None if plate is None else _angle(plate.normal_lps, true_plate.normal_lps)
            found.append(Error("normal", f"{which}_normal", name, None, off, 0.0, None))
            for size in ("depth_mm", "width_mm"):
                error = None if plate is None else getattr(plate, size) - getattr(true_plate, size)
                found.append(
                    Error(
                        "length", f"endplate_{size[:-3]}", name, None, error, getattr(true_plate, size), None
                    )
                )
    return found


def value_errors(spine: Spine, scan: PhantomScan, skip: Iterable[str] = ()) -> list[Error]:
    """Every measurement whose truth the phantom knows."""
    rows = {(item.name, item.level, item.side): item for item in spine.measurements}
    found = []
    for truth in scan.truth.measurements:
        kind = KINDS.get(truth.unit)
        item = rows.get((truth.name, truth.level, truth.side))
        if item is None and truth.name in CREST:
            item = rows.get((truth.name, CREST[truth.name], truth.side))
        if kind is None or truth.name in skip:
            continue
        error = None
        if item is not None and item.value is not None:
            error = float(item.value) - truth.value
            if kind == "size":
                error /= truth.value
        uncertainty = None if item is None else item.uncertainty
        at_disc = truth.name == "canal_depth" and "-" in (truth.level or "")
        found.append(
            Error(
                kind,
                truth.name + "_at_disc" * at_disc,
                truth.level,
                truth.side,
                error,
                truth.value,
                uncertainty,
            )
        )
    return found

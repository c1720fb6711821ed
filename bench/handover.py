"""T10: every file of the hand-over read back by a library that did not write it, on an oblique grid."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.row import AnswersDiffer, Row, at_most, not_measured
from tests.access.handover.made import DIAMETER, ENTRY, L4, SHAPE, TIP, affine, placed, plan, spine

__all__ = ["rows"]

LIMIT_MM = 1e-3
KINDS = ("oblique", "lefthanded")


def _axis(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    tip, entry = placed(TIP), placed(ENTRY)
    direction = (entry - tip) / np.linalg.norm(entry - tip)
    along = (points - tip) @ direction
    return np.linalg.norm(points - tip - along[:, None] * direction, axis=1), along


def _off_cylinder(points: np.ndarray) -> float:
    """How far vertices of the corridor lie off its wall or its two ends' middles."""
    apart, along = _axis(points)
    length = float(np.linalg.norm(ENTRY - TIP))
    wall = np.minimum(np.abs(apart - DIAMETER / 2), apart).max()
    return float(max(wall, np.minimum(np.abs(along), np.abs(along - length)).max()))


def markups(folder: Path, kind: str) -> float:
    """json: entry and target."""
    worst = 0.0
    for name in ("points", "line"):
        (markup,) = json.loads((folder / f"{name}.mrk.json").read_text(encoding="utf-8"))["markups"]
        if markup["coordinateSystem"] != "LPS":
            raise AnswersDiffer(f"{name}: {markup['coordinateSystem']}")
        ends = np.array([one["position"] for one in markup["controlPoints"]])
        worst = max(worst, float(np.abs(ends - [placed(ENTRY), placed(TIP)]).max()))
    return worst


def labels(folder: Path, kind: str) -> float:
    """SimpleITK: every corner of the grid."""
    import SimpleITK as sitk  # noqa: N813

    image = sitk.ReadImage(str(folder / "corridor.nii.gz"))
    corners = [
        [i * (SHAPE[0] - 1), j * (SHAPE[1] - 1), k * (SHAPE[2] - 1)] for i, j, k in np.ndindex(2, 2, 2)
    ]
    found = np.array([image.TransformIndexToPhysicalPoint(one) for one in corners])
    wanted = np.array(corners) @ affine(kind)[:3, :3].T + affine(kind)[:3, 3]
    return float(np.abs(found - wanted).max())


def stl(folder: Path, kind: str) -> float:
    """trimesh: the corridor's surface."""
    import trimesh

    return _off_cylinder(np.asarray(trimesh.load(folder / "stl/corridor.stl").vertices))


def glb(folder: Path, kind: str) -> float:
    """trimesh, in metres and y up."""
    import trimesh

    scene: Any = trimesh.load(folder / "scene.glb")
    matrix, _ = scene.graph["corridor"]
    found = scene.geometry["corridor"].vertices @ matrix[:3, :3].T + matrix[:3, 3]
    return _off_cylinder(1000 * np.stack([found[:, 0], -found[:, 2], found[:, 1]], axis=1))


def segmentation(folder: Path, kind: str) -> float:
    """pydicom alone: every voxel of a vertebra by the frames' own positions."""
    import pydicom
    from scipy.spatial import cKDTree

    data = pydicom.dcmread(folder / "dicom/segmentation.dcm")
    shared = data.SharedFunctionalGroupsSequence[0]
    turn = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float).reshape(2, 3)
    down, right = (float(one) for one in shared.PixelMeasuresSequence[0].PixelSpacing)
    (number,) = (one.SegmentNumber for one in data.SegmentSequence if one.SegmentLabel == "vertebrae L4")
    found = []
    for picture, group in zip(data.pixel_array, data.PerFrameFunctionalGroupsSequence, strict=True):
        if group.SegmentIdentificationSequence[0].ReferencedSegmentNumber == number:
            start = np.array(group.PlanePositionSequence[0].ImagePositionPatient, float)
            index = np.argwhere(picture)
            found.append(start + index[:, :1] * down * turn[1] + index[:, 1:] * right * turn[0])
    model = spine(kind).model
    assert model is not None
    wanted = np.argwhere(model.labels.volume.array == L4) @ affine(kind)[:3, :3].T + affine(kind)[:3, 3]
    here = np.concatenate(found)
    if len(here) != len(wanted):
        raise AnswersDiffer(f"segmentation: {len(here)} voxels instead of {len(wanted)}")
    return float(cKDTree(wanted).query(here)[0].max())


def report(folder: Path, kind: str) -> float:
    """pydicom: the polyline."""
    import pydicom

    def within(item: Any) -> Any:
        for one in item.get("ContentSequence", ()):
            yield one
            yield from within(one)

    data = pydicom.dcmread(folder / "dicom/report.dcm")
    (line,) = (one for one in within(data) if one.ValueType == "SCOORD3D")
    ends = np.array(line.GraphicData, float).reshape(-1, 3)
    return float(np.abs(ends - [placed(ENTRY), placed(TIP)]).max())


def encapsulated(folder: Path, kind: str) -> float:
    """pydicom, then trimesh: the surface in the DICOM file."""
    import io

    import pydicom
    import trimesh

    data = pydicom.dcmread(folder / "dicom/corridor.stl.dcm")
    content = io.BytesIO(data.EncapsulatedDocument[: data.EncapsulatedDocumentLength])
    return _off_cylinder(np.asarray(trimesh.load(content, file_type="stl").vertices))


READERS: Mapping[str, tuple[str, str, Callable[[Path, str], float]]] = {
    "markups": ("3D Slicer markups", "json", markups),
    "labels": ("NIfTI labels", "SimpleITK", labels),
    "stl": ("STL", "trimesh", stl),
    "glb": ("GLB", "trimesh", glb),
    "seg": ("DICOM segmentation", "pydicom", segmentation),
    "report": ("DICOM measurement report", "pydicom", report),
    "encapsulated": ("DICOM Encapsulated STL", "pydicom", encapsulated),
}


def rows(quick: bool) -> list[Row]:
    """The greatest distance of any point from where it was planned, and errors of the validator."""
    from kambin.access.handover import write_handover

    worst = dict.fromkeys(READERS, 0.0)
    present = {name: importlib.util.find_spec(item[1]) is not None for name, item in READERS.items()}
    errors, files = 0, 0
    program = shutil.which("dciodvfy")
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "handover"
            write_handover(spine(kind), plan(), folder)
            for key, (_, _, reader) in READERS.items():
                if present[key]:
                    worst[key] = max(worst[key], reader(folder, kind))
            for path in sorted((folder / "dicom").glob("*.dcm")) if program else ():
                done = subprocess.run([str(program), str(path)], capture_output=True, text=True, check=False)
                errors += sum(line.startswith("Error") for line in (done.stdout + done.stderr).splitlines())
                files += 1
    found = []
    for key, (what, library, _) in READERS.items():
        said = f"{what}, written and read by {library}, oblique grid"
        if present[key]:
            found.append(at_most(f"T10 {key}", said, worst[key], LIMIT_MM, "mm"))
        else:
            found.append(not_measured(f"T10 {key}", said, f"≤ {LIMIT_MM} mm", f"{library} is absent"))
    what = "errors of dciodvfy over all DICOM files"
    if program:
        found.append(at_most("T10 valid", what, errors, 0, "errors", f"{files} files"))
    else:
        found.append(not_measured("T10 valid", what, "≤ 0 errors", "dciodvfy is absent"))
    return found

"""The hand-over folder: every format, and a manifest that says what each file is, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kambin import __version__
from kambin.access.handover.content import Content, content_of
from kambin.access.handover.dicom import dicom_bytes
from kambin.access.handover.encapsulated import encapsulated_stl
from kambin.access.handover.identity import DUMMY_TIME, Identity, identity_of
from kambin.access.handover.labels import nifti_labels
from kambin.access.handover.markups import landmarks_markup, line_markup, points_markup
from kambin.access.handover.measurements import measurement_report
from kambin.access.handover.meshes import Mesh, glb_bytes, meshes_of, stl_bytes
from kambin.access.handover.segmentation import segmentation, sheared
from kambin.access.model import AccessPlan
from kambin.anatomy.model import Spine
from kambin.errors import InputError
from kambin.files import make_folder, told

__all__ = ["MANIFEST", "write_handover"]

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1
LPS = "LPS, millimetres"
GLTF = "glTF: metres, x to the patient's left, y to the head, z to the front; vertices in LPS, millimetres"
RAS = "NIfTI: the affine takes voxels to RAS, millimetres; grid of the label map"


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    what: str
    frame: str
    content: bytes


def write_handover(
    spine: Spine,
    plan: AccessPlan,
    folder: str | Path,
    *,
    proposal: int | None = None,
    made: datetime | None = None,
    study_uid: str | None = None,
    frame_uid: str | None = None,
    note: str = "",
) -> tuple[Path, ...]:
    """Write one corridor for other programs.

    3D Slicer markups, STL and GLB surfaces, NIfTI labels, DICOM segmentation, measurement report and
    encapsulated surfaces. The same input gives the same bytes. Nothing in the files names a person.

    Parameters
    ----------
    spine : Spine
        With its model.
    plan : AccessPlan
        With a recommended proposal, unless one is named.
    folder : str or Path
        New, empty, or an earlier hand-over, which is replaced.
    proposal : int, optional
        Another than the recommended one.
    made : datetime, optional
        Content date of the DICOM files. Without it they carry 1900-01-01, and the manifest says so.
    study_uid, frame_uid : str, optional
        Identifiers of the study and the frame of reference of the scan, where they are known. Without them
        both are derived from the label map.
    note : str
        The intended use, for the manifest.

    Returns
    -------
    tuple of Path
        All files, the manifest last.

    Raises
    ------
    InputError
        Nothing to hand over, a bad identifier, or a folder that holds something else.
    """
    folder = Path(folder)
    _check(folder)
    content = content_of(spine, plan, proposal)
    identity = identity_of(content, made=made, study_uid=study_uid, frame_uid=frame_uid)
    files, absent = _files(content, identity)
    manifest = _manifest(content, identity, files, absent, note)
    files.append(
        _File(MANIFEST, "", "", (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())
    )
    _place(folder, files)
    return tuple(folder / one.name for one in files)


def _check(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not _ours(folder / MANIFEST)):
        raise InputError(
            "there is something else already",
            where=str(folder),
            expected="a new or empty folder, or an earlier hand-over",
        )


def _ours(manifest: Path) -> bool:
    try:
        return "kambin_handover" in json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


def _files(content: Content, identity: Identity) -> tuple[list[_File], list[dict[str, str]]]:
    """All files, and those that are not written, with the reason."""
    meshes = meshes_of(content)
    files = [
        _File("points.mrk.json", "entry and target, 3D Slicer markups", LPS, points_markup(content)),
        _File("line.mrk.json", "axis from entry to target, 3D Slicer markups", LPS, line_markup(content)),
        _File("landmarks.mrk.json", "landmarks, 3D Slicer markups", LPS, landmarks_markup(content)),
        _File("corridor.nii.gz", "labels: 1 corridor, 2 bone to ream", RAS, nifti_labels(content)),
        _File("scene.glb", "corridor and anatomy", GLTF, glb_bytes(meshes)),
        *(_File(f"stl/{one.key}.stl", one.name, LPS, stl_bytes(one)) for one in meshes),
    ]
    made, absent = _dicom(content, identity, meshes)
    return [*files, *made], absent


def _dicom(
    content: Content, identity: Identity, meshes: tuple[Mesh, ...]
) -> tuple[list[_File], list[dict[str, str]]]:
    frame = f"{LPS}; frame of reference {identity.frame_uid}"
    absent, evidence, files = [], [], []
    if sheared(content):
        absent.append(
            {
                "file": "dicom/segmentation.dcm",
                "why": "the map's axes are not at right angles, as a segmentation's have to be; "
                "it is not resampled",
            }
        )
    else:
        made = segmentation(content, identity)
        evidence.append(made)
        what = "corridor, bone to ream and anatomy, DICOM segmentation"
        files.append(_File("dicom/segmentation.dcm", what, frame, dicom_bytes(made)))
    for number, mesh in enumerate(meshes, start=1):
        surface = encapsulated_stl(content, mesh, identity, number)
        evidence.append(surface)
        name = f"dicom/{mesh.key}.stl.dcm"
        files.append(_File(name, f"{mesh.name}, DICOM Encapsulated STL", frame, dicom_bytes(surface)))
    report = measurement_report(content, identity, evidence)
    what = "axis and measurements, DICOM Comprehensive 3D SR (TID 1500)"
    files.append(_File("dicom/report.dcm", what, frame, dicom_bytes(report)))
    return files, absent


def _manifest(
    content: Content, identity: Identity, files: list[_File], absent: list[dict[str, str]], note: str
) -> dict[str, Any]:
    return {
        "kambin_handover": MANIFEST_VERSION,
        "intended_use": note,
        "software": f"kambin {__version__}",
        "level": content.plan.level,
        "side": content.plan.side.value,
        "approach": content.plan.approach,
        "position": content.plan.position,
        "frame": "LPS, millimetres; left and right are the patient's",
        "content_date": None if identity.made == DUMMY_TIME else identity.made.isoformat(),
        "content_date_note": "1900-01-01 in the DICOM files stands for: not told",
        "study_uid": identity.study_uid,
        "frame_of_reference_uid": identity.frame_uid,
        "proposal": asdict(content.proposal),
        "cautions": [asdict(one) for one in (*content.plan.cautions, *content.proposal.cautions)],
        "missing": list(content.plan.missing),
        "files": [
            {
                "file": one.name,
                "what": one.what,
                "frame": one.frame,
                "bytes": len(one.content),
                "sha256": hashlib.sha256(one.content).hexdigest(),
            }
            for one in files
        ],
        "not_written": absent,
    }


def _place(folder: Path, files: list[_File]) -> None:
    """Fill a folder beside the wanted one, then exchange them."""
    make_folder(folder.parent)
    with told("can not write the hand-over", folder):
        made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            _exchange(folder, made, files)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _exchange(folder: Path, made: Path, files: list[_File]) -> None:
    """Write the files into `made`, then put them where they belong; what stood there returns on failure."""
    whole = made / "new"
    for one in files:
        path = whole / one.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.content)
    if folder.exists():
        folder.rename(made / "old")
    try:
        whole.rename(folder)
    except OSError:
        if (made / "old").exists():
            (made / "old").rename(folder)
        raise

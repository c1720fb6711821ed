"""Every file read back by another library: the corridor is where it was, left is left, nobody is named."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest

from kambin.access.handover import write_handover
from kambin.case.words import Side
from kambin.errors import InputError
from tests.access.handover.made import DIAMETER, ENTRY, L4, L5, PROCESS, TIP, affine, placed, plan, spine

CLOSE_MM = 1e-3
CASES = [(kind, side) for kind in ("oblique", "lefthanded") for side in Side]


@cache
def written(kind: str = "oblique", side: Side = Side.LEFT) -> Path:
    folder = Path(mkdtemp()) / "handover"
    write_handover(spine(kind, side), plan(side), folder)
    return folder


@pytest.fixture(scope="module", autouse=True)
def tidy():
    yield
    for kind, side in (*CASES, ("sheared", Side.LEFT), ("rounded", Side.LEFT)):
        shutil.rmtree(written(kind, side).parent, ignore_errors=True)
    written.cache_clear()


def axis(points: np.ndarray, side: Side) -> tuple[np.ndarray, np.ndarray]:
    """Distance from the planned axis, and way along it from the tip."""
    tip, entry = placed(TIP, side), placed(ENTRY, side)
    direction = (entry - tip) / np.linalg.norm(entry - tip)
    along = (points - tip) @ direction
    return np.linalg.norm(points - tip - along[:, None] * direction, axis=1), along


@pytest.mark.parametrize("kind, side", CASES)
def test_markups(kind: str, side: Side) -> None:
    folder = written(kind, side)
    for name in ("points", "line", "landmarks"):
        document = json.loads((folder / f"{name}.mrk.json").read_text())
        assert document["@schema"].endswith("markups-schema-v1.0.3.json#")
        (markup,) = document["markups"]
        assert markup["coordinateSystem"] == "LPS"
        points = {one["label"]: np.array(one["position"]) for one in markup["controlPoints"]}
        assert all(one["positionStatus"] == "defined" for one in markup["controlPoints"])
        assert np.abs(points["entry"] - placed(ENTRY, side)).max() < CLOSE_MM
        assert np.abs(points["target"] - placed(TIP, side)).max() < CLOSE_MM
        # LPS: what lies to the patient's left has the greater first coordinate
        assert (points["entry"][0] > points["target"][0]) == (side is Side.LEFT)
    assert "nearest to exiting root L4" in points


@pytest.mark.parametrize("kind, side", [*CASES, ("sheared", Side.LEFT)])
def test_labels(kind: str, side: Side) -> None:
    import nibabel

    image = nibabel.load(written(kind, side) / "corridor.nii.gz")
    flip = np.diag([-1.0, -1.0, 1.0, 1.0])
    # the header's floats hold seven digits of an affine of a thousand millimetres
    assert np.abs(flip @ image.affine - affine(kind)).max() < CLOSE_MM
    data = np.asarray(image.dataobj)
    assert data.shape == np.asarray(spine(kind, side).model.labels.volume.array).shape
    points = np.argwhere(data > 0) @ (flip @ image.affine)[:3, :3].T + (flip @ image.affine)[:3, 3]
    values = data[data > 0]
    apart, along = axis(points[values == 1], side)
    assert apart.max() <= DIAMETER / 2 + CLOSE_MM
    assert along.min() >= -CLOSE_MM and along.max() <= np.linalg.norm(ENTRY - TIP) + CLOSE_MM
    # the whole cannula, but for what counts as bone that goes
    apart, along = axis(points, side)
    inside = (apart <= DIAMETER / 2) & (along >= 0) & (along <= np.linalg.norm(ENTRY - TIP))
    volume = inside.sum() * abs(np.linalg.det(affine(kind)[:3, :3]))
    assert volume == pytest.approx(np.pi * DIAMETER**2 / 4 * np.linalg.norm(ENTRY - TIP), rel=0.03)
    reamed = points[values == 2]
    assert len(reamed) and axis(reamed, side)[0].max() <= 8.5 / 2 + CLOSE_MM
    assert np.linalg.norm(reamed - placed(PROCESS, side), axis=1).max() <= 6.0 + CLOSE_MM


def test_labels_by_another_reader() -> None:
    sitk = pytest.importorskip("SimpleITK")
    image = sitk.ReadImage(str(written() / "corridor.nii.gz"))
    for index in ((0, 0, 0), (63, 0, 0), (0, 59, 43), (20, 30, 40)):
        here = affine("oblique") @ [*index, 1]
        assert np.abs(np.array(image.TransformIndexToPhysicalPoint(index)) - here[:3]).max() < CLOSE_MM


@pytest.mark.parametrize("kind, side", [*CASES, ("sheared", Side.LEFT)])
def test_surfaces(kind: str, side: Side) -> None:
    import nibabel
    import trimesh

    folder = written(kind, side)
    corridor = trimesh.load(folder / "stl/corridor.stl")
    apart, along = axis(corridor.vertices, side)
    assert min(abs(apart - DIAMETER / 2).min(), apart.min()) < CLOSE_MM
    assert np.minimum(abs(apart - DIAMETER / 2), apart).max() < CLOSE_MM
    length = np.linalg.norm(ENTRY - TIP)
    assert np.minimum(abs(along), abs(along - length)).max() < CLOSE_MM
    assert corridor.is_watertight
    assert corridor.volume == pytest.approx(np.pi * DIAMETER**2 / 4 * length, rel=2e-3)
    for name, value in (("vertebrae-l4", L4), ("vertebrae-l5", L5)):
        mesh = trimesh.load(folder / f"stl/{name}.stl")
        array, to_lps = spine(kind, side).model.labels.volume.array, affine(kind)
        points = np.argwhere(array == value) @ to_lps[:3, :3].T + to_lps[:3, 3]
        assert mesh.is_watertight and mesh.volume > 0
        assert np.abs(mesh.center_mass - points.mean(axis=0)).max() < 0.1
        # smoothing rounds the edges of these boxes
        assert mesh.volume == pytest.approx(len(points) * abs(np.linalg.det(to_lps[:3, :3])), rel=0.03)
    reamed = trimesh.load(folder / "stl/reamed-bone.stl")
    data = np.asarray(nibabel.load(folder / "corridor.nii.gz").dataobj)
    voxel = abs(np.linalg.det(affine(kind)[:3, :3]))
    assert reamed.is_watertight
    assert reamed.volume == pytest.approx((data == 2).sum() * voxel, rel=0.02)
    sac, root = (
        trimesh.load(folder / f"stl/{name}.stl") for name in ("sac-derived", f"root-l4-{side}-derived")
    )
    assert sac.is_watertight and root.is_watertight
    assert sac.volume == pytest.approx(np.pi * 7 * 5 * 40, rel=0.01)
    assert np.ptp(sac.vertices, axis=0) == pytest.approx([14, 10, 40], abs=CLOSE_MM)
    assert root.volume == pytest.approx(np.pi * 4 * 11 * np.sqrt(1.25), rel=0.02)
    head = (folder / "stl/corridor.stl").read_bytes()[:80]
    assert b"SPACE=LPS" in head and not head.startswith(b"solid")


@pytest.mark.parametrize("kind, side", CASES)
def test_scene(kind: str, side: Side) -> None:
    trimesh = pytest.importorskip("trimesh")
    folder = written(kind, side)
    scene = trimesh.load(folder / "scene.glb")
    names = {path.stem for path in (folder / "stl").iterdir()}
    assert set(scene.geometry) == names
    moved, _ = scene.graph["corridor"]
    points = scene.geometry["corridor"].vertices @ moved[:3, :3].T + moved[:3, 3]
    # back from metres, y up, facing forwards
    lps = 1000 * np.stack([points[:, 0], -points[:, 2], points[:, 1]], axis=1)
    apart, _ = axis(lps, side)
    assert np.minimum(abs(apart - DIAMETER / 2), apart).max() < CLOSE_MM
    assert np.linalg.det(moved[:3, :3]) > 0


@pytest.mark.parametrize("kind, side", [*CASES, ("rounded", Side.LEFT)])
def test_segmentation(kind: str, side: Side) -> None:
    sitk, pydicom = pytest.importorskip("SimpleITK"), pytest.importorskip("pydicom")
    assert sitk
    data = pydicom.dcmread(written(kind, side) / "dicom/segmentation.dcm")
    assert "ReferencedSeriesSequence" not in data
    labels = {one.SegmentNumber: one.SegmentLabel for one in data.SegmentSequence}
    assert list(labels.values()) == ["working corridor", "bone to ream", "vertebrae L4", "vertebrae L5"]
    shared = data.SharedFunctionalGroupsSequence[0]
    row, column = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float).reshape(2, 3)
    down, right = (float(one) for one in shared.PixelMeasuresSequence[0].PixelSpacing)
    frames = data.pixel_array
    array, to_lps = spine(kind, side).model.labels.volume.array, affine(kind)
    found: dict[int, list[np.ndarray]] = {}
    for picture, group in zip(frames, data.PerFrameFunctionalGroupsSequence, strict=True):
        start = np.array(group.PlanePositionSequence[0].ImagePositionPatient, float)
        index = np.argwhere(picture)
        points = start + index[:, :1] * down * column + index[:, 1:] * right * row
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        found.setdefault(number, []).append(points)
    for number, value in ((3, L4), (4, L5)):
        wanted = np.argwhere(array == value) @ to_lps[:3, :3].T + to_lps[:3, 3]
        here = np.concatenate(found[number])
        assert len(here) == len(wanted)
        assert nearest(here, wanted).max() < CLOSE_MM
    apart, _ = axis(np.concatenate(found[1]), side)
    assert apart.max() <= DIAMETER / 2 + CLOSE_MM


@pytest.mark.parametrize("voxels", [1, 2, 3])
def test_a_few_loose_voxels_keep_their_volume(voxels: int) -> None:
    from kambin.access.handover.content import Patch
    from kambin.access.handover.meshes import _surface, _volume

    mask = np.zeros((1, 1, 5), dtype=bool)
    mask[0, 0, [0, 2, 4][:voxels]] = True
    mesh = _surface(Patch("x", "x", (slice(3, 4), slice(5, 6), slice(2, 7)), mask), affine("lefthanded"))
    volume = abs(np.linalg.det(affine("lefthanded")[:3, :3]))
    assert _volume(mesh.points_lps, mesh.faces) == pytest.approx(voxels * volume, rel=0.05)


def nearest(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    from scipy.spatial import cKDTree

    distance, _ = cKDTree(others).query(points)
    return distance


@pytest.mark.parametrize("kind, side", CASES)
def test_report(kind: str, side: Side) -> None:
    pydicom = pytest.importorskip("pydicom")
    data = pydicom.dcmread(written(kind, side) / "dicom/report.dcm")
    assert data.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.34"
    items = list(content_items(data))
    (line,) = [one for one in items if one.ValueType == "SCOORD3D"]
    ends = np.array(line.GraphicData, float).reshape(-1, 3)
    assert line.GraphicType == "POLYLINE" and np.abs(ends[0] - placed(ENTRY, side)).max() < CLOSE_MM
    assert np.abs(ends[1] - placed(TIP, side)).max() < CLOSE_MM
    segments = pydicom.dcmread(written(kind, side) / "dicom/segmentation.dcm")
    assert line.ReferencedFrameOfReferenceUID == segments.FrameOfReferenceUID
    numbers = {
        (one.ConceptNameCodeSequence[0].CodeValue, float(one.MeasuredValueSequence[0].NumericValue))
        for one in items
        if one.ValueType == "NUM"
    }
    for wanted in (("CLEARANCE", 2.345), ("CLEARANCE", 0.75), ("AXIAL", 45.0), ("DIAMETER", DIAMETER)):
        assert wanted in numbers
    assert ("DEPTH", round(float(np.linalg.norm(ENTRY - TIP)), 4)) in numbers
    codes = [one.ConceptCodeSequence[0] for one in items if one.ValueType == "CODE"]
    meanings = [code.CodeMeaning for code in codes]
    assert side.value.capitalize() in meanings and side.opposite.value.capitalize() not in meanings
    assert "exiting root L4" in meanings
    assert "ABOVE-CREST" not in {name for name, _ in numbers}  # not known, so not said


def content_items(item):
    for one in item.get("ContentSequence", ()):
        yield one
        yield from content_items(one)


def test_encapsulated_surface_is_the_surface() -> None:
    pydicom = pytest.importorskip("pydicom")
    folder = written()
    for path in (folder / "stl").iterdir():
        data = pydicom.dcmread(folder / f"dicom/{path.name}.dcm")
        assert data.MIMETypeOfEncapsulatedDocument == "model/stl"
        assert data.EncapsulatedDocument[: data.EncapsulatedDocumentLength] == path.read_bytes()


@pytest.mark.parametrize("kind", ["oblique", "lefthanded", "sheared"])
def test_dicom_is_valid(kind: str) -> None:
    program = shutil.which("dciodvfy")
    if program is None:
        pytest.skip("dciodvfy (Debian dicom3tools) is absent: the DICOM files are NOT validated")
    files = sorted((written(kind) / "dicom").glob("*.dcm"))
    assert len(files) >= 6
    for path in files:
        done = subprocess.run([program, str(path)], capture_output=True, text=True)
        said = (done.stdout + done.stderr).splitlines()
        assert [line for line in said if line.startswith("Error")] == [], path.name
        assert any(line in ("Segmentation", "EncapsulatedSTL", "Comprehensive3DSR") for line in said)


def test_a_sheared_grid_is_not_resampled() -> None:
    folder = written("sheared")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert not (folder / "dicom/segmentation.dcm").exists()
    (absent,) = manifest["not_written"]
    assert absent["file"] == "dicom/segmentation.dcm" and "right angles" in absent["why"]


def test_manifest_lists_every_file() -> None:
    folder = written()
    manifest = json.loads((folder / "manifest.json").read_text())
    listed = {one["file"]: one for one in manifest["files"]}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {*listed, "manifest.json"}
    for name, one in listed.items():
        content = (folder / name).read_bytes()
        assert one["sha256"] == hashlib.sha256(content).hexdigest() and one["bytes"] == len(content)
        assert one["frame"]
    assert manifest["content_date"] is None


def test_same_input_same_bytes(tmp_path: Path) -> None:
    again = write_handover(spine(), plan(), tmp_path / "again")
    for path in again:
        assert path.read_bytes() == (written() / path.relative_to(tmp_path / "again")).read_bytes(), path


def test_other_input_other_identifiers(tmp_path: Path) -> None:
    pydicom = pytest.importorskip("pydicom")
    made = datetime(2024, 5, 6, 7, 8, 9)
    write_handover(spine(), plan(), tmp_path / "h", made=made, study_uid="1.2.3", frame_uid="1.2.4")
    for path in (tmp_path / "h/dicom").iterdir():
        here, there = (pydicom.dcmread(one) for one in (path, written() / "dicom" / path.name))
        assert here.StudyInstanceUID == "1.2.3" and here.SOPInstanceUID != there.SOPInstanceUID
        assert (here.ContentDate, there.ContentDate) == ("20240506", "19000101")
        assert "SR" in here.Modality or here.FrameOfReferenceUID == "1.2.4"


def test_no_identifier_is_used_twice_and_nobody_is_named() -> None:
    pydicom = pytest.importorskip("pydicom")
    instances, series = [], {}
    for path in (written() / "dicom").iterdir():
        data = pydicom.dcmread(path)
        instances.append(data.SOPInstanceUID)
        series.setdefault(data.SeriesInstanceUID, set()).add(data.Modality)
        for keyword in ("PatientName", "PatientID", "PatientBirthDate", "StudyDate", "AccessionNumber"):
            assert not data[keyword].value
        random = re.findall(r"1\.2\.826\.0\.1\.3680043\.(?:10\.511\.3|8\.498)\.\d{20,}", str(data))
        assert random == []
    assert len(set(instances)) == len(instances) and all(len(one) == 1 for one in series.values())


def test_an_earlier_hand_over_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "h"
    write_handover(spine(), plan(), folder)
    (folder / "stl/old.stl").write_text("old")
    write_handover(spine(), plan(bone=False), folder)
    assert not (folder / "stl/old.stl").exists() and not (folder / "stl/reamed-bone.stl").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["h"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    with pytest.raises(InputError, match="something else"):
        write_handover(spine(), plan(), other)
    assert (other / "letter.txt").read_text() == "mine"


def test_without_a_corridor_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no corridor"):
        write_handover(spine(), plan(recommended=None), tmp_path / "h")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("uid", ["1.02.3", "abc", "1." + "1" * 64])
def test_a_bad_identifier_is_refused(uid: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_handover(spine(), plan(), tmp_path / "h", study_uid=uid)

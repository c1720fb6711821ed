"""Scans of phantoms: grids, what is left out, errors at the borders, files."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest

from kambin.anatomy.frames import apply
from kambin.anatomy.phantom import Herniation, Phantom, write_labels, write_scan
from kambin.anatomy.phantom.errors_of_labels import mean_dice
from kambin.case.words import Side
from kambin.errors import InputError
from tests.anatomy.phantoms import drawn, scanned
from tests.anatomy.scenes import rigid

BOX = ((-40.0, -30.0, -40.0), (40.0, 55.0, 40.0))


def test_the_same_seed_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.nii.gz", "two.nii.gz"):
        made = Phantom(3, herniations=drawn().knobs.herniations, slip_mm={"L3-L4": 4.0})
        write_labels(made.scan(2.5, view=BOX), tmp_path / name)
    assert (tmp_path / "one.nii.gz").read_bytes() == (tmp_path / "two.nii.gz").read_bytes()


def test_the_mirror_patient_is_the_mirror_map() -> None:
    here = drawn().scan(2.0, view=BOX)
    there = drawn().mirrored().scan(2.0, view=BOX, axes=np.diag([-1.0, 1.0, 1.0]))
    assert here.labels.array.shape == there.labels.array.shape
    # names swap with the sides: root L4 left is 134, right 144
    assert np.array_equal(here.labels.array == 134, there.labels.array == 144)
    assert np.array_equal(here.labels.array == 202, there.labels.array == 202)
    assert np.array_equal(here.parts.array == 5, there.parts.array == 6)


def test_oblique_and_anisotropic_grids_show_the_same_patient() -> None:
    axes = rigid(8, -12, 20)[:3, :3] @ np.eye(3)[:, [2, 0, 1]] * np.array([1.0, -1.0, 1.0])
    pose = rigid(5, 3, -6, (20, 30, -40))
    scan = drawn().scan((2.0, 1.0, 1.5), view=BOX, axes=axes, lps_from_phantom=pose)
    assert scan.labels.spacing_mm == pytest.approx((2.0, 1.0, 1.5))
    points = apply(scan.labels.lps_from_voxel, np.argwhere(scan.labels.array == 202))
    plain = drawn().scan(1.5, view=BOX)
    twin = apply(plain.labels.lps_from_voxel, np.argwhere(plain.labels.array == 202))
    assert np.allclose(points.mean(axis=0), apply(pose, twin.mean(axis=0)), atol=0.15)


def test_what_is_missing_is_missing() -> None:
    scan = drawn().scan(2.5, view=BOX, missing=("discs", "sac", "roots", "skin", "L5", "herniations"))
    present = set(np.unique(scan.labels.array).tolist())
    assert not present & {120, 121, 152, 201, 202, 203, 27, 134, 144}
    assert {28, 29} <= present
    total = drawn().scan(2.5, view=BOX, labels="total")
    assert set(np.unique(total.labels.array).tolist()) <= set(range(118))


def test_whole_sacrum_and_six_or_four_vertebrae() -> None:
    whole = drawn().scan(3.0, view=BOX, split_sacrum=False).labels.array
    assert not (whole == 26).any() and (whole == 25).any()
    six = Phantom(None, lumbar_count=6, herniations=(Herniation(level="L6-S1"),))
    assert {118, 208, 158} <= set(np.unique(six.scan(2.5, view="spine").labels.array).tolist())
    four = Phantom(None, lumbar_count=4, sacralised="left")
    assert four.scene.column.levels[-1] == "L4-S1" and four.scene.reference == "L3-L4"


def test_errors_at_the_borders_come_to_the_asked_dice() -> None:
    exact = drawn().scan(1.5, view=BOX).labels.array
    wrong = drawn().scan(1.5, view=BOX, dice=0.85).labels.array
    assert mean_dice(exact, wrong) == pytest.approx(0.85, abs=0.02)
    with pytest.raises(InputError, match="dice"):
        drawn().scan(2.0, view=BOX, dice=0.2)


def test_images_look_like_what_they_are() -> None:
    scan = drawn().scan(1.5, view=BOX)
    ct, t2 = np.asarray(scan.image("ct").array), np.asarray(scan.image("t2").array)
    labels = scan.labels.array
    bone, sac, disc = np.isin(labels, (28, 27)), labels == 120, labels == 202
    assert ct[bone].mean() > ct[disc].mean() + 100 > ct[sac].mean()
    assert t2[sac].mean() > 2 * t2[bone].mean()
    hard = Phantom(3, herniations=(Herniation(type="extrusion", calcified=True, size_mm=9.0),))
    found = hard.scan(1.0, view=((-25.0, 0.0, -15.0), (25.0, 35.0, 20.0)))
    inner = np.asarray(found.image("ct", noise=False).array)[found.labels.array == 152]
    assert np.median(inner) > 200


@pytest.mark.parametrize("voxel", [0.1, 8.0, (1.0, 1.0), (1.0, 1.0, 0.0)])
def test_voxels_that_no_scanner_makes_are_refused(voxel: object) -> None:
    with pytest.raises(InputError, match="voxel"):
        drawn().scan(voxel)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "knobs",
    [
        {"lumbar_count": 7},
        {"scoliosis_deg": 90.0},
        {"slip_mm": {"L7-S1": 2.0}},
        {"slip_mm": {"L4-L5": 40.0}},
        {"canal_stenosis": {"L4-L5": "bad"}},
        {"foraminal_stenosis": {("L4-L5", Side.LEFT): "bad"}},
        {"sacralised": "up"},
        {"pfirrmann": {"L4-L5": 9}},
    ],
)
def test_knobs_out_of_range_are_refused(knobs: dict) -> None:
    with pytest.raises(InputError):
        Phantom(None, **knobs)


@pytest.mark.parametrize(
    "fields",
    [
        {"side": "centre"},
        {"type": "none"},
        {"zone": "lateral"},
        {"size_mm": 0.0},
        {"migration": "up"},
        {"migration_mm": 3.0},
        {"type": "protrusion", "migration": "up", "migration_mm": 3.0},
        {"side": "midline", "zone": "foraminal"},
    ],
)
def test_herniations_that_can_not_be_are_refused(fields: dict) -> None:
    with pytest.raises(InputError, match="herniation"):
        Herniation(**fields)


def test_pathology_narrows_what_it_should() -> None:
    sound, sick = (
        drawn(None).scene,
        Phantom(
            None,
            foraminal_stenosis={("L4-L5", Side.LEFT): "severe"},
            canal_stenosis={"L3-L4": "severe"},
            disc_height_mm={"L2-L3": 3.0},
            scoliosis_deg=20.0,
        ).scene,
    )
    key = ("L4-L5", Side.LEFT)
    assert sick.openings[key].width < 0.6 * sound.openings[key].width
    assert sick.openings["L4-L5", Side.RIGHT].width == pytest.approx(
        sound.openings["L4-L5", Side.RIGHT].width
    )
    assert sick.column.disc_behind["L2-L3"] < sound.column.disc_behind["L2-L3"] - 2
    z_sound = sound.disc_centres["L3-L4"][2]
    z_sick = sick.disc_centres["L3-L4"][2]
    assert sick.sac.at(z_sick)[1].prod() < 0.75 * sound.sac.at(z_sound)[1].prod()
    assert sick.column.bones["L1"].at[0, 3] > 10


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = drawn().scan(3.0, view=BOX)
    folder = write_scan(scan, tmp_path / "made", images=("ct",))
    assert sorted(item.name for item in folder.iterdir()) == [
        "ct.nii.gz", "labels.nii.gz", "parts.nii.gz", "truth.json",
    ]  # fmt: skip
    document = json.loads((folder / "truth.json").read_text())
    assert document["seed"] == 3 and len(document["measurements"]) > 150
    image = nibabel.load(folder / "labels.nii.gz")
    assert np.array_equal(np.asarray(image.dataobj), scan.labels.array)
    assert len(image.header.extensions) == 1
    with pytest.raises(InputError, match="exists already"):
        write_scan(scan, folder)

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(scan), "image", broken)
    with pytest.raises(InputError, match=r"(?i)no space left"):
        write_scan(scan, tmp_path / "other")
    assert [item.name for item in tmp_path.iterdir()] == ["made"]


def test_parts_lie_in_their_vertebrae() -> None:
    scan = scanned(1.5)
    bones = np.isin(scan.labels.array, (26, 27, 28, 29, 30, 31))
    parts = np.asarray(scan.parts.array)
    assert np.array_equal(parts > 0, bones)
    assert set(np.unique(parts).tolist()) == set(range(12))

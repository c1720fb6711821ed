"""`kambin measure`: tables that fit, one JSON document, pictures, exit codes, no colour in a pipe."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kambin.anatomy.model import Caution, Measurement
from kambin.cli import measure, render_measure
from tests.report.pictures import hand_made


@pytest.fixture
def given(monkeypatch):
    """Puts a spine in the place of the one that would be read."""
    from kambin import anatomy

    def put(spine):
        monkeypatch.setattr(anatomy, "read_spine", lambda *_args, **_options: spine, raising=False)

    return put


def whole(**changes):
    """A spine that lacks nothing that is looked for."""
    spine = hand_made.spine()
    names = ("L1", "L2", "L3", "L4", "L5", "sacrum")
    rows = (
        Measurement("present", True, "1", "label in the map", None, ("L4",), level="L4"),
        Measurement("volume", 66.01, "mL", "voxels, counted", 0.146, ("L4",), level="L4"),
        Measurement("body_depth", None, "mm", "not measured: cut", None, (), level="L5"),
        Measurement("disc_wedge", -2.04, "deg", "angle of planes", 1.6, (), level="L4-L5"),
        Measurement("triangle_circle", 5.04, "mm", "largest circle", 0.81, (), side="left", level="L4-L5"),
        Measurement("triangle_circle", 6.2, "mm", "largest circle", 0.8, (), side="right", level="L4-L5"),
        Measurement("canal_area", 290.6, "mm2", "rays", 12.9, (), level="L4"),
        Measurement("lordosis", 46.0, "deg", "angle of endplates", 1.6, ()),
        Measurement("herniation_volume", 0.81, "mL", "voxels", 0.05, (), side="left", level="L4-L5"),
    )
    return replace(spine, levels=names, measurements=rows, missing=("skin",), **changes)


def test_the_table_holds_every_value_with_its_spread_and_method(run, given, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    given(whole())
    ran = run("measure", "map.nii.gz")
    assert ran.code == 0
    for text in (
        "66.0",
        "±0.1",
        "−2.0",
        "±1.6",
        "5.0",
        "±0.8",
        "291",
        "46.0",
        "0.8",
        "Volume of the bone (ml)",
        "Largest circle in the Kambin triangle, left",
        "voxels, counted",
        "angle of endplates",
        "Missing",
        "skin",
        "Left and right are the patient's",
    ):
        assert text in " ".join(ran.out.split()), text
    assert "–" in ran.out  # what was not measured
    assert "\x1b[" not in ran.out


def test_cautions_come_first_and_set_the_exit_code(run, given):
    caution = Caution("numbering", "The numbering is doubtful.", ("L5",))
    given(whole(warnings=(Caution("stray_voxels", "Left out: hip_left 0.03 ml."), caution)))
    ran = run("measure", "map.nii.gz")
    assert ran.code == 1
    assert ran.out.startswith("! The numbering is doubtful.")
    assert "· Left out: hip left" in ran.out


def test_how_the_map_was_read_needs_no_attention():
    minor = tuple(
        Caution(code, code)
        for code in ("convention_from_anatomy", "stray_voxels", "discs_derived", "no_skin", "sac_derived")
    )
    assert measure.attention(whole(warnings=minor)) == ()


def test_missing_bones_need_attention(run, given):
    given(replace(whole(), levels=("L3", "L4", "L5")))
    ran = run("measure", "map.nii.gz")
    assert ran.code == 1
    assert "! Not in the map: L1, L2, sacrum." in ran.out


def test_json_is_one_document_with_the_words_of_its_pictures(run, given, tmp_path, monkeypatch):
    from kambin.report.pictures import figures
    from kambin.report.pictures.three import Unrendered

    def fails(*_args, **_options):
        raise Unrendered("this machine can not draw", why="a test said so")

    monkeypatch.setattr(figures, "spine_picture", fails)
    given(whole())
    ran = run("measure", "map.nii.gz", "--json", "--figure", tmp_path / "figures")
    document = json.loads(ran.out)
    assert document["kambin_spine"] == 1
    assert document["measurements"][1]["uncertainty"] == 0.146
    assert "model" not in document
    named = {item["file"] for item in document["figures"]}
    assert named == {path.name for path in (tmp_path / "figures").iterdir()}
    assert all(item["alt"] for item in document["figures"])
    assert "a test said so" in document["figures_skipped"][0]
    assert "a test said so" in ran.err
    assert ran.code == 0


def test_a_file_that_is_refused_leaves_with_three(run, tmp_path):
    broken = tmp_path / "broken.nii.gz"
    broken.write_bytes(b"not a scan")
    ran = run("measure", broken)
    assert ran.code == 3
    assert ran.out == ""
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("value", "unit", "spread", "text"),
    [
        (5.0, "mm", 0.81, "5.0\n±0.8"),
        (-0.04, "mm", 0.8, "0.0\n±0.8"),
        (0.239, "1", 0.019, "0.24\n±0.02"),
        (290.6, "mm2", 12.9, "291\n±13"),
        (66.0, "mL", 0.01, "66.0\n±0.1"),
        (True, "1", None, "yes"),
        (None, "mm", None, "–"),
    ],
)
def test_values_are_rounded_as_their_spread_allows(value, unit, spread, text):
    item = Measurement("x", value, unit, "", spread, ())
    assert render_measure.value_text(item) == text


@pytest.mark.parametrize("name", ["totalseg_s0328/labels.nii.gz", "vhp_male/labels_0p8mm.nii.gz"])
def test_real_maps_are_measured(run, shared_dir, name):
    ran = run("measure", shared_dir / "data" / name)
    assert ran.code in (0, 1)
    assert "Vertebrae" in ran.out
    assert "Discs and foramina" in ran.out
    assert max(len(row) for row in ran.out.splitlines()) <= 110

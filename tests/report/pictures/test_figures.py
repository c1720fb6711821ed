"""The galleries: complete, the same on every run, honest about what is derived, and written whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kambin.anatomy.volume import Volume
from kambin.case.words import Side
from kambin.errors import InputError
from kambin.report.pictures import access_figures, figures, measure_figures, write_figures
from kambin.report.pictures.canvas import Canvas, Name, _apart, _sorted, lighter
from kambin.report.pictures.endoscope import endoscope_pictures
from kambin.report.pictures.landmarks import draw_triangle, roots_in_words
from kambin.report.pictures.looks import class_of, classes, hounsfield, line, paint, part, pattern
from kambin.report.pictures.scene import scene_of
from kambin.report.pictures.slices import coronal_plane, sagittal_plane
from tests.report.pictures import hand_made

SVG = "{http://www.w3.org/2000/svg}"
PROGRAM = """
import sys, hashlib
sys.path.insert(0, sys.argv[1])
from tests.report.pictures import hand_made
from kambin.report.pictures import measure_figures
gallery = measure_figures(hand_made.spine(), three=False)
print(hashlib.sha256(b"".join(item.data for item in gallery.pictures)).hexdigest())
"""


@pytest.fixture(scope="module")
def measured():
    return measure_figures(hand_made.spine(), three=False)


@pytest.fixture(scope="module")
def planned():
    spine = hand_made.spine()
    return access_figures(spine, hand_made.plan_for(spine, "L4-L5", Side.LEFT), three=False)


def test_each_gallery_is_complete(measured, planned):
    assert [item.name for item in measured.pictures] == [
        "mid-sagittal",
        "coronal",
        "foramina-left",
        "foramina-right",
        "axial-L3-L4",
        "axial-L4-L5",
    ]
    assert [item.name for item in planned.pictures] == [
        "c-arm-ap",
        "c-arm-lateral",
        "endoscope-foramen",
        "endoscope-opened",
        "endoscope-fragment",
        "corridor-axial",
        "corridor-sagittal",
        "corridor-coronal",
        "corridor-along-upright",
        "corridor-along-flat",
    ]
    assert not measured.skipped
    assert not planned.skipped


def test_every_picture_is_whole_and_carries_its_words(measured, planned):
    for item in (*measured.pictures, *planned.pictures):
        tree = ElementTree.fromstring(item.data)
        assert tree.get("role") == "img"
        assert tree.find(f"{SVG}title").text == item.title
        assert tree.find(f"{SVG}desc").text == item.alt
        assert item.alt.endswith(".")
        assert len(item.alt) > 80
        assert "patient's" in item.alt
        # nothing but the picture: no date, no other place, no name that a second picture would repeat
        text = item.data.decode()
        assert not re.search(r"20\d\d-\d\d", text)
        assert not re.search(r'href="http', text)
        ids = [node.get("id") for node in tree.iter() if node.get("id")]
        assert len(ids) == len(set(ids))
        assert not any(re.search(r"_\d+$", name) for name in ids)


def test_the_same_spine_gives_the_same_bytes_in_another_process(measured):
    import hashlib

    root = Path(__file__).resolve().parents[3]
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root)],
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    whole = hashlib.sha256(b"".join(item.data for item in measured.pictures)).hexdigest()
    assert made.stdout.strip() == whole


def test_what_is_derived_is_dashed_and_said(measured):
    axial = next(item for item in measured.pictures if item.name == "axial-L4-L5")
    assert "L4 root, left, derived" in axial.alt
    assert "dural sac is derived" in axial.alt
    assert "drawn dashed was derived" in axial.caption
    assert line("root_derived").dash
    assert not line("root_given").dash
    assert line("sac_derived").dash


def test_given_nerves_are_not_called_derived():
    spine = hand_made.spine()
    model = spine.model
    given = replace(
        model,
        roots=tuple(replace(root, how="given") for root in model.roots),
        sac=replace(model.sac, how="given"),
    )
    gallery = measure_figures(replace(spine, model=given), three=False)
    axial = next(item for item in gallery.pictures if item.name == "axial-L4-L5")
    assert "derived" not in axial.alt + axial.caption
    assert b"<!-- where it lies in 95 of 100 -->" not in axial.data


def test_a_spine_without_geometry_still_has_its_slices():
    spine = hand_made.spine(with_model=False)
    with pytest.raises(InputError):
        measure_figures(spine, three=False)
    gallery = measure_figures(spine, labels=hand_made.label_map(), three=False)
    assert [item.name for item in gallery.pictures] == [
        "mid-sagittal",
        "coronal",
        "axial-L3-L4",
        "axial-L4-L5",
    ]
    assert "No nerve root is drawn" in gallery.pictures[1].alt


def test_no_corridor_no_picture():
    spine = hand_made.spine()
    gallery = access_figures(spine, hand_made.plan("L4-L5", Side.LEFT))
    assert not gallery.pictures
    assert "none is recommended" in gallery.skipped[0]


def test_a_machine_without_a_renderer_loses_one_picture_and_says_so(monkeypatch):
    from kambin.report.pictures.three import Unrendered

    def fails(*_args, **_options):
        raise Unrendered("this machine can not draw", why="no OpenGL was found")

    monkeypatch.setattr(figures, "spine_picture", fails)
    gallery = measure_figures(hand_made.spine())
    assert len(gallery.pictures) == 6
    assert gallery.skipped == (
        "The picture in three dimensions is left out: this machine can not draw; no OpenGL was found.",
    )


def test_an_image_lies_under_the_labels():
    spine = hand_made.spine()
    labels = hand_made.label_map()
    array = np.where(labels.volume.array > 0, 700, 40).astype(np.int16)
    array[:, :, :3] = -1000
    image = Volume(array, labels.volume.lps_from_voxel)
    plain, under = (measure_figures(spine, image=item, three=False) for item in (None, image))
    assert plain.pictures[0].data != under.pictures[0].data
    assert "no image under" in plain.pictures[0].caption
    assert "Image with the labels" in under.pictures[0].caption


def test_pictures_are_written_whole_or_not_at_all(tmp_path, measured, monkeypatch):
    paths = write_figures(measured, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [item.file_name for item in measured.pictures]
    assert all(path.read_bytes() == item.data for path, item in zip(paths, measured.pictures, strict=True))
    blocker = tmp_path / "file"
    blocker.write_text("x")
    with pytest.raises(InputError):
        write_figures(measured, blocker)

    def fails(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(InputError):
        write_figures(measured, tmp_path / "other")
    assert not list((tmp_path / "other").iterdir())


def test_a_users_own_settings_change_nothing(measured):
    import matplotlib

    with matplotlib.rc_context({"lines.linewidth": 9.0, "font.size": 30.0, "svg.fonttype": "none"}):
        again = measure_figures(hand_made.spine(), three=False)
    assert [item.data for item in again.pictures] == [item.data for item in measured.pictures]


def test_names_at_an_edge_do_not_cover_each_other():
    extent = (-50.0, 50.0, 40.0, -40.0)
    names = [Name(f"L{index}", 0.0, float(index % 3), "left") for index in range(12)]
    heights = _apart(names, extent)
    assert np.diff(heights).min() >= 0.03 * 80
    assert -40 < heights[0] < heights[-1] < 40
    assert _sorted(names)[0].text == "L0"


def test_names_outside_of_the_frame_are_left_out():
    canvas = Canvas("x", "x", (-1.0, 1.0, 1.0, -1.0), lambda points: points)
    canvas.write_at("outside", 3.0, 0.0)
    canvas.write_at("inside", 0.5, 0.0)
    data = canvas.finish("", "A picture.").data
    assert b"<!-- inside -->" in data
    assert b"<!-- outside -->" not in data


def test_every_class_has_a_look_of_its_own():
    looks = [(look.colour, look.pattern) for look in classes()]
    assert len(set(looks)) == len(looks)
    dashes = [
        (line(name).colour, line(name).dash, line(name).width) for name in ("root_given", "root_derived")
    ]
    assert len(set(dashes)) == 2
    for structure, name in {
        "vertebrae_L4": "vertebra",
        "vertebrae_S1": "sacrum",
        "sacrum": "sacrum",
        "hip_left": "hip",
        "disc_L4-L5": "disc",
        "spinal_cord": "canal",
        "dural_sac": "sac",
        "sacrum_left": "sacrum",
        "body": "tissue",
        "root_L4_left": "root",
        "herniation_L5-S1": "herniation",
        "rib_left_12": "bone",
        "iliac_vena_left": "vein",
        "aorta": "artery",
        "portal_vein_and_splenic_vein": "vein",
        "iliopsoas_right": "muscle",
        "kidney_left": "kidney",
        "colon": "bowel",
        "prostate": "organ",
    }.items():
        assert class_of(structure).name == name, structure
    assert set(hounsfield()) <= {look.name for look in classes()} | {"tissue"}


def test_patterns_differ_and_colours_are_painted():
    shapes = {
        name: pattern(name, (24, 24))
        for name in ("plain", "diagonal", "counter", "horizontal", "vertical", "dots", "cross")
    }
    drawn = [shape.tobytes() for shape in shapes.values()]
    assert len(set(drawn)) == len(drawn)
    codes = np.zeros((24, 24), dtype=np.uint8)
    codes[4:, 4:] = 1
    painted = paint(codes, (part("sac"),))
    assert (painted[:4] == 0).all()
    assert (painted[4:, 4:, 3] == 255).all()
    assert len(np.unique(painted[4:, 4:].reshape(-1, 4), axis=0)) == 2


def test_roots_are_said_in_few_words():
    names = ["L4 root, left, derived", "L4 root, right, derived", "L5 root, left, derived", "S1 root, left"]
    assert roots_in_words(names) == "L4, both sides, derived; L5, left, derived; S1, left"
    assert roots_in_words([]) == ""


def test_a_triangle_is_drawn_from_the_front_and_not_on_edge():
    triangle = hand_made.foramen(Side.LEFT).triangle
    scene = scene_of(hand_made.spine())
    for plane, drawn in ((sagittal_plane(scene), True), (coronal_plane(scene), False)):
        canvas = Canvas("x", "x", plane.extent, plane.place)
        assert draw_triangle(canvas, triangle, plane) is drawn
        assert (b"<!-- Kambin triangle -->" in canvas.finish("", "A picture.").data) is drawn
    assert not draw_triangle(canvas, None, plane)


def test_the_circle_of_a_triangle_is_drawn_as_large_as_it_is():
    scene = scene_of(hand_made.spine())
    plane = sagittal_plane(scene)
    found = []

    class Spy(Canvas):
        def line(self, points_lps, look, *, closed=False):
            found.append((look.name, points_lps))

    draw_triangle(Spy("x", "x", plane.extent, plane.place), hand_made.foramen(Side.LEFT).triangle, plane)
    circle = dict(found)["circle"]
    triangle = hand_made.foramen(Side.LEFT).triangle
    assert np.linalg.norm(circle - triangle.circle_centre_lps, axis=1) == pytest.approx(2.4)
    assert circle[:, 0] == pytest.approx(triangle.circle_centre_lps[0])  # in the triangle's plane


@pytest.mark.parametrize("name", ["root_derived", "cannula", "disc_plane", "foramen", "triangle", "pedicle"])
def test_lines_stand_out_on_light_and_on_dark(name):
    """WCAG asks 3 to 1 of graphics, against the casing that each line has."""
    assert contrast(line(name).colour, "#ffffff") > 4.5
    assert contrast(lighter(line(name).colour), "#16181c") > 4.5


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [value / 255 for value in bytes.fromhex(colour[1:])]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_endoscope_stands_before_the_window_when_it_comes_between_the_laminae():
    spine = hand_made.spine()
    plan = hand_made.plan_for(spine, "L4-L5", Side.LEFT, reamers=())
    scene = scene_of(spine)
    for approach, words in (
        ("interlaminar", "before the interlaminar window"),
        ("posterolateral", "at the foramen"),
    ):
        pictures = endoscope_pictures(scene, replace(plan, approach=approach), plan.proposals[0])
        assert [item.name for item in pictures] == [
            "endoscope-foramen",
            "endoscope-fragment",
        ]  # nothing is reamed
        assert words in pictures[0].title
        assert words in pictures[0].alt

"""Left and right: a mistake here hurts people. A mark on the patient's left is found where the L stands."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np
import pytest

from kambin.access.carm import c_arm, radiograph
from kambin.access.endoscope import endoscope_view
from kambin.case.words import SIDES, Side
from kambin.report.pictures import carm, corridor, endoscope, slices
from kambin.report.pictures.canvas import DPI, HEAD_IN, WIDTH_IN
from kambin.report.pictures.looks import class_of
from kambin.report.pictures.planes import edge_letters, look_labels, towards
from kambin.report.pictures.scene import Scene, scene_of
from tests.report.pictures import hand_made

LEFT_MARK, RIGHT_MARK = (30.0, 0.0, -18.0), (-30.0, 0.0, -18.0)
KIDNEY = class_of("kidney_left").colour


def marked(place: tuple[float, float, float]) -> Scene:
    labels = hand_made.label_map({"kidney_left": place})
    return scene_of(hand_made.spine(labels))


def pixels_of(data: bytes) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def mark_column(data: bytes) -> float:
    """Where the kidney's own colour lies in the frame of a picture, share of the width."""
    pixels = pixels_of(data)[round(HEAD_IN * DPI) :]
    frame = pixels[: int(0.75 * pixels.shape[0])]  # without the key
    found = np.nonzero((frame == KIDNEY).all(axis=-1))[1]
    assert found.size > 5
    return float(found.mean()) / pixels.shape[1]


def letter_column(svg: bytes, letter: str) -> float:
    """Where a letter was written, share of the width; letters are outlines with their text as a comment."""
    found = re.search(rf"<!-- {letter} -->.*?translate\(([0-9.]+) ", svg.decode(), re.DOTALL)
    assert found is not None
    return float(found.group(1)) / 72 / WIDTH_IN


MAKERS = {
    "axial": lambda scene, media: slices.axial_picture(scene, "L4-L5", media),
    "coronal": slices.coronal_picture,
}


@pytest.mark.parametrize("view", MAKERS)
def test_the_mark_lies_where_its_letter_stands(view):
    make = MAKERS[view]
    for place, near, far in ((LEFT_MARK, "L", "R"), (RIGHT_MARK, "R", "L")):
        scene = marked(place)
        column = mark_column(make(scene, "png").data)
        svg = make(scene, "svg").data
        assert abs(column - letter_column(svg, near)) < abs(column - letter_column(svg, far))
        assert abs(column - 0.5) > 0.05


def test_radiological_convention():
    scene = marked(LEFT_MARK)
    for view in MAKERS.values():
        svg = view(scene, "svg").data
        assert letter_column(svg, "R") < 0.2 < 0.8 < letter_column(svg, "L")
    sagittal = slices.sagittal_picture(scene, "svg").data
    assert letter_column(sagittal, "A") < 0.3 < 0.7 < letter_column(sagittal, "P")
    assert b"<!-- L towards you, R away -->" in sagittal


def test_a_mark_beside_the_middle_is_in_the_sagittal_slice_of_its_side_only():
    scene = marked(LEFT_MARK)
    kidney = scene.labels.value_of("kidney_left")
    for beside, expected in ((30.0, True), (-30.0, False), (0.0, False)):
        found = look_labels(scene.labels.volume, slices.sagittal_plane(scene, beside))
        assert (found == kidney).any() == expected


@pytest.mark.parametrize("side", SIDES)
def test_the_picture_of_the_foramina_is_cut_on_its_side(side):
    sign = 1.0 if side is Side.LEFT else -1.0
    scene = marked((sign * 16.0, -10.0, 18.0))
    picture = slices.foramina_picture(scene, side, "png")
    assert picture is not None
    assert mark_column(picture.data) < 0.5  # in front
    other = slices.foramina_picture(scene, SIDES[1 - SIDES.index(side)], "png")
    with pytest.raises(AssertionError):
        mark_column(other.data)
    assert f"patient's {side}" in picture.title
    assert f"patient's {side}" in picture.alt


@pytest.mark.parametrize("make", [lambda s: slices.axial_plane(s, "L4-L5"), slices.coronal_plane])
def test_a_mirrored_patient_gives_the_mirrored_slice(make):
    labels = hand_made.label_map({"kidney_left": LEFT_MARK, "colon": (20.0, 6.0, -16.0)})
    one, other = scene_of(hand_made.spine(labels)), scene_of(hand_made.spine(hand_made.mirrored(labels)))
    straight = look_labels(one.labels.volume, make(one))
    mirror = look_labels(other.labels.volume, make(other))[:, ::-1]
    swapped = mirror.copy()
    swapped[mirror == 2], swapped[mirror == 3] = 3, 2
    assert (straight == 3).any()
    assert np.array_equal(straight, swapped)


def test_a_mirrored_patient_gives_the_mirrored_crests():
    spine = hand_made.spine()
    swapped = {
        side: replace(
            spine.crest[other],
            side=side,
            top_lps=(-spine.crest[other].top_lps[0], *spine.crest[other].top_lps[1:]),
        )
        for side, other in zip(SIDES, SIDES[::-1], strict=True)
    }
    one = slices.coronal_picture(scene_of(spine))
    other = slices.coronal_picture(scene_of(replace(spine, crest=swapped)))
    assert "patient's left crest 10 mm" in one.alt
    assert "patient's right crest 10 mm" in other.alt
    assert letter_column(one.data, r"left crest \+10 ± 2 mm") > 0.5
    assert letter_column(other.data, r"right crest \+10 ± 2 mm") < 0.5


def carm_scene(side: float) -> Scene:
    """A further block of bone at one side of L4."""
    labels = hand_made.label_map({"spleen": (side * 34.0, 0.0, 0.0)})
    array = labels.volume.array.copy()
    array[array == 1] = hand_made.VALUES["L4"]
    from kambin.anatomy.reading import label_map_of
    from kambin.anatomy.volume import Volume

    return scene_of(hand_made.spine(label_map_of(Volume(array, labels.volume.lps_from_voxel), "total")))


def test_bone_on_the_left_is_bright_on_the_left_of_the_film():
    plain, left = scene_of(hand_made.spine()), carm_scene(1.0)
    arm = c_arm(np.zeros(3), hand_made.FRAME, "ap", pixels=256)
    films = [radiograph(carm.film_of(scene).volume, arm) for scene in (plain, left)]
    columns = np.nonzero(films[1] - films[0] > 1000)[1]
    letters = edge_letters(arm.right_lps, arm.down_lps)
    assert letters["right"] == "L"
    assert columns.size > 5
    assert columns.mean() > 128
    assert arm.pixel_of(np.array([34.0, 0, 0]))[0] == pytest.approx(columns.mean(), abs=3)


@pytest.mark.parametrize("side", SIDES)
def test_the_corridor_is_drawn_on_its_side(side):
    scene = scene_of(hand_made.spine())
    plan = hand_made.plan_for(scene.spine, "L4-L5", side)
    proposal = plan.proposals[0]
    letter = "L" if side is Side.LEFT else "R"
    for picture in (
        carm.carm_pictures(scene, plan, proposal)[0],
        *(corridor.corridor_picture(scene, plan, proposal, n) for n in corridor.SLICES if n != "sagittal"),
    ):
        target, edge = (letter_column(picture.data, word) for word in ("target", letter))
        entry = re.search(r"<!-- entry -->", picture.data.decode())
        if entry is not None:
            entry_column = letter_column(picture.data, "entry")
            assert abs(entry_column - edge) < abs(target - edge), picture.name
        assert f"patient's {side}" in picture.title


@pytest.mark.parametrize("side", SIDES)
def test_the_endoscope_looks_from_its_side_to_the_other(side):
    scene = scene_of(hand_made.spine())
    plan = hand_made.plan_for(scene.spine, "L4-L5", side)
    for picture in endoscope.endoscope_pictures(scene, plan, plan.proposals[0]):
        other = "right" if side is Side.LEFT else "left"
        assert f"looking to the patient's {other}" in picture.alt
        near, far = ("L", "R") if side is Side.LEFT else ("R", "L")
        assert f"<!-- {near} towards you, {far} away -->".encode() in picture.data


def test_mirrored_patients_have_mirrored_endoscope_views():
    views = []
    for side in SIDES:
        scene = scene_of(hand_made.spine())
        plan = hand_made.plan_for(scene.spine, "L4-L5", side, reamers=())
        proposal = plan.proposals[0]
        cube = endoscope.build_cube(scene, plan, np.array(proposal.corridor.target_lps))
        name, tip, _ = endoscope.stages(cube, proposal)[0]
        outward = np.array(proposal.corridor.entry_lps) - np.array(proposal.corridor.target_lps)
        frame = hand_made.FRAME
        toward = endoscope._towards(scene, plan, tip, frame)
        scope = endoscope.Endoscope(tip, -outward / np.linalg.norm(outward), toward, frame[1])
        view = endoscope_view(cube, scope, 161)
        codes = np.array([0, *(sum(map(ord, name.split(",")[0])) for name in view.names)])
        views.append(codes[view.codes])
        assert name == "foramen"
    # head and feet change places in the picture when the surgeon changes sides, and nothing else does
    assert np.mean(views[0] != views[1][:, ::-1]) < 0.01


def test_three_dimensions_show_the_mark_where_the_letter_stands():
    pytest.importorskip("vtkmodules")
    from kambin.report.pictures import three

    plain = scene_of(hand_made.spine())
    for view, side in (("behind", "left"), ("oblique", "left"), ("oblique", "right")):
        scene = carm_scene(1.0 if side == "left" else -1.0)
        plane = three._view(plain, view, side)
        try:
            one, other = (three._rendered(item, plane, None) for item in (scene, plain))
        except three.Unrendered as error:
            pytest.skip(error.what)
        changed = np.nonzero((one.astype(int) - other).any(axis=-1))[1]
        letters = edge_letters(plane.right_lps, plane.down_lps)
        edge = next(edge for edge in ("left", "right") if letters[edge] == side[0].upper())
        assert changed.size > 20
        assert (changed.mean() < plane.shape[1] / 2) == (edge == "left")
    # from the side: the viewer stands on the side of the plan
    assert (
        three._view(plain, "oblique", "left").away_lps[0]
        < 0
        < three._view(plain, "oblique", "right").away_lps[0]
    )


def test_letters_follow_from_directions_alone():
    rng = np.random.default_rng(1)
    for _ in range(200):
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        right, down = turn[0], turn[1]
        letters = edge_letters(right, down)
        for edge, direction in (("left", -right), ("right", right), ("top", -down), ("bottom", down)):
            sign = {"L": 1, "R": -1}.get(letters[edge])
            if sign is not None:
                assert direction[0] * sign > 0
                assert abs(direction[0]) == np.abs(direction).max()
        if "near" in letters:
            away = np.cross(right, down)
            assert (away[0] > 0) == (letters["far"] == "L")
    assert [towards(row) for row in np.eye(3)] == ["L", "P", "H"]
    assert [towards(-row) for row in np.eye(3)] == ["R", "A", "F"]


def test_inside_a_body_nothing_is_air():
    """A map with the skin: muscle and bowel are soft tissue in the film and no holes."""
    from kambin.anatomy.reading import label_map_of
    from kambin.anatomy.volume import Volume
    from kambin.report.pictures.looks import hounsfield

    labels = hand_made.label_map({"colon": (30.0, 0.0, 0.0)})
    plain = carm.film_of(scene_of(hand_made.spine(labels))).volume
    assert set(np.unique(plain.array)) == {-1000, *(int(value) for value in hounsfield()["vertebra"])}
    assert class_of("body").name == "tissue"
    convention = label_map_of(Volume(labels.volume.array, labels.volume.lps_from_voxel), "total").convention
    if "body" in convention.names.values():
        pytest.skip("this convention has a body of its own")
    named = replace(convention, names={**convention.names, 250: "body"})
    array = labels.volume.array.copy()
    array[array == 0] = 250
    whole = replace(
        labels,
        volume=Volume(array, labels.volume.lps_from_voxel),
        convention=named,
        voxels={**labels.voxels, "body": int((array == 250).sum())},
        boxes={**labels.boxes, "body": tuple(slice(0, size) for size in array.shape)},
    )
    assert -1000 not in carm.film_of(Scene(hand_made.spine(), whole, None)).volume.array

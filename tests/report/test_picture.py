"""The picture: the right disc, root and side are marked; a mirrored patient gives the mirrored picture."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case.words import LEVELS, exiting_root, traversing_root
from kambin.diagnosis.places import PLACES
from kambin.report.picture import Picture, spine_picture
from kambin.report.skeleton import HEIGHT, MIDDLE, WIDTH
from tests.report.plans import candidate, diagnosis

SWAP = {"left": "right", "right": "left"}
TYPES = ["none", "bulge", "protrusion", "extrusion", "sequestration"]
PLACE = st.sampled_from(PLACES)


@st.composite
def discs(draw: st.DrawFn) -> dict[str, Any] | None:
    if draw(st.booleans()):
        return None
    return {
        "type": draw(st.sampled_from([None, *TYPES])),
        "zone": draw(st.sampled_from([None, "central", "subarticular", "foraminal", "extraforaminal"])),
        "side": draw(st.sampled_from([None, "left", "right", "midline"])),
        "migration": draw(st.sampled_from([None, "none", "up", "down"])),
        "migration_grade": draw(st.sampled_from([None, "none", "low", "high", "very_high"])),
    }


@st.composite
def diagnoses(draw: st.DrawFn) -> dict[str, Any]:
    def at(place: Any, disc: dict[str, Any] | None) -> dict[str, Any]:
        return candidate(str(place.level), place.side, str(place.root), place.course, 0.2, disc=disc)

    problem = None if draw(st.booleans()) else at(draw(PLACE), draw(discs()))
    rivals = [at(place, None) for place in draw(st.lists(PLACE, max_size=4, unique=True))]
    return diagnosis(problem=problem, rivals=rivals, reason="" if problem else "Nothing was found.")


def mirrored(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: mirrored(item) for name, item in value.items()}
    if isinstance(value, list):
        return [mirrored(item) for item in value]
    return SWAP.get(value, value) if isinstance(value, str) else value


def flipped(path: str) -> str:
    """A path with x about the middle; every pair in these paths is x and y."""
    return re.sub(r"(-?\d+) (-?\d+)", lambda pair: f"{2 * MIDDLE - int(pair[1])} {pair[2]}", path)


@given(diagnoses())
def test_a_mirrored_patient_gives_the_mirrored_picture(found: dict[str, Any]) -> None:
    one, other = spine_picture(found), spine_picture(mirrored(found))
    assert {(2 * MIDDLE - d.x, d.y, d.rx, d.ry, d.kind) for d in one.dots} == {
        (d.x, d.y, d.rx, d.ry, d.kind) for d in other.dots
    }
    assert {(flipped(r.path), SWAP[r.side], r.name, r.problem) for r in one.roots} == {
        (r.path, r.side, r.name, r.problem) for r in other.roots
    }
    assert [bone.problem for bone in one.bones] == [bone.problem for bone in other.bones]
    swapped = re.sub(
        r"the patient's (left|right)(?! on the)", lambda m: f"the patient's {SWAP[m[1]]}", one.text
    )
    assert swapped == other.text


@given(diagnoses())
def test_labels_never_cover_each_other_and_stay_inside(found: dict[str, Any]) -> None:
    made = spine_picture(found)
    for anchor in ("start", "end"):
        heights = sorted(label.y for label in made.labels if label.anchor == anchor)
        assert all(after - before >= 15 for before, after in itertools.pairwise(heights))
    assert all(0 < label.y <= HEIGHT + 40 and 0 < label.x < WIDTH for label in made.labels)
    assert all(0 < dot.x < WIDTH and 0 < dot.y < HEIGHT for dot in made.dots)


def marked(at: str, on: str, course: str, **disc: Any) -> Picture:
    place = next(item for item in LEVELS if str(item) == at)
    root = exiting_root(place) if course == "exiting" else traversing_root(place)
    problem = candidate(at, on, str(root), course, 0.8, disc=disc or None)
    return spine_picture(diagnosis(problem=problem, rivals=[]))


@pytest.mark.parametrize("level", [str(level) for level in LEVELS])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("course", ["exiting", "traversing"])
def test_the_disc_the_root_and_the_side_are_marked(level: str, side: str, course: str) -> None:
    made = marked(level, side, course, type="extrusion", zone="foraminal")
    assert [bone.name for bone in made.bones if bone.problem] == [level]
    [root] = [line for line in made.roots if line.problem]
    expected = level[:2] if course == "exiting" else level[-2:]
    assert (root.name, root.side) == (expected, side)
    [dot] = [item for item in made.dots if item.kind == "herniation"]
    assert (dot.x < MIDDLE) is (side == "left")
    xs = [int(x) for x, _ in re.findall(r"(-?\d+) (-?\d+)", root.path)]
    assert all((x < MIDDLE) is (side == "left") for x in xs)
    assert {label.text for label in made.labels} == {level, f"{expected} root"}
    assert f"the patient's {side}" in made.text


def test_the_exiting_root_leaves_at_its_disc_and_the_traversing_root_crosses_it() -> None:
    """The picture agrees with the anatomy: heights of the ends against the height of the disc."""
    ends = {}
    for course in ("exiting", "traversing"):
        made = marked("L3-L4", "left", course)
        [disc] = [bone for bone in made.bones if bone.problem]
        [root] = [line for line in made.roots if line.problem]
        ys = [int(y) for _, y in re.findall(r"(-?\d+) (-?\d+)", root.path)]
        ends[course] = (ys[0] - disc.y, ys[-1] - disc.y)
    assert ends["exiting"][0] < -40
    assert abs(ends["exiting"][1]) <= 20
    assert -30 <= ends["traversing"][0] < 0
    assert ends["traversing"][1] > 40


def test_zones_lie_from_the_middle_outwards() -> None:
    away = []
    for zone in ("central", "subarticular", "foraminal", "extraforaminal"):
        made = marked("L4-L5", "right", "traversing", type="extrusion", zone=zone, side="right")
        [dot] = [item for item in made.dots if item.kind == "herniation"]
        away.append(dot.x - MIDDLE)
    assert away == sorted(away)
    assert away[0] > 0


def test_a_central_herniation_of_both_sides_lies_in_the_middle_and_marks_both_roots() -> None:
    made = marked("L4-L5", "both", "traversing", type="extrusion", zone="central", side="midline")
    assert [dot.x for dot in made.dots if dot.kind == "herniation"] == [MIDDLE]
    assert sorted(line.side for line in made.roots if line.problem) == ["left", "right"]
    assert "both sides" in made.text


def test_migration_moves_it_the_right_way() -> None:
    heights = []
    for way in ("up", "none", "down"):
        made = marked(
            "L4-L5", "left", "traversing", type="sequestration", migration=way, migration_grade="high"
        )
        heights += [dot.y for dot in made.dots if dot.kind == "herniation"]
    assert heights == sorted(heights)
    assert len(set(heights)) == 3


def test_nothing_is_drawn_that_was_not_found() -> None:
    empty = spine_picture(None)
    assert not [dot for dot in empty.dots if dot.kind != "pedicle"]
    assert not empty.labels
    assert "No problem disc is marked." in empty.text
    assert not [dot for dot in marked("L4-L5", "left", "traversing").dots if dot.kind == "herniation"]
    bulge = marked("L4-L5", "left", "traversing", type="bulge")
    assert [dot.x for dot in bulge.dots if dot.kind == "herniation"] == [MIDDLE]
    assert "A bulge without a written zone is drawn." in bulge.text
    assert (
        "An extrusion in the central zone"
        in marked("L4-L5", "left", "traversing", type="extrusion", zone="central").text
    )


def test_rivals_are_ringed_and_named() -> None:
    made = spine_picture(diagnosis())
    [ring] = [dot for dot in made.dots if dot.kind == "rival"]
    assert ring.x < MIDDLE
    assert "Rivals: L4-L5, the patient's left, root L5, 20\u00a0%." in made.text
    assert "L5 root 20\u00a0%" in {label.text for label in made.labels if not label.strong}

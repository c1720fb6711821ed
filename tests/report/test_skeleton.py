from __future__ import annotations

import itertools
import re

import pytest

from kambin.report import skeleton
from kambin.report.skeleton import HEIGHT, MIDDLE, SAC_PATH, WIDTH

PATHS = [
    *(skeleton.body(index).path for index in range(5)),
    *(skeleton.disc(index, False).path for index in range(5)),
    skeleton.sacrum().path,
    SAC_PATH,
]


def points(path: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in re.findall(r"(-?\d+) (-?\d+)", path)]


@pytest.mark.parametrize("path", PATHS)
def test_every_shape_is_its_own_mirror_image_and_inside(path: str) -> None:
    found = points(path)
    assert {(2 * MIDDLE - x, y) for x, y in found} == set(found)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in found)


def test_bodies_and_discs_follow_each_other_downwards_and_do_not_overlap() -> None:
    shapes = [shape for index in range(5) for shape in (skeleton.body(index), skeleton.disc(index, False))]
    assert [shape.name for shape in shapes][:4] == ["L1", "L1-L2", "L2", "L2-L3"]
    edges = [
        (points(shape.path)[0][1], max(y for _, y in points(shape.path)))
        for shape in (*shapes, skeleton.sacrum())
    ]
    for (_, low), (top, _) in itertools.pairwise(edges):
        assert top >= low - 3  # a disc is drawn a little over its neighbours


@pytest.mark.parametrize("index", range(6))
def test_roots_mirror_and_end_where_their_label_points(index: int) -> None:
    left, right = (skeleton.root_line(index, sign, False) for sign in (-1, 1))
    assert [(2 * MIDDLE - x, y) for x, y in points(left.path)] == points(right.path)
    assert points(right.path)[-1] == skeleton.root_end(index, 1)
    assert (left.side, right.side) == ("left", "right")


def test_a_pedicle_for_each_side_of_each_vertebra() -> None:
    dots = skeleton.pedicles()
    assert len(dots) == 10
    assert {2 * MIDDLE - dot.x for dot in dots} == {dot.x for dot in dots}


@pytest.mark.parametrize("index", range(5))
def test_measures_of_a_disc(index: int) -> None:
    shape = skeleton.disc(index, True)
    assert abs(shape.y - skeleton.disc_y(index)) <= 1
    assert shape.problem
    assert skeleton.disc_half_width(index) > (skeleton.disc_half_width(index - 1) if index else 0)

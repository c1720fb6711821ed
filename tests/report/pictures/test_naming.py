"""Names near what they name: in the frame, over nothing, without crossing lines."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kambin.report.pictures.naming import Box, _cross, place_names, size_of

FRAME, INCH = (-95.0, 95.0, 70.0, -70.0), 30.0
PLACES = st.lists(
    st.tuples(
        st.sampled_from(("L5 root", "S1 root", "target", "entry")), st.floats(-80, 80), st.floats(-60, 60)
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda item: (round(item[1] / 12), round(item[2] / 12)),
)


@settings(max_examples=30, deadline=None)
@given(names=PLACES)
def test_names_stay_in_the_frame_and_off_each_other(names: list[tuple[str, float, float]]) -> None:
    spots = place_names(names, FRAME, INCH)
    left, right, bottom, top = FRAME
    for (text, x, y), spot in zip(names, spots, strict=True):
        box = spot.box
        assert (box.half_width, box.half_height) == size_of(text, INCH)
        assert left <= box.x - box.half_width and box.x + box.half_width <= right
        assert top <= box.y - box.half_height and box.y + box.half_height <= bottom
        assert not box.holds(np.array([[x, y]]))[0]
    assert not any(one.box.overlaps(other.box) for one, other in itertools.combinations(spots, 2))


@settings(max_examples=20, deadline=None)
@given(names=PLACES)
def test_the_order_in_which_names_are_given_changes_nothing(names: list[tuple[str, float, float]]) -> None:
    spots = place_names(names, FRAME, INCH)
    assert place_names(names[::-1], FRAME, INCH) == spots[::-1]


def test_what_stands_already_and_lines_are_kept_free() -> None:
    name = ("target", 0.0, 0.0)
    [free] = place_names([name], FRAME, INCH)
    [other] = place_names([name], FRAME, INCH, taken=[free.box])
    assert not other.box.overlaps(free.box)
    line = np.stack([np.linspace(-90, 90, 400), np.full(400, free.box.y)], axis=1)
    [moved] = place_names([name], FRAME, INCH, busy=line)
    assert not moved.box.holds(line).any()


def test_leaders_do_not_cross_where_they_need_not() -> None:
    names = [("L5 root", -6.0, -3.0), ("L5 root", 6.0, -3.0), ("S1 root", -5.0, 6.0), ("S1 root", 5.0, 6.0)]
    spots = place_names(names, FRAME, INCH)
    lines = [(np.array(item[1:]), np.array(spot.end)) for item, spot in zip(names, spots, strict=True)]
    assert not any(_cross(*one, *other) for one, other in itertools.combinations(lines, 2))


def test_segments_that_cross_and_those_that_do_not() -> None:
    a, b, c, d = (np.array(point, dtype=float) for point in ((0, 0), (2, 2), (0, 2), (2, 0)))
    assert _cross(a, b, c, d)
    assert not _cross(a, c, b, d)


def test_boxes_overlap_where_they_share_an_area() -> None:
    one = Box(0, 0, 2, 1)
    assert one.overlaps(Box(3, 0, 2, 1))
    assert not one.overlaps(Box(4, 0, 2, 1))
    assert not one.overlaps(Box(0, 2, 2, 1))

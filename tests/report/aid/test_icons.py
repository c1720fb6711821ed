"""Icon arrays: always 100 people, in the right numbers, told apart by shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.report.aid.icons import COLUMNS, HIGH, WIDE, icon_array

COUNTS = st.integers(0, 100).flatmap(lambda sure: st.tuples(st.just(sure), st.integers(0, 100 - sure)))


def places(path: str) -> list[tuple[float, float]]:
    """Where the figures of a path start, read from the path itself."""
    return [tuple(float(x) for x in part.split("a")[0].split("v")[0].split()) for part in path.split("M")[1:]]  # type: ignore[misc]


@given(COUNTS)
def test_a_hundred_people_each_in_a_place_of_its_own(counts: tuple[int, int]) -> None:
    sure, maybe = counts
    icons = icon_array(sure, maybe)
    groups = [places(icons.full), places(icons.half), places(icons.empty)]
    assert [len(group) for group in groups] == [sure, maybe, 100 - sure - maybe]
    assert len(places(icons.halves)) == maybe
    every = [place for group in groups for place in group]
    assert len(set(every)) == 100
    assert every == sorted(every, key=lambda place: (place[1], place[0]))
    assert {x for x, _ in every} == {WIDE * column + 6 for column in range(COLUMNS)}


@given(COUNTS)
def test_nobody_stands_outside_the_picture(counts: tuple[int, int]) -> None:
    icons = icon_array(*counts)
    for path in (icons.full, icons.half, icons.empty):
        assert all(3 <= x <= icons.width - 3 and 6 <= y <= icons.height - HIGH + 7 for x, y in places(path))


@pytest.mark.parametrize("counts", [(-1, 5), (5, -1), (60, 41)])
def test_more_than_everybody_is_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="100 people"):
        icon_array(*counts)

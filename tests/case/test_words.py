from __future__ import annotations

from itertools import pairwise

import pytest

from kambin.case.words import LEVELS, ROOTS, SIDES, Level, Root, Side, exiting_root, traversing_root


@pytest.mark.parametrize("level", LEVELS)
def test_the_exiting_root_has_the_number_of_the_upper_vertebra(level: Level) -> None:
    assert exiting_root(level) == level.split("-")[0]


@pytest.mark.parametrize("level", LEVELS)
def test_the_traversing_root_has_the_number_of_the_lower_vertebra(level: Level) -> None:
    assert traversing_root(level) == level.split("-")[1]


def test_levels_follow_each_other_and_roots_with_them() -> None:
    for upper, lower in pairwise(LEVELS):
        assert upper.split("-")[1] == lower.split("-")[0]
        assert traversing_root(upper) == exiting_root(lower)
    assert [str(root) for root in ROOTS] == [f"L{n}" for n in range(1, 6)] + ["S1"]
    assert all(isinstance(root, Root) for root in ROOTS)


def test_the_opposite_of_the_opposite_is_the_side() -> None:
    assert {side.opposite for side in SIDES} == set(SIDES)
    assert all(side.opposite != side == side.opposite.opposite for side in SIDES)
    assert Side.LEFT == "left"

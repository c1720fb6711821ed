"""The places, against the definition of which root passes where."""

from __future__ import annotations

import pytest

from kambin.case.words import LEVELS, ROOTS
from kambin.diagnosis.places import PLACES, pattern, place_at, place_name

# the evidence's own examples (zone_to_root, X04): L4-L5 in the canal meets L5, in the foramen L4
KNOWN = {
    ("L4-L5", "traversing"): "L5",
    ("L5-S1", "traversing"): "S1",
    ("L4-L5", "exiting"): "L4",
    ("L5-S1", "exiting"): "L5",
}


def test_there_are_five_ways_at_each_level() -> None:
    assert [place.index for place in PLACES] == list(range(25))
    for level in LEVELS:
        here = [(place.side, place.course) for place in PLACES if place.level == level]
        assert sorted(here) == sorted(
            [(side, course) for side in ("left", "right") for course in ("exiting", "traversing")]
            + [("both", "traversing")]
        )


@pytest.mark.parametrize(("at", "root"), KNOWN.items())
def test_roots_pass_where_the_evidence_says(at: tuple[str, str], root: str) -> None:
    assert place_at(at[0], "left", at[1]).root == root


def test_each_root_between_is_met_by_two_discs() -> None:
    met = {root: {place.level for place in PLACES if place.root == root} for root in ROOTS}
    assert [len(met[root]) for root in ROOTS] == [1, 2, 2, 2, 2, 1]


def test_names() -> None:
    assert place_at("L4-L5", "right", "traversing").name == "L4-L5 right, traversing root L5"
    assert place_name("L3-L4", "both", "traversing", "L4") == "L3-L4 both sides, traversing roots L4"
    with pytest.raises(KeyError):
        place_at("L4-L5", "both", "exiting")


def test_pattern_takes_the_side_with_the_midline() -> None:
    right = {index for index, _ in pattern("right")}
    assert right == {place.index for place in PLACES if place.side != "left"}
    assert len(pattern(None)) == 25


def test_pattern_and_its_outside_share_out_a_side() -> None:
    shares = (("L5", 1.0), ("L4", 0.5))
    inside, outside = pattern("left", shares), pattern("left", shares, outside=True)
    assert {PLACES[index].root: share for index, share in inside} == {"L5": 1.0, "L4": 0.5}
    assert sorted([index for index, _ in inside + outside]) == [index for index, _ in pattern("left")]
    assert {share for _, share in outside} == {1.0}

"""What records say about places: zone, side, what is missing, what was not read."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given

from kambin.case import Case
from kambin.case.measured import MeasuredFact
from kambin.diagnosis import figures
from kambin.diagnosis.places import PLACES, place_at
from kambin.diagnosis.scan import Scan, Spot, read_scan
from tests.diagnosis.strategies import cases, disc, make

LEFT, RIGHT, BOTH = ("left", "traversing"), ("right", "traversing"), ("both", "traversing")
LEFT_OUT, RIGHT_OUT = ("left", "exiting"), ("right", "exiting")
ALL = {LEFT, RIGHT, BOTH, LEFT_OUT, RIGHT_OUT}


def scan_of(*discs: dict[str, Any], complete: bool = False, **imaging: Any) -> Scan:
    return read_scan(make(imaging={"discs": list(discs), "discs_complete": complete, **imaging}), figures())


def spot(scan: Scan, level: str, at: tuple[str, str]) -> Spot:
    return scan.spots[place_at(level, *at).index]


def readings(scan: Scan, level: str = "L4-L5") -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for at in ALL:
        found.setdefault(spot(scan, level, at).reading, set()).add(at)
    return found


@pytest.mark.parametrize(
    ("side", "zone", "places"),
    [
        ("right", "subarticular", {RIGHT}),
        ("right", "foraminal", {RIGHT_OUT}),
        ("left", "extraforaminal", {LEFT_OUT}),
        ("right", "central", {RIGHT, BOTH}),
        ("midline", "central", {LEFT, RIGHT, BOTH}),
        ("midline", None, {LEFT, RIGHT, BOTH}),
        ("midline", "subarticular", {LEFT, RIGHT, BOTH}),
        ("midline", "foraminal", {LEFT_OUT, RIGHT_OUT}),
        (None, "central", {LEFT, RIGHT, BOTH}),
        (None, "subarticular", {LEFT, RIGHT}),
        (None, "foraminal", {LEFT_OUT, RIGHT_OUT}),
        ("right", None, {RIGHT, RIGHT_OUT}),
        (None, None, ALL),
    ],
)
def test_where_a_herniation_lies(side: str | None, zone: str | None, places: set[tuple[str, str]]) -> None:
    found = readings(scan_of(disc("L4-L5", side, "extrusion", zone=zone)))
    assert found["herniation"] == places
    assert found.get("unread", set()) == ALL - places


@pytest.mark.parametrize(
    ("side", "zone", "among"),
    [("right", "subarticular", 1), (None, "foraminal", 2), ("left", None, 2), (None, None, 5)],
)
def test_what_is_left_open_is_shared_out(side: str | None, zone: str | None, among: int) -> None:
    """At one of several places: the mean of its ratio here and of the ratios of its being elsewhere."""
    scan, full = scan_of(disc("L4-L5", side, "extrusion", zone=zone)), figures().types["extrusion"].value
    for place in scan.recorded:
        got = math.exp(scan.spots[place.index].log)
        assert got == pytest.approx((full + (among - 1) * 1.0) / among)


def test_a_bulge_has_no_one_zone_unless_it_compresses_the_root() -> None:
    assert readings(scan_of(disc("L4-L5", None, "bulge")))["bulge"] == ALL
    assert readings(scan_of(disc("L4-L5", "right", "bulge", zone="foraminal")))["bulge"] == {RIGHT, RIGHT_OUT}
    compressing = scan_of(disc("L4-L5", "right", "bulge", zone="foraminal", root_compressed=True))
    assert readings(compressing)["herniation"] == {RIGHT_OUT}


def test_compression_without_a_type() -> None:
    pressed = scan_of({"level": "L4-L5", "side": "right", "zone": "subarticular", "root_compressed": True})
    assert readings(pressed)["herniation"] == {RIGHT}
    free = scan_of({"level": "L4-L5", "side": "right", "zone": "subarticular", "root_compressed": False})
    assert readings(free) == {"unread": ALL}
    assert spot(free, "L4-L5", RIGHT).log == pytest.approx(math.log(figures().compressed["no"].value))
    assert free.described == frozenset() and not free.silent


@pytest.mark.parametrize("word", [True, False])
def test_compression_multiplies(word: bool) -> None:
    plain = spot(scan_of(disc("L4-L5", "right", zone="subarticular")), "L4-L5", RIGHT)
    more = spot(scan_of(disc("L4-L5", "right", zone="subarticular", root_compressed=word)), "L4-L5", RIGHT)
    assert math.exp(more.log - plain.log) == pytest.approx(
        figures().compressed["yes" if word else "no"].value
    )


def test_a_full_reading_clears_what_it_does_not_name() -> None:
    scan = scan_of(disc("L4-L5", "right", zone="subarticular"), complete=True)
    assert spot(scan, "L3-L4", RIGHT).log == pytest.approx(math.log(figures().types["none"].value))
    assert spot(scan, "L4-L5", LEFT).log == pytest.approx(math.log(figures().types["none"].value))
    # the herniation may spill into the next zone of its own side
    assert spot(scan, "L4-L5", RIGHT_OUT).log == pytest.approx(math.log(figures().beside.value))
    assert len(scan.described) == 5


def test_a_record_without_a_type_leaves_its_disc_open_in_a_full_reading() -> None:
    scan = scan_of({"level": "L4-L5", "pfirrmann": 4}, complete=True)
    assert readings(scan) == {"unread": ALL}
    assert readings(scan, "L5-S1") == {"clear": ALL}


def test_explicitly_clear_discs() -> None:
    assert readings(scan_of({"level": "L4-L5", "type": "none"})) == {"clear": ALL}
    assert readings(scan_of(disc("L4-L5", "left", "none")))["clear"] == {LEFT, LEFT_OUT}
    two = scan_of(disc("L4-L5", "left", "none"), disc("L4-L5", "right", "none"))
    assert readings(two) == {"clear": ALL}


def test_a_clear_side_narrows_down_an_open_record() -> None:
    scan = scan_of(disc("L4-L5", None, zone="subarticular"), disc("L4-L5", "left", "none"))
    assert readings(scan)["herniation"] == {RIGHT}
    assert math.exp(spot(scan, "L4-L5", RIGHT).log) == pytest.approx(figures().types["protrusion"].value)


def test_a_finding_stands_against_a_none_at_the_same_place() -> None:
    records = [disc("L4-L5", "left", "none"), disc("L4-L5", "left", "protrusion", zone="subarticular")]
    for order in (records, records[::-1]):
        assert spot(scan_of(*order), "L4-L5", LEFT).reading == "herniation"


def test_the_stronger_of_two_records_of_a_place_stands() -> None:
    records = [disc("L4-L5", "left", "bulge"), disc("L4-L5", "left", "extrusion", zone="subarticular")]
    for order in (records, records[::-1]):
        found = spot(scan_of(*order), "L4-L5", LEFT)
        assert found.disc is not None and found.disc.type == "extrusion"


def test_both_sides_in_the_canal_may_be_one_herniation() -> None:
    scan = scan_of(
        disc("L4-L5", "left", "extrusion", zone="subarticular"), disc("L4-L5", "right", zone="subarticular")
    )
    both, weaker = spot(scan, "L4-L5", BOTH), spot(scan, "L4-L5", RIGHT)
    assert both.log == weaker.log and both.disc is not None and both.disc.type == "extrusion"
    one_sided = scan_of(disc("L4-L5", "left", zone="subarticular"), disc("L4-L5", "right", zone="foraminal"))
    assert spot(one_sided, "L4-L5", BOTH).reading == "unread"


@pytest.mark.parametrize(
    ("direction", "grade", "reaches"), [("up", "high", True), ("up", "low", False), ("down", "high", False)]
)
def test_a_fragment_far_up_reaches_the_exiting_root(direction: str, grade: str, reaches: bool) -> None:
    record = disc(
        "L4-L5", "right", "sequestration", zone="subarticular", migration=direction, migration_grade=grade
    )
    scan = scan_of(record)
    assert (spot(scan, "L4-L5", RIGHT_OUT).reading == "herniation") is reaches
    central = scan_of({**record, "side": "midline", "zone": "central"})
    assert (spot(central, "L4-L5", LEFT_OUT).reading == "herniation") is reaches


def test_doubtful_numbering_spreads_to_the_levels_beside_and_keeps_the_mean() -> None:
    record = disc("L4-L5", "right", "extrusion", zone="subarticular")
    sure, doubtful = scan_of(record), scan_of(record, transitional_vertebra=True)
    own, beside, far = (math.exp(spot(doubtful, level, RIGHT).log) for level in ("L4-L5", "L3-L4", "L2-L3"))
    full, w = math.exp(spot(sure, "L4-L5", RIGHT).log), figures().neighbours
    assert own == pytest.approx((1 - w) * full + w)
    assert beside == pytest.approx((1 - w) + w / 2 * full + w / 2)
    assert far == pytest.approx(1)
    assert doubtful.doubtful and spot(doubtful, "L4-L5", RIGHT).reading == "herniation"


@pytest.mark.parametrize(
    ("stated", "measured", "doubtful"), [(None, True, True), (False, True, False), (None, False, False)]
)
def test_a_measured_transitional_vertebra_counts_where_nobody_said_otherwise(
    stated: bool | None, measured: bool, doubtful: bool
) -> None:
    case = make(imaging={} if stated is None else {"transitional_vertebra": stated})
    case = case.with_measured([MeasuredFact(name="transitional_vertebra", value=measured)])
    assert read_scan(case, figures()).doubtful is doubtful


def test_silence() -> None:
    assert scan_of().silent and not scan_of(complete=True).silent
    assert {item.reading for item in scan_of().spots} == {"unread"}


@given(cases())
def test_the_slopes_are_the_derivatives(case: Case) -> None:
    """Moving one ratio a little moves each place's log as its slope says."""
    from dataclasses import replace

    used, step = figures(), 1e-6
    before = read_scan(case, used)
    for name in ("none", "protrusion", "extrusion"):
        moved_ratio = replace(used.types[name], log=used.types[name].log + step)
        after = read_scan(case, replace(used, types={**used.types, name: moved_ratio}))
        for place in PLACES:
            slope = math.fsum(item[2] for item in before.spots[place.index].slopes if item[0] == name)
            moved = (after.spots[place.index].log - before.spots[place.index].log) / step
            assert moved == pytest.approx(slope, abs=1e-4)

"""What the scan says about each place: a ratio with its uncertainty, and the record it comes from.

A record names a level and, as far as known, side and zone. Where the side or the zone is missing the
finding lies at one of several places, and its ratio is shared among them. A disc that was not read says
nothing; a disc that was read and has no finding speaks against its places.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from kambin.case import Case, DiscFinding
from kambin.case.findings import disc_findings
from kambin.case.words import LEVELS
from kambin.diagnosis.figures import Figures, Ratio
from kambin.diagnosis.places import PLACES, Place, place_at

__all__ = ["Reading", "Scan", "Spot", "lies_at", "read_scan"]

Reading: TypeAlias = Literal["unread", "clear", "bulge", "herniation"]


class Spot(NamedTuple):
    """What the scan says about one place.

    Attributes
    ----------
    reading : {'unread', 'clear', 'bulge', 'herniation'}
        ``herniation`` also stands for a record that says the root is compressed without naming the type.
    log : float
        Natural logarithm of the likelihood ratio; 0 where the scan says nothing.
    slopes : tuple of (name, sd, slope)
        The uncertain ratios behind `log`: standard deviation of each on the log scale, and how far `log`
        follows it.
    disc : DiscFinding or None
        The record, for a bulge or a herniation.
    ratios : tuple of (name, Ratio)
        The ratios behind it, for people.
    """

    reading: Reading
    log: float
    slopes: tuple[tuple[str, float, float], ...] = ()
    disc: DiscFinding | None = None
    ratios: tuple[tuple[str, Ratio], ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scan says, place by place.

    Attributes
    ----------
    spots : tuple of Spot
        In the order of `PLACES`.
    described : frozenset of str
        Levels that were read: all of them, or those with a record that says the type.
    complete : bool
        Whether all five lumbar discs were read.
    doubtful : bool
        Whether the numbering of the levels is in doubt.
    silent : bool
        Whether there is no reading at all.
    """

    spots: tuple[Spot, ...]
    described: frozenset[str]
    complete: bool
    doubtful: bool
    silent: bool

    @property
    def recorded(self) -> tuple[Place, ...]:
        """The places where the scan shows a bulge or a herniation."""
        return tuple(place for place in PLACES if self.spots[place.index].disc is not None)


def read_scan(case: Case, figures: Figures) -> Scan:
    """Read the disc records of a case.

    Parameters
    ----------
    case : Case
    figures : Figures

    Returns
    -------
    Scan
    """
    found = disc_findings(case)
    records = sorted(found, key=_content) if len(found) > 1 else found
    complete = case.imaging.discs_complete
    spots: list[Spot | None] = [None] * len(PLACES)
    for level in LEVELS:
        here = [record for record in records if record.level == level]
        if here:
            _read_level(here, spots, figures)
    described = frozenset(
        LEVELS if complete else (record.level for record in records if record.type is not None)
    )
    unread, clear = Spot("unread", 0.0), _clear(figures)
    filled = tuple(
        spot or (_not_named(place, records, clear, figures) if complete else unread)
        for place, spot in zip(PLACES, spots, strict=True)
    )
    doubtful = _numbering_doubtful(case)
    if doubtful:
        filled = tuple(_smeared(place, filled, figures.neighbours) for place in PLACES)
    return Scan(filled, described, complete, doubtful, silent=not complete and not records)


def _content(record: DiscFinding) -> tuple[bool, str, str]:
    """An order that does not depend on the order in the file, and is the same for the mirrored patient."""
    return record.side in ("left", "right"), record.model_dump_json(exclude={"side"}), str(record.side)


def _clear(figures: Figures) -> Spot:
    ratio = figures.types["none"]
    return Spot("clear", ratio.log, (("none", ratio.sd, 1.0),), None, (("none", ratio),))


def _numbering_doubtful(case: Case) -> bool:
    stated = case.imaging.transitional_vertebra
    if stated is not None:
        return stated
    return any(item.name == "transitional_vertebra" and item.value is True for item in case.measured)


def _not_named(place: Place, records: Iterable[DiscFinding], clear: Spot, figures: Figures) -> Spot:
    """What a full reading says about a place that no record names.

    It is clear, unless a record of its disc and side leaves it open: a record names one zone, and a
    herniation may spill into the next; of a record without a type nothing is known.
    """
    near = [
        record.type
        for record in records
        if record.level == place.level
        and record.type != "none"
        and (record.side not in ("left", "right") or place.side == record.side)
    ]
    if not near:
        return clear
    if None in near:
        return Spot("unread", 0.0)
    ratio = figures.beside
    return Spot("clear", ratio.log, (("beside", ratio.sd, 1.0),), None, (("beside", ratio),))


def _read_level(records: list[DiscFinding], spots: list[Spot | None], figures: Figures) -> None:
    clear = _clear(figures)
    for record in records:
        if record.type == "none":
            for place in _covered(record, figures):
                spots[place.index] = clear
    cleared = {index for index, spot in enumerate(spots) if spot is clear}
    for record in records:
        ratios = _ratios(record, figures)
        if record.type != "none" and ratios:
            _put(record, ratios, spots, cleared, figures)
    _both_sides(records[0].level, spots)


def _ratios(record: DiscFinding, figures: Figures) -> tuple[tuple[str, Ratio], ...]:
    found: list[tuple[str, Ratio]] = []
    if record.type is not None and record.type != "none":
        found.append((record.type, figures.types[record.type]))
    if record.root_compressed is not None:
        word = "yes" if record.root_compressed else "no"
        found.append((f"root {word}", figures.compressed[word]))
    return tuple(found)


def _put(
    record: DiscFinding,
    ratios: tuple[tuple[str, Ratio], ...],
    spots: list[Spot | None],
    cleared: set[int],
    figures: Figures,
) -> None:
    """Write one finding to the places where it lies; the strongest record of a place stands."""
    bulge = record.type == "bulge"
    surely, maybe = lies_at(record, figures)
    maybe = [place for place in maybe if place.index not in cleared] or maybe
    log = math.fsum(ratio.log for _, ratio in ratios)
    disc = record if record.type is not None or record.root_compressed else None
    reading: Reading = (
        "unread" if disc is None else "bulge" if bulge and not record.root_compressed else "herniation"
    )
    for places, among in ((surely, 1), (maybe, len(maybe))):
        if not places:
            continue
        shared = math.exp(log) + (among - 1)
        slope = math.exp(log) / shared
        for place in places:
            share = 1.0
            if place.side == "both" and record.side in ("left", "right"):
                share = figures.central_share
            slopes = tuple((name, ratio.sd, share * slope) for name, ratio in ratios)
            spot = Spot(reading, share * math.log(shared / among), slopes, disc, ratios)
            _keep(place, spot, spots)
    if record.migration == "up" and record.migration_grade in figures.reach_grades:
        _reach(record, [*surely, *maybe], spots, figures)


def _keep(place: Place, spot: Spot, spots: list[Spot | None]) -> None:
    there = spots[place.index]
    if there is None or there.reading == "clear" or spot.log > there.log:
        spots[place.index] = spot


def _reach(record: DiscFinding, places: Iterable[Place], spots: list[Spot | None], figures: Figures) -> None:
    """A fragment far up behind the vertebra can meet the exiting root of its level as well."""
    ratio = figures.reach
    for place in places:
        if place.course == "traversing" and place.side != "both":
            exiting = place_at(place.level, place.side, "exiting")
            spot = Spot("herniation", ratio.log, (("reach", ratio.sd, 1.0),), record, (("reach", ratio),))
            _keep(exiting, spot, spots)


def lies_at(record: DiscFinding, figures: Figures) -> tuple[list[Place], list[Place]]:
    """Places where a finding surely lies, and places of which it lies at one.

    Parameters
    ----------
    record : DiscFinding
    figures : Figures

    Returns
    -------
    tuple of list of Place
        One of the two is empty.
    """
    covered = _covered(record, figures)
    if record.type == "bulge":
        return covered, []
    central = record.zone == "central" or (record.side == "midline" and record.zone in (None, "subarticular"))
    if central and record.side in ("left", "right"):
        both = place_at(record.level, "both", "traversing")
        return [place_at(record.level, record.side, "traversing"), both], []
    if central or len(covered) == 1:
        return covered, []
    return [], covered


def _covered(record: DiscFinding, figures: Figures) -> list[Place]:
    """Every place that the words of a record leave open; a bulge has no one zone."""
    sides = ("left", "right") if record.side in (None, "midline") else (record.side,)
    zone = None if record.type == "bulge" and not record.root_compressed else record.zone
    if record.side == "midline" and zone in (None, "subarticular") and record.type not in ("bulge", "none"):
        zone = "central"
    courses = ("traversing", "exiting") if zone is None else (figures.zones[zone],)
    places = [place_at(record.level, side, course) for side in sides for course in courses]
    if "traversing" in courses and len(sides) == 2 and zone in (None, "central"):
        places.insert(0, place_at(record.level, "both", "traversing"))
    return places


def _both_sides(level: str, spots: list[Spot | None]) -> None:
    """Two findings in the canal, left and right, may be one broad herniation: as strong as the weaker."""
    both, left, right = (place_at(level, side, "traversing").index for side in ("both", "left", "right"))
    one, other = spots[left], spots[right]
    if spots[both] is not None or one is None or other is None:
        return
    if one.reading == other.reading == "clear":
        spots[both] = one
    elif (
        one.disc is not None
        and other.disc is not None
        and {one.disc.side, other.disc.side} == {"left", "right"}
    ):
        weaker, stronger = (one, other) if one.log <= other.log else (other, one)
        spots[both] = Spot(weaker.reading, weaker.log, weaker.slopes, stronger.disc, weaker.ratios)


def _smeared(place: Place, spots: tuple[Spot, ...], weight: float) -> Spot:
    """A place's ratio where the numbering may be one off: part of its own, part of its neighbours'."""
    index = LEVELS.index(place.level)
    beside = [
        spots[place_at(LEVELS[near], place.side, place.course).index]
        for near in (index - 1, index + 1)
        if 0 <= near < len(LEVELS)
    ]
    own = spots[place.index]
    parts = [(1 - weight, own), *((weight / len(beside), spot) for spot in beside)]
    ratio = math.fsum(share * math.exp(spot.log) for share, spot in parts)
    slopes = tuple(
        (name, sd, slope * share * math.exp(spot.log) / ratio)
        for share, spot in parts
        for name, sd, slope in spot.slopes
    )
    return Spot(own.reading, math.log(ratio), slopes, own.disc, own.ratios)

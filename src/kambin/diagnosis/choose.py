"""Whether a disc is named, which, and why not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kambin.case import Case, DiscFinding
from kambin.case.findings import disc_findings
from kambin.diagnosis.concordance import Match
from kambin.diagnosis.figures import Figures
from kambin.diagnosis.places import PLACES, Place
from kambin.diagnosis.posterior import NOTHING, Posterior
from kambin.diagnosis.scan import Scan, lies_at

__all__ = ["Choice", "choose", "order_of"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The place that is named, or why none is.

    Attributes
    ----------
    place : Place or None
    reason : str
        Why none is named.
    disc : DiscFinding or None
        The record of the named place; without one, the only record of the case, unless signs point past it.
    covered : tuple of int
        Places of that record, as indices in `PLACES`.
    tied : tuple of Place
        Best places of the discs that are too nearly as probable.
    """

    place: Place | None
    reason: str
    disc: DiscFinding | None = None
    covered: tuple[int, ...] = ()
    tied: tuple[Place, ...] = ()


def choose(case: Case, posterior: Posterior, scan: Scan, matched: Match, figures: Figures) -> Choice:
    """Name the disc that leads, or say why none is named.

    Parameters
    ----------
    case : Case
    posterior : Posterior
    scan : Scan
    matched : Match
    figures : Figures

    Returns
    -------
    Choice
    """
    named = _named(posterior, scan, matched, figures)
    if named.place is not None or named.tied:
        return named
    only = _only_record(case, matched, figures)
    if only is None:
        return named
    return Choice(None, named.reason, only[0], tuple(place.index for place in only[1]))


def _named(posterior: Posterior, scan: Scan, matched: Match, figures: Figures) -> Choice:
    p, lead = posterior.probabilities, figures.decision["lead"]
    if not scan.recorded:
        return Choice(None, _nothing_shown(scan))
    best = min(scan.recorded, key=lambda place: (-p[place.index], order_of(place)))
    covered = tuple(place.index for place in scan.recorded if _same_disc(place, best, scan))
    mass = math.fsum(p[index] for index in covered)
    elsewhere = _elsewhere(mass, covered, p, matched)
    if elsewhere:
        return Choice(None, elsewhere)
    others = _other_discs(scan, covered, p)
    if others and mass < lead * others[0][0]:
        tied = tuple(place for other, place in others if mass < lead * other)
        return Choice(None, _alike(best, tied), tied=(best, *tied))
    place = _with_side(best, scan, p, lead)
    if place is None:
        return Choice(
            None, f"The side of the finding at {best.level} is not written down, and no sign tells it."
        )
    if matched.agrees and not matched.points_to(place):
        reason = f"The scan speaks most for {place.name}, the signs for another disc on the scan."
        return Choice(None, reason)
    return Choice(place, "", scan.spots[place.index].disc, covered)


def _elsewhere(mass: float, covered: Sequence[int], p: Sequence[float], matched: Match) -> str:
    """Why the best disc on the scan is not to be named: what is not on the scan is more probable."""
    if matched.agrees is False:
        return "What the scan shows does not explain the signs."
    rest = [place for place in PLACES if place.index not in covered]
    highest = max(p[place.index] for place in rest)
    if max(highest, p[NOTHING]) <= mass:
        return ""
    likelier = [place for place in rest if p[place.index] == highest]
    if highest > mass and any(matched.points_to(place) for place in likelier):
        names = " or ".join(place.name for place in likelier)
        return f"The signs point to {names}, of which the scan shows nothing."
    if p[NOTHING] > math.fsum(p[place.index] for place in rest):
        return "Something other than a lumbar disc is more probable than any disc on the scan."
    return "What the scan shows is less probable than what it does not show."


def order_of(place: Place) -> tuple[str, bool, int]:
    """An order among equals that a mirror changes as little as possible: level, course, then side."""
    return place.level, place.course == "exiting", place.index


def _only_record(case: Case, matched: Match, figures: Figures) -> tuple[DiscFinding, list[Place]] | None:
    """The one disc that the case describes, unless the signs point past it.

    Its side or its type may be missing: then no place is named, but conditions can still read its findings
    and ask for what is missing.
    """
    records = [record for record in disc_findings(case) if record.type != "none"]
    if len(records) != 1 or matched.agrees is False:
        return None
    surely, maybe = lies_at(records[0], figures)
    places = [*surely, *maybe]
    if matched.pointed and not any(matched.points_to(place) for place in places):
        return None
    return records[0], places


def _with_side(best: Place, scan: Scan, p: Sequence[float], lead: float) -> Place | None:
    """The place to name, where the record leaves the side to the signs.

    Of a finding in the midline both sides are named unless one leads; of a finding whose side is not written
    down nothing is.
    """
    disc = scan.spots[best.index].disc
    if disc is None or disc.side in ("left", "right"):
        return best
    here = [place for place in scan.recorded if place.level == best.level]
    mass = {
        side: math.fsum(p[place.index] for place in here if place.side == side) for side in ("left", "right")
    }
    clear = max(mass.values()) >= lead * min(mass.values())
    if best.side != "both" and clear:
        return best
    both = [place for place in here if place.side == "both" and scan.spots[place.index].disc is disc]
    central = disc.side == "midline" or disc.zone == "central"
    return both[0] if central and both else None


def _nothing_shown(scan: Scan) -> str:
    if scan.silent:
        return "No disc finding is on file; symptoms and signs alone name no disc. An MRI reading is missing."
    if scan.complete:
        return "All five discs were read and none of them is bulging or herniated."
    return "No bulge or herniation is on file, and not all five lumbar discs are marked as read."


def _same_disc(place: Place, best: Place, scan: Scan) -> bool:
    """Same level and side, or one record for both sides."""
    if place.level != best.level:
        return False
    if place.side == best.side or "both" in (place.side, best.side):
        return True
    return scan.spots[place.index].disc is scan.spots[best.index].disc


def _other_discs(scan: Scan, covered: Sequence[int], p: Sequence[float]) -> list[tuple[float, Place]]:
    """The other records on the scan, the most probable first, each with its most probable place."""
    groups: dict[int, list[Place]] = {}
    for place in scan.recorded:
        if place.index not in covered:
            groups.setdefault(id(scan.spots[place.index].disc), []).append(place)
    found = []
    for places in groups.values():
        top = min(places, key=lambda place: (-p[place.index], order_of(place)))
        found.append((math.fsum(p[place.index] for place in places), top))
    return sorted(found, key=lambda item: (-item[0], order_of(item[1])))


def _alike(best: Place, tied: Sequence[Place]) -> str:
    if all(place.level == best.level for place in tied):
        return (
            f"The scan shows a herniation on both sides of {best.level}, and the signs do not tell the side."
        )
    levels = ", ".join(sorted({str(place.level) for place in (best, *tied)}))
    return f"More than one disc on the scan is about as probable ({levels}); nothing known tells them apart."

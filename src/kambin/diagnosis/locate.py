"""Which disc is to blame: the façade of this room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kambin.case import Case, DiscFinding
from kambin.diagnosis.ask import next_finding
from kambin.diagnosis.caution import cautions
from kambin.diagnosis.concordance import Match, match
from kambin.diagnosis.figures import Figures
from kambin.diagnosis.observe import observe
from kambin.diagnosis.overlap import weigh
from kambin.diagnosis.places import PLACES, Place
from kambin.diagnosis.posterior import NOTHING, Posterior, infer
from kambin.diagnosis.ratios import figures as current_figures
from kambin.diagnosis.reasons import Why, reasons
from kambin.diagnosis.result import Candidate, Diagnosis
from kambin.diagnosis.scan import Scan, read_scan
from kambin.errors import InputError

__all__ = ["locate", "problem_disc"]


def locate(case: Case, figures: Figures | None = None) -> Diagnosis:
    """Find the problem disc from symptoms, signs and scan together.

    The places where a disc can meet a root, and 'no lumbar disc explains it', start from a flat prior and
    are weighed by likelihood ratios (docs/adr/0004). A disc is named only when the scan shows it and it
    leads; otherwise the result says what is missing. Same case, same result, to the last bit.

    Parameters
    ----------
    case : Case
    figures : Figures, optional
        Other ratios than those of the package, for comparison.

    Returns
    -------
    Diagnosis
        Probabilities between 0 and 1, each with its 95 % interval.

    Raises
    ------
    IntegrityError, EvidenceMissing
        The package's figures contradict themselves or the evidence.
    """
    used = current_figures() if figures is None else figures
    seen = observe(case, used)
    weighed, strongest = weigh(seen.found, used.overlap)
    scan = read_scan(case, used)
    posterior = infer(weighed, scan, used)
    matched = match(seen, weighed, scan, used)
    choice = _choose(posterior, scan, matched, used)
    candidates = _candidates(posterior, scan, reasons(weighed, scan, used))
    by_place = {(item.level, item.side, item.course): item for item in candidates}
    problem = None
    if choice.place is not None:
        problem = by_place[choice.place.level, choice.place.side, choice.place.course]
    spread = posterior.interval(choice.covered) if problem is not None else (None, None, None)
    warnings = (*seen.warnings, *matched.warnings, *cautions(case, scan, problem, choice.tied))
    return Diagnosis(
        problem=problem,
        reason=choice.reason,
        probability=spread[0],
        low=spread[1],
        high=spread[2],
        candidates=candidates,
        unexplained=posterior.probabilities[NOTHING],
        rivals=_rivals(candidates, problem, used),
        next_finding=next_finding(seen, strongest, scan, posterior, used),
        signs_match_scan=matched.agrees,
        level_doubtful=scan.doubtful,
        warnings=warnings,
        method=used.method,
    )


def problem_disc(case: Case, diagnosis: Diagnosis) -> DiscFinding | None:
    """The record of the problem disc, for :func:`kambin.case.fact_row`.

    Parameters
    ----------
    case : Case
        The case that was located.
    diagnosis : Diagnosis

    Returns
    -------
    DiscFinding or None
        None when no disc is named.

    Raises
    ------
    InputError
        The diagnosis is not this case's.
    """
    disc = None if diagnosis.problem is None else diagnosis.problem.disc
    if disc is not None and disc not in case.imaging.discs:
        raise InputError(
            "the diagnosis was made from another case: its problem disc is not among this case's discs",
            field="imaging.discs",
            now="locate this case first",
        )
    return disc


@dataclass(frozen=True, slots=True)
class _Choice:
    """The place that is named, or why none is."""

    place: Place | None
    reason: str
    covered: tuple[int, ...] = ()
    tied: tuple[Place, ...] = ()


def _choose(posterior: Posterior, scan: Scan, matched: Match, figures: Figures) -> _Choice:
    """Name the disc that leads; none where the scan is silent, signs point elsewhere or two are alike."""
    p = posterior.probabilities
    if not scan.recorded:
        return _Choice(None, _nothing_shown(scan))
    best = min(scan.recorded, key=lambda place: (-p[place.index], _order(place)))
    covered = tuple(place.index for place in scan.recorded if _same_disc(place, best, scan))
    mass = math.fsum(p[index] for index in covered)
    lead = figures.decision["lead"]
    if matched.agrees is False:
        return _Choice(None, "What the scan shows does not explain the signs.")
    highest = max(p[place.index] for place in PLACES if place.index not in covered)
    if highest > mass:
        names = " or ".join(place.name for place in PLACES if p[place.index] == highest)
        return _Choice(None, f"The signs point to {names}, of which the scan shows nothing.")
    others = _other_discs(scan, covered, p)
    if others and mass < lead * others[0][0]:
        tied = tuple(place for other, place in others if mass < lead * other)
        return _Choice(None, _alike(best, tied), tied=(best, *tied))
    if p[NOTHING] > mass:
        return _Choice(None, "Something other than a lumbar disc is more probable than any disc on the scan.")
    place = _with_side(best, scan, p, lead)
    if place is None:
        return _Choice(
            None, f"The side of the finding at {best.level} is not written down, and no sign tells it."
        )
    if matched.agrees and not matched.points_to(place):
        return _Choice(
            None, f"The scan speaks most for {place.name}, the signs for another disc on the scan."
        )
    return _Choice(place, "", covered)


def _order(place: Place) -> tuple[str, bool, int]:
    """An order among equals that a mirror changes as little as possible: level, course, then side."""
    return place.level, place.course == "exiting", place.index


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
        top = min(places, key=lambda place: (-p[place.index], _order(place)))
        found.append((math.fsum(p[place.index] for place in places), top))
    return sorted(found, key=lambda item: (-item[0], _order(item[1])))


def _alike(best: Place, tied: Sequence[Place]) -> str:
    if all(place.level == best.level for place in tied):
        return (
            f"The scan shows a herniation on both sides of {best.level}, and the signs do not tell the side."
        )
    levels = ", ".join(sorted({str(place.level) for place in (best, *tied)}))
    return f"More than one disc on the scan is about as probable ({levels}); nothing known tells them apart."


def _candidates(posterior: Posterior, scan: Scan, why: Sequence[Why]) -> tuple[Candidate, ...]:
    spreads = posterior.intervals()
    order = sorted(range(len(PLACES)), key=lambda index: (-spreads[index][0], _order(PLACES[index])))
    return tuple(
        Candidate(
            level=PLACES[index].level,
            side=PLACES[index].side,
            root=PLACES[index].root,
            course=PLACES[index].course,
            probability=spreads[index][0],
            low=spreads[index][1],
            high=spreads[index][2],
            for_=why[index][0],
            against=why[index][1],
            disc=scan.spots[index].disc,
        )
        for index in order
    )


def _rivals(
    candidates: Sequence[Candidate], problem: Candidate | None, figures: Figures
) -> tuple[Candidate, ...]:
    """What else it could be; who is exactly as probable as the first one left out is left out too."""
    others = [item for item in candidates if item is not problem]
    limit = candidates[0].probability * figures.decision["rival_share"]
    most = int(figures.decision["rivals_most"])
    chosen = [item for item in others if item.probability >= limit]
    if len(chosen) > most:
        cut = chosen[most].probability
        chosen = [item for item in chosen[:most] if not math.isclose(item.probability, cut, rel_tol=1e-12)]
    return tuple(chosen)

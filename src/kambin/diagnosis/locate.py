"""Which disc is to blame: the façade of this room."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kambin.case import Case, DiscFinding
from kambin.case.findings import disc_findings
from kambin.diagnosis.ask import next_finding
from kambin.diagnosis.caution import cautions
from kambin.diagnosis.choose import choose, order_of
from kambin.diagnosis.concordance import match
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
    choice = choose(case, posterior, scan, matched, used)
    candidates = _candidates(posterior, scan, reasons(weighed, scan, used))
    by_place = {(item.level, item.side, item.course): item for item in candidates}
    problem = None
    if choice.place is not None:
        problem = by_place[choice.place.level, choice.place.side, choice.place.course]
    spread = posterior.interval(choice.covered) if choice.disc is not None else (None, None, None)
    warnings = (*seen.warnings, *matched.warnings, *cautions(case, scan, problem, choice.tied))
    return Diagnosis(
        problem=problem,
        disc=choice.disc,
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
    """The record whose findings conditions read, for :func:`kambin.case.fact_row`.

    Parameters
    ----------
    case : Case
        The case that was located.
    diagnosis : Diagnosis

    Returns
    -------
    DiscFinding or None
        See :attr:`Diagnosis.disc`.

    Raises
    ------
    InputError
        The diagnosis is not this case's.
    """
    disc = diagnosis.disc
    if disc is not None and disc not in disc_findings(case):
        raise InputError(
            "the diagnosis was made from another case: its disc is not among this case's discs",
            field="imaging.discs",
            now="locate this case first",
        )
    return disc


def _candidates(posterior: Posterior, scan: Scan, why: Sequence[Why]) -> tuple[Candidate, ...]:
    spreads = posterior.intervals()
    order = sorted(range(len(PLACES)), key=lambda index: (-spreads[index][0], order_of(PLACES[index])))
    return tuple([_candidate(PLACES[i], spreads[i], why[i], scan.spots[i].disc) for i in order])


def _candidate(
    place: Place, spread: tuple[float, float, float], why: Why, disc: DiscFinding | None
) -> Candidate:
    return Candidate(place.level, place.side, place.root, place.course, *spread, *why, disc)


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

"""From weights to probabilities: Bayes over the places and 'no disc explains it', with an interval.

The interval has a closed form. The log odds of a set of places against the rest follow the uncertain log
ratios almost linearly near their middle, so their variance is the sum of squared slopes times variances;
the interval is taken on the log odds and carried back. No sampling: same case, same bytes. Sums use
`math.fsum`, whose result does not depend on the order, so that a mirrored patient gets the mirrored numbers
to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kambin.diagnosis.figures import Z95, Figures
from kambin.diagnosis.overlap import Weighed
from kambin.diagnosis.places import PLACES, Pattern
from kambin.diagnosis.scan import Scan

__all__ = ["NOTHING", "Posterior", "infer"]

NOTHING = len(PLACES)
"""Index of 'no lumbar disc explains it' in the probabilities."""
_CANCELS_BELOW = 1e-3  # here differences from what is the same everywhere begin to lose their digits
_SMALLEST = 1e-300  # keeps the logarithm finite where every other place underflows


_Slopes: TypeAlias = Sequence[tuple[int, float]]
_Row: TypeAlias = tuple[float, _Slopes]


@dataclass(frozen=True, slots=True)
class Posterior:
    """Probabilities of the places, and how far they follow each uncertain ratio.

    Attributes
    ----------
    probabilities : tuple of float
        One per place in the order of `PLACES`, then 'no disc'; they sum to 1.
    rows : tuple of (variance, slopes)
        One per uncertain figure (a ratio of the scan, or the weighted ratios of all findings that point to
        the same places): variance of its logarithm, and the places that it bears on, as index and slope of
        the place's log weight. It bears on few.
    """

    probabilities: tuple[float, ...]
    rows: tuple[_Row, ...]

    def interval(self, places: Iterable[int]) -> tuple[float, float, float]:
        """Probability of a set of places, with the ends of its 95 % interval.

        Parameters
        ----------
        places : iterable of int
            Indices in `PLACES`, without repetition.

        Returns
        -------
        tuple of float
            Probability, low, high; low ≤ probability ≤ high.
        """
        p = self.probabilities
        inside = frozenset(places)
        within = math.fsum([p[i] for i in inside])
        without = math.fsum([p[i] for i in range(len(p)) if i not in inside])
        parts = [variance * _slope(slopes, p, inside, within, without) ** 2 for variance, slopes in self.rows]
        return _carried_back(within, without, math.fsum(parts))

    def intervals(self) -> list[tuple[float, float, float]]:
        """`interval` of every single place, computed together."""
        p = self.probabilities
        elsewhere: list[float] = []  # what each ratio adds for a place that it does not bear on
        own: list[list[float]] = [[] for _ in p]  # what comes instead for one that it does bear on
        for variance, slopes in self.rows:
            mean = math.fsum([p[i] * slope for i, slope in slopes])
            beside = variance * mean * mean
            elsewhere.append(beside)
            for i, slope in slopes:
                own[i] += (variance * (slope - mean) ** 2, -beside)
        total, everywhere = math.fsum(p), math.fsum(elsewhere)
        found = []
        for index in range(NOTHING):
            within, without = p[index], math.fsum((total, -p[index]))
            if without < _CANCELS_BELOW:
                found.append(self.interval((index,)))
                continue
            variance = math.fsum((everywhere, *own[index])) / (without * without)
            found.append(_carried_back(within, without, variance))
        return found


def _slope(
    slopes: _Slopes, p: Sequence[float], inside: frozenset[int], within: float, without: float
) -> float:
    """Slope of the log odds of the inside against the outside: difference of the weighted means."""
    one = math.fsum([p[i] * slope for i, slope in slopes if i in inside])
    other = math.fsum([p[i] * slope for i, slope in slopes if i not in inside])
    return one / max(within, _SMALLEST) - other / max(without, _SMALLEST)


def _carried_back(within: float, without: float, variance: float) -> tuple[float, float, float]:
    spread = math.exp(min(Z95 * math.sqrt(variance), 700.0))
    odds = within / max(without, _SMALLEST)
    low, high = odds / spread, odds * spread
    return (
        within,
        min(low / (1 + low), within),
        max(high / (1 + high) if math.isfinite(high) else 1.0, within),
    )


def infer(weighed: Sequence[Weighed], scan: Scan, figures: Figures) -> Posterior:
    """Posterior over the places and 'no disc'.

    Parameters
    ----------
    weighed : sequence of Weighed
    scan : Scan
    figures : Figures

    Returns
    -------
    Posterior
    """
    start = figures.prior.log - math.log(len(PLACES))
    parts: list[list[float]] = [[start] for _ in PLACES]
    rows: list[_Row] = [(figures.prior.sd**2, [(index, 1.0) for index in range(NOTHING)])]
    for places, logs_of_group, variances in _groups(weighed):
        log = math.fsum(logs_of_group)
        for index, share in places:
            parts[index].append(share * log)
        rows.append((math.fsum(variances), places))
    rows.extend(_scan_rows(scan))
    for place in PLACES:
        parts[place.index].append(scan.spots[place.index].log)
    logs = [*map(math.fsum, parts), 0.0]
    top = max(logs)
    weights = [math.exp(log - top) for log in logs]
    total = math.fsum(weights)
    return Posterior(tuple(weight / total for weight in weights), tuple(rows))


def _groups(weighed: Sequence[Weighed]) -> Iterable[tuple[Pattern, list[float], list[float]]]:
    """Findings that point to the same places, as one: their weighted logs, and the variances of these."""
    groups: dict[int, tuple[Pattern, list[float], list[float]]] = {}
    for component, _, weight in weighed:
        places = component.places  # made once for all findings that point there: see `pattern`
        if id(places) not in groups:
            groups[id(places)] = places, [], []
        _, logs, variances = groups[id(places)]
        logs.append(weight * component.ratio.log)
        variances.append((weight * component.ratio.sd) ** 2)
    return groups.values()


def _scan_rows(scan: Scan) -> list[_Row]:
    """One row per ratio of the scan: it is the same uncertain figure wherever it is used."""
    found: dict[str, tuple[float, dict[int, float]]] = {}
    for index, spot in enumerate(scan.spots):
        for name, sd, slope in spot.slopes:
            row = found.setdefault(name, (sd, {}))[1]
            row[index] = row.get(index, 0.0) + slope
    return [(sd * sd, list(row.items())) for sd, row in found.values()]

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
from operator import mul

from kambin.diagnosis.figures import Z95, Figures
from kambin.diagnosis.overlap import Weighed
from kambin.diagnosis.places import PLACES
from kambin.diagnosis.scan import Scan

__all__ = ["NOTHING", "Posterior", "infer"]

NOTHING = len(PLACES)
"""Index of 'no lumbar disc explains it' in the probabilities."""
_CANCELS_BELOW = 1e-9  # here the difference from the overall mean has lost its digits
_SMALLEST = 1e-300  # keeps the logarithm finite where every other place underflows


@dataclass(frozen=True, slots=True)
class Posterior:
    """Probabilities of the places, and how far they follow each uncertain ratio.

    Attributes
    ----------
    probabilities : tuple of float
        One per place in the order of `PLACES`, then 'no disc'; they sum to 1.
    rows : tuple of (variance, slopes)
        One per uncertain ratio: variance of its logarithm, and the slope of each place's log weight and of
        'no disc'.
    """

    probabilities: tuple[float, ...]
    rows: tuple[tuple[float, tuple[float, ...]], ...]

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
        inside = tuple(places)
        outside = [index for index in range(len(self.probabilities)) if index not in inside]
        p = self.probabilities
        within, without = math.fsum([p[i] for i in inside]), math.fsum([p[i] for i in outside])
        variance = math.fsum(
            row * _slope(slopes, p, inside, within, outside, without) ** 2 for row, slopes in self.rows
        )
        return _carried_back(within, without, variance)

    def intervals(self) -> list[tuple[float, float, float]]:
        """`interval` of every single place, computed together."""
        p = self.probabilities
        spreads = [
            _spread(variance, slopes, math.fsum(map(mul, p, slopes))) for variance, slopes in self.rows
        ]
        totals = list(map(math.fsum, zip(*spreads, strict=True)))
        found = []
        for index in range(NOTHING):
            within = p[index]
            without = math.fsum((*p[:index], *p[index + 1 :]))
            if without < _CANCELS_BELOW:
                found.append(self.interval((index,)))
                continue
            found.append(_carried_back(within, without, totals[index] / (without * without)))
        return found


def _spread(variance: float, slopes: Sequence[float], mean: float) -> list[float]:
    """Variance that one uncertain ratio gives to each place; most places share one of a few slopes."""
    of_slope = {slope: variance * (slope - mean) ** 2 for slope in set(slopes)}
    return [of_slope[slope] for slope in slopes]


def _slope(
    slopes: Sequence[float],
    p: Sequence[float],
    inside: Sequence[int],
    within: float,
    outside: Sequence[int],
    without: float,
) -> float:
    """Slope of the log odds of the inside against the outside: difference of the weighted means."""
    one = math.fsum([p[i] * slopes[i] for i in inside]) / max(within, _SMALLEST)
    other = math.fsum([p[i] * slopes[i] for i in outside]) / max(without, _SMALLEST)
    return one - other


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
    rows: list[tuple[float, tuple[float, ...]]] = [(figures.prior.sd**2, (1.0,) * NOTHING + (0.0,))]
    for item in weighed:
        ratio, slopes = item.component.ratio, [0.0] * (NOTHING + 1)
        for index, share in item.component.places:
            slopes[index] = slope = item.weight * share
            parts[index].append(slope * ratio.log)
        rows.append((ratio.sd**2, tuple(slopes)))
    rows.extend(_scan_rows(scan))
    for place in PLACES:
        parts[place.index].append(scan.spots[place.index].log)
    logs = [*map(math.fsum, parts), 0.0]
    top = max(logs)
    weights = [math.exp(log - top) for log in logs]
    total = math.fsum(weights)
    return Posterior(tuple(weight / total for weight in weights), tuple(rows))


def _scan_rows(scan: Scan) -> list[tuple[float, tuple[float, ...]]]:
    """One row per ratio of the scan: it is the same uncertain figure wherever it is used."""
    slopes: dict[str, tuple[float, list[float]]] = {}
    for place in PLACES:
        for name, sd, slope in scan.spots[place.index].slopes:
            row = slopes.setdefault(name, (sd, [0.0] * (NOTHING + 1)))[1]
            row[place.index] += slope
    return [(sd**2, tuple(row)) for sd, row in slopes.values()]

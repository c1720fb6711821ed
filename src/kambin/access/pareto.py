"""Which plans nothing beats, and which of them to take.

A plan is better with more clearance to nerve, with less bone removed, and with a wider cannula. The *Pareto
set* holds the plans that no other beats in one of the three without losing in another. The *knee* is the one
nearest to having the best of all three at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Score", "knee", "pareto"]

# Clearances closer than this are the same: the certificate's own tolerance.
SAME_MM = 0.1
# Shares of bone closer than this are the same.
SAME_SHARE = 0.005


class Score(NamedTuple):
    """What a plan is judged by.

    Attributes
    ----------
    clearance : float
        Smallest clearance to nerve; in mm or in standard deviations, the same for all.
    bone : float
        Share of the superior articular process that goes, 0 to 1.
    diameter_mm : float
        Of the cannula.
    """

    clearance: float
    bone: float
    diameter_mm: float


def pareto(scores: Sequence[Score]) -> tuple[int, ...]:
    """Indices of the plans that no other beats; of equal ones the first."""
    kept = []
    for index, score in enumerate(scores):
        rivals = ((other, rival) for other, rival in enumerate(scores) if other != index)
        if not any(_beats(rival, score, other < index) for other, rival in rivals):
            kept.append(index)
    return tuple(kept)


def knee(scores: Sequence[Score], enough: float, most_bone: float) -> int:
    """The plan nearest to the best of all three.

    Parameters
    ----------
    scores : sequence of Score
        Not empty.
    enough : float
        Clearance beyond which more counts for nothing.
    most_bone : float
        The share of bone that counts as a full loss.

    Returns
    -------
    int
        Index; of equal ones the one that takes less bone, then the wider cannula.
    """
    widest = max(score.diameter_mm for score in scores)
    narrowest = min(score.diameter_mm for score in scores)

    def loss(score: Score) -> tuple[float, float, float]:
        lacking = max(enough - score.clearance, 0.0) / enough
        bone = score.bone / most_bone
        thin = (widest - score.diameter_mm) / (widest - narrowest) if widest > narrowest else 0.0
        # a cannula one size thinner is a lesser loss than nerve or bone: it costs time, not tissue
        return round(lacking**2 + bone**2 + (thin / 2) ** 2, 9), score.bone, -score.diameter_mm

    return min(range(len(scores)), key=lambda index: loss(scores[index]))


def _beats(rival: Score, score: Score, earlier: bool) -> bool:
    """Whether a rival is nowhere worse, and somewhere better or, if equal, first."""
    no_worse = (
        rival.clearance >= score.clearance - SAME_MM
        and rival.bone <= score.bone + SAME_SHARE
        and rival.diameter_mm >= score.diameter_mm
    )
    better = (
        rival.clearance > score.clearance + SAME_MM
        or rival.bone < score.bone - SAME_SHARE
        or rival.diameter_mm > score.diameter_mm
    )
    return no_worse and (better or earlier)

"""Which plans nothing beats, and which of them to take.

A plan is better with more clearance to nerve, with less bone removed, and with a wider cannula. The *Pareto
set* holds the plans that no other beats in one of the three without losing in another. The *knee* is the one
nearest to having the best of all three at once; there the nerve counts by how often a hand would touch it
(docs/adr/0027).
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


def knee(scores: Sequence[Score], touches: Sequence[float], most_bone: float, width: float) -> int:
    """The plan nearest to the best of all three.

    Parameters
    ----------
    scores : sequence of Score
        Not empty.
    touches : sequence of float
        Of each plan the probability that a nerve is touched under the published execution error, 0 to 1. Not
        the clearance itself: below three millimetres a hand can not tell one clearance from another, and
        beyond that more of it is worth little.
    most_bone : float
        The share of bone that counts as a full loss.
    width : float
        What the thinnest cannula instead of the widest counts, where a touched nerve for sure counts 1.

    Returns
    -------
    int
        Index; of equal ones the one that takes less bone, then the wider cannula.
    """
    widest = max(score.diameter_mm for score in scores)
    narrowest = min(score.diameter_mm for score in scores)

    def loss(index: int) -> tuple[float, float, float]:
        """Square of the distance from having the best of all three, and what settles between equals."""
        score = scores[index]
        thin = (widest - score.diameter_mm) / (widest - narrowest) if widest > narrowest else 0.0
        parts = (touches[index], score.bone / most_bone, width * thin)
        return round(sum(part**2 for part in parts), 9), score.bone, -score.diameter_mm

    return min(range(len(scores)), key=loss)


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

"""From published odds ratios to one effect with its uncertainty, on the log-odds scale.

Three rules, each on the careful side:

- sources that agree in direction are combined with the spread between them (random effects), as for a patient
  of a new population;
- sources that disagree in direction give no direction: mean zero, and a spread that covers all of them;
- every effect is shrunk towards none by a prior, because published effects are not adjusted for each other
  and extreme ones seldom repeat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

__all__ = ["Z95", "Effect", "Pooled", "log_effect", "logit", "pool", "prior_sd", "share"]

Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Effect:
    """One published effect.

    Attributes
    ----------
    log : float
        Log odds ratio of having the factor; 0 where the source found no association.
    se : float or None
        Standard error; None where the source prints neither interval nor numbers.
    """

    log: float
    se: float | None


@dataclass(frozen=True, slots=True)
class Pooled:
    """The effect that is used.

    Attributes
    ----------
    mean, sd : float
        Of the log odds ratio, after shrinkage; the distribution is cut at zero unless `disputed`.
    disputed : bool
        Whether the sources disagree about the direction; `mean` is then 0.
    """

    mean: float
    sd: float
    disputed: bool


def logit(share_of_one: float) -> float:
    """Return the log-odds of a share between 0 and 1."""
    return math.log(share_of_one / (1.0 - share_of_one))


def share(log_odds: float) -> float:
    """Return the share between 0 and 1 that belongs to log-odds, without overflow."""
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    grown = math.exp(log_odds)
    return grown / (1.0 + grown)


def log_effect(ratio: float, low: float | None = None, high: float | None = None) -> Effect:
    """Return an odds ratio as `Effect`.

    Parameters
    ----------
    ratio : float
        Odds ratio, positive; a hazard ratio is read as one, which holds while recurrences are rare.
    low, high : float, optional
        95 % limits. One of them is enough; with none the standard error is unknown.
    """
    mean = math.log(ratio)
    if low is not None and high is not None:
        return Effect(mean, (math.log(high) - math.log(low)) / (2 * Z95))
    if low is not None:
        return Effect(mean, (mean - math.log(low)) / Z95)
    if high is not None:
        return Effect(mean, (math.log(high) - mean) / Z95)
    return Effect(mean, None)


def prior_sd(odds_ratio: float, interval: float = 90) -> float:
    """Return the spread of a prior in which 90 of 100 effects lie between ``1/odds_ratio`` and it."""
    return math.log(odds_ratio) / NormalDist().inv_cdf(0.5 + interval / 200)


def pool(effects: Sequence[Effect], prior: float) -> Pooled:
    """Combine what several sources say of one factor.

    Parameters
    ----------
    effects : sequence of Effect
        At least one. An effect without standard error is taken as barely different from none (P = 0.05);
        one of "no association" as uncertain as the least certain of the others.
    prior : float
        Standard deviation of the prior around no effect.

    Returns
    -------
    Pooled
    """
    known = [_with_error(effect, effects) for effect in effects]
    if min(log for log, _ in known) < 0 < max(log for log, _ in known):
        spread = sum(log**2 + se**2 for log, se in known) / len(known)
        return Pooled(0.0, math.sqrt(spread * prior**2 / (spread + prior**2)), disputed=True)
    mean, variance = _random_effects(known)
    kept = prior**2 / (prior**2 + variance)
    return Pooled(kept * mean, math.sqrt(kept * variance), disputed=False)


def _with_error(effect: Effect, effects: Sequence[Effect]) -> tuple[float, float]:
    if effect.se is not None:
        return effect.log, effect.se
    if effect.log != 0:
        return effect.log, abs(effect.log) / Z95
    others = [_with_error(other, ())[1] for other in effects if other.log != 0]
    return 0.0, max(others, default=1.0)


def _random_effects(known: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Mean, and variance for a new population, after DerSimonian and Laird."""
    weights = [1 / se**2 for _, se in known]
    total = sum(weights)
    mean = sum(w * log for w, (log, _) in zip(weights, known, strict=True)) / total
    q = sum(w * (log - mean) ** 2 for w, (log, _) in zip(weights, known, strict=True))
    scale = total - sum(w**2 for w in weights) / total
    between = max(0.0, (q - (len(known) - 1)) / scale) if scale > 0 else 0.0
    weights = [1 / (se**2 + between) for _, se in known]
    total = sum(weights)
    mean = sum(w * log for w, (log, _) in zip(weights, known, strict=True)) / total
    return mean, 1 / total + between

"""The recurrence risk as arithmetic: baseline of the technique plus risk factors, on the log-odds scale.

Of factors that travel together only the strongest counts, draw by draw. A factor counts against how common it
was among the patients studied, because the published rates already hold patients with it. A fact that is not
known is carried as both answers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from kambin.outcome.draws import normals, positives, quantile, uniforms
from kambin.outcome.effects import Z95, logit
from kambin.outcome.riskdata import Factor, Rate, RiskModel, Technique

__all__ = [
    "Baseline",
    "Local",
    "Spread",
    "baseline",
    "central_effect",
    "effect_draws",
    "factors_of",
    "risk_draws",
    "state",
]

State = float | bool | None
Draws = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Recurrence of a technique, log-odds: the interval covers every source, nothing is averaged."""

    centre: float
    sd: float


@dataclass(frozen=True, slots=True)
class Local:
    """What local results changed: ``log-odds = centre + shift + slope x factors``.

    Attributes
    ----------
    shift, slope : float
        Posterior means.
    shift_sd, slope_sd, correlation : float
        Their spread.
    """

    shift: float
    slope: float
    shift_sd: float
    slope_sd: float
    correlation: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Interval and middle of the log-odds of one patient, over all answers to what is unknown.

    Attributes
    ----------
    low, high : float
        Ends of the interval.
    middle_low, middle_high : float
        Medians with the best and the worst answers; equal when everything is known.
    """

    low: float
    high: float
    middle_low: float
    middle_high: float


def baseline(technique: Technique, interval: float) -> Baseline:
    """Return the published recurrence of a technique.

    Parameters
    ----------
    technique : Technique
    interval : float
        Percent of the distribution that is to lie between the lowest and the highest limit of the sources.
    """
    z = NormalDist().inv_cdf(0.5 + interval / 200)
    limits = [limit for rate in technique.rates for limit in _limits(rate, z)]
    low, high = min(limits), max(limits)
    return Baseline((low + high) / 2, (high - low) / (2 * z))


def _limits(rate: Rate, z: float) -> tuple[float, float]:
    middle = logit(rate.percent / 100)
    if rate.limits is not None:
        low, high = (logit(limit / 100) for limit in rate.limits)
        return middle - (middle - low) * z / Z95, middle + (high - middle) * z / Z95
    if rate.number is None:
        return middle, middle
    events = rate.number * rate.percent / 100
    error = math.sqrt(1 / events + 1 / (rate.number - events))
    return middle - z * error, middle + z * error


def factors_of(model: RiskModel, technique: Technique) -> tuple[Factor, ...]:
    """Return the factors that are known for a technique."""
    return tuple(factor for factor in model.factors if technique.endoscopic or not factor.endoscopic)


def state(factor: Factor, facts: Mapping[str, object]) -> State:
    """Return whether a factor is present, how many spans from the centre, or None when that is not known."""
    value = facts.get(factor.when.fact)
    if not factor.continuous:
        return factor.when.holds(value)
    return None if value is None else _on_scale(factor, float(value))  # type: ignore[arg-type]


def _on_scale(factor: Factor, value: float) -> float:
    test = factor.when.test
    # beyond the ages studied an effect per year is not carried further
    return float((min(max(value, test["low"]), test["high"]) - test["centre"]) / test["span"])


def _answers(factor: Factor, known: State) -> tuple[float, ...]:
    """Contrasts of a disputed factor for each answer that is possible."""
    if factor.continuous:
        test = factor.when.test
        ends = (_on_scale(factor, test["low"]), _on_scale(factor, test["high"]))
        return ends if known is None else (float(known),)
    return (-0.5, 0.5) if known is None else (0.5 if known else -0.5,)


def central_effect(model: RiskModel, technique: Technique, facts: Mapping[str, object]) -> float:
    """Return the factors' part of the log-odds without spread; what is unknown adds nothing.

    Used as the predictor when local results are compared with the published model.
    """
    total = 0.0
    for factors in _clusters(factors_of(model, technique)):
        if factors[0].effect.disputed:
            continue  # no direction: the middle is zero whatever the state
        states = [state(factor, facts) for factor in factors]
        means = [_mean(factor, model.draws) for factor in factors]
        reference = sum(factors[0].share) / 2 * max(means)
        present = [mean for mean, known in zip(means, states, strict=True) if known]
        if present:
            total += max(present) - reference
        elif None not in states:
            total -= reference
    return total


def _mean(factor: Factor, count: int) -> float:
    return _mean_of(factor.name, count, factor.effect.mean, factor.effect.sd)


@lru_cache(maxsize=256)
def _mean_of(name: str, count: int, mean: float, sd: float) -> float:
    return math.fsum(positives(name, count, mean, sd)) / count


def _clusters(factors: Iterable[Factor]) -> list[tuple[Factor, ...]]:
    found: dict[str, list[Factor]] = {}
    for factor in factors:
        # a factor without direction can not stand for another one
        key = f"disputed {factor.name}" if factor.effect.disputed else factor.cluster
        found.setdefault(key, []).append(factor)
    return [tuple(each) for each in found.values()]


def effect_draws(
    model: RiskModel, technique: Technique, facts: Mapping[str, object]
) -> tuple[tuple[float, ...], tuple[float, ...], list[tuple[float, ...]]]:
    """Return draws of the factors' part of the log-odds.

    Parameters
    ----------
    model : RiskModel
    technique : Technique
    facts : mapping of str to object
        Facts of the patient.

    Returns
    -------
    best, worst : tuple of float
        With every unknown factor absent, and with every one present.
    disputed : list of tuple of float
        What the factors without direction add, one list per combination of answers.
    """
    count = model.draws
    best: list[Draws] = [(0.0,) * count]
    worst: list[Draws] = [(0.0,) * count]
    options: list[list[Draws]] = []
    for factors in _clusters(factors_of(model, technique)):
        states = [state(factor, facts) for factor in factors]
        if factors[0].effect.disputed:
            contrasts = _answers(factors[0], states[0])
            options.append([_disputed(factors[0].name, factors[0].effect.sd, x, count) for x in contrasts])
            continue
        members = tuple((factor.name, factor.effect.mean, factor.effect.sd) for factor in factors)
        cluster = (factors[0].cluster, *factors[0].share, count)
        best.append(_counted(cluster, members, tuple(known is True for known in states)))
        worst.append(_counted(cluster, members, tuple(known is not False for known in states)))
    combined = [_total(choice) for choice in itertools.product(*options)] if options else [best[0]]
    return _total(best), _total(worst), combined


def _total(parts: Iterable[Draws]) -> Draws:
    return tuple(map(math.fsum, zip(*parts, strict=True)))


@lru_cache(maxsize=256)
def _disputed(name: str, sd: float, contrast: float, count: int) -> Draws:
    return tuple(contrast * sd * z for z in normals(name, count))


@lru_cache(maxsize=1024)
def _counted(
    cluster: tuple[str, float, float, int],
    members: tuple[tuple[str, float, float], ...],
    present: tuple[bool, ...],
) -> Draws:
    """What a cluster adds: the strongest of its present factors, less what the published rates hold of it."""
    name, low, high, count = cluster
    effects = [positives(member, count, mean, sd) for member, mean, sd in members]
    there = [effect for effect, known in zip(effects, present, strict=True) if known]
    strongest = tuple(map(max, zip(*there, strict=True))) if there else (0.0,) * count
    most = map(max, zip(*effects, strict=True))
    shares = uniforms(f"share {name}", count)
    return tuple(
        one - (low + (high - low) * u) * top for one, top, u in zip(strongest, most, shares, strict=True)
    )


def risk_draws(
    model: RiskModel, technique: Technique, facts: Mapping[str, object], local: Local | None = None
) -> Spread:
    """Return interval and middle of the log-odds of recurrence.

    Parameters
    ----------
    model : RiskModel
    technique : Technique
    facts : mapping of str to object
    local : Local, optional
        What an accepted model card learned; it takes the place of the published spread of the baseline.
    """
    base = baseline(technique, model.interval)
    best, worst, disputed = effect_draws(model, technique, facts)
    shifts, slopes = _local_draws(base, local, model.draws)
    tail = (1 - model.interval / 100) / 2
    found = []
    for extra in disputed:
        lows = _sorted(base.centre, shifts, slopes, best, extra)
        highs = lows if best == worst else _sorted(base.centre, shifts, slopes, worst, extra)
        found.append(
            (quantile(lows, tail), quantile(highs, 1 - tail), quantile(lows, 0.5), quantile(highs, 0.5))
        )
    return Spread(
        low=min(each[0] for each in found),
        high=max(each[1] for each in found),
        middle_low=min(each[2] for each in found),
        middle_high=max(each[3] for each in found),
    )


def _sorted(
    centre: float,
    shifts: Sequence[float],
    slopes: Sequence[float],
    effects: Sequence[float],
    extra: Sequence[float],
) -> list[float]:
    return sorted(
        centre + shift + slope * (effect + add)
        for shift, slope, effect, add in zip(shifts, slopes, effects, extra, strict=True)
    )


def _local_draws(base: Baseline, local: Local | None, count: int) -> tuple[Sequence[float], Sequence[float]]:
    first = normals("baseline", count)
    if local is None:
        return [base.sd * z for z in first], (1.0,) * count
    second = normals("slope", count)
    rest = math.sqrt(max(0.0, 1 - local.correlation**2))
    shifts = [local.shift + local.shift_sd * z for z in first]
    slopes = [
        # a slope below 0 would turn every risk factor round: local noise, never learned
        max(0.0, local.slope + local.slope_sd * (local.correlation * z + rest * y))
        for z, y in zip(first, second, strict=True)
    ]
    return shifts, slopes

"""Bayesian recalibration. Truth: registries whose truth is known, another integration, duplicated rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from kambin.outcome.recalibrate import Posterior, Prior, log_odds, posterior
from tests.outcome.simulated import truth

PRIOR = Prior(shift_sd=0.5, slope_mean=1.0, slope_sd=0.5)
Array = NDArray[np.float64]


def made(seed: int, count: int, shift: float, slope: float) -> tuple[Array, Array, Array]:
    chance = np.random.default_rng([seed, 3])
    base = chance.choice([-2.7, -2.4], count)
    effect = chance.choice([-0.6, -0.2, 0.3, 0.9, 1.6], count)
    share = 1 / (1 + np.exp(-(base + shift + slope * effect)))
    return base, effect, (chance.random(count) < share).astype(float)


def learned(base: Array, effect: Array, events: Array, weights: Array | None = None) -> Posterior:
    return posterior(base, effect, events, np.ones_like(events) if weights is None else weights, PRIOR)


def covered(seeds: range, count: int) -> Iterator[tuple[bool, bool, bool]]:
    for seed in seeds:
        shift, slope = truth(seed, PRIOR.shift_sd, PRIOR.slope_sd)
        base, effect, events = made(seed, count, shift, slope)
        found = learned(base, effect, events)
        risk = float((1 / (1 + np.exp(-(base + shift + slope * effect)))).mean())
        yield (
            found.shift_interval[0] <= shift <= found.shift_interval[1],
            found.slope_interval[0] <= slope <= found.slope_interval[1],
            found.risk_interval[0] <= risk <= found.risk_interval[1],
        )


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """60 registries: 90 % within four standard errors; the heavy test says it sharply."""
    found = np.mean(list(covered(range(60), 250)), axis=0)
    assert (found >= 0.75).all()
    assert (found <= 1.0).all()


@pytest.mark.heavy
@pytest.mark.parametrize("count", [60, 250, 1500])
def test_coverage_of_90_percent_intervals_lies_between_85_and_95(count: int) -> None:
    found = np.mean(list(covered(range(1000), count)), axis=0)
    print(f"coverage at n={count}: shift {found[0]:.3f}, slope {found[1]:.3f}, average risk {found[2]:.3f}")
    assert (found >= 0.85).all()
    assert (found <= 0.95).all()


@pytest.mark.parametrize("seed", range(3))
def test_moments_are_those_of_importance_sampling(seed: int) -> None:
    """Truth: the same posterior by weighting draws from the prior, without grid or approximation."""
    base, effect, events = made(seed, 120, 0.4, 1.3)
    found = learned(base, effect, events)
    chance = np.random.default_rng(9)
    shift = chance.normal(0, PRIOR.shift_sd, 60_000)
    slope = chance.normal(PRIOR.slope_mean, PRIOR.slope_sd, 60_000)
    kept = slope >= 0
    shift, slope = shift[kept], slope[kept]
    odds = base + shift[:, None] + slope[:, None] * effect
    log = odds @ events - np.logaddexp(0, odds).sum(axis=1)
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    for value, draws in ((found.shift, shift), (found.slope, slope)):
        assert value == pytest.approx(float(weights @ draws), abs=0.02)
    assert found.shift_sd == pytest.approx(float(np.sqrt(weights @ (shift - weights @ shift) ** 2)), abs=0.02)
    order = np.argsort(slope)
    low, high = np.interp([0.05, 0.95], np.cumsum(weights[order]), slope[order])
    assert found.slope_interval == pytest.approx((low, high), abs=0.03)


def test_twice_the_weight_is_every_patient_twice() -> None:
    base, effect, events = made(4, 80, 0.2, 0.8)
    twice = [np.concatenate([each, each]) for each in (base, effect, events)]
    one, other = learned(base, effect, events, np.full(80, 2.0)), learned(*twice)
    for name in ("shift", "slope", "shift_sd", "slope_sd", "correlation"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9)
    assert one.shift_sd < learned(base, effect, events).shift_sd


def test_the_order_of_patients_does_not_matter() -> None:
    base, effect, events = made(5, 200, 0.0, 1.0)
    order = np.random.default_rng(1).permutation(200)
    one, other = learned(base, effect, events), learned(base[order], effect[order], events[order])
    assert one.shift == pytest.approx(other.shift, abs=1e-12)


def test_without_weight_the_prior_stays() -> None:
    base, effect, events = made(6, 50, 1.0, 2.0)
    found = learned(base, effect, events, np.full(50, 1e-12))
    assert (found.shift, found.shift_sd) == pytest.approx((0, PRIOR.shift_sd), abs=2e-3)
    # cut at 0, two standard deviations below its mean
    assert found.slope == pytest.approx(1.0276, abs=3e-3)
    assert abs(found.correlation) < 1e-3


def test_many_patients_overcome_the_prior() -> None:
    found = learned(*made(7, 60_000, 1.5, 2.2))
    assert (found.shift, found.slope) == pytest.approx((1.5, 2.2), abs=0.1)
    assert found.shift_sd < 0.03


def test_more_recurrences_raise_the_shift() -> None:
    base, effect, events = made(8, 300, 0.0, 1.0)
    more = events.copy()
    more[np.flatnonzero(events == 0)[:30]] = 1
    assert learned(base, effect, more).shift > learned(base, effect, events).shift


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_or_none_with_a_recurrence_is_no_trouble(value: float) -> None:
    base, effect, _ = made(9, 100, 0, 1)
    found = learned(base, effect, np.full(100, value))
    assert np.isfinite([found.shift, found.slope, *found.shift_interval]).all()
    assert (found.shift > 0) == (value == 1)
    assert found.slope >= 0


def test_recalibrated_log_odds() -> None:
    base, effect = np.array([-2.0, -3.0]), np.array([1.0, 0.0])
    assert log_odds(base, effect, 0.5, 2.0) == pytest.approx([0.5, -2.5])

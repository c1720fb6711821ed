"""Survival recalibration. Truth: simulated times with a known slope, curves by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from kambin.outcome.recalibrate import Prior
from kambin.outcome.survival import Survival, censoring_weights, survival_recalibration
from tests.outcome.simulated import truth

PRIOR = Prior(0.5, 1.0, 0.5)
HORIZON = 24.0


def made(seed: int, count: int, shift: float, slope: float, lost: float = 0.4) -> tuple[Survival, float]:
    """A fit, and the true share with a recurrence at the horizon."""
    chance = np.random.default_rng([seed, 4])
    effect = chance.choice([-0.6, -0.2, 0.3, 0.9, 1.6], count)
    options = [str(each) for each in chance.choice(["a", "b"], count)]
    rate = 0.004 * np.exp(shift + slope * effect)
    time = chance.exponential(1 / rate)
    end = np.where(chance.random(count) < lost, chance.uniform(0, HORIZON, count), 40.0)
    months, events = np.minimum(time, end), (time <= end).astype(float)
    risk = 1 - np.exp(-0.004 * np.exp(effect) * HORIZON)
    found = survival_recalibration(months, events, options, effect, risk, HORIZON, PRIOR)
    return found, float((1 - np.exp(-rate * HORIZON)).mean())


def covered(seeds: range, count: int) -> Iterator[tuple[bool, bool]]:
    for seed in seeds:
        shift, slope = truth(seed, 0.3)
        found, share = made(seed, count, shift, slope)
        assert found.slope_interval is not None
        yield (
            found.slope_interval[0] <= slope <= found.slope_interval[1],
            found.observed_interval[0] <= share <= found.observed_interval[1],
        )


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    found = np.mean(list(covered(range(25), 300)), axis=0)
    assert (found >= 0.66).all()


@pytest.mark.heavy
def test_coverage_of_90_percent_intervals_lies_between_85_and_95() -> None:
    found = np.mean(list(covered(range(500), 400)), axis=0)
    print(f"coverage: slope {found[0]:.3f}, share at the horizon {found[1]:.3f}")
    assert (found >= 0.85).all()
    assert (found <= 0.95).all()


def test_the_shift_has_the_sign_of_the_truth_and_losses_do_not_hide_it() -> None:
    for lost in (0.0, 0.6):
        high, share = made(1, 3000, 0.8, 1.0, lost)
        low, _ = made(1, 3000, -0.8, 1.0, lost)
        assert high.shift is not None
        assert low.shift is not None
        assert low.shift < -0.5 < 0.5 < high.shift
        assert high.observed == pytest.approx(share, abs=0.03)


def test_without_recurrences_there_is_no_shift_and_no_slope() -> None:
    months = np.full(30, 30.0)
    found = survival_recalibration(
        months, np.zeros(30), ["a"] * 30, np.linspace(0, 1, 30), np.full(30, 0.1), HORIZON, PRIOR
    )
    assert (found.shift, found.slope, found.observed) == (None, None, 0.0)
    assert "no slope" in found.note
    assert found.expected == pytest.approx(0.1)


def test_patients_all_alike_give_no_slope() -> None:
    months = np.linspace(1, 40, 30)
    events = (months < 20).astype(float)
    found = survival_recalibration(months, events, ["a"] * 30, np.zeros(30), np.full(30, 0.1), HORIZON, PRIOR)
    assert found.slope is None
    assert found.shift is not None


def test_a_factor_that_separates_is_said_to_be_too_much_for_the_data() -> None:
    months = np.concatenate([np.linspace(1, 10, 10), np.full(10, 30.0)])
    events = np.concatenate([np.ones(10), np.zeros(10)])
    effect = np.concatenate([np.linspace(2, 1.1, 10), np.zeros(10)])
    found = survival_recalibration(months, events, ["a"] * 20, effect, np.full(20, 0.1), HORIZON, PRIOR)
    assert found.slope is None or found.slope < 3, "the prior holds what the data can not"


def test_a_recurrence_on_the_first_day_is_no_trouble() -> None:
    chance = np.random.default_rng(2)
    months = np.concatenate([np.zeros(3), chance.uniform(1, 30, 60)])
    events = np.concatenate([np.ones(3), (chance.random(60) < 0.3).astype(float)])
    found = survival_recalibration(
        months, events, ["a"] * 63, chance.normal(0, 1, 63), np.full(63, 0.1), HORIZON, PRIOR
    )
    assert found.slope is not None


def test_weights_without_losses_are_one() -> None:
    months, events = np.array([3.0, 24.0, 30.0]), np.array([1.0, 0.0, 0.0])
    assert censoring_weights(months, events, HORIZON).tolist() == [1, 1, 1]


def test_weights_by_hand() -> None:
    """One of four is lost at 12 months, when three are still followed: the two left stand for the third."""
    months, events = np.array([6.0, 12.0, 24.0, 24.0]), np.array([1.0, 0.0, 0.0, 0.0])
    found = censoring_weights(months, events, HORIZON)
    raw = np.array([1.0, 0.0, 1.5, 1.5])
    assert found == pytest.approx(raw * 3 / raw.sum())


def test_nobody_followed_to_the_end_weighs_nothing() -> None:
    assert not censoring_weights(np.array([1.0, 2.0]), np.zeros(2), HORIZON).any()


def test_weighted_share_is_that_of_kaplan_and_meier() -> None:
    """Truth: another estimator of the same share."""
    from lifelines import KaplanMeierFitter

    chance = np.random.default_rng(8)
    time, end = chance.exponential(60, 2000), chance.uniform(0, 60, 2000)
    months, events = np.minimum(time, end), (time <= end).astype(float)
    weights = censoring_weights(months, events, HORIZON)
    share = float((weights * events * (months <= HORIZON)).sum() / weights.sum())
    curve = KaplanMeierFitter().fit(months, events)
    assert share == pytest.approx(1 - float(curve.survival_function_at_times(HORIZON).iloc[0]), abs=0.01)

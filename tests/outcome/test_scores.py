"""Scores. Truth: sums by hand, and what must hold of any prediction."""

from __future__ import annotations

import numpy as np
import pytest

from kambin.outcome.scores import brier, net_benefit, scores

CHANCE = np.random.default_rng(3)
ODDS = CHANCE.normal(-1.0, 1.0, 4000)
RISK = 1 / (1 + np.exp(-ODDS))
EVENTS = (CHANCE.random(4000) < RISK).astype(float)
ONES = np.ones(4000)


def test_right_risks_are_found_right() -> None:
    found = scores(ODDS, EVENTS, ONES)
    assert found.intercept_interval is not None
    assert found.slope_interval is not None
    assert found.intercept_interval[0] < 0 < found.intercept_interval[1]
    assert found.slope_interval[0] < 1 < found.slope_interval[1]
    assert found.expected_per_observed == pytest.approx(1, abs=0.06)
    assert found.brier == pytest.approx(float((RISK * (1 - RISK)).mean()), abs=0.01)


@pytest.mark.parametrize(("shift", "factor"), [(0.7, 1.0), (-0.5, 1.0), (0.0, 0.5), (0.3, 2.0)])
def test_wrong_risks_are_found_wrong_by_as_much(shift: float, factor: float) -> None:
    found = scores(ODDS * factor + shift, EVENTS, ONES)
    assert found.slope == pytest.approx(1 / factor, rel=0.1)
    if factor == 1:
        assert found.intercept == pytest.approx(-shift, abs=0.12)
    assert found.brier > scores(ODDS, EVENTS, ONES).brier


def test_twice_the_weight_changes_no_estimate_and_narrows_its_interval() -> None:
    one, two = scores(ODDS, EVENTS, ONES), scores(ODDS, EVENTS, 2 * ONES)
    assert (one.brier, one.intercept, one.slope) == pytest.approx((two.brier, two.intercept, two.slope))
    assert one.slope_interval is not None
    assert two.slope_interval is not None
    narrower = (two.slope_interval[1] - two.slope_interval[0]) / (
        one.slope_interval[1] - one.slope_interval[0]
    )
    assert narrower == pytest.approx(np.sqrt(0.5), abs=1e-3)


def test_a_weight_of_zero_is_a_patient_who_is_not_there() -> None:
    some = ONES.copy()
    some[:1000] = 0
    one, other = scores(ODDS, EVENTS, some), scores(ODDS[1000:], EVENTS[1000:], ONES[1000:])
    assert (one.brier, one.slope) == pytest.approx((other.brier, other.slope))


def test_what_can_not_be_fitted_is_none() -> None:
    nothing = scores(ODDS, 0 * EVENTS, ONES)
    assert (nothing.slope, nothing.intercept, nothing.expected_per_observed) == (None, None, None)
    alike = scores(np.full(50, -2.0), EVENTS[:50], ONES[:50])
    assert alike.slope is None
    assert alike.intercept is not None
    apart = scores(np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0.0, 0.0, 1.0, 1.0]), np.ones(4))
    assert apart.slope is None, "separated completely: no slope is the largest"


def test_brier_by_hand() -> None:
    assert brier(np.array([0.2, 0.9]), np.array([0.0, 1.0]), np.array([1.0, 3.0])) == pytest.approx(
        (0.04 + 3 * 0.01) / 4
    )


def test_net_benefit_by_hand() -> None:
    risk, events = np.array([0.1, 0.3, 0.6, 0.8]), np.array([0.0, 1.0, 0.0, 1.0])
    found = net_benefit(risk, events, np.ones(4), [0.05, 0.25, 0.5, 0.9])
    assert found == pytest.approx([2 / 4 - 2 / 4 * 0.05 / 0.95, 2 / 4 - 1 / 4 / 3, 1 / 4 - 1 / 4, 0.0])


def test_right_risks_beat_acting_for_all_and_for_nobody() -> None:
    thresholds = [0.1, 0.2, 0.4, 0.6]
    right = net_benefit(RISK, EVENTS, ONES, thresholds)
    everybody = net_benefit(ONES, EVENTS, ONES, thresholds)
    assert all(one >= max(other, 0) - 1e-9 for one, other in zip(right, everybody, strict=True))
    assert everybody[-1] < 0 < right[-1]

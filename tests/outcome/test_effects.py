"""Pooling and shrinkage. Truth: statsmodels' meta-analysis, and what the rules promise."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.outcome.effects import Z95, Effect, log_effect, logit, pool, prior_sd, share

PRIOR = prior_sd(3)
ratios = st.floats(1.05, 20)
errors = st.floats(0.05, 1.5)
harmful = st.lists(st.builds(lambda r, s: Effect(math.log(r), s), ratios, errors), min_size=1, max_size=5)


def test_an_interval_gives_the_error_it_was_made_from() -> None:
    """Truth: limits computed forwards from a known error."""
    for error in (0.05, 0.3, 1.0):
        low, high = (math.exp(math.log(2.0) + sign * Z95 * error) for sign in (-1, 1))
        for limits in ((low, high), (low, None), (None, high)):
            found = log_effect(2.0, *limits)
            assert (found.log, found.se) == (pytest.approx(math.log(2)), pytest.approx(error))
    assert log_effect(2.0).se is None


def test_the_prior_holds_nine_of_ten_effects() -> None:
    from statistics import NormalDist

    effects = NormalDist(0, prior_sd(3))
    assert effects.cdf(math.log(3)) - effects.cdf(-math.log(3)) == pytest.approx(0.9)


@pytest.mark.parametrize("seed", range(4))
def test_random_effects_are_those_of_statsmodels(seed: int) -> None:
    """Truth: another library, DerSimonian and Laird."""
    import numpy as np

    meta = pytest.importorskip("statsmodels.stats.meta_analysis")
    chance = np.random.default_rng(seed)
    logs, ses = chance.uniform(0.1, 2.0, 5), chance.uniform(0.1, 0.6, 5)
    truth = meta.combine_effects(logs, ses**2, method_re="dl")
    wide = 1e6  # no prior to speak of: nothing is shrunk
    found = pool([Effect(float(log), float(se)) for log, se in zip(logs, ses, strict=True)], wide)
    assert found.mean == pytest.approx(truth.mean_effect_re, rel=1e-5)
    assert found.sd**2 == pytest.approx(truth.var_eff_w_re + max(truth.tau2, 0), rel=1e-5)


@given(harmful)
def test_shrinkage_goes_towards_none_and_never_past_it(effects: list[Effect]) -> None:
    raw, found = pool(effects, 1e6), pool(effects, PRIOR)
    assert 0 <= found.mean <= raw.mean + 1e-9
    assert found.sd <= raw.sd + 1e-9
    assert found.sd <= PRIOR
    assert not found.disputed


@given(ratios, errors)
def test_an_uncertain_effect_is_shrunk_more(ratio: float, error: float) -> None:
    sure, doubtful = (pool([Effect(math.log(ratio), se)], PRIOR) for se in (error, 2 * error))
    assert doubtful.mean < sure.mean


@given(harmful, st.integers(0, 4))
def test_sources_that_disagree_give_no_direction_and_a_spread_over_all(
    effects: list[Effect], which: int
) -> None:
    turned = [*effects, replace(effects[which % len(effects)], log=-effects[which % len(effects)].log)]
    found = pool(turned, 1e6)
    assert found.disputed
    assert found.mean == 0
    # the spread of a source as far out as the average one is covered
    assert found.sd**2 == pytest.approx(
        sum(e.log**2 + (e.se or 0) ** 2 for e in turned) / len(turned), rel=1e-6
    )


def test_no_association_pulls_down_and_is_no_disagreement() -> None:
    alone = pool([log_effect(3.0)], PRIOR)
    both = pool([log_effect(3.0), Effect(0.0, None)], PRIOR)
    assert not both.disputed
    assert 0 < both.mean < alone.mean


def test_no_association_is_as_uncertain_as_the_least_certain_of_the_others() -> None:
    others = [Effect(0.6, 0.1), Effect(0.8, 0.5)]
    assert pool([*others, Effect(0.0, None)], PRIOR) == pool([*others, Effect(0.0, 0.5)], PRIOR)


def test_an_effect_without_interval_is_barely_different_from_none() -> None:
    others = [Effect(0.6, 0.1), Effect(0.8, None)]
    assert pool(others, PRIOR) == pool([others[0], Effect(0.8, 0.8 / Z95)], PRIOR)


def test_only_no_association_is_none() -> None:
    found = pool([Effect(0.0, None)], PRIOR)
    assert (found.mean, found.disputed) == (0.0, False)
    assert found.sd > 0


@given(st.floats(-700, 700))
def test_share_is_a_share_and_logit_undoes_it(odds: float) -> None:
    assert 0 <= share(odds) <= 1
    if abs(odds) < 20:
        assert logit(share(odds)) == pytest.approx(odds, abs=1e-6)

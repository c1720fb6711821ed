from __future__ import annotations

import math
import statistics
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.outcome.draws import normals, positives, quantile, uniforms

COUNT = 1000


def test_draws_are_the_same_in_every_run_and_differ_by_name() -> None:
    assert sorted(uniforms("a", 5)) == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    first = uniforms("smoking", COUNT)
    uniforms.cache_clear()
    assert uniforms("smoking", COUNT) == first
    assert uniforms("diabetes", COUNT) != first


def test_draws_of_two_names_are_not_correlated() -> None:
    names = ["baseline", "slope", "smoking", "diabetes", "modic", "age"]
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            found = statistics.correlation(normals(one, COUNT), normals(other, COUNT))
            assert abs(found) < 4 / math.sqrt(COUNT)


def test_normals_have_the_moments_of_a_normal() -> None:
    found = normals("x", COUNT)
    assert statistics.fmean(found) == pytest.approx(0, abs=1e-9)
    assert statistics.pstdev(found) == pytest.approx(1, abs=0.01)


@given(st.floats(0, 3), st.floats(0.05, 2))
def test_positives_are_the_upper_part_of_a_normal(mean: float, sd: float) -> None:
    """Truth: the distribution function of the cut normal."""
    found = sorted(positives("cut", 500, mean, sd))
    assert found[0] >= 0
    whole = NormalDist(mean, sd)
    below = whole.cdf(0)
    for value, expected in zip(
        found[::50], [(place + 0.5) / 500 for place in range(0, 500, 50)], strict=True
    ):
        assert (whole.cdf(value) - below) / (1 - below) == pytest.approx(expected, abs=1e-4)


def test_positives_without_spread_are_one_number() -> None:
    assert positives("x", 3, 0.4, 0.0) == (0.4, 0.4, 0.4)
    assert positives("x", 2, -1.0, 0.0) == (0.0, 0.0)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=40), st.floats(0, 1))
def test_a_quantile_lies_within_and_rises(values: list[float], place: float) -> None:
    ordered = sorted(values)
    found = quantile(ordered, place)
    assert ordered[0] <= found <= ordered[-1]
    assert quantile(ordered, min(1.0, place + 0.1)) >= found - 1e-12


def test_quantiles_are_those_of_numpy() -> None:
    """Truth: Hazen's rule in another library."""
    numpy = pytest.importorskip("numpy")
    values = sorted(normals("q", 37))
    for place in (0.05, 0.3, 0.5, 0.95):
        assert quantile(values, place) == pytest.approx(float(numpy.quantile(values, place, method="hazen")))

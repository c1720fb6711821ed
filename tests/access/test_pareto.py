"""The Pareto set against its definition, and the knee."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from kambin.access.pareto import Score, knee, pareto

scores = st.lists(
    st.builds(
        Score,
        st.integers(-20, 50).map(lambda n: n / 5),
        st.sampled_from([0.0, 0.1, 0.2, 0.3333, 0.5]),
        st.sampled_from([6.0, 7.0, 8.0]),
    ),
    min_size=1,
    max_size=15,
)


def strictly_beats(a: Score, b: Score) -> bool:
    """By the book, for values on a lattice coarser than the tolerances."""
    no_worse = a.clearance >= b.clearance and a.bone <= b.bone and a.diameter_mm >= b.diameter_mm
    return no_worse and a != b


@given(scores)
def test_the_set_is_what_nothing_beats_with_equals_once(given_scores: list[Score]) -> None:
    kept = pareto(given_scores)
    best = {s for s in given_scores if not any(strictly_beats(rival, s) for rival in given_scores)}
    assert {given_scores[index] for index in kept} == best
    assert len(kept) == len(best)
    assert list(kept) == sorted(kept)


def touches_of(given_scores: list[Score]) -> list[float]:
    """A probability that falls with every millimetre of clearance."""
    return [1 / (1 + math.exp(score.clearance / 2)) for score in given_scores]


@given(scores)
def test_the_knee_is_in_the_set_and_does_not_depend_on_order(given_scores: list[Score]) -> None:
    chosen = given_scores[knee(given_scores, touches_of(given_scores), 0.5, 0.25)]
    mirrored = list(reversed(given_scores))
    assert mirrored[knee(mirrored, touches_of(mirrored), 0.5, 0.25)] == chosen
    assert not any(strictly_beats(rival, chosen) for rival in given_scores)


def test_a_clear_case_each_way() -> None:
    free = Score(2.5, 0.0, 8.0)
    assert knee([Score(2.5, 0.5, 8.0), free, Score(2.5, 0.0, 6.0)], [0.2] * 3, 0.5, 0.25) == 1
    # no bone spared is worth a nerve that is touched, and no millimetre of a cannula is
    assert knee([Score(0.0, 0.0, 7.0), Score(1.8, 0.2, 7.0)], [0.9, 0.4], 0.5, 0.25) == 1
    assert knee([Score(2.0, 0.1, 8.0), Score(5.4, 0.1, 6.0)], [0.55, 0.31], 0.5, 0.25) == 1
    # where both are as safe, the wider one
    assert knee([Score(5.8, 0.0, 7.0), Score(6.0, 0.0, 6.0)], [0.25, 0.24], 0.5, 0.25) == 0

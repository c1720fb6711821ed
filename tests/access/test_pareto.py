"""The Pareto set against its definition, and the knee."""

from __future__ import annotations

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


@given(scores)
def test_the_knee_is_in_the_set_and_does_not_depend_on_order(given_scores: list[Score]) -> None:
    chosen = given_scores[knee(given_scores, 2.0, 0.5)]
    mirrored = list(reversed(given_scores))
    again = mirrored[knee(mirrored, 2.0, 0.5)]
    assert (again.clearance >= 2.0 and chosen.clearance >= 2.0) or again == chosen
    assert not any(strictly_beats(rival, chosen) and rival.clearance <= 2.0 for rival in given_scores)


def test_a_clear_case_each_way() -> None:
    free = Score(2.5, 0.0, 8.0)
    assert knee([Score(2.5, 0.5, 8.0), free, Score(2.5, 0.0, 6.0)], 2.0, 0.5) == 1
    # no bone spared is worth a nerve that touches
    assert knee([Score(0.0, 0.0, 7.0), Score(1.8, 0.2, 7.0)], 2.0, 0.5) == 1

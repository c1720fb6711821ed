from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.report.bars import LEAST, WIDTH, Scale, share_bar, support_scale

SUPPORT = st.tuples(st.integers(-200, 200), st.integers(0, 200)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)


@given(st.lists(SUPPORT, min_size=1, max_size=8))
def test_bars_of_one_decision_share_a_scale_with_zero_on_it(supports: list[tuple[int, int]]) -> None:
    scale = support_scale(supports)
    assert scale.low <= 0 <= scale.high
    for low, high in supports:
        bar = scale.bar(low, high)
        assert -1e-9 <= bar.start <= bar.start + bar.length <= WIDTH + 0.11
        assert bar.length >= LEAST
        if scale.low < 0 < scale.high and low > 0:
            assert bar.zero is not None
            assert bar.zero <= bar.start + LEAST + 0.1


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_longer_interval_never_has_a_shorter_bar(a: float, b: float, c: float) -> None:
    low, middle, high = sorted((a, b, c))
    assert share_bar(low, high).length >= share_bar(low, middle).length - 0.11


def test_known_places() -> None:
    bar = share_bar(0.25, 0.75, 0.5)
    assert (bar.start, bar.length, bar.point, bar.zero) == (WIDTH / 4, WIDTH / 2, WIDTH / 2, None)
    assert share_bar(10, 20, None, 100.0).start == pytest.approx(WIDTH / 10)
    assert support_scale([(-10, 30)]).bar(-10, 0).zero == WIDTH / 4
    assert support_scale([(0, 0)]) == Scale(0, 1)
    assert share_bar(1.0, 1.0).start + share_bar(1.0, 1.0).length == WIDTH


def test_what_lies_outside_is_kept_inside() -> None:
    assert Scale(0, 1).at(-3) == 0
    assert Scale(0, 1).at(3) == WIDTH

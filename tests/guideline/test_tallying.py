"""Tallies against the judgement of the whole option, from every start and after every turn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kambin.guideline.deciding import judge
from kambin.guideline.knowledge import ROLES, WEIGHTS, Role
from kambin.guideline.tallying import status_of, support_of, tally_of, turn

arguments = st.lists(
    st.tuples(
        st.sampled_from(ROLES),
        st.sampled_from(sorted(WEIGHTS.values())),
        st.sampled_from([True, False, None]),
    ),
    max_size=6,
)


def judged(shape: list[tuple[Role, int]], truths: list[bool | None]) -> None:
    tally = tally_of(shape, truths)
    assert (status_of(tally), *support_of(tally)) == judge(shape, truths)


@given(items=arguments)
def test_equals_the_judgement(items: list[tuple[Role, int, bool | None]]) -> None:
    judged([item[:2] for item in items], [item[2] for item in items])


@given(items=arguments.filter(bool), data=st.data())
def test_a_turn_equals_counting_again(
    items: list[tuple[Role, int, bool | None]], data: st.DataObject
) -> None:
    shape, truths = [item[:2] for item in items], [item[2] for item in items]
    tally = tally_of(shape, truths)
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(items) - 1))
        now = data.draw(st.sampled_from([True, False, None]))
        turn(tally, *shape[index], truths[index], now)
        truths[index] = now
        assert (status_of(tally), *support_of(tally)) == judge(shape, truths)
    untouched = tally_of(shape, truths)
    assert (status_of(tally), support_of(tally)) == (status_of(untouched), support_of(untouched))

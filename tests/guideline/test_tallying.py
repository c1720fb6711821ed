"""Tallies against the judgement of the whole option, from every start and after every turn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kambin.guideline.knowledge import ROLES, WEIGHTS, Role
from kambin.guideline.tallying import Tally, standing_of, tally_of, worth
from tests.guideline.plain_judging import judge

Item = tuple[Role, int, bool | None]

arguments = st.lists(
    st.tuples(
        st.sampled_from(ROLES),
        st.sampled_from(sorted(WEIGHTS.values())),
        st.sampled_from([True, False, None]),
    ),
    max_size=6,
)


def counted(items: list[Item]) -> Tally:
    return tally_of([worth(role, weight) for role, weight, _ in items], [truth for _, _, truth in items])


def check(tally: Tally, items: list[Item]) -> None:
    standing = standing_of(tally)
    assert standing[:3] == judge([item[:2] for item in items], [item[2] for item in items])
    assert standing.pends is any(role == "veto" and truth is None for role, _, truth in items)


@given(items=arguments)
def test_equals_the_judgement(items: list[Item]) -> None:
    check(counted(items), items)


@given(items=arguments.filter(bool), data=st.data())
def test_a_turn_equals_counting_again(items: list[Item], data: st.DataObject) -> None:
    tally = counted(items)
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(items) - 1))
        now = data.draw(st.sampled_from([True, False, None]))
        role, weight, was = items[index]
        tally += worth(role, weight)[now] - worth(role, weight)[was]
        items[index] = role, weight, now
        check(tally, items)
        assert tally == counted(items)


def test_counts_do_not_run_into_each_other() -> None:
    """Far more arguments than any option has, all alike: each count stays within its digits."""
    for role in ROLES:
        for truth in (True, False, None):
            items: list[Item] = [(role, max(WEIGHTS.values()), truth)] * 1000
            check(counted(items), items)

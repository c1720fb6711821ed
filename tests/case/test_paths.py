from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case import Case
from kambin.case.paths import dotted, find, is_unknown, steps_of
from tests.case.case_strategies import cases

CASE = Case.model_validate(
    {"imaging": {"discs": [{"level": "L4-L5", "type": "bulge"}]}, "red_flags": {"fever": False}}
)
names = st.from_regex(r"[a-z0-9_]+", fullmatch=True)
paths = st.lists(st.tuples(names, st.none() | st.integers(0, 999)), min_size=1).map(
    lambda parts: tuple(
        step for name, place in parts for step in ((name,) if place is None else (name, place))
    )
)


@given(paths)
def test_a_path_reads_back(steps: tuple[str | int, ...]) -> None:
    assert tuple(steps_of(dotted(steps))) == steps


@pytest.mark.parametrize(
    "text", ["", ".", "a.", "[0]", "a[]", "a[-1]", "a[x]", "{side}.x", "a b", "A", "a[0][1]", "a\n"]
)
def test_what_is_no_path_has_no_steps(text: str) -> None:
    assert steps_of(text) == []
    assert find(CASE, text) is None


def test_a_field_is_found_with_its_value() -> None:
    for path, value in [("red_flags.fever", False), ("imaging.discs[0].type", "bulge"), ("kambin_case", 1)]:
        found = find(CASE, path)
        assert found is not None and found[1] == value


@pytest.mark.parametrize(
    "path",
    [
        "absent",
        "nothing",
        "imaging.discs[1].type",
        "imaging.discs.type",
        "patient[0].sex",
        "signs.left.x",
        "id.x",
        "imaging.discs[0]",
    ],
)
def test_what_is_not_there_is_not_found(path: str) -> None:
    assert find(CASE, path) is None


@given(cases())
def test_a_reason_stands_only_where_something_is_unknown(case: Case) -> None:
    assert all(is_unknown(case, path) for path in case.absent)
    assert not is_unknown(case, "kambin_case") and not is_unknown(case, "signs.complete")

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case import loads, validation
from kambin.case.paths import steps_of
from kambin.case.plain import FILE
from kambin.case.writing import file_form
from kambin.errors import CaseError, Problem
from tests.case.case_strategies import cases


def problems(text: str) -> list[Problem]:
    with pytest.raises(CaseError) as caught:
        loads(text)
    return list(caught.value.problems)


def fields(text: str) -> list[str]:
    return [problem.field for problem in problems(text)]


ALL_AT_ONCE = """
kambin_case: 1
fever: true
patient:
  age_years: 130
  sex: F
  height_cm: 70
  weight_kg: 175
signs:
  left: {slr_positive: false, slr_deg: 30, mrc_hip_flexion: 6}
imaging:
  discs:
    - {level: L4/5, side: left}
    - {side: left}
    - {level: L5-S1, side: left, zone: paracentral, colour: red}
    - 5
    - {level: L5-S1, side: left, type: none, migration: up}
measured:
  - {name: crest_grade, value: IV}
  - {name: crest_above_l45_left_mm, value: [1]}
  - {name: disc_modic, value: 2.0, structures: [a, 3]}
  - {name: disc_modic, value: 1}
"""


def test_every_problem_is_listed_at_once_in_the_order_of_the_file() -> None:
    assert fields(ALL_AT_ONCE) == [
        "fever",
        "patient.age_years",
        "patient.sex",
        "patient.weight_kg",
        "signs.left.slr_positive",
        "signs.left.mrc_hip_flexion",
        "imaging.discs[0].level",
        "imaging.discs[1].level",
        "imaging.discs[2].zone",
        "imaging.discs[2].colour",
        "imaging.discs[3]",
        "imaging.discs[4].side",
        "imaging.discs[4].migration",
        "measured[0].value",
        "measured[1].value",
        "measured[2].structures[1]",
        "measured[3].name",
    ]


WRONG = st.sampled_from([None, [], {}, "wrong", -1e9, 1e9, True, 0, 3.5, "yes", {"unknown": "no idea"}, [5]])


def places(tree: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a file below the top."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, value in items:
        yield (*at, step)
        yield from places(value, (*at, step))


def put(tree: Any, at: tuple[str | int, ...], value: Any) -> None:
    for step in at[:-1]:
        tree = tree[step]
    tree[at[-1]] = value


def without(tree: Any, named: list[str]) -> Any:
    """The file without the named fields, and without the records they are in."""
    gone = set()
    for path in named:
        steps = tuple(steps_of(path.removesuffix(".unknown")))
        items = [depth for depth, step in enumerate(steps) if isinstance(step, int)]
        gone.add(steps[: items[0] + 1] if items else steps)
    inner = {at for at in gone if any(at[:depth] in gone for depth in range(1, len(at)))}
    for at in sorted(gone - inner, key=str, reverse=True):
        here = tree
        for step in at[:-1]:
            here = here[step]
        del here[at[-1]]
    return tree


@given(cases().map(file_form), st.data())
def test_what_is_not_named_is_right(tree: dict[str, Any], data: st.DataObject) -> None:
    """All problems at once: when every named field is taken away, the file reads."""
    for _ in range(data.draw(st.integers(1, 4))):
        found = list(places(tree))
        put(tree, data.draw(st.sampled_from(found)), copy.deepcopy(data.draw(WRONG)))
    try:
        loads(json.dumps(tree), "json")
    except CaseError as error:
        named = [problem.field for problem in error.problems]
        loads(json.dumps(without(tree, named)), "json")


def test_a_value_is_shown_as_it_was_written() -> None:
    found = {problem.field: problem for problem in problems(ALL_AT_ONCE)}
    assert (
        found["patient.age_years"].value == 130
        and found["patient.age_years"].expected == "a whole number, 0 to 120 years"
    )
    assert found["patient.sex"].hint == "line 6; did you mean female?"
    assert (
        found["imaging.discs[1].level"].value is None
        and "has to be there" in found["imaging.discs[1].level"].hint
    )
    assert found["imaging.discs[4].side"].value == "left"
    assert found["measured[1].value"].value == "[…]"


def test_a_section_written_twice_hides_nothing() -> None:
    assert fields("patient: {sex: x}\npatient: {sex: y, age_years: 999}") == [
        "patient",
        "patient.sex",
        "patient.age_years",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "measured: [{name: crest_grade, value: {a: 1}}]",
        "measured: [{name: crest_grade, value: null}]",
        "measured: [{name: crest_grade, value: .inf, uncertainty: -1}]",
        "measured: [{name: 5, value: 1}]",
        "measured: [{value: 1}]",
        "care: {tried: [{kind: nsaid, weeks: -1}]}",
        "history: {operations: [{kind: fusion, on: 2026-02-30}]}",
        "history: {operations: [{kind: fusion, on: 5}]}",
        "assessed_on: 20260331",
        "title: 5",
        "id: a b",
        "signs: {complete: yes}",
        "signs: {complete: 1}",
    ],
)
def test_one_slip_is_one_problem(text: str) -> None:
    named = fields(text)
    assert len(named) == len(set(named)) == (2 if "uncertainty" in text else 1)


def test_whole_numbers_that_were_measured_may_be_written_with_a_point() -> None:
    [item] = loads("measured: [{name: disc_pfirrmann, value: 3.0}]").measured
    assert item.value == 3 and isinstance(item.value, int)
    assert fields("measured: [{name: disc_pfirrmann, value: 3.5}]") == ["measured[0].value"]


def test_a_file_full_of_slips_is_cut_short() -> None:
    found = problems("\n".join(f"wrong{number}: 1" for number in range(1000)))
    assert len(found) == validation.MAX_PROBLEMS + 1
    assert found[-1].field == FILE and "800 more" in str(found[-1].value)


def test_the_order_of_list_items_survives_what_is_left_out() -> None:
    text = """
care:
  tried:
    - {kind: wrong}
    - {kind: nsaid}
    - {weeks: 3}
    - {kind: opioid}
    - {kind: nsaid}
"""
    assert fields(text) == ["care.tried[0].kind", "care.tried[2].kind", "care.tried[4].kind"]


def test_a_reason_for_a_whole_list_still_counts_when_something_else_is_wrong() -> None:
    text = "patient: {age_years: 999}\nhistory: {operations: {unknown: not_asked}, operations_complete: true}"
    assert fields(text) == ["patient.age_years", "history.operations_complete"]


def test_whatever_can_not_be_mended_the_problems_found_so_far_are_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(validation, "_leave_out_wrong", lambda found: {})
    assert fields("patient: {age_years: 999}") == ["patient.age_years"]


def test_the_error_names_the_file_and_what_to_do() -> None:
    with pytest.raises(CaseError) as caught:
        loads("patient: {age_years: 999}", where="ward/case.yaml")
    text = str(caught.value)
    assert text.startswith("ward/case.yaml: 1 problem in the case") and "kambin case facts" in text
    assert caught.value.exit_code == 3

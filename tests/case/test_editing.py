from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case import Case, facts, loads
from kambin.case.paths import find
from kambin.case.reading import with_value
from kambin.errors import CaseError, InputError
from tests.case.case_strategies import cases, fact_values, unknown_paths

PATIENT_FACTS = [fact for fact in facts().values() if fact.scope == "patient"]


@given(st.sampled_from(PATIENT_FACTS).flatmap(lambda fact: st.tuples(st.just(fact), fact_values(fact))))
def test_an_answer_goes_where_its_fact_lives(answer: tuple[Any, Any]) -> None:
    fact, value = answer
    found = with_value(Case(), fact.path, value)
    assert find(found, fact.path)[1] == value  # type: ignore[index]
    assert with_value(found, fact.path, None) == Case()


@given(cases(), st.data())
def test_a_reason_is_kept_and_gives_way_to_an_answer(case: Case, data: st.DataObject) -> None:
    free = [path for path in unknown_paths(case) if path not in case.absent]
    if free:
        path = data.draw(st.sampled_from(free))
        marked = with_value(case, path, {"unknown": "asked_unknown"})
        assert marked.absent == {**case.absent, path: "asked_unknown"}
        assert marked == case.model_copy(update={"absent": marked.absent})


def test_nothing_else_changes() -> None:
    case = loads("imaging: {discs: [{level: L4-L5}, {level: L5-S1, type: {unknown: conflicting}}]}")
    found = with_value(case, "imaging.discs[1].type", "extrusion")
    assert found.imaging.discs[1].type == "extrusion" and found.absent == {}
    assert found.imaging.discs[0] == case.imaging.discs[0]
    assert case.absent == {"imaging.discs[1].type": "conflicting"}


def test_a_list_of_which_nothing_was_known_becomes_a_list() -> None:
    case = loads("history: {operations: {unknown: asked_unknown}}")
    assert with_value(case, "history.operations", []) == Case()
    assert with_value(case, "history.operations", [{"kind": "fusion"}]).history.operations[0].kind == "fusion"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a b",
        "[0]",
        "signs.{side}.slr_deg",
        "imaging.discs[].type",
        "imaging.discs[0].type",
        "patient[0].sex",
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path: str) -> None:
    with pytest.raises(InputError):
        with_value(Case(), path, 1)


def test_a_path_through_a_value_is_refused() -> None:
    with pytest.raises(InputError):
        with_value(Case(), "kambin_case[0].x", 1)
    with pytest.raises(InputError):
        with_value(loads("imaging: {discs: [{level: L4-L5}]}"), "imaging.discs.level", "L4-L5")


@pytest.mark.parametrize(
    ("path", "value"),
    [("patient.age_years", 500), ("nothing.at_all", 1), ("id.x", 1), ("red_flags.fever", {"unknown": "x"})],
)
def test_a_value_is_checked_like_a_file(path: str, value: Any) -> None:
    with pytest.raises(CaseError):
        with_value(Case(), path, value)


def test_a_contradiction_is_refused() -> None:
    case = loads("symptoms: {leg_pain_side: none}")
    with pytest.raises(CaseError, match="leg_pain_nrs"):
        with_value(case, "symptoms.leg_pain_nrs", 8)

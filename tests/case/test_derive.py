"""Derived facts against a plain truth, and against every completion of what is unknown."""

from __future__ import annotations

from hypothesis import given

from kambin.case import Case, Range, fact_row, facts
from kambin.case.derive import DERIVED
from tests.case.case_strategies import cases
from tests.case.patients import MUSCLES, Known, complete_patients, partly_known, truth

NAMES = [item.fact.name for item in DERIVED]


def derived(plain: dict[str, object]) -> dict[str, object]:
    case = Case.model_validate(plain)
    disc = case.imaging.discs[0] if case.imaging.discs else None
    row = fact_row(case, disc)
    return {name: row[name] for name in NAMES}


@given(complete_patients)
def test_of_a_patient_of_whom_all_is_known_the_truth_comes_out(plain: dict[str, object]) -> None:
    assert derived(plain) == truth(plain)


@given(partly_known())
def test_what_is_derived_from_part_of_the_truth_is_true(known: Known) -> None:
    """Learning what was unknown never takes back an answer."""
    found = derived(known.plain)
    assert {
        name: value for name, value in found.items() if value is not None and value != known.truth[name]
    } == {}


@given(partly_known())
def test_a_severe_weakness_is_known_from_one_muscle_and_ruled_out_by_all(known: Known) -> None:
    signs = known.plain["signs"]
    written = [signs[side][name] for side in ("left", "right") for name in MUSCLES if name in signs[side]]
    all_known = signs["complete"] or len(written) == 2 * len(MUSCLES)
    severe = any(power <= 3 for power in written)
    assert derived(known.plain)["severe_weakness"] is (severe or (False if all_known else None))


def test_of_an_unknown_patient_nothing_is_derived() -> None:
    assert set(derived({}).values()) == {None}


def test_the_truth_names_every_derived_fact() -> None:
    assert set(NAMES) == {name for name, fact in facts().items() if fact.scope == "derived"}


@given(cases())
def test_derived_facts_stay_in_their_domains(case: Case) -> None:
    for disc in (None, *case.imaging.discs):
        for item in DERIVED:
            value = item.compute(case, disc)
            if value is None:
                continue
            if isinstance(item.fact.domain, Range):
                assert not isinstance(value, bool) and isinstance(value, (int, float))
                assert item.fact.domain.low <= value <= item.fact.domain.high
            else:
                assert isinstance(value, bool)

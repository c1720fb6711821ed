"""Thresholds as cuts: on the same side as the generated Python puts a number, to the last bit."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kambin.case import facts_in_conditions
from kambin.errors import IntegrityError
from kambin.guideline.compiling import compile_truth
from kambin.guideline.conditions import Compare, Operator, Term
from kambin.guideline.proving.comparing import compare_two
from kambin.guideline.proving.numbers import Number, fraction_of, readable
from kambin.guideline.proving.oracle import Oracle
from kambin.guideline.proving.patients import Values
from kambin.guideline.proving.reading import holds_in

FACTS = facts_in_conditions()
OPERATORS: tuple[Operator, ...] = ("<", "<=", ">", ">=")


@given(
    st.sampled_from(OPERATORS),
    st.sampled_from([1.0, 0.1, -0.3, 7.0, 1 / 3]),
    st.sampled_from([0.0, 0.7, -2.3]),
    st.floats(-30, 60),
    st.integers(-3, 3),
    st.booleans(),
)
@example("<=", 0.1, 0.7, 1.0, 0, False)
@example("<=", 7.0, 0.7, 0.7, 3, False)  # a whole range of tiny numbers computes to 0.7
def test_a_decimal_lies_on_the_right_side_of_a_scaled_threshold(
    op: Operator, scale: float, offset: float, constant: float, ulps: int, mirrored: bool
) -> None:
    """Numbers within a few steps of the threshold, where rounding decides."""
    value = (constant - offset) / scale
    for _ in range(abs(ulps)):
        value = math.nextafter(value, math.copysign(math.inf, ulps))
    assume(0 <= value <= 100)
    one, other = Term("odi_percent", scale, offset), Term(None, 0.0, constant)
    leaf = Compare(op, other, one) if mirrored else Compare(op, one, other)
    values = Values(FACTS)
    formula = values.leaf(leaf)
    model = Oracle([values.constraints]).model(values.equals("odi_percent", value))
    assert model is not None
    assert holds_in(model, formula) is compile_truth(leaf)({"odi_percent": value})


@given(st.sampled_from([*OPERATORS, "=", "<>"]), st.integers(0, 10), st.integers(0, 10), st.integers(-3, 3))
def test_two_whole_numbers_are_compared_value_by_value(
    op: Operator, one: int, other: int, shift: int
) -> None:
    leaf = Compare(op, Term("leg_pain_nrs"), Term("back_pain_nrs", 1.0, float(shift)))
    values = Values(FACTS)
    formula = values.leaf(leaf)
    known = [values.equals("leg_pain_nrs", one), values.equals("back_pain_nrs", other)]
    model = Oracle([values.constraints]).model(*known)
    assert holds_in(model, formula) is compile_truth(leaf)({"leg_pain_nrs": one, "back_pain_nrs": other})


@given(st.sampled_from(OPERATORS), st.integers(0, 40), st.integers(0, 40), st.sampled_from([1.0, 2.0, 0.5]))
def test_two_decimals_are_compared_as_numbers(op: Operator, one: int, other: int, scale: float) -> None:
    leaf = Compare(op, Term("symptom_weeks"), Term("conservative_weeks", scale, 0.0))
    values = Values(FACTS, frozenset({"symptom_weeks", "conservative_weeks"}))
    formula = values.leaf(leaf)
    row = {"symptom_weeks": one / 2, "conservative_weeks": other / 2}
    model = Oracle([values.constraints]).model(*(values.equals(name, value) for name, value in row.items()))
    assert holds_in(model, formula) is compile_truth(leaf)(row)


def test_two_decimals_that_were_not_announced_are_refused() -> None:
    values = Values(FACTS)
    leaf = Compare("<", Term("symptom_weeks"), Term("conservative_weeks"))
    with pytest.raises(IntegrityError, match="not declared"):
        compare_two(leaf, values.number("symptom_weeks"), values.number("conservative_weeks"))


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_readable_number_lies_between_its_cuts(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    assume(low < high)
    assert low <= readable(low, high, whole=False) < high


@given(st.integers(-50, 50), st.integers(1, 50))
def test_a_readable_whole_number_lies_between_its_cuts(low: int, size: int) -> None:
    value = readable(low, low + size, whole=True)
    assert isinstance(value, int)
    assert low <= value < low + size


def test_round_numbers_are_chosen_where_there_is_a_choice() -> None:
    assert readable(6.0, 520.0, whole=False) == 200
    assert readable(math.nextafter(6.0, 7), 12.0, whole=False) == 10
    assert readable(0.25, 0.75, whole=False) == 0.5


def test_there_is_one_region_more_than_cuts() -> None:
    number = Number(FACTS["age_years"], [])
    for cut in (18, 65, 80, 18):
        number.at_least(cut)
    regions = number.regions()
    assert [sum(value >= cut for cut in (18, 65, 80)) for value, _, _ in regions] == [0, 1, 2, 3]
    assert [(low, high) for _, low, high in regions] == [(0, 18), (18, 65), (65, 80), (80, 121)]
    assert number.at_least(0) is True
    assert number.at_least(121) is False


def test_a_real_number_comes_back_as_one_that_a_computer_holds() -> None:
    """Between 0.3 and 0.4 the solver likes fractions that are no floats; on a grid it finds another."""
    values = Values(FACTS, frozenset({"symptom_weeks", "conservative_weeks"}))
    leaves = [
        Compare(">", Term("symptom_weeks"), Term(None, 0.0, 0.3)),
        Compare("<", Term("symptom_weeks"), Term(None, 0.0, 0.4)),
        Compare("<", Term("conservative_weeks"), Term("symptom_weeks")),
        Compare(">", Term("conservative_weeks"), Term(None, 0.0, 0.3)),
    ]
    model = Oracle([values.constraints], values.reals).model(*(values.leaf(leaf) for leaf in leaves))
    assert model is not None
    for name in ("symptom_weeks", "conservative_weeks"):
        number = values.numbers[name]
        assert float(fraction_of(model, number.variable)) == fraction_of(model, number.variable)


def test_where_no_such_number_is_possible_the_exact_one_stays() -> None:
    values = Values(FACTS, frozenset({"symptom_weeks", "conservative_weeks"}))
    third = Compare("=", Term("symptom_weeks", 3.0, 0.0), Term("conservative_weeks"))
    model = Oracle([values.constraints], values.reals).model(
        values.leaf(third), values.equals("conservative_weeks", 1.0)
    )
    assert fraction_of(model, values.numbers["symptom_weeks"].variable) == Fraction(1, 3)

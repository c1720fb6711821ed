from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from kambin.case import Case
from kambin.case.examination import (
    SLR_POSITIVE_BELOW_DEG,
    any_true,
    both_true,
    either_side,
    powers,
    reduced,
    side_signs,
    sign,
    slr,
)
from kambin.case.sections.signs import KEY_MUSCLES, REFLEXES, SENSORY_AREAS, SideSigns
from tests.case.patients import AREAS, MUSCLES, NORMAL
from tests.case.patients import REFLEXES as REFLEX_NAMES

THREE = (True, False, None)


def possible(values: tuple[bool | None, ...]) -> list[tuple[bool, ...]]:
    """Every way to fill in what is unknown."""
    return list(product(*((True, False) if value is None else (value,) for value in values)))


def settled(outcomes: set[bool]) -> bool | None:
    return outcomes.pop() if len(outcomes) == 1 else None


@pytest.mark.parametrize("values", [values for n in range(1, 5) for values in product(THREE, repeat=n)])
def test_a_disjunction_is_known_exactly_when_every_completion_agrees(values: tuple[bool | None, ...]) -> None:
    assert any_true(values) == settled({any(filled) for filled in possible(values)})


@pytest.mark.parametrize("values", list(product(THREE, repeat=2)))
def test_a_conjunction_is_known_exactly_when_every_completion_agrees(
    values: tuple[bool | None, bool | None],
) -> None:
    assert both_true(*values) == settled({all(filled) for filled in possible(values)})


def test_looking_at_nothing_finds_nothing_out() -> None:
    assert any_true([]) is None


def case(
    side: str = "left", *, complete: bool = False, absent: dict[str, str] | None = None, **signs: Any
) -> Case:
    return Case.model_validate({"signs": {side: signs, "complete": complete}, "absent": absent or {}})


def test_the_names_that_tests_use_are_those_of_the_sections() -> None:
    assert (list(KEY_MUSCLES), list(REFLEXES), list(SENSORY_AREAS)) == (MUSCLES, REFLEX_NAMES, AREAS)
    assert set(SideSigns.model_fields) == {*NORMAL, "slr_deg"}


@pytest.mark.parametrize("name", SideSigns.model_fields)
def test_what_is_not_written_down_is_normal_only_in_a_complete_examination(name: str) -> None:
    assert sign(case(), "left", name) is None
    assert sign(case(complete=True), "left", name) == NORMAL.get(name)
    assert sign(case(complete=True, absent={f"signs.left.{name}": "asked_unknown"}), "left", name) is None
    assert sign(
        case(complete=True, absent={f"signs.left.{name}": "asked_unknown"}), "right", name
    ) == NORMAL.get(name)


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ({}, None),
        ({"slr_positive": True}, True),
        ({"slr_positive": False}, False),
        ({"slr_deg": SLR_POSITIVE_BELOW_DEG - 1}, True),
        ({"slr_deg": SLR_POSITIVE_BELOW_DEG}, None),
        ({"slr_deg": 90, "slr_positive": False}, False),
        ({"slr_deg": 65, "slr_positive": True}, True),
    ],
)
def test_the_straight_leg_raise_is_what_the_examiner_says_or_a_small_angle(
    signs: dict[str, Any], expected: bool | None
) -> None:
    assert slr(case(**signs), "left") is expected
    assert slr(case(**signs), "right") is None


def test_an_angle_above_the_limit_is_not_read_as_negative_even_in_a_complete_examination() -> None:
    assert slr(case(complete=True, slr_deg=80), "left") is None
    assert slr(case(complete=True), "left") is False


@pytest.mark.parametrize(("name", "normal"), list(NORMAL.items()))
def test_each_sign_alone_makes_a_side_positive(name: str, normal: Any) -> None:
    abnormal = {5: 4, "normal": "reduced", False: True}[normal]
    assert side_signs(case(**{name: abnormal}), "left") is True
    assert side_signs(case(**{name: abnormal}), "right") is None
    assert side_signs(case(complete=True, **{name: abnormal}), "right") is False
    assert side_signs(case(complete=True), "left") is False


def test_a_brisk_reflex_is_not_a_reduced_one() -> None:
    assert reduced(case(reflex_achilles="brisk"), "left", ["reflex_achilles"]) == [False]
    assert side_signs(case(complete=True, reflex_achilles="brisk"), "left") is False


def test_powers_are_of_the_key_muscles_in_order() -> None:
    assert powers(case(mrc_hip_abduction=3), "left") == [None, None, None, None, 3, None]
    assert powers(case(complete=True, mrc_hip_abduction=3), "left") == [5, 5, 5, 5, 3, 5]


def test_either_side_is_enough() -> None:
    assert either_side(case("right", crossed_slr_positive=True), "crossed_slr_positive") is True
    assert either_side(case("right", crossed_slr_positive=False), "crossed_slr_positive") is None
    assert either_side(case("right", complete=True), "crossed_slr_positive") is False

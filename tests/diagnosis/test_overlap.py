"""Findings that tell the same: weights as a function of the set, never more than independent findings."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case import Case
from kambin.diagnosis import figures, locate
from kambin.diagnosis.figures import Component, Overlap
from kambin.diagnosis.overlap import increment, weigh
from kambin.diagnosis.places import PLACES
from tests.diagnosis.strategies import cases, make
from tests.diagnosis.test_locate import POSITIVE, with_sign

COMPONENTS = [
    part for q in figures().questions for outcome in q.outcomes.values() for part in outcome.components
]


def logs(found: list[Component], overlap: Overlap) -> list[float]:
    weighed, _ = weigh([(item, None) for item in found], overlap)
    parts: list[list[float]] = [[] for _ in PLACES]
    for item in weighed:
        for index, share in item.component.places:
            parts[index].append(item.weight * share * item.component.ratio.log)
    return [math.fsum(row) for row in parts]


def component(path: str, outcome: str) -> Component:
    question = next(item for item in figures().questions if item.path == path)
    return question.outcomes[outcome].components[0]


def test_the_published_pair_tells_together_what_was_published() -> None:
    """Femoral stretch and knee jerk, each at least 5, together 7 and not 25 (X03)."""
    pair = [
        component("signs.right.femoral_stretch_positive", "positive"),
        component("signs.right.reflex_patellar", "reduced"),
    ]
    together = logs(pair, figures().overlap)
    at_l4 = [
        math.exp(together[place.index]) for place in PLACES if place.root == "L4" and place.side == "right"
    ]
    assert at_l4 == pytest.approx([7.0, 7.0])
    assert math.prod(item.ratio.value for item in pair) == 25


def test_a_second_sign_of_the_same_root_counts_less() -> None:
    used = figures().overlap
    toe = component("signs.right.mrc_great_toe_extension", "marked")
    hip = component("signs.right.mrc_hip_abduction", "marked")
    one, two = (max(logs(found, used)) for found in ([toe], [toe, hip]))
    assert one == pytest.approx(used.exponent * math.log(3))
    assert two == pytest.approx(used.exponent * math.log(3) * (1 + used.same_place))


@given(st.lists(st.sampled_from(COMPONENTS), max_size=8, unique_by=lambda item: item.key), st.randoms())
def test_the_order_of_the_findings_does_not_matter(found: list[Component], luck) -> None:  # type: ignore[no-untyped-def]
    other = list(found)
    luck.shuffle(other)
    assert logs(found, figures().overlap) == logs(other, figures().overlap)


@given(
    st.lists(st.sampled_from(COMPONENTS), max_size=8, unique_by=lambda item: item.key),
    st.sampled_from(COMPONENTS),
)
def test_one_more_finding_never_moves_more_than_an_independent_one(
    found: list[Component], extra: Component
) -> None:
    if extra.key in [item.key for item in found]:
        return
    used = figures().overlap
    before, after = logs(found, used), logs([*found, extra], used)
    alone = logs([extra], Overlap(1.0, 1.0))
    for one, other in itertools.combinations(range(len(PLACES)), 2):
        moved = (after[one] - after[other]) - (before[one] - before[other])
        independent = alone[one] - alone[other]
        assert abs(moved) <= abs(independent) + 1e-9
        assert moved * independent >= -1e-9  # and never the other way


@given(
    st.lists(st.sampled_from(COMPONENTS), max_size=8, unique_by=lambda item: item.key),
    st.sampled_from(COMPONENTS),
)
def test_increment_foretells_what_one_more_finding_adds(found: list[Component], extra: Component) -> None:
    if extra.key in [item.key for item in found]:
        return
    used = figures().overlap
    _, strongest = weigh([(item, None) for item in found], used)
    step = increment(extra, strongest, used)
    before, after = logs(found, used), logs([*found, extra], used)
    shares = dict(extra.places)
    for place in PLACES:
        expected = step * shares.get(place.index, 0.0)
        assert after[place.index] - before[place.index] == pytest.approx(expected, abs=1e-9)


@given(cases(), st.sampled_from([q for q in figures().questions if q.reads in POSITIVE]))
def test_the_odds_of_a_patient_move_no_more_than_with_independent_findings(case: Case, question) -> None:  # type: ignore[no-untyped-def]
    case = case.model_copy(update={"signs": case.signs.model_copy(update={"complete": False})})
    case = with_sign(case, question.side, "slr_deg", None)
    before = with_sign(case, question.side, question.field, None)
    after = with_sign(case, question.side, question.field, POSITIVE[question.reads])

    def shift(used) -> dict[tuple[str, str, str], float]:  # type: ignore[no-untyped-def]
        rows = []
        for item in (before, after):
            found = locate(item, used)
            rows.append(
                {
                    (c.level, c.side, c.course): math.log(c.probability / found.unexplained)
                    for c in found.candidates
                }
            )
        return {key: rows[1][key] - rows[0][key] for key in rows[0]}

    tempered, plain = shift(figures()), shift(figures().independent())
    for key, moved in tempered.items():
        assert abs(moved) <= abs(plain[key]) + 1e-9


def test_for_and_against_do_not_compete() -> None:
    raised = component("signs.right.slr_positive", "positive")
    calm = component("signs.right.crossed_slr_positive", "negative")
    assert raised.places == calm.places and raised.group != calm.group
    weighed, _ = weigh([(raised, True), (calm, False)], figures().overlap)
    assert {item.weight for item in weighed} == {figures().overlap.exponent}


def test_both_tension_signs_of_one_leg_count_as_one_and_a_half() -> None:
    found = locate(make(signs={"right": {"slr_positive": True, "crossed_slr_positive": True}}))
    top = found.candidates[0]
    weights = {finding.path: finding.weight for finding in top.for_}
    used = figures().overlap
    assert weights["signs.right.crossed_slr_positive"] == pytest.approx(used.exponent)
    assert weights["signs.right.slr_positive"] == pytest.approx(used.exponent * used.same_place)

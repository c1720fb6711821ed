"""Solver and evaluator read the same: random conditions, random knowledge, random patients with unknowns."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from kambin.case import facts_in_conditions
from kambin.guideline.compiling import compile_truth
from kambin.guideline.conditions import Compare, Condition, Term, facts_of
from kambin.guideline.deciding import Decisions, decide
from kambin.guideline.parsing import parse
from kambin.guideline.proving.axioms import known_as
from kambin.guideline.proving.cone import cone, decide_cone
from kambin.guideline.proving.encoding import Encoding
from kambin.guideline.proving.logic import Formula, negate
from kambin.guideline.proving.oracle import Oracle
from kambin.guideline.proving.patients import Values, View, compared_decimals
from kambin.guideline.proving.reading import holds_in, read_row
from tests.guideline.conditions_strategy import rows, texts
from tests.guideline.random_knowledge import random_condition, random_knowledge, random_row
from tests.guideline.small_world import rngs

FACTS = facts_in_conditions()


def what_is_known(view: View, row: dict[str, object]) -> list[Formula]:
    """That of a patient exactly the facts of a row are known."""
    return [
        view.is_known(name) if row[name] is not None else negate(view.is_known(name)) for name in view.known
    ]


@given(texts(null_tests=True), rows())
def test_a_condition_has_the_same_truth_in_the_solver(text: str, row: dict[str, object]) -> None:
    condition = parse(text, FACTS, null_tests=True)
    values = Values(FACTS, compared_decimals([condition], FACTS))
    view = View(values, complete=False)
    pair = view.pair(condition)
    known = [values.equals(name, value) for name, value in row.items() if value is not None]  # type: ignore[arg-type]
    for name in facts_of(condition):
        view.is_known(name)
    model = Oracle([values.constraints]).model(*known, *what_is_known(view, row))
    assert model is not None
    truth = compile_truth(condition)(row)  # type: ignore[arg-type]
    assert (holds_in(model, pair.true), holds_in(model, pair.false)) == (truth is True, truth is False)


@given(rngs(), st.booleans())
def test_the_patient_of_a_model_has_the_truth_that_was_asked_for(rng: random.Random, truth: bool) -> None:
    chosen = [FACTS[name] for name in rng.sample(sorted(FACTS), 6)]
    condition = random_condition(rng, chosen, 3)
    values = Values(FACTS, compared_decimals([condition], FACTS))
    view = View(values, complete=False)
    pair = view.pair(condition)
    model = Oracle([values.constraints]).model(pair.true if truth else pair.false)
    if model is not None:
        assert compile_truth(condition)(read_row(view, model)) is truth


@given(rngs(), st.sampled_from([0.0, 0.3, 0.7]))
def test_a_patient_is_decided_the_same_by_the_solver(rng: random.Random, unknown: float) -> None:
    knowledge = random_knowledge(rng, facts=6)
    row = random_row(rng, FACTS, unknown)
    encoding = Encoding(knowledge, complete=unknown == 0)
    hidden = [] if unknown == 0 else what_is_known(encoding.view, dict(row))
    model = encoding.oracle(*knowledge.decisions).model(*known_as(encoding, row), *hidden)
    assert model is not None
    assert encoding.disagreement(model, decide(row, knowledge), knowledge.decisions) == ""


@given(rngs(), st.booleans())
def test_a_patient_of_any_model_is_decided_the_same(rng: random.Random, complete: bool) -> None:
    knowledge = random_knowledge(rng, facts=6)
    encoding = Encoding(knowledge, complete=complete)
    wanted = rng.choice(list(encoding.chain.arguments.values()) or [(True, True)])[rng.random() < 0.5]
    model = encoding.oracle(*knowledge.decisions).model(wanted)
    if model is not None:
        row = encoding.row(model)
        assert encoding.disagreement(model, decide(row, knowledge), knowledge.decisions) == ""


def _said(decided: Decisions) -> list[object]:
    return [
        ([(item.status, bool(item.pending)) for item in result.options], result.outcome[:3])
        for result in decided.results.values()
    ]


@given(rngs())
def test_a_seeded_difference_is_seen(rng: random.Random) -> None:
    """The comparison itself can fail: another patient's answers are not taken for this one's."""
    knowledge = random_knowledge(rng, facts=6)
    row, other = random_row(rng, FACTS, 0), random_row(rng, FACTS, 0)
    one, two = decide(row, knowledge), decide(other, knowledge)
    encoding = Encoding(knowledge, complete=True)
    model = encoding.oracle(*knowledge.decisions).model(*known_as(encoding, row))
    same = _said(one) == _said(two)
    assert (encoding.disagreement(model, two, knowledge.decisions) == "") == same


@given(rngs())
def test_part_of_the_chain_is_decided_as_in_the_whole(rng: random.Random) -> None:
    knowledge = random_knowledge(rng, facts=6)
    row = random_row(rng, FACTS)
    whole = decide(row, knowledge)
    name = rng.choice(list(knowledge.decisions))
    part = decide_cone(row, knowledge, knowledge.decisions)
    assert part.results[name] == whole.results[name]
    assert cone(knowledge, [name])[-1] == name


@given(rngs(), st.booleans())
def test_numbers_that_are_compared_with_each_other_come_back_as_the_solver_meant_them(
    rng: random.Random, complete: bool
) -> None:
    """Real numbers between close thresholds: the floats of the patient lie as the solver's fractions do."""
    names = ("symptom_weeks", "conservative_weeks", "weeks_without_relief", "mri_age_weeks")
    leaves: list[Condition] = []
    for _ in range(6):
        one, other = rng.sample(names, 2)
        leaves.append(Compare(rng.choice(("<", "<=", ">", ">=")), Term(one), Term(other)))
        edge = Term(None, 0.0, rng.choice((6.0, 6.1, 12.0, 52.0)))
        leaves.append(Compare(rng.choice(("<", "<=", ">", ">=")), Term(rng.choice(names)), edge))
    values = Values(FACTS, compared_decimals(leaves, FACTS))
    view = View(values, complete=complete)
    pairs = [view.pair(leaf) for leaf in leaves]
    wanted = [pair.true if rng.random() < 0.5 else pair.false for pair in rng.sample(pairs, 4)]
    model = Oracle([values.constraints], values.reals).model(*wanted)
    if model is not None:
        row = read_row(view, model)
        for leaf, pair in zip(leaves, pairs, strict=True):
            truth = compile_truth(leaf)(row)
            assert (holds_in(model, pair.true), holds_in(model, pair.false)) == (
                truth is True,
                truth is False,
            )

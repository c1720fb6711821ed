"""Questions: safety first, an end that is reached and is one, and only facts that bear on something."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kambin.case import Case, FactValue, fact_row, facts, facts_in_conditions
from kambin.guideline import PROFILES, decide, load_knowledge
from kambin.guideline import asking as asking_module
from kambin.guideline.asking import FOCUS, Question, Settled, next_question
from kambin.guideline.candidates import candidates, openness, relevant
from kambin.guideline.knowledge import Knowledge
from kambin.guideline.obligations import load_axioms
from kambin.guideline.proving.axioms import known_as
from kambin.guideline.proving.cone import cone, decide_again, decide_cone
from kambin.guideline.proving.encoding import Encoding
from tests.guideline.conftest import Tiny
from tests.guideline.random_knowledge import random_knowledge, random_row
from tests.guideline.small_world import FACTS, Row, axioms, complete_rows, partial_rows, possible, rngs, world

REGISTRY = facts_in_conditions()

GENERAL = {
    "saddle_anaesthesia": False,
    "urinary_retention": False,
    "bladder_dysfunction": False,
    "bowel_dysfunction": False,
    "anal_tone_reduced": False,
    "bilateral_leg_pain": False,
    "bilateral_signs": False,
    "cauda_equina_compressed": False,
}


def some_patient(rng: random.Random, knowledge: Knowledge, row: Row | None = None) -> Row:
    """A complete patient whom the axioms allow, at random; behind a partial one, where there is one."""
    encoding = _complete(knowledge)
    wanted = dict(random_row(rng, REGISTRY, 0))
    # without a bias nearly everybody is an emergency, and the dialogue is over before it began
    wanted.update({name: False for name, fact in REGISTRY.items() if fact.safety and rng.random() < 0.97})
    known = known_as(encoding, row or {})
    names = [name for name in wanted if row is None or row[name] is None]
    for name in rng.sample(names, len(names)):
        formula = known_as(encoding, {name: wanted[name]})
        if formula and encoding.oracle().can(*known, *formula):
            known += formula
    return encoding.row(encoding.oracle().model(*known))


_ENCODINGS: dict[str, Encoding] = {}


def _complete(knowledge: Knowledge) -> Encoding:
    key = knowledge.content_hash
    if key not in _ENCODINGS:
        _ENCODINGS[key] = Encoding(knowledge, load_axioms(), complete=True)
    return _ENCODINGS[key]


def dialogue(patient: Row, row: Row, knowledge: Knowledge) -> Iterator[tuple[Row, Question | Settled]]:
    """Asks until there is nothing left, and answers with what is true of a patient."""
    row = dict(row)
    while True:
        found = next_question(row, knowledge)
        yield dict(row), found
        if isinstance(found, Settled):
            return
        assert row[found.fact] is None, "a known fact is asked for again"
        row[found.fact] = patient[found.fact]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_dialogue_ends_with_the_answer_of_the_whole_patient(profile: str, seed: int) -> None:
    knowledge = load_knowledge(profile)
    patient = some_patient(random.Random(seed), knowledge)
    steps = list(dialogue(patient, dict.fromkeys(REGISTRY), knowledge))
    assert len(steps) <= len(REGISTRY) + 1
    last = steps[-1][1]
    assert isinstance(last, Settled)
    assert last.unanswered == ()
    decided = decide(patient, knowledge)
    assert last.outcomes == asking_module._outcomes(decided, tuple(last.outcomes))
    assert "urgency" in last.outcomes
    assert "treatment" in last.outcomes
    for _, question in steps[:-1]:
        assert isinstance(question, Question)
        assert patient[question.fact] is not None


@pytest.mark.parametrize("seed", [4, 5])
def test_safety_comes_first_and_scans_last(seed: int) -> None:
    knowledge = load_knowledge("current")
    patient = some_patient(random.Random(seed), knowledge)
    for row, question in dialogue(patient, dict.fromkeys(REGISTRY), knowledge):
        if isinstance(question, Settled) or question.safety:
            continue
        decided = decide_cone(row, knowledge, cone(knowledge, FOCUS))
        open_ = candidates(decided, relevant(decided, FOCUS))
        left = [x.fact for x in open_ if REGISTRY[x.fact].safety and not x.scan_only]
        # a safety fact may be left only where the axioms leave it a single value
        for name in left:
            values = asking_module._completions(knowledge, FOCUS).possible(row, name, [True, False])
            assert len(values) == 1
        if question.on_scan:
            assert all(x.scan_only for x in open_)


@settings(max_examples=8)
@given(rngs(), st.sampled_from(PROFILES))
def test_when_it_says_settled_no_completion_says_otherwise(rng: random.Random, profile: str) -> None:
    knowledge = load_knowledge(profile)
    patient = some_patient(rng, knowledge)
    row, last = list(dialogue(patient, dict.fromkeys(REGISTRY), knowledge))[-1]
    assert isinstance(last, Settled)
    assert None in row.values()
    for _ in range(6):
        whole = some_patient(rng, knowledge, row)
        assert asking_module._outcomes(decide(whole, knowledge), tuple(last.outcomes)) == last.outcomes


# ----------------------------------------------------------------- against looking at everybody


@given(rngs())
def test_settled_is_said_exactly_when_all_completions_agree(rng: random.Random) -> None:
    from kambin.guideline.proving.settling import Completions

    knowledge = world(rng)
    relations = axioms(rng)
    completions = Completions(knowledge, relations, tuple(knowledge.decisions))
    for row in rng.sample(list(partial_rows()), 12):
        if not possible(row, relations):
            relevant_rows = [x for x in complete_rows() if all(row[n] in (None, x[n]) for n in FACTS)]
        else:
            relevant_rows = [
                x
                for x in complete_rows()
                if all(row[n] in (None, x[n]) for n in FACTS) and possible(x, relations)
            ]
        said = set()
        for whole in relevant_rows:
            results = decide(whole, knowledge).results.values()
            said.add(
                tuple((x.outcome.kind, x.outcome.options, frozenset(x.outcome.additions)) for x in results)
            )
        found = completions.settled(row, tuple(knowledge.decisions))
        assert (found is not None) == (len(said) == 1)
        if found is not None:
            results = found.results.values()
            assert {
                tuple((x.outcome.kind, x.outcome.options, frozenset(x.outcome.additions)) for x in results)
            } == said


@given(rngs())
def test_without_candidates_every_answer_is_settled(rng: random.Random) -> None:
    """So a dialogue that only asks for candidates can not end too early.

    The veto of a provisional answer is a candidate; when it fires, facts of other options may become some.
    """
    knowledge = world(rng)
    names = tuple(knowledge.decisions)
    for row in partial_rows():
        decided = decide(row, knowledge)
        if candidates(decided, names):
            continue
        for whole in complete_rows():
            if all(row[name] in (None, whole[name]) for name in FACTS):
                results = decide(whole, knowledge).results
                for name in names:
                    assert results[name].outcome == decided.results[name].outcome


@given(rngs(), st.booleans())
def test_deciding_again_is_deciding(rng: random.Random, all_at_once: bool) -> None:
    knowledge = random_knowledge(rng, facts=6)
    row = random_row(rng, REGISTRY)
    changes = dict(rng.sample(sorted(random_row(rng, REGISTRY).items()), 3 if all_at_once else 1))
    found = decide_again(decide(row, knowledge), changes)
    whole = decide({**row, **changes}, knowledge)
    assert found.row == whole.row
    for name, result in whole.results.items():
        assert found.results[name].outcome == result.outcome
        assert [x.status for x in found.results[name].options] == [x.status for x in result.options]


@given(rngs())
def test_nothing_is_open_once_everything_is_known(rng: random.Random) -> None:
    knowledge = random_knowledge(rng, facts=6)
    row = random_row(rng, REGISTRY, 0)
    decided = decide(row, knowledge)
    assert openness(decided, tuple(knowledge.decisions)) == 0
    assert candidates(decided, tuple(knowledge.decisions)) == []


# ------------------------------------------------------------------------------ what it says


def ask(knowledge: Knowledge, skip: frozenset[str] = frozenset(), **known: FactValue) -> Question | Settled:
    return next_question({**dict.fromkeys(REGISTRY), **known}, knowledge, skip=skip)


def test_the_first_question_is_about_the_cauda_equina() -> None:
    found = ask(load_knowledge("current"))
    assert isinstance(found, Question)
    assert found.safety
    assert found.fact in GENERAL
    assert found.paths
    assert found.options[0] == "urgency.emergency"
    yes = next(item for item in found.answers if item.value is True)
    assert yes.leads_to["urgency"].startswith("Emergency")
    plain = found.to_dict()
    assert plain["settled"] is False
    assert plain["answers"][0]["says"] in ("yes", "no")


def test_an_emergency_is_settled_without_asking_about_anything_else_that_is_urgent() -> None:
    found = ask(load_knowledge("current"), saddle_anaesthesia=True)
    assert isinstance(found, Question)
    assert found.fact == "cauda_equina_compressed"
    later = ask(load_knowledge("current"), saddle_anaesthesia=True, cauda_equina_compressed=False)
    assert isinstance(later, Settled)
    assert later.outcomes["urgency"].startswith("Emergency")
    assert later.to_dict()["settled"] is True


def test_what_nobody_knows_is_not_asked_again() -> None:
    knowledge = load_knowledge("current")
    first = ask(knowledge)
    assert isinstance(first, Question)
    second = ask(knowledge, frozenset({first.fact}))
    assert isinstance(second, Question)
    assert second.fact != first.fact


def test_when_only_skipped_facts_are_left_it_says_so() -> None:
    knowledge = load_knowledge("current")
    found = ask(knowledge, frozenset(REGISTRY))
    assert isinstance(found, Settled)
    assert "saddle_anaesthesia" in found.unanswered
    assert found.to_dict()["settled"] is False


def test_results_of_decisions_in_the_row_are_computed_anew() -> None:
    knowledge = load_knowledge("current")
    row = decide(dict.fromkeys(REGISTRY), knowledge).row
    assert next_question(row, knowledge) == ask(knowledge)


def test_a_derived_fact_leads_to_the_fields_of_both_sides() -> None:
    knowledge = load_knowledge("source")
    skip = frozenset(name for name in REGISTRY if name != "slr_positive")
    found = ask(knowledge, skip, **GENERAL)
    assert isinstance(found, Question)
    assert found.fact == "slr_positive"
    assert {"signs.left.slr_positive", "signs.right.slr_positive"} <= set(found.paths)
    fields = {item.path: item.fact for item in found.fields}
    assert fields["signs.left.slr_positive"] == "side_slr_positive"
    assert all(name in facts() for name in fields.values())


def test_numbers_are_answered_in_ranges() -> None:
    knowledge = load_knowledge("current")
    skip = frozenset(name for name in REGISTRY if name != "deficit_days")
    found = ask(knowledge, skip, severe_weakness=True, **GENERAL)
    assert isinstance(found, Question)
    assert found.fact == "deficit_days"
    assert all(item.says for item in found.answers)
    values = [item.value for item in found.answers]
    assert values == sorted(values)  # type: ignore[type-var]


def test_a_patient_whose_facts_contradict_each_other_is_asked_all_the_same() -> None:
    """The axioms rule this patient out; the questions go on without them."""
    knowledge = load_knowledge("current")
    found = ask(knowledge, motor_deficit=False, severe_weakness=True, **GENERAL)
    assert isinstance(found, Question)


def test_a_case_file_can_be_asked_about() -> None:
    knowledge = load_knowledge("current")
    found = next_question(fact_row(Case()), knowledge)
    assert isinstance(found, Question)


def test_the_scan_comes_last_in_a_knowledge_of_our_own(tiny: Tiny) -> None:
    tiny()
    knowledge = load_knowledge("current")
    known = {"saddle_anaesthesia": False, "urinary_retention": False, "bowel_dysfunction": False}
    found = ask(
        knowledge, symptom_weeks=10.0, motor_deficit=True, age_years=40, asa_class=1, unstable=False, **known
    )
    assert isinstance(found, Question)
    assert found.fact == "corridor_interlaminar_clear"
    assert found.on_scan
    assert {item.says: item.leads_to for item in found.answers} == {
        "yes": {"treatment": "Operate"},
        "no": {"treatment": "Wait"},
    }


def test_an_addition_is_asked_for_too(tiny: Tiny) -> None:
    tiny()
    knowledge = load_knowledge("current")
    known = {"saddle_anaesthesia": True, "corridor_interlaminar_clear": True}
    found = ask(knowledge, **known)
    assert isinstance(found, Question)
    assert found.fact == "unstable"
    settled = ask(knowledge, unstable=True, **known)
    assert isinstance(settled, Settled)
    assert settled.outcomes["treatment"] == "Operate (with Extra)"

"""The prover against looking at every patient: both agree on every obligation of small random knowledge."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.errors import IntegrityError
from kambin.guideline.compiling import compile_truth
from kambin.guideline.deciding import Decisions, Status, decide
from kambin.guideline.knowledge import Axiom, Knowledge, Theorem
from kambin.guideline.proving.claims import read_claim
from kambin.guideline.proving.firing import prove_firing
from kambin.guideline.proving.serving import prove_served
from kambin.guideline.proving.setting import Setting
from kambin.guideline.proving.stability import prove_unknown_excludes
from kambin.guideline.proving.theorems import prove_theorems
from tests.guideline.random_knowledge import random_condition
from tests.guideline.small_world import (
    FACTS,
    axioms,
    facts_named,
    obligations,
    patients,
    possible,
    rngs,
    theorem,
    world,
)


def random_then(rng: random.Random, knowledge: Knowledge, decision: str) -> dict[str, object]:
    found = knowledge.decisions[decision]
    options = [option.id for option in found.options]
    forms: list[dict[str, object]] = [
        {"option": rng.choice(options), "status": rng.sample([s.value for s in Status], 2)},
        {"never_outcome": rng.sample(options, 1)},
        {"prefers": [rng.choice(options), rng.choice(options)]},
    ]
    if found.policy != "collect":
        kinds = ["none", "undetermined", *(["equipoise"] if found.policy == "argue" else [])]
        forms.append({"outcome": rng.sample([*options, *kinds], 2)})
    if found.arguments:
        forms.append({"argument": rng.choice(found.arguments).id, "truth": rng.random() < 0.5})
    return rng.choice(forms)


def holds_plainly(item: Theorem, knowledge: Knowledge, everybody: list[Decisions]) -> bool:
    """The theorem by looking at every patient, with its own reading of `then`."""
    given_ = compile_truth(item.given)
    meant = [decided for decided in everybody if given_(decided.row) is True]
    shown = [then_plainly(item, knowledge, decided) for decided in meant]
    return any(shown) if item.possible else all(shown)


def then_plainly(item: Theorem, knowledge: Knowledge, decided: Decisions) -> bool:
    result, then = decided.results[item.decision], item.then
    if "option" in then:
        return str(result.option(then["option"]).status) in then["status"]
    if "never_outcome" in then:
        option = then["never_outcome"][0]
        if result.option(option).option.addition:
            return result.option(option).status is not Status.ELIGIBLE
        return result.outcome.kind == "undetermined" or option not in result.outcome.options
    if "outcome" in then:
        outcome = result.outcome
        return outcome.kind in then["outcome"] or (
            outcome.kind in ("fired", "recommended") and outcome.options[0] in then["outcome"]
        )
    if "prefers" in then:
        one, other = then["prefers"]
        return result.option(one).low > result.option(other).high
    arguments = {x.argument.id: x.truth for option in result.options for x in option.arguments}
    return arguments[then["argument"]] is then["truth"]


@given(rngs(), st.booleans())
def test_a_theorem_is_proved_exactly_when_every_patient_bears_it_out(rng: random.Random, some: bool) -> None:
    knowledge = world(rng)
    relations = axioms(rng)
    decision = rng.choice(list(knowledge.decisions))
    condition = random_condition(rng, facts_named(knowledge), 2, null_tests=not some)
    item = theorem(decision, condition, random_then(rng, knowledge, decision), possible=some)
    (result,) = prove_theorems(Setting(knowledge, obligations(relations, [item])))
    everybody = patients(knowledge, relations, complete=some)
    assert result.ok == holds_plainly(item, knowledge, everybody), item.then
    if not result.ok and not some:
        assert result.counterexample is not None
        row = {**dict.fromkeys(everybody[0].row), **result.counterexample.facts}
        decided = decide(row, knowledge)
        assert compile_truth(condition)(decided.row) is True
        assert not then_plainly(item, knowledge, decided)
        assert possible(row, relations)


@given(rngs())
def test_a_counterexample_holds_no_fact_that_is_not_needed(rng: random.Random) -> None:
    knowledge = world(rng)
    decision = rng.choice(list(knowledge.decisions))
    condition = random_condition(rng, facts_named(knowledge), 1)
    item = theorem(decision, condition, random_then(rng, knowledge, decision))
    (result,) = prove_theorems(Setting(knowledge, obligations((), [item])))
    if result.counterexample is not None:
        facts = result.counterexample.facts
        for name in facts:
            row = {**dict.fromkeys(knowledge.facts), **facts, name: None}
            decided = decide(row, knowledge)
            broken = compile_truth(condition)(decided.row) is True and not then_plainly(
                item, knowledge, decided
            )
            assert not broken, f"{name} could be left out"


@given(rngs())
def test_dead_rules_are_exactly_those_that_no_patient_brings_to_life(rng: random.Random) -> None:
    knowledge = world(rng)
    relations = axioms(rng)
    everybody = patients(knowledge, relations, complete=True)
    shown = set()
    for decided in everybody:
        for name, result in decided.results.items():
            for option in result.options:
                shown |= {("fires", x.argument.id, x.truth) for x in option.arguments}
                shown |= {("eligible", f"{name}.{option.option.id}", option.status is Status.ELIGIBLE)}
            if result.outcome.kind == "fired":
                shown.add(("row", f"{name}.{result.outcome.options[0]}", True))
    for proof in prove_firing(Setting(knowledge, obligations(relations))):
        kind = "row" if "the row" in proof.statement else proof.kind
        wanted = "is false" not in proof.statement
        assert proof.ok == ((kind, proof.id, wanted) in shown), proof.statement
        assert proof.ok or proof.note.startswith(("no values", "only patients"))


@given(rngs())
def test_a_decision_serves_everybody_exactly_when_nobody_is_left_out(rng: random.Random) -> None:
    knowledge = world(rng)
    relations = axioms(rng)
    everybody = patients(knowledge, relations, complete=True)
    for proof in prove_served(Setting(knowledge, obligations(relations))):
        kinds = {decided.results[proof.id].outcome.kind for decided in everybody}
        assert proof.ok == (not kinds & {"none", "undetermined"})
        if not proof.ok:
            assert proof.counterexample is not None
            row = {**dict.fromkeys(everybody[0].row), **proof.counterexample.facts}
            assert decide(row, knowledge).results[proof.id].outcome.kind == "none"


@given(rngs())
def test_no_small_knowledge_rests_on_an_unknown_exclude(rng: random.Random) -> None:
    knowledge = world(rng)
    assert all(proof.ok for proof in prove_unknown_excludes(Setting(knowledge, obligations())))


@given(rngs())
def test_axioms_that_speak_of_unknowns_are_kept(rng: random.Random) -> None:
    """*If the one is known, so is the other*: no counterexample breaks it, also not a shortened one."""
    knowledge = world(rng)
    base = [knowledge.facts[name] for name in FACTS]
    relation = Axiom("AX", "", random_condition(rng, base, 2, null_tests=True), "")
    keeps = compile_truth(relation.holds)
    decision = rng.choice(list(knowledge.decisions))
    item = theorem(
        decision,
        random_condition(rng, facts_named(knowledge), 1, null_tests=True),
        random_then(rng, knowledge, decision),
    )
    (result,) = prove_theorems(Setting(knowledge, obligations((relation,), [item])))
    if result.counterexample is not None:
        assert keeps({**dict.fromkeys(knowledge.facts), **result.counterexample.facts}) is not False


@pytest.mark.parametrize(
    ("then", "message"),
    [
        ({"option": "nobody", "status": ["eligible"]}, "no option 'nobody'"),
        ({"option": "o0", "status": ["well"]}, "status"),
        ({"outcome": ["nobody"]}, "no option 'nobody'"),
        ({"argument": "NOBODY"}, "no argument 'NOBODY'"),
        ({"argument": "D0-0-0", "truth": "perhaps"}, "truth 'perhaps'"),
        ({"prefers": ["o0"]}, "names two options"),
        ({"whatever": 1}, "no known form"),
        ({}, "no known form"),
    ],
)
def test_a_claim_about_what_is_not_there_is_refused(then: dict[str, object], message: str) -> None:
    rng = random.Random(3)
    knowledge = world(rng, decisions=1)
    while (
        knowledge.decisions["d0"].policy == "collect"
        or "D0-0-0" not in knowledge.decisions["d0"].argument_index
    ):
        knowledge = world(rng, decisions=1)
    condition = random_condition(rng, facts_named(knowledge))
    with pytest.raises(IntegrityError, match=message) as error:
        read_claim(theorem("d0", condition, then), knowledge)
    assert error.value.where == "here:1"


def test_an_outcome_is_no_claim_about_a_decision_that_collects() -> None:
    rng = random.Random(1)
    knowledge = world(rng, decisions=1)
    while knowledge.decisions["d0"].policy != "collect":
        knowledge = world(rng, decisions=1)
    item = theorem("d0", random_condition(rng, facts_named(knowledge)), {"outcome": ["o0"]})
    with pytest.raises(IntegrityError, match="collects"):
        read_claim(item, knowledge)

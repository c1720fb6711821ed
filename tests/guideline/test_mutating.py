"""Mutants: every mistake is made, what notices it would notice it in earnest, and the rest is listed."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from kambin.case import facts_in_conditions
from kambin.guideline import PROFILES, decide, load_knowledge, loading
from kambin.guideline.compiling import compile_truth
from kambin.guideline.knowledge import Argument, Decision, DecisionTest, Knowledge, Option
from kambin.guideline.mutants import Mutant, mutants
from kambin.guideline.mutating import MutationReport, mutation_report, score_mutants
from kambin.guideline.obligations import Obligations, load_axioms, load_obligations
from kambin.guideline.parsing import parse
from kambin.guideline.proving.refuting import Refuter, mutated
from kambin.guideline.replaying import Replay, tape_of_row, tape_of_test
from kambin.guideline.testing import run_test
from tests.guideline.conftest import Tiny
from tests.guideline.random_knowledge import random_knowledge, random_row
from tests.guideline.small_world import rngs, world

REGISTRY = facts_in_conditions()
MIXED = ("fever", "age_years", "symptom_weeks", "conservative_weeks", "disc_type", "asa_class")


@pytest.fixture
def nobody_exempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data file speaks of the guideline's own decisions, not of those made up here."""
    (tmp_path / "axioms.yaml").write_text((loading.ROOT / "axioms.yaml").read_text("utf-8"), "utf-8")
    monkeypatch.setattr(loading, "ROOT", tmp_path)


def lone(text: str, role: str = "require") -> Knowledge:
    """A knowledge of one argument."""
    argument = Argument("A", role, text, parse(text, REGISTRY), "", (), (), "weak", (), "", "here:1")  # type: ignore[arg-type]
    decision = Decision(
        "d", "1", "?", "collect", 0, (), {}, (Option("o", "o", "", "", False, (argument,), ""),), ""
    )
    return Knowledge("current", {"d": decision}, dict(REGISTRY), (), "1", "0" * 64)


def case(knowledge: Knowledge, expect: dict[str, object], **facts: object) -> DecisionTest:
    name = next(iter(knowledge.decisions))
    return DecisionTest("case", name, (), (), facts, expect, "here:2")


# -------------------------------------------------------------------------------- the mistakes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("age_years >= 65", {">= becomes > for age_years", "the threshold of age_years moves by -1"}),
        (
            "symptom_weeks < 6",
            {"< becomes <= for symptom_weeks", "the threshold of symptom_weeks moves by +0.1"},
        ),
        ("fever AND smoker", {"AND becomes OR", "fever is negated", "smoker is negated"}),
        ("fever OR NOT smoker", {"OR becomes AND", "NOT is dropped", "the whole is negated"}),
        (
            "disc_type = 'extrusion'",
            {"'extrusion' becomes 'protrusion' in disc_type", "disc_type IN is negated"},
        ),
        (
            "disc_type IN ('bulge', 'none')",
            {"'bulge' is dropped from disc_type", "'bulge' becomes 'protrusion' in disc_type"},
        ),
        ("asa_class IN (1, 2)", {"1 is dropped from asa_class", "2 becomes 3 in asa_class"}),
        ("leg_pain_nrs > back_pain_nrs", {"the threshold of leg_pain_nrs and back_pain_nrs moves by +1"}),
        ("asa_class = 3", {"= becomes <> for asa_class"}),
        ("fever", {"fever is negated", "require becomes exclude"}),
    ],
)
def test_every_mistake_is_made(text: str, says: set[str]) -> None:
    assert says <= {mutant.says for mutant in mutants(lone(text))}


@given(rngs())
def test_no_mutant_is_the_original_and_none_comes_twice(rng: random.Random) -> None:
    knowledge = random_knowledge(rng, decisions=2)
    seen = set()
    for mutant in mutants(knowledge):
        original, changed = mutant.argument, mutant.changed
        assert (changed.role, changed.condition) != (original.role, original.condition)
        assert replace(changed, role=original.role, condition=original.condition) == original
        key = (original.id, changed.role, changed.condition)
        assert key not in seen
        seen.add(key)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_argument_of_the_guideline_has_mutants(profile: str) -> None:
    knowledge = load_knowledge(profile)
    touched = {mutant.argument.id for mutant in mutants(knowledge)}
    assert touched == {item.id for decision in knowledge.decisions.values() for item in decision.arguments}


# --------------------------------------------------------------------------- replayed and decided


@given(rngs())
def test_a_replay_is_what_the_mutated_knowledge_decides(rng: random.Random) -> None:
    knowledge = world(rng, MIXED, 3)
    row = random_row(rng, REGISTRY)
    tape = tape_of_row(row, knowledge)
    every = list(mutants(knowledge))
    for mutant in rng.sample(every, min(6, len(every))):
        found = Replay(mutant, knowledge).results(tape) or tape.results
        for name, result in decide(row, mutated(knowledge, mutant)).results.items():
            assert found[name].outcome == result.outcome
            for one, other in zip(found[name].options, result.options, strict=True):
                assert one[1:5] == other[1:5]
                assert [x.truth for x in one.arguments] == [x.truth for x in other.arguments]


@given(rngs())
def test_a_case_notices_a_mutant_exactly_when_it_fails_with_it(rng: random.Random) -> None:
    knowledge = world(rng, MIXED, 3)
    name = rng.choice(list(knowledge.decisions))
    row = random_row(rng, REGISTRY)
    outcome = decide(row, knowledge).results[name].outcome
    option = rng.choice(knowledge.decisions[name].options).id
    status = decide(row, knowledge).results[name].option(option).status.value
    expect = {"outcome_kind": outcome.kind, "status": {option: status}}
    test = DecisionTest("case", name, (), (), {k: v for k, v in row.items() if v is not None}, expect, "")
    assert run_test(test, knowledge).ok
    every = list(mutants(knowledge))
    for mutant in rng.sample(every, min(6, len(every))):
        replay = Replay(mutant, knowledge)
        assert replay.fails(tape_of_test(test, knowledge)) == (
            not run_test(test, mutated(knowledge, mutant)).ok
        )


# ------------------------------------------------------------------------------------- the score


def score(knowledge: Knowledge, *tests: DecisionTest) -> MutationReport:
    return score_mutants(knowledge, Obligations(load_axioms(), (), tests))


@pytest.mark.usefixtures("nobody_exempt")
def test_without_cases_and_theorems_every_mutant_survives() -> None:
    report = score(lone("age_years >= 65"))
    assert (report.caught, report.score, report.ok) == (0, 0.0, False)
    assert len(report.survivors) == report.total


@pytest.mark.usefixtures("nobody_exempt")
def test_cases_on_both_sides_of_the_border_notice_everything() -> None:
    knowledge = lone("age_years >= 65")
    tests = (
        case(knowledge, {"status": {"o": "eligible"}}, age_years=65),
        case(knowledge, {"status": {"o": "not_indicated"}}, age_years=64),
    )
    report = score(knowledge, *tests)
    assert report.ok, report.render()
    assert report.caught_by_test == report.total
    far = score(
        knowledge, replace(tests[0], facts={"age_years": 80}), replace(tests[1], facts={"age_years": 20})
    )
    assert {item.mutant.kind for item in far.survivors} == {"operator", "threshold"}


@pytest.mark.usefixtures("nobody_exempt")
def test_a_case_that_fails_anyway_notices_nothing() -> None:
    knowledge = lone("age_years >= 65")
    assert score(knowledge, case(knowledge, {"status": {"o": "excluded"}}, age_years=65)).caught == 0


@pytest.mark.usefixtures("nobody_exempt")
def test_a_mutant_that_changes_nobody_is_equivalent() -> None:
    """By the axioms both legs are one finding with two names: half of this says what the whole does."""
    knowledge = lone("bilateral_leg_pain AND leg_pain_side = 'both'")
    report = score(knowledge)
    says = {mutant.says for mutant in report.equivalent}
    assert says == {"AND becomes OR"}
    assert report.total == len(report.equivalent) + len(report.survivors) + report.caught_by_proof
    assert "equivalent A" in report.render()


def test_a_proof_notices_what_no_case_does(tiny: Tiny) -> None:
    tiny()
    knowledge = load_knowledge("current")
    obligations = replace(load_obligations(knowledge), tests=())
    negated = [m for m in mutants(knowledge) if m.argument.id == "W-X" and m.kind == "polarity"]
    found = Refuter(knowledge, obligations).refutation(negated[0])
    assert found is not None
    assert found.id == "TH-WAIT"
    assert found.counterexample is not None


def test_a_rule_that_a_mistake_kills_is_noticed_without_a_theorem() -> None:
    knowledge = lone("age_years >= 1 AND age_years <= 1")
    moved = next(m for m in mutants(knowledge) if m.kind == "threshold" and "+1" in m.says)
    found = Refuter(knowledge, Obligations((), (), ())).refutation(moved)
    assert found is not None
    assert found.kind == "fires"


def notices(
    survivor_facts: dict[str, object], expect: dict[str, object], mutant: Mutant, knowledge: Knowledge
) -> bool:
    test = DecisionTest("case", mutant.decision, (), (), survivor_facts, expect, "")
    assert run_test(test, knowledge).ok, run_test(test, knowledge).message
    return not run_test(test, mutated(knowledge, mutant)).ok


@pytest.mark.parametrize("profile", PROFILES)
def test_the_case_that_is_offered_for_a_survivor_notices_it(profile: str) -> None:
    knowledge = load_knowledge(profile)
    obligations = replace(load_obligations(knowledge), tests=(), theorems=())
    report = score_mutants(knowledge, obligations, sample=6, seed=3)
    assert report.survivors
    for item in report.survivors:
        assert notices(item.facts, item.expect, item.mutant, knowledge), item.mutant.says


def test_a_report_is_readable(tiny: Tiny) -> None:
    tiny()
    knowledge = load_knowledge("current")
    lines: list[str] = []
    report = score_mutants(knowledge, load_obligations(knowledge), progress=lines.append)
    assert lines
    text = report.render()
    assert f"{len(report.survivors)} survive" in text
    assert "a case: {facts: {" in text
    plain = report.to_dict()
    assert plain["total"] == report.total == sum(plain["kinds"].values())
    assert len(plain["survivors"]) == len(report.survivors)
    assert report.caught + len(report.equivalent) + len(report.survivors) == report.total
    assert mutation_report("current", sample=5).total == 5


@pytest.mark.parametrize("profile", PROFILES)
def test_mistakes_in_the_guideline_are_noticed(profile: str) -> None:
    """A sample; all of them run under `make validate`."""
    knowledge = load_knowledge(profile)
    kinds = ("operator", "threshold", "word", "connective", "polarity")
    report = score_mutants(knowledge, load_obligations(knowledge), sample=300, kinds=kinds)
    assert report.ok, report.render()


@pytest.mark.heavy
@pytest.mark.parametrize("profile", PROFILES)
def test_at_least_99_percent_of_all_mistakes_are_noticed(profile: str) -> None:
    report = mutation_report(profile)
    assert report.ok, report.render()


def test_a_negated_condition_is_its_opposite() -> None:
    knowledge = lone("age_years >= 65 AND NOT fever")
    whole = next(mutant for mutant in mutants(knowledge) if mutant.says == "the whole is negated")
    one, other = compile_truth(whole.argument.condition), compile_truth(whole.changed.condition)
    for age in (64, 65, None):
        for fever in (True, False, None):
            row = {"age_years": age, "fever": fever}
            truth = one(row)
            assert other(row) is (None if truth is None else not truth)

"""Lemmas on what stays settled: against brute force, and against policies that are broken on purpose."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.guideline import load_knowledge
from kambin.guideline.conditions import IsNull
from kambin.guideline.deciding import Decisions, decide
from kambin.guideline.knowledge import Argument, Decision, Knowledge, Option
from kambin.guideline.proving import lemmas, policies
from kambin.guideline.proving.lemmas import answer_is_stable, status_is_stable, support_is_stable
from kambin.guideline.proving.logic import both, either, negate
from kambin.guideline.proving.policies import Standing
from kambin.guideline.proving.setting import Setting
from kambin.guideline.proving.stability import prove_robust, prove_unknown_excludes
from tests.guideline.small_world import FACTS, Row, obligations, partial_rows, rngs, world


def completions(row: Row) -> Iterator[Row]:
    unknown = [name for name in FACTS if row[name] is None]
    for values in itertools.product([True, False], repeat=len(unknown)):
        yield {**row, **dict(zip(unknown, values, strict=True))}


def overturned(knowledge: Knowledge, before: Decisions, after: Decisions) -> str:
    """The decision whose settled answer is another one after learning; empty when there is none."""
    for name, result in before.results.items():
        one, two = result.outcome, after.results[name].outcome
        if one.kind in ("fired", "recommended", "equipoise", "none"):
            pending = [
                option for option in result.options if option.pending and option.option.id in one.options
            ]
            cleared = all(after.results[name].option(x.option.id).status == "eligible" for x in pending)
            if (not one.provisional or cleared) and one[:2] != two[:2]:
                return name
        if one.kind == "collected":
            sure = {x.option.id for x in result.options if x.status == "eligible" and not x.pending}
            if not sure <= set(two.options):
                return name
    return ""


@given(rngs())
def test_what_is_proved_of_a_knowledge_holds_of_every_patient_and_completion(rng: random.Random) -> None:
    knowledge = world(rng)
    assert all(proof.ok for proof in prove_robust(Setting(knowledge, obligations())))
    for row in partial_rows():
        before = decide(row, knowledge)
        for whole in completions(row):
            assert not overturned(knowledge, before, decide(whole, knowledge))


@pytest.mark.parametrize(
    ("policy", "rivals", "margin"), [("first", 4, 0), ("collect", 3, 0), ("argue", 4, 10)]
)
def test_the_policies_are_stable(policy: str, rivals: int, margin: int) -> None:
    assert answer_is_stable(policy, rivals, margin)


@given(st.lists(st.sampled_from(["any", "require", "exclude", "veto"]), max_size=6).map(sorted))
def test_the_status_of_any_option_is_stable(roles: list[str]) -> None:
    assert status_is_stable(tuple(roles))


@pytest.mark.parametrize("role", ["for", "against"])
@pytest.mark.parametrize("weight", [2, 5, 10, 20])
def test_what_any_argument_adds_is_stable(role: str, weight: int) -> None:
    assert support_is_stable(role, weight)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Lemmas remember what they proved; broken policies must not be remembered."""
    caches = (answer_is_stable, status_is_stable, support_is_stable)
    for cache in caches:
        cache.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()


def test_a_row_that_jumps_an_open_one_is_refused(fresh: pytest.MonkeyPatch) -> None:
    def eager(options: dict[str, Standing]) -> policies.Answer:
        answer = policies.first(options)
        names = list(options)
        fired = {
            name: both(
                options[name].eligible, *(negate(options[x].eligible) for x in names[: names.index(name)])
            )
            for name in names
        }
        return answer._replace(given=fired, fired=either(*fired.values()))

    fresh.setattr(lemmas, "first", eager)
    assert not answer_is_stable("first", 2, 0)


def test_an_undetermined_rival_that_is_left_out_is_noticed(fresh: pytest.MonkeyPatch) -> None:
    def careless(rivals: dict[str, Standing], margin: int, leads: policies.Leads) -> policies.Answer:
        sure = {name: x._replace(undetermined=False) for name, x in rivals.items()}
        return policies.argue(sure, margin, leads)

    fresh.setattr(lemmas, "argue", careless)
    assert not answer_is_stable("argue", 2, 10)


def test_comparing_best_cases_is_noticed(fresh: pytest.MonkeyPatch) -> None:
    class Hopeful(lemmas._AnyLeads):
        worst = lemmas._AnyLeads.best

    fresh.setattr(lemmas, "_AnyLeads", Hopeful)
    assert not answer_is_stable("argue", 2, 10)


def test_an_exclude_that_counts_only_when_true_is_noticed(fresh: pytest.MonkeyPatch) -> None:
    """The seeded fault: an unknown exclude does not block."""
    fresh.setattr(lemmas, "standing", _forgetful)
    assert not status_is_stable(("exclude",))
    assert status_is_stable(("require",))


def _forgetful(roles: list[tuple[str, object]]) -> Standing:
    return policies.standing(
        [("veto" if role == "exclude" else role, pair) for role, pair in roles]
    )._replace(  # type: ignore[misc]
        pending=False
    )


def test_an_option_that_rests_on_an_unknown_exclude_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from kambin.guideline.proving import chain

    rng = random.Random(5)
    knowledge = world(rng)
    while not any(item.role == "exclude" for item in knowledge.decisions["d0"].arguments):
        knowledge = world(rng)
    assert all(proof.ok for proof in prove_unknown_excludes(Setting(knowledge, obligations())))
    monkeypatch.setattr(chain, "standing", _forgetful)
    assert not all(proof.ok for proof in prove_unknown_excludes(Setting(knowledge, obligations())))


@pytest.mark.parametrize("lemma", ["status_is_stable", "support_is_stable", "answer_is_stable"])
def test_a_lemma_that_does_not_hold_is_named(lemma: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from kambin.guideline.proving import stability

    knowledge = load_knowledge("current")
    monkeypatch.setattr(stability, lemma, lambda *_: False)
    broken = [proof for proof in prove_robust(Setting(knowledge, obligations())) if not proof.ok]
    assert broken
    assert all("taken back" in proof.note or "takes an answer back" in proof.note for proof in broken)


def test_a_rule_that_asks_whether_a_fact_is_unknown_is_refused() -> None:
    argument = Argument("A", "require", "", IsNull("fever"), "", (), (), "weak", (), "", "here:7")
    option = Option("o", "o", "", "", False, (argument,), "")
    decision = Decision("d", "1", "?", "first", 0, (), {}, (option,), "")
    base = world(random.Random(0))
    knowledge = Knowledge("current", {"d": decision}, base.facts, (), "1", "0" * 64)
    (proof,) = prove_robust(Setting(knowledge, obligations()))
    assert not proof.ok
    assert "here:7" in proof.note

"""The bulk evaluator against the one that explains: on random decisions and on the real knowledge."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kambin.case import FactRow, FactValue, facts_in_conditions
from kambin.guideline import Decision, Option, decide, evaluate, load_knowledge
from kambin.guideline.conditions import facts_of, uses_null_test
from kambin.guideline.deciding import result_facts
from kambin.guideline.fast import compile_fast, compile_fast_chain
from kambin.guideline.knowledge import ROLES, WEIGHTS, Argument
from kambin.guideline.parsing import parse
from tests.guideline.conditions_strategy import rows, texts
from tests.guideline.random_knowledge import random_knowledge, random_row

FACTS = facts_in_conditions()


def agree(decision: Decision, row: FactRow, *, complete: bool = False) -> None:
    found = compile_fast(decision, complete=complete)(row)
    expected = evaluate(decision, row)
    assert found.outcome == expected.outcome
    assert list(found.options) == [item[1:5] for item in expected.options]


@st.composite
def decisions(draw: st.DrawFn, null_tests: bool = False) -> Decision:
    """Any policy, any roles; one condition may be said several times, so that there is something to share."""
    said = draw(st.lists(texts(null_tests), min_size=1, max_size=4))
    argument = st.tuples(st.sampled_from(ROLES), st.sampled_from(sorted(WEIGHTS)), st.sampled_from(said))
    options = []
    for i, items in enumerate(draw(st.lists(st.lists(argument, max_size=4), min_size=1, max_size=4))):
        arguments = tuple(
            Argument(
                f"A{i}-{j}",
                role,
                text,
                parse(text, FACTS, null_tests=null_tests),
                "",
                (),
                (),
                strength,
                (),
                "",
                "",
            )
            for j, (role, strength, text) in enumerate(items)
        )
        options.append(Option(f"o{i}", f"o{i}", "", "", draw(st.booleans()), arguments, ""))
    policy = draw(st.sampled_from(["first", "collect", "argue"]))
    margin = draw(st.sampled_from([0, 5, 10]))
    return Decision("d", "1", "?", policy, margin, (), {}, tuple(options), "")  # type: ignore[arg-type]


@given(decision=decisions(null_tests=True), row=rows())
@settings(max_examples=100)
def test_equals_the_evaluator(decision: Decision, row: dict[str, FactValue]) -> None:
    agree(decision, row)


@given(decision=decisions(null_tests=True), row=rows(complete=True))
@settings(max_examples=100)
def test_two_values_suffice_when_all_is_known(decision: Decision, row: dict[str, FactValue]) -> None:
    agree(decision, row, complete=True)


@pytest.mark.parametrize("seed", range(12))
def test_equals_the_evaluator_along_random_chains(seed: int) -> None:
    rng = random.Random(seed)
    knowledge = random_knowledge(rng)
    partial = {name: compile_fast(decision) for name, decision in knowledge.decisions.items()}
    for _ in range(40):
        row = dict(random_row(rng, knowledge.facts))
        for name, decision in knowledge.decisions.items():
            expected = evaluate(decision, row)
            found = partial[name](row)
            assert found.outcome == expected.outcome
            assert list(found.options) == [item[1:5] for item in expected.options]
            row.update(result_facts(expected))


@pytest.mark.parametrize("profile", ["current", "source"])
@pytest.mark.parametrize("unknown", [0.0, 0.1, 0.4, 0.8])
def test_equals_the_evaluator_on_the_real_knowledge(profile: str, unknown: float) -> None:
    rng = random.Random(f"{profile} {unknown}")
    knowledge = load_knowledge(profile)
    made = {
        name: (compile_fast(decision), compile_fast(decision, complete=True))
        for name, decision in knowledge.decisions.items()
    }
    looked_at = 0
    for _ in range(60):
        row = dict(random_row(rng, knowledge.facts, unknown))
        for name, decision in knowledge.decisions.items():
            expected = evaluate(decision, row)
            for whole, fast in enumerate(made[name]):
                if not whole or _known(decision, row):
                    found = fast(row)
                    assert found.outcome == expected.outcome, name
                    assert list(found.options) == [item[1:5] for item in expected.options]
                    looked_at += whole
            row.update(result_facts(expected))
    assert looked_at or unknown  # with everything known, the two-valued path was compared


def test_the_chain_hands_results_on() -> None:
    rng = random.Random(5)
    knowledge = load_knowledge("current")
    walk = compile_fast_chain(knowledge)
    for _ in range(60):
        row = random_row(rng, knowledge.facts, rng.choice((0.0, 0.3, 0.7)))
        expected = decide(row, knowledge).results
        found = walk(row)
        assert list(found) == list(expected)
        for name, result in expected.items():
            assert found[name].outcome == result.outcome
            assert list(found[name].options) == [item[1:5] for item in result.options]


def _known(decision: Decision, row: Mapping[str, FactValue]) -> bool:
    assert not any(uses_null_test(item.condition) for item in decision.arguments)
    return all(row[name] is not None for item in decision.arguments for name in facts_of(item.condition))


def test_what_is_unknown_is_no_matter_of_the_two_valued_path() -> None:
    """The docstring warns of it; here is what it warns of."""
    option = Option(
        "o",
        "o",
        "",
        "",
        False,
        (Argument("A", "require", "", parse("fever", FACTS), "", (), (), "weak", (), "", ""),),
        "",
    )
    decision = Decision("d", "1", "?", "collect", 0, (), {}, (option,), "")
    row = {"fever": None}
    assert compile_fast(decision)(row).options[0][0] == "undetermined"
    assert compile_fast(decision, complete=True)(row).options[0][0] == "not_indicated"

"""Statuses, support and outcomes, against a brute force over every completion of what is unknown."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kambin.case import Case, fact_row
from kambin.guideline import Status, decide, evaluate, load_knowledge
from kambin.guideline.conditions import FactIs
from kambin.guideline.deciding import outcome_of, result_facts
from kambin.guideline.knowledge import WEIGHTS, Argument, Decision, Option
from tests.guideline.conftest import Tiny

KEYS = ("exclude", "require", "any", "for", "against")


def _decision(
    policy: str, margin: int, options: Sequence[Sequence[tuple[str, str]]], additions: Sequence[int] = ()
) -> Decision:
    """A decision in which every argument rests on a fact of its own."""
    made = []
    for i, arguments in enumerate(options):
        made.append(
            Option(
                f"o{i}",
                f"o{i}",
                "",
                "",
                i in additions,
                tuple(
                    Argument(f"A{i}-{j}", role, "", FactIs(f"x{i}_{j}"), "", (), (), strength, (), "", "")  # type: ignore[arg-type]
                    for j, (role, strength) in enumerate(arguments)
                ),
                "",
            )
        )
    return Decision("d", "1", "?", policy, margin, (), {}, tuple(made), "")  # type: ignore[arg-type]


@st.composite
def problems(draw: st.DrawFn, added: bool = False) -> tuple[Decision, dict[str, bool | None]]:
    roles = st.tuples(st.sampled_from(KEYS), st.sampled_from(sorted(WEIGHTS)))
    options = draw(st.lists(st.lists(roles, max_size=3), min_size=1, max_size=3))
    policy = draw(st.sampled_from(["first", "argue", "collect"]))
    additions = draw(st.sets(st.integers(0, 2))) if added and policy == "argue" else ()
    decision = _decision(policy, draw(st.sampled_from([0, 5, 10])), options, sorted(additions))
    names = [f"x{i}_{j}" for i, arguments in enumerate(options) for j in range(len(arguments))]
    row = {name: draw(st.sampled_from([True, False, None])) for name in names}
    return decision, row


def completions(row: dict[str, bool | None]) -> Iterator[dict[str, bool]]:
    unknown = [name for name, value in row.items() if value is None]
    for values in itertools.product([True, False], repeat=len(unknown)):
        yield {**row, **dict(zip(unknown, values, strict=True))}  # type: ignore[misc]


@given(problem=problems())
@settings(max_examples=400)
def test_an_answer_stands_for_every_completion(problem: tuple[Decision, dict[str, Any]]) -> None:
    decision, row = problem
    result = evaluate(decision, row)
    outcomes = {evaluate(decision, complete).outcome[:2] for complete in completions(row)}
    assert all(kind != "undetermined" for kind, _ in outcomes)
    if decision.policy == "collect":
        sure = set(result.outcome.options)
        assert all(sure <= set(options) for _, options in outcomes)
    elif result.outcome.kind != "undetermined":
        assert outcomes == {result.outcome[:2]}
        assert result.missing == ()
    else:
        assert result.missing
        possible = set().union(*(options for _, options in outcomes))
        assert possible <= set(result.outcome.options)


@given(problem=problems())
@settings(max_examples=300)
def test_statuses_and_support_hold_every_completion(problem: tuple[Decision, dict[str, Any]]) -> None:
    decision, row = problem
    partial = evaluate(decision, row)
    for complete in completions(row):
        for before, after in zip(partial.options, evaluate(decision, complete).options, strict=True):
            assert before.low <= after.low == after.high <= before.high
            assert after.status is not Status.UNDETERMINED
            if before.status in (Status.ELIGIBLE, Status.EXCLUDED):
                assert after.status is before.status
            if before.status is Status.NOT_INDICATED:
                assert not after.live
    facts = result_facts(partial)
    for complete in completions(row):
        later = result_facts(evaluate(decision, complete))
        assert all(value is None or later[name] == value for name, value in facts.items())


@given(problem=problems(added=True))
@settings(max_examples=300)
def test_what_is_not_missing_changes_no_answer(problem: tuple[Decision, dict[str, Any]]) -> None:
    """Completions that agree on what is missing agree on the answer, additions included."""
    decision, row = problem
    missing = evaluate(decision, row).missing
    assert all(row[name] is None for name in missing)
    answers: dict[tuple[bool, ...], set[Any]] = {}
    for complete in completions(row):
        kind, options, _, additions = evaluate(decision, complete).outcome
        answers.setdefault(tuple(complete[name] for name in missing), set()).add((kind, options, additions))
    assert all(len(found) == 1 for found in answers.values())


def test_what_an_open_addition_waits_for_is_missing() -> None:
    options = [[("for", "strong")], [("require", "weak"), ("for", "weak")]]
    result = evaluate(_decision("argue", 0, options, [1]), {"x0_0": True, "x1_0": None, "x1_1": None})
    assert result.outcome == ("recommended", ("o0",), False, ())
    assert result.missing == ("x1_0",)  # and not what only weighs: an addition has no rivals


@given(problem=problems(), seed=st.randoms(use_true_random=False))
def test_order_of_options_does_not_matter_unless_first(
    problem: tuple[Decision, dict[str, Any]], seed: Any
) -> None:
    decision, row = problem
    options = list(decision.options)
    seed.shuffle(options)
    turned = Decision("d", "1", "?", decision.policy, decision.margin, (), {}, tuple(options), "")
    one, two = evaluate(decision, row).outcome, evaluate(turned, row).outcome
    if decision.policy != "first":
        assert (one.kind, set(one.options)) == (two.kind, set(two.options))


def _row(**known: Any) -> dict[str, Any]:
    return {**fact_row(Case()), **known}


SAFE = {"saddle_anaesthesia": False, "urinary_retention": False, "bowel_dysfunction": False}


def test_chain_and_emergency(tiny: Tiny) -> None:
    tiny()
    knowledge = load_knowledge("source")
    found = decide(
        _row(saddle_anaesthesia=True, symptom_weeks=1.0, motor_deficit=False, age_years=40), knowledge
    )
    assert found.row["urgency"] == "emergency"
    assert found.results["treatment"].option("wait").status is Status.EXCLUDED
    assert found.results["treatment"].outcome[:3] == ("recommended", ("operate",), True)
    unknown = decide(_row(symptom_weeks=1.0), knowledge)
    assert unknown.row["urgency"] is None
    assert unknown.results["treatment"].option("wait").status is Status.UNDETERMINED


def test_a_pending_veto_makes_an_answer_provisional(tiny: Tiny) -> None:
    tiny()
    knowledge = load_knowledge("source")
    base = {**SAFE, "symptom_weeks": 10.0, "motor_deficit": True, "age_years": 40, "asa_class": 1}
    for clear, kind, provisional, live in [
        (None, "recommended", True, None),
        (True, "recommended", False, True),
        (False, "recommended", False, False),
    ]:
        found = decide(_row(**base, corridor_interlaminar_clear=clear), knowledge)
        outcome = found.results["treatment"].outcome
        assert (outcome.kind, outcome.provisional) == (kind, provisional)
        assert outcome.options == (("wait",) if clear is False else ("operate",))
        assert found.row["treatment__operate"] is live
        assert ("corridor_interlaminar_clear" in found.results["treatment"].missing) is (clear is None)
        day = found.results["setting"].option("day_case").status
        assert day is {None: Status.UNDETERMINED, True: Status.ELIGIBLE, False: Status.NOT_INDICATED}[live]


def test_additions_are_no_rivals(tiny: Tiny) -> None:
    tiny()
    knowledge = load_knowledge("source")
    base = {**SAFE, "symptom_weeks": 1.0, "motor_deficit": False, "age_years": 40}
    outcome = decide(_row(**base, unstable=True), knowledge).results["treatment"].outcome
    assert (outcome.kind, outcome.options, outcome.additions) == ("recommended", ("wait",), ("extra",))


def test_margin_and_equipoise() -> None:
    lead = _decision("argue", 10, [[("for", "weak")], [("for", "moderate")]])
    assert evaluate(lead, {"x0_0": True, "x1_0": True}).outcome[:2] == ("equipoise", ("o0", "o1"))
    assert evaluate(lead, {"x0_0": False, "x1_0": True}).outcome[:2] == ("recommended", ("o1",))
    assert evaluate(lead, {"x0_0": True, "x1_0": None}).outcome[:2] == ("equipoise", ("o0", "o1"))
    assert evaluate(lead, {"x0_0": None, "x1_0": True}).outcome[:2] == ("undetermined", ("o0", "o1"))
    nobody = _decision("argue", 0, [[("require", "weak")]])
    assert outcome_of(nobody, evaluate(nobody, {"x0_0": False}).options).kind == "none"

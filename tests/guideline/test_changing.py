"""The smallest changes against a search through every value of every fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kambin.case import facts_in_conditions
from kambin.case.fact import Range
from kambin.guideline.changing import single_changes
from kambin.guideline.deciding import evaluate
from kambin.guideline.knowledge import ROLES, Argument, Decision, Knowledge, Option, Role
from kambin.guideline.parsing import parse
from tests.guideline.conditions_strategy import rows, texts

FACTS = facts_in_conditions()
_STRENGTH = ("weak", "strong", "moderate")


def _argument(name: str, role: Role, text: str, strength: str) -> Argument:
    condition = parse(text, FACTS)
    return Argument(name, role, text, condition, "", (), (), strength, (), "", "")  # type: ignore[arg-type]


def _decision(
    policy: str,
    options: Sequence[Sequence[tuple[Role, str]]],
    margin: int = 0,
    additions: frozenset[int] = frozenset(),
) -> Decision:
    made = tuple(
        Option(
            f"o{i}",
            f"o{i}",
            "",
            "",
            i in additions,
            tuple(
                _argument(f"A{i}-{j}", role, text, _STRENGTH[j % len(_STRENGTH)])
                for j, (role, text) in enumerate(arguments)
            ),
            "",
        )
        for i, arguments in enumerate(options)
    )
    return Decision("d", "1", "?", policy, margin, (), {}, made, "")  # type: ignore[arg-type]


def _values(name: str) -> list[Any]:
    fact = FACTS[name]
    if fact.kind == "bool":
        return [True, False]
    if isinstance(fact.domain, tuple):
        return list(fact.domain)
    assert isinstance(fact.domain, Range)
    step = 1 if fact.kind == "int" else 0.5
    count = int((min(fact.domain.high, 130) - fact.domain.low) / step)
    numbers = [fact.domain.low + i * step for i in range(count + 1)]
    return [int(number) for number in numbers] if fact.kind == "int" else numbers


decisions = st.builds(
    _decision,
    st.sampled_from(["first", "argue", "collect"]),
    st.lists(
        st.lists(st.tuples(st.sampled_from(ROLES), texts()), min_size=1, max_size=2), min_size=1, max_size=3
    ),
)


@st.composite
def crowded(draw: st.DrawFn) -> Decision:
    """Many options over few conditions: one fact shifts several at once, some of them beaten before."""
    policy = draw(st.sampled_from(["argue", "argue", "first", "collect"]))
    pool = st.sampled_from(draw(st.lists(texts(), min_size=1, max_size=4)))
    options = draw(
        st.lists(
            st.lists(st.tuples(st.sampled_from(ROLES), pool), min_size=1, max_size=4), min_size=3, max_size=6
        )
    )
    additions = draw(st.frozensets(st.integers(0, 5), max_size=2)) if policy == "argue" else frozenset()
    margin = draw(st.integers(0, 12)) if policy == "argue" else 0
    return _decision(policy, options, margin, additions)


@given(decision=st.one_of(decisions, crowded()), row=rows())
@settings(max_examples=400)
def test_every_change_is_real_and_none_is_missed(decision: Decision, row: dict[str, Any]) -> None:
    knowledge = Knowledge("x", {"d": decision}, FACTS, (), "1", "")
    result = evaluate(decision, row)
    changes = single_changes(result, row, knowledge)
    for change in changes:
        assert change.was == row[change.fact] != change.would_be
        fact = FACTS[change.fact]
        assert type(change.would_be) is {"bool": bool, "int": int, "decimal": float, "enum": str}[fact.kind]
        assert evaluate(decision, {**row, change.fact: change.would_be}).outcome == change.outcome
        assert change.outcome[:2] != result.outcome[:2]
    found = {change.fact for change in changes}
    for name, value in row.items():
        others = [other for other in _values(name) if value is not None and other != value]
        matters = any(
            evaluate(decision, {**row, name: other}).outcome[:2] != result.outcome[:2] for other in others
        )
        assert not matters or name in found, name


def test_nearest_number_on_each_side() -> None:
    decision = _decision("argue", [[("exclude", "age_years < 14 OR age_years > 80")], [("against", "fever")]])
    row = {"age_years": 40, "fever": True}
    knowledge = Knowledge("x", {"d": decision}, FACTS, (), "1", "")
    changes = single_changes(evaluate(decision, row), row, knowledge)
    assert [(c.fact, c.would_be) for c in changes] == [("age_years", 81), ("age_years", 13), ("fever", False)]

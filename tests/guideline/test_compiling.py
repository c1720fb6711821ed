"""The generated evaluator against two others: Kleene's tables, written out here, and DuckDB's own logic."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings

from kambin.case import facts_in_conditions
from kambin.guideline.compiling import compile_truth, compile_truths
from kambin.guideline.conditions import And, Compare, Condition, FactIs, In, IsNull, Not, Or, Term
from kambin.guideline.parsing import parse
from tests.guideline.conditions_strategy import BOOLS, DECIMALS, NUMBERS, WORDS, rows, texts

FACTS = facts_in_conditions()
OPS = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def value(term: Term, row: dict[str, object]) -> float | None:
    if term.fact is None:
        return term.offset
    number = row[term.fact]
    return None if number is None else term.scale * number + term.offset  # type: ignore[operator]


def kleene(condition: Condition, row: dict[str, object]) -> bool | None:
    """Kleene's tables as minimum and maximum over false < unknown < true."""
    order = {False: 0, None: 1, True: 2}
    back = {0: False, 1: None, 2: True}
    match condition:
        case FactIs(fact):
            return row[fact]  # type: ignore[return-value]
        case IsNull(fact):
            return row[fact] is None
        case In(fact, words):
            return None if row[fact] is None else row[fact] in words
        case Not(part):
            return back[2 - order[kleene(part, row)]]
        case And(parts):
            return back[min((order[kleene(part, row)] for part in parts), default=2)]
        case Or(parts):
            return back[max((order[kleene(part, row)] for part in parts), default=0)]
        case Compare(op, left, right):
            a, b = value(left, row), value(right, row)
            return None if a is None or b is None else OPS[op](a, b)
    raise AssertionError(condition)


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


TYPES = (
    dict.fromkeys(BOOLS, "BOOLEAN")
    | dict.fromkeys(NUMBERS, "INTEGER")
    | dict.fromkeys(DECIMALS, "DOUBLE")
    | dict.fromkeys(WORDS, "VARCHAR")
)


@given(text=texts(null_tests=True), row=rows())
@settings(max_examples=300)
def test_equals_sql_and_kleene(con: duckdb.DuckDBPyConnection, text: str, row: dict[str, object]) -> None:
    condition = parse(text, FACTS, null_tests=True)
    ours = compile_truth(condition)(row)  # type: ignore[arg-type]
    assert ours is kleene(condition, row)
    columns = ", ".join(f"CAST(? AS {TYPES[name]}) AS {name}" for name in row)
    answer = con.execute(f"SELECT ({text}) FROM (SELECT {columns})", list(row.values())).fetchone()
    assert answer is not None
    assert ours is answer[0], text


@given(text=texts(), row=rows(), completion=rows(complete=True))
def test_learning_a_fact_takes_nothing_back(
    text: str, row: dict[str, object], completion: dict[str, object]
) -> None:
    truth = compile_truth(parse(text, FACTS))
    before = truth(row)  # type: ignore[arg-type]
    complete = {name: completion[name] if known is None else known for name, known in row.items()}
    after = truth(complete)  # type: ignore[arg-type]
    assert after is not None
    assert before is None or before is after


def test_many_conditions_at_once_equal_one_by_one() -> None:
    conditions = [parse(text, FACTS) for text in ("fever", "NOT fever", "age_years > 80 OR fever")]
    for fever in (True, False, None):
        for age in (None, 80, 81):
            row = {"fever": fever, "age_years": age}
            assert compile_truths(conditions)(row) == tuple(compile_truth(item)(row) for item in conditions)


def test_empty_conjunction_and_disjunction() -> None:
    assert compile_truth(And(()))({}) is True
    assert compile_truth(Or(()))({}) is False

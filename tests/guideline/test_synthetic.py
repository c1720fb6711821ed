"""Synthetic patients: possible, within the domains, the same for a seed, with the shares of the evidence."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from kambin import evidence
from kambin.case import Range, facts_in_conditions
from kambin.errors import IntegrityError
from kambin.guideline import PROFILES, decide, load_knowledge, synthetic
from kambin.guideline.obligations import load_axioms
from kambin.guideline.sql import compile_sql, read_answer, read_option
from kambin.guideline.synthetic import create_synthetic_table, expected_shares, synthetic_rows

COUNT = 50_000
SEED = 11
FACTS = facts_in_conditions()


@pytest.fixture(scope="module", params=[True, False], ids=["complete", "partial"])
def patients(request: pytest.FixtureRequest) -> Any:
    """A connection with a table of facts, and whether it is complete."""
    with duckdb.connect() as connection:
        create_synthetic_table(connection, COUNT, SEED, complete=request.param)
        yield connection, request.param


def one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_axioms_hold(patients: Any) -> None:
    """They are true of complete patients, and not false where something is unknown."""
    connection, complete = patients
    axioms = load_axioms()
    assert axioms
    for axiom in axioms:
        holds = f"coalesce({axiom.holds_text}, {not complete})"
        assert one(connection, f"SELECT count(*) FROM facts WHERE NOT {holds}") == 0, axiom.id


def test_every_value_is_in_its_domain(patients: Any) -> None:
    connection, _ = patients
    for name, fact in FACTS.items():
        if isinstance(fact.domain, Range):
            outside = (
                f"NOT ({name} BETWEEN {fact.domain.low} AND {fact.domain.high}) OR isnan({name}::DOUBLE)"
            )
            assert one(connection, f"SELECT count(*) FROM facts WHERE {outside}") == 0, name


def test_every_fact_varies(patients: Any) -> None:
    connection, _ = patients
    same = [name for name in FACTS if one(connection, f"SELECT count(DISTINCT {name}) FROM facts") < 2]
    assert same == []


def test_all_words_occur(patients: Any) -> None:
    connection, _ = patients
    for name, fact in FACTS.items():
        if isinstance(fact.domain, tuple):
            found = connection.execute(f"SELECT DISTINCT {name}::VARCHAR FROM facts WHERE {name} IS NOT NULL")
            assert {row[0] for row in found.fetchall()} == set(fact.domain), name


def test_shares_are_those_of_the_evidence() -> None:
    shares = expected_shares()
    assert {"A08", "O16", "A15", "G20"} <= {id_ for share in shares for id_ in share["cite"]}
    with duckdb.connect() as connection:
        create_synthetic_table(connection, COUNT, SEED, complete=True)
        for share in shares:
            query = f"SELECT avg(({share['those']})::INTEGER) FROM facts WHERE {share['among']}"
            assert share["low"] <= one(connection, query) <= share["high"], share


def test_every_source_exists_and_may_be_used() -> None:
    draws = synthetic._data()["facts"].values()
    cited = {id_ for item in (*draws, *expected_shares()) for id_ in item.get("cite", ())}
    assert cited
    assert all(evidence.exists(id_) and evidence.may_drive(id_) for id_ in cited)


def test_findings_go_together(patients: Any) -> None:
    connection, _ = patients
    moved = "disc_migration <> 'none' AND disc_type IN ('bulge', 'protrusion')"
    assert one(connection, f"SELECT count(*) FROM facts WHERE {moved}") == 0
    far = "months_since_operation IS NOT NULL AND NOT operated_before"
    assert one(connection, f"SELECT count(*) FROM facts WHERE {far}") == 0
    same = one(
        connection,
        "SELECT avg((leg_pain_side::VARCHAR = disc_side::VARCHAR)::INTEGER) FROM facts "
        "WHERE leg_pain_side IN ('left', 'right') AND disc_side IN ('left', 'right')",
    )
    assert 0.9 < same < 1
    raised = dict(
        connection.execute(
            "SELECT disc_type::VARCHAR, avg(slr_positive::INTEGER) FROM facts "
            "WHERE disc_type IS NOT NULL GROUP BY 1"
        ).fetchall()
    )
    assert raised["bulge"] < raised["protrusion"] < raised["extrusion"]


def test_draws_for_one_patient_do_not_depend_on_each_other() -> None:
    with duckdb.connect() as connection:
        query = ", ".join(f"{synthetic.uniform(name, 3)} AS {name}" for name in ("a", "b"))
        found = connection.execute(
            "SELECT corr(a, b), avg(a), avg((a < 0.01)::INTEGER), "
            "corr((a < 0.5)::INTEGER, (b < 0.5)::INTEGER), "
            f"min(a) > 0 AND max(a) < 1 FROM (SELECT {query} FROM range(100000) t(id))"
        ).fetchone()
    assert found is not None
    assert abs(found[0]) < 0.02
    assert abs(found[1] - 0.5) < 0.01
    assert abs(found[2] - 0.01) < 0.002
    assert abs(found[3]) < 0.02
    assert found[4]


def test_same_seed_same_patients() -> None:
    rows = synthetic_rows(300, seed=5)
    assert rows == synthetic_rows(300, seed=5)
    assert rows != synthetic_rows(300, seed=6)
    assert rows[:100] == synthetic_rows(100, seed=5)


def test_partial_patient_is_the_complete_one_with_gaps() -> None:
    pairs = zip(synthetic_rows(300, 5), synthetic_rows(300, 5, complete=True), strict=True)
    gaps = 0
    for partial, complete in pairs:
        for name, value in partial.items():
            gaps += value is None and complete[name] is not None
            assert value is None or value == complete[name]
    assert 0.05 < gaps / (300 * len(FACTS)) < 0.5


def test_whole_sections_are_missing_together() -> None:
    names = [name for name, fact in FACTS.items() if fact.path.startswith("red_flags.")]
    rows = synthetic_rows(2000, 5)
    silent = sum(all(row[name] is None for name in names) for row in rows)
    assert 0.1 < silent / len(rows) < 0.2


def test_circle_of_draws_is_refused() -> None:
    with pytest.raises(IntegrityError, match="circle"):
        synthetic._stages({"a": "b", "b": "a"})


@pytest.mark.parametrize("profile", PROFILES)
def test_query_equals_evaluator(profile: str) -> None:
    knowledge = load_knowledge(profile)
    with duckdb.connect() as connection:
        create_synthetic_table(connection, 1000, SEED)
        cursor = connection.execute(compile_sql(knowledge, keep=("id",)) + " ORDER BY id")
        names = [column[0] for column in cursor.description or ()]
        answers = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for patient, answer in zip(synthetic_rows(1000, SEED), answers, strict=True):
        for result in decide(patient, knowledge).results.values():
            assert read_answer(answer, result.decision) == (result.outcome.kind, *result.outcome[1:])
            for option in result.options:
                truths = tuple(item.truth for item in option.arguments)
                found = read_option(answer, result.decision, option.option)
                assert tuple(found) == (option.status, option.low, option.high, truths)

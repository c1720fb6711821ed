"""What is settled for a partial patient stays, whatever the unknown facts turn out to be."""

from __future__ import annotations

import duckdb
import pytest

from bench.tables import SOURCES, changed, overturned, overturned_at_scale, random_table
from kambin.case import facts_in_conditions
from kambin.guideline import PROFILES, load_knowledge


def check(profile: str, count: int, seed: int) -> None:
    found = overturned_at_scale(load_knowledge(profile), count, seed)
    wrong = [(source, name, bad) for source in SOURCES for name, (bad, _) in found[source].items() if bad]
    assert wrong == []
    for source in SOURCES:
        assert found[source]["urgency"][1] > count / 50, "too little is settled for this to mean anything"
        assert found[source]["treatment"][1] > 0


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_overturned(profile: str) -> None:
    check(profile, 5_000, seed=21)


@pytest.mark.heavy
@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_overturned_at_scale(profile: str) -> None:
    check(profile, 200_000, seed=22)


def test_other_patients_are_noticed() -> None:
    """What is no completion but another patient is answered otherwise, and every decision counts it."""
    knowledge = load_knowledge("current")
    with duckdb.connect() as connection:
        random_table(connection, knowledge, 0, 3000, 1, "partial", complete=False)
        random_table(connection, knowledge, 0, 3000, 2, "other")
        found = changed(connection, knowledge, "partial", "other")
        assert all(0 < bad <= settled for bad, settled in found.values()), found
        completed = overturned(connection, knowledge, "partial", ("other",))
        assert {name: settled for name, (_, settled) in completed.items()} == {
            name: settled for name, (_, settled) in found.items()
        }
        assert sum(bad for bad, _ in completed.values()) == 0


def test_completion_leaves_nothing_unknown() -> None:
    knowledge = load_knowledge("current")
    with duckdb.connect() as connection:
        random_table(connection, knowledge, 0, 200, 1, "partial", complete=False)
        random_table(connection, knowledge, 0, 200, 2, "other")
        overturned(connection, knowledge, "partial", ("other",))
        gaps = " OR ".join(f"{name} IS NULL" for name in knowledge.facts if name in facts_in_conditions())
        for table, some in (("partial", True), ("completed", False)):
            row = connection.execute(f"SELECT count(*) FROM {table} WHERE {gaps}").fetchone()
            assert row is not None
            assert (row[0] > 0) is some

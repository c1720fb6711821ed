"""The answers made in steps against the one query."""

from __future__ import annotations

import duckdb
import pytest

from bench.tables import random_table
from kambin.errors import IntegrityError
from kambin.guideline import PROFILES, load_knowledge
from kambin.guideline.sql import compile_sql
from kambin.guideline.sql.running import create_answers


@pytest.mark.parametrize("profile", PROFILES)
def test_steps_equal_the_one_query(profile: str) -> None:
    knowledge = load_knowledge(profile)
    with duckdb.connect() as connection:
        random_table(connection, knowledge, 0, 3000, 5, "facts", complete=False)
        connection.execute(f"CREATE TABLE whole AS {compile_sql(knowledge, keep=('id',))}")
        steps = create_answers(connection, knowledge)
        assert len(steps) > 1
        names = [row[0] for row in connection.execute("DESCRIBE whole").fetchall()]
        assert sorted(names) == sorted(row[0] for row in connection.execute("DESCRIBE answers").fetchall())
        select = ", ".join(f'"{name}"' for name in names)
        assert (
            connection.execute(f"SELECT {select} FROM whole ORDER BY id").fetchall()
            == connection.execute(f"SELECT {select} FROM answers ORDER BY id").fetchall()
        )


def test_steps_need_the_order_of_rows() -> None:
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        with pytest.raises(IntegrityError, match="held together"):
            create_answers(connection, load_knowledge("current"))


def test_running_again_replaces() -> None:
    knowledge = load_knowledge("source")
    with duckdb.connect() as connection:
        for count in (20, 10):
            connection.execute("DROP TABLE IF EXISTS facts")
            random_table(connection, knowledge, 0, count, 5, "facts")
            create_answers(connection, knowledge)
            assert connection.execute("SELECT count(*) FROM answers").fetchone() == (count,)

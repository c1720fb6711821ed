"""Running the guideline over a table of facts in DuckDB, in steps: see :mod:`kambin.guideline.sql.query`."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from kambin.errors import IntegrityError
from kambin.guideline.knowledge import Knowledge
from kambin.guideline.sql.graph import quoted
from kambin.guideline.sql.query import Step, compile_steps, view_of

if TYPE_CHECKING:
    import duckdb

__all__ = ["create_answers"]


def create_answers(
    connection: duckdb.DuckDBPyConnection,
    knowledge: Knowledge,
    table: str = "facts",
    answers: str = "answers",
    *,
    keep: Sequence[str] = ("id",),
) -> tuple[Step, ...]:
    """Answer every patient of a table of facts and keep the answers.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    knowledge : Knowledge
    table : str
        One row per patient, one column per fact, NULL for unknown. It must not change meanwhile, and what
        was written in an open transaction is not seen.
    answers : str
        Name of a new view with one row per patient, over the new tables ``answers_1``, ``answers_2`` …; what
        has these names is replaced.
    keep : sequence of str
        Columns of the table that the answers repeat, such as a patient's number.

    Returns
    -------
    tuple of Step
        What was run.

    Raises
    ------
    IntegrityError
        When the connection does not preserve the order of rows, which holds the steps' tables together.
    """
    row = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchone()
    if not row or not row[0]:
        raise IntegrityError(
            "the answers can not be held together", why="preserve_insertion_order is off", now="turn it on"
        )
    steps = compile_steps(knowledge, table, answers, keep=keep)
    _run(connection, steps)
    connection.execute(view_of(knowledge, steps, answers, keep))
    return steps


def _run(connection: duckdb.DuckDBPyConnection, steps: Sequence[Step]) -> None:
    """Run steps side by side, each as soon as what it reads is there.

    DuckDB reads tables row by row side by side with one thread only, so the threads work on different steps.
    """
    found = connection.execute("SELECT current_setting('threads')").fetchone()
    made: dict[str, Future[None]] = {}
    with ThreadPoolExecutor(int(found[0]) if found else 1) as pool:
        for step in steps:  # in an order in which nobody waits for what has not been started
            before = [made[name] for name in step.reads if name in made]
            made[step.table] = pool.submit(_make, connection.cursor(), step, before)
        for future in made.values():
            future.result()


def _make(cursor: duckdb.DuckDBPyConnection, step: Step, before: Sequence[Future[None]]) -> None:
    for future in before:
        future.result()
    with cursor:
        cursor.execute(f"CREATE OR REPLACE TABLE {quoted(step.table)} AS {step.query}")

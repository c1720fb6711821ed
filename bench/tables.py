"""The guideline over tables of patients: how fast, and whether what is said of partial patients lasts."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from bench.row import AnswersDiffer, Row, at_most
from kambin.case import Fact, Range, facts_in_conditions
from kambin.guideline import Knowledge, decide, load_knowledge
from kambin.guideline.conditions import Compare, In, leaves
from kambin.guideline.knowledge import Decision
from kambin.guideline.sql import answer_columns, compile_sql, facts_ddl, read_answer
from kambin.guideline.sql.codes import KINDS
from kambin.guideline.sql.running import create_answers
from kambin.guideline.synthetic import create_synthetic_table, uniform

__all__ = ["SOURCES", "changed", "overturned", "overturned_at_scale", "random_table", "rows"]

THREADS = 2
SETTLED = ("recommended", "equipoise", "fired", "collected")
SOURCES = ("synthetic, completed at random", "synthetic, completed as drawn", "random, completed at random")


def rows(quick: bool) -> list[Row]:
    """Speed over a table of patients, and recommendations overturned."""
    return [*_speed(quick), _lasting(quick)]


def random_table(
    connection: duckdb.DuckDBPyConnection,
    knowledge: Knowledge,
    first: int,
    count: int,
    seed: int,
    table: str,
    complete: bool = True,
) -> None:
    """Fill a new table of facts with independent values, often at a threshold of the knowledge.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    knowledge : Knowledge
        Whose thresholds.
    first, count : int
        Numbers of the patients.
    seed : int
    table : str
    complete : bool
        Otherwise 30 to 100 % of a patient's facts are known; in half of the patients no red flag is there, so
        that more is decided.
    """
    edges = _thresholds(knowledge)
    connection.execute(facts_ddl(table))
    columns = []
    for name, fact in facts_in_conditions().items():
        value = _random_value(fact, edges.get(name, ()), seed)
        if not complete:
            value = f"CASE WHEN {uniform(f'known {name}', seed)} < how_much THEN {value} END"
            if fact.safety and fact.kind == "bool":
                value = f"CASE WHEN {uniform('no red flag', seed)} < 0.5 THEN false ELSE {value} END"
        columns.append(value)
    patients = f"SELECT id, [0.3, 0.7, 0.95, 1][1 + floor({uniform('share', seed)} * 4)::INTEGER] AS how_much"
    connection.execute(
        f'INSERT INTO "{table}" SELECT id, {", ".join(columns)} '
        f"FROM ({patients} FROM range({first}, {first + count}) AS t(id))"
    )


def _thresholds(knowledge: Knowledge) -> dict[str, set[float]]:
    """The numbers that conditions compare each fact with."""
    found: dict[str, set[float]] = {}
    for decision in knowledge.decisions.values():
        for argument in decision.arguments:
            for leaf in leaves(argument.condition):
                if isinstance(leaf, Compare) and leaf.left.fact and leaf.right.fact is None:
                    edge = (leaf.right.offset - leaf.left.offset) / leaf.left.scale
                    found.setdefault(leaf.left.fact, set()).add(edge)
                elif isinstance(leaf, In):
                    numbers = {float(word) for word in leaf.words if isinstance(word, int)}
                    found.setdefault(leaf.fact, set()).update(numbers)
    return found


def _random_value(fact: Fact, edges: Iterable[float], seed: int) -> str:
    """SQL of a value of a fact."""
    drawn = uniform(f"value {fact.name}", seed)
    if fact.kind == "bool":
        return f"({drawn} < 0.5)"
    if isinstance(fact.domain, tuple):
        words = ", ".join(f"'{word}'" for word in fact.domain)
        return f"[{words}][1 + floor({drawn} * {len(fact.domain)})::INTEGER]"
    assert isinstance(fact.domain, Range)
    low, high = fact.domain.low, fact.domain.high
    beside = sorted({edge + step for edge in edges for step in (-1, 0, 1) if low <= edge + step <= high})
    value = f"({low} + {drawn} * {high - low})"
    if beside:
        at = uniform(f"edge {fact.name}", seed)
        picked = f"{beside}[1 + floor({drawn} * {len(beside)})::INTEGER]"
        value = f"CASE WHEN {at} < 0.8 THEN {picked} ELSE {value} END"
    return f"round({value})" if fact.kind == "int" else value


def overturned(
    connection: duckdb.DuckDBPyConnection, knowledge: Knowledge, partial: str, completions: Sequence[str]
) -> Mapping[str, tuple[int, int]]:
    """Decisions that were settled for a partial patient and come out otherwise for a completion of him.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    knowledge : Knowledge
    partial : str
        Table of facts; each id once.
    completions : sequence of str
        Tables of facts with the same ids; what is unknown is taken from the first that knows it.

    Returns
    -------
    dict
        By decision, how many settled answers were overturned, and how many were settled. Settled is what is
        recommended, in equipoise, fired or collected, and not provisional; an answer of which a veto is still
        unknown says so itself. Of what is collected it is overturned when an option gets lost.
    """
    sources = ["p", *(f"c{at}" for at in range(len(completions)))]
    filled = ", ".join(
        f"COALESCE({', '.join(f'{source}.{name}' for source in sources)}) AS {name}"
        for name in facts_in_conditions()
    )
    joins = " ".join(f'JOIN "{table}" c{at} ON c{at}.id = p.id' for at, table in enumerate(completions))
    connection.execute(
        f'CREATE OR REPLACE TEMP TABLE completed AS SELECT p.id, {filled} FROM "{partial}" p {joins}'
    )
    return changed(connection, knowledge, partial, "completed")


def changed(
    connection: duckdb.DuckDBPyConnection, knowledge: Knowledge, earlier: str, later: str
) -> Mapping[str, tuple[int, int]]:
    """Settled answers for one table of facts that another one with the same ids answers otherwise.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    knowledge : Knowledge
    earlier, later : str

    Returns
    -------
    dict
        As for :func:`overturned`.
    """
    needed = sorted({name for item in knowledge.decisions.values() for name in answer_columns(item).values()})
    picked = ", ".join(f'"{name}"' for name in ("id", *needed))
    for answers, table in (("before", earlier), ("after", later)):
        query = compile_sql(knowledge, table=table, keep=("id",))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {answers} AS SELECT {picked} FROM ({query})")
    counted = ", ".join(text for item in knowledge.decisions.values() for text in _counts(item))
    found = connection.execute(f"SELECT {counted} FROM before b JOIN after a ON a.id = b.id").fetchone()
    assert found is not None
    return {name: (int(found[2 * at]), int(found[2 * at + 1])) for at, name in enumerate(knowledge.decisions)}


def _counts(decision: Decision) -> tuple[str, str]:
    """SQL of how many settled answers to a decision were overturned, and of how many were settled."""
    columns = answer_columns(decision)
    kind, options = columns["kind"], columns["options"]
    settled = f"b.{kind} IN ({', '.join(str(KINDS.index(name)) for name in SETTLED)})"
    if "provisional" in columns:
        settled += f" AND b.{columns['provisional']} = 0"
    if decision.policy == "collect":
        settled += f" AND b.{options} <> 0"
    lost = f"(b.{options} & ~a.{options}) <> 0"
    other = lost if decision.policy == "collect" else f"a.{options} <> b.{options}"
    differs = f"(a.{kind} <> b.{kind} OR {other})"
    return f"count(*) FILTER (WHERE {settled} AND {differs})", f"count(*) FILTER (WHERE {settled})"


def overturned_at_scale(
    knowledge: Knowledge, count: int, seed: int = 1, portion: int = 50_000
) -> dict[str, dict[str, tuple[int, int]]]:
    """Overturned and settled answers of many partial patients and completions, by source and decision.

    Parameters
    ----------
    knowledge : Knowledge
    count : int
        Patients of all sources together.
    seed : int
    portion : int
        How many patients are looked at together, so that memory does not grow with `count`.

    Returns
    -------
    dict
        By source (`SOURCES`), what :func:`overturned` gives.
    """
    totals = {source: dict.fromkeys(knowledge.decisions, (0, 0)) for source in SOURCES}
    share = -(-count // len(SOURCES))
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {THREADS}")
        for at, source in enumerate(SOURCES):
            first, end = at * share, min((at + 1) * share, count)
            for start in range(first, end, portion):
                size = min(portion, end - start)
                completions = _patients(connection, knowledge, source, start, size, seed)
                for name, pair in overturned(connection, knowledge, "partial", completions).items():
                    before = totals[source][name]
                    totals[source][name] = (before[0] + pair[0], before[1] + pair[1])
    return totals


def _patients(
    connection: duckdb.DuckDBPyConnection,
    knowledge: Knowledge,
    source: str,
    first: int,
    count: int,
    seed: int,
) -> tuple[str, ...]:
    """Make the tables of one portion; returns those that complete the table ``partial``."""
    for table in ("partial", "random", "drawn"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    random_table(connection, knowledge, first, count, seed, "random")
    if source.startswith("random"):
        random_table(connection, knowledge, first, count, seed + 1, "partial", complete=False)
        return ("random",)
    create_synthetic_table(connection, count, seed, "partial", first=first)
    if source.endswith("at random"):
        return ("random",)
    create_synthetic_table(connection, count, seed, "drawn", complete=True, first=first)
    return ("drawn", "random")


def _lasting(quick: bool) -> Row:
    """How many settled answers a completion overturned."""
    knowledge, count = load_knowledge("current"), 20_000 if quick else 1_000_000
    found = overturned_at_scale(knowledge, count)
    wrong: dict[str, int] = {}
    settled = 0
    for decisions in found.values():
        for name, (bad, all_) in decisions.items():
            settled += all_
            wrong[name] = wrong.get(name, 0) + bad
    bad_ones = ", ".join(f"{name} {number:,}" for name, number in wrong.items() if number)
    note = f"{settled:,} settled answers of {count:,} partial patients, one completion each"
    return {
        "id": "overturned",
        "what": "recommendations that some completion of the unknowns would overturn",
        "target": "0",
        "measured": f"{sum(wrong.values()):,}",
        "value": float(sum(wrong.values())),
        "unit": "answers",
        "met": not any(wrong.values()),
        "note": f"{note}; overturned: {bad_ones}" if bad_ones else note,
    }


def _cpu() -> float:
    """Processor seconds of this process, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _speed(quick: bool) -> list[Row]:
    """Seconds for the whole guideline over a table, every column of the answer kept in a table."""
    knowledge, count = load_knowledge("current"), 20_000 if quick else 1_000_000
    wall, cpu = [], []
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {THREADS}")
        create_synthetic_table(connection, count, seed=1)
        for _ in range(1 if quick else 3):
            start, before = time.perf_counter(), _cpu()
            create_answers(connection, knowledge)
            wall.append(time.perf_counter() - start)
            cpu.append(_cpu() - before)
        _check(connection, knowledge)
    seconds = min(wall)
    what = f"whole guideline over {count:,} synthetic patients in DuckDB"
    each = min(cpu) / THREADS
    note = f"best of {len(wall)}, {THREADS} threads; processor seconds / {THREADS}: {each:.2f}"
    return [
        at_most("tables", what, seconds, None if quick else 3, "s", note),
        at_most(
            "tables-rate", "the same as a rate, every option's bits kept", count / seconds, None, "patients/s"
        ),
    ]


def _check(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge, count: int = 200) -> None:
    """Raise where the table of answers says other things than the evaluator for one patient."""
    patients = _fetched(connection, f"SELECT * FROM facts WHERE id < {count} ORDER BY id")
    answers = _fetched(connection, f"SELECT * FROM answers WHERE id < {count} ORDER BY id")
    for patient, answer in zip(patients, answers, strict=True):
        patient.pop("id")
        for name, result in decide(patient, knowledge).results.items():
            if read_answer(answer, result.decision) != (result.outcome.kind, *result.outcome[1:]):
                raise AnswersDiffer(f"the table reader answers {name} otherwise for patient {answer['id']}")


def _fetched(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

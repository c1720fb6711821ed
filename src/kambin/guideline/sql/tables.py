"""The table of facts: one row per patient, one column per fact, NULL for unknown."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from kambin.case import Fact, FactRow, facts_in_conditions

if TYPE_CHECKING:
    import duckdb

__all__ = ["column_type", "create_facts_table", "facts_ddl"]

_TYPES: Mapping[str, Mapping[str, str]] = {
    "duckdb": {"bool": "BOOLEAN", "int": "INTEGER", "decimal": "DOUBLE"},
    "postgres": {"bool": "BOOLEAN", "int": "INTEGER", "decimal": "DOUBLE PRECISION", "enum": "TEXT"},
    "spark": {"bool": "BOOLEAN", "int": "INT", "decimal": "DOUBLE", "enum": "STRING"},
}


def column_type(fact: Fact, dialect: str = "duckdb") -> str:
    """SQL type of a fact's column; decimals are double precision, so that comparisons equal Python's.

    Parameters
    ----------
    fact : Fact
    dialect : {'duckdb', 'postgres', 'spark'}

    Returns
    -------
    str
    """
    if fact.kind == "enum" and dialect == "duckdb":
        assert isinstance(fact.domain, tuple)
        return "ENUM(" + ", ".join(f"'{word}'" for word in fact.domain) + ")"
    return _TYPES[dialect][fact.kind]


def facts_ddl(table: str = "facts", dialect: str = "duckdb", facts: Mapping[str, Fact] | None = None) -> str:
    """CREATE TABLE for a table of facts.

    Parameters
    ----------
    table : str
    dialect : {'duckdb', 'postgres', 'spark'}
    facts : mapping of str to Fact, optional
        All facts that conditions may name by default.

    Returns
    -------
    str
        With a first column ``id``.
    """
    items = (facts_in_conditions() if facts is None else facts).values()
    quote = "`" if dialect == "spark" else '"'
    columns = ["id BIGINT", *(f"{quote}{fact.name}{quote} {column_type(fact, dialect)}" for fact in items)]
    return f"CREATE TABLE {quote}{table}{quote} (" + ", ".join(columns) + ")"


def create_facts_table(
    connection: duckdb.DuckDBPyConnection, rows: Iterable[FactRow], table: str = "facts"
) -> int:
    """Write rows of facts into a new DuckDB table; ``id`` numbers them from 0.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    rows : iterable of mapping
        Facts by name; a fact that is not named is unknown.
    table : str

    Returns
    -------
    int
        Number of rows.
    """
    facts = facts_in_conditions()
    connection.execute(facts_ddl(table))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "facts.csv"
        count = _write(path, rows, tuple(facts))
        connection.execute(
            f"COPY \"{table}\" FROM '{path.as_posix()}' (FORMAT CSV, HEADER false, NULLSTR '', DELIMITER ',')"
        )
    return count


def _write(path: Path, rows: Iterable[FactRow], names: Sequence[str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for count, row in enumerate(rows, start=1):
            writer.writerow([count - 1, *(_text(row.get(name)) for name in names)])
    return count


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)

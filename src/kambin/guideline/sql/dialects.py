"""What differs between the dialects: the types of small whole numbers, and how a word becomes a bit."""

from __future__ import annotations

from typing import NamedTuple

from kambin.errors import IntegrityError

__all__ = ["DIALECTS", "MOST_BITS", "Dialect", "dialect_named", "translated"]

MOST_BITS = 30  # arguments per number: even true and possible bits of so many, and a status, fit 63 bits


class Dialect(NamedTuple):
    """Names of types in one dialect, written the way DuckDB's parser reads them.

    Attributes
    ----------
    name : str
    mask : str
        Smallest whole number; masks are 0 or -1 in it.
    support : str
        Number for sums of weights.
    words : tuple of (int, str)
        Number of bits that fit beside the sign, and the type they fit.
    enums : bool
        Whether facts with words are columns of an enumeration type whose codes can be read.
    """

    name: str
    mask: str
    support: str
    words: tuple[tuple[int, str], ...]
    enums: bool

    def word(self, bits: int) -> str:
        """Type of a number with this many bits.

        Raises
        ------
        IntegrityError
            When no number holds so many.
        """
        for most, name in self.words:
            if bits <= most:
                return name
        raise IntegrityError(
            f"{bits} bits do not fit one number", why="in SQL a decision has at most 29 options"
        )


_WORDS = ((31, "INTEGER"), (63, "BIGINT"))
_DUCKDB_WORDS = ((7, "TINYINT"), (15, "SMALLINT"), *_WORDS)
DIALECTS: tuple[Dialect, ...] = (
    # sums of weights are small whole numbers: exact in FLOAT, whose sums DuckDB does not check for overflow
    Dialect("duckdb", "TINYINT", "FLOAT", _DUCKDB_WORDS, True),
    Dialect("postgres", "INTEGER", "INTEGER", _WORDS, False),
    Dialect("spark", "INTEGER", "INTEGER", _WORDS, False),
)


def dialect_named(name: str) -> Dialect:
    """The dialect of this name.

    Raises
    ------
    IntegrityError
        When there is none.
    """
    for dialect in DIALECTS:
        if dialect.name == name:
            return dialect
    raise IntegrityError(
        f"no SQL dialect {name!r}", now=f"use one of {', '.join(dialect.name for dialect in DIALECTS)}"
    )


def translated(sql: str, dialect: Dialect) -> str:
    """A query from DuckDB's way of writing into that of another dialect.

    Parameters
    ----------
    sql : str
    dialect : Dialect

    Returns
    -------
    str
    """
    if dialect.name == "duckdb":
        return sql
    import sqlglot

    return sqlglot.transpile(sql, read="duckdb", write=dialect.name)[0]

"""SQL: the same knowledge as a query over a table of patients.

:mod:`kambin.guideline.sql.tables` makes the table, :func:`compile_sql` writes one query over it, for any of
three dialects, and :func:`create_answers` runs the same in steps, which is how DuckDB is fastest.
:func:`read_answer` and :func:`read_option` turn a row of the answer back into words. What the evaluator for
one patient says and what the query says is held together by differential tests.
"""

from __future__ import annotations

from kambin.guideline.sql.codes import (
    Answer,
    OptionAnswer,
    answer_columns,
    option_columns,
    read_answer,
    read_option,
)
from kambin.guideline.sql.query import compile_sql
from kambin.guideline.sql.running import create_answers
from kambin.guideline.sql.tables import create_facts_table, facts_ddl

__all__ = [
    "Answer",
    "OptionAnswer",
    "answer_columns",
    "compile_sql",
    "create_answers",
    "create_facts_table",
    "facts_ddl",
    "option_columns",
    "read_answer",
    "read_option",
]

"""SQL: the same knowledge as one query over a table of patients.

:func:`compile_sql` writes the query, :mod:`kambin.guideline.sql.tables` the table it reads, and
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

"""Conditions as generated Python: the reader for one patient.

For each condition two plain boolean expressions are written, *is true* and *is false*; what is neither is
unknown. Kleene's tables follow from `true(a AND b) = true(a) and true(b)`, `false(a AND b) = false(a) or
false(b)` and their duals; `NOT` swaps the two. The generated text holds only names from the registry, numbers
and quoted words, all of which went through the whitelist of :mod:`kambin.guideline.parsing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from kambin.case import FactRow
from kambin.guideline.conditions import And, Compare, Condition, FactIs, In, IsNull, Not, Or, Term, facts_of

__all__ = ["Truth", "compile_truth", "compile_truths", "python_of"]

Truth: TypeAlias = bool | None

_PYTHON = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_NEGATED = {"=": "!=", "<>": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _number(term: Term) -> str:
    if term.fact is None:
        return repr(term.offset)
    text = f"f_{term.fact}" if term.scale == 1 else f"f_{term.fact}*{term.scale!r}"
    return text if term.offset == 0 else f"{text}+{term.offset!r}"


def python_of(condition: Condition, truth: bool, *, known: bool = False) -> str:
    """Python expression that tells whether a condition is true (or, with ``truth=False``, is false).

    Parameters
    ----------
    condition : Condition
    truth : bool
    known : bool
        Every fact in it is known: two values suffice, and nothing is tested for None.

    Returns
    -------
    str
        Over the names ``f_<fact>``.
    """
    if isinstance(condition, Not):
        return python_of(condition.part, not truth, known=known)
    if isinstance(condition, (And, Or)):
        if not condition.parts:
            return str(isinstance(condition, And) == truth)
        word = " and " if isinstance(condition, And) == truth else " or "
        return "(" + word.join(python_of(part, truth, known=known) for part in condition.parts) + ")"
    return _python_of_known(condition, truth) if known else _python_of_leaf(condition, truth)


def _python_of_leaf(leaf: FactIs | Compare | In | IsNull, truth: bool) -> str:
    if isinstance(leaf, FactIs):
        return f"(f_{leaf.fact} is {truth})"
    if isinstance(leaf, IsNull):
        return f"(f_{leaf.fact} is {'' if truth else 'not '}None)"
    if isinstance(leaf, In):
        words = "{" + ", ".join(map(repr, leaf.words)) + "}"
        name = f"f_{leaf.fact}"
        return f"({name} in {words})" if truth else f"({name} is not None and {name} not in {words})"
    tested = "".join(f"f_{name} is not None and " for name in facts_of(leaf))
    return f"({tested}{_comparison(leaf, truth)})"


def _python_of_known(leaf: FactIs | Compare | In | IsNull, truth: bool) -> str:
    if isinstance(leaf, FactIs):
        return f"f_{leaf.fact}" if truth else f"(not f_{leaf.fact})"
    if isinstance(leaf, IsNull):
        return str(not truth)
    if isinstance(leaf, Compare):
        return f"({_comparison(leaf, truth)})"
    if len(leaf.words) == 1:
        return f"(f_{leaf.fact} {'==' if truth else '!='} {leaf.words[0]!r})"
    words = "{" + ", ".join(map(repr, leaf.words)) + "}"
    return f"(f_{leaf.fact} {'' if truth else 'not '}in {words})"


def _comparison(leaf: Compare, truth: bool) -> str:
    op = (_PYTHON if truth else _NEGATED)[leaf.op]
    return f"{_number(leaf.left)} {op} {_number(leaf.right)}"


def _prologue(conditions: Sequence[Condition]) -> list[str]:
    names = dict.fromkeys(name for condition in conditions for name in facts_of(condition))
    return [f"    f_{name} = row[{name!r}]" for name in names]


def _value(condition: Condition) -> str:
    if isinstance(condition, FactIs):
        return f"f_{condition.fact}"  # a yes/no fact is its own truth
    return f"True if {python_of(condition, True)} else False if {python_of(condition, False)} else None"


def compile_truths(conditions: Sequence[Condition]) -> Callable[[FactRow], tuple[Truth, ...]]:
    """One function that evaluates all conditions of a decision on one row of facts, equal ones once.

    Parameters
    ----------
    conditions : sequence of Condition

    Returns
    -------
    callable
        From a row (every named fact present, None for unknown) to the truth of each condition.
    """
    names = {condition: f"t{index}" for index, condition in enumerate(dict.fromkeys(conditions))}
    values = [f"    {name} = {_value(condition)}" for condition, name in names.items()]
    answer = "".join(f"{names[condition]}, " for condition in conditions)
    lines = ["def truths(row):", *_prologue(list(names)), *values, f"    return ({answer})"]
    space: dict[str, Callable[[FactRow], tuple[Truth, ...]]] = {}
    exec(compile("\n".join(lines), "<conditions>", "exec"), {"__builtins__": {}}, space)
    return space["truths"]


def compile_truth(condition: Condition) -> Callable[[FactRow], Truth]:
    """Function that evaluates one condition on one row of facts."""
    truths = compile_truths([condition])
    return lambda row: truths(row)[0]

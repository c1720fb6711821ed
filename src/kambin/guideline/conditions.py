"""Conditions: boolean expressions over facts in Kleene's three-valued logic, a small closed set of nodes.

A condition is written as SQL (:mod:`kambin.guideline.parsing`) and has several readers: generated Python for
one patient (:mod:`kambin.guideline.compiling`), SQL for tables, z3 for proofs. All of them walk the nodes of
this module and nothing else.

Every comparison of an unknown fact is unknown; `AND`, `OR` and `NOT` follow Kleene; `IS NULL` is always
known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = [
    "And",
    "Compare",
    "Condition",
    "FactIs",
    "In",
    "IsNull",
    "Not",
    "Operator",
    "Or",
    "Term",
    "facts_of",
    "leaves",
    "map_leaves",
    "uses_null_test",
]

Operator: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Term:
    """A number: ``scale * fact + offset``, or the constant `offset` when `fact` is None."""

    fact: str | None
    scale: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class FactIs:
    """A yes/no fact is yes."""

    fact: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two numbers; unknown when a fact in it is unknown."""

    op: Operator
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class In:
    """A fact with words (or whole numbers) has one of these; equality with one word is the case of one."""

    fact: str
    words: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class IsNull:
    """The fact is unknown. Never unknown itself, hence not monotone.

    Allowed only in invariants, theorems and axioms.
    """

    fact: str


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene negation."""

    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    """Kleene conjunction; true for no parts."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Kleene disjunction; false for no parts."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = FactIs | Compare | In | IsNull | Not | And | Or


def leaves(condition: Condition) -> Iterator[FactIs | Compare | In | IsNull]:
    """The comparisons and tests that a condition is made of, from left to right."""
    if isinstance(condition, Not):
        yield from leaves(condition.part)
    elif isinstance(condition, (And, Or)):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition


def facts_of(condition: Condition) -> tuple[str, ...]:
    """Names of the facts in a condition, in the order of first mention.

    Parameters
    ----------
    condition : Condition

    Returns
    -------
    tuple of str
    """
    names: dict[str, None] = {}
    for leaf in leaves(condition):
        if isinstance(leaf, Compare):
            names.update({term.fact: None for term in (leaf.left, leaf.right) if term.fact is not None})
        else:
            names[leaf.fact] = None
    return tuple(names)


def uses_null_test(condition: Condition) -> bool:
    """Whether the condition asks if a fact is unknown, which makes it non-monotone."""
    return any(isinstance(leaf, IsNull) for leaf in leaves(condition))


def map_leaves(condition: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """Copy of a condition with each leaf replaced by ``change(leaf)``.

    Parameters
    ----------
    condition : Condition
    change : callable

    Returns
    -------
    Condition
    """
    if isinstance(condition, Not):
        return Not(map_leaves(condition.part, change))
    if isinstance(condition, And):
        return And(tuple(map_leaves(part, change) for part in condition.parts))
    if isinstance(condition, Or):
        return Or(tuple(map_leaves(part, change) for part in condition.parts))
    return change(condition)

"""Propositional building blocks: formulas that fold constants away before z3 sees them.

They are made by z3's plain C interface. z3's Python classes check the sort of every part again, which for the
tens of thousands of small formulas here takes longer than solving them.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import z3

__all__ = ["Formula", "Pair", "both", "either", "equal", "implies", "negate", "to_z3"]

Formula: TypeAlias = Any
"""A Python bool or a z3 boolean term. z3 ships no types; the alias says what is meant."""


class Pair(NamedTuple):
    """A condition as two formulas, *is true* and *is false*; what is neither is unknown."""

    true: Formula
    false: Formula


def both(*parts: Formula) -> Formula:
    """Conjunction."""
    return _fold(parts, False, z3.Z3_mk_and)


def either(*parts: Formula) -> Formula:
    """Disjunction."""
    return _fold(parts, True, z3.Z3_mk_or)


def _fold(parts: tuple[Formula, ...], absorbing: bool, join: Any) -> Formula:
    kept = []
    for part in parts:
        if part is absorbing:
            return absorbing
        if part is not (not absorbing):
            kept.append(part)
    if len(kept) < 2:
        return kept[0] if kept else not absorbing
    context = kept[0].ctx
    array = (z3.Ast * len(kept))(*(part.ast for part in kept))
    return z3.BoolRef(join(context.ref(), len(kept), array), context)


def negate(part: Formula) -> Formula:
    """Negation."""
    if isinstance(part, bool):
        return not part
    return z3.BoolRef(z3.Z3_mk_not(part.ctx.ref(), part.ast), part.ctx)


def implies(one: Formula, other: Formula) -> Formula:
    """Implication."""
    return either(negate(one), other)


def equal(one: Formula, other: Formula) -> Formula:
    """Equivalence."""
    if isinstance(one, bool):
        return other if one else negate(other)
    if isinstance(other, bool):
        return one if other else negate(one)
    return z3.BoolRef(z3.Z3_mk_eq(one.ctx.ref(), one.ast, other.ast), one.ctx)


def to_z3(part: Formula) -> Any:
    """The same as a z3 term, constants included."""
    return z3.BoolVal(part) if isinstance(part, bool) else part

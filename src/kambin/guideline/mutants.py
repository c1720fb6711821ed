"""Small deliberate mistakes in the knowledge: each operator, threshold, word and polarity, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple, TypeAlias

from kambin.case import Fact, Range
from kambin.guideline.conditions import And, Compare, Condition, FactIs, In, IsNull, Not, Operator, Or, Term
from kambin.guideline.knowledge import Argument, Knowledge, Role

__all__ = ["Mutant", "MutantKind", "mutants"]

MutantKind: TypeAlias = Literal["operator", "threshold", "word", "connective", "polarity", "role"]

STEP = 0.1  # how far a threshold of a decimal is moved: one step of what is written down in practice
_OTHER: Mapping[Operator, Operator] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "="}
_SWAPPED: Mapping[Role, Role] = {
    "for": "against",
    "against": "for",
    "require": "exclude",
    "exclude": "require",
}


class Mutant(NamedTuple):
    """An argument with one mistake in it.

    Attributes
    ----------
    decision, option : str
    argument : Argument
        As it is in the knowledge.
    changed : Argument
        With the mistake.
    kind : str
    says : str
        What was changed, in words.
    """

    decision: str
    option: str
    argument: Argument
    changed: Argument
    kind: MutantKind
    says: str


def mutants(knowledge: Knowledge) -> Iterator[Mutant]:
    """Every mutant of a knowledge, argument by argument.

    Parameters
    ----------
    knowledge : Knowledge

    Yields
    ------
    Mutant
        Two of one argument never have the same role and condition.
    """
    for decision in knowledge.decisions.values():
        for option in decision.options:
            for argument in option.arguments:
                seen = {(argument.role, argument.condition)}
                for kind, says, changed in _changes(argument, knowledge.facts):
                    if (changed.role, changed.condition) not in seen:
                        seen.add((changed.role, changed.condition))
                        yield Mutant(decision.id, option.id, argument, changed, kind, says)


_Change = tuple[MutantKind, str, Condition]


def _changes(argument: Argument, facts: Mapping[str, Fact]) -> Iterator[tuple[MutantKind, str, Argument]]:
    for kind, says, condition in _of_condition(argument.condition, facts):
        yield kind, says, replace(argument, condition=condition)
    yield "polarity", "the whole is negated", replace(argument, condition=_negated(argument.condition))
    if argument.role in _SWAPPED:
        role = _SWAPPED[argument.role]
        yield "role", f"{argument.role} becomes {role}", replace(argument, role=role)


def _negated(condition: Condition) -> Condition:
    return condition.part if isinstance(condition, Not) else Not(condition)


def _of_condition(condition: Condition, facts: Mapping[str, Fact]) -> Iterator[_Change]:
    """The condition with one mistake, everywhere there can be one."""
    if isinstance(condition, Not):
        yield "polarity", "NOT is dropped", condition.part
        for kind, says, part in _of_condition(condition.part, facts):
            yield kind, says, Not(part)
    elif isinstance(condition, (And, Or)):
        other = Or if isinstance(condition, And) else And
        word = "OR becomes AND" if isinstance(condition, Or) else "AND becomes OR"
        if len(condition.parts) > 1:
            yield "connective", word, other(condition.parts)
        for index, part in enumerate(condition.parts):
            for kind, says, changed in _of_condition(part, facts):
                parts = (*condition.parts[:index], changed, *condition.parts[index + 1 :])
                yield kind, says, type(condition)(parts)
    elif isinstance(condition, FactIs):
        yield "polarity", f"{condition.fact} is negated", Not(condition)
    elif isinstance(condition, IsNull):
        yield "polarity", f"{condition.fact} IS NULL is negated", Not(condition)
    elif isinstance(condition, In):
        yield from _of_words(condition, facts[condition.fact])
    else:
        yield from _of_comparison(condition, facts)


def _of_words(leaf: In, fact: Fact) -> Iterator[_Change]:
    yield "polarity", f"{leaf.fact} IN is negated", Not(leaf)
    for index, word in enumerate(leaf.words):
        rest = (*leaf.words[:index], *leaf.words[index + 1 :])
        if rest:
            yield "word", f"{word!r} is dropped from {leaf.fact}", In(leaf.fact, rest)
        near = _nearest(word, leaf, fact)
        if near is not None:
            yield "word", f"{word!r} becomes {near!r} in {leaf.fact}", In(leaf.fact, (*rest, near))


def _nearest(word: str | int, leaf: In, fact: Fact) -> str | int | None:
    """The nearest value of the fact that the condition does not name."""
    if isinstance(word, int):
        assert isinstance(fact.domain, Range)
        low, high = int(fact.domain.low), int(fact.domain.high)
        around = (word + sign * step for step in range(1, len(leaf.words) + 1) for sign in (1, -1))
        return next((value for value in around if low <= value <= high and value not in leaf.words), None)
    assert isinstance(fact.domain, tuple)
    domain = fact.domain
    outside = [other for other in domain if other not in leaf.words]
    place = domain.index(word)
    return min(outside, key=lambda other: abs(domain.index(other) - place), default=None)


def _of_comparison(leaf: Compare, facts: Mapping[str, Fact]) -> Iterator[_Change]:
    op = _OTHER[leaf.op]
    names = " and ".join(term.fact for term in (leaf.left, leaf.right) if term.fact is not None)
    yield "operator", f"{leaf.op} becomes {op} for {names}", Compare(op, leaf.left, leaf.right)
    whole = all(facts[term.fact].kind == "int" for term in (leaf.left, leaf.right) if term.fact is not None)
    step = 1.0 if whole else STEP
    for shift in (-step, step):
        right = Term(leaf.right.fact, leaf.right.scale, round(leaf.right.offset + shift, 6))
        yield "threshold", f"the threshold of {names} moves by {shift:+g}", Compare(leaf.op, leaf.left, right)

"""A patient as z3 variables: what every fact is, and which of them are known.

The value of a fact exists whether or not anybody knows it, so a partial patient is a complete one with some
facts hidden. That is why axioms are laid on the values: whoever stands behind the unknowns is possible too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import z3

from kambin.case import Fact, FactValue
from kambin.guideline.conditions import And, Compare, Condition, FactIs, In, IsNull, Not, leaves
from kambin.guideline.proving.comparing import MIRRORED, SMALL, compare_one, compare_two
from kambin.guideline.proving.logic import Formula, Pair, both, either, negate
from kambin.guideline.proving.numbers import Number

__all__ = ["Values", "View", "compared_decimals"]


def compared_decimals(conditions: Iterable[Condition], facts: Mapping[str, Fact]) -> frozenset[str]:
    """Numbers that are compared with another number, and need more than cuts to be told apart."""
    found: set[str] = set()
    for condition in conditions:
        for leaf in leaves(condition):
            if isinstance(leaf, Compare) and leaf.left.fact and leaf.right.fact:
                pair = [facts[leaf.left.fact], facts[leaf.right.fact]]
                if not any(_is_small(fact) for fact in pair):
                    found.update(fact.name for fact in pair)
    return frozenset(found)


def _is_small(fact: Fact) -> bool:
    domain: Any = fact.domain
    return fact.kind == "int" and domain.high - domain.low < SMALL


class Values:
    """What every fact of one patient is.

    Parameters
    ----------
    facts : mapping of str to Fact
        Those of the registry; results of decisions are no values but follow from them.
    decimals : frozenset of str
        See :func:`compared_decimals`.
    """

    def __init__(self, facts: Mapping[str, Fact], decimals: frozenset[str] = frozenset()) -> None:
        self.facts, self._decimals = facts, decimals
        self.constraints: list[Any] = []
        self.numbers: dict[str, Number] = {}
        self.words: dict[str, dict[str, Any]] = {}
        self.flags: dict[str, Any] = {}
        self.reals: list[Any] = []

    def flag(self, name: str) -> Any:
        """Whether a yes/no fact is yes."""
        if name not in self.flags:
            self.flags[name] = z3.Bool(name)
        return self.flags[name]

    def word(self, name: str) -> dict[str, Any]:
        """For each word of an enum, whether it is the one."""
        if name not in self.words:
            domain: Any = self.facts[name].domain
            literals = {word: z3.Bool(f"{name}={word}") for word in domain}
            self.words[name] = literals
            self.constraints.append(z3.Or(*literals.values()))
            self.constraints.append(z3.AtMost(*literals.values(), 1))
        return self.words[name]

    def number(self, name: str) -> Number:
        """The cuts of a number."""
        if name not in self.numbers:
            real = name in self._decimals
            self.numbers[name] = number = Number(self.facts[name], self.constraints, real=real)
            self.reals += [number.variable] if real else []
        return self.numbers[name]

    def leaf(self, leaf: FactIs | Compare | In) -> Formula:
        """What a comparison says about the values."""
        if isinstance(leaf, FactIs):
            return self.flag(leaf.fact)
        if isinstance(leaf, In):
            if self.facts[leaf.fact].kind == "int":
                number = self.number(leaf.fact)
                return either(*(number.is_whole(int(word)) for word in leaf.words))
            words = self.word(leaf.fact)
            return either(*(words[str(word)] for word in dict.fromkeys(leaf.words)))
        left, right = leaf.left, leaf.right
        if left.fact is not None and right.fact is not None:
            return compare_two(leaf, self.number(left.fact), self.number(right.fact))
        if left.fact is not None:
            return compare_one(self.number(left.fact), left, leaf.op, right.offset)
        return compare_one(self.number(str(right.fact)), right, MIRRORED[leaf.op], left.offset)

    def equals(self, name: str, value: FactValue) -> Formula:
        """Whether a fact has this value, as far as conditions can tell."""
        kind = self.facts[name].kind
        if kind == "bool":
            return self.flag(name) if value else negate(self.flag(name))
        if kind == "enum":
            return self.word(name)[str(value)]
        assert isinstance(value, (int, float))
        return self.number(name).equals(value)

    @property
    def used(self) -> set[str]:
        """Facts that some condition looked at."""
        return {*self.flags, *self.words, *self.numbers}


class View:
    """How the conditions read a patient: with every fact known, or with some hidden.

    Parameters
    ----------
    values : Values
    complete : bool
        Whether every fact is known.
    """

    def __init__(self, values: Values, *, complete: bool) -> None:
        self.values, self.complete = values, complete
        self.known: dict[str, Any] = {}
        self.results: dict[str, Pair] = {}
        self.result_words: dict[str, dict[str, Formula]] = {}
        self._pairs: dict[Condition, Pair] = {}

    def is_known(self, name: str) -> Formula:
        """Whether a fact is known; of a decision's result, whether it is settled."""
        if name in self.results:
            return either(*self.results[name])
        if name in self.result_words:
            return either(*self.result_words[name].values())
        if self.complete:
            return True
        if name not in self.known:
            self.known[name] = z3.Bool(f"known:{name}")
        return self.known[name]

    def pair(self, condition: Condition) -> Pair:
        """A condition by Kleene's tables."""
        found = self._pairs.get(condition)
        if found is None:
            found = self._pairs[condition] = self._pair(condition)
        return found

    def _pair(self, condition: Condition) -> Pair:
        if isinstance(condition, Not):
            inner = self.pair(condition.part)
            return Pair(inner.false, inner.true)
        if isinstance(condition, And):
            parts = [self.pair(part) for part in condition.parts]
            return Pair(both(*(part.true for part in parts)), either(*(part.false for part in parts)))
        if isinstance(condition, IsNull):
            known = self.is_known(condition.fact)
            return Pair(negate(known), known)
        if isinstance(condition, (FactIs, In)) and condition.fact in self.results | self.result_words.keys():
            return self._result(condition)
        if isinstance(condition, (FactIs, In, Compare)):
            holds = self.values.leaf(condition)
            known = both(*(self.is_known(name) for name in _names(condition)))
            return Pair(both(known, holds), both(known, negate(holds)))
        parts = [self.pair(part) for part in condition.parts]
        return Pair(either(*(part.true for part in parts)), both(*(part.false for part in parts)))

    def _result(self, leaf: FactIs | In) -> Pair:
        if isinstance(leaf, FactIs):
            return self.results[leaf.fact]
        words = self.result_words[leaf.fact]
        return Pair(
            either(*(formula for word, formula in words.items() if word in leaf.words)),
            either(*(formula for word, formula in words.items() if word not in leaf.words)),
        )


def _names(leaf: FactIs | In | Compare) -> tuple[str, ...]:
    if isinstance(leaf, Compare):
        return tuple({term.fact: None for term in (leaf.left, leaf.right) if term.fact is not None})
    return (leaf.fact,)

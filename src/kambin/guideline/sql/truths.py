"""Conditions as pairs of masks: where they are true, and where they are possible.

A mask is -1 (all bits set) where it holds and 0 where it does not; it is never NULL. A condition is unknown
where it is possible and not true. With such pairs Kleene's ``AND`` is ``&`` on both masks, ``OR`` is ``|``,
and ``NOT`` swaps and inverts them. Each fact is looked at once for being unknown, so that no operator above
it has to: in DuckDB, bitwise operators on columns without NULL are an order of magnitude faster than ``AND``
and ``OR`` on columns with NULL (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kambin.case import Fact
from kambin.guideline.conditions import And, Compare, Condition, FactIs, In, IsNull, Not, Or, Term, facts_of
from kambin.guideline.sql.dialects import Dialect
from kambin.guideline.sql.graph import INVERSE, Graph

__all__ = ["Fired", "Truth", "Truths"]

_NEGATED = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class Truth(NamedTuple):
    """Nodes of the masks of one condition."""

    true: int
    possible: int


class Fired(NamedTuple):
    """Masks of a `first` decision.

    For each word of its fact whether that row fired, and whether none can be named yet.
    """

    words: Mapping[str, int]
    undetermined: int


class Truths:
    """Masks of conditions, over raw facts and over results of earlier decisions."""

    def __init__(self, graph: Graph, facts: Mapping[str, Fact], dialect: Dialect) -> None:
        self.graph, self.facts, self.dialect = graph, facts, dialect
        self.results: dict[str, Truth] = {}
        self.fired: dict[str, Fired] = {}

    def of(self, condition: Condition) -> Truth:
        """Masks of a condition.

        Parameters
        ----------
        condition : Condition

        Returns
        -------
        Truth
        """
        if isinstance(condition, Not):
            return self._negation(condition.part)
        if isinstance(condition, And):
            return self.every([self.of(part) for part in condition.parts])
        if isinstance(condition, Or):
            return self.some([self.of(part) for part in condition.parts])
        if isinstance(condition, FactIs):
            return self._fact_is(condition.fact)
        if isinstance(condition, IsNull):
            return self._is_null(condition.fact)
        if isinstance(condition, In) and isinstance(self.facts[condition.fact].domain, tuple):
            return self._word_in(condition.fact, condition.words)
        return self._on_numbers(condition, positive=True)

    def every(self, parts: Sequence[Truth]) -> Truth:
        """Masks of a conjunction; true for no parts."""
        return Truth(self.both(part.true for part in parts), self.both(part.possible for part in parts))

    def some(self, parts: Sequence[Truth]) -> Truth:
        """Masks of a disjunction; false for no parts."""
        return Truth(self.either(part.true for part in parts), self.either(part.possible for part in parts))

    def opposite(self, truth: Truth) -> Truth:
        """Masks of a negation."""
        return Truth(self.inverse(truth.possible), self.inverse(truth.true))

    def both(self, masks: Iterable[int]) -> int:
        """Where all of these masks hold."""
        return self.graph.joined("&", list(masks), f"CAST(-1 AS {self.dialect.mask})")

    def either(self, masks: Iterable[int]) -> int:
        """Where one of these masks holds."""
        return self.graph.joined("|", list(masks), f"CAST(0 AS {self.dialect.mask})")

    def inverse(self, mask: int) -> int:
        """Where a mask does not hold."""
        return self.graph.node(INVERSE, mask)

    def mask(self, test: str, *parts: int) -> int:
        """Where a test that is never NULL holds."""
        return self.graph.node(f"(-CAST({test} AS {self.dialect.mask}))", *parts)

    def packed(self, bits: Iterable[tuple[int, int]]) -> int:
        """One number out of masks, each with the bits that it stands for."""
        pairs = [(mask, value) for mask, value in bits if mask != self.either(())]
        kind = self.dialect.word(max((value.bit_length() for _, value in pairs), default=0))
        cast = "{0}" if kind == self.dialect.mask else f"CAST({{0}} AS {kind})"
        parts = [self.graph.node(f"({cast} & {value})", mask) for mask, value in pairs]
        return self.graph.joined("|", parts, "0")

    def set_of(self, masks: Sequence[int], first: int = 0) -> list[tuple[int, int]]:
        """Masks with one bit for each, from bit number `first` on: what `packed` takes."""
        return [(mask, 1 << first + place) for place, mask in enumerate(masks)]

    def _negation(self, part: Condition) -> Truth:
        """Masks of ``NOT part``; the opposite comparison of numbers costs nothing."""
        if isinstance(part, Compare):
            return self._on_numbers(part, positive=False)
        return self.opposite(self.of(part))

    def _column(self, name: str) -> int:
        return self.graph.node(f'"{name}"')

    def _unknown(self, name: str) -> int:
        return self.mask("({0} IS NULL)", self._column(name))

    def _known_or(self, name: str, otherwise: str) -> int:
        """A fact's value, and something that does not matter where it is unknown."""
        return self.graph.node(
            f"(CASE WHEN {{0}} IS NULL THEN {otherwise} ELSE {{0}} END)", self._column(name)
        )

    def _fact_is(self, name: str) -> Truth:
        if name in self.results:
            return self.results[name]
        true = self.mask("{0}", self._known_or(name, "FALSE"))
        return Truth(true, self.either((true, self._unknown(name))))

    def _is_null(self, name: str) -> Truth:
        if name in self.results:
            true, possible = self.results[name]
            found = self.both((possible, self.inverse(true)))
        elif name in self.fired:
            found = self.fired[name].undetermined
        else:
            found = self._unknown(name)
        return Truth(found, found)

    def _word_in(self, name: str, words: Sequence[str | int]) -> Truth:
        if name in self.fired:
            fired = self.fired[name]
            true = self.either(fired.words[str(word)] for word in dict.fromkeys(words))
            return Truth(true, self.either((true, fired.undetermined)))
        domain = self.facts[name].domain
        assert isinstance(domain, tuple)
        kind = self.dialect.word(len(domain))
        bits = sum(1 << len(domain) - 1 - domain.index(str(word)) for word in set(words))
        true = self.mask(f"(({{0}} & CAST({bits} AS {kind})) <> 0)", self._bit_of_word(name, domain, kind))
        return Truth(true, self.either((true, self._unknown(name))))

    def _bit_of_word(self, name: str, domain: tuple[str, ...], kind: str) -> int:
        """A number with one bit per word of the domain, the last word in the lowest; 0 for unknown."""
        size = len(domain)
        if not self.dialect.enums:
            cases = " ".join(f"WHEN '{word}' THEN {1 << size - 1 - i}" for i, word in enumerate(domain))
            return self.graph.node(f"(CASE {{0}} {cases} ELSE 0 END)", self._column(name))
        words = ", ".join(f"'{word}'" for word in domain)
        code = f"ENUM_CODE(CAST({{0}} AS ENUM({words})))"  # shifting right is cheap, shifting left is not
        text = f"(CAST({1 << size - 1} AS {kind}) >> (CASE WHEN {{0}} IS NULL THEN {size} ELSE {code} END))"
        return self.graph.node(text, self._column(name))

    def _on_numbers(self, condition: Compare | In, positive: bool) -> Truth:
        """Masks of a test on numbers, unknown where one of them is."""
        names = facts_of(condition)
        values = [self.graph.node("CAST({0} AS DOUBLE)", self._known_or(name, "0")) for name in names]
        if isinstance(condition, In):
            words = ", ".join(str(word) for word in condition.words)
            test = f"({{0}} {'' if positive else 'NOT '}IN ({words}))"
        else:
            left, right = (_number(term, names) for term in (condition.left, condition.right))
            test = f"({left} {condition.op if positive else _NEGATED[condition.op]} {right})"
        holds = self.mask(test, *values)
        unknown = self.either([self._unknown(name) for name in names])
        return Truth(self.both((holds, self.inverse(unknown))), self.either((holds, unknown)))


def _number(term: Term, names: Sequence[str]) -> str:
    if term.fact is None:
        return f"CAST({term.offset!r} AS DOUBLE)"
    place = f"{{{names.index(term.fact)}}}"
    text = place if term.scale == 1 else f"({place} * CAST({term.scale!r} AS DOUBLE))"
    return text if term.offset == 0 else f"({text} + CAST({term.offset!r} AS DOUBLE))"

"""From SQL text to a condition: sqlglot parses in one pinned dialect.

A closed whitelist and a type check decide what may stand.

What is allowed: a fact, a literal, `AND OR NOT ( )`, `= <> < <= > >=`, `BETWEEN` literals, `IN` literals, `IS
[NOT] NULL` (where the caller permits it), `+ - *` by a literal, and names that were defined before. Nothing
else: no function, cast, date, division, CASE, LIKE, no `=` between decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kambin.case import Fact, Range
from kambin.errors import IntegrityError
from kambin.guideline.conditions import And, Compare, Condition, FactIs, In, IsNull, Not, Operator, Or, Term

__all__ = ["DIALECT", "ConditionError", "parse"]

DIALECT = "duckdb"
MAX_LENGTH = 2000  # characters; overlays come from outside, and the parser recurses
MAX_PARENTHESES = 60


class ConditionError(IntegrityError):
    """A condition that is not in the language; the message says which part and what would be accepted."""


def parse(
    text: str,
    facts: Mapping[str, Fact],
    define: Mapping[str, Condition] | None = None,
    *,
    null_tests: bool = False,
) -> Condition:
    """Parse and check one condition.

    Parameters
    ----------
    text : str
        SQL boolean expression.
    facts : mapping of str to Fact
        What may be named, with type, unit and domain.
    define : mapping of str to Condition, optional
        Names that were defined before.
    null_tests : bool
        Whether ``IS [NOT] NULL`` is allowed.

    Returns
    -------
    Condition

    Raises
    ------
    ConditionError
        When a part is not in the language, a name is unknown, or types, units or domains do not fit.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    if len(text) > MAX_LENGTH or text.count("(") > MAX_PARENTHESES:
        raise ConditionError(f"condition too long or too deep: {text[:60]!r} …", now="split it with `define`")
    if ";" in text or "--" in text or "/*" in text:
        raise ConditionError(f"comments and several statements are not allowed: {text!r}")
    try:
        tree = sqlglot.parse_one(text, dialect=DIALECT)
    except (SqlglotError, RecursionError) as error:
        raise ConditionError(f"not a condition: {text!r}", why=(str(error).splitlines() or [""])[0]) from None
    return _Reader(facts, define or {}, null_tests, text).boolean(tree)


class _Reader:
    """Walks one sqlglot tree; every node that is not named here is refused."""

    def __init__(
        self, facts: Mapping[str, Fact], define: Mapping[str, Condition], null_tests: bool, text: str
    ) -> None:
        self.facts, self.define, self.null_tests, self.text = facts, define, null_tests, text

    def fail(self, what: str, **more: str) -> ConditionError:
        """The error, with the text of the condition."""
        return ConditionError(f"{what} in {self.text!r}", **more)

    def boolean(self, node: Any) -> Condition:
        """A node that is true, false or unknown."""
        kind = type(node).__name__
        method = getattr(self, f"_{kind.lower()}", None)
        if kind in _OPERATORS:
            return self.comparison(node, _OPERATORS[kind])
        if method is None or kind not in _BOOLEAN:
            raise self.fail(
                f"{kind} is not allowed",
                now="facts, AND OR NOT, comparisons, BETWEEN, IN and defined names are",
            )
        result: Condition = method(node)
        return result

    def _paren(self, node: Any) -> Condition:
        return self.boolean(node.this)

    def _not(self, node: Any) -> Condition:
        return Not(self.boolean(node.this))

    def _and(self, node: Any) -> Condition:
        return And(tuple(self.boolean(part) for part in node.flatten()))

    def _or(self, node: Any) -> Condition:
        return Or(tuple(self.boolean(part) for part in node.flatten()))

    def _column(self, node: Any) -> Condition:
        name = self.name(node)
        if name in self.define:
            return self.define[name]
        fact = self.fact(name)
        if fact.kind != "bool":
            raise self.fail(f"{name} is not a yes/no fact", now=f"compare it: it is of kind {fact.kind}")
        return FactIs(name)

    def _between(self, node: Any) -> Condition:
        low, high = node.args["low"], node.args["high"]
        if node.args.get("symmetric"):
            raise self.fail("SYMMETRIC is not allowed")
        return And((self.comparison_of(node.this, ">=", low), self.comparison_of(node.this, "<=", high)))

    def _in(self, node: Any) -> Condition:
        if any(node.args.get(key) for key in ("query", "unnest", "field")):
            raise self.fail("IN takes literals only")
        fact = self.fact(self.name(node.this))
        return self.membership(fact, tuple(self.literal(item) for item in node.expressions))

    def _is(self, node: Any) -> Condition:
        if type(node.expression).__name__ != "Null":
            raise self.fail("IS takes NULL only")
        if not self.null_tests:
            raise self.fail(
                "IS NULL is not allowed here",
                why="a rule must be monotone: learning a fact never takes a conclusion back",
                now="use it in invariants and theorems only",
            )
        return IsNull(self.fact(self.name(node.this)).name)

    def comparison(self, node: Any, op: Operator) -> Condition:
        """Two sides with a comparison between them."""
        return self.comparison_of(node.this, op, node.expression)

    def comparison_of(self, left: Any, op: Operator, right: Any) -> Condition:
        """A comparison of words, or of two numbers of one unit."""
        if type(left).__name__ == "Column" and type(right).__name__ in ("Literal", "Boolean"):
            fact = self.fact(self.name(left))
            if fact.kind in ("enum", "bool"):
                return self.word_comparison(fact, op, right)
        terms = self.term(left), self.term(right)
        facts = [self.facts[term.fact] for term in terms if term.fact is not None]
        if not facts:
            raise self.fail("a comparison of two constants")
        if op in ("=", "<>") and any(fact.kind == "decimal" for fact in facts):
            raise self.fail(f"{op} between decimals is not allowed", now="use a range")
        if len({fact.unit for fact in facts}) > 1:
            raise self.fail(
                "units differ", why=" and ".join(f"{fact.name} in {fact.unit or '1'}" for fact in facts)
            )
        if len(facts) == 1:
            self.check_domain(facts[0], terms)
        return Compare(op, *terms)

    def word_comparison(self, fact: Fact, op: Operator, right: Any) -> Condition:
        """A fact with words, or a yes/no, that equals a literal or does not."""
        if op not in ("=", "<>"):
            raise self.fail(f"{op} does not apply to {fact.name}, which is of kind {fact.kind}")
        if fact.kind == "bool":
            if type(right).__name__ != "Boolean":
                raise self.fail(
                    f"{fact.name} is yes/no", now="write the fact alone, NOT fact, or = TRUE / FALSE"
                )
            found: Condition = FactIs(fact.name)
            return found if bool(right.this) == (op == "=") else Not(found)
        member = self.membership(fact, (self.literal(right),))
        return member if op == "=" else Not(member)

    def membership(self, fact: Fact, words: tuple[str | int, ...]) -> Condition:
        """A fact that has one of these words."""
        if not words:
            raise self.fail("IN of nothing")
        for word in words:
            if isinstance(fact.domain, tuple):
                if word not in fact.domain:
                    raise self.fail(
                        f"{word!r} is not a word of {fact.name}", why=f"its words: {', '.join(fact.domain)}"
                    )
            elif fact.kind != "int" or not isinstance(word, int):
                raise self.fail(f"IN does not apply to {fact.name}, which is of kind {fact.kind}")
        return In(fact.name, words)

    def check_domain(self, fact: Fact, terms: tuple[Term, Term]) -> None:
        """A threshold outside the fact's domain is always or never met: a mistake."""
        constant = (
            next(term for term in terms if term.fact is None) if any(t.fact is None for t in terms) else None
        )
        variable = next(term for term in terms if term.fact is not None)
        if constant is None or not isinstance(fact.domain, Range) or variable.scale == 0:
            return
        edge = (constant.offset - variable.offset) / variable.scale
        if not fact.domain.low <= edge <= fact.domain.high:
            raise self.fail(
                f"threshold outside the domain of {fact.name}",
                why=f"{fact.domain.low:g} to {fact.domain.high:g} {fact.unit}".strip(),
            )

    def term(self, node: Any) -> Term:
        """A number: a fact or a constant, scaled and moved."""
        kind = type(node).__name__
        if kind == "Paren":
            return self.term(node.this)
        if kind == "Neg":
            inner = self.term(node.this)
            return Term(inner.fact, -inner.scale, -inner.offset)
        if kind == "Literal" and not node.is_string:
            return Term(None, 0.0, float(node.this))
        if kind == "Column":
            fact = self.fact(self.name(node))
            if fact.kind not in ("int", "decimal"):
                raise self.fail(f"{fact.name} is not a number")
            return Term(fact.name)
        if kind in ("Add", "Sub", "Mul"):
            return self.arithmetic(kind, self.term(node.this), self.term(node.expression))
        raise self.fail(f"{kind} is not allowed in a number")

    def arithmetic(self, kind: str, left: Term, right: Term) -> Term:
        """A sum, difference or product with a literal."""
        if kind == "Mul":
            if left.fact is not None and right.fact is not None:
                raise self.fail("* takes a literal on one side")
            term, factor = (left, right.offset) if right.fact is None else (right, left.offset)
            return Term(term.fact, term.scale * factor, term.offset * factor)
        if right.fact is not None:
            raise self.fail("+ and - take a literal on the right")
        return Term(left.fact, left.scale, left.offset + (right.offset if kind == "Add" else -right.offset))

    def name(self, node: Any) -> str:
        """Name of the fact that a node is."""
        if type(node).__name__ != "Column" or node.table:
            raise self.fail(f"{node.sql()!r} is not a fact")
        return str(node.name)

    def fact(self, name: str) -> Fact:
        """The fact of this name; an error names the nearest ones."""
        if name in self.facts:
            return self.facts[name]
        from difflib import get_close_matches

        near = get_close_matches(name, [*self.facts, *self.define], 3)
        raise self.fail(f"unknown fact {name!r}", now=f"did you mean {', '.join(near)}?" if near else "")

    def literal(self, node: Any) -> str | int:
        """A word or a whole number."""
        if type(node).__name__ != "Literal":
            raise self.fail(f"{type(node).__name__} is not a literal")
        if node.is_string:
            return str(node.this)
        if not str(node.this).isdigit():
            raise self.fail(f"{node.this} is not a whole number")
        return int(node.this)


_OPERATORS: dict[str, Operator] = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
_BOOLEAN = frozenset({"Paren", "Not", "And", "Or", "Column", "Between", "In", "Is"})

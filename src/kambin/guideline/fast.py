"""Deciding in bulk: one decision as one generated function, without the explanation.

For many patients in Python (a registry, a simulation, a search over completions), where what is wanted is
status and support of each option and the outcome. The conditions are those of
:func:`kambin.guideline.compiling.python_of`; roles, weights and vetoes, which
:mod:`kambin.guideline.tallying` looks up for each argument, are written out; the policy is
:func:`kambin.guideline.deciding.outcome_of` itself. Writing and compiling the function takes as long as some
hundreds of answers: for one patient :func:`kambin.guideline.deciding.evaluate` is quicker, and it explains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kambin.case import FactRow
from kambin.guideline.compiling import python_of
from kambin.guideline.conditions import And, Condition, FactIs, Not, Or, facts_of
from kambin.guideline.deciding import OptionResult, Outcome, Status, facts_of_answer, outcome_of
from kambin.guideline.knowledge import WEIGHTS, Argument, Decision, Knowledge, Option, Role

__all__ = ["FastResult", "compile_fast", "compile_fast_chain"]


class FastResult(NamedTuple):
    """The answer to one decision without its arguments.

    Attributes
    ----------
    outcome : Outcome
    options : tuple of (status, low, high, pending)
        Status, support interval and pending vetoes of each option, in the order of the decision.
    """

    outcome: Outcome
    options: tuple[tuple[Status, int, int, tuple[str, ...]], ...]


def compile_fast(decision: Decision, *, complete: bool = False) -> Callable[[FactRow], FastResult]:
    """Generate the function that answers one decision.

    Parameters
    ----------
    decision : Decision
    complete : bool
        Only rows in which every fact that the decision names is known: two truth values suffice. A row with
        an unknown fact then gets a wrong answer or a TypeError; nothing looks for it.

    Returns
    -------
    callable
        From a row (every named fact present) to the outcome, status, support and pending vetoes that
        :func:`kambin.guideline.deciding.evaluate` gives.
    """
    writer = _Writer(decision, complete)
    lines = ["def fast(row):"]
    lines += [f"    f_{name} = row[{name!r}]" for name in _facts(decision)]
    body = [line for index, option in enumerate(decision.options) for line in writer.option(index, option)]
    lines += [*writer.hoisted(), "    live = []"]
    lines += body
    results = "".join(f"r{index}, " for index in range(len(decision.options)))
    lines.append(f"    return new(FastResult, (outcome_of(decision, live), ({results})))")
    space: dict[str, object] = {
        "__builtins__": {},
        "new": tuple.__new__,
        "FastResult": FastResult,
        "OptionResult": OptionResult,
        "outcome_of": outcome_of,
        "decision": decision,
        **{status.name: status for status in Status},
        **{f"option{index}": option for index, option in enumerate(decision.options)},
    }
    exec(compile("\n".join(lines), f"<fast {decision.id}>", "exec"), space)
    made: Callable[[FactRow], FastResult] = space["fast"]  # type: ignore[assignment]
    return made


def compile_fast_chain(
    knowledge: Knowledge, *, complete: bool = False
) -> Callable[[FactRow], dict[str, FastResult]]:
    """Generate the function that walks the chain of decisions.

    Parameters
    ----------
    knowledge : Knowledge
    complete : bool
        See :func:`compile_fast`.

    Returns
    -------
    callable
        From a row without the results of decisions (see :func:`kambin.case.fact_row`) to the result of each
        decision, in the order of the chain.
    """
    made = {name: compile_fast(item, complete=complete) for name, item in knowledge.decisions.items()}

    def walk(row: FactRow) -> dict[str, FastResult]:
        """Answer one decision after the other; the results of each are facts of the later ones."""
        facts = dict(row)
        results = {}
        for name, decision in knowledge.decisions.items():
            outcome, options = results[name] = made[name](facts)
            pairs = [(status, pending) for status, _, _, pending in options]
            facts.update(facts_of_answer(decision, outcome, pairs))
        return results

    return walk


def _facts(decision: Decision) -> dict[str, None]:
    return dict.fromkeys(name for item in decision.arguments for name in facts_of(item.condition))


def _of(option: Option, *roles: Role) -> list[Argument]:
    return [argument for argument in option.arguments if argument.role in roles]


def _parts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Not):
        yield condition.part
    elif isinstance(condition, (And, Or)):
        yield from condition.parts


class _Writer:
    """Writes options as Python; what several conditions share is computed once, before all options."""

    def __init__(self, decision: Decision, complete: bool) -> None:
        self._complete = complete
        uses: Counter[str] = Counter()
        for argument in decision.arguments:
            self._count(argument.condition, True, uses)
            if not complete:  # where all is known, what is false is what is not true
                self._count(argument.condition, False, uses)
        self._shared = {text for text, times in uses.items() if times > 1}
        self._names: dict[str, str] = {}
        self._lines: list[str] = []

    def _text(self, condition: Condition, truth: bool) -> str:
        return python_of(condition, truth, known=self._complete)

    def _count(self, condition: Condition, truth: bool, uses: Counter[str]) -> None:
        if isinstance(condition, Not):
            self._count(condition.part, self._complete or not truth, uses)
        elif not isinstance(condition, FactIs):  # looking up a name costs what looking up a fact costs
            text = self._text(condition, truth)
            uses[text] += 1
            if uses[text] == 1:
                for part in _parts(condition):
                    self._count(part, truth, uses)

    def write(self, condition: Condition, truth: bool) -> str:
        """Expression for a condition; a name where it is shared."""
        if isinstance(condition, Not):
            return self.write(condition.part, not truth)
        text = self._text(condition, truth)
        if text in self._names:
            return self._names[text]
        if self._complete and not truth and self._text(condition, True) in self._shared:
            return f"(not {self.write(condition, True)})"
        if isinstance(condition, (And, Or)) and condition.parts:
            word = " and " if isinstance(condition, And) == truth else " or "
            written = f"({word.join(self.write(part, truth) for part in condition.parts)})"
        else:
            written = text
        if text not in self._shared:
            return written
        name = self._names[text] = f"c{len(self._names)}"
        self._lines.append(f"    {name} = {written}")
        return name

    def hoisted(self) -> list[str]:
        """Lines that compute what is shared, each after what it needs."""
        return self._lines

    def option(self, index: int, option: Option) -> Iterator[str]:
        """Lines that judge one option: the rules of `tallying`, written out for its arguments."""
        low, high = self._support(option, False), self._support(option, True)
        best = "low" if high == low else "high"
        yield f"    low = {low}"
        if high != low:
            yield f"    high = {high}"
        word = "if"
        for status, when in self._statuses(option):
            pending = "()" if status == "EXCLUDED" else self._pending(option)
            yield f"    {word} {when}:"
            yield f"        r{index} = ({status}, low, {best}, {pending})"
            if status in ("ELIGIBLE", "UNDETERMINED"):
                yield f"        live.append(new(OptionResult, (option{index}, *r{index}, (), 0)))"
            word = "elif"

    def _statuses(self, option: Option) -> Iterator[tuple[str, str]]:
        """The statuses that the option can have, each with its condition; the first that holds is it."""
        out = [self.write(item.condition, True) for item in _of(option, "exclude", "veto")]
        if out:
            yield "EXCLUDED", " or ".join(out)
        ways = _of(option, "any")
        lacking = [self.write(item.condition, False) for item in _of(option, "require")]
        if ways:
            lacking.append("(" + " and ".join(self.write(item.condition, False) for item in ways) + ")")
        if lacking:
            yield "NOT_INDICATED", " or ".join(lacking)
        if self._complete:
            yield "ELIGIBLE", "True"
            return
        met = [self.write(item.condition, True) for item in _of(option, "require")]
        met += [self.write(item.condition, False) for item in _of(option, "exclude")]
        if ways:
            met.append("(" + " or ".join(self.write(item.condition, True) for item in ways) + ")")
        yield "ELIGIBLE", " and ".join(met) or "True"
        if met:
            yield "UNDETERMINED", "True"

    def _pending(self, option: Option) -> str:
        """Ids of the unknown vetoes; none of them is true, or the option would be excluded."""
        vetoes = [] if self._complete else _of(option, "veto")
        return (
            " + ".join(f"(() if {self.write(item.condition, False)} else ({item.id!r},))" for item in vetoes)
            or "()"
        )

    def _support(self, option: Option, at_best: bool) -> str:
        """Sum of weights: at worst what is true for it and not false against it, at best the reverse."""
        weights: Counter[tuple[str, bool]] = Counter()  # by expression, and whether it being true adds it
        for item in _of(option, "for", "against"):
            sign = 1 if item.role == "for" else -1
            if_true = self._complete or (item.role == "for") != at_best
            weights[self.write(item.condition, if_true), if_true] += sign * WEIGHTS[item.strength]
        terms = [
            f"({weight} if {text} else 0)" if if_true else f"(0 if {text} else {weight})"
            for (text, if_true), weight in weights.items()
            if weight
        ]
        return " + ".join(terms) or "0"

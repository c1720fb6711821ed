"""How the steps of a run keep the answer: few wide columns instead of many narrow ones.

Appending a column to a table costs DuckDB more than computing it. So a step keeps for each option one number
with its status, what of its arguments is true and what is possible, one with both ends of its support, and
for each decision one number with its answer. A view takes them apart again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kambin.errors import IntegrityError
from kambin.guideline.deciding import OutcomeKind
from kambin.guideline.knowledge import WEIGHTS, Argument, Decision, Option
from kambin.guideline.sql.codes import KINDS, answer_columns, option_columns, words_of
from kambin.guideline.sql.graph import quoted
from kambin.guideline.sql.options import OptionNodes
from kambin.guideline.sql.outcomes import OutcomeNodes
from kambin.guideline.sql.truths import Fired, Truth, Truths

__all__ = ["packed_answer", "packed_option", "stored_fired", "stored_option", "unpacked"]

_STATUS, _KIND = 2, 3  # bits
_SUPPORT = 12  # bits of each end of a support, moved to be positive
_MOVED = 1 << _SUPPORT - 1


def _bits_name(decision: Decision, option: Option, word: int) -> str:
    return f"{decision.id}__{option.id}__bits" + (f"_{word + 1}" if word else "")


def _support_name(decision: Decision, option: Option) -> str:
    return f"{decision.id}__{option.id}__support"


def _weighs(option: Option) -> bool:
    return any(argument.role in ("for", "against") for argument in option.arguments)


def _words(option: Option) -> list[Sequence[Argument]]:
    """An option's arguments in the groups of one number each; one empty group where there are none."""
    return words_of(option.arguments) or [()]


def packed_option(decision: Decision, option: Option, nodes: OptionNodes, truths: Truths) -> dict[str, int]:
    """Columns of one option.

    Parameters
    ----------
    decision : Decision
    option : Option
    nodes : OptionNodes
    truths : Truths

    Returns
    -------
    dict of str to int
        Names and nodes.

    Raises
    ------
    IntegrityError
        When its support may not fit the column.
    """
    graph, found = truths.graph, {}
    for word, reasons in enumerate(words_of(nodes.reasons) or [()]):
        bits = [] if word else nodes.status()
        bits += truths.set_of([reason.true for reason in reasons], _STATUS)
        bits += truths.set_of([reason.possible for reason in reasons], _STATUS + len(reasons))
        kind = "INTEGER" if _STATUS + 2 * len(reasons) < 32 else "BIGINT"
        found[_bits_name(decision, option, word)] = graph.node(f"CAST({{0}} AS {kind})", truths.packed(bits))
    if _weighs(option):
        if sum(WEIGHTS[argument.strength] for argument in option.arguments) >= _MOVED:
            raise IntegrityError(f"{decision.id}: the arguments of {option.id} weigh too much to be packed")
        text = f"CAST((({{0}} + {_MOVED}) * {1 << _SUPPORT} + ({{1}} + {_MOVED})) AS INTEGER)"
        found[_support_name(decision, option)] = graph.node(text, nodes.high, nodes.low)
    return found


def packed_answer(decision: Decision, outcome: OutcomeNodes, truths: Truths) -> dict[str, int]:
    """Column of the answer to one decision: kind, whether provisional, options, additions."""
    size = len(decision.options)
    bits = [*outcome.kind(), (outcome.provisional, 1 << _KIND)]
    bits += truths.set_of(outcome.options, _KIND + 1) + truths.set_of(outcome.additions, _KIND + 1 + size)
    kind = "INTEGER" if _KIND + 1 + 2 * size < 32 else "BIGINT"
    return {f"{decision.id}__answer": truths.graph.node(f"CAST({{0}} AS {kind})", truths.packed(bits))}


def unpacked(decision: Decision) -> Iterator[str]:
    """The columns of :mod:`kambin.guideline.sql.codes`, as items of a SELECT from the packed ones."""
    size = len(decision.options)
    every, answer = (1 << size) - 1, quoted(f"{decision.id}__answer")
    parts = {
        "kind": f"{answer} & {(1 << _KIND) - 1}",
        "provisional": f"({answer} >> {_KIND}) & 1",
        "options": f"({answer} >> {_KIND + 1}) & {every}",
        "additions": f"({answer} >> {_KIND + 1 + size}) & {every}",
    }
    for part, name in answer_columns(decision).items():
        yield f"CAST({parts[part]} AS INTEGER) AS {quoted(name)}"
    for option in decision.options:
        parts = dict(_unpacked_option(decision, option))
        for part, name in option_columns(decision, option).items():
            yield f"CAST({parts[part]} AS INTEGER) AS {quoted(name)}"


def _unpacked_option(decision: Decision, option: Option) -> Iterator[tuple[str, str]]:
    support = quoted(_support_name(decision, option))
    yield "low", f"({support} & {(1 << _SUPPORT) - 1}) - {_MOVED}"
    yield "high", f"({support} >> {_SUPPORT}) - {_MOVED}"
    for word, arguments in enumerate(_words(option)):
        bits, every = quoted(_bits_name(decision, option, word)), (1 << len(arguments)) - 1
        if not word:
            yield "status", f"{bits} & {(1 << _STATUS) - 1}"
        true = f"({bits} >> {_STATUS}) & {every}"
        tail = f"_{word + 1}" if word else ""
        yield f"true{tail}", true
        yield f"unknown{tail}", f"XOR(({bits} >> {_STATUS + len(arguments)}) & {every}, {true})"


def stored_option(truths: Truths, decision: Decision, option: Option) -> OptionNodes:
    """Nodes of an option whose columns an earlier step has written; without reasons, which nothing reads.

    Parameters
    ----------
    truths : Truths
    decision : Decision
    option : Option

    Returns
    -------
    OptionNodes
    """
    graph, kind = truths.graph, truths.dialect.support
    columns = [graph.node(quoted(_bits_name(decision, option, word))) for word in range(len(_words(option)))]
    true = truths.mask("(({0} & 3) = 3)", columns[0])
    possible = truths.mask("(({0} & 1) <> 0)", columns[0])
    pending = truths.either(
        truths.mask(f"(({{0}} & {bits}) <> 0)", columns[word])
        for word, bits in enumerate(_possible_vetoes(option))
        if bits
    )
    low = high = graph.node(f"CAST(0 AS {kind})")
    if _weighs(option):
        support = graph.node(quoted(_support_name(decision, option)))
        low = graph.node(f"(CAST(({{0}} & {(1 << _SUPPORT) - 1}) AS {kind}) - {_MOVED})", support)
        high = graph.node(f"(CAST(({{0}} >> {_SUPPORT}) AS {kind}) - {_MOVED})", support)
    result = Truth(truths.both((true, truths.inverse(pending))), possible)
    return OptionNodes(Truth(true, possible), result, truths.either(()), pending, low, high, ())


def _possible_vetoes(option: Option) -> Iterator[int]:
    """Per number of an option's bits, those that say that a veto is possible."""
    for arguments in _words(option):
        first = _STATUS + len(arguments)
        yield sum(1 << first + place for place, item in enumerate(arguments) if item.role == "veto")


def stored_fired(truths: Truths, decision: Decision) -> Fired:
    """Masks of a `first` decision whose column an earlier step has written."""
    answer = truths.graph.node(quoted(f"{decision.id}__answer"))
    codes: Mapping[OutcomeKind, int] = {name: code for code, name in enumerate(KINDS)}
    options = ((1 << len(decision.options)) - 1) << _KIND + 1
    kind = (1 << _KIND) - 1

    def equal(mask: int, value: int) -> int:
        """Mask that tells whether the masked answer is this value."""
        return truths.mask(f"(({{0}} & {mask}) = {value})", answer)

    words = {
        option.id: equal(kind | options, codes["fired"] | 1 << _KIND + 1 + place)
        for place, option in enumerate(decision.options)
    }
    words["none"] = equal(kind, codes["none"])
    return Fired(words, equal(kind, codes["undetermined"]))

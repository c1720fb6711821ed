"""What the numbers in a table of answers mean, and how a row of it is read.

Whatever is a set, of options or of an option's arguments, is a number with one bit for each in their order,
the first in the lowest bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from kambin.guideline.compiling import Truth
from kambin.guideline.deciding import OutcomeKind, Status
from kambin.guideline.knowledge import Decision, Option
from kambin.guideline.sql.dialects import MOST_BITS

__all__ = [
    "KINDS",
    "STATUSES",
    "Answer",
    "OptionAnswer",
    "answer_columns",
    "option_columns",
    "read_answer",
    "read_option",
    "words_of",
]

STATUSES = (Status.NOT_INDICATED, Status.UNDETERMINED, Status.EXCLUDED, Status.ELIGIBLE)
KINDS: tuple[OutcomeKind, ...] = ("none", "undetermined", "equipoise", "recommended", "fired", "collected")


class OptionAnswer(NamedTuple):
    """One option for one patient, as a table of answers holds it."""

    status: Status
    low: int
    high: int
    truths: tuple[Truth, ...]


class Answer(NamedTuple):
    """The answer to one decision for one patient, as a table of answers holds it."""

    kind: OutcomeKind
    options: tuple[str, ...]
    provisional: bool
    additions: tuple[str, ...]


Item = TypeVar("Item")


def words_of(items: Sequence[Item]) -> list[Sequence[Item]]:
    """An option's arguments, or what belongs to them, in the groups that share a number."""
    return [items[start : start + MOST_BITS] for start in range(0, len(items), MOST_BITS)]


def option_columns(decision: Decision, option: Option) -> dict[str, str]:
    """Names of an option's columns.

    Parameters
    ----------
    decision : Decision
    option : Option

    Returns
    -------
    dict
        ``status``; ``low`` and ``high`` where it has arguments that weigh; ``true`` and ``unknown`` where it
        has any, and from the 31st argument on ``true_2`` and ``unknown_2``, and so on.
    """
    head = f"{decision.id}__{option.id}"
    parts = ["status"]
    if any(argument.role in ("for", "against") for argument in option.arguments):
        parts += ["low", "high"]
    for word in range(len(words_of(option.arguments))):
        parts += [f"{part}_{word + 1}" if word else part for part in ("true", "unknown")]
    return {part: f"{head}__{part}" for part in parts}


def answer_columns(decision: Decision) -> dict[str, str]:
    """Names of a decision's columns.

    They are ``kind``, ``options``, and where they can be, ``provisional`` and ``additions``.
    """
    parts = ["kind", "options"]
    if decision.policy != "first" and any(argument.role == "veto" for argument in decision.arguments):
        parts.append("provisional")
    if decision.policy == "argue" and any(option.addition for option in decision.options):
        parts.append("additions")
    return {part: f"{decision.id}__{part}" for part in parts}


def _members(bits: int, decision: Decision) -> tuple[str, ...]:
    return tuple(option.id for index, option in enumerate(decision.options) if bits >> index & 1)


def read_option(row: Mapping[str, Any], decision: Decision, option: Option) -> OptionAnswer:
    """One option from a row of a table of answers.

    Parameters
    ----------
    row : mapping of str to int
        Column name to value.
    decision : Decision
    option : Option

    Returns
    -------
    OptionAnswer
    """
    columns = option_columns(decision, option)
    bits = {"true": 0, "unknown": 0}
    for part, name in columns.items():
        kind, _, word = part.partition("_")
        if kind in bits:
            bits[kind] |= row[name] << MOST_BITS * (int(word or 1) - 1)
    truths = tuple(
        True if bits["true"] >> place & 1 else None if bits["unknown"] >> place & 1 else False
        for place in range(len(option.arguments))
    )
    low, high = (row[columns["low"]], row[columns["high"]]) if "low" in columns else (0, 0)
    return OptionAnswer(STATUSES[row[columns["status"]]], low, high, truths)


def read_answer(row: Mapping[str, Any], decision: Decision) -> Answer:
    """The answer to a decision from a row of a table of answers.

    Parameters
    ----------
    row : mapping of str to int
        Column name to value.
    decision : Decision

    Returns
    -------
    Answer
    """
    columns = answer_columns(decision)
    return Answer(
        KINDS[row[columns["kind"]]],
        _members(row[columns["options"]], decision),
        bool(row[columns["provisional"]]) if "provisional" in columns else False,
        _members(row[columns["additions"]], decision) if "additions" in columns else (),
    )

"""The arguments of one option: in words, the decisive ones first.

What decided an option is shown; everything else stands behind a fold, none of it is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kambin.guideline.explaining import ArgumentDoc, OptionDoc
from kambin.report.lexicon import Lexicon
from kambin.report.sources import ConflictView, Source, SourceBook

__all__ = ["ArgumentView", "Reasons", "reasons"]

SHOWN_EACH_WAY = 3  # strongest for, strongest against
SHOWN_OPEN = 4
SHOWN_GROUNDS = 3
SHOWN_NEEDS = 2

_TAGS = {
    ("exclude", True): ("✗", "rules out"),
    ("exclude", None): ("?", "would rule out, if so"),
    ("exclude", False): ("✓", "would rule out, not so"),
    ("veto", True): ("✗", "geometry rules out"),
    ("veto", None): ("?", "would rule out, if a scan shows it"),
    ("veto", False): ("✓", "geometry does not rule out"),
    ("require", True): ("✓", "needed, met"),
    ("require", None): ("?", "needed, not known"),
    ("require", False): ("✗", "needed, not met"),
    ("any", True): ("✓", "ground"),
    ("any", None): ("?", "would be a ground, if so"),
    ("any", False): ("–", "would be a ground, not so"),
    ("for", True): ("+", "for"),
    ("for", None): ("?", "for, if so"),
    ("for", False): ("–", "would be for, not so"),
    ("against", True): ("−", "against"),
    ("against", None): ("?", "against, if so"),
    ("against", False): ("–", "would be against, not so"),
}
_TONES = {"✗": "stop", "?": "open", "✓": "good", "+": "good", "−": "stop", "–": "mute"}


@dataclass(frozen=True, slots=True)
class ArgumentView:
    """One argument as it is printed.

    Attributes
    ----------
    id : str
        Rule id, for the small print.
    mark, tone, tag : str
        Sign, its colour class, and the same in words.
    say : str
    asserted : bool
        Whether `say` holds; else it is the sentence that is in question and is quoted.
    values : tuple of str
        What it looked at: ``straight leg raise: positive``.
    strength : str
    weight : int
        0 for what is not weighed.
    sources : tuple of Source
    conflicts : tuple of ConflictView
    because : str
        Why a profile or overlay brought it in, where that is no conflict; empty else.
    """

    id: str
    mark: str
    tone: str
    tag: str
    say: str
    asserted: bool
    values: tuple[str, ...]
    strength: str
    weight: int
    sources: tuple[Source, ...]
    conflicts: tuple[ConflictView, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """The arguments of one option.

    Attributes
    ----------
    lead : str
        One sentence that says why the option has its status; may be empty.
    decisive, rest : tuple of ArgumentView
    """

    lead: str
    decisive: tuple[ArgumentView, ...]
    rest: tuple[ArgumentView, ...]


def _because(argument: ArgumentDoc, disputed: set[str]) -> str:
    """Why a profile or an overlay brought the argument in; a conflict is linked instead."""
    reason = argument["because"]
    if not reason or reason in disputed:
        return ""
    if reason == "addition":
        silent = "" if argument["source"] else "; F and R are silent"
        return f"added from later evidence{silent}"
    return f"changed because: {reason}"


def _view(argument: ArgumentDoc, lexicon: Lexicon, book: SourceBook) -> ArgumentView:
    mark, tag = _TAGS[(argument["role"], argument["truth"])]
    named = dict.fromkeys(
        [*argument["conflicts"], argument["because"], *argument["source"], *argument["cite"]]
    )
    conflicts = book.disputed(named)
    disputed = {item.id for item in conflicts}
    return ArgumentView(
        id=argument["id"],
        mark=mark,
        tone=_TONES[mark],
        tag=tag,
        say=argument["say"],
        asserted=argument["truth"] is True,
        values=tuple(lexicon.pair(name, value) for name, value in argument["values"].items()),
        strength=argument["strength"],
        weight=argument["weight"],
        sources=book.get([*argument["source"], *argument["cite"]]),
        conflicts=conflicts,
        because=_because(argument, disputed),
    )


def _by_weight(arguments: Sequence[ArgumentDoc], role: str, truth: bool | None) -> list[ArgumentDoc]:
    chosen = [item for item in arguments if item["role"] == role and item["truth"] is truth]
    return sorted(chosen, key=lambda item: -item["weight"])


def _of(arguments: Sequence[ArgumentDoc], roles: Sequence[str], truth: bool | None) -> list[ArgumentDoc]:
    return [item for item in arguments if item["role"] in roles and item["truth"] is truth]


def _lead(status: str, unsettled: int) -> str:
    if not unsettled:
        return ""
    more = f" ({unsettled} in all)" if unsettled > SHOWN_OPEN else ""
    if status == "eligible":
        return f"Provided that a scan does not show this{more}:"
    return f"Settled only when this is known{more}:"


def _decisive(option: OptionDoc) -> tuple[str, list[ArgumentDoc]]:
    """Why an option has its status, and the arguments that say it."""
    arguments, status = option["arguments"], option["status"]
    if status == "excluded":
        return "", _of(arguments, ("exclude", "veto"), True)
    if status == "not_indicated":
        unmet = _of(arguments, ("require",), False)
        if unmet:
            return "", unmet
        grounds = [item for item in arguments if item["role"] == "any"]
        if len(grounds) == 1:
            return "The only ground for it does not hold.", grounds
        return f"None of the {len(grounds)} grounds for it holds.", []
    unsettled = _of(arguments, ("exclude", "require", "veto"), None)
    grounds = _of(arguments, ("any",), True)
    if not grounds:
        unsettled += _of(arguments, ("any",), None)
    chosen = unsettled[:SHOWN_OPEN]
    lead = _lead(status, len(unsettled))
    for role in ("for", "against"):
        chosen += _by_weight(arguments, role, True)[:SHOWN_EACH_WAY]
    chosen += grounds[:SHOWN_GROUNDS]
    if len(chosen) == len(unsettled[:SHOWN_OPEN]):
        chosen += _of(arguments, ("require",), True)[:SHOWN_NEEDS]
    for role in ("for", "against"):
        chosen += _by_weight(arguments, role, None)[:1]
    return lead, chosen


def reasons(option: OptionDoc, lexicon: Lexicon, book: SourceBook) -> Reasons:
    """The arguments of an option, those that decided its status first.

    Parameters
    ----------
    option : OptionDoc
    lexicon : Lexicon
    book : SourceBook

    Returns
    -------
    Reasons
        Every argument is in `decisive` or in `rest`.
    """
    lead, chosen = _decisive(option)
    ids = {item["id"] for item in chosen}
    rest = [item for item in option["arguments"] if item["id"] not in ids]
    return Reasons(
        lead,
        tuple(_view(item, lexicon, book) for item in chosen),
        tuple(_view(item, lexicon, book) for item in rest),
    )

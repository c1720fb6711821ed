"""The answer to a decision: its sign, its sentence, a shorter one for tables, and what another would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kambin.guideline.explaining import ChangeDoc, DecisionDoc
from kambin.report.words import capital, joined

__all__ = ["AnswerMark", "answer_mark", "change_answer", "full_answer", "short_answer", "status_mark"]

STATUS = {
    "eligible": ("✓", "good", "eligible"),
    "undetermined": ("?", "open", "undetermined"),
    "not_indicated": ("–", "mute", "not indicated"),
    "excluded": ("✗", "stop", "excluded"),
}
KINDS = {
    "fired": ("✓", "good", "settled"),
    "recommended": ("✓", "good", "recommended"),
    "collected": ("✓", "good", "applies"),
    "equipoise": ("=", "even", "equipoise"),
    "undetermined": ("?", "open", "undetermined"),
    "none": ("–", "mute", "none applies"),
}
SHOWN_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class AnswerMark:
    """Sign, colour class and word of an answer or a status; the word is always printed."""

    mark: str
    tone: str
    word: str


def status_mark(status: str) -> AnswerMark:
    """Sign and word of an option's status."""
    return AnswerMark(*STATUS[status])


def answer_mark(decision: DecisionDoc) -> AnswerMark:
    """Sign and word of a decision's answer.

    Parameters
    ----------
    decision : DecisionDoc

    Returns
    -------
    AnswerMark
    """
    outcome = decision["outcome"]
    mark, tone, word = KINDS[outcome["kind"]]
    if outcome["kind"] == "collected" and not outcome["options"]:
        mark, tone, word = KINDS["undetermined" if _still_open(decision) else "none"]
    if outcome["provisional"] and outcome["kind"] in ("recommended", "collected"):
        return AnswerMark("?", "open", "provisional")
    if outcome["options"] and _still_open(decision):
        return AnswerMark("?", "open", "partly open")
    return AnswerMark(mark, tone, word)


def _still_open(decision: DecisionDoc) -> list[str]:
    """Options of a `collect` decision that an unknown fact keeps open."""
    if decision["outcome"]["kind"] != "collected":
        return []
    return [option["label"] for option in decision["options"] if option["status"] == "undetermined"]


def _few(labels: Sequence[str]) -> list[str]:
    if len(labels) <= SHOWN_ANSWERS + 1:
        return list(labels)
    return [*labels[:SHOWN_ANSWERS], f"{len(labels) - SHOWN_ANSWERS} more"]


def full_answer(decision: DecisionDoc) -> str:
    """The answer in a sentence; what is still open is never said not to apply.

    Parameters
    ----------
    decision : DecisionDoc

    Returns
    -------
    str
    """
    still = _still_open(decision)
    if not still:
        return decision["outcome"]["sentence"]
    if not decision["outcome"]["options"]:
        return f"Not enough information; still possible: {joined(still, 'or')}."
    return f"{decision['outcome']['sentence']} Still open: {joined(still)}."


def short_answer(decision: DecisionDoc) -> str:
    """The answer without the words that its mark says already, short enough for a table.

    Parameters
    ----------
    decision : DecisionDoc

    Returns
    -------
    str
    """
    outcome, still = decision["outcome"], _still_open(decision)
    labels = {option["id"]: option["label"] for option in decision["options"]}
    named = _few([labels[name] for name in outcome["options"]])
    if still and not named:
        return f"Possible: {joined(_few(still), 'or')}."
    if not named:
        return outcome["sentence"]
    if outcome["kind"] == "equipoise":
        checked = ", once a clear way to the disc is shown" if outcome["provisional"] else ""
        return f"{joined(named, 'or')}: the patient's values decide{checked}."
    if outcome["kind"] == "undetermined":
        return f"Possible: {joined(named, 'or')}."
    return f"{joined(named)}."


def change_answer(change: ChangeDoc, decision: DecisionDoc) -> str:
    """What the answer would be after a change; of a list of what applies, only what differs.

    Parameters
    ----------
    change : ChangeDoc
    decision : DecisionDoc
        The decision that it would change.

    Returns
    -------
    str
    """
    labels = {option["id"]: option["label"] for option in decision["options"]}
    kind, options = change["kind"], change["options"]
    named = [labels.get(option, option) for option in options]
    if kind == "collected":
        now = decision["outcome"]["options"]
        added = [labels.get(option, option) for option in options if option not in now]
        dropped = [labels[option] for option in now if option not in options]
        parts = [
            f"{word} {joined(items)}" for word, items in (("also", added), ("no longer", dropped)) if items
        ]
        return capital("; ".join(parts)) or "The same options, one of them open"
    if kind == "none" or not named:
        return "None of the options would apply"
    if kind == "equipoise":
        return f"Equipoise between {joined(named)}"
    if kind == "undetermined":
        return f"Not enough information; possible: {joined(named, 'or')}"
    return joined(named)

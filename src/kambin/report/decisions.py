"""One decision as it is printed: answer, options with reasons, what would change it, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kambin.guideline.explaining import DecisionDoc, OptionDoc, QuestionDoc
from kambin.report.answers import (
    AnswerMark,
    answer_mark,
    change_answer,
    full_answer,
    short_answer,
    status_mark,
)
from kambin.report.arguments import Reasons, reasons
from kambin.report.bars import Bar, Scale, support_scale
from kambin.report.lexicon import Lexicon
from kambin.report.sources import ConflictView, SourceBook, conflict_ids
from kambin.report.words import capital, decision_name, number

__all__ = ["ChangeView", "DecisionView", "OptionView", "decision_view"]

_OTHERS = {
    "first": "Not reached, because an earlier answer holds",
    "collect": "Still open",
    "argue": "Other options that remain",
}
LIVE = ("eligible", "undetermined")


@dataclass(frozen=True, slots=True)
class OptionView:
    """One option.

    Attributes
    ----------
    id, label, say, rung : str
    addition, chosen, live : bool
        Whether it is an addition to a treatment; is (part of) the answer; may still be chosen.
    status : AnswerMark
    support : str
        The interval in numbers; empty where nothing is weighed.
    bar : Bar or None
    reasons : Reasons
    """

    id: str
    label: str
    say: str
    rung: str
    addition: bool
    chosen: bool
    live: bool
    status: AnswerMark
    support: str
    bar: Bar | None
    reasons: Reasons


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Changes of one fact each that lead to the same other answer."""

    answer: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One decision.

    Attributes
    ----------
    id, anchor, name, question, version : str
    answer, short : str
        The answer in a sentence; the same for a table.
    mark : AnswerMark
    chosen, others, ruled_out : tuple of OptionView
        The answer's options; others that may still be chosen; the rest.
    additions : tuple of str
        Labels of the additions that may be considered with the answer.
    changes : tuple of ChangeView
    missing : tuple of str
        Names of what is not known and could still change it.
    questions : tuple of QuestionDoc
        The questions that belong to it.
    conflicts : tuple of ConflictView
    others_title : str
        What to write above `others`.
    weighed : bool
        Whether arguments are weighed, so that support means something.
    folded : bool
        Whether the answer is a list of several, each with its reasons behind a fold.
    """

    id: str
    anchor: str
    name: str
    question: str
    version: str
    answer: str
    short: str
    mark: AnswerMark
    chosen: tuple[OptionView, ...]
    others: tuple[OptionView, ...]
    ruled_out: tuple[OptionView, ...]
    additions: tuple[str, ...]
    changes: tuple[ChangeView, ...]
    missing: tuple[str, ...]
    questions: tuple[QuestionDoc, ...]
    conflicts: tuple[ConflictView, ...]
    others_title: str
    weighed: bool
    folded: bool


def _option_view(
    option: OptionDoc, chosen: bool, scale: Scale | None, lexicon: Lexicon, book: SourceBook
) -> OptionView:
    low, high = option["support"]
    weighed = scale is not None and (low, high) != (0, 0)
    return OptionView(
        id=option["id"],
        label=option["label"],
        say=option["say"],
        rung=option["rung"].replace("_", " "),
        addition=option["addition"],
        chosen=chosen,
        live=option["status"] in LIVE,
        status=status_mark(option["status"]),
        support=(number(low) if low == high else f"{number(low)} to {number(high)}") if scale else "",
        bar=scale.bar(low, high) if scale is not None and weighed else None,
        reasons=reasons(option, lexicon, book),
    )


def _changes(decision: DecisionDoc, lexicon: Lexicon) -> tuple[ChangeView, ...]:
    grouped: dict[str, list[str]] = {}
    for change in decision["changes"]:
        name = change["fact"]
        grouped.setdefault(change_answer(change, decision), []).append(
            f"{lexicon.label(name)} were {lexicon.value(name, change['would_be'])}"
            f" instead of {lexicon.value(name, change['was'])}"
        )
    return tuple(ChangeView(answer, tuple(facts)) for answer, facts in grouped.items())


def decision_view(
    decision: DecisionDoc, questions: Sequence[QuestionDoc], lexicon: Lexicon, book: SourceBook
) -> DecisionView:
    """Everything of one decision in the order in which it is read.

    Parameters
    ----------
    decision : DecisionDoc
    questions : sequence of QuestionDoc
        All questions of the plan.
    lexicon : Lexicon
    book : SourceBook

    Returns
    -------
    DecisionView
    """
    outcome = decision["outcome"]
    weighed = decision["policy"] == "argue"
    scale = (
        support_scale((item["support"][0], item["support"][1]) for item in decision["options"])
        if weighed
        else None
    )
    answered = {*outcome["options"], *outcome["additions"]} if outcome["kind"] != "undetermined" else set()
    views = [_option_view(item, item["id"] in answered, scale, lexicon, book) for item in decision["options"]]
    others = [view for view in views if view.live and not view.chosen]
    if weighed:
        others.sort(key=lambda view: view.addition)
    labels = {option["id"]: option["label"] for option in decision["options"]}
    return DecisionView(
        id=decision["decision"],
        anchor=f"decision-{decision['decision'].replace('_', '-')}",
        name=decision_name(decision["decision"]),
        question=decision["question"],
        version=decision["version"],
        answer=full_answer(decision),
        short=short_answer(decision),
        mark=answer_mark(decision),
        chosen=tuple(sorted((view for view in views if view.chosen), key=lambda view: view.addition)),
        others=tuple(others),
        ruled_out=tuple(view for view in views if not view.live and not view.chosen),
        additions=tuple(labels[name] for name in outcome["additions"]),
        changes=_changes(decision, lexicon),
        missing=tuple(capital(lexicon.label(name)) for name in decision["missing"]),
        questions=tuple(item for item in questions if decision["decision"] in item["decisions"]),
        conflicts=book.disputed(conflict_ids(decision)),
        others_title=_OTHERS[decision["policy"]] if answered else "Still possible",
        weighed=weighed,
        folded=decision["policy"] == "collect" and len(answered) > 1,
    )

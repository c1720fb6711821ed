"""Explaining: a decision result as one plain document with everything that led to it.

The document is what `--json` prints, what the plan holds and what the report renders; nothing is computed
again later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from typing_extensions import TypedDict

from kambin.case import FactRow, FactValue
from kambin.guideline.changing import single_changes
from kambin.guideline.deciding import DecisionResult, Decisions, OptionResult, Outcome, Status
from kambin.guideline.knowledge import WEIGHTS, Argument, Knowledge, Option
from kambin.guideline.remembering import once_per_object

__all__ = [
    "ArgumentDoc",
    "ChangeDoc",
    "DecisionDoc",
    "KnowledgeDoc",
    "OptionDoc",
    "OutcomeDoc",
    "QuestionDoc",
    "explain",
    "explain_all",
    "knowledge_doc",
    "questions",
    "sentence",
]


class OutcomeDoc(TypedDict):
    """The answer: see :class:`kambin.guideline.deciding.Outcome`."""

    kind: str
    options: list[str]
    provisional: bool
    additions: list[str]
    sentence: str


class ArgumentDoc(TypedDict):
    """One argument with the values it looked at; `truth` null is unknown."""

    id: str
    role: str
    truth: bool | None
    say: str
    when: str
    values: dict[str, FactValue]
    source: list[str]
    cite: list[str]
    strength: str
    weight: int
    conflicts: list[str]
    because: str


class OptionDoc(TypedDict):
    """One option: status, support interval, pending vetoes and arguments."""

    id: str
    label: str
    say: str
    rung: str
    addition: bool
    status: str
    support: list[int]
    pending: list[str]
    arguments: list[ArgumentDoc]


class ChangeDoc(TypedDict):
    """A single-fact change that leads to another answer."""

    fact: str
    was: FactValue
    would_be: FactValue
    kind: str
    options: list[str]


class QuestionDoc(TypedDict):
    """A missing fact that could still change an answer."""

    fact: str
    question: str
    unit: str
    cost: int
    safety: bool
    decisions: list[str]


class DecisionDoc(TypedDict):
    """One decision for one patient."""

    decision: str
    version: str
    question: str
    policy: str
    outcome: OutcomeDoc
    options: list[OptionDoc]
    missing: list[str]
    changes: list[ChangeDoc]


class KnowledgeDoc(TypedDict):
    """Which knowledge answered."""

    profile: str
    version: str
    content_hash: str
    overlays: list[str]


def knowledge_doc(knowledge: Knowledge) -> KnowledgeDoc:
    """Profile, version and hash of the knowledge."""
    return {
        "profile": knowledge.profile,
        "version": knowledge.version,
        "content_hash": knowledge.content_hash,
        "overlays": list(knowledge.overlays),
    }


NOTHING = "None of the options applies to this patient."


def _words(items: Sequence[str], last: str = "and") -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def sentence(result: DecisionResult) -> str:
    """The answer to a decision in one sentence.

    Parameters
    ----------
    result : DecisionResult

    Returns
    -------
    str
    """
    outcome = result.outcome
    labels = [result.option(name).option.label for name in outcome.options]
    if outcome.kind == "undetermined":
        return f"Not enough information; still possible: {_words(labels, 'or')}."
    if outcome.kind == "collected":
        return _collected(labels, sum(item.status is Status.UNDETERMINED for item in result.options))
    if outcome.kind == "none":
        return NOTHING
    if outcome.kind == "equipoise":
        text = f"The evidence does not decide between {_words(labels)}; the patient's values do"
    else:
        text = labels[0]
    if outcome.provisional:
        text += " (provisional: a clear way to the disc is still to be shown)"
    return f"{text}."


def _collected(labels: Sequence[str], still_open: int) -> str:
    if not still_open:
        return f"{_words(labels)}." if labels else NOTHING
    more = f"not enough information on {still_open} {'more' if labels else 'of the options'}"
    return f"{_words(labels)}; {more}." if labels else f"{more[0].upper()}{more[1:]}."


def _outcome_doc(result: DecisionResult) -> OutcomeDoc:
    outcome: Outcome = result.outcome
    return {
        "kind": outcome.kind,
        "options": list(outcome.options),
        "provisional": outcome.provisional,
        "additions": list(outcome.additions),
        "sentence": sentence(result),
    }


def _argument_doc(argument: Argument) -> ArgumentDoc:
    """What of an argument is the same for every patient."""
    return {
        "id": argument.id,
        "role": argument.role,
        "truth": None,
        "say": argument.say,
        "when": argument.when,
        "values": {},
        "source": list(argument.source),
        "cite": list(argument.cite),
        "strength": argument.strength,
        "weight": WEIGHTS[argument.strength] if argument.role in ("for", "against") else 0,
        "conflicts": list(argument.conflicts),
        "because": argument.because,
    }


@once_per_object
def _same_for_all(option: Option) -> tuple[OptionDoc, tuple[ArgumentDoc, ...]]:
    """What of an option and its arguments is the same for every patient."""
    same: OptionDoc = {
        "id": option.id,
        "label": option.label,
        "say": option.say,
        "rung": option.rung,
        "addition": option.addition,
        "status": "",
        "support": [],
        "pending": [],
        "arguments": [],
    }
    return same, tuple(_argument_doc(argument) for argument in option.arguments)


def _option_doc(item: OptionResult) -> OptionDoc:
    option, status, low, high, pending, results, _ = item
    same, same_arguments = _same_for_all(option)
    arguments = []
    for same_argument, (_, truth, values) in zip(same_arguments, results, strict=True):
        argument = same_argument.copy()
        argument["truth"] = truth
        argument["values"] = values  # type: ignore[typeddict-item]  # a plain dict, made for this patient
        arguments.append(argument)
    doc = same.copy()
    doc["status"] = status.value
    doc["support"] = [low, high]
    doc["pending"] = list(pending)
    doc["arguments"] = arguments
    return doc


def explain(result: DecisionResult, row: FactRow, knowledge: Knowledge) -> DecisionDoc:
    """One decision as a document.

    Parameters
    ----------
    result : DecisionResult
    row : mapping
        The row it was computed from, with the results of earlier decisions.
    knowledge : Knowledge

    Returns
    -------
    DecisionDoc
    """
    return {
        "decision": result.decision.id,
        "version": result.decision.version,
        "question": result.decision.question,
        "policy": result.decision.policy,
        "outcome": _outcome_doc(result),
        "options": [_option_doc(item) for item in result.options],
        "missing": list(result.missing),
        "changes": [
            {
                "fact": change.fact,
                "was": change.was,
                "would_be": change.would_be,
                "kind": change.outcome.kind,
                "options": list(change.outcome.options),
            }
            for change in single_changes(result, row, knowledge)
        ],
    }


def explain_all(decisions: Decisions, names: Sequence[str] | None = None) -> list[DecisionDoc]:
    """The chain as documents, in its order.

    Parameters
    ----------
    decisions : Decisions
    names : sequence of str, optional
        Only these decisions.

    Returns
    -------
    list of DecisionDoc
    """
    return [
        explain(result, decisions.row, decisions.knowledge)
        for name, result in decisions.results.items()
        if names is None or name in names
    ]


def _base_facts(name: str, decisions: Decisions, seen: set[str]) -> list[str]:
    """A missing result of an earlier decision stands for what that decision is missing."""
    if name in seen:
        return []
    seen.add(name)
    fact = decisions.knowledge.facts[name]
    if fact.scope != "decision":
        return [name]
    missing: Mapping[str, None] = {
        base: None
        for item in decisions.results[fact.inputs[0]].missing
        for base in _base_facts(item, decisions, seen)
    }
    return list(missing)


def questions(
    decisions: Decisions, names: Sequence[str] | None = None, *, first: Sequence[str] = ()
) -> list[QuestionDoc]:
    """Missing facts that could still change an answer, safety first, then by what they cost to obtain.

    Parameters
    ----------
    decisions : Decisions
    names : sequence of str, optional
        Only for these decisions.
    first : sequence of str
        What bears on one of these decisions stands before everything else.

    Returns
    -------
    list of QuestionDoc
    """
    wanted: dict[str, list[str]] = {}
    for name, result in decisions.results.items():
        if names is not None and name not in names:
            continue
        for item in result.missing:
            for base in _base_facts(item, decisions, set()):
                asked = wanted.setdefault(base, [])
                if name not in asked:
                    asked.append(name)
    facts = decisions.knowledge.facts
    order = {name: position for position, name in enumerate(facts)}
    chain = list(decisions.results)
    ranked = sorted(
        wanted,
        key=lambda name: (
            not set(first).intersection(wanted[name]),
            not facts[name].safety,
            not facts[name].safety or chain.index(wanted[name][0]),  # the screen for urgency before all else
            facts[name].cost,
            order[name],
        ),
    )
    return [
        {
            "fact": name,
            "question": facts[name].question,
            "unit": facts[name].unit,
            "cost": facts[name].cost,
            "safety": facts[name].safety,
            "decisions": wanted[name],
        }
        for name in ranked
    ]

"""The dialogue of `kambin ask --dialogue`: one question after the other until the answer is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kambin.case import Case, Fact, FactValue, facts
from kambin.errors import InputError

if TYPE_CHECKING:
    from kambin.guideline import Knowledge
    from kambin.guideline.asking import Question

__all__ = ["field_of", "hold_dialogue", "parse_reply"]

HELP = "answer, or ? when it is not known, - when it does not apply, q to stop"
WHY_NOT = {"?": "asked_unknown", "-": "not_applicable"}


def hold_dialogue(case: Case, knowledge: Knowledge, read: TextIO, write: TextIO) -> Case:
    """Ask until the answer is settled, the input ends, or the person stops.

    Parameters
    ----------
    case : Case
    knowledge : Knowledge
    read, write : text streams
        Where replies come from and questions go to.

    Returns
    -------
    Case
        With what was answered; what was asked and stays unknown is marked so.
    """
    from kambin.guideline.asking import Question
    from kambin.pathway import answer
    from kambin.pathway.answering import ask

    skip: set[str] = set()
    print(f"({HELP})", file=write)
    while True:
        found = ask(answer(case, knowledge), skip=skip)
        if not isinstance(found, Question):
            return case
        place = field_of(found, case)
        if place is None:
            print(
                f"To be written into the case by hand: {found.question} ({', '.join(found.paths)})",
                file=write,
            )
            skip.add(found.fact)
            continue
        path, fact = place
        reply = _reply(found, fact, read, write)
        if reply is None:
            return case
        case, done = _with(case, path, reply, write)
        if not done or reply in WHY_NOT or fact.name != found.fact:
            skip.add(found.fact)


def field_of(question: Question, case: Case) -> tuple[str, Fact] | None:
    """The first field of a case, not yet filled, in which the question can be answered.

    Parameters
    ----------
    question : Question
    case : Case
        Its painful side stands for ``{side}``, the left where both legs hurt or none is known; a finding of
        the problem disc goes to the only disc record.

    Returns
    -------
    (path, Fact) or None
        None when the answer is a list or belongs to a record that does not exist yet.
    """
    side = case.symptoms.leg_pain_side
    side = side if side in ("left", "right") else "left"
    for field in question.fields:
        if "[]" in field.path and len(case.imaging.discs) != 1:
            continue
        path = field.path.replace("{side}", side).replace("[]", "[0]")
        if path not in case.absent and _value(case, path) is None:
            return path, facts()[field.fact]
    return None


def _value(case: Case, path: str) -> object:
    found: object = case
    for name in path.replace("[0]", "").split("."):
        found = getattr(found, name)
        found = found[0] if isinstance(found, tuple) else found
    return found


def _reply(question: Question, fact: Fact, read: TextIO, write: TextIO) -> FactValue:
    """The answer to one question, a sign why there is none, or None when the person stops."""
    mark = " [safety]" if question.safety else ""
    while True:
        print(f"{fact.question}{mark} ", end="", file=write, flush=True)
        line = read.readline()
        if not line or line.strip().lower() in ("q", "quit"):
            return None
        if line.strip() in WHY_NOT:
            return line.strip()
        try:
            return parse_reply(line, fact)
        except InputError as error:
            print(f"  {error.what}: expected {error.expected}", file=write)


def _with(case: Case, path: str, reply: FactValue, write: TextIO) -> tuple[Case, bool]:
    """The case with one more field, checked like a file; unchanged when it would contradict itself."""
    from kambin.case.editing import with_value

    value = {"unknown": WHY_NOT[reply]} if isinstance(reply, str) and reply in WHY_NOT else reply
    try:
        return with_value(case, path, value), True
    except InputError as error:
        print(f"  not taken: {error.why}", file=write)
        return case, False


def parse_reply(reply: str, fact: Fact) -> FactValue:
    """One typed answer of a dialogue.

    Parameters
    ----------
    reply : str
        As typed; ``y``/``n`` for yes/no facts, a number, or a word (or its beginning) of the fact's words.
    fact : Fact

    Returns
    -------
    bool, int, float or str

    Raises
    ------
    InputError
        With what would have been accepted.
    """
    text = reply.strip().lower()
    if fact.kind == "bool":
        words = {"y": True, "yes": True, "n": False, "no": False}
        if text in words:
            return words[text]
        raise InputError("not an answer", value=reply, expected="y or n")
    if isinstance(fact.domain, tuple):
        exact = [word for word in fact.domain if word.lower() == text]
        near = exact or [word for word in fact.domain if text and word.lower().startswith(text)]
        if len(near) == 1:
            return near[0]
        raise InputError("not an answer", value=reply, expected=f"one of {', '.join(fact.domain)}")
    assert fact.domain is not None
    expected = f"a number from {fact.domain.low:g} to {fact.domain.high:g} {fact.unit}".strip()
    try:
        value = int(text) if fact.kind == "int" else float(text)
    except ValueError:
        raise InputError("not an answer", value=reply, expected=expected) from None
    if not fact.domain.low <= value <= fact.domain.high:
        raise InputError("outside the domain", value=reply, expected=expected)
    return value

"""The dialogue of `kambin ask --dialogue`: one question after the other until the answer is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kambin.case.model import Case
from kambin.cli.asking import WHY_NOT, parse_reply
from kambin.errors import InputError

if TYPE_CHECKING:
    from kambin.case import FactValue
    from kambin.guideline import Knowledge

__all__ = ["hold_dialogue"]

HELP = "  answer, or ? when it is not known, - when it does not apply, q to stop"


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
    from kambin.guideline.asking import Question, next_question
    from kambin.pathway import answer

    asked: set[str] = set()
    print(HELP, file=write)
    while True:
        found = next_question(answer(case, knowledge).decisions.row, knowledge, skip=frozenset(asked))
        if not isinstance(found, Question):
            print("Settled: no missing fact can change the answer.", file=write)
            return case
        asked.add(found.fact)
        reply = _reply(found, knowledge, read, write)
        if reply is None:
            return case
        path, value = reply
        case = _with(case, path, value)


def _reply(
    found: object, knowledge: Knowledge, read: TextIO, write: TextIO
) -> tuple[str, FactValue | str] | None:
    """The answer to one question with the path it belongs to; None when the person stops."""
    fact = knowledge.facts[found.fact]  # type: ignore[attr-defined]
    path = found.paths[0]  # type: ignore[attr-defined]
    mark = " [safety]" if fact.safety else ""
    while True:
        print(f"{fact.question}{mark} ", end="", file=write, flush=True)
        line = read.readline()
        if not line or line.strip().lower() in ("q", "quit"):
            return None
        if line.strip() in WHY_NOT:
            return path, WHY_NOT[line.strip()] + "!"
        try:
            return path, parse_reply(line, fact)
        except InputError as error:
            print(f"  {error.what}: expected {error.expected}", file=write)


def _with(case: Case, path: str, value: FactValue | str) -> Case:
    """Copy of the case with one more field, checked like a file."""
    from kambin.case.editing import with_value

    if isinstance(value, str) and value.endswith("!"):
        return with_value(case, path, {"unknown": value.removesuffix("!")})
    return with_value(case, path, value)

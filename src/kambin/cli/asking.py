"""`kambin ask`: the next best question, once or in a dialogue."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kambin.case import Fact, FactValue
from kambin.cli import ANSWERED, OPEN
from kambin.cli.console import emit_json, note, write_file
from kambin.cli.patient import read_case
from kambin.errors import InputError

if TYPE_CHECKING:
    pass

__all__ = ["parse_reply", "run_ask"]

WHY_NOT = {"?": "asked_unknown", "-": "not_applicable"}


def run_ask(
    case: Path, profile: str, overlays: Sequence[Path], dialogue: bool, save: Path | None, as_json: bool
) -> int:
    """Print the next question, or go on asking until the answer is settled."""
    from kambin.guideline.asking import Question, next_question
    from kambin.guideline.loading import load_knowledge
    from kambin.pathway import answer

    if save is not None and not dialogue:
        raise InputError("--save goes with --dialogue", where="--save")
    knowledge = load_knowledge(profile, overlays)
    patient = read_case(case)
    if dialogue:
        from kambin.cli.dialogue import hold_dialogue

        patient = hold_dialogue(patient, knowledge, sys.stdin, sys.stderr)
        if save is not None:
            from kambin.case import dump

            write_file(save, dump(patient, "json" if save.suffix == ".json" else "yaml"))
            note(f"case written to {save}")
    found = next_question(answer(patient, knowledge).decisions.row, knowledge)
    if as_json:
        emit_json(found.to_dict())
    else:
        _print(found.to_dict())
    return OPEN if isinstance(found, Question) else ANSWERED


def _print(found: dict[str, Any]) -> None:
    from kambin.cli.console import out

    out().print(json.dumps(found, indent=1, ensure_ascii=False), markup=False)


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
        if text in ("y", "yes", "true"):
            return True
        if text in ("n", "no", "false"):
            return False
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

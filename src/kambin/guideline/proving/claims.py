"""What theorems and invariants claim of a decision."""

from __future__ import annotations

from collections.abc import Sequence

from kambin.guideline.knowledge import Knowledge, Theorem
from kambin.guideline.proving.forms import Claim, Forms, words_of
from kambin.guideline.proving.logic import both

__all__ = ["Claim", "read_claim"]


def read_claim(theorem: Theorem, knowledge: Knowledge) -> Claim:
    """Read and check the ``then`` of a theorem.

    Parameters
    ----------
    theorem : Theorem
    knowledge : Knowledge

    Returns
    -------
    Claim
        The conjunction, where several things are claimed.

    Raises
    ------
    IntegrityError
        When it names what is not there, or has no known form.
    """
    decision = knowledge.decisions[theorem.decision]
    then = dict(theorem.then)
    reader = Forms(theorem, decision, knowledge)
    parts = []
    if "option" in then or "status" in then:
        parts.append(reader.status(then.pop("option", None), then.pop("status", None)))
    if "outcome" in then:
        parts.append(reader.outcome(words_of(then.pop("outcome"))))
    if "never_outcome" in then:
        parts.append(reader.never(words_of(then.pop("never_outcome"))))
    if "argument" in then:
        parts.append(reader.argument(then.pop("argument"), then.pop("truth", True)))
    if "prefers" in then:
        parts.append(reader.prefers(words_of(then.pop("prefers"))))
    if then or not parts:
        raise reader.fail(
            f"`then` has no known form: {dict(theorem.then)}",
            now="option with status, outcome, never_outcome, argument with truth, or prefers",
        )
    return parts[0] if len(parts) == 1 else _all(parts)


def _all(parts: Sequence[Claim]) -> Claim:
    return Claim(
        lambda decided: all(part.holds(decided) for part in parts),
        lambda chain: both(*(part.formula(chain) for part in parts)),
        frozenset().union(*(part.decisions for part in parts)),
        any(part.weighs for part in parts),
        " and ".join(part.says for part in parts),
    )

"""Making a counterexample readable: only the facts that are needed stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kambin.case import Fact, FactValue
from kambin.guideline.proving.report import Patient, question_of

__all__ = ["patient", "shrink"]


def shrink(
    row: Mapping[str, FactValue], shows: Callable[[dict[str, FactValue]], bool]
) -> dict[str, FactValue]:
    """Hide as many facts as possible while `shows` stays true.

    Parameters
    ----------
    row : mapping
        Shows it.
    shows : callable
        From a row to whether it still shows what it is to show.

    Returns
    -------
    dict
        Row with every fact that is not needed set to None.
    """
    kept = dict(row)
    known = [name for name, value in row.items() if value is not None]
    size = max(1, len(known) // 2)
    while size >= 1:
        for start in range(0, len(known), size):
            trial = {**kept, **dict.fromkeys(known[start : start + size])}
            if trial != kept and shows(trial):
                kept = trial
        known = [name for name in known if kept[name] is not None]
        size //= 2
    return kept


def patient(
    row: Mapping[str, FactValue],
    facts: Mapping[str, Fact],
    *,
    unknown: Sequence[str] = (),
    complete: bool = False,
    says: str = "",
) -> Patient:
    """The known facts of a row as a readable patient.

    Parameters
    ----------
    row : mapping
    facts : mapping of str to Fact
    unknown : sequence of str
        Facts whose being unknown is the point.
    complete : bool
    says : str

    Returns
    -------
    Patient
    """
    known = {name: value for name, value in row.items() if value is not None}
    named = [name for name in unknown if name not in known and name in facts]
    questions = {name: question_of(facts[name]) for name in (*known, *named)}
    return Patient(known, questions, tuple(named), complete, says)

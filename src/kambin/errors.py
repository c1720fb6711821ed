"""What can go wrong, as types that a caller can tell apart.

::

    KambinError                 base; carries what, where, why and what now
    ├── InputError              the input is wrong: field, value, expected            exit code 3
    │   └── CaseError           a case file with one or more problems, all listed      exit code 3
    ├── OutOfScope              valid input that must not be answered                  exit code 4
    ├── EvidenceMissing         a claim, evidence id or table that is not in the base  exit code 3
    └── IntegrityError          knowledge or a document contradicts itself             exit code 3

Usage errors of the command line (exit code 2) are the command line library's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "CaseError",
    "EvidenceMissing",
    "InputError",
    "IntegrityError",
    "KambinError",
    "OutOfScope",
    "Problem",
]


class KambinError(Exception):
    """Base of every error that kambin raises on purpose.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence; never holds anything that identifies a patient.
    where : str, optional
        File, line, field or rule id.
    why : str, optional
        The reason, where it is not plain from `what`.
    now : str, optional
        What the reader can do next.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", why: str = "", now: str = "") -> None:
        self.what, self.where, self.why, self.now = what, where, why, now
        super().__init__(what)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        tail = [text for text in (self.why, self.now) if text]
        return "\n".join([head, *(f"  {text}" for text in tail)])


class InputError(KambinError):
    """The input is wrong.

    Parameters
    ----------
    what : str
        What is wrong.
    field : str, optional
        The field, as a dotted path.
    value : object, optional
        The offending value.
    expected : str, optional
        What would have been accepted.
    """

    exit_code = 3

    def __init__(
        self,
        what: str,
        *,
        field: str = "",
        value: Any = None,
        expected: str = "",
        where: str = "",
        why: str = "",
        now: str = "",
    ) -> None:
        self.field, self.value, self.expected = field, value, expected
        why = why or (f"expected {expected}" if expected else "")
        super().__init__(what, where=where or field, why=why, now=now)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a case file.

    Attributes
    ----------
    field : str
        Dotted path, for example ``signs.left.slr_deg``.
    value : object
        The value as written.
    expected : str
        What would have been accepted.
    hint : str
        What to do, for example the nearest right name of an unknown key.
    """

    field: str
    value: Any
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.field}: {self.value!r} (expected {self.expected})"
        return f"{text}; {self.hint}" if self.hint else text


class CaseError(InputError):
    """A case file with problems; all of them are listed at once.

    Parameters
    ----------
    problems : sequence of Problem
        At least one.
    where : str, optional
        The file.
    """

    def __init__(self, problems: Sequence[Problem], *, where: str = "") -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            f"{count} problem{'s' if count != 1 else ''} in the case",
            where=where,
            why="\n  ".join(str(problem) for problem in self.problems),
            now="`kambin case facts` lists every field; `kambin case new` writes a template",
        )


class OutOfScope(KambinError):
    """Valid input that must not be answered; the message says why."""

    exit_code = 4


class EvidenceMissing(KambinError):
    """A claim, statement, reference or table id that the evidence base does not hold."""

    exit_code = 3


class IntegrityError(KambinError):
    """Knowledge, evidence or a document contradicts itself or its own hash."""

    exit_code = 3

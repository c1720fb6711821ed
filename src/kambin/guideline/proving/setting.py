"""What the proofs of one knowledge share: its encodings, and how a witness is checked and told."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from time import perf_counter
from typing import Any

from kambin.case import FactValue
from kambin.errors import IntegrityError
from kambin.guideline.deciding import DecisionResult, Decisions, decide
from kambin.guideline.knowledge import Knowledge
from kambin.guideline.obligations import Obligations
from kambin.guideline.proving.encoding import Encoding
from kambin.guideline.proving.report import ProofKind, ProofResult
from kambin.guideline.proving.unserved import Unserved

__all__ = ["Setting", "Timer", "tell"]


class Setting:
    """One knowledge with its obligations, and the patients that the solver speaks of."""

    def __init__(
        self, knowledge: Knowledge, obligations: Obligations, unserved: tuple[Unserved, ...] = ()
    ) -> None:
        self.knowledge, self.obligations, self.unserved = knowledge, obligations, unserved

    def _encoding(self, *, complete: bool) -> Encoding:
        stated = [theorem.given for theorem in self.obligations.theorems]
        stated += [item.condition for item in self.unserved if item.condition is not None]
        return Encoding(self.knowledge, self.obligations.axioms, complete=complete, more=stated)

    @cached_property
    def complete(self) -> Encoding:
        """Patients of whom every fact is known."""
        return self._encoding(complete=True)

    @cached_property
    def partial(self) -> Encoding:
        """Patients of whom some facts are known."""
        return self._encoding(complete=False)

    def witness(
        self, encoding: Encoding, model: Any, argued: Iterable[str] = ()
    ) -> tuple[dict[str, FactValue], Decisions]:
        """The patient of a model, decided by the evaluator.

        Raises
        ------
        IntegrityError
            When the evaluator and the solver do not say the same of this patient.
        """
        row = encoding.row(model)
        decided = decide(row, self.knowledge)
        differs = encoding.disagreement(model, decided, argued)
        if differs:
            known = {name: value for name, value in row.items() if value is not None}
            raise IntegrityError("solver and evaluator differ", where=differs, why=f"patient: {known}")
        return row, decided


class Timer:
    """Makes results that know how long they took."""

    def __init__(self) -> None:
        self._start = perf_counter()

    def result(self, id: str, kind: ProofKind, statement: str, ok: bool, **more: Any) -> ProofResult:
        """A result; the clock starts again."""
        now = perf_counter()
        seconds, self._start = now - self._start, now
        return ProofResult(id, kind, statement, ok, seconds, **more)


def tell(result: DecisionResult) -> str:
    """A decision's answer in a few words."""
    outcome = result.outcome
    text = outcome.kind if not outcome.options else f"{outcome.kind} {', '.join(outcome.options)}"
    if outcome.additions:
        text += f", with {', '.join(outcome.additions)}"
    return f"{result.decision.id}: {text}{' (provisional)' if outcome.provisional else ''}"

"""What a proof says: results, counterexamples as readable patients, the whole as text or plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from kambin.case import Fact, FactValue

__all__ = ["Patient", "ProofKind", "ProofReport", "ProofResult", "question_of", "show_value"]

ProofKind: TypeAlias = Literal[
    "sources",
    "claim",
    "fires",
    "eligible",
    "served",
    "invariant",
    "theorem",
    "unknown_exclude",
    "robust",
    "tightens",
]
_TITLES: Mapping[str, str] = {
    "sources": "every source exists and may drive a rule",
    "claim": "every rule claim has a theorem",
    "fires": "every argument can be true, and can be false",
    "eligible": "every option can be eligible, every row can fire",
    "served": "with all facts known someone is always served",
    "invariant": "safety invariants, unknown facts included",
    "theorem": "theorems",
    "unknown_exclude": "no eligible option rests on an unknown exclude",
    "robust": "no completion of the unknowns overturns an answer",
    "tightens": "an overlay only tightens",
}


@dataclass(frozen=True, slots=True)
class Patient:
    """A counterexample: the facts that matter, and what the guideline makes of them.

    Attributes
    ----------
    facts : mapping of str to value
        Only those that are needed; the rest is unknown, or does not matter where `complete`.
    questions : mapping of str to str
        The question of each of these facts, with its unit.
    unknown : tuple of str
        Facts whose being unknown is the point.
    complete : bool
        Whether the patient stands for complete patients.
    says : str
        What the guideline answers.
    """

    facts: Mapping[str, FactValue]
    questions: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    complete: bool = False
    says: str = ""

    def lines(self) -> list[str]:
        """The patient as readable lines."""
        found = [
            f"{self.questions[name]} {show_value(value)}  [{name}]" for name, value in self.facts.items()
        ]
        found += [f"{self.questions[name]} unknown  [{name}]" for name in self.unknown]
        rest = "everything else: known, whatever it is" if self.complete else "everything else: unknown"
        return [*found, rest, *([f"the guideline says: {self.says}"] if self.says else [])]


@dataclass(frozen=True, slots=True)
class ProofResult:
    """One obligation, proved or not.

    Attributes
    ----------
    id : str
        Of the argument, option, decision, invariant, theorem or claim.
    kind : str
    statement : str
        What was to be proved, in words.
    ok : bool
    seconds : float
    counterexample : Patient or None
        Of a failed proof for all patients; None for a failed proof that some patient exists.
    where : str
        File and line.
    note : str
        Why it failed, or what exempts it.
    """

    id: str
    kind: ProofKind
    statement: str
    ok: bool
    seconds: float
    counterexample: Patient | None = None
    where: str = ""
    note: str = ""

    def lines(self) -> list[str]:
        """A failed obligation as readable lines."""
        found = [f"FAILED {self.kind} {self.id}  {self.where}".rstrip(), f"  {self.statement}"]
        found += [f"  {self.note}"] if self.note else []
        if self.counterexample is not None:
            found += ["  counterexample:", *(f"    {line}" for line in self.counterexample.lines())]
        return found


@dataclass(frozen=True, slots=True)
class ProofReport:
    """All obligations of one knowledge."""

    profile: str
    content_hash: str
    results: tuple[ProofResult, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether everything was proved."""
        return all(result.ok for result in self.results)

    @property
    def failed(self) -> tuple[ProofResult, ...]:
        """What was not."""
        return tuple(result for result in self.results if not result.ok)

    def render(self) -> str:
        """Plain text: what holds, counted; what does not, each with its counterexample."""
        total = Counter[str](result.kind for result in self.results)
        proved = Counter[str](result.kind for result in self.results if result.ok)
        lines = [f"profile {self.profile}, knowledge {self.content_hash[:12]}"]
        for kind, title in _TITLES.items():
            if total[kind]:
                mark = "proved" if proved[kind] == total[kind] else "FAILED"
                lines.append(f"  {mark}  {proved[kind]:4d} of {total[kind]:4d}  {title}")
        for result in self.failed:
            lines += ["", *result.lines()]
        lines.append(f"{sum(proved.values())} of {sum(total.values())} proved in {self.seconds:.1f} s")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: every obligation, with the counterexample of those that fail."""
        return {
            "profile": self.profile,
            "content_hash": self.content_hash,
            "ok": self.ok,
            "seconds": round(self.seconds, 3),
            "results": [asdict(result) for result in self.results],
        }


def show_value(value: FactValue) -> str:
    """A value as a person writes it."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, (int, float)) else value


def question_of(fact: Fact) -> str:
    """A fact's question with its unit."""
    unit = fact.unit if fact.unit and not fact.unit.startswith("{") else ""
    return f"{fact.question} ({unit})" if unit else fact.question

"""The plan: one frozen, versioned JSON document for one patient, and its published schema.

It holds everything that a reader needs to check it: the facts that were used and where each came from, what
was asked and what is missing, every decision with its arguments, sources and smallest changes, what the scan
showed, what to expect, and the versions and hashes of everything that took part. Same input, same bytes: it
holds no clock time and no path.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from kambin.case import FactValue
from kambin.guideline.explaining import DecisionDoc, KnowledgeDoc, QuestionDoc

__all__ = [
    "INTENDED_USE",
    "ConflictNote",
    "FactNote",
    "Inputs",
    "Origin",
    "Plan",
    "ProfileDifference",
    "ScanEffect",
    "Software",
    "Stage",
    "StageName",
    "StageState",
    "plan_schema",
]

INTENDED_USE = (
    "Decision support for clinicians. Not a certified medical device; it does not replace clinical judgement."
)

StageName: TypeAlias = Literal["case", "diagnosis", "guideline", "anatomy", "access", "outcome"]
StageState: TypeAlias = Literal["done", "skipped", "stopped", "failed"]
Origin: TypeAlias = Literal["stated", "searched", "measured", "derived", "diagnosis"]


class _Part(BaseModel):
    """Base of every part of the plan: frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Stage(_Part):
    """One room that the patient went through, or why not."""

    name: StageName
    state: StageState
    note: str = ""


class FactNote(_Part):
    """One known fact and where it came from.

    Attributes
    ----------
    origin : str
        ``stated`` by a person; ``searched``: not written down in a list marked complete; ``measured`` on a
        scan; ``derived`` from other facts; ``diagnosis``.
    """

    name: str
    value: FactValue
    unit: str
    question: str
    origin: Origin


class ConflictNote(_Part):
    """A measured value that differs from what the clinician wrote.

    Attributes
    ----------
    used : str
        ``stated`` unless the reader asked to trust the scan.
    """

    fact: str
    stated: FactValue
    measured: FactValue
    unit: str
    uncertainty: float | None
    method: str
    level: str | None = None
    side: str | None = None
    used: Literal["stated", "measured"] = "stated"


class ScanEffect(_Part):
    """How what was measured on the scan changed a decision."""

    decision: str
    before: str
    after: str
    facts: list[str]


class ProfileDifference(_Part):
    """A decision on which F and R as written and the knowledge used here differ for this patient."""

    decision: str
    used: str
    source: str
    because: list[str] = Field(description="Ids of the conflicts behind the difference.")


class Software(_Part):
    """What made the plan."""

    name: str = "kambin"
    version: str
    evidence_hash: str
    catalogue_hash: str | None = Field(
        default=None, description="Of approaches, instruments and thresholds, where a corridor was planned."
    )


class Inputs(_Part):
    """Hashes of what the plan was made from."""

    case_sha256: str
    scan_sha256: str | None = None
    image_sha256: str | None = None


class Plan(_Part):
    """One patient's plan; see the module."""

    kambin_plan: Literal[1] = 1
    intended_use: str = INTENDED_USE
    case_id: str | None
    title: str | None
    assessed_on: str | None
    headline: str
    answered: bool = Field(description="False when a decision that the plan rests on is undetermined.")
    red_flag: bool = Field(description="True when the walk stopped at urgency.")
    stages: list[Stage]
    warnings: list[str]
    facts: list[FactNote]
    disagreements: list[ConflictNote]
    questions: list[QuestionDoc]
    diagnosis: dict[str, Any] | None
    decisions: list[DecisionDoc]
    anatomy: dict[str, Any] | None
    access: list[dict[str, Any]] = Field(
        default_factory=list, description="The corridor of each approach, or what blocks it."
    )
    scan_effects: list[ScanEffect]
    outlook: dict[str, Any] | None
    profile_differences: list[ProfileDifference]
    knowledge: KnowledgeDoc
    software: Software
    inputs: Inputs

    def decision(self, name: str) -> DecisionDoc | None:
        """The document of one decision; None when the walk did not reach it."""
        return next((item for item in self.decisions if item["decision"] == name), None)

    def to_json(self) -> str:
        """Canonical text: same plan, same bytes."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"

    def sha256(self) -> str:
        """Hash of the canonical text."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def plan_schema() -> dict[str, Any]:
    """JSON Schema of the plan document."""
    return Plan.model_json_schema()

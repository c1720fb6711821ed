"""Earlier lumbar operations, and how the pain came back."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from kambin.case.fact import Day, Section, fact

__all__ = ["History", "Operation", "OperationKind"]

OperationKind: TypeAlias = Literal[
    "open_discectomy",
    "microdiscectomy",
    "microendoscopic_discectomy",
    "transforaminal_endoscopy",
    "interlaminar_endoscopy",
    "chemonucleolysis",
    "percutaneous_intradiscal",
    "laminectomy",
    "fusion",
    "disc_replacement",
    "other",
]


class Operation(Section):
    """One earlier lumbar operation; `side` is the patient's."""

    kind: OperationKind = Field(description="Which operation?")
    level: Literal["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"] | None = Field(
        default=None, description="Which disc?"
    )
    side: Literal["left", "right", "both"] | None = Field(default=None, description="Which side?")
    on: Day | None = Field(default=None, description="Date of the operation (year-month-day).")


class History(Section):
    """Operations and the course after them."""

    operations: tuple[Operation, ...] = Field(
        default=(), strict=False, description="Each earlier lumbar operation."
    )
    operations_complete: bool = Field(
        default=False, description="True when `operations` is the whole list: an empty list then means none."
    )
    pain_free_weeks: float | None = fact(
        "After the last operation, for how many weeks was the leg free of the old pain?",
        unit="wk",
        ge=0,
        le=5200,
    )
    symptoms_returned: Literal["as_before", "worse", "different", "never_left"] | None = fact(
        "Compared with before the operation, how are the symptoms now?"
    )
    mri_since_operation: bool | None = fact("Has a new MRI been made since the operation?", cost=3)
    herniation_same_segment: bool | None = fact(
        "Does the new MRI show herniation at the operated segment?", cost=3
    )
    herniation_other_segment: bool | None = fact(
        "Does the new MRI show herniation at another segment?", cost=3
    )
    severe_scar: bool | None = fact(
        "Does imaging (with contrast) or the operation note show severe scar around the root?", cost=3
    )
    previous_chemonucleolysis: bool | None = fact(
        "Has this disc been injected with a dissolving enzyme before?"
    )
    resorption_seen: bool | None = fact("Does repeat imaging show the herniation shrinking?", cost=3)

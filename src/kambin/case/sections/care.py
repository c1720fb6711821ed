"""What has been tried without surgery, for how long, and with what result."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from kambin.case.fact import Section, fact

__all__ = ["CARE_KINDS", "Care", "CareKind", "CareTried"]

CareKind: TypeAlias = Literal[
    "analgesics",
    "nsaid",
    "oral_steroid",
    "gabapentinoid",
    "opioid",
    "oedema_reducing_agent",
    "neurotrophic_agent",
    "physiotherapy",
    "exercise_training",
    "manual_therapy",
    "acupuncture",
    "traction",
    "bed_rest",
    "epidural_steroid",
    "education",
]
CARE_KINDS: tuple[str, ...] = CareKind.__args__  # type: ignore[attr-defined]


class CareTried(Section):
    """One kind of conservative care that was tried."""

    kind: CareKind = Field(description="Which kind of care?")
    weeks: float | None = Field(default=None, ge=0, le=520, description="For how many weeks was it used?")
    response: Literal["none", "partial", "good", "worse"] | None = Field(
        default=None, description="What came of it?"
    )


class Care(Section):
    """Conservative care of this episode."""

    tried: tuple[CareTried, ...] = Field(
        default=(), strict=False, description="Each kind of care that was tried."
    )
    tried_complete: bool = Field(
        default=False,
        description="True when `tried` is the whole list: a kind that is not in it was not tried.",
    )
    conservative_weeks: float | None = fact(
        "For how many weeks has structured conservative care been carried out?", unit="wk", ge=0, le=520
    )
    conservative_failed: bool | None = fact("Has properly conducted conservative care failed?")
    weeks_without_relief: float | None = fact(
        "For how many weeks of continuous treatment has there been no relief?", unit="wk", ge=0, le=520
    )
    pain_controlled: bool | None = fact("Is the pain bearable with the present treatment?")

"""What imaging shows of the whole spine, and which imaging there is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kambin.case.fact import Section, fact
from kambin.case.sections.discs import DiscFinding

__all__ = ["Imaging"]


class Imaging(Section):
    """Scans made, disc findings, numbering, stability and the iliac crest."""

    mri_done: bool | None = fact("Has an MRI of the lumbar spine been made?", cost=3)
    mri_age_weeks: float | None = fact("How old is the MRI?", unit="wk", ge=0, le=2600)
    discs: tuple[DiscFinding, ...] = Field(
        default=(), strict=False, description="One record per abnormal disc and side."
    )
    discs_complete: bool = Field(
        default=False,
        description="True when all five lumbar discs were read: a disc without a record is not herniated.",
    )
    transitional_vertebra: bool | None = fact(
        "Is there a transitional vertebra, or doubt about the numbering of the levels?", cost=3
    )
    unstable: bool | None = fact(
        "Is the segment judged unstable, or is fixation needed for another reason?",
        cost=3,
        codes="conditions.lumbar_instability",
    )
    cauda_equina_compressed: bool | None = fact(
        "Does imaging show the cauda equina compressed?", cost=3, safety=True
    )
    crest_above_l45_left_mm: float | None = fact(
        "How far does the left iliac crest rise above the L4-L5 disc (below: negative)?",
        unit="mm",
        ge=-120,
        le=120,
        cost=3,
    )
    crest_above_l45_right_mm: float | None = fact(
        "How far does the right iliac crest rise above the L4-L5 disc (below: negative)?",
        unit="mm",
        ge=-120,
        le=120,
        cost=3,
    )
    crest_grade: Literal["I", "II", "III"] | None = fact(
        "Iliac crest on the lateral film: I below the upper edge of the L5 pedicle, II up to the lower edge "
        "of the L4 pedicle, III above it?",
        cost=3,
    )
    crest_above_mid_l5_pedicle: bool | None = fact(
        "Does the crest reach above the lower half of the L5 pedicle on the lateral film?", cost=3
    )

"""What imaging shows, one record per disc and side.

Words after Fardon 2014 (evidence X06); migration after A04 and A05; Pfirrmann and Modic after X07.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from kambin.case.fact import Section, fact

__all__ = ["DiscFinding", "Stenosis"]

Stenosis: TypeAlias = Literal["none", "mild", "moderate", "severe"]


class DiscFinding(Section):
    """One disc, one side. A herniation in the midline has the side `midline`."""

    level: Literal["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"] = Field(description="Which disc?")
    side: Literal["left", "right", "midline"] | None = fact(
        "On which side of the patient is the herniation?", cost=3
    )
    type: Literal["none", "bulge", "protrusion", "extrusion", "sequestration"] | None = fact(
        "What type of herniation is it?", cost=3, codes="observations.herniation_type"
    )
    zone: Literal["central", "subarticular", "foraminal", "extraforaminal"] | None = fact(
        "In which zone does it lie?", cost=3, codes="observations.herniation_zone"
    )
    migration: Literal["none", "up", "down"] | None = fact(
        "Has the fragment moved up or down from the disc?", cost=3
    )
    migration_grade: Literal["none", "low", "high", "very_high"] | None = fact(
        "How far: low (within the height of the back of the disc), high (beyond it), very high (past the "
        "lower edge of the pedicle)?",
        cost=3,
        codes="observations.migration",
    )
    canal_compromise_percent: float | None = fact(
        "What share of the canal's area does it fill?", unit="%", ge=0, le=100, cost=3
    )
    root_compressed: bool | None = fact("Does it clearly compress or displace the root?", cost=3)
    calcified: bool | None = fact("Is the herniation calcified (CT)?", cost=3)
    annular_defect_mm: float | None = fact(
        "How wide is the defect in the annulus?", unit="mm", ge=0, le=40, cost=5
    )
    pfirrmann: int | None = fact("Pfirrmann grade, 1 to 5?", unit="{grade}", ge=1, le=5, cost=3)
    modic: int | None = fact("Modic type, 0 for none?", unit="{type}", ge=0, le=3, cost=3)
    height_mm: float | None = fact("Height of the middle of the disc?", unit="mm", ge=0, le=25, cost=3)
    canal_stenosis: Stenosis | None = fact(
        "How narrow is the bony canal at this level?",
        cost=3,
        codes="conditions.spinal_stenosis#18347007+76107001+M48.061+M48.062+M48.07+M48.0",
    )
    recess_stenosis: Stenosis | None = fact("How narrow is the lateral recess?", cost=3)
    foraminal_stenosis: Stenosis | None = fact(
        "How narrow is the foramen?", cost=3, codes="conditions.spinal_stenosis#371000119109"
    )
    listhesis_grade: int | None = fact(
        "Slip of the upper vertebra, Meyerding grade, 0 for none?",
        unit="{grade}",
        ge=0,
        le=5,
        cost=3,
        codes="conditions.spondylolisthesis",
    )
    margin_separated: bool | None = fact(
        "Is the back edge of the vertebral body separated (ring apophysis)?", cost=3
    )
    translation_mm: float | None = fact(
        "Sagittal translation between flexion and extension films?", unit="mm", ge=0, le=30, cost=3
    )
    rotation_deg: float | None = fact(
        "Angular motion between flexion and extension films?", unit="deg", ge=0, le=60, cost=3
    )
    facet_arthrosis: Literal["none", "mild", "moderate", "severe"] | None = fact(
        "How worn are the facet joints?", cost=3
    )

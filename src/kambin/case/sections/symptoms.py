"""What the patient feels and how life is affected."""

from __future__ import annotations

from typing import Literal, TypeAlias

from kambin.case.fact import Section, fact

__all__ = ["PainArea", "Symptoms"]

PainArea: TypeAlias = Literal[
    "none",
    "anterior_thigh",
    "knee_medial_calf",
    "lateral_calf_dorsal_foot",
    "posterior_calf_plantar_foot",
    "not_dermatomal",
]


class Symptoms(Section):
    """Pain, its place and time, function, and the effect on work and life."""

    leg_pain_nrs: int | None = fact(
        "How bad is the worst leg pain, 0 to 10?", unit="{score}", ge=0, le=10, codes="observations.leg_nrs"
    )
    back_pain_nrs: int | None = fact(
        "How bad is the back pain, 0 to 10?", unit="{score}", ge=0, le=10, codes="observations.back_nrs"
    )
    leg_pain_side: Literal["left", "right", "both", "none"] | None = fact(
        "Which leg hurts (the patient's side)?"
    )
    pain_area_left: PainArea | None = fact("Where in the left leg is the pain?")
    pain_area_right: PainArea | None = fact("Where in the right leg is the pain?")
    radicular_pain: bool | None = fact(
        "Does pain radiate down the leg in the area of a nerve root?", codes="conditions.radiculopathy"
    )
    leg_pain_recurrent: bool | None = fact("Has this leg pain come back after earlier episodes?")
    symptom_weeks: float | None = fact(
        "For how many weeks has this episode lasted?", unit="wk", ge=0, le=2600
    )
    symptom_trend: Literal["improving", "stable", "worsening"] | None = fact(
        "Are the symptoms improving, stable or worsening?"
    )
    odi_percent: float | None = fact(
        "Oswestry disability index, percent?", unit="%", ge=0, le=100, codes="observations.odi_score"
    )
    walking_distance_m: float | None = fact(
        "How far can the patient walk before having to stop?", unit="m", ge=0, le=50000
    )
    neurogenic_claudication: bool | None = fact(
        "Do the legs hurt or weaken on walking and ease on sitting or bending forward?"
    )
    cough_impulse: bool | None = fact("Does coughing, sneezing or straining send pain down the leg?")
    provoked_by_sitting: bool | None = fact("Does sitting provoke the leg pain?")
    work_life_affected: bool | None = fact("Are work and daily life seriously affected?")
    symptoms_changed: bool | None = fact(
        "Have the symptoms changed markedly (better or worse) since the last imaging?"
    )

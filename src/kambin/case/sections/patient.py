"""Who the patient is: nothing that identifies a person, only what bears on the decision."""

from __future__ import annotations

from typing import Literal

from kambin.case.fact import Section, fact

__all__ = ["Patient"]


class Patient(Section):
    """Age, body, work and habits."""

    age_years: int | None = fact("How old is the patient?", unit="a", ge=0, le=120)
    sex: Literal["female", "male", "other"] | None = fact("What is the patient's sex?")
    height_cm: float | None = fact(
        "How tall is the patient?", unit="cm", ge=50, le=250, codes="observations.body_height"
    )
    weight_kg: float | None = fact(
        "How heavy is the patient?", unit="kg", ge=10, le=350, codes="observations.body_weight"
    )
    heavy_work: bool | None = fact("Does the patient's work mean heavy lifting or long bending?")
    smoker: bool | None = fact(
        "Does the patient smoke now?",
        codes="risk_factors.smoking#72166-2+77176002+449868002+428041000124106+F17.210+Z72.0",
    )
    pregnant: bool | None = fact("Is the patient pregnant?", safety=True)

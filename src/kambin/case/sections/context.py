"""What the place and the operator can offer."""

from __future__ import annotations

from kambin.case.fact import Section, fact

__all__ = ["Context"]


class Context(Section):
    """Equipment, experience and setting."""

    endoscope_available: bool | None = fact("Is a spinal endoscope with its instruments available?")
    med_available: bool | None = fact("Is equipment for microendoscopic discectomy available?")
    chemonucleolysis_available: bool | None = fact("Is an approved enzyme for chemonucleolysis available?")
    operator_endoscopic_cases: int | None = fact(
        "How many endoscopic discectomies has the operator done?", unit="{cases}", ge=0, le=100000
    )
    operator_specialist: bool | None = fact("Is the operator a spine specialist?")
    outpatient_setting: bool | None = fact("Is the operation planned in an outpatient setting?")
    sterilisation_adequate: bool | None = fact(
        "Can the setting's sterilisation deal with a highly contagious disease?", safety=True
    )

"""Other illness, and what it means for anaesthesia and operation."""

from __future__ import annotations

from pydantic import Field

from kambin.case.fact import Section, fact

__all__ = ["Comorbidity"]


class Comorbidity(Section):
    """Illness, anaesthetic risk and what the patient can bear awake."""

    complete: bool = Field(
        default=False, description="True when everything here was asked: what is not written down is absent."
    )
    asa_class: int | None = fact("ASA class, 1 to 5?", unit="{class}", ge=1, le=5)
    heart_disease: bool | None = fact("Has the patient serious heart disease?")
    epilepsy: bool | None = fact("Has the patient epilepsy?")
    conversion_risk: bool | None = fact(
        "Is there any other illness that could force a change from local to intravenous or general "
        "anaesthesia?"
    )
    conversion_unsafe: bool | None = fact(
        "Would a change to general anaesthesia be unsafe for this patient?", safety=True
    )
    unfit_for_surgery: bool | None = fact("Is the patient too ill for any operation?", safety=True)
    diabetes: bool | None = fact(
        "Has the patient diabetes?", codes="risk_factors.diabetes#44054006+73211009+E11.9+E10.9"
    )
    anticoagulated: bool | None = fact(
        "Does the patient take anticoagulants that can not be paused, or bleed easily?",
        safety=True,
        codes="risk_factors.anticoagulation",
    )
    contagious_disease: bool | None = fact("Has the patient a highly contagious disease?", safety=True)
    active_infection: bool | None = fact(
        "Is there an infection of the blood or of the skin of the back?", safety=True
    )
    local_anaesthetic_allergy: bool | None = fact(
        "Is the patient allergic to local anaesthetics?", safety=True
    )
    enzyme_allergy: bool | None = fact(
        "Is the patient allergic to the enzyme used for chemonucleolysis?", safety=True
    )
    cannot_lie_prone: bool | None = fact("Is the patient unable to lie on the front for an hour?")
    cannot_cooperate_awake: bool | None = fact(
        "Is the patient unable to lie still and answer during an operation awake?"
    )

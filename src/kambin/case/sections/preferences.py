"""What matters to the patient."""

from __future__ import annotations

from typing import Literal

from kambin.case.fact import Section, fact

__all__ = ["Preferences"]


class Preferences(Section):
    """Wishes and priorities; they decide between options that the evidence leaves open."""

    requests_surgery: bool | None = fact("Does the patient ask for an operation?")
    declines_surgery: bool | None = fact("Does the patient decline any operation?")
    priority: (
        Literal["fast_relief", "avoid_surgery", "least_recurrence", "least_tissue_damage", "no_special_wish"]
        | None
    ) = fact("What matters most to the patient?")
    prefers_local_anaesthesia: bool | None = fact(
        "Would the patient rather be operated awake under local anaesthesia?"
    )

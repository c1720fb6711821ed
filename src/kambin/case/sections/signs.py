"""What the examination finds: per side and root, and for the whole patient."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from kambin.case.fact import Section, fact

__all__ = ["KEY_MUSCLES", "REFLEXES", "SENSORY_AREAS", "Reflex", "Sensation", "SideSigns", "Signs"]

Reflex: TypeAlias = Literal["normal", "reduced", "absent", "brisk"]
Sensation: TypeAlias = Literal["normal", "reduced", "absent"]

# which root each of these stands for is the diagnosis's own data (evidence table `root_examination`)
KEY_MUSCLES: tuple[str, ...] = (
    "mrc_hip_flexion",
    "mrc_knee_extension",
    "mrc_ankle_dorsiflexion",
    "mrc_great_toe_extension",
    "mrc_hip_abduction",
    "mrc_ankle_plantarflexion",
)
SENSORY_AREAS: tuple[str, ...] = (
    "sensation_anterior_thigh",
    "sensation_knee",
    "sensation_medial_calf",
    "sensation_dorsal_foot",
    "sensation_lateral_foot",
)
REFLEXES: tuple[str, ...] = ("reflex_patellar", "reflex_achilles")


def _mrc(muscle: str) -> int | None:
    power: int | None = fact(f"Power of {muscle}, MRC 0 to 5?", unit="{score}", ge=0, le=5, cost=1)
    return power


class SideSigns(Section):
    """Signs of one leg; the side is the patient's."""

    slr_positive: bool | None = fact(
        "Does raising this straight leg reproduce its radiating pain?", cost=1, codes="observations.slr_test"
    )
    slr_deg: int | None = fact(
        "At which angle does raising this straight leg reproduce its radiating pain?",
        unit="deg",
        ge=0,
        le=120,
        cost=1,
    )
    crossed_slr_positive: bool | None = fact("Does raising the other leg reproduce pain in this leg?", cost=1)
    femoral_stretch_positive: bool | None = fact(
        "Does the femoral stretch reproduce anterior thigh pain in this leg?", cost=1
    )
    crossed_femoral_stretch_positive: bool | None = fact(
        "Does stretching the other leg's femoral nerve reproduce pain in this thigh?", cost=1
    )
    mrc_hip_flexion: int | None = _mrc("hip flexion")
    mrc_knee_extension: int | None = _mrc("knee extension")
    mrc_ankle_dorsiflexion: int | None = _mrc("ankle dorsiflexion")
    mrc_great_toe_extension: int | None = _mrc("great toe extension")
    mrc_hip_abduction: int | None = _mrc("hip abduction")
    mrc_ankle_plantarflexion: int | None = _mrc("ankle plantarflexion")
    reflex_patellar: Reflex | None = fact("Knee jerk?", cost=1)
    reflex_achilles: Reflex | None = fact("Ankle jerk?", cost=1)
    sensation_anterior_thigh: Sensation | None = fact("Sensation at the upper front of the thigh?", cost=1)
    sensation_knee: Sensation | None = fact("Sensation at the lower thigh and knee?", cost=1)
    sensation_medial_calf: Sensation | None = fact("Sensation at the inner calf and ankle?", cost=1)
    sensation_dorsal_foot: Sensation | None = fact(
        "Sensation at the outer calf and back of the foot?", cost=1
    )
    sensation_lateral_foot: Sensation | None = fact(
        "Sensation at the outer edge and sole of the foot?", cost=1
    )


class Signs(Section):
    """Both sides, and what belongs to neither."""

    complete: bool = Field(
        default=False,
        description="True when the whole examination was done: what is not written down is normal.",
    )
    left: SideSigns = Field(default_factory=SideSigns)
    right: SideSigns = Field(default_factory=SideSigns)
    deficit_progressive: bool | None = fact(
        "Is weakness or numbness getting worse over days or hours?", cost=1, safety=True
    )
    deficit_days: float | None = fact(
        "For how many days has the weakness been there?", unit="d", ge=0, le=20000
    )
    gait_disturbed: bool | None = fact("Is walking unsafe or clearly disturbed by weakness?", cost=1)
    upper_motor_neuron_signs: bool | None = fact(
        "Are there brisk reflexes, clonus or upgoing toes?", cost=1, safety=True
    )
    passive_extension_positive: bool | None = fact("Is the passive lumbar extension test positive?", cost=1)

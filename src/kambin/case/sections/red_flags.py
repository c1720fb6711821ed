"""What must not be missed: cauda equina, infection, tumour, fracture."""

from __future__ import annotations

from pydantic import Field

from kambin.case.fact import Section, fact

__all__ = ["RedFlags"]


class RedFlags(Section):
    """Safety facts; each is asked before anything else."""

    complete: bool = Field(
        default=False,
        description="True when every red flag was asked for: what is not written down is absent.",
    )
    saddle_anaesthesia: bool | None = fact(
        "Is feeling around the anus, genitals or inner thighs reduced?", cost=1, safety=True
    )
    urinary_retention: bool | None = fact(
        "Is the patient newly unable to pass urine, or passing it without feeling?",
        safety=True,
        codes="conditions.red_flag_findings#R33.9",
    )
    bladder_dysfunction: bool | None = fact(
        "Is there any new change in bladder control or in the feeling of passing urine?",
        safety=True,
        codes="conditions.red_flag_findings#R32+N31.9",
    )
    bowel_dysfunction: bool | None = fact(
        "Is there new loss of bowel control?", safety=True, codes="conditions.red_flag_findings#R15.9"
    )
    anal_tone_reduced: bool | None = fact(
        "Is anal tone or squeeze reduced (no: normal, or nothing called for testing it)?", cost=1, safety=True
    )
    fever: bool | None = fact("Is there fever or rigors?", safety=True)
    spinal_infection_suspected: bool | None = fact(
        "Is a spinal infection suspected (recent bacterial infection, injecting drugs, immune suppression)?",
        safety=True,
    )
    cancer_history: bool | None = fact("Has the patient had cancer?", safety=True)
    unexplained_weight_loss: bool | None = fact("Has the patient lost weight without trying?", safety=True)
    major_trauma: bool | None = fact(
        "Was there a severe injury (fall, traffic) before the pain?", safety=True
    )
    steroid_use: bool | None = fact("Has the patient taken steroids for a long time?", safety=True)
    osteoporosis: bool | None = fact("Is osteoporosis known?", safety=True, codes="risk_factors.osteoporosis")
    tumour_or_fracture_seen: bool | None = fact(
        "Does imaging show a tumour, an infection or a fracture (no imaging: no)?", cost=3, safety=True
    )

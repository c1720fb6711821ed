"""What the planner of corridors found; written by `access` through `pathway`, or stated by the surgeon."""

from __future__ import annotations

from kambin.case.fact import Section, fact

__all__ = ["Geometry"]


class Geometry(Section):
    """Geometry reaches a decision only as these facts."""

    corridor_posterolateral_clear: bool | None = fact(
        "Is there a clear posterolateral corridor through Kambin's triangle?", cost=3
    )
    corridor_far_lateral_clear: bool | None = fact("Is there a clear far-lateral corridor?", cost=3)
    corridor_interlaminar_clear: bool | None = fact("Is the interlaminar window wide enough?", cost=3)
    crest_blocks_l5s1: bool | None = fact("Does the iliac crest block the way to L5-S1?", cost=3)
    sap_resection_percent: float | None = fact(
        "What share of the superior articular process must go to reach the target?",
        unit="%",
        ge=0,
        le=100,
        cost=3,
    )
    facet_resection_percent: float | None = fact(
        "What share of the facet joint would an open decompression remove?", unit="%", ge=0, le=100, cost=3
    )

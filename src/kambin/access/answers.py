"""What of the plans enters the case.

A corridor is *clear* where one was certified, and *not clear* where every one is blocked by what the map
shows. Where the answer rests on a nerve that was only derived, or on organs that the map does not show, it
stays unknown: absent from the result, never a no.
"""

from __future__ import annotations

from collections.abc import Sequence

from kambin.access.model import AccessPlan
from kambin.case.measured import MeasuredFact
from kambin.errors import InputError

__all__ = ["ILIUM", "NOT_CERTAIN", "facts"]

ILIUM = "iliac bone"
NOT_CERTAIN = ("nerve_not_certain", "nerve_not_shown", "organs_not_shown", "block_not_certain", "undecided")
"""Codes of cautions that keep an answer unknown."""

_NAMES = {
    "posterolateral": "corridor_posterolateral_clear",
    "far-lateral": "corridor_far_lateral_clear",
    "interlaminar": "corridor_interlaminar_clear",
}
_CLEAR = "best corridor over cannula and bone budget, certified by its upper bound"
_CREST = "search of every direction that the approach allows, with and without the iliac bone"
_BONE = "least share of the superior articular process with which a corridor is certified"


def facts(plans: Sequence[AccessPlan]) -> tuple[MeasuredFact, ...]:
    """What of the plans of one level and side enters the case.

    Parameters
    ----------
    plans : sequence of AccessPlan
        Of one level and side, at most one for each approach.

    Returns
    -------
    tuple of MeasuredFact
        `corridor_posterolateral_clear`, `corridor_far_lateral_clear`, `corridor_interlaminar_clear`,
        `crest_blocks_l5s1`, `sap_resection_percent`; what is not known is absent.

    Raises
    ------
    InputError
        Plans of several levels or sides, or two of one approach.
    """
    if len({(plan.level, plan.side) for plan in plans}) > 1 or len({p.approach for p in plans}) < len(plans):
        raise InputError("facts come from the plans of one level and side, one for each approach")
    found: list[MeasuredFact] = []
    for plan in plans:
        clear = _clear(plan)
        if clear is not None:
            found.append(_fact(_NAMES[plan.approach], clear, _CLEAR, plan))
        if plan.approach == "posterolateral":
            found += _of_posterolateral(plan)
    return tuple(found)


def certain(plan: AccessPlan) -> bool:
    """Whether nothing that the map lacks can overturn the plan's answer."""
    cautions = list(plan.cautions)
    if plan.recommended is not None:
        cautions += plan.proposals[plan.recommended].cautions
    return not any(caution.code in NOT_CERTAIN for caution in cautions)


def _clear(plan: AccessPlan) -> bool | None:
    if plan.recommended is not None:
        # one certain corridor is enough, whichever of the set is recommended
        own = [all(c.code not in NOT_CERTAIN for c in (*plan.cautions, *p.cautions)) for p in plan.proposals]
        return True if any(own) else None
    return False if plan.blocks and certain(plan) else None


def _of_posterolateral(plan: AccessPlan) -> list[MeasuredFact]:
    found = []
    if plan.level == "L5-S1" and (plan.proposals or plan.blocks):
        blocked = not plan.proposals and any(block.structure == ILIUM for block in plan.blocks)
        if plan.proposals or (blocked and certain(plan)):
            found.append(_fact("crest_blocks_l5s1", blocked, _CREST, plan))
    shares = [proposal.foraminoplasty.sap_fraction for proposal in plan.proposals]
    shares = shares or [block.sap_fraction for block in plan.blocks if block.sap_fraction is not None]
    if shares:
        percent = round(100.0 * min(shares), 1)
        found.append(_fact("sap_resection_percent", percent, _BONE, plan, unit="%"))
    return found


def _fact(name: str, value: bool | float, method: str, plan: AccessPlan, unit: str = "") -> MeasuredFact:
    best = None if plan.recommended is None else plan.proposals[plan.recommended]
    named = [c.structure for c in best.clearances] if best else [block.structure for block in plan.blocks]
    return MeasuredFact(
        name=name, value=value, unit=unit, method=method, structures=tuple(dict.fromkeys(named))
    )

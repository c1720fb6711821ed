"""How to get there: the safest working corridor, with a certificate.

`plan_access` plans one approach, `plan_approaches` all of them on one set of distance fields, `facts` gives
what of the plans enters the case. The array libraries behind this room are heavy, so a name is loaded when it
is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kambin.access.answers import facts
    from kambin.access.catalogue import Instruments, Rules, instruments, references, rules_of
    from kambin.access.identity import catalogue_hash
    from kambin.access.model import (
        AccessPlan,
        Angles,
        Approach,
        Block,
        Certificate,
        Clearance,
        Corridor,
        Entry,
        Foraminoplasty,
        Position,
        Proposal,
        Reach,
        Tolerance,
    )
    from kambin.access.planning import plan_access, plan_approaches
    from kambin.access.target import Fragment, Target, target_of, with_mask

__all__ = [
    "AccessPlan",
    "Angles",
    "Approach",
    "Block",
    "Certificate",
    "Clearance",
    "Corridor",
    "Entry",
    "Foraminoplasty",
    "Fragment",
    "Instruments",
    "Position",
    "Proposal",
    "Reach",
    "Rules",
    "Target",
    "Tolerance",
    "catalogue_hash",
    "facts",
    "instruments",
    "plan_access",
    "plan_approaches",
    "references",
    "rules_of",
    "target_of",
    "with_mask",
]

_HOME = {
    **dict.fromkeys(("Instruments", "Rules", "instruments", "references", "rules_of"), "catalogue"),
    **dict.fromkeys(("Fragment", "Target", "target_of", "with_mask"), "target"),
    **dict.fromkeys(("plan_access", "plan_approaches"), "planning"),
    "catalogue_hash": "identity",
    "facts": "answers",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME.get(name, 'model')}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""The trace: claim → rule → theorem → test, and conflict → what the default profile does about it.

Every `rule` claim of the documents has to drive an argument, to be a theorem of profile `source`, and to be
seen by a test; every conflict between the documents and later evidence has to be met in profile `current`, by
a change or by an argument that names it.
"""

from __future__ import annotations

from typing import TypedDict

from kambin import evidence
from kambin.guideline.loading import load_knowledge
from kambin.guideline.obligations import load_obligations

__all__ = ["ClaimTrace", "ConflictTrace", "Trace", "trace"]


class ClaimTrace(TypedDict):
    """One claim of F or R and where it lives."""

    claim: str
    kind: str
    rules: list[str]
    theorems: list[str]
    tests: list[str]
    gaps: list[str]


class ConflictTrace(TypedDict):
    """One conflict and how profile `current` meets it."""

    conflict: str
    verdict: str
    changes: list[str]
    rules: list[str]
    gaps: list[str]


class Trace(TypedDict):
    """The whole matrix; it holds when `gaps` is empty."""

    claims: list[ClaimTrace]
    conflicts: list[ConflictTrace]
    gaps: list[str]


def trace() -> Trace:
    """Trace every claim and every conflict through the knowledge.

    Returns
    -------
    Trace
        Claims that are no rules (numbers, capabilities, cautions) are listed too; only rules can have gaps
        here, the others are traced in
        ``docs/traceability.md``.
    """
    source, current = load_knowledge("source"), load_knowledge("current")
    owed = load_obligations(source)
    claims: list[ClaimTrace] = []
    for claim in evidence.claims():
        row: ClaimTrace = {
            "claim": claim.id,
            "kind": str(claim.kind),
            "rules": [a.id for d in source.decisions.values() for a in d.arguments if claim.id in a.source],
            "theorems": [item.id for item in owed.theorems if item.claim == claim.id and not item.possible],
            "tests": [f"{test.decision}: {test.name}" for test in owed.tests if claim.id in test.claims],
            "gaps": [],
        }
        if claim.kind == "rule":
            row["gaps"] = [f"no {name[:-1]}" for name in ("rules", "theorems", "tests") if not row[name]]
        claims.append(row)
    conflicts: list[ConflictTrace] = []
    for conflict in evidence.conflicts():
        changes = [
            f"{item.decision}: {item.target}" for item in current.changes if item.because == conflict.id
        ]
        rules = [
            a.id
            for d in current.decisions.values()
            for a in d.arguments
            if conflict.id in a.conflicts or a.because == conflict.id
        ]
        conflicts.append(
            {
                "conflict": conflict.id,
                "verdict": conflict.verdict,
                "changes": changes,
                "rules": rules,
                "gaps": [] if changes or rules else ["met nowhere"],
            }
        )
    gaps = [f"{row['claim']}: {gap}" for row in claims for gap in row["gaps"]]
    gaps += [f"{row['conflict']}: {gap}" for row in conflicts for gap in row["gaps"]]
    return {"claims": claims, "conflicts": conflicts, "gaps": gaps}

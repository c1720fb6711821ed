"""Proving the guideline: for every patient there can be, not for those that somebody thought of.

The façade is :func:`prove`; :func:`differing_patient` finds whom two versions of the knowledge answer
differently. The solver (z3) is loaded with the first question, not with this package. How the proofs go is in
ADR 0006.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kambin.guideline.knowledge import Axiom, Knowledge
from kambin.guideline.loading import load_knowledge
from kambin.guideline.obligations import Obligations
from kambin.guideline.proving.report import Patient, ProofReport, ProofResult

if TYPE_CHECKING:
    from kambin.guideline.proving.differing import Difference

__all__ = ["Patient", "ProofReport", "ProofResult", "differing_patient", "prove"]


def prove(knowledge: Knowledge, obligations: Obligations, base: Knowledge | None = None) -> ProofReport:
    """Prove everything that the knowledge owes.

    Parameters
    ----------
    knowledge : Knowledge
    obligations : Obligations
        Of the same profile, see :func:`kambin.guideline.obligations.load_obligations`.
    base : Knowledge, optional
        The same profile without overlays; loaded where there are overlays and it is not given. It is then
        also proved that the overlays only tighten.

    Returns
    -------
    ProofReport
        With a counterexample for what fails.

    Raises
    ------
    IntegrityError
        When solver and evaluator do not say the same of a patient, or a theorem names what is not there.
    """
    from kambin.guideline.proving.running import run

    if base is None and knowledge.overlays:
        base = load_knowledge(knowledge.profile.split("+")[0])
    return run(knowledge, obligations, base)


def differing_patient(
    one: Knowledge, other: Knowledge, decision: str, axioms: Sequence[Axiom] | None = None
) -> Difference | None:
    """Find a patient whom two versions of the knowledge answer differently.

    Parameters
    ----------
    one, other : Knowledge
    decision : str
    axioms : sequence of Axiom, optional
        So that the patient is a possible one; those of the guideline where not given.

    Returns
    -------
    Difference or None
        None is a proof that all complete patients get the same answer from both.
    """
    from kambin.guideline.proving.differing import differing_patient as find

    return find(one, other, decision, axioms)

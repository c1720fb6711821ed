"""A hospital's overlay only tightens: what it leaves eligible was eligible without it."""

from __future__ import annotations

from collections.abc import Iterator

from kambin.case import FactValue, facts_in_conditions
from kambin.errors import IntegrityError
from kambin.guideline.deciding import Status, decide
from kambin.guideline.knowledge import Axiom, Knowledge
from kambin.guideline.proving.cone import cone, decide_cone
from kambin.guideline.proving.differing import Two
from kambin.guideline.proving.logic import negate
from kambin.guideline.proving.report import Patient, ProofResult
from kambin.guideline.proving.setting import Timer, tell
from kambin.guideline.proving.shrinking import patient, shrink

__all__ = ["prove_tightening"]


def prove_tightening(
    overlaid: Knowledge, base: Knowledge, axioms: tuple[Axiom, ...]
) -> Iterator[ProofResult]:
    """Prove of each option that whoever is eligible with the overlay is so without it.

    Parameters
    ----------
    overlaid : Knowledge
        With the overlay.
    base : Knowledge
        The same profile without.
    axioms : tuple of Axiom

    Yields
    ------
    ProofResult
    """
    two = Two(overlaid, base, axioms, complete=False)
    oracle = two.oracle()
    for decision in overlaid.decisions.values():
        for option in decision.options:
            timer, name = Timer(), f"{decision.id}.{option.id}"
            mine = two.one.options[decision.id][option.id].eligible
            theirs = two.other.options[decision.id].get(option.id)
            model = oracle.model(mine, negate(theirs.eligible) if theirs else True)
            found = None
            if model is not None and theirs is not None:
                found = _readable(overlaid, base, decision.id, option.id, two.row(model))
            text = f"{name} is eligible with the overlay only where it is without"
            note = "" if theirs else "there is no such option without it"
            more = {"counterexample": found, "where": option.where, "note": note}
            yield timer.result(name, "tightens", text, model is None, **more)


def _readable(
    overlaid: Knowledge, base: Knowledge, decision: str, option: str, row: dict[str, FactValue]
) -> Patient:
    names, base_names = cone(overlaid, [decision]), cone(base, [decision])

    def shows(trial: dict[str, FactValue]) -> bool:
        """Whether the overlay makes the option eligible for this patient, and only it."""
        with_it = decide_cone(trial, overlaid, names).results[decision].option(option).status
        without = decide_cone(trial, base, base_names).results[decision].option(option).status
        return with_it is Status.ELIGIBLE and without is not Status.ELIGIBLE

    if not shows(row):
        raise IntegrityError(f"{decision}.{option}: the evaluator does not see the counterexample")
    small = shrink(row, shows)
    says = f"with the overlay {tell(decide(small, overlaid).results[decision])}"
    return patient(small, facts_in_conditions(), says=says)

"""Which patients the axioms leave, and which axioms forbid one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import z3

from kambin.case import FactValue
from kambin.guideline.compiling import compile_truths
from kambin.guideline.conditions import facts_of, uses_null_test
from kambin.guideline.knowledge import Axiom
from kambin.guideline.proving.encoding import Encoding
from kambin.guideline.proving.logic import Formula, to_z3
from kambin.guideline.proving.oracle import Oracle

__all__ = ["keeps_axioms", "known_as", "why_impossible"]


def known_as(encoding: Encoding, row: Mapping[str, FactValue]) -> list[Formula]:
    """That a patient is the one of a row: what is known has its value, the rest is open."""
    return [
        encoding.values.equals(name, value)
        for name, value in row.items()
        if value is not None and name in encoding.values.used
    ]


def keeps_axioms(
    axioms: Sequence[Axiom], *, hidden_only: bool = False
) -> Callable[[Mapping[str, FactValue]], bool]:
    """A check that no axiom is false of a row.

    Parameters
    ----------
    axioms : sequence of Axiom
    hidden_only : bool
        Look only at those that hiding a fact can break, which are those that speak of unknowns.
    """
    chosen = [axiom.holds for axiom in axioms if not hidden_only or uses_null_test(axiom.holds)]
    truths = compile_truths(chosen)
    names = {name for holds in chosen for name in facts_of(holds)}

    def keeps(row: Mapping[str, FactValue]) -> bool:
        """Whether a row breaks none of the axioms."""
        return False not in truths({name: row[name] for name in names})

    return keeps


def why_impossible(
    encoding: Encoding, axioms: Sequence[Axiom], wanted: Sequence[Formula], argued: Sequence[str] = ()
) -> str:
    """Why no complete patient shows something: because of itself, or because of axioms, by name."""
    switches = {f"axiom:{axiom.id}": axiom.id for axiom in axioms}
    rules = [
        z3.Implies(z3.Bool(switch), to_z3(formula))
        for switch, formula in zip(switches, encoding.axioms, strict=True)
    ]
    weighing = [encoding.chain.weighing[name] for name in argued if name in encoding.chain.weighing]
    oracle = Oracle([encoding.values.constraints, encoding.chain.structure, rules, *weighing])
    if oracle.model(*wanted) is None:
        return "no values of the facts allow it"
    if oracle.model(*wanted, *(z3.Bool(switch) for switch in switches)) is not None:
        return ""
    core = sorted(switches[name] for name in oracle.core() if name in switches)
    return f"only patients whom the axioms rule out: {', '.join(core)}"

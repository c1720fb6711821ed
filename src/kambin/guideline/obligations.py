"""What the knowledge owes: invariants, theorems, axioms between facts, and the cases beside the knowledge.

Read only by the prover, the tests and the trace, so that an answer for one patient does not wait for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kambin import evidence
from kambin.case import Fact, facts_in_conditions
from kambin.errors import EvidenceMissing, IntegrityError
from kambin.guideline import loading
from kambin.guideline.building import parse_at, read_specs
from kambin.guideline.conditions import Condition
from kambin.guideline.documents import read_document
from kambin.guideline.knowledge import Axiom, Decision, DecisionTest, Knowledge, Theorem
from kambin.guideline.specs import AxiomFile, TheoremFile, TheoremSpec, check

__all__ = ["Obligations", "check_sources", "load_axioms", "load_obligations"]


@dataclass(frozen=True)
class Obligations:
    """Everything that is to be shown of one profile.

    Attributes
    ----------
    axioms : tuple of Axiom
        Relations between facts that every patient satisfies.
    theorems : tuple of Theorem
        Invariants of the decision files and theorems of ``theorems/``, for this profile.
    tests : tuple of DecisionTest
    """

    axioms: tuple[Axiom, ...]
    theorems: tuple[Theorem, ...]
    tests: tuple[DecisionTest, ...]


def load_obligations(knowledge: Knowledge) -> Obligations:
    """Read invariants, theorems, axioms and tests that apply to the profile of `knowledge`.

    Parameters
    ----------
    knowledge : Knowledge

    Returns
    -------
    Obligations
    """
    profile = knowledge.profile.split("+")[0]
    theorems = []
    tests = []
    for name, spec in read_specs().items():
        for item in spec.invariants:
            theorems.append(_theorem(item, "invariant", name, knowledge, f"{name}.yaml"))
        for test in spec.tests:
            where = f"{name}.yaml:{test.line}"
            tests.append(
                DecisionTest(test.name, name, test.claims, test.profiles, test.facts, test.expect, where)
            )
    theorems += _read_theorems(knowledge)
    return Obligations(
        axioms=load_axioms(),
        theorems=tuple(item for item in theorems if profile in item.profiles),
        tests=tuple(test for test in tests if profile in test.profiles),
    )


def _read_theorems(knowledge: Knowledge) -> list[Theorem]:
    found = []
    for file in sorted((loading.ROOT / "theorems").glob("*.yaml")):
        for spec in check(TheoremFile, read_document(file), file.name).theorems:
            found.append(_theorem(spec, "theorem", file.stem, knowledge, f"theorems/{file.name}"))
    return found


def _theorem(
    spec: TheoremSpec, kind: Literal["invariant", "theorem"], decision: str, knowledge: Knowledge, file: str
) -> Theorem:
    where = f"{file}:{spec.line}"
    name = spec.decision or decision
    if name not in knowledge.decisions:
        raise IntegrityError(f"{spec.id}: no decision {name!r}", where=where)
    define = _unshadowed(knowledge.decisions[name], knowledge.facts)
    return Theorem(
        id=spec.id,
        kind=kind,
        decision=name,
        given_text=spec.given,
        given=parse_at(spec.given, knowledge.facts, define, where, spec.id, null_tests=True),
        then=spec.then,
        say=spec.say,
        claim=spec.claim,
        conflict=spec.conflict,
        profiles=spec.profiles,
        possible=spec.possible,
        where=where,
    )


def _unshadowed(decision: Decision, facts: Mapping[str, Fact]) -> dict[str, Condition]:
    return {name: condition for name, condition in decision.define.items() if name not in facts}


def load_axioms() -> tuple[Axiom, ...]:
    """Relations between facts that every patient satisfies."""
    file = loading.ROOT / "axioms.yaml"
    facts = facts_in_conditions()
    return tuple(
        Axiom(
            spec.id,
            spec.holds,
            parse_at(spec.holds, facts, {}, f"{file.name}:{spec.line}", spec.id, null_tests=True),
            f"{file.name}:{spec.line}",
        )
        for spec in check(AxiomFile, read_document(file), file.name).axioms
    )


def check_sources(knowledge: Knowledge) -> None:
    """Check that every claim, statement and conflict named exists and may drive a rule.

    Parameters
    ----------
    knowledge : Knowledge

    Raises
    ------
    IntegrityError
        With file, line and rule id. It is part of `kambin guideline test` and of the proofs, not of every
        start.
    """
    for decision in knowledge.decisions.values():
        for item in decision.arguments:
            try:
                for claim in item.source:
                    evidence.claim(claim)
                for conflict in item.conflicts:
                    evidence.conflict(conflict)
                for statement in item.cite:
                    if statement.startswith("table:"):
                        evidence.table(statement.removeprefix("table:"))
                    elif not evidence.may_drive(statement):
                        raise IntegrityError(
                            f"{item.id} rests on {statement}, which was not verified", where=item.where
                        )
            except EvidenceMissing as error:
                raise IntegrityError(f"{item.id}: {error.what}", where=item.where) from None

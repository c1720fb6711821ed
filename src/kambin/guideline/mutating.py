"""How many small mistakes in the knowledge its cases and proofs notice; those they do not are listed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NamedTuple

from kambin.case import FactValue
from kambin.guideline.knowledge import DecisionTest, Knowledge
from kambin.guideline.loading import load_knowledge
from kambin.guideline.mutants import Mutant, MutantKind, mutants
from kambin.guideline.obligations import Obligations, load_obligations
from kambin.guideline.replaying import Replay, Tape, tape_of_test
from kambin.guideline.testing import run_tests

__all__ = ["TARGET", "MutationReport", "Survivor", "mutation_report", "score_mutants"]

TARGET = 0.99  # of the mutants that differ from the knowledge at all


class Survivor(NamedTuple):
    """A mutant that nothing noticed.

    Attributes
    ----------
    mutant : Mutant
    facts, expect : dict
        Of a case that would notice it. They are what the knowledge says today: a person has to agree.
    """

    mutant: Mutant
    facts: dict[str, FactValue]
    expect: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        mutant = self.mutant
        return {
            "argument": mutant.argument.id,
            "where": mutant.argument.where,
            "when": mutant.argument.when,
            "kind": mutant.kind,
            "says": mutant.says,
            "facts": self.facts,
            "expect": self.expect,
        }


@dataclass(frozen=True, slots=True)
class MutationReport:
    """What became of the mutants of one profile.

    Attributes
    ----------
    profile : str
    total : int
    kinds : dict of str to int
        How many of each kind.
    caught_by_test, caught_by_proof : int
    equivalent : tuple of Mutant
        Proved to have the truth of the original in every complete patient; they count neither way.
    survivors : tuple of Survivor
    seconds : float
    """

    profile: str
    total: int
    kinds: dict[str, int]
    caught_by_test: int
    caught_by_proof: int
    equivalent: tuple[Mutant, ...]
    survivors: tuple[Survivor, ...]
    seconds: float

    @property
    def caught(self) -> int:
        """How many were noticed."""
        return self.caught_by_test + self.caught_by_proof

    @property
    def score(self) -> float:
        """Share of the mutants noticed, of those that differ at all."""
        counted = self.total - len(self.equivalent)
        return self.caught / counted if counted else 1.0

    @property
    def ok(self) -> bool:
        """Whether the score reaches the target."""
        return self.score >= TARGET

    def render(self) -> str:
        """Plain text: the score, then every survivor with the facts of a case that would notice it."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.items())
        lines = [
            f"profile {self.profile}: {self.total} mutants ({kinds})",
            f"  {self.caught_by_test} caught by a case, {self.caught_by_proof} by a proof, "
            f"{len(self.equivalent)} equivalent, {len(self.survivors)} survive",
            f"  score {100 * self.score:.2f} % (at least {100 * TARGET:g} %) in {self.seconds:.1f} s",
        ]
        for mutant in self.equivalent:
            lines.append(f"equivalent {mutant.argument.id}: {mutant.says}  {mutant.argument.where}")
        for item in self.survivors:
            mutant = item.mutant
            lines.append(f"survives   {mutant.argument.id}: {mutant.says}  {mutant.argument.where}")
            lines.append(f"           when {mutant.argument.when}")
            lines.append(f"           a case: {{facts: {_yaml(item.facts)}, expect: {_yaml(item.expect)}}}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "profile": self.profile,
            "ok": self.ok,
            "score": round(self.score, 5),
            "total": self.total,
            "kinds": self.kinds,
            "caught_by_test": self.caught_by_test,
            "caught_by_proof": self.caught_by_proof,
            "equivalent": [
                {"argument": mutant.argument.id, "says": mutant.says} for mutant in self.equivalent
            ],
            "survivors": [item.to_dict() for item in self.survivors],
            "seconds": round(self.seconds, 2),
        }


def _yaml(value: Any) -> str:
    """A value as it stands on one line of a knowledge file."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_yaml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def mutation_report(
    profile: str,
    *,
    sample: int | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> MutationReport:
    """Mutate a profile of the guideline.

    Parameters
    ----------
    profile : {'current', 'source'}
    sample : int, optional
        Look at this many mutants only, chosen at random.
    seed : int
        Of the choice.
    progress : callable
        Called with one line at each stage.

    Returns
    -------
    MutationReport
    """
    knowledge = load_knowledge(profile)
    return score_mutants(knowledge, load_obligations(knowledge), sample=sample, seed=seed, progress=progress)


def score_mutants(
    knowledge: Knowledge,
    obligations: Obligations,
    *,
    sample: int | None = None,
    seed: int = 0,
    kinds: Collection[MutantKind] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> MutationReport:
    """Mutate a knowledge: cases first, then equivalence, then proofs of what is left.

    Parameters
    ----------
    knowledge : Knowledge
    obligations : Obligations
        Cases that fail without any mistake notice nothing and are left out.
    kinds : collection of str, optional
        Only mutants of these kinds.
    sample, seed, progress
        As for :func:`mutation_report`.

    Returns
    -------
    MutationReport
    """
    start = perf_counter()
    chosen = [mutant for mutant in mutants(knowledge) if kinds is None or mutant.kind in kinds]
    if sample is not None and sample < len(chosen):
        chosen = random.Random(seed).sample(chosen, sample)
    progress(f"{len(chosen)} mutants of profile {knowledge.profile} against {len(obligations.tests)} cases")
    tapes = [tape_of_test(item.test, knowledge) for item in run_tests(knowledge, obligations) if item.ok]
    left = [mutant for mutant in chosen if not _noticed(Replay(mutant, knowledge), tapes)]
    progress(f"{len(left)} of them against the proofs")
    equivalent, survivors = _against_proofs(left, knowledge, obligations, progress)
    return MutationReport(
        profile=knowledge.profile,
        total=len(chosen),
        kinds=dict(Counter[str](mutant.kind for mutant in chosen)),
        caught_by_test=len(chosen) - len(left),
        caught_by_proof=len(left) - len(equivalent) - len(survivors),
        equivalent=tuple(equivalent),
        survivors=tuple(survivors),
        seconds=perf_counter() - start,
    )


def _noticed(replay: Replay, tapes: Sequence[Tape]) -> bool:
    return any(replay.fails(tape) for tape in tapes)


def _expected(mutant: Mutant, facts: dict[str, FactValue], knowledge: Knowledge) -> dict[str, Any]:
    """What a case with these facts has to expect in order to notice the mutant."""
    case = DecisionTest("", mutant.decision, (), (), facts, {}, "")
    option = tape_of_test(case, knowledge).results[mutant.decision].option(mutant.option)
    truth = next(item.truth for item in option.arguments if item.argument is mutant.argument)
    if mutant.kind != "role":
        return {"argument": {mutant.argument.id: truth}}
    if mutant.argument.role in ("for", "against"):
        return {mutant.argument.role: {mutant.option: [mutant.argument.id]}}
    return {"status": {mutant.option: option.status.value}}


def _against_proofs(
    left: Sequence[Mutant], knowledge: Knowledge, obligations: Obligations, progress: Callable[[str], None]
) -> tuple[list[Mutant], list[Survivor]]:
    if not left:
        return [], []
    from kambin.guideline.proving.refuting import Differences, Refuter
    from kambin.guideline.proving.unserved import read_unserved

    refuter = Refuter(knowledge, obligations, read_unserved(knowledge))
    differences = Differences(knowledge, obligations, [mutant.changed.condition for mutant in left])
    equivalent: list[Mutant] = []
    survivors: list[Survivor] = []
    for number, mutant in enumerate(left, 1):
        facts = differences.facts(mutant)
        if facts is None:
            equivalent.append(mutant)
        elif refuter.refutation(mutant) is None:
            survivors.append(Survivor(mutant, facts, _expected(mutant, facts, knowledge)))
        if number % 25 == 0:
            progress(f"{number} of {len(left)} tried, {len(survivors)} survive so far")
    return equivalent, survivors

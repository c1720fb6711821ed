"""The forms that a ``then`` can have: as a formula over a chain, and as a plain check of decided patients."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from kambin.errors import IntegrityError
from kambin.guideline.deciding import Decisions, Status
from kambin.guideline.knowledge import Decision, Knowledge, Theorem
from kambin.guideline.proving.logic import Formula, both, either, negate

if TYPE_CHECKING:
    from kambin.guideline.proving.chain import Chain

__all__ = ["Claim", "Forms", "words_of"]

_STATUSES = tuple(status.value for status in Status)
_KINDS = {
    "first": ("undetermined", "none"),
    "argue": ("equipoise", "undetermined", "none"),
    "collect": (),
}


class Claim(NamedTuple):
    """The ``then`` of a theorem.

    Attributes
    ----------
    holds : callable
        From decided patients to bool.
    formula : callable
        From a chain to a formula that is true of the same patients.
    decisions : frozenset of str
        Those that it is about.
    weighs : bool
        Whether it is about the answer of an `argue` decision, which is encoded apart.
    says : str
    """

    holds: Callable[[Decisions], bool]
    formula: Callable[[Chain], Formula]
    decisions: frozenset[str]
    weighs: bool
    says: str


def words_of(value: Any) -> tuple[str, ...]:
    """One word or several, as several."""
    return (value,) if isinstance(value, str) else tuple(value)


class Forms:
    """Reads the parts of one ``then``."""

    def __init__(self, theorem: Theorem, decision: Decision, knowledge: Knowledge) -> None:
        self.theorem, self.decision, self.knowledge = theorem, decision, knowledge
        self.options = {option.id for option in decision.options}

    def fail(self, what: str, **more: str) -> IntegrityError:
        """An error that names the theorem and its place."""
        return IntegrityError(f"{self.theorem.id}: {what}", where=self.theorem.where, **more)

    def _known(self, option: Any) -> str:
        if option not in self.options:
            raise self.fail(f"{self.decision.id} has no option {option!r}")
        return str(option)

    def status(self, option: Any, statuses: Any) -> Claim:
        """An option has one of these statuses."""
        name, allowed = self._known(option), words_of(statuses or ())
        if not allowed or not set(allowed) <= set(_STATUSES):
            raise self.fail(f"status {list(allowed)}", now=f"use {', '.join(_STATUSES)}")
        where = self.decision.id
        return Claim(
            lambda decided: decided.results[where].option(name).status.value in allowed,
            lambda chain: either(*(getattr(chain.options[where][name], word) for word in allowed)),
            frozenset({where}),
            False,
            f"{where}: {name} is {' or '.join(word.replace('_', ' ') for word in allowed)}",
        )

    def _split(self, words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        kinds = tuple(word for word in words if word in _KINDS[self.decision.policy])
        return tuple(self._known(word) for word in words if word not in kinds), kinds

    def outcome(self, words: tuple[str, ...]) -> Claim:
        """A row of the list fires, or an option of the list is recommended."""
        if self.decision.policy == "collect":
            raise self.fail(
                "`outcome` does not apply to a decision that collects", now="use option and status"
            )
        options, kinds = self._split(words)
        where = self.decision.id

        def holds(decided: Decisions) -> bool:
            """Whether it is so for a decided patient."""
            outcome = decided.results[where].outcome
            if outcome.kind in ("fired", "recommended"):
                return outcome.options[0] in options
            return outcome.kind in kinds

        def formula(chain: Chain) -> Formula:
            """The same for the solver."""
            answer = chain.answers[where]
            single = either(answer.fired, answer.recommended)
            given = either(*(answer.given.get(name, False) for name in options))
            return either(both(single, given), *(answer.kind(kind) for kind in kinds))

        weighs = self.decision.policy == "argue"
        return Claim(
            holds, formula, frozenset({where}), weighs, f"{where}: the answer is {' or '.join(words)}"
        )

    def never(self, words: tuple[str, ...]) -> Claim:
        """No option of the list is, or is part of, the answer."""
        options, kinds = self._split(words)
        where, addition = self.decision.id, {x.id for x in self.decision.options if x.addition}

        def holds(decided: Decisions) -> bool:
            """Whether it is so for a decided patient."""
            outcome = decided.results[where].outcome
            named = (*(() if outcome.kind == "undetermined" else outcome.options), *outcome.additions)
            return outcome.kind not in kinds and not set(named) & set(options)

        def formula(chain: Chain) -> Formula:
            """The same for the solver."""
            answer, standings = chain.answers[where], chain.options[where]
            given = [standings[name].eligible if name in addition else answer.given[name] for name in options]
            return negate(either(*given, *(answer.kind(kind) for kind in kinds)))

        weighs = self.decision.policy == "argue"
        return Claim(
            holds, formula, frozenset({where}), weighs, f"{where}: the answer is never {' or '.join(words)}"
        )

    def argument(self, argument: Any, truth: Any) -> Claim:
        """An argument is true, or false."""
        where = next((x.id for x in self.knowledge.decisions.values() if argument in x.argument_index), None)
        if where is None:
            raise self.fail(f"no argument {argument!r}")
        if not isinstance(truth, bool):
            raise self.fail(f"truth {truth!r}", now="use true or false")
        index = self.knowledge.decisions[where].argument_index[argument]

        def holds(decided: Decisions) -> bool:
            """Whether it is so for a decided patient."""
            options = decided.results[where].options
            return [item for option in options for item in option.arguments][index].truth is truth

        return Claim(
            holds,
            lambda chain: chain.arguments[argument].true if truth else chain.arguments[argument].false,
            frozenset({where}),
            False,
            f"{argument} is {'true' if truth else 'false'}",
        )

    def prefers(self, words: tuple[str, ...]) -> Claim:
        """More speaks for one option than for another, whatever is still unknown."""
        if len(words) != 2:
            raise self.fail("`prefers` names two options")
        one, other = (self._known(word) for word in words)
        where = self.decision.id

        def holds(decided: Decisions) -> bool:
            """Whether it is so for a decided patient."""
            result = decided.results[where]
            return result.option(one).low > result.option(other).high

        return Claim(
            holds,
            lambda chain: chain.supports(where).worst(one, other, 1),
            frozenset({where}),
            False,
            f"{where}: more speaks for {one} than for {other}",
        )

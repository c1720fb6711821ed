"""The guideline as data: decisions, options, arguments; what the loader makes and every reader reads.

Words: a *decision* asks one question and has *options*; each option carries *arguments*; an argument is one
condition with its reason, source and strength, in one of six roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from kambin.case import Fact
from kambin.guideline.conditions import Condition

__all__ = [
    "ROLES",
    "WEIGHTS",
    "Argument",
    "Axiom",
    "Change",
    "Decision",
    "DecisionTest",
    "Knowledge",
    "Limit",
    "Option",
    "PolicyKind",
    "Role",
    "Strength",
    "Theorem",
]

Role: TypeAlias = Literal["any", "require", "exclude", "veto", "for", "against"]
ROLES: tuple[Role, ...] = ("any", "require", "exclude", "veto", "for", "against")
Strength: TypeAlias = Literal["strong", "moderate", "weak", "expert"]
WEIGHTS: Mapping[Strength, int] = {"strong": 20, "moderate": 10, "weak": 5, "expert": 2}
PolicyKind: TypeAlias = Literal["first", "collect", "argue"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One reason for or against an option.

    Attributes
    ----------
    id : str
        Unique in the knowledge.
    role : {'any', 'require', 'exclude', 'veto', 'for', 'against'}
    when : str
        The condition as written.
    condition : Condition
    say : str
        One sentence for a clinician.
    source : tuple of str
        Claim ids of F and R.
    cite : tuple of str
        Statement ids of the evidence base, or ``table:name``.
    strength : {'strong', 'moderate', 'weak', 'expert'}
    conflicts : tuple of str
        Ids of conflicts between the documents and later evidence that bear on it.
    because : str
        The conflict id (or ``addition``) when a profile or overlay brought it in or changed it; else `''`.
    where : str
        File and line.
    """

    id: str
    role: Role
    when: str
    condition: Condition
    say: str
    source: tuple[str, ...]
    cite: tuple[str, ...]
    strength: Strength
    conflicts: tuple[str, ...]
    because: str
    where: str


@dataclass(frozen=True)
class Option:
    """One answer to a decision's question."""

    id: str
    label: str
    say: str
    rung: str
    addition: bool
    arguments: tuple[Argument, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Theorem:
    """A property of the knowledge: whenever `given` is true, `then` holds.

    Or, with `possible`, some complete patient has both.

    Attributes
    ----------
    then : mapping
        One of ``option`` + ``status``, ``outcome``, ``never_outcome``, ``argument`` + ``truth``, ``prefers``.
    kind : {'invariant', 'theorem'}
    """

    id: str
    kind: Literal["invariant", "theorem"]
    decision: str
    given_text: str
    given: Condition
    then: Mapping[str, Any]
    say: str
    claim: str
    conflict: str
    profiles: tuple[str, ...]
    possible: bool
    where: str


@dataclass(frozen=True, slots=True)
class DecisionTest:
    """A case beside the knowledge: facts (the rest unknown) and what must come out."""

    name: str
    decision: str
    claims: tuple[str, ...]
    profiles: tuple[str, ...]
    facts: Mapping[str, Any]
    expect: Mapping[str, Any]
    where: str


@dataclass(frozen=True, slots=True)
class Axiom:
    """A relation between facts that always holds."""

    id: str
    holds_text: str
    holds: Condition
    where: str


@dataclass(frozen=True, slots=True)
class Change:
    """One item by which a profile or an overlay differs from the base."""

    because: str
    say: str
    op: str
    decision: str
    target: str
    profile: str
    where: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One border of the scope: who is outside must not be answered."""

    id: str
    when: str
    condition: Condition
    say: str
    cite: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """One question with its options and the policy that answers it."""

    id: str
    version: str
    question: str
    policy: PolicyKind
    margin: int
    uses: tuple[str, ...]
    define: Mapping[str, Condition]
    options: tuple[Option, ...]
    where: str

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """All arguments, option by option."""
        return tuple(argument for option in self.options for argument in option.arguments)

    @cached_property
    def argument_index(self) -> Mapping[str, int]:
        """Position of each argument id in `arguments`."""
        return {argument.id: index for index, argument in enumerate(self.arguments)}

    def option(self, option_id: str) -> Option:
        """The option with this id; KeyError when there is none."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise KeyError(option_id)


@dataclass(frozen=True)
class Knowledge:
    """A whole guideline in one profile.

    Attributes
    ----------
    profile : str
        ``source``, ``current``, or those with the names of overlays after a ``+``.
    decisions : mapping of str to Decision
        In the order of the chain.
    facts : mapping of str to Fact
        Every fact a condition may name, results of decisions included.
    changes : tuple of Change
        What the profile and the overlays changed, item by item.
    version : str
    content_hash : str
        SHA-256 over everything that bears on an answer.
    limits : tuple of Limit
        The borders of the scope.
    overlays : tuple of str
    """

    profile: str
    decisions: Mapping[str, Decision]
    facts: Mapping[str, Fact]
    changes: tuple[Change, ...]
    version: str
    content_hash: str
    limits: tuple[Limit, ...] = field(default=())
    overlays: tuple[str, ...] = field(default=())

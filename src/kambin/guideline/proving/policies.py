"""Status, support and outcome of options as formulas: what :mod:`kambin.guideline.deciding` computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from kambin.guideline.proving.logic import Formula, Pair, both, either, negate

__all__ = ["Answer", "Leads", "Standing", "argue", "collect", "first", "standing"]


class Standing(NamedTuple):
    """Status of an option; exactly one of the first four is true."""

    excluded: Formula
    not_indicated: Formula
    eligible: Formula
    undetermined: Formula
    pending: Formula

    @property
    def live(self) -> Formula:
        """Whether the option may still be chosen."""
        return either(self.eligible, self.undetermined)

    @property
    def dead(self) -> Formula:
        """Whether the option is out."""
        return either(self.excluded, self.not_indicated)

    @property
    def result(self) -> Pair:
        """The option's result as a fact for later decisions."""
        return Pair(both(self.eligible, negate(self.pending)), self.dead)


class Answer(NamedTuple):
    """The outcome of a decision.

    `given` tells per option whether it is (part of) the answer: the fired row, the recommended option, one of
    those in equipoise, one of those collected. `possible` are the options that an undetermined outcome names.
    """

    given: dict[str, Formula]
    possible: dict[str, Formula]
    fired: Formula = False
    recommended: Formula = False
    equipoise: Formula = False
    collected: Formula = False
    undetermined: Formula = False
    none: Formula = False
    provisional: Formula = False

    def kind(self, kind: str) -> Formula:
        """Whether the outcome is of this kind."""
        found: Formula = getattr(self, kind)
        return found


class Leads(Protocol):
    """Comparisons of support between two options of a decision."""

    def worst(self, one: str, other: str, lead: int) -> Formula:
        """Whether the worst case of `one` is at least `lead` better than the best case of `other`."""

    def best(self, one: str, other: str, lead: int) -> Formula:
        """Whether the best case of `one` is at least `lead` better than the worst case of `other`."""


def standing(roles: Sequence[tuple[str, Pair]]) -> Standing:
    """Status of an option from its arguments.

    Parameters
    ----------
    roles : sequence of (role, pair)

    Returns
    -------
    Standing
    """

    def of(role: str) -> list[Pair]:
        """The pairs of one role."""
        return [pair for name, pair in roles if name == role]

    exclude, veto, require, any_of = of("exclude"), of("veto"), of("require"), of("any")
    excluded = either(*(pair.true for pair in (*exclude, *veto)))
    no_reason = both(*(pair.false for pair in any_of)) if any_of else False
    not_indicated = both(negate(excluded), either(*(pair.false for pair in require), no_reason))
    eligible = both(
        *(negate(pair.true) for pair in veto),
        *(pair.false for pair in exclude),
        *(pair.true for pair in require),
        either(*(pair.true for pair in any_of)) if any_of else True,
    )
    undetermined = both(negate(excluded), negate(not_indicated), negate(eligible))
    unknown = (both(negate(pair.true), negate(pair.false)) for pair in veto)
    return Standing(excluded, not_indicated, eligible, undetermined, both(negate(excluded), either(*unknown)))


def first(options: dict[str, Standing]) -> Answer:
    """The row that fires: eligible, nothing pending, every earlier row out."""
    fired: dict[str, Formula] = {}
    reached: Formula = True
    for name, option in options.items():
        fired[name] = both(reached, option.eligible, negate(option.pending))
        reached = both(reached, option.dead)
    any_fired = either(*fired.values())
    open_ = both(negate(any_fired), negate(reached))
    possible = {name: both(open_, option.live) for name, option in options.items()}
    return Answer(fired, possible, fired=any_fired, none=reached, undetermined=open_)


def collect(options: dict[str, Standing]) -> Answer:
    """Everything eligible."""
    given = {name: option.eligible for name, option in options.items()}
    pending = either(*(both(option.eligible, option.pending) for option in options.values()))
    return Answer(given, {}, collected=True, provisional=pending)


def argue(rivals: dict[str, Standing], margin: int, leads: Leads) -> Answer:
    """The option that beats every live rival, those that no one beats, or none.

    Parameters
    ----------
    rivals : dict of str to Standing
        Without additions.
    margin : int
    leads : Leads

    Returns
    -------
    Answer
    """
    least = max(1, margin)
    unbeaten = {}
    for name, option in rivals.items():
        beaten = either(
            *(
                both(other.eligible, leads.worst(other_name, name, least))
                for other_name, other in rivals.items()
                if other_name != name
            )
        )
        unbeaten[name] = both(option.live, negate(beaten))
    return _answer(rivals, unbeaten, least, leads)


def _answer(rivals: dict[str, Standing], unbeaten: dict[str, Formula], least: int, leads: Leads) -> Answer:
    live = either(*(option.live for option in rivals.values()))
    alone = {
        name: both(mine, *(negate(theirs) for other, theirs in unbeaten.items() if other != name))
        for name, mine in unbeaten.items()
    }
    recommended = either(*(both(alone[name], option.eligible) for name, option in rivals.items()))
    settled = both(
        *(either(negate(mine), rivals[name].eligible) for name, mine in unbeaten.items()),
        *(
            either(negate(mine), negate(theirs), negate(leads.best(name, other, least)))
            for name, mine in unbeaten.items()
            for other, theirs in unbeaten.items()
            if other != name
        ),
    )
    equipoise = both(live, negate(recommended), settled)
    answered = either(recommended, equipoise)
    undetermined = both(live, negate(answered))
    return Answer(
        given={name: both(answered, mine) for name, mine in unbeaten.items()},
        possible={name: both(undetermined, mine) for name, mine in unbeaten.items()},
        recommended=recommended,
        equipoise=equipoise,
        undetermined=undetermined,
        none=negate(live),
        provisional=both(live, either(*(both(unbeaten[name], x.pending) for name, x in rivals.items()))),
    )

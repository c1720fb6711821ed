"""What stays settled when something is learned: of an option, and of a decision.

The lemmas speak of every possible truth of the arguments and of every support, not only of those that facts
can bring about: what is proved is more than what is needed, and depends on no domain, axiom or wording.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import z3

from kambin.guideline.proving.logic import Formula, Pair, both, either, equal, implies, negate, to_z3
from kambin.guideline.proving.policies import Answer, Standing, argue, collect, first, standing

__all__ = ["answer_is_stable", "status_is_stable", "support_is_stable"]


def _proved(premises: list[Formula], conclusion: Formula) -> bool:
    solver = z3.Solver()
    solver.add(*(to_z3(premise) for premise in premises), to_z3(negate(conclusion)))
    return bool(solver.check() == z3.unsat)


class _Bounds(NamedTuple):
    """Ends of a support interval as numbers."""

    low: Any
    high: Any


def _known_later(before: Pair, after: Pair) -> Formula:
    """That learning something kept what was settled."""
    return both(implies(before.true, after.true), implies(before.false, after.false))


def _statuses_stay(before: Standing, after: Standing) -> Formula:
    """What step 2 proves of an option and step 3 takes for granted."""
    free = negate(before.pending)
    return both(
        implies(before.excluded, after.excluded),
        implies(before.dead, after.dead),
        implies(both(before.eligible, free), both(after.eligible, negate(after.pending))),
        # an eligible option with a pending veto stays so, is cleared, or is vetoed
        implies(before.eligible, either(after.eligible, after.excluded)),
        implies(both(before.live, free), negate(after.pending)),
    )


def _supports_stay(before: _Bounds, after: _Bounds) -> Formula:
    return both(before.low <= after.low, after.low <= after.high, after.high <= before.high)


@cache
def status_is_stable(roles: tuple[str, ...]) -> bool:
    """Step 2, for the status of an option whose arguments have these roles.

    Parameters
    ----------
    roles : tuple of str
        ``any``, ``require``, ``exclude``, ``veto``; sorted, so that options of one shape share the proof.

    Returns
    -------
    bool
    """
    premises, (one, two) = _arguments(roles)
    before, after = standing(one), standing(two)
    vetoed = either(*(pair.true for role, pair in two if role == "veto"))
    by_veto = implies(both(before.eligible, negate(after.eligible)), vetoed)
    return _proved(premises, both(_statuses_stay(before, after), by_veto))


@cache
def support_is_stable(role: str, weight: int) -> bool:
    """Step 2, for what one argument adds to support.

    Sums of intervals that narrow are intervals that narrow, so one argument at a time is enough.

    Parameters
    ----------
    role : {'for', 'against'}
    weight : int

    Returns
    -------
    bool
    """
    premises, ((one,), (two,)) = _arguments((role,))
    return _proved(premises, _supports_stay(_adds(*one, weight), _adds(*two, weight)))


def _arguments(roles: tuple[str, ...]) -> tuple[list[Formula], list[list[tuple[str, Pair]]]]:
    """Arguments with any truth, before and after something was learned."""
    premises: list[Formula] = []
    sides: list[list[tuple[str, Pair]]] = []
    for side in ("before", "after"):
        pairs = [Pair(z3.Bool(f"{side}:true:{i}"), z3.Bool(f"{side}:false:{i}")) for i in range(len(roles))]
        premises += [negate(both(*pair)) for pair in pairs]
        sides.append(list(zip(roles, pairs, strict=True)))
    premises += [_known_later(one[1], two[1]) for one, two in zip(*sides, strict=True)]
    return premises, sides


def _adds(role: str, pair: Pair, weight: int) -> _Bounds:
    if role == "for":
        return _Bounds(z3.If(pair.true, weight, 0), z3.If(pair.false, 0, weight))
    return _Bounds(z3.If(pair.false, 0, -weight), z3.If(pair.true, -weight, 0))


class _AnyLeads:
    """Leads between options whose supports are any numbers."""

    def __init__(self, bounds: dict[str, _Bounds]) -> None:
        self._bounds = bounds

    def worst(self, one: str, other: str, lead: int) -> Formula:
        """One leads the other by this much even at its worst."""
        return self._bounds[one].low - self._bounds[other].high >= lead

    def best(self, one: str, other: str, lead: int) -> Formula:
        """One may lead the other by this much."""
        return self._bounds[one].high - self._bounds[other].low >= lead


def _any_option(name: str, side: str) -> tuple[Standing, list[Formula], _Bounds]:
    standing_ = Standing(*(z3.Bool(f"{side}:{name}:{field}") for field in Standing._fields))
    statuses = standing_[:4]
    bounds = _Bounds(z3.Int(f"{side}:{name}:low"), z3.Int(f"{side}:{name}:high"))
    premises = [
        either(*statuses),
        z3.AtMost(*statuses, 1),
        implies(standing_.excluded, negate(standing_.pending)),
        bounds.low <= bounds.high,
    ]
    return standing_, premises, bounds


@cache
def answer_is_stable(policy: str, rivals: int, margin: int) -> bool:
    """Step 3, for any decision with this policy and number of options.

    Parameters
    ----------
    policy : {'first', 'collect', 'argue'}
    rivals : int
    margin : int

    Returns
    -------
    bool
    """
    premises: list[Formula] = []
    answers: list[Answer] = []
    sides: list[tuple[dict[str, Standing], dict[str, _Bounds]]] = []
    for side in ("before", "after"):
        options, bounds = {}, {}
        for i in range(rivals):
            options[str(i)], known, bounds[str(i)] = _any_option(str(i), side)
            premises += known
        sides.append((options, bounds))
        answers.append(_answer(policy, options, margin, bounds))
    (before, low_before), (after, low_after) = sides
    for name in before:
        premises.append(_statuses_stay(before[name], after[name]))
        premises.append(_supports_stay(low_before[name], low_after[name]))
    return all(_proved(premises, goal) for goal in _answers_stay(answers[0], answers[1], before, after))


def _answer(policy: str, options: dict[str, Standing], margin: int, bounds: dict[str, _Bounds]) -> Answer:
    if policy == "first":
        return first(options)
    return collect(options) if policy == "collect" else argue(options, margin, _AnyLeads(bounds))


def _answers_stay(
    one: Answer, two: Answer, before: dict[str, Standing], after: dict[str, Standing]
) -> Iterator[Formula]:
    """A settled answer is the same later; one that hangs on vetoes is, once they are cleared."""
    if one.collected is True:
        for name, option in before.items():
            yield implies(both(one.given[name], negate(option.pending)), two.given[name])
        return
    yield implies(one.none, two.none)
    same = both(*(equal(one.given[name], two.given[name]) for name in before))
    cleared = both(
        *(
            implies(both(one.given[name], option.pending), after[name].eligible)
            for name, option in before.items()
        )
    )
    for kind in ("fired", "recommended", "equipoise"):
        settled = one.kind(kind)
        if settled is False:
            continue
        yield implies(both(settled, negate(one.provisional)), both(two.kind(kind), same))
        yield implies(both(settled, cleared), both(two.kind(kind), same))

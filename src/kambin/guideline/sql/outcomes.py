"""The answer to one decision, from the nodes of its options.

The same three policies as in :mod:`kambin.guideline.deciding`, without its loops over pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kambin.guideline.deciding import OutcomeKind
from kambin.guideline.knowledge import Decision
from kambin.guideline.sql.codes import KINDS
from kambin.guideline.sql.graph import Graph
from kambin.guideline.sql.options import OptionNodes
from kambin.guideline.sql.truths import Fired, Truths

__all__ = ["OutcomeNodes", "outcome_nodes"]

_FAR = 8192  # beyond any sum of weights; supports are moved by it to set options apart


# DuckDB's GREATEST and LEAST are some ten times slower than these
_GREATER = "(CASE WHEN {0} > {1} THEN {0} ELSE {1} END)"
_LESS = "(CASE WHEN {0} < {1} THEN {0} ELSE {1} END)"


class OutcomeNodes(NamedTuple):
    """Masks of the answer to one decision; `options` and `additions` in the order of its options.

    `fired` is None unless its policy is `first`.
    """

    kinds: Mapping[OutcomeKind, int]
    options: tuple[int, ...]
    provisional: int
    additions: tuple[int, ...]
    fired: Fired | None = None

    def kind(self) -> list[tuple[int, int]]:
        """Bits of the kind, for `Truths.packed`; that of ``none`` is 0."""
        return [(mask, KINDS.index(name)) for name, mask in self.kinds.items()]


def outcome_nodes(decision: Decision, options: Sequence[OptionNodes], truths: Truths) -> OutcomeNodes:
    """Build the nodes of a decision's answer.

    Parameters
    ----------
    decision : Decision
    options : sequence of OptionNodes
        In the order of the decision.
    truths : Truths

    Returns
    -------
    OutcomeNodes
    """
    if decision.policy == "first":
        return _first(decision, options, truths)
    if decision.policy == "collect":
        return _collect(options, truths)
    return _Argue(decision, options, truths).nodes()


def _first(decision: Decision, options: Sequence[OptionNodes], truths: Truths) -> OutcomeNodes:
    """The first live row fires when it is settled."""
    before = truths.either(())
    fires = []
    for option in options:
        fires.append(truths.both((option.result.true, truths.inverse(before))))
        before = truths.either((before, option.result.possible))
    fired = truths.either(fires)
    undetermined = truths.both((before, truths.inverse(fired)))
    answer = [
        truths.either((fire, truths.both((option.result.possible, undetermined))))
        for fire, option in zip(fires, options, strict=True)
    ]
    words = {option.id: fire for option, fire in zip(decision.options, fires, strict=True)}
    words["none"] = truths.inverse(before)
    kinds: dict[OutcomeKind, int] = {"fired": fired, "undetermined": undetermined}
    return OutcomeNodes(kinds, tuple(answer), truths.either(()), (), Fired(words, undetermined))


def _pending(truths: Truths, chosen: Sequence[int], options: Sequence[OptionNodes]) -> int:
    """Where a veto of a chosen option is unknown; none of theirs is true."""
    return truths.either(
        truths.both((mask, option.pending)) for mask, option in zip(chosen, options, strict=True)
    )


def _collect(options: Sequence[OptionNodes], truths: Truths) -> OutcomeNodes:
    """All eligible options."""
    chosen = tuple(option.holds.true for option in options)
    return OutcomeNodes({"collected": truths.both(())}, chosen, _pending(truths, chosen, options), ())


class _Argue:
    """Recommend what beats every live rival; otherwise the patient's values or a missing fact decide."""

    def __init__(self, decision: Decision, options: Sequence[OptionNodes], truths: Truths) -> None:
        self.truths, self.options = truths, options
        self.graph: Graph = truths.graph
        self.rivals = [not option.addition for option in decision.options]
        self.margin = max(decision.margin, 1)  # a lead has to be positive, and support is whole

    def nodes(self) -> OutcomeNodes:
        """Build the nodes of the answer."""
        truths = self.truths
        unbeaten = self.unbeaten()
        any_ = truths.either(unbeaten)
        undecided = truths.either(
            truths.both((mask, truths.inverse(option.holds.true)))
            for mask, option in zip(unbeaten, self.options, strict=True)
        )
        several = self.several(unbeaten)
        decided = truths.both((any_, truths.inverse(undecided)))
        recommended = truths.both((decided, truths.inverse(several)))
        equipoise = truths.both((decided, several, truths.inverse(self.swayable(unbeaten))))
        rest = truths.both((any_, truths.inverse(truths.either((recommended, equipoise)))))
        nothing = truths.either(())
        additions = [
            nothing if rival else option.holds.true
            for option, rival in zip(self.options, self.rivals, strict=True)
        ]
        return OutcomeNodes(
            {"recommended": recommended, "equipoise": equipoise, "undetermined": rest},
            tuple(unbeaten),
            _pending(truths, unbeaten, self.options),
            tuple(additions),
        )

    def moved(self, value: int, mask: int, sign: str) -> int:
        """Support, moved far away where a mask holds."""
        return self.graph.node(
            f"({{0}} {sign} CAST(({{1}} & 1) AS {self.truths.dialect.support}) * {_FAR})", value, mask
        )

    def unbeaten(self) -> list[int]:
        """Per option, the mask of where it is live and no eligible rival leads it by the margin.

        It is enough to look at the best of the worst cases: no option leads itself. Additions are no rivals.
        """
        worst = [
            self.moved(option.low, option.holds.true, "+")
            for option, rival in zip(self.options, self.rivals, strict=True)
            if rival
        ]
        reach = self.graph.node(f"({{0}} - {_FAR + self.margin})", self.best(_GREATER, worst))
        return [
            self.truths.both((self.truths.mask("({0} > {1})", option.high, reach), option.holds.possible))
            if rival
            else self.truths.either(())
            for option, rival in zip(self.options, self.rivals, strict=True)
        ]

    def several(self, masks: Sequence[int]) -> int:
        """Where more than one mask holds."""
        before, found = masks[0], []
        for mask in masks[1:]:
            found.append(self.truths.both((before, mask)))
            before = self.truths.either((before, mask))
        return self.truths.either(found)

    def swayable(self, unbeaten: Sequence[int]) -> int:
        """Where a completion could let one of several unbeaten options beat another.

        That is: for some option, best case minus the lowest worst case of the others reaches the margin. The
        lowest of the others is the lowest of all, or the second lowest for the option that has the lowest.
        """
        graph, truths = self.graph, self.truths
        among = [
            (option, mask)
            for option, mask, rival in zip(self.options, unbeaten, self.rivals, strict=True)
            if rival
        ]
        lows = [self.moved(option.low, mask, "-") for option, mask in among]
        highs = [self.moved(option.high, mask, "+") for option, mask in among]
        lowest, second = self.two_lowest(lows)
        reach = graph.node(f"({{0}} + {2 * _FAR + self.margin})", lowest)
        found = [
            truths.both((truths.mask("({0} >= {1})", high, reach), truths.mask("({0} > {1})", low, lowest)))
            for low, high in zip(lows, highs, strict=True)
        ]
        far = truths.mask(f"({{0}} >= {{1}} + {2 * _FAR + self.margin})", self.best(_GREATER, highs), second)
        return truths.either([*found, far])

    def best(self, template: str, nodes: Sequence[int]) -> int:
        """Node of the greatest or least."""
        left = list(nodes)
        while len(left) > 1:
            pairs = [self.graph.node(template, a, b) for a, b in zip(left[::2], left[1::2], strict=False)]
            left = pairs + ([left[-1]] if len(left) % 2 else [])
        return left[0]

    def two_lowest(self, lows: Sequence[int]) -> tuple[int, int]:
        """Nodes of the lowest and the second lowest."""
        none = self.graph.node(f"CAST({4 * _FAR} AS {self.truths.dialect.support})")
        pairs = [(low, none) for low in lows]
        while len(pairs) > 1:
            merged = []
            for (a, b), (c, d) in zip(pairs[::2], pairs[1::2], strict=False):
                others = [self.graph.node(_GREATER, a, c), *(x for x in (b, d) if x != none)]
                merged.append((self.best(_LESS, (a, c)), self.best(_LESS, others)))
            pairs = merged + ([pairs[-1]] if len(pairs) % 2 else [])
        return pairs[0]

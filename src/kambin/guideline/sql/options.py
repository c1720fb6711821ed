"""Status, support and reasons of one option, from the masks of its arguments."""

from __future__ import annotations

from typing import NamedTuple

from kambin.guideline.knowledge import WEIGHTS, Option, Role
from kambin.guideline.sql.truths import Truth, Truths

__all__ = ["OptionNodes", "option_nodes"]


class OptionNodes(NamedTuple):
    """Nodes of one option.

    Attributes
    ----------
    holds : Truth
        True for an eligible option, unknown for an undetermined one, false for the others.
    result : Truth
        The fact ``decision__option``: as `holds`, but unknown while a veto is pending.
    excluded, pending : int
        Masks: a reason to exclude it or a veto is true; a veto is unknown or true.
    low, high : int
        Support.
    reasons : tuple of Truth
        Its arguments, in order.
    """

    holds: Truth
    result: Truth
    excluded: int
    pending: int
    low: int
    high: int
    reasons: tuple[Truth, ...]

    def status(self) -> list[tuple[int, int]]:
        """Bits of the status, for `Truths.packed`: see :data:`kambin.guideline.sql.codes.STATUSES`."""
        return [(self.holds.true, 3), (self.holds.possible, 1), (self.excluded, 2)]


def option_nodes(truths: Truths, option: Option) -> OptionNodes:
    """Build the nodes of one option.

    Parameters
    ----------
    truths : Truths
    option : Option

    Returns
    -------
    OptionNodes
    """
    found = [truths.of(argument.condition) for argument in option.arguments]
    by_role: dict[Role, list[Truth]] = {}
    for argument, truth in zip(option.arguments, found, strict=True):
        by_role.setdefault(argument.role, []).append(truth)
    excluded, veto = truths.some(by_role.get("exclude", [])), truths.some(by_role.get("veto", []))
    needs = list(by_role.get("require", []))
    if "any" in by_role:
        needs.append(truths.some(by_role["any"]))
    if "exclude" in by_role:
        needs.append(truths.opposite(excluded))
    if "veto" in by_role:  # only a veto that is true stands in the way
        clear = truths.inverse(veto.true)
        needs.append(Truth(clear, clear))
    holds = truths.every(needs)
    result = truths.every([holds, truths.opposite(veto)]) if "veto" in by_role else holds
    excluded_or_vetoed = truths.either((excluded.true, veto.true))
    low, high = _support(truths, option, found)
    return OptionNodes(holds, result, excluded_or_vetoed, veto.possible, low, high, tuple(found))


def _support(truths: Truths, option: Option, found: list[Truth]) -> tuple[int, int]:
    """Lowest and highest support: what is true counts, what is unknown widens."""
    graph, kind = truths.graph, truths.dialect.support

    def total(role: Role, part: str) -> int:
        """Sum of the weights of one role whose truth is so."""
        terms = [
            graph.node(f"CAST(({{0}} & {WEIGHTS[argument.strength]}) AS {kind})", getattr(truth, part))
            for argument, truth in zip(option.arguments, found, strict=True)
            if argument.role == role
        ]
        return graph.joined("+", terms, f"CAST(0 AS {kind})")

    low = graph.node("({0} - {1})", total("for", "true"), total("against", "possible"))
    high = graph.node("({0} - {1})", total("for", "possible"), total("against", "true"))
    return low, high

"""How findings that tell the same are kept from counting twice.

Two rules, both functions of the set of findings and not of their order. Every clinical ratio is taken to a
power below 1, the one that makes two published findings tell together what was published for the pair. And
of findings that point to the same places (weakness, numbness and pain of one root; straight leg raise and
crossed straight leg raise) only the strongest counts in full. Adding a finding never takes weight from
another one for good: the sum for a set of places only grows, so what speaks for a candidate never lowers
it. docs/adr/0004 tells why other ways do.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from kambin.case import FactValue
from kambin.diagnosis.figures import Component, Overlap

__all__ = ["Weighed", "increment", "weigh"]


class Weighed(NamedTuple):
    """A component with the power to which its ratio is taken, before a root's share.

    Attributes
    ----------
    component : Component
    value : bool, int, float, str or None
        As found.
    weight : float
        Between 0 and 1.
    """

    component: Component
    value: FactValue
    weight: float


_weighed = partial(tuple.__new__, Weighed)  # what `Weighed(*item)` does, without a call in Python for each


def weigh(
    found: Iterable[tuple[Component, FactValue]], overlap: Overlap
) -> tuple[list[Weighed], dict[int, float]]:
    """Give every component its weight.

    Parameters
    ----------
    found : iterable of (Component, value)
    overlap : Overlap

    Returns
    -------
    list of Weighed
        The groups in the order in which they were met, the strongest of each first.
    dict of int to float
        Log ratio of the strongest of each group (:attr:`Component.group`), for the weight of one more.
    """
    groups: dict[int, list[tuple[Component, FactValue]]] = {}
    for item in found:
        groups.setdefault(item[0].group, []).append(item)
    weighed: list[Weighed] = []
    strongest: dict[int, float] = {}
    further = overlap.exponent * overlap.same_place
    for group, members in groups.items():
        if len(members) > 1:
            members.sort(key=lambda item: (-abs(item[0].ratio.log), item[0].rank))
        strongest[group] = members[0][0].ratio.log
        for index, (component, value) in enumerate(members):
            weighed.append(_weighed((component, value, further if index else overlap.exponent)))
    return weighed, strongest


def increment(component: Component, strongest: dict[int, float], overlap: Overlap) -> float:
    """What one more component would add to the log ratio of its places, before a root's share.

    Parameters
    ----------
    component : Component
    strongest : dict of int to float
        As :func:`weigh` returns it.
    overlap : Overlap

    Returns
    -------
    float
    """
    log, best = component.ratio.log, strongest.get(component.group)
    if best is None:
        return overlap.exponent * log
    if abs(log) > abs(best):
        return overlap.exponent * (log - (1 - overlap.same_place) * best)
    return overlap.exponent * overlap.same_place * log

"""What speaks for and against each place, as findings that a person can read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, partial
from operator import itemgetter
from typing import TypeAlias

from kambin.case import FactValue
from kambin.diagnosis.figures import Figures, Ratio
from kambin.diagnosis.overlap import Weighed
from kambin.diagnosis.places import PLACES, Place
from kambin.diagnosis.result import Finding
from kambin.diagnosis.scan import Scan, Spot

__all__ = ["Why", "reasons"]

Why: TypeAlias = tuple[tuple[Finding, ...], tuple[Finding, ...]]
"""Findings for, findings against; the strongest first."""


def reasons(weighed: Sequence[Weighed], scan: Scan, figures: Figures) -> list[Why]:
    """Findings for and against every place.

    Parameters
    ----------
    weighed : sequence of Weighed
    scan : Scan
    figures : Figures

    Returns
    -------
    list of Why
        In the order of `PLACES`.
    """
    ranked: list[_Ranked] = []
    for component, value, full in weighed:
        said = component.say.replace("{value}", str(value))
        ratio = component.ratio
        for share, indices in component.alike:
            weight = full * share
            finding = _finding(component.path, value, said, ratio, weight, component.mapping)
            ranked.append((-abs(ratio.log) * weight, component.key, ratio.log > 0, finding, indices))
    for place in PLACES:
        for finding, log in _on_scan(place, scan.spots[place.index], figures):
            ranked.append((-abs(log), finding.path, log > 0, finding, (place.index,)))
    ranked.sort(key=itemgetter(0, 1))
    for_: list[list[Finding]] = [[] for _ in PLACES]
    against: list[list[Finding]] = [[] for _ in PLACES]
    for _, _, speaks_for, finding, at in ranked:
        lists = for_ if speaks_for else against
        for index in at:
            lists[index].append(finding)
    return list(zip(map(tuple, for_), map(tuple, against), strict=True))


_Ranked: TypeAlias = tuple[float, str, bool, Finding, Sequence[int]]
"""A finding of some places, after what it is sorted by: strength, then a key no other of a place has."""


# what `Finding(*item)` does, without a call in Python for each
_new_finding = partial(tuple.__new__, Finding)


def _finding(
    path: str, value: FactValue, say: str, ratio: Ratio, weight: float, mapping: tuple[str, ...]
) -> Finding:
    known = ratio.value, ratio.low, ratio.high
    return _new_finding(
        (path, value, say, *known, weight, ratio.source, mapping, ratio.strength, ratio.assumed)
    )


def _on_scan(place: Place, spot: Spot, figures: Figures) -> list[tuple[Finding, float]]:
    """The scan's findings at a place; what a missing zone or side shares out shows as smaller weight."""
    zone = None if spot.disc is None else spot.disc.zone
    mapping = figures.zone_sources[zone] if zone else ()
    listed = []
    for name, ratio in spot.ratios:
        weight = math.fsum([slope for named, _, slope in spot.slopes if named == name])
        path, say, value = _worded(place.index, name, zone)
        listed.append((_finding(path, value, say, ratio, weight, mapping), weight * ratio.log))
    return listed


@cache
def _worded(index: int, name: str, zone: str | None) -> tuple[str, str, FactValue]:
    """Path, words and value of a finding of the scan; places, names and zones are few."""
    place = PLACES[index]
    where = f"{place.level} {'both sides' if place.side == 'both' else place.side}"
    field = "root_compressed" if name.startswith("root") else "migration" if name == "reach" else "type"
    return f"imaging.discs[{where}].{field}", *_say(name, where, zone)


def _say(name: str, where: str, zone: str | None) -> tuple[str, FactValue]:
    if name == "none":
        return f"no herniation at {where}", "none"
    if name == "beside":
        return f"the herniation beside it is not said to reach {where}", "none"
    if name == "reach":
        return f"a fragment that moved far up from {where} can meet the exiting root", "up"
    if name == "root yes":
        return f"the root is compressed at {where}", True
    if name == "root no":
        return f"the root is not clearly compressed at {where}", False
    return f"{name} at {where}{f', {zone}' if zone else ''}", name

"""Whether signs and scan point to the same root and side, and what a reader must not miss about either."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kambin.case.words import ROOTS, SIDES, Root
from kambin.diagnosis.figures import Figures
from kambin.diagnosis.observe import Observation
from kambin.diagnosis.overlap import Weighed
from kambin.diagnosis.places import PLACES, Place
from kambin.diagnosis.scan import Scan

__all__ = ["Match", "match"]


@dataclass(frozen=True, slots=True)
class Match:
    """How signs and scan go together.

    Attributes
    ----------
    agrees : bool or None
        True on positive agreement, False on contradiction, None is unknown.
    pointed : mapping of str to frozenset of str
        Side → the roots that its positive signs point to.
    warnings : tuple of str
    """

    agrees: bool | None
    pointed: dict[str, frozenset[str]]
    warnings: tuple[str, ...]

    def points_to(self, place: Place) -> bool:
        """Whether the positive signs of a side point to the root of this place."""
        return any(place.on(side) and place.root in roots for side, roots in self.pointed.items())


def match(seen: Observation, weighed: Sequence[Weighed], scan: Scan, figures: Figures) -> Match:
    """Compare where the signs point with what the scan shows.

    Parameters
    ----------
    seen : Observation
    weighed : sequence of Weighed
    scan : Scan
    figures : Figures

    Returns
    -------
    Match
    """
    logs = _logs_of_roots(weighed)
    pointed = {side: hint for side in SIDES if (hint := _pointer(logs[side], figures)) is not None}
    herniated = [place for place in scan.recorded if scan.spots[place.index].reading == "herniation"]
    warnings: list[str] = []
    if not pointed:
        return Match(_by_pain_alone(seen, herniated, warnings), {}, tuple(warnings))
    answers = [_one_side(side, hint, herniated, scan, warnings) for side, hint in pointed.items()]
    agrees = answers[0] if len(set(answers)) == 1 else None
    if len(pointed) > 1:
        warnings.append(_bilateral(answers))
    return Match(agrees, {side: hint.roots for side, hint in pointed.items()}, tuple(warnings))


@dataclass(frozen=True, slots=True)
class _Pointer:
    """The roots of one side that the signs point to, and whether firmly enough to contradict a scan."""

    roots: frozenset[str]
    firm: bool


# the place that stands for each root of a side: all places of a root get the same share of a finding
_TELLS = {
    index: (side, root)
    for (side, root), index in {(place.side, str(place.root)): place.index for place in PLACES}.items()
    if side != "both"
}


def _logs_of_roots(weighed: Sequence[Weighed]) -> dict[str, dict[str, list[float]]]:
    """What signs and the area of pain say for each root of each side."""
    logs: dict[str, dict[str, list[float]]] = {side: {} for side in SIDES}
    for side, root in _TELLS.values():
        logs[side][root] = []
    for component, _, weight in weighed:
        if component.path in ("symptoms.leg_pain_side", "symptoms.radicular_pain"):
            continue
        log = component.ratio.log
        for index, share in component.places:
            if index in _TELLS:
                side, root = _TELLS[index]
                logs[side][root].append(weight * share * log)
    return logs


def _pointer(logs: dict[str, list[float]], figures: Figures) -> _Pointer | None:
    """The roots of one side that its signs and its area of pain speak for, within a factor of the best."""
    sums = {root: math.fsum(parts) for root, parts in logs.items()}
    speaking = {root: math.fsum([log for log in parts if log > 0]) for root, parts in logs.items()}
    limit = max(sums.values()) - math.log(figures.decision["same_root_within"])
    roots = frozenset(root for root, log in sums.items() if log > 0 and log >= limit)
    if not roots:
        return None
    firm = max(speaking[root] for root in roots) >= math.log(figures.decision["firm_from"])
    return _Pointer(roots, firm)


def _by_pain_alone(seen: Observation, herniated: list[Place], warnings: list[str]) -> bool | None:
    """Without a sign that points to a root only the wrong side can be told."""
    hurting = [side for side, hurts in seen.leg_pain.items() if hurts]
    spared = [side for side, hurts in seen.leg_pain.items() if hurts is False]
    if (
        herniated
        and len(hurting) == len(spared) == 1
        and not any(place.on(hurting[0]) for place in herniated)
    ):
        warnings.append(_wrong_side(hurting[0], "pain is"))
        return False
    return None


def _one_side(
    side: str, hint: _Pointer, herniated: list[Place], scan: Scan, warnings: list[str]
) -> bool | None:
    """Whether the scan explains the signs of one side."""
    roots = hint.roots
    here = [place for place in herniated if place.on(side)]
    if any(place.root in roots for place in here):
        return True
    names = _and(roots)
    if scan.silent:
        return None
    if herniated and not here:
        warnings.append(_wrong_side(side, "signs are"))
        return False
    if not hint.firm:
        return None
    could = [place for place in PLACES if place.side == side and place.root in roots]
    bulging = [place for place in could if scan.spots[place.index].reading == "bulge"]
    if bulging:
        levels = _and({place.level for place in bulging})
        warnings.append(
            f"The signs point to {names} on the {side}, where the scan shows a bulge ({levels}). "
            "Whether it compresses the root decides whether signs and scan match."
        )
        return None
    if scan.doubtful and any(_one_off(place, roots) for place in here):
        warnings.append(
            f"The signs point to {names} on the {side}, one root away from what the scan shows. "
            "With the numbering of the levels in doubt that may be the same root."
        )
        return None
    unread = {place.level for place in could} - scan.described
    if unread:
        warnings.append(
            f"The signs point to {names} on the {side}. Nothing that was read on the scan explains that, "
            f"and no reading is on file for {_and(unread)}."
        )
        return None
    warnings.append(
        f"Signs and scan do not match: the signs point to {names} on the {side}, and the scan shows no "
        "herniation that meets it. This lowers the indication for surgery; look for another cause and read "
        "the scan again."
    )
    return False


def _wrong_side(side: str, what: str) -> str:
    other = "left" if side == "right" else "right"
    return (
        f"Signs and scan do not match: {what} on the {side}, and the only herniation on the scan is on the "
        f"{other}. This lowers the indication for surgery; check the side of both."
    )


def _bilateral(answers: list[bool | None]) -> str:
    text = "There are signs on both sides."
    if True in answers and len(set(answers)) > 1:
        text += " What the scan shows explains one side only."
    return f"{text} Ask for bladder, bowel and saddle feeling: the cauda equina may be compressed."


def _one_off(place: Place, roots: frozenset[str]) -> bool:
    return any(abs(ROOTS.index(place.root) - ROOTS.index(Root(root))) == 1 for root in roots)


def _and(words: Iterable[str]) -> str:
    return " or ".join(sorted(map(str, words)))

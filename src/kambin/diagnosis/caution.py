"""What a reader of the diagnosis must not miss, beyond whether signs and scan match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kambin.case import Case, DiscFinding
from kambin.diagnosis.places import Place
from kambin.diagnosis.result import Candidate
from kambin.diagnosis.scan import Scan

__all__ = ["cautions"]

_NARROW = ("moderate", "severe")
_SILENT = {
    True: "An MRI was made, but no disc finding is on file: this rests on symptoms and signs alone.",
    False: "No MRI was made: this rests on symptoms and signs alone.",
    None: "No scan is on file: this rests on symptoms and signs alone.",
}


def cautions(case: Case, scan: Scan, problem: Candidate | None, tied: Sequence[Place]) -> Iterator[str]:
    """Sentences to show beside the result.

    Parameters
    ----------
    case : Case
    scan : Scan
    problem : Candidate or None
    tied : sequence of Place
        Places of other discs on the scan that are nearly as probable as the best.

    Yields
    ------
    str
    """
    yield from _about_the_scan(case, scan)
    yield from _about_numbering(case, scan)
    levels = {place.level for place in scan.recorded if scan.spots[place.index].reading == "herniation"}
    if len(levels) > 1:
        named = ", ".join(sorted(levels))
        yield f"The scan shows a herniation at {len(levels)} levels ({named}): one alone may be to blame."
    if tied:
        named = "; ".join(_as_recorded(place, scan) for place in tied)
        yield f"More than one disc on the scan explains the signs about as well: {named}."
    if problem is not None and problem.disc is not None:
        yield from _about_the_problem(problem, problem.disc)
    if case.signs.upper_motor_neuron_signs or "brisk" in _reflexes(case):
        yield "No lumbar disc explains brisk reflexes or other upper motor neuron signs: look higher up."


def _as_recorded(place: Place, scan: Scan) -> str:
    """Name of a place, with a side only where the record gives one."""
    disc = scan.spots[place.index].disc
    return place.name if disc is not None and disc.side in ("left", "right") else str(place.level)


def _about_the_scan(case: Case, scan: Scan) -> Iterator[str]:
    if scan.silent:
        yield _SILENT[case.imaging.mri_done]
    elif not scan.complete:
        yield "Not all five lumbar discs are marked as read: a disc without a record counts as unknown."
    if case.symptoms.symptoms_changed:
        yield "The symptoms have changed since the last imaging: what the scan shows may be out of date."


def _about_numbering(case: Case, scan: Scan) -> Iterator[str]:
    if scan.doubtful:
        yield (
            "The numbering of the levels is in doubt (transitional vertebra): the level may be one off. "
            "Settle it on an image that shows the sacrum or the whole spine before any procedure."
        )
    elif case.measured and case.imaging.transitional_vertebra is None:
        yield (
            "Levels were numbered by a label map, and whether there is a transitional vertebra is not "
            "written down: check the numbering."
        )


def _about_the_problem(problem: Candidate, disc: DiscFinding) -> Iterator[str]:
    if disc.type == "bulge":
        yield f"What the scan shows at {disc.level} is a bulge, which is not a herniation."
    narrow = disc.foraminal_stenosis if problem.course == "exiting" else disc.recess_stenosis
    if narrow in _NARROW or disc.canal_stenosis in _NARROW:
        yield (
            f"Bone narrows the way of the {problem.root} root at {disc.level} as well: "
            "the disc may not be the only cause."
        )


def _reflexes(case: Case) -> set[str | None]:
    return {
        value
        for leg in (case.signs.left, case.signs.right)
        for value in (leg.reflex_patellar, leg.reflex_achilles)
    }

"""The problem disc and its rivals as they are printed: probability, findings, what to find out next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kambin.report.bars import Bar, share_bar
from kambin.report.sources import Source, SourceBook
from kambin.report.words import number, percent

__all__ = ["CandidateView", "FindingView", "ProblemView", "place_words", "problem_view"]

SHOWN_FOR, SHOWN_AGAINST = 3, 2
_ASSUMED = {
    "nothing": "",
    "interval": "interval assumed",
    "ratio": "ratio assumed, no published figure",
}


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding: what was found, which way it points, how strongly, and where that is from."""

    say: str
    way: str
    ratio: str
    weight: str
    strength: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class CandidateView:
    """The problem disc or a rival.

    Attributes
    ----------
    place : str
        Level, the patient's side, root.
    probability, interval : str
    bar : Bar
    best_for, best_against : tuple of str
        The strongest findings each way.
    findings : tuple of FindingView
        All of them, those for it first.
    """

    place: str
    probability: str
    interval: str
    bar: Bar
    best_for: tuple[str, ...]
    best_against: tuple[str, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class ProblemView:
    """What the report says about the problem disc.

    Attributes
    ----------
    problem : CandidateView or None
    reason : str
        Why none is named.
    rivals : tuple of CandidateView
    match : str
        Whether signs and scan agree, in a sentence.
    doubtful : bool
        Whether the numbering of the levels is in doubt.
    unexplained : str
        Probability that no lumbar disc explains the symptoms.
    question : str
        What would tell the rivals apart; empty when nothing would.
    between : tuple of str
    method : str
    """

    problem: CandidateView | None
    reason: str
    rivals: tuple[CandidateView, ...]
    match: str
    doubtful: bool
    unexplained: str
    question: str
    between: tuple[str, ...]
    method: str


def place_words(candidate: Mapping[str, Any]) -> str:
    """Level, side and root in words; the side is the patient's.

    Parameters
    ----------
    candidate : mapping
        Plain form of a candidate.

    Returns
    -------
    str
    """
    both = candidate["side"] == "both"
    side = "both sides" if both else f"patient's {candidate['side']}"
    root = f"{candidate['course']} {candidate['root']} root{'s' if both else ''}"
    return f"{candidate['level']}, {side}, {root}"


def _finding(finding: Mapping[str, Any], way: str, book: SourceBook) -> FindingView:
    interval = f"{number(finding['low'])} to {number(finding['high'])}"
    return FindingView(
        say=finding["say"],
        way=way,
        ratio=f"{number(finding['ratio'])} ({interval})",
        weight=percent(finding["weight"]),
        strength="; ".join(part for part in (finding["strength"], _ASSUMED[finding["assumed"]]) if part),
        sources=book.get(dict.fromkeys([*finding["source"], *finding["mapping"]])),
    )


def _candidate(
    candidate: Mapping[str, Any], shares: tuple[float, float, float], book: SourceBook
) -> CandidateView:
    share, low, high = shares
    for_: Sequence[Mapping[str, Any]] = candidate.get("for") or ()
    against: Sequence[Mapping[str, Any]] = candidate.get("against") or ()
    return CandidateView(
        place=place_words(candidate),
        probability=percent(share),
        interval=f"{percent(low)} to {percent(high)}",
        bar=share_bar(low, high, share),
        best_for=tuple(item["say"] for item in for_[:SHOWN_FOR]),
        best_against=tuple(item["say"] for item in against[:SHOWN_AGAINST]),
        findings=(
            *(_finding(item, "for", book) for item in for_),
            *(_finding(item, "against", book) for item in against),
        ),
    )


def problem_view(diagnosis: Mapping[str, Any] | None, book: SourceBook) -> ProblemView | None:
    """The section on the problem disc.

    Parameters
    ----------
    diagnosis : mapping or None
        Plain form of the diagnosis.
    book : SourceBook

    Returns
    -------
    ProblemView or None
        None when the plan holds no diagnosis.
    """
    if diagnosis is None:
        return None
    problem, following = diagnosis["problem"], diagnosis["next_finding"]
    match = {
        True: "Signs and scan point to the same root and side.",
        False: "Signs and scan do not point to the same root and side.",
        None: "Whether signs and scan point to the same root and side is not known.",
    }[diagnosis["signs_match_scan"]]
    main = None
    if problem is not None:
        shares = (diagnosis["probability"], diagnosis["low"], diagnosis["high"])
        main = _candidate(problem, shares, book)
    return ProblemView(
        problem=main,
        reason=diagnosis["reason"],
        rivals=tuple(
            _candidate(rival, (rival["probability"], rival["low"], rival["high"]), book)
            for rival in diagnosis["rivals"]
        ),
        match=match,
        doubtful=diagnosis["level_doubtful"],
        unexplained=percent(diagnosis["unexplained"]),
        question="" if following is None else following["question"],
        between=() if following is None else tuple(following["between"]),
        method=diagnosis["method"],
    )

"""What the diagnosis room hands on: the problem disc, its rivals, and why.

Plain frozen records; `to_dict` gives the JSON form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from kambin.case import DiscFinding, FactValue, Level, Root
from kambin.diagnosis.places import Course, Laterality, place_name

__all__ = ["Assumed", "Candidate", "Diagnosis", "Finding", "NextFinding"]

Assumed: TypeAlias = Literal["nothing", "interval", "ratio"]
"""What of a likelihood ratio is not published but assumed."""


class Finding(NamedTuple):
    """One thing found, and how it bears on one candidate.

    Attributes
    ----------
    path : str
        Where it lies in the case; a scan's finding reads ``imaging.discs[L4-L5 right]``.
    value : bool, int, float, str or None
        As found.
    say : str
        For people.
    ratio, low, high : float
        Likelihood ratio and the ends of its 95 % interval, before the weight.
    weight : float
        Power to which the ratio is taken: what overlap with other findings and a partial share of the root
        leave of it.
    source : tuple of str
        Evidence ids of the ratio; empty where it is assumed.
    mapping : tuple of str
        Evidence ids of the roots that the finding points to.
    strength : str
        Of the ratio: its study design, or ``expert``.
    assumed : {'nothing', 'interval', 'ratio'}
    """

    path: str
    value: FactValue
    say: str
    ratio: float
    low: float
    high: float
    weight: float
    source: tuple[str, ...]
    mapping: tuple[str, ...]
    strength: str
    assumed: Assumed

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "path": self.path,
            "value": self.value,
            "say": self.say,
            "ratio": self.ratio,
            "low": self.low,
            "high": self.high,
            "weight": self.weight,
            "source": list(self.source),
            "mapping": list(self.mapping),
            "strength": self.strength,
            "assumed": self.assumed,
        }


class Candidate(NamedTuple):
    """One disc meeting one root, and how probable it is that this causes the symptoms.

    Attributes
    ----------
    level : Level
    side : {'left', 'right', 'both'}
        The patient's side; ``both`` is a central herniation that meets the traversing roots of both sides.
    root : Root
    course : {'exiting', 'traversing'}
    probability, low, high : float
        Posterior and its 95 % interval from the uncertainty of the ratios and of the starting point.
    for_, against : tuple of Finding
        What raises and what lowers it, the strongest first.
    disc : DiscFinding or None
        What the scan shows there: a bulge or a herniation, or a record that says the root is compressed.
    """

    level: Level
    side: Laterality
    root: Root
    course: Course
    probability: float
    low: float
    high: float
    for_: tuple[Finding, ...]
    against: tuple[Finding, ...]
    disc: DiscFinding | None

    @property
    def name(self) -> str:
        """For people: ``L4-L5 right, traversing root L5``."""
        return place_name(self.level, self.side, self.course, self.root)

    def to_dict(self) -> dict[str, Any]:
        """JSON form, with its findings in full."""
        return {
            "level": str(self.level),
            "side": self.side,
            "root": str(self.root),
            "course": self.course,
            "probability": self.probability,
            "low": self.low,
            "high": self.high,
            "for": [finding.to_dict() for finding in self.for_],
            "against": [finding.to_dict() for finding in self.against],
            "disc": None if self.disc is None else self.disc.model_dump(mode="json", exclude_none=True),
        }


@dataclass(frozen=True, slots=True)
class NextFinding:
    """The examination or imaging finding that is expected to tell most, for what it costs.

    Attributes
    ----------
    paths : tuple of str
        Where the answer goes in the case; two when the question tells as much about the left as the right.
    question : str
        What a person is asked.
    cost : int
        0 asked, 1 examined, 3 imaged.
    gain_bits : float
        Expected fall of the entropy over what it tells apart.
    between : tuple of str
        Names of the candidates that it tells apart.
    """

    paths: tuple[str, ...]
    question: str
    cost: int
    gain_bits: float
    between: tuple[str, ...]

    @property
    def path(self) -> str:
        """The first of the paths."""
        return self.paths[0]

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "paths": list(self.paths),
            "question": self.question,
            "cost": self.cost,
            "gain_bits": self.gain_bits,
            "between": list(self.between),
        }


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Which disc causes the symptoms, as far as the case says.

    Attributes
    ----------
    problem : Candidate or None
        The problem disc; None when there is not enough information, and `reason` says why.
    disc : DiscFinding or None
        The record whose findings conditions read: the problem disc's; without a problem disc, the only record
        of the case, where its side or type is missing or its probability is low but the signs do not point
        past it. None where discs compete, where signs and scan do not match, and without a record.
    reason : str
        Why no place is named; empty when one is.
    probability, low, high : float or None
        How probable it is that `disc` causes the symptoms, over all places that it covers, with the 95 %
        interval; None without it.
    candidates : tuple of Candidate
        All 25 places, the most probable first; their probabilities and `unexplained` sum to 1.
    unexplained : float
        Probability that no lumbar disc explains it.
    rivals : tuple of Candidate
        What else it could be, of a probability worth naming.
    next_finding : NextFinding or None
        What to find out next; None when nothing that a case can hold would tell noticeably more.
    signs_match_scan : bool or None
        Whether signs and scan point to the same root and side; None is unknown.
    level_doubtful : bool
        Whether the numbering of the levels is in doubt.
    warnings : tuple of str
        What a reader must not miss.
    method : str
        The model and the content hash of its figures.
    """

    problem: Candidate | None
    disc: DiscFinding | None
    reason: str
    probability: float | None
    low: float | None
    high: float | None
    candidates: tuple[Candidate, ...]
    unexplained: float
    rivals: tuple[Candidate, ...]
    next_finding: NextFinding | None
    signs_match_scan: bool | None
    level_doubtful: bool
    warnings: tuple[str, ...]
    method: str

    def facts(self) -> dict[str, FactValue]:
        """The facts that conditions read from this room, by name."""
        return {"problem_disc_probability": self.probability, "signs_match_scan": self.signs_match_scan}

    def to_dict(self) -> dict[str, Any]:
        """JSON form; problem and rivals in full, of the other candidates their probability only."""
        return {
            "problem": None if self.problem is None else self.problem.to_dict(),
            "disc": None if self.disc is None else self.disc.model_dump(mode="json", exclude_none=True),
            "reason": self.reason,
            "probability": self.probability,
            "low": self.low,
            "high": self.high,
            "signs_match_scan": self.signs_match_scan,
            "level_doubtful": self.level_doubtful,
            "warnings": list(self.warnings),
            "rivals": [candidate.to_dict() for candidate in self.rivals],
            "unexplained": self.unexplained,
            "next_finding": None if self.next_finding is None else self.next_finding.to_dict(),
            "candidates": [
                {
                    "level": str(item.level),
                    "side": item.side,
                    "root": str(item.root),
                    "course": item.course,
                    "probability": item.probability,
                    "low": item.low,
                    "high": item.high,
                }
                for item in self.candidates
            ],
            "method": self.method,
        }

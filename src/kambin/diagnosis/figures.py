"""The figures of the diagnosis as types: ratios, what an outcome says, how overlap is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from kambin.diagnosis.places import Pattern
from kambin.diagnosis.result import Assumed

__all__ = ["Z95", "Component", "Figures", "Outcome", "Overlap", "Question", "Ratio", "Reads"]

Reads: TypeAlias = Literal["yes_no", "power", "reflex", "sensation", "area", "leg", "radicular"]
"""How a value of the case becomes the name of an outcome."""

Z95 = 1.959963984540054
"""Half width of a 95 % interval in standard deviations."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A likelihood ratio, log-normal: `value` is its middle, `low` and `high` its 95 % interval.

    Attributes
    ----------
    value, low, high : float
    source : tuple of str
        Evidence ids; empty where the ratio is assumed.
    strength : str
    assumed : {'nothing', 'interval', 'ratio'}
    log, sd : float
        Natural logarithm of the value, and its standard deviation.
    """

    value: float
    low: float
    high: float
    source: tuple[str, ...]
    strength: str
    assumed: Assumed
    log: float
    sd: float


@dataclass(frozen=True, slots=True)
class Component:
    """What one outcome says about one set of places.

    Attributes
    ----------
    key : str
        Names the ratio; the same figure on the left and the right has two keys.
    rank : str
        As `key`, without the side: breaks ties alike for a patient and the mirrored patient.
    path : str
        Where the finding lies in the case.
    places : Pattern
    ratio : Ratio
    mapping : tuple of str
        Evidence ids of the roots that the finding points to.
    say : str
        For people, with ``{value}`` where the value goes.
    group : int
        Findings that tell the same, the same places and for or against alike, have the same number.
    shares : mapping of int to float
        `places`, to look up.
    alike : tuple of (share, indices)
        `places`, those with the same share together.
    """

    key: str
    rank: str
    path: str
    places: Pattern
    ratio: Ratio
    mapping: tuple[str, ...]
    say: str
    group: int = field(init=False, compare=False, repr=False)
    shares: Mapping[int, float] = field(init=False, compare=False, repr=False)
    alike: tuple[tuple[float, tuple[int, ...]], ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "group", _group(self.places, self.ratio.log > 0))
        object.__setattr__(self, "shares", dict(self.places))
        alike: dict[float, tuple[int, ...]] = {}
        for index, share in self.places:
            alike[share] = (*alike.get(share, ()), index)
        object.__setattr__(self, "alike", tuple(alike.items()))


_GROUPS: dict[tuple[Pattern, bool], int] = {}


def _group(places: Pattern, speaks_for: bool) -> int:
    """A number instead of the pattern itself, which takes long to compare."""
    return _GROUPS.setdefault((places, speaks_for), len(_GROUPS))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer to a question.

    Attributes
    ----------
    name : str
    background : float
        How often it is found where the place asked about is not to blame.
    components : tuple of Component
    """

    name: str
    background: float
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that can be found, with its answers.

    Attributes
    ----------
    path : str
        Where the answer lies in the case.
    fact : str
        Its name in the registry of facts.
    field : str
        Field of the section.
    side : {'left', 'right'} or None
    reads : str
        How a value becomes the name of an outcome.
    outcomes : mapping of str to Outcome
    """

    path: str
    fact: str
    field: str
    side: str | None
    reads: Reads
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How findings that tell the same are kept from counting twice.

    Attributes
    ----------
    exponent : float
        Power to which every clinical ratio is taken.
    same_place : float
        What each further finding that points to the same places counts, beside the strongest.
    """

    exponent: float
    same_place: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that the diagnosis computes with.

    Attributes
    ----------
    prior : Ratio
        Odds that a lumbar disc causes it at all.
    overlap : Overlap
    questions : tuple of Question
    types, compressed : mapping of str to Ratio
        What a scan shows at a place: type of herniation, and whether the root is compressed.
    type_backgrounds, compressed_backgrounds : mapping of str to float
    beside : Ratio
        A place next to a herniation of its disc and side, in a full reading that does not name it.
    reach : Ratio
        A fragment that moved up, at the exiting root's place.
    reach_grades : frozenset of str
    central_share : float
        What a central herniation of one side counts for both sides.
    marked_weakness_at_most : int
        Power up to which weakness is marked.
    zones : mapping of str to str
        Zone → course of the root.
    zone_sources : mapping of str to tuple of str
    neighbours : float
        Weight of the neighbouring levels where the numbering is in doubt.
    decision : mapping of str to float
    method : str
        Name, version and content hash.
    """

    prior: Ratio
    overlap: Overlap
    questions: tuple[Question, ...]
    types: Mapping[str, Ratio]
    type_backgrounds: Mapping[str, float]
    compressed: Mapping[str, Ratio]
    compressed_backgrounds: Mapping[str, float]
    beside: Ratio
    reach: Ratio
    reach_grades: frozenset[str]
    central_share: float
    marked_weakness_at_most: int
    zones: Mapping[str, str]
    zone_sources: Mapping[str, tuple[str, ...]]
    neighbours: float
    decision: Mapping[str, float]
    method: str

    def independent(self) -> Figures:
        """The same figures with every finding counted in full, as if none overlapped; for comparison."""
        return replace(
            self, overlap=Overlap(1.0, 1.0), method=f"{self.method}, findings taken as independent"
        )

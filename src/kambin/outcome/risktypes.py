"""What is said about the recurrence risk of one patient: a range and a word, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["FactorNote", "Lowering", "NoRecurrenceRisk", "RecurrenceRisk"]


@dataclass(frozen=True, slots=True)
class FactorNote:
    """What one risk factor does to the recurrence risk of this patient.

    Attributes
    ----------
    name, label : str
        Id of the factor, and its name for readers.
    fact : str
        Fact of the case that it is read from.
    state : {'present', 'absent', 'unknown', 'disputed'}
        ``disputed``: the sources disagree about the direction, so the factor only widens the range.
    odds_low, odds_high : float
        90 % interval of the odds ratio of having the factor, after shrinkage.
    counted : bool
        False for a present factor that stands behind a stronger one of its own cluster (not counted twice).
    source_ids : tuple of str
        Ids of `kambin.evidence`.
    note : str
        What is to be read beside it.
    """

    name: str
    label: str
    fact: str
    state: Literal["present", "absent", "unknown", "disputed"]
    odds_low: float
    odds_high: float
    counted: bool
    source_ids: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lowering:
    """What lowers the recurrence risk of this patient.

    Attributes
    ----------
    text : str
        What to do.
    rules : tuple of str
        Argument ids of the guideline's decision ``recurrence_prevention``.
    claims, source_ids : tuple of str
        Claims of F and R, and later evidence.
    conflicts : tuple of str
        Where the two disagree.
    """

    text: str
    rules: tuple[str, ...]
    claims: tuple[str, ...]
    source_ids: tuple[str, ...]
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecurrenceRisk:
    """Risk of recurrence of one patient after one technique: a range and a word, never one number.

    Attributes
    ----------
    option : str
        Option id.
    low, high : int
        Whole percent, rounded outwards: 90 % interval, wide enough for every answer to what is unknown.
    word : str
        The risk beside what was published for the technique.
    text : str
        Range and word in one sentence.
    horizon : str
        Over which time.
    baseline_low, baseline_high : float
        What was published for the technique, percent.
    baseline_sources : tuple of str
        From where.
    factors : tuple of FactorNote
        Every risk factor that is counted.
    missing_facts : tuple of str
        Unknown facts that widen the range, the one that widens most first.
    lowers : tuple of Lowering
        What can be done.
    assumes : tuple of str
        What is taken to hold because it is not known: the patient belongs to the population studied.
    notes : tuple of str
        With evidence ids in brackets.
    calibrated : bool
        Whether an accepted model card of local results was used.
    kind : {'range'}
        Tells this from `NoRecurrenceRisk` in JSON.
    """

    option: str
    low: int
    high: int
    word: str
    text: str
    horizon: str
    baseline_low: float
    baseline_high: float
    baseline_sources: tuple[str, ...]
    factors: tuple[FactorNote, ...]
    missing_facts: tuple[str, ...]
    lowers: tuple[Lowering, ...]
    assumes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    calibrated: bool = False
    kind: Literal["range"] = "range"


@dataclass(frozen=True, slots=True)
class NoRecurrenceRisk:
    """Why no recurrence risk is given.

    Attributes
    ----------
    option : str
        Option id.
    reason : str
        Why.
    source_ids : tuple of str
        What says so.
    out_of_scope : bool
        True when the patient is outside the population of the sources; False when the option removes no
        herniation, or nothing was published.
    lowers : tuple of Lowering
        What can be done all the same.
    kind : {'none'}
        Tells this from `RecurrenceRisk` in JSON.
    """

    option: str
    reason: str
    source_ids: tuple[str, ...]
    out_of_scope: bool
    lowers: tuple[Lowering, ...] = ()
    kind: Literal["none"] = "none"

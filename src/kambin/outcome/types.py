"""What the outcome room hands on: published figures, option by option.

Frozen; `dataclasses.asdict` makes plain data for JSON.
"""

from __future__ import annotations

from dataclasses import dataclass

from kambin.outcome.risktypes import NoRecurrenceRisk, RecurrenceRisk

__all__ = [
    "CardNote",
    "Cell",
    "ClaimBeside",
    "Comparison",
    "Feature",
    "Figure",
    "Forecast",
    "Later",
    "Outcome",
    "Outlook",
    "OutlookRow",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that is counted, under one name for all options.

    Attributes
    ----------
    key : str
        Its name in figures, for example ``later_operation``.
    label : str
        Its name for readers.
    unit : str
        Unit of its figures unless a figure gives another.
    better : {'higher', 'lower'}
        Which direction a patient would want.
    denominator : str
        What a share is a share of, unless a figure gives another.
    means : str
        What is counted.
    """

    key: str
    label: str
    unit: str
    better: str
    denominator: str
    means: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure, or the range of several.

    Attributes
    ----------
    outcome : str
        `Outcome.key`.
    time : str
        Follow-up, in words; ``not stated`` where the source as read does not say.
    low, high : float or None
        Bounds in `unit`; None is an open end ("over 85 %"). Equal where the source gives a figure without
        interval.
    unit : str
        For example ``%`` or ``points of 100``.
    denominator : str
        What a share is a share of, or who was counted.
    source_ids : tuple of str
        Ids of `kambin.evidence`, the entry that prints the number first.
    level : str
        Design and level of evidence, as the evidence base words it.
    population : str
        In whom it was seen.
    note : str
        What has to be read beside it; says so where the source was read only in part.
    value : float or None
        The estimate; None where the source gives a range alone, or where sources differ.
    interval : str
        What `low` and `high` are, for example ``95 % CI``; empty for a figure without interval.
    conflicts : tuple of str
        Ids of conflicts between the source document and later evidence.
    parts : tuple of Figure
        The figures of the single sources, where `low` and `high` are the range over them.
    horizon : str
        Column of the side-by-side table that `time` belongs to, for example ``12 months``; empty where
        it belongs to none.
    base : str
        Kind of denominator, for comparing like with like: `Outcome.denominator` unless the figure counts
        somebody else.
    """

    outcome: str
    time: str
    low: float | None
    high: float | None
    unit: str
    denominator: str
    source_ids: tuple[str, ...]
    level: str
    population: str
    note: str = ""
    value: float | None = None
    interval: str = ""
    conflicts: tuple[str, ...] = ()
    parts: tuple[Figure, ...] = ()
    horizon: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class Feature:
    """What comes with an option and is said in words, because no source prints a number for it.

    Attributes
    ----------
    about : str
        ``structure_removed``, ``anaesthesia``, ``stay`` or ``recovery``.
    text : str
        The words.
    source_ids, conflicts : tuple of str
        Ids of `kambin.evidence`.
    level : str
        Design and level of evidence of the first source.
    """

    about: str
    text: str
    source_ids: tuple[str, ...]
    level: str
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlookRow:
    """What was published about one option.

    Attributes
    ----------
    option : str
        Option id of the guideline.
    figures : tuple of Figure
        In the order of `Outlook.outcomes`; empty where there is no evidence, and then `notes` says why.
    notes : tuple of str
        What holds for the whole row, each with its evidence ids in brackets.
    rung : str
        ``conservative``, ``minimally invasive``, ``open`` or ``addition``; empty for an option without data.
    features : tuple of Feature
        What is said in words: structure removed, anaesthesia, stay, recovery.
    """

    option: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    rung: str = ""
    features: tuple[Feature, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """What one option shows at one time in the side-by-side table.

    Attributes
    ----------
    option : str
        Option id.
    low, high, value : float or None
        As in `Figure`; where several sources speak, the range over them and no value.
    interval : str
        What `low` and `high` are.
    source_ids : tuple of str
        All sources of the cell.
    level : str
        Levels of evidence, best described first as the file lists them.
    claim : bool
        Whether this is what a source document claims; a claim is never merged with what was published.
    time : str
        Follow-up in words, as in `Figure`.
    """

    option: str
    low: float | None
    high: float | None
    value: float | None
    interval: str
    source_ids: tuple[str, ...]
    level: str
    claim: bool = False
    time: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the side-by-side table: same outcome, same time, same unit, same kind of denominator.

    Attributes
    ----------
    outcome : str
        `Outcome.key`.
    horizon : str
        ``6 weeks``, ``3 months``, ``12 months``, ``24 months``; empty for every other or no stated time.
    unit, base : str
        Unit and kind of denominator.
    cells : tuple of Cell
        One or more per option that has a figure (a claim has its own).
    blank : tuple of str
        Options without a figure here. Blank is "not published here", never zero.
    same_source : tuple of str
        Studies that speak of two or more of the options in different figures: the fair comparisons.
    """

    outcome: str
    horizon: str
    unit: str
    base: str
    cells: tuple[Cell, ...]
    blank: tuple[str, ...] = ()
    same_source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """What later evidence found where a source document claims a figure; fields as in `Figure`."""

    option: str
    time: str
    low: float | None
    high: float | None
    unit: str
    source_ids: tuple[str, ...]
    level: str


@dataclass(frozen=True, slots=True)
class ClaimBeside:
    """A figure of F or R with later evidence beside it.

    Attributes
    ----------
    claim : str
        Claim id.
    outcome : str
        `Outcome.key`.
    options : tuple of str
        The options shown that the claim is about.
    low, high : float or None
        What the document says; None is an open end.
    unit : str
        Unit.
    later : tuple of Later
        What was published later; empty where nothing was.
    conflicts : tuple of str
        Conflict ids.
    verdicts : tuple of str
        What the evidence base makes of each conflict, for example ``partly supported``.
    """

    claim: str
    outcome: str
    options: tuple[str, ...]
    low: float | None
    high: float | None
    unit: str
    later: tuple[Later, ...]
    conflicts: tuple[str, ...]
    verdicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardNote:
    """Which accepted model card was used.

    Attributes
    ----------
    sha256 : str
        Hash of the card.
    accepted_by, accepted_on : str
        Who signed it off, and when.
    rows, events : int
        How many patients and recurrences it was learned from.
    options : tuple of str
        Techniques that it changes.
    text : str
        One sentence for readers.
    """

    sha256: str
    accepted_by: str
    accepted_on: str
    rows: int
    events: int
    options: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """Published figures of several options side by side; conservative care is always one of them.

    Attributes
    ----------
    rows : tuple of OutlookRow
        One per option, in the order asked for.
    outcomes : tuple of Outcome
        Every outcome that some row has a figure for, in the order to show them.
    missing_facts : tuple of str
        Facts of this patient that are not known and would change what is shown.
    notes : tuple of str
        What holds for the whole.
    horizons : tuple of str
        The times of the side-by-side table.
    comparisons : tuple of Comparison
        The side-by-side table, line by line.
    beside : tuple of ClaimBeside
        Figures of F and R with later evidence beside them.
    recurrence : tuple of RecurrenceRisk or NoRecurrenceRisk
        One per option, in the order of `rows`.
    card : CardNote or None
        The accepted model card that was used, if any.
    """

    rows: tuple[OutlookRow, ...]
    outcomes: tuple[Outcome, ...] = ()
    missing_facts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    horizons: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    beside: tuple[ClaimBeside, ...] = ()
    recurrence: tuple[RecurrenceRisk | NoRecurrenceRisk, ...] = ()
    card: CardNote | None = None


Outlook = Forecast
"""The former name of `Forecast`."""

"""What the outcome room hands on: published figures, option by option.

Frozen; `dataclasses.asdict` makes plain data for JSON.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Figure", "Outcome", "Outlook", "OutlookRow"]


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
    """

    option: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    rung: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
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
    """

    rows: tuple[OutlookRow, ...]
    outcomes: tuple[Outcome, ...] = ()
    missing_facts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

"""Chances of the plan's outlook as words, numbers and pictures with one denominator: 100 people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kambin.report.aid.catalogue import Catalogue
from kambin.report.aid.icons import PEOPLE, IconArray, icon_array
from kambin.report.aid.quality import quality_words
from kambin.report.words import capital

__all__ = ["Chance", "Choice", "Line", "chance", "compare", "names_of", "natural_course"]

SHARE = "%"
NATURAL = ("resorption", "resorption_complete")


@dataclass(frozen=True, slots=True)
class Chance:
    """One share of 100 people, said in words, as a number, the other way round, and drawn.

    Attributes
    ----------
    number, other, sure : str
        How many; how many not; what is not certain about it.
    icons : IconArray
    label : str
        The picture in words.
    """

    number: str
    other: str
    sure: str
    icons: IconArray
    label: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The chance of the options that were counted together.

    Attributes
    ----------
    options : str
        Plain names.
    chance : Chance
    when, who, quality : str
    sources : tuple of str
        Ids of the evidence.
    """

    options: str
    chance: Chance
    when: str
    who: str
    quality: str
    sources: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The sources by which a reader finds the study, without rows of tables where it is named."""
        return tuple(name for name in self.sources if "/" not in name) or self.sources


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is counted, over one time, for every option.

    Attributes
    ----------
    title, short, when, base, better : str
    choices : tuple of Choice
    blank : str
        Plain names of the options without a number.
    same : tuple of str
        Ids of the studies that compare the options themselves.
    fixed_time : bool
        False for the numbers whose times differ.
    """

    title: str
    short: str
    when: str
    base: str
    better: str
    choices: tuple[Choice, ...]
    blank: str
    same: tuple[str, ...]
    fixed_time: bool


def chance(t: Catalogue, low: float | None, high: float | None, value: float | None = None) -> Chance:
    """A share as a chance in 100 people.

    Parameters
    ----------
    t : Catalogue
    low, high : float or None
        Percent; None is an open end. Equal where there is no interval.
    value : float, optional
        The estimate, where there is one.

    Returns
    -------
    Chance
        Ranges are rounded outwards.
    """
    low = value if low is None and high is None else low
    high = value if high is None and low == value else high
    bottom = 0 if low is None else min(PEOPLE, max(0, math.floor(low + 1e-9)))
    top = PEOPLE if high is None else min(PEOPLE, max(0, math.ceil(high - 1e-9)))
    if low is not None and low == high and low >= 1:
        bottom = top = round(low)
    icons = icon_array(bottom, top - bottom)
    label = t("chance", "picture", sure=icons.sure, maybe=icons.maybe, rest=icons.rest)
    if bottom == top:
        words = t("chance", "one", n=top), t("chance", "not_one", n=PEOPLE - top), t("chance", "sure_one")
    elif (bottom, top) == (0, 1):
        words = t("chance", "under"), t("chance", "not_under"), t("chance", "sure_one")
    else:
        name = "over" if high is None else "upto" if low is None else "range"
        words = (
            t("chance", name, low=bottom, high=top),
            t("chance", "not_range", low=PEOPLE - top, high=PEOPLE - bottom),
            t("chance", "sure_range"),
        )
    return Chance(*words, icons=icons, label=label)


def names_of(t: Catalogue, options: Iterable[str]) -> tuple[str, ...]:
    """Plain names of options, each once, as they stand inside a sentence."""
    names = (t("options", name, "name") for name in dict.fromkeys(options) if t.has("options", name, "name"))
    return tuple(name[:1].lower() + name[1:] for name in names)


def _who(t: Catalogue, sources: Sequence[str]) -> str:
    known = [name for name in sources if t.has("who", name)]
    return "; ".join(dict.fromkeys(t("who", name) for name in known)) or t("who", "other")


def _choices(t: Catalogue, cells: Sequence[Mapping[str, Any]], *, fixed: bool) -> tuple[Choice, ...]:
    groups: dict[tuple[Any, ...], list[str]] = {}
    for cell in cells:
        key = (
            cell["low"],
            cell["high"],
            cell["value"],
            cell["time"],
            tuple(cell["source_ids"]),
            cell["level"],
        )
        groups.setdefault(key, []).append(cell["option"])
    return tuple(
        Choice(
            options=capital(t.joined(names_of(t, options))),
            chance=chance(t, low, high, value),
            when="" if fixed else t.find("times", time, other="not stated"),
            who=_who(t, sources),
            quality=quality_words(t, level),
            sources=sources,
        )
        for (low, high, value, time, sources, level), options in groups.items()
    )


def _line(t: Catalogue, item: Mapping[str, Any], better: str) -> Line | None:
    cells = [cell for cell in item["cells"] if not cell["claim"] and t.has("options", cell["option"], "name")]
    if item["unit"] != SHARE or not cells or not t.has("outcomes", item["outcome"], "title"):
        return None
    shown = {cell["option"] for cell in cells}
    claimed = [cell["option"] for cell in item["cells"] if cell["option"] not in shown]
    fixed = bool(item["horizon"])
    return Line(
        title=t("outcomes", item["outcome"], "title"),
        short=t("outcomes", item["outcome"], "short"),
        when=t("horizons", item["horizon"]) if fixed else "",
        base=t.find("bases", item["base"], other="differs by source"),
        better=t("compare", f"better_{'high' if better == 'higher' else 'low'}"),
        choices=_choices(t, cells, fixed=fixed),
        blank=t("join", "comma").join(names_of(t, (*claimed, *item["blank"]))),
        same=tuple(item["same_source"]),
        fixed_time=fixed,
    )


def compare(t: Catalogue, outlook: Mapping[str, Any]) -> tuple[Line, ...]:
    """Every share of the outlook, side by side; without the natural course and without mere claims.

    Parameters
    ----------
    t : Catalogue
    outlook : mapping
        Plain form of the outlook.

    Returns
    -------
    tuple of Line
    """
    better = {item["key"]: item["better"] for item in outlook["outcomes"]}
    lines = (
        _line(t, item, better.get(item["outcome"], ""))
        for item in outlook.get("comparisons", ())
        if item["outcome"] not in NATURAL
    )
    return tuple(line for line in lines if line is not None)


def natural_course(t: Catalogue, outlook: Mapping[str, Any]) -> tuple[Line, ...]:
    """What becomes of the herniation without an operation."""
    lines = (
        _line(t, item, "higher") for item in outlook.get("comparisons", ()) if item["outcome"] in NATURAL
    )
    return tuple(line for line in lines if line is not None)

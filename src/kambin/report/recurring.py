"""Risk of recurrence of this patient: a range and a word for each option, or why there is no number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kambin.report.lexicon import Lexicon
from kambin.report.outlook import Note, note_of
from kambin.report.sources import ConflictView, Source, SourceBook
from kambin.report.words import NARROW, capital, interval_words, number, words

__all__ = ["FactorView", "LoweringView", "RangeView", "RecurrenceView", "SilentView", "recurrence_view"]

STATES = {
    "present": ("+", "stop", "present"),
    "absent": ("✓", "good", "absent"),
    "unknown": ("?", "open", "not known"),
    "disputed": ("=", "even", "sources disagree"),
}


@dataclass(frozen=True, slots=True)
class RangeView:
    """Options with the same risk: the range in words, what was published, and whether local results count."""

    options: str
    range: str
    word: str
    horizon: str
    baseline: str
    sources: tuple[Source, ...]
    calibrated: bool


@dataclass(frozen=True, slots=True)
class SilentView:
    """Options without a number, and why."""

    options: str
    reason: str
    out_of_scope: bool
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class FactorView:
    """One risk factor: what is known of it here, its odds, and what must be read beside it."""

    label: str
    mark: str
    tone: str
    word: str
    odds: str
    note: str
    options: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class LoweringView:
    """What lowers the risk of this patient."""

    text: str
    options: str
    rules: tuple[str, ...]
    sources: tuple[Source, ...]
    conflicts: tuple[ConflictView, ...]


@dataclass(frozen=True, slots=True)
class RecurrenceView:
    """Everything on recurrence.

    Attributes
    ----------
    ranges : tuple of RangeView
    silent : tuple of SilentView
    factors : tuple of FactorView
    lowers : tuple of LoweringView
    missing : tuple of str
        What is not known and widens the range, the one that widens most first.
    assumes : tuple of str
        What is taken to hold because it is not known.
    notes : tuple of Note
    """

    ranges: tuple[RangeView, ...]
    silent: tuple[SilentView, ...]
    factors: tuple[FactorView, ...]
    lowers: tuple[LoweringView, ...]
    missing: tuple[str, ...]
    assumes: tuple[str, ...]
    notes: tuple[Note, ...]


class _Gathered:
    """Equal things that several options have, each once, with those options in order."""

    def __init__(self, lexicon: Lexicon, items: Sequence[Mapping[str, Any]]) -> None:
        self._decision = str(words()["outlook"]["decision"])
        self._lexicon, self._items = lexicon, items

    def labels(self, options: Sequence[str]) -> str:
        """Names of options, as a list in a sentence."""
        return ", ".join(self._lexicon.option(self._decision, option) for option in options)

    def by(self, key: str) -> list[tuple[Any, str]]:
        """Every member of a list with the options that have it; empty when all that have any have it."""
        found: list[tuple[Any, list[str]]] = []
        having = [item["option"] for item in self._items if item.get(key)]
        for item in self._items:
            for one in item.get(key, ()):
                options = next((options for other, options in found if other == one), None)
                if options is None:
                    found.append((one, [item["option"]]))
                else:
                    options.append(item["option"])
        return [(one, "" if options == having else self.labels(options)) for one, options in found]


def _ranges(
    items: Sequence[Mapping[str, Any]], gathered: _Gathered, book: SourceBook
) -> tuple[RangeView, ...]:
    keys = ("low", "high", "word", "horizon", "baseline_low", "baseline_high", "calibrated")
    found: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for item in items:
        found.setdefault(tuple(item[key] for key in keys), []).append(item)
    return tuple(
        RangeView(
            options=gathered.labels([item["option"] for item in members]),
            range=f"{low} to {high} of 100" if low != high else f"about {low} of 100",
            word=word,
            horizon=horizon,
            baseline=interval_words(base_low, base_high, "%"),
            sources=book.brief(name for item in members for name in item["baseline_sources"]),
            calibrated=calibrated,
        )
        for (low, high, word, horizon, base_low, base_high, calibrated), members in found.items()
    )


def _silent(
    items: Sequence[Mapping[str, Any]], gathered: _Gathered, book: SourceBook
) -> tuple[SilentView, ...]:
    found: dict[tuple[Any, ...], list[str]] = {}
    for item in items:
        key = (item["reason"], item["out_of_scope"], tuple(item["source_ids"]))
        found.setdefault(key, []).append(item["option"])
    return tuple(
        SilentView(gathered.labels(options), reason, out, book.get(sources))
        for (reason, out, sources), options in found.items()
    )


def _factor(item: Mapping[str, Any], options: str, book: SourceBook) -> FactorView:
    mark, tone, word = STATES[item["state"]]
    counted = "" if item["counted"] else "Not counted again: it stands behind a stronger factor of its kind."
    return FactorView(
        label=capital(item["label"]),
        mark=mark,
        tone=tone,
        word=word,
        odds=f"{number(item['odds_low'])} to{NARROW}{number(item['odds_high'])}",
        note=" ".join(part for part in (item["note"], counted) if part),
        options=options,
        sources=book.brief(item["source_ids"]),
    )


def recurrence_view(
    outlook: Mapping[str, Any] | None, lexicon: Lexicon, book: SourceBook
) -> RecurrenceView | None:
    """Risk of recurrence of every option.

    Parameters
    ----------
    outlook : mapping or None
        Plain form of the forecast.
    lexicon : Lexicon
    book : SourceBook

    Returns
    -------
    RecurrenceView or None
        None when the plan says nothing about it.
    """
    items: Sequence[Mapping[str, Any]] = (outlook or {}).get("recurrence") or ()
    if not items:
        return None
    numbers = [item for item in items if item["kind"] == "range"]
    gathered = _Gathered(lexicon, items)
    return RecurrenceView(
        ranges=_ranges(numbers, gathered, book),
        silent=_silent([item for item in items if item["kind"] != "range"], gathered, book),
        factors=tuple(_factor(one, options, book) for one, options in gathered.by("factors")),
        lowers=tuple(
            LoweringView(
                one["text"],
                options,
                tuple(one["rules"]),
                book.get(dict.fromkeys([*one["claims"], *one["source_ids"]])),
                book.disputed(one["conflicts"]),
            )
            for one, options in gathered.by("lowers")
        ),
        missing=tuple(
            dict.fromkeys(capital(lexicon.label(name)) for item in numbers for name in item["missing_facts"])
        ),
        assumes=tuple(dict.fromkeys(text for item in numbers for text in item["assumes"])),
        notes=tuple(note_of("", text, book) for text, _ in gathered.by("notes")),
    )

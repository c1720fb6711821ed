"""Published figures side by side: one table per outcome, conservative care first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kambin.report.bars import Bar, share_bar
from kambin.report.compared import Compared, ComparedTable, compared_table, compared_view
from kambin.report.lexicon import Lexicon
from kambin.report.sources import ConflictView, Source, SourceBook, split_note
from kambin.report.words import capital, interval_words, words

__all__ = ["FigureView", "Note", "OutcomeView", "OutlookView", "note_of", "outlook_view"]


@dataclass(frozen=True, slots=True)
class FigureView:
    """One figure and the options that it is about; `parts` are the single sources behind a range."""

    option: str
    value: str
    bar: Bar | None
    time: str
    population: str
    level: str
    note: str
    sources: tuple[Source, ...]
    conflicts: tuple[ConflictView, ...]
    parts: tuple[FigureView, ...]


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """One outcome: what is counted, which direction is better, side by side, every figure, who has none."""

    label: str
    means: str
    better: str
    denominator: str
    table: ComparedTable | None
    figures: tuple[FigureView, ...]
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark with its sources."""

    about: str
    text: str
    sources: tuple[Source, ...]
    conflicts: tuple[ConflictView, ...]


@dataclass(frozen=True, slots=True)
class OutlookView:
    """The section on what to expect.

    Attributes
    ----------
    options : tuple of str
        Labels, conservative care first.
    main, more : tuple of OutcomeView
    notes, option_notes : tuple of Note
        What holds for all, and for single options.
    compared : Compared
        What stands side by side beyond the figures.
    missing : tuple of str
        What is not known of this patient and would change what is shown.
    """

    options: tuple[str, ...]
    main: tuple[OutcomeView, ...]
    more: tuple[OutcomeView, ...]
    notes: tuple[Note, ...]
    compared: Compared
    option_notes: tuple[Note, ...]
    missing: tuple[str, ...]


def _value(figure: Mapping[str, Any]) -> str:
    unit, value = figure["unit"], figure["value"]
    interval = interval_words(figure["low"], figure["high"], unit)
    if value is None:
        return " ".join(
            part for part in (interval, f"({figure['interval']})" if figure["interval"] else "") if part
        )
    text = interval_words(value, value, unit)
    if not figure["interval"]:
        return text
    return f"{text} ({figure['interval']}: {interval_words(figure['low'], figure['high'])})"


def _bar(figure: Mapping[str, Any]) -> Bar | None:
    low, high = figure["low"], figure["high"]
    if figure["unit"] != "%" or (low is None and high is None):
        return None
    return share_bar(0.0 if low is None else low, 100.0 if high is None else high, figure["value"], 100.0)


def _figure(figure: Mapping[str, Any], option: str, book: SourceBook) -> FigureView:
    return FigureView(
        option=option,
        value=_value(figure),
        bar=_bar(figure),
        time=figure["time"],
        population=figure["population"],
        level=figure["level"],
        note=figure["note"],
        sources=book.get(figure["source_ids"]),
        conflicts=book.disputed(dict.fromkeys([*figure["conflicts"], *figure["source_ids"]])),
        parts=tuple(_figure(part, option, book) for part in figure["parts"]),
    )


def note_of(about: str, text: str, book: SourceBook) -> Note:
    """A remark with the evidence that stands in brackets at its end.

    Parameters
    ----------
    about : str
        Whom it is about; may be empty.
    text : str
    book : SourceBook

    Returns
    -------
    Note
    """
    said, ids = split_note(text)
    return Note(about, said, book.get(ids), book.disputed(ids))


def _shared(items: Iterable[tuple[str, Any]]) -> list[tuple[list[str], Any]]:
    """What several options have in common, once, with their labels."""
    found: list[tuple[list[str], Any]] = []
    for label, item in items:
        labels = next((labels for labels, other in found if other == item), None)
        if labels is None:
            found.append(([label], item))
        elif label not in labels:
            labels.append(label)
    return found


def _outcome(
    outcome: Mapping[str, Any],
    rows: Sequence[tuple[str, Mapping[str, Any]]],
    table: ComparedTable | None,
    book: SourceBook,
) -> OutcomeView:
    found = _shared(
        (label, figure)
        for label, row in rows
        for figure in row["figures"]
        if figure["outcome"] == outcome["key"]
    )
    named = {label for labels, _ in found for label in labels}
    return OutcomeView(
        label=outcome["label"],
        means=outcome["means"],
        better=outcome["better"],
        denominator=outcome["denominator"],
        table=table,
        figures=tuple(_figure(figure, ", ".join(labels), book) for labels, figure in found),
        without=tuple(label for label, _ in rows if label not in named),
    )


def outlook_view(outlook: Mapping[str, Any] | None, lexicon: Lexicon, book: SourceBook) -> OutlookView | None:
    """The section on what to expect.

    Parameters
    ----------
    outlook : mapping or None
        Plain form of the outlook.
    lexicon : Lexicon
    book : SourceBook

    Returns
    -------
    OutlookView or None
        None when the plan holds no outlook.
    """
    if outlook is None:
        return None
    layout = words()["outlook"]
    ordered = sorted(outlook["rows"], key=lambda row: row["option"] != layout["first"])
    rows = [(lexicon.option(layout["decision"], row["option"]), row) for row in ordered]
    ids = [row["option"] for row in ordered]
    outcomes = [
        (item["key"], _outcome(item, rows, compared_table(outlook, item["key"], ids, lexicon, book), book))
        for item in outlook["outcomes"]
    ]
    return OutlookView(
        options=tuple(label for label, _ in rows),
        main=tuple(view for key, view in outcomes if key in layout["main"]),
        more=tuple(view for key, view in outcomes if key not in layout["main"]),
        notes=tuple(note_of("", text, book) for text in outlook["notes"]),
        compared=compared_view(outlook, ordered, lexicon, book),
        option_notes=tuple(
            note_of(", ".join(labels), text, book)
            for labels, text in _shared((label, text) for label, row in rows for text in row["notes"])
        ),
        missing=tuple(capital(lexicon.label(name)) for name in outlook["missing_facts"]),
    )

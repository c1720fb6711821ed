"""The outlook side by side: same outcome, same time, same unit, same kind of denominator.

A blank is "nothing published for that time", never zero. What a source document claims stands under its own
mark and is never merged with what was published later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kambin.report.lexicon import Lexicon
from kambin.report.sources import ConflictView, Source, SourceBook
from kambin.report.words import capital, humanise, interval_words, words

__all__ = [
    "BesideView",
    "Compared",
    "ComparedRow",
    "ComparedTable",
    "FeatureRow",
    "compared_view",
    "tables_of",
]

OTHER_TIME = "other time"


@dataclass(frozen=True, slots=True)
class CellView:
    """One figure in the table: value, what it is, whether a document only claims it, sources."""

    value: str
    time: str
    claim: bool
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """Options that show the same, and their figures by column."""

    options: str
    cells: tuple[tuple[CellView, ...], ...]


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """Figures of one outcome in one unit and of one kind of denominator.

    Attributes
    ----------
    caption : str
    columns : tuple of str
        Times that some option has a figure for.
    rows : tuple of ComparedRow
    fair : tuple of Source
        Studies that speak of two or more of the options: the fair comparisons.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[ComparedRow, ...]
    fair: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class LaterView:
    """What was published later, and of which options."""

    options: str
    value: str
    time: str
    level: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class BesideView:
    """A figure of F or R with what was published later."""

    outcome: str
    claim: tuple[Source, ...]
    says: str
    options: str
    later: tuple[LaterView, ...]
    verdicts: str
    conflicts: tuple[ConflictView, ...]


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """What comes with some options, in the order of the columns; empty where nothing is said."""

    options: str
    texts: tuple[tuple[str, tuple[Source, ...]], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything of the outlook that stands side by side.

    Attributes
    ----------
    beside : tuple of BesideView
    feature_columns : tuple of str
    features : tuple of FeatureRow
    card : str
        Which accepted model card of local results was used.
    """

    beside: tuple[BesideView, ...]
    feature_columns: tuple[str, ...]
    features: tuple[FeatureRow, ...]
    card: str


def _value(cell: Mapping[str, Any], unit: str) -> str:
    low, high, value, what = cell["low"], cell["high"], cell["value"], cell.get("interval", "")
    if value is None:
        text = interval_words(low, high, unit)
        return f"{text} ({what})" if what else text
    text = interval_words(value, value, unit)
    return f"{text} ({what}: {interval_words(low, high)})" if what else text


def _cell(cell: Mapping[str, Any], unit: str, horizon: str, book: SourceBook) -> CellView:
    time = "" if horizon else cell.get("time", "")
    return CellView(_value(cell, unit), time, bool(cell.get("claim")), book.get(cell["source_ids"]))


def tables_of(
    outlook: Mapping[str, Any], outcome: str, options: Sequence[str], lexicon: Lexicon, book: SourceBook
) -> tuple[ComparedTable, ...]:
    """The side-by-side tables of one outcome.

    Parameters
    ----------
    outlook : mapping
        Plain form of the forecast.
    outcome : str
        Its key.
    options : sequence of str
        Ids in the order to show them.
    lexicon : Lexicon
    book : SourceBook

    Returns
    -------
    tuple of ComparedTable
        One for each unit and kind of denominator.
    """
    grouped: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for item in outlook.get("comparisons", ()):
        if item["outcome"] == outcome:
            grouped.setdefault((item["unit"], item["base"]), []).append(item)
    return tuple(_table(unit, base, items, options, lexicon, book) for (unit, base), items in grouped.items())


def _table(
    unit: str,
    base: str,
    items: Sequence[Mapping[str, Any]],
    options: Sequence[str],
    lexicon: Lexicon,
    book: SourceBook,
) -> ComparedTable:
    times = [item["horizon"] for item in items]
    merged: dict[tuple[tuple[CellView, ...], ...], list[str]] = {}
    for option in options:
        cells = tuple(
            tuple(
                _cell(cell, unit, item["horizon"], book) for cell in item["cells"] if cell["option"] == option
            )
            for item in items
        )
        if any(cells):
            merged.setdefault(cells, []).append(lexicon.option(words()["outlook"]["decision"], option))
    return ComparedTable(
        caption=f"{unit}, of {base}" if base else unit,
        columns=tuple(time or OTHER_TIME for time in times),
        rows=tuple(ComparedRow(", ".join(labels), cells) for cells, labels in merged.items()),
        fair=book.get(dict.fromkeys(name for item in items for name in item["same_source"])),
    )


def _labels(options: Sequence[str], lexicon: Lexicon) -> str:
    return ", ".join(lexicon.option(words()["outlook"]["decision"], option) for option in options)


def _beside(
    item: Mapping[str, Any], outlook: Mapping[str, Any], lexicon: Lexicon, book: SourceBook
) -> BesideView:
    labels = {one["key"]: one["label"] for one in outlook["outcomes"]}
    grouped: dict[tuple[Any, ...], list[str]] = {}
    for one in item["later"]:
        key = (one["low"], one["high"], one["unit"], one["time"], one["level"], tuple(one["source_ids"]))
        grouped.setdefault(key, []).append(one["option"])
    return BesideView(
        outcome=labels.get(item["outcome"], capital(humanise(item["outcome"]))),
        claim=book.get([item["claim"]]),
        says=interval_words(item["low"], item["high"], item["unit"]),
        options=_labels(item["options"], lexicon),
        later=tuple(
            LaterView(
                _labels(options, lexicon), interval_words(low, high, unit), time, level, book.get(sources)
            )
            for (low, high, unit, time, level, sources), options in grouped.items()
        ),
        verdicts=", ".join(item["verdicts"]),
        conflicts=book.disputed(item["conflicts"]),
    )


def _features(
    rows: Sequence[Mapping[str, Any]], lexicon: Lexicon, book: SourceBook
) -> tuple[tuple[str, ...], tuple[FeatureRow, ...]]:
    names = words()["features"]
    said = {one["about"] for row in rows for one in row.get("features", ())}
    columns = [*(name for name in names if name in said), *sorted(said - set(names))]
    merged: dict[tuple[tuple[str, tuple[Source, ...]], ...], list[str]] = {}
    for row in rows:
        texts = tuple(
            (
                " ".join(one["text"] for one in row.get("features", ()) if one["about"] == column),
                book.get(
                    dict.fromkeys(
                        name
                        for one in row.get("features", ())
                        if one["about"] == column
                        for name in one["source_ids"]
                    )
                ),
            )
            for column in columns
        )
        if any(text for text, _ in texts):
            merged.setdefault(texts, []).append(row["option"])
    heads = tuple(capital(str(names.get(column, humanise(column)))) for column in columns)
    return heads, tuple(FeatureRow(_labels(options, lexicon), texts) for texts, options in merged.items())


def compared_view(
    outlook: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], lexicon: Lexicon, book: SourceBook
) -> Compared:
    """What stands side by side beyond the figures.

    Parameters
    ----------
    outlook : mapping
        Plain form of the forecast.
    rows : sequence of mapping
        Its rows in the order to show them.
    lexicon : Lexicon
    book : SourceBook

    Returns
    -------
    Compared
    """
    columns, features = _features(rows, lexicon, book)
    card = outlook.get("card")
    return Compared(
        beside=tuple(_beside(item, outlook, lexicon, book) for item in outlook.get("beside", ())),
        feature_columns=columns,
        features=features,
        card="" if card is None else str(card["text"]),
    )

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
    "ComparedGroup",
    "ComparedRow",
    "ComparedTable",
    "FeatureRow",
    "compared_table",
    "compared_view",
]

OTHER_TIME = "other time"
NOT_STATED = "not stated"


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
class ComparedGroup:
    """Figures in one unit and of one kind of denominator: only these may be read against each other."""

    title: str
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """One outcome side by side.

    Attributes
    ----------
    columns : tuple of str
        Times that some option has a figure for.
    groups : tuple of ComparedGroup
    fair : tuple of Source
        Studies that speak of two or more of the options: the fair comparisons.
    """

    columns: tuple[str, ...]
    groups: tuple[ComparedGroup, ...]
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


def _time(text: str) -> str:
    return f"time {text}" if text == NOT_STATED else text


def _cell(cell: Mapping[str, Any], unit: str, horizon: str, book: SourceBook) -> CellView:
    time = "" if horizon else _time(cell.get("time", ""))
    return CellView(_value(cell, unit), time, bool(cell.get("claim")), book.brief(cell["source_ids"]))


def compared_table(
    outlook: Mapping[str, Any], outcome: str, options: Sequence[str], lexicon: Lexicon, book: SourceBook
) -> ComparedTable | None:
    """One outcome side by side.

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
    ComparedTable or None
        None where nothing can be set side by side.
    """
    items = [item for item in outlook.get("comparisons", ()) if item["outcome"] == outcome]
    if not items:
        return None
    order = [*outlook.get("horizons", ()), *(item["horizon"] for item in items if item["horizon"]), ""]
    used = {item["horizon"] for item in items}
    horizons = [name for name in dict.fromkeys(order) if name in used]
    grouped: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for item in items:
        grouped.setdefault((item["unit"], item["base"]), {})[item["horizon"]] = item
    return ComparedTable(
        columns=tuple(name or OTHER_TIME for name in horizons),
        groups=tuple(
            ComparedGroup(
                f"In {unit}, of {base}" if base else f"In {unit}",
                _rows([(name, lines.get(name)) for name in horizons], options, lexicon, book),
            )
            for (unit, base), lines in grouped.items()
        ),
        fair=book.get(dict.fromkeys(name for item in items for name in item["same_source"])),
    )


def _rows(
    lines: Sequence[tuple[str, Mapping[str, Any] | None]],
    options: Sequence[str],
    lexicon: Lexicon,
    book: SourceBook,
) -> tuple[ComparedRow, ...]:
    """Options with their figures by time; those that show the same share a row."""
    merged: dict[tuple[tuple[CellView, ...], ...], list[str]] = {}
    for option in options:
        cells = tuple(
            ()
            if line is None
            else tuple(
                _cell(cell, line["unit"], name, book) for cell in line["cells"] if cell["option"] == option
            )
            for name, line in lines
        )
        if any(cells):
            merged.setdefault(cells, []).append(option)
    return tuple(ComparedRow(_labels(options, lexicon), cells) for cells, options in merged.items())


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
                _labels(options, lexicon),
                interval_words(low, high, unit),
                _time(time),
                level,
                book.brief(sources),
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

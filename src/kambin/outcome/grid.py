"""Like beside like: same outcome, same time, same unit, same kind of denominator.

The figures of the source documents stand beside later evidence. A time or an option without a figure is
blank, which says that nothing is published there and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from kambin import evidence
from kambin.outcome.published import Entry, Published
from kambin.outcome.types import Cell, ClaimBeside, Comparison, Figure, Later

__all__ = ["claims_beside", "comparisons"]

Found = Mapping[str, Sequence[Entry]]


def comparisons(found: Found, known: Published) -> tuple[Comparison, ...]:
    """Return the side-by-side table.

    Parameters
    ----------
    found : mapping of str to sequence of Entry
        Option to the figures that fit the patient, in the order of the options.
    known : Published
        Outcomes and horizons in their order, and how figures of several sources become one range.

    Returns
    -------
    tuple of Comparison
        By outcome, then time, then unit and base.
    """
    lines = []
    for outcome in known.outcomes:
        for horizon in (*known.horizons, ""):
            kinds = dict.fromkeys(
                (entry.figure.unit, entry.figure.base)
                for entries in found.values()
                for entry in entries
                if entry.figure.outcome == outcome and entry.figure.horizon == horizon
            )
            lines += [_line(found, (outcome, horizon, unit, base), known) for unit, base in kinds]
    return tuple(lines)


def _line(found: Found, key: tuple[str, str, str, str], known: Published) -> Comparison:
    cells: list[Cell] = []
    blank: list[str] = []
    # options that share one entry are not compared by it
    said: dict[str, list[Entry]] = {}
    for option, entries in found.items():
        here = [entry for entry in entries if _key(entry.figure) == key]
        if not here:
            blank.append(option)
            continue
        cells += [_cell(option, [entry.figure], claim=True) for entry in here if entry.claim]
        later = [entry for entry in here if not entry.claim]
        apart = (
            known.combine[key[0]] == "never" or not key[1]
        )  # without a common time nothing is put into one range
        groups = [[entry.figure] for entry in later] if apart else [[entry.figure for entry in later]]
        cells += [_cell(option, group) for group in groups if group]
        for entry in later:
            others = said.setdefault(entry.figure.source_ids[0], [])
            if entry not in others:
                others.append(entry)
    return Comparison(
        *key,
        cells=tuple(cells),
        blank=tuple(blank),
        same_source=tuple(
            source
            for source, entries in said.items()
            if source not in known.several_studies and _compares(entries)
        ),
    )


def _compares(entries: Sequence[Entry]) -> bool:
    """Whether a source speaks of different options in different figures."""
    return any(not set(one.options) & set(other.options) for one, other in combinations(entries, 2))


def _key(figure: Figure) -> tuple[str, str, str, str]:
    return figure.outcome, figure.horizon, figure.unit, figure.base


def _cell(option: str, figures: Sequence[Figure], claim: bool = False) -> Cell:
    single = figures[0] if len(figures) == 1 else None
    # the range is over what the sources found; the interval of each stands in its own figure
    times = list(dict.fromkeys(figure.time for figure in figures))
    lows = [figure.low if single or figure.value is None else figure.value for figure in figures]
    highs = [figure.high if single or figure.value is None else figure.value for figure in figures]
    return Cell(
        option=option,
        low=None if None in lows else min(low for low in lows if low is not None),
        high=None if None in highs else max(high for high in highs if high is not None),
        value=single.value if single else None,
        interval=single.interval if single else f"range of {len(figures)} figures",
        source_ids=tuple(dict.fromkeys(source for figure in figures for source in figure.source_ids)),
        level="; ".join(dict.fromkeys(figure.level for figure in figures)),
        claim=claim,
        time=times[0] if len(times) == 1 else "differs by source",
    )


def claims_beside(found: Found) -> tuple[ClaimBeside, ...]:
    """Return every figure of F and R that is about an option shown, with later evidence beside it."""
    said: dict[tuple[str, str], tuple[Figure, list[str]]] = {}
    for option, entries in found.items():
        for entry in entries:
            if entry.claim:
                key = (entry.figure.source_ids[0], entry.figure.outcome)
                said.setdefault(key, (entry.figure, []))[1].append(option)
    return tuple(_beside(figure, options, found) for figure, options in said.values())


def _beside(claim: Figure, options: Sequence[str], found: Found) -> ClaimBeside:
    later = tuple(
        Later(option, f.time, f.low, f.high, f.unit, f.source_ids, f.level)
        for option in options
        for f in (entry.figure for entry in found[option] if not entry.claim)
        if f.outcome == claim.outcome
    )
    return ClaimBeside(
        claim=claim.source_ids[0],
        outcome=claim.outcome,
        options=tuple(options),
        low=claim.low,
        high=claim.high,
        unit=claim.unit,
        later=later,
        conflicts=claim.conflicts,
        verdicts=tuple(evidence.conflict(name).verdict.replace("_", " ") for name in claim.conflicts),
    )

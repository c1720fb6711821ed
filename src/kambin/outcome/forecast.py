"""What to expect of every option: published figures side by side, and the recurrence risk of this patient.

The figures are those of groups: nothing is averaged, multiplied or adjusted. Where sources differ, the range
over them is shown with each of them below it. Only the recurrence risk is about this patient; it is a range.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kambin.outcome.grid import claims_beside, comparisons
from kambin.outcome.published import Entry, Published, published
from kambin.outcome.recurrence import recurrence_risk
from kambin.outcome.riskdata import risk_model
from kambin.outcome.risktypes import NoRecurrenceRisk, RecurrenceRisk
from kambin.outcome.types import Figure, Forecast, OutlookRow

if TYPE_CHECKING:
    from kambin.outcome.card import SignedCard

__all__ = ["CONSERVATIVE", "forecast"]

CONSERVATIVE = "structured_conservative_care"
NOTES = (
    "These are published figures of groups of patients, not the risk of this patient.",
    "Definitions and follow-up differ between sources: compare options inside one source first.",
)
UNKNOWN_OPTION = "No published figures are held for this option."


def forecast(
    option_ids: Sequence[str], facts: Mapping[str, object], *, card: SignedCard | None = None
) -> Forecast:
    """Return what is to be expected of each treatment option.

    Parameters
    ----------
    option_ids : sequence of str
        Options of the guideline, in the order to show them. Conservative care is put first when it is not
        among them, so that every option is seen beside it. An option without data gets a row without
        figures and the reason.
    facts : mapping of str to object
        Facts of the patient; absent or None is unknown. ``disc_type``, ``disc_zone``,
        ``disc_migration_grade`` and ``disc_canal_compromise_percent`` choose figures of patients alike; the
        recurrence risk uses the facts that `kambin.outcome.riskdata` names.
    card : SignedCard, optional
        Accepted model card of local results. It changes the recurrence risk of the techniques that it learned
        from and nothing else, and `Forecast.card` says so.

    Returns
    -------
    Forecast
        One row per option, without repetition.

    Raises
    ------
    IntegrityError
        The figures contradict themselves or the evidence base, or the card is for another model.
    """
    known = published()
    wanted = list(dict.fromkeys(option_ids))
    if CONSERVATIVE not in wanted:
        wanted.insert(0, CONSERVATIVE)
    found = {
        option: [entry for entry in known.entries if option in entry.options and entry.fits(facts)]
        for option in wanted
    }
    rows = tuple(_row(option, found[option], known) for option in wanted)
    shown = {figure.outcome for row in rows for figure in row.figures}
    asked = {fact for entry in known.entries if set(entry.options) & set(wanted) for fact, _ in entry.when}
    return Forecast(
        rows=rows,
        outcomes=tuple(outcome for key, outcome in known.outcomes.items() if key in shown),
        missing_facts=tuple(sorted(fact for fact in asked if facts.get(fact) is None)),
        notes=(*NOTES, *risk_model().not_used),
        horizons=known.horizons,
        comparisons=comparisons(found, known),
        beside=claims_beside(found),
        recurrence=_risks(wanted, facts, card),
        card=None if card is None else card.note,
    )


def _risks(
    options: Sequence[str], facts: Mapping[str, object], card: SignedCard | None
) -> tuple[RecurrenceRisk | NoRecurrenceRisk, ...]:
    """Recurrence risk of each option; techniques with the same evidence are computed once."""
    made: dict[object, RecurrenceRisk | NoRecurrenceRisk] = {}
    found = []
    for option in options:
        technique = risk_model().techniques.get(option)
        local = None if card is None else card.local_for(option)
        key = None if technique is None else (technique.rates, technique.endoscopic, local)
        if key not in made:
            made[key] = recurrence_risk(option, facts, card=card)
        found.append(replace(made[key], option=option))
    return tuple(found)


def _row(option: str, entries: Sequence[Entry], known: Published) -> OutlookRow:
    about = known.options.get(option)
    if about is None:
        return OutlookRow(option, (), (UNKNOWN_OPTION,))
    notes = (*about.notes, about.none) if about.none else about.notes
    figures = tuple(
        figure
        for outcome in known.outcomes
        for figure in _combined([e for e in entries if e.figure.outcome == outcome], known.combine[outcome])
    )
    features = tuple(feature for options, feature in known.features if option in options)
    return OutlookRow(option, figures, notes, about.rung, features)


def _combined(entries: Sequence[Entry], how: str) -> list[Figure]:
    """Return claims and literature apart, and the literature as ranges where the outcome allows it."""
    groups: dict[tuple[object, ...], list[Figure]] = {}
    for number, entry in enumerate(entries):
        figure = entry.figure
        if how == "never" or entry.claim:
            key: tuple[object, ...] = (number,)
        elif how == "same time":
            key = ("published", figure.unit, figure.base, figure.time)
        else:
            key = ("published", figure.unit, figure.base)
        groups.setdefault(key, []).append(figure)
    return [figures[0] if len(figures) == 1 else _range(figures) for figures in groups.values()]


def _range(figures: Sequence[Figure]) -> Figure:
    # the range is over what the sources found; the interval of each stands in its part
    lows = [figure.low if figure.value is None else figure.value for figure in figures]
    highs = [figure.high if figure.value is None else figure.value for figure in figures]
    horizons = _unique(figure.horizon for figure in figures)
    return Figure(
        outcome=figures[0].outcome,
        time=_common(figure.time for figure in figures),
        low=None if None in lows else min(low for low in lows if low is not None),
        high=None if None in highs else max(high for high in highs if high is not None),
        unit=figures[0].unit,
        denominator=_common(figure.denominator for figure in figures),
        source_ids=_unique(source for figure in figures for source in figure.source_ids),
        level="; ".join(_unique(figure.level for figure in figures)),
        population=_common(figure.population for figure in figures),
        note="sources differ: the range over them, not an average",
        interval=f"range of {len(figures)} figures",
        conflicts=_unique(conflict for figure in figures for conflict in figure.conflicts),
        parts=tuple(figures),
        horizon=horizons[0] if len(horizons) == 1 else "",
        base=_common(figure.base for figure in figures),
    )


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _common(texts: Iterable[str]) -> str:
    found = _unique(texts)
    return found[0] if len(found) == 1 else "differs by source"

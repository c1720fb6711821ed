"""The recurrence risk of one patient: a range and a word, with what drives it and what lowers it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from kambin.errors import OutOfScope
from kambin.outcome.effects import share
from kambin.outcome.riskdata import Factor, RiskModel, Technique, risk_model
from kambin.outcome.riskmath import Spread, baseline, factors_of, risk_draws, state
from kambin.outcome.risktypes import FactorNote, Lowering, NoRecurrenceRisk, RecurrenceRisk

if TYPE_CHECKING:
    from kambin.outcome.card import SignedCard

__all__ = ["out_of_scope", "recurrence_risk"]

NOT_REMOVED = "No rate to start from: this option removes no herniation, or none was published for it."
TOO_WIDE = "not enough is known of this patient to say more"
NEVER_ALONE = (
    "The range is of groups like this patient, from effects that are not adjusted for each other. Do not "
    "read it against the range of another technique: studies that compare techniques directly find as much "
    "or more recurrence after the endoscope [T02, T05, T08]"
)


def recurrence_risk(
    option_id: str,
    facts: Mapping[str, object],
    *,
    card: SignedCard | None = None,
    model: RiskModel | None = None,
) -> RecurrenceRisk | NoRecurrenceRisk:
    """Return the recurrence risk of a patient after an operation.

    Parameters
    ----------
    option_id : str
        Option of the guideline.
    facts : mapping of str to object
        Facts of the patient; absent or None is unknown and widens the range.
    card : SignedCard, optional
        Accepted model card of local results; used for the techniques that it learned from.
    model : RiskModel, optional
        Another model than the package's.

    Returns
    -------
    RecurrenceRisk or NoRecurrenceRisk
        No risk where the option removes no herniation, or the patient is outside the population of the
        sources; with the reason.

    Raises
    ------
    IntegrityError
        The model contradicts itself, or the card was made for another version of it.
    """
    model = model or risk_model()
    technique = model.techniques.get(option_id)
    if technique is None:
        return NoRecurrenceRisk(option_id, NOT_REMOVED, (), out_of_scope=False)
    outside = [each for each in model.population if each.when.holds(facts.get(each.when.fact))]
    if outside:
        reasons = list(dict.fromkeys(each.text for each in outside))
        return NoRecurrenceRisk(
            option=option_id,
            reason=f"No number is given: {'; '.join(reasons)}.",
            source_ids=tuple(dict.fromkeys(source for each in outside for source in each.source_ids)),
            out_of_scope=True,
            lowers=_lowers(model, technique, facts),
        )
    return _range(model, technique, facts, card)


def _range(
    model: RiskModel, technique: Technique, facts: Mapping[str, object], card: SignedCard | None
) -> RecurrenceRisk:
    local = None if card is None else card.local_for(technique.option)
    spread = risk_draws(model, technique, facts, local)
    low, high = math.floor(100 * share(spread.low)), math.ceil(100 * share(spread.high))
    centre = baseline(technique, model.interval).centre
    word = TOO_WIDE if high - low > model.too_wide else _word(spread, centre, model.about)
    learned = () if card is None or local is None else (card.note.text,)
    published = [rate.percent for rate in technique.rates]
    return RecurrenceRisk(
        option=technique.option,
        low=low,
        high=high,
        word=word,
        text=f"{low} to {high} of 100 {model.horizon}: {word}",
        horizon=model.horizon,
        baseline_low=min(published),
        baseline_high=max(published),
        baseline_sources=tuple(dict.fromkeys(s for rate in technique.rates for s in rate.source_ids)),
        factors=tuple(_note(factor, model, technique, facts) for factor in factors_of(model, technique)),
        missing_facts=_missing(model, technique, facts),
        lowers=_lowers(model, technique, facts),
        assumes=_assumes(model, facts),
        notes=(*learned, NEVER_ALONE),
        calibrated=local is not None,
    )


def out_of_scope(found: NoRecurrenceRisk) -> OutOfScope:
    """Return the reason as an error, for callers that must not go on without a number."""
    return OutOfScope(found.reason, where=found.option, why=f"sources: {', '.join(found.source_ids)}")


def _word(spread: Spread, centre: float, about: float) -> str:
    """Return the risk beside the published one; with unknown facts, from the best to the worst answer."""
    low, high = (_beside(middle - centre, about) for middle in (spread.middle_low, spread.middle_high))
    if low == high:
        return f"{low} published for this technique"
    return f"from {low} to {high} published, depending on what is not known"


def _beside(difference: float, about: float) -> str:
    if difference > math.log(about):
        return "higher than"
    return "lower than" if difference < -math.log(about) else "about as high as"


def _note(factor: Factor, model: RiskModel, technique: Technique, facts: Mapping[str, object]) -> FactorNote:
    known = state(factor, facts)
    low, high = _odds(factor)
    name: Literal["present", "absent", "unknown", "disputed"]
    if known is None:
        name = "unknown"
    elif factor.effect.disputed:
        name = "disputed"
    else:
        name = "present" if known else "absent"
    return FactorNote(
        name=factor.name,
        label=factor.label,
        fact=factor.when.fact,
        state=name,
        odds_low=round(low, 2),
        odds_high=round(high, 2),
        counted=name != "present" or factor is _strongest(factor, model, technique, facts),
        source_ids=factor.source_ids,
        note=factor.note,
    )


def _odds(factor: Factor) -> tuple[float, float]:
    from kambin.outcome.draws import positives, quantile

    effect = factor.effect
    if effect.disputed:
        return math.exp(-1.645 * effect.sd), math.exp(1.645 * effect.sd)
    ordered = sorted(positives(factor.name, 1000, effect.mean, effect.sd))
    return math.exp(quantile(ordered, 0.05)), math.exp(quantile(ordered, 0.95))


def _strongest(factor: Factor, model: RiskModel, technique: Technique, facts: Mapping[str, object]) -> Factor:
    rivals = [
        each
        for each in factors_of(model, technique)
        if each.cluster == factor.cluster and not each.effect.disputed and state(each, facts)
    ]
    return max(rivals, key=lambda each: _odds(each)[1], default=factor)


def _missing(model: RiskModel, technique: Technique, facts: Mapping[str, object]) -> tuple[str, ...]:
    unknown = [factor for factor in factors_of(model, technique) if state(factor, facts) is None]
    unknown.sort(key=lambda factor: (-_odds(factor)[1], factor.name))
    return tuple(dict.fromkeys(factor.when.fact for factor in unknown))


def _assumes(model: RiskModel, facts: Mapping[str, object]) -> tuple[str, ...]:
    unknown = [each.text for each in model.population if facts.get(each.when.fact) is None]
    return tuple(f"Not known, and taken not to hold: {text}." for text in dict.fromkeys(unknown))


def _lowers(model: RiskModel, technique: Technique, facts: Mapping[str, object]) -> tuple[Lowering, ...]:
    return tuple(
        each.lowering
        for each in model.prevention
        if (technique.endoscopic or not each.endoscopic)
        and (each.when is None or each.when.holds(facts.get(each.when.fact)))
    )

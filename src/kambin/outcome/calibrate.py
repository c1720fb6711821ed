"""From a registry file to a proposed model card; nothing else changes.

The card says what local results would do to the recurrence risk, how well the published and the recalibrated
risks agree with them, and on how much it all rests. Counts of fewer than five are not shown.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kambin
from kambin import evidence
from kambin.errors import InputError
from kambin.outcome.card import CARD
from kambin.outcome.registryfile import Result, columns, read_registry, settings
from kambin.outcome.riskdata import RiskModel, model_hash, risk_model
from kambin.outcome.riskmath import baseline, central_effect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kambin.outcome.recalibrate import Posterior, Prior

    Array = NDArray[np.float64]

__all__ = ["EXTRAS", "FEW", "calibrate", "prior_of", "propose"]

EXTRAS = ("numpy", "scipy", "statsmodels", "lifelines")
FEW = "fewer than 5"
LIMITS = (
    "The scores of the recalibrated risks are apparent: they come from the patients that the recalibration "
    "was learned from.",
    "Patients lost before the horizon are stood for by those who stayed, as if the loss had nothing to do "
    "with recurrence.",
    "An accepted card changes the recurrence risk of the techniques listed, and nothing else.",
)


@dataclass(frozen=True, slots=True)
class _Data:
    """The registry as arrays, one entry per patient."""

    options: list[str]
    base: Array
    effect: Array
    months: Array
    happened: Array  # at any time
    events: Array  # up to the horizon
    weights: Array


def calibrate(path: Path) -> dict[str, Any]:
    """Return the model card that a registry file proposes.

    Parameters
    ----------
    path : Path
        See `kambin.outcome.registryfile.read_registry`.

    Returns
    -------
    dict
        Plain data for JSON; holds no patient, no count below five by technique, no name of a person.

    Raises
    ------
    InputError
        The file can not be used, or the extra ``calibration`` is not installed.
    """
    missing = [name for name in EXTRAS if find_spec(name) is None]
    if missing:
        raise InputError(
            f"calibration needs packages that are not installed: {', '.join(missing)}",
            now="pip install 'kambin[calibration]'",
        )
    results = read_registry(path)
    return propose(results, hashlib.sha256(path.read_bytes()).hexdigest())


def prior_of(model: RiskModel, options: Sequence[str]) -> Prior:
    """Return the prior: the spread of the published baselines, and of the published effects."""
    from kambin.outcome.recalibrate import Prior

    slope = settings()["slope"]
    spread = max(baseline(model.techniques[option], model.interval).sd for option in options)
    return Prior(spread, slope["mean"], slope["sd"])


def propose(results: Sequence[Result], registry_sha256: str) -> dict[str, Any]:
    """Return the model card of results that were read already; as `calibrate`."""
    from kambin.outcome.recalibrate import posterior
    from kambin.outcome.survival import survival_recalibration

    model = risk_model()
    horizon = float(model.horizon_months)
    everybody = len(results)
    results = [result for result in results if not _outside(result.facts)]
    if not results:
        raise InputError("no patient belongs to the population of the published studies")
    data = _arrays(results, model, horizon)
    if not data.weights.any():
        raise InputError(f"no patient was followed for {horizon:g} months or to a recurrence")
    prior = prior_of(model, sorted(set(data.options)))
    after = posterior(data.base, data.effect, data.events, data.weights, prior)
    risk = _share(data.base + data.effect)
    survival = survival_recalibration(
        data.months, data.happened, data.options, data.effect, risk, horizon, prior
    )
    return {
        CARD: 1,
        "status": "proposed; changes nothing until a person accepts it",
        "outcome": "recurrence at the same segment",
        "horizon_months": horizon,
        "model_sha256": model_hash(),
        "evidence_hash": evidence.content_hash(),
        "software": f"kambin {kambin.__version__}",
        "registry_sha256": registry_sha256,
        "data": {**_about(results, data, horizon), "outside_population": _masked(everybody - len(results))},
        "prior": {key: _short(value) for key, value in asdict(prior).items()},
        "posterior": {key: _short(value) for key, value in asdict(after).items()},
        "survival": {key: _short(value) for key, value in asdict(survival).items()},
        **_agreement(data, after),
        "warnings": _warnings(results, data, after, prior),
        "limits": list(LIMITS),
    }


def _arrays(results: Sequence[Result], model: RiskModel, horizon: float) -> _Data:
    import numpy as np

    from kambin.outcome.survival import censoring_weights

    centres = {option: baseline(each, model.interval).centre for option, each in model.techniques.items()}
    months = np.array([each.months for each in results])
    happened = np.array([float(each.recurrence) for each in results])
    return _Data(
        options=[each.option for each in results],
        base=np.array([centres[each.option] for each in results]),
        effect=np.array([central_effect(model, model.techniques[r.option], r.facts) for r in results]),
        months=months,
        happened=happened,
        events=happened * (months <= horizon),
        weights=censoring_weights(months, happened, horizon),
    )


def _about(results: Sequence[Result], data: _Data, horizon: float) -> dict[str, Any]:
    _, facts = columns()
    counts, events = Counter(data.options), Counter(r.option for r in results if r.recurrence)
    unknown = {fact: sum(fact not in r.facts for r in results) / len(results) for fact in facts}
    lost = sum(r.months < horizon and not r.recurrence for r in results)
    return {
        "rows": len(results),
        "events": int(data.events.sum()),
        "events_later": int(data.happened.sum() - data.events.sum()),
        "lost_before_horizon": _masked(lost),
        "options": {
            option: {"rows": _masked(counts[option]), "events": _masked(events[option])}
            for option in sorted(counts)
        },
        "unknown_percent": {fact: round(100 * share) for fact, share in unknown.items()},
    }


def _masked(count: int) -> int | str:
    """A count that could point at a person is not shown."""
    return FEW if 0 < count < 5 else count


def _agreement(data: _Data, after: Posterior) -> dict[str, Any]:
    from kambin.outcome.recalibrate import log_odds
    from kambin.outcome.scores import net_benefit, scores

    thresholds = settings()["thresholds"]
    shares = [each / 100 for each in thresholds]
    published = data.base + data.effect
    local = log_odds(data.base, data.effect, after.shift, after.slope)
    curves = {
        "published": net_benefit(_share(published), data.events, data.weights, shares),
        "local": net_benefit(_share(local), data.events, data.weights, shares),
        "act_for_all": net_benefit(data.events * 0 + 1, data.events, data.weights, shares),
    }
    total = data.weights.sum()
    return {
        "average_risk_percent": {
            "published": _short(100 * float((data.weights * _share(published)).sum() / total)),
            "local": _short(100 * float((data.weights * _share(local)).sum() / total)),
            "local_interval": _short(tuple(100 * each for each in after.risk_interval)),
            "observed": _short(100 * float((data.weights * data.events).sum() / total)),
        },
        "scores": {
            name: {
                key: _short(value) for key, value in asdict(scores(odds, data.events, data.weights)).items()
            }
            for name, odds in (("published", published), ("local", local))
        },
        "decision_curve": [
            {"threshold_percent": threshold, **{name: _short(curve[place]) for name, curve in curves.items()}}
            for place, threshold in enumerate(thresholds)
        ],
    }


def _share(odds: Array) -> Array:
    import numpy as np

    return np.asarray(1 / (1 + np.exp(-odds)), float)


def _short(value: Any) -> Any:
    """Six significant digits: more would only differ between machines."""
    if isinstance(value, tuple | list):
        return [_short(each) for each in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _warnings(results: Sequence[Result], data: _Data, after: Posterior, prior: Prior) -> list[str]:
    few, found = settings()["few"], []
    events = int(data.events.sum())
    if len(results) < few["rows"] or events < few["events"]:
        found.append(
            f"{len(results)} patients with {events} recurrences say little: the published prior decides."
        )
    lost = int((data.weights == 0).sum())
    if lost > len(results) / 10:
        found.append(f"{round(100 * lost / len(results))} % of the patients were lost before the horizon.")
    if abs(after.shift) > 2 * prior.shift_sd:
        found.append(
            "The local recurrences are far from everything published: check the definition of recurrence and "
            "the follow-up before accepting."
        )
    return found


def _outside(facts: Mapping[str, object]) -> bool:
    return any(each.when.holds(facts.get(each.when.fact)) for each in risk_model().population)

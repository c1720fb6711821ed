"""Survival recalibration: the same question with patients who were not followed to the end.

The factors' slope comes from a proportional hazards fit within each technique, the average from the curve of
Kaplan and Meier at the horizon; each is combined with its prior as one normal with another.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from kambin.outcome.recalibrate import Prior

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Survival", "censoring_weights", "survival_recalibration"]


@dataclass(frozen=True, slots=True)
class Survival:
    """What the times to recurrence say.

    Attributes
    ----------
    observed, observed_interval : float, tuple of float
        Share with a recurrence by the horizon, Kaplan-Meier, 90 % interval.
    expected : float
        What the published model expects of these patients.
    shift, shift_interval : float or None, tuple of float or None
        On the scale of the complementary log-log, posterior and 90 % interval; None without recurrences.
    slope, slope_interval : float or None, tuple of float or None
        Of the risk factors; None where the fit was not possible, and then `note` says why.
    note : str
        What is to be read beside it.
    """

    observed: float
    observed_interval: tuple[float, float]
    expected: float
    shift: float | None
    shift_interval: tuple[float, float] | None
    slope: float | None
    slope_interval: tuple[float, float] | None
    note: str = ""


def censoring_weights(months: Array, events: Array, horizon: float) -> Array:
    """Return how much each patient counts at the horizon.

    Parameters
    ----------
    months : array, shape (n,)
        To the recurrence or the last visit.
    events : array, shape (n,)
        1 for a recurrence at that time.
    horizon : float
        Months.

    Returns
    -------
    array, shape (n,)
        0 for a patient lost before the horizon; the others stand for those lost, and together they weigh
        as many patients as they are.
    """
    import numpy as np
    from lifelines import KaplanMeierFitter

    known = (months >= horizon) | (events > 0)
    if known.all() or not known.any():
        return known.astype(float)
    stayed = KaplanMeierFitter().fit(months, event_observed=1 - events)
    # just before the time: who has the recurrence was still followed then
    share = np.asarray(stayed.survival_function_at_times(np.minimum(months, horizon) - 1e-9), float)
    weights = np.where(known, 1 / np.maximum(share, 0.05), 0.0)
    return np.asarray(weights * known.sum() / weights.sum(), float)


def survival_recalibration(
    months: Array, events: Array, options: list[str], effect: Array, risk: Array, horizon: float, prior: Prior
) -> Survival:
    """Return the survival recalibration.

    Parameters
    ----------
    months, events, options : arrays and list, length n
        Time, recurrence at that time, technique.
    effect : array, shape (n,)
        What the risk factors add to the log-odds.
    risk : array, shape (n,)
        Published risk up to the horizon, as a share.
    horizon : float
        Months.
    prior : Prior

    Returns
    -------
    Survival
    """
    from lifelines import KaplanMeierFitter

    z = NormalDist().inv_cdf(0.95)
    curve = KaplanMeierFitter(alpha=0.1).fit(
        months, event_observed=events, timeline=sorted({*months, horizon})
    )
    free = float(curve.survival_function_at_times(horizon).iloc[0])
    limits = [float(x) for x in curve.confidence_interval_.loc[horizon]]
    expected = float(risk.mean())
    shift = shift_interval = None
    if 0 < free < 1 and limits[0] > 0 and limits[1] < 1:
        error = abs(_cloglog(1 - limits[0]) - _cloglog(1 - limits[1])) / (2 * z)
        found = _cloglog(1 - free) - _cloglog(expected)
        shift, shift_interval = _normal(found, error, 0.0, prior.shift_sd, z)
    slope, slope_interval, note = _slope(months, events, options, effect, prior, z)
    observed = sorted((1 - limits[0], 1 - limits[1]))
    return Survival(
        1 - free, (observed[0], observed[1]), expected, shift, shift_interval, slope, slope_interval, note
    )


def _cloglog(share: float) -> float:
    return math.log(-math.log(1 - share))


def _normal(
    found: float, error: float, prior_mean: float, prior_sd: float, z: float
) -> tuple[float, tuple[float, float]]:
    weight, before = error**-2, prior_sd**-2
    mean = (weight * found + before * prior_mean) / (weight + before)
    sd = (weight + before) ** -0.5
    return mean, (mean - z * sd, mean + z * sd)


def _slope(
    months: Array, events: Array, options: list[str], effect: Array, prior: Prior, z: float
) -> tuple[float | None, tuple[float, float] | None, str]:
    import pandas as pd  # type: ignore[import-untyped]
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError, ConvergenceWarning

    if events.sum() < 2 or float(effect.std()) < 1e-9:
        return None, None, "no slope: too few recurrences, or all patients are alike in what is known of them"
    frame = pd.DataFrame({"months": months, "event": events, "effect": effect, "option": options})
    # a recurrence found on the day of the operation has no time to be at risk in
    frame["months"] = frame["months"].clip(lower=1e-3)
    fitter: Any = CoxPHFitter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            fitter.fit(frame, "months", "event", strata=["option"])
    except (ConvergenceError, ConvergenceWarning):
        return None, None, "no slope: the recurrences are too few to separate the risk factors"
    found, error = float(fitter.params_["effect"]), float(fitter.standard_errors_["effect"])
    mean, interval = _normal(found, error, prior.slope_mean, prior.slope_sd, z)
    return mean, interval, ""

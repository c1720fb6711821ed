"""How well risks agreed with what happened: calibration, Brier score, decision curve."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Scores", "brier", "net_benefit", "scores"]


@dataclass(frozen=True, slots=True)
class Scores:
    """Agreement of one set of risks with what happened.

    Attributes
    ----------
    brier : float
        Mean squared difference; 0 is perfect.
    expected_per_observed : float or None
        Recurrences expected for each that happened; None without recurrences.
    intercept, intercept_interval : float or None, tuple of float or None
        Calibration in the large, log-odds, with its 90 % interval; 0 is right on average.
    slope, slope_interval : float or None, tuple of float or None
        Calibration slope; 1 is right, below 1 the risks are too far apart. None where it can not be fitted.
    """

    brier: float
    expected_per_observed: float | None
    intercept: float | None
    intercept_interval: tuple[float, float] | None
    slope: float | None
    slope_interval: tuple[float, float] | None


def brier(risk: Array, events: Array, weights: Array) -> float:
    """Return the Brier score; arguments as in `scores`."""
    return float((weights * (risk - events) ** 2).sum() / weights.sum())


def scores(log_odds: Array, events: Array, weights: Array) -> Scores:
    """Return all scores of one set of risks.

    Parameters
    ----------
    log_odds : array, shape (n,)
        Of the risks.
    events, weights : array, shape (n,)
        1 for a recurrence; how much each patient counts.

    Returns
    -------
    Scores
    """
    import numpy as np

    risk = 1 / (1 + np.exp(-log_odds))
    happened = float((weights * events).sum())
    intercept, slope = None, None
    if 0 < happened < float(weights.sum()):
        ones = np.ones((len(events), 1))
        intercept = _fit(events, ones, weights, log_odds)
        if float(log_odds.std()) > 1e-9:
            slope = _fit(events, np.column_stack([ones, log_odds]), weights, None)
    return Scores(
        brier=brier(risk, events, weights),
        expected_per_observed=float((weights * risk).sum()) / happened if happened > 0 else None,
        intercept=intercept[0] if intercept else None,
        intercept_interval=intercept[1] if intercept else None,
        slope=slope[0] if slope else None,
        slope_interval=slope[1] if slope else None,
    )


def _fit(
    events: Array, design: Array, weights: Array, offset: Array | None
) -> tuple[float, tuple[float, float]] | None:
    """Last coefficient of a logistic regression with its 90 % interval; None where it does not settle."""
    import numpy as np
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            model: Any = sm.GLM(
                events, design, family=sm.families.Binomial(), freq_weights=weights, offset=offset
            )
            found = model.fit()
        except (PerfectSeparationWarning, np.linalg.LinAlgError):
            return None
    low, high = found.conf_int(alpha=0.1)[-1]
    value = float(found.params[-1])
    return (value, (float(low), float(high))) if abs(value) < 50 else None


def net_benefit(risk: Array, events: Array, weights: Array, thresholds: Sequence[float]) -> list[float]:
    """Return the net benefit of acting at each threshold (decision curve).

    Parameters
    ----------
    risk : array, shape (n,)
        As shares.
    events, weights : array, shape (n,)
        As in `scores`.
    thresholds : sequence of float
        Shares between 0 and 1: the risk at which one would act.

    Returns
    -------
    list of float
        Truly helped minus needlessly treated, the latter at the odds of the threshold, per patient.
    """
    total = float(weights.sum())
    found = []
    for threshold in thresholds:
        acted = weights * (risk >= threshold)
        helped, needless = float((acted * events).sum()), float((acted * (1 - events)).sum())
        found.append((helped - needless * threshold / (1 - threshold)) / total)
    return found

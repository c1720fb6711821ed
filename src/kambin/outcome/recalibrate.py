"""Bayesian recalibration: the published model is the prior, local results move it as far as they weigh.

Log-odds of recurrence = published baseline + shift + slope x risk factors. The prior of the shift has the
spread of the published baselines, the prior of the slope says that factors matter about as published. With
two unknowns the posterior is computed on a grid, exactly; only the grid is placed by a normal approximation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kambin.outcome.registryfile import settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Posterior", "Prior", "log_odds", "posterior"]


@dataclass(frozen=True, slots=True)
class Prior:
    """Normal priors of shift and slope; the slope's is cut off below 0."""

    shift_sd: float
    slope_mean: float
    slope_sd: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known after the local results.

    Attributes
    ----------
    shift, slope, shift_sd, slope_sd, correlation : float
        Means, spreads and correlation.
    shift_interval, slope_interval : tuple of float
        90 % intervals.
    risk_interval : tuple of float
        90 % interval of the average risk of these patients, as a share.
    """

    shift: float
    slope: float
    shift_sd: float
    slope_sd: float
    correlation: float
    shift_interval: tuple[float, float]
    slope_interval: tuple[float, float]
    risk_interval: tuple[float, float]


def log_odds(base: Array, effect: Array, shift: float, slope: float) -> Array:
    """Return the recalibrated log-odds."""
    return base + shift + slope * effect


def posterior(base: Array, effect: Array, events: Array, weights: Array, prior: Prior) -> Posterior:
    """Return the posterior of shift and slope.

    Parameters
    ----------
    base, effect : array, shape (n,)
        Published log-odds of the technique, and what the risk factors add.
    events : array, shape (n,)
        1 for a recurrence, 0 for none.
    weights : array, shape (n,)
        How often each patient counts; two rows are one row of twice the weight.
    prior : Prior

    Returns
    -------
    Posterior
    """
    import numpy as np

    rows = _grouped(base, effect, events, weights)
    mode, covariance = _laplace(rows, prior)
    shifts, slopes = _axes(mode, covariance, settings()["grid"])
    density, average = _grid(rows, prior, shifts, slopes)
    tail = (1 - settings()["interval"] / 100) / 2
    over_shift, over_slope = density.sum(axis=1), density.sum(axis=0)
    means = float(over_shift @ shifts), float(over_slope @ slopes)
    sds = (
        float(np.sqrt(over_shift @ (shifts - means[0]) ** 2)),
        float(np.sqrt(over_slope @ (slopes - means[1]) ** 2)),
    )
    both = float((shifts - means[0]) @ density @ (slopes - means[1]))
    return Posterior(
        shift=means[0],
        slope=means[1],
        shift_sd=sds[0],
        slope_sd=sds[1],
        correlation=both / (sds[0] * sds[1]),
        shift_interval=_interval(shifts, over_shift, tail),
        slope_interval=_interval(slopes, over_slope, tail),
        risk_interval=_interval(average.ravel(), density.ravel(), tail),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Patients alike counted together; the likelihood is the same and a large registry stays quick."""

    base: Array
    effect: Array
    events: Array
    weights: Array


def _grouped(base: Array, effect: Array, events: Array, weights: Array) -> _Rows:
    import numpy as np

    # effects are sums in one order: equal patients are equal to the last bit but for the rounding here
    pairs = np.round(np.column_stack([base, effect]), 9).astype(np.float64)
    kinds, index = np.unique(pairs, axis=0, return_inverse=True)
    index = index.ravel()
    return _Rows(
        base=kinds[:, 0],
        effect=kinds[:, 1],
        events=np.bincount(index, weights * events, len(kinds)).astype(np.float64),
        weights=np.bincount(index, weights, len(kinds)).astype(np.float64),
    )


def _laplace(rows: _Rows, prior: Prior) -> tuple[Array, Array]:
    """Mode and covariance of the posterior without the cut; Newton's method, damped."""
    import numpy as np

    precision = np.array([prior.shift_sd, prior.slope_sd]) ** -2.0
    centre = np.array([0.0, prior.slope_mean])
    design = np.column_stack([np.ones_like(rows.effect), rows.effect])
    at = centre.copy()
    hessian = np.diag(precision)
    for _ in range(100):
        share = 1 / (1 + np.exp(-(rows.base + design @ at)))
        gradient = design.T @ (rows.events - rows.weights * share) - precision * (at - centre)
        hessian = (design * (rows.weights * share * (1 - share))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(hessian, gradient)
        at = at + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-10:
            break
    return at, np.asarray(np.linalg.inv(hessian), np.float64)


def _axes(mode: Array, covariance: Array, grid: Mapping[str, Any]) -> tuple[Array, Array]:
    import numpy as np

    points, width = grid["points"], grid["width"]
    sds = np.sqrt(np.diag(covariance))
    low, high = mode - width * sds, mode + width * sds
    return np.linspace(low[0], high[0], points), np.linspace(
        max(0.0, low[1]), max(high[1], sds[1] * width), points
    )


def _grid(rows: _Rows, prior: Prior, shifts: Array, slopes: Array) -> tuple[Array, Array]:
    """Density on the grid, summing to 1, and the average risk at each point."""
    import numpy as np

    log = np.empty((len(shifts), len(slopes)))
    average = np.empty_like(log)
    total = rows.weights.sum()
    for place, slope in enumerate(slopes):
        odds = rows.base + slope * rows.effect + shifts[:, None]
        log[:, place] = odds @ rows.events - np.logaddexp(0, odds) @ rows.weights
        average[:, place] = (1 / (1 + np.exp(-odds))) @ rows.weights / total
    log -= 0.5 * (shifts[:, None] / prior.shift_sd) ** 2
    log -= 0.5 * ((slopes[None, :] - prior.slope_mean) / prior.slope_sd) ** 2
    density = np.exp(log - log.max())
    return density / density.sum(), average


def _interval(values: Array, weights: Array, tail: float) -> tuple[float, float]:
    import numpy as np

    order = np.argsort(values)
    ordered, share = values[order], weights[order]
    middle = np.cumsum(share) - share / 2
    low, high = np.interp([tail, 1 - tail], middle, ordered)
    return float(low), float(high)

"""Draws that are the same in every run and for every patient.

Each uncertain quantity has its own list of evenly spread quantiles in an order that depends on its name
alone. So two patients are compared draw by draw: a factor that can only raise the odds raises every draw,
and with it every quantile. No array library: the forecast is part of the text-only installation.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

__all__ = ["normals", "positives", "quantile", "uniforms"]

NORMAL = NormalDist()


@lru_cache(maxsize=256)
def uniforms(name: str, count: int) -> tuple[float, ...]:
    """Return `count` evenly spread numbers between 0 and 1 in the order that belongs to `name`."""
    spread = [(place + 0.5) / count for place in range(count)]
    random.Random(f"kambin.outcome:{name}").shuffle(spread)
    return tuple(spread)


@lru_cache(maxsize=256)
def normals(name: str, count: int) -> tuple[float, ...]:
    """Return standard normal draws."""
    return tuple(NORMAL.inv_cdf(u) for u in uniforms(name, count))


@lru_cache(maxsize=256)
def positives(name: str, count: int, mean: float, sd: float) -> tuple[float, ...]:
    """Return draws of a normal that is cut off below 0."""
    if sd == 0:
        return (max(mean, 0.0),) * count
    below = NORMAL.cdf(-mean / sd)
    # a mean far below 0 leaves nothing to cut; the tail is then held at the last representable place
    return tuple(
        max(0.0, mean + sd * NORMAL.inv_cdf(min(below + u * (1 - below), 1 - 1e-12)))
        for u in uniforms(name, count)
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of numbers in ascending order, between the two next to it."""
    place = min(max(share * len(ordered) - 0.5, 0.0), len(ordered) - 1.0)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])

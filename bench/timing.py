"""Taking time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

__all__ = ["percentile", "race", "seconds_of"]


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that this share of all does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def seconds_of(work: Callable[[], Any]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def race(runners: Sequence[tuple[Callable[[Any], Any], Sequence[Any]]], rounds: int) -> list[float]:
    """Seconds for one input, for each runner over its own inputs: the best of several interleaved rounds.

    Interleaved, so that what else the machine does hits all of them; the best, because noise only adds.
    """
    best = [float("inf")] * len(runners)
    for _ in range(rounds):
        for index, (run, inputs) in enumerate(runners):
            start = time.perf_counter()
            for item in inputs:
                run(item)
            best[index] = min(best[index], (time.perf_counter() - start) / len(inputs))
    return best

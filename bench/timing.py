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


def race(
    runners: Sequence[tuple[Callable[[Any], Any], Sequence[Any]]], rounds: int, chunk: int = 10
) -> list[float]:
    """Seconds for one input, for each runner over its own inputs: the best of several interleaved rounds.

    Interleaved, so that what else the machine does hits all of them. The best, because noise only adds, and
    that by small chunks of inputs: a slow runner is interrupted more often, which is not its fault.
    """
    sums = [0.0] * len(runners)
    for start in range(0, max(len(inputs) for _, inputs in runners), chunk):
        parts = [(run, inputs[start : start + chunk]) for run, inputs in runners]
        best = [math.inf] * len(runners)
        for _ in range(rounds):
            for index, (run, inputs) in enumerate(parts):
                began = time.perf_counter()
                for item in inputs:
                    run(item)
                best[index] = min(best[index], time.perf_counter() - began)
        sums = [total + seconds for total, seconds in zip(sums, best, strict=True)]
    return [total / len(inputs) for total, (_, inputs) in zip(sums, runners, strict=True)]

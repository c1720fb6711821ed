"""Work over many rays, rows or voxels, shared out among threads: compiled loops let go of the interpreter.

Threads of our own and not a parallel loop of numba's, which takes several times as long to compile.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

__all__ = ["processors", "shared"]

# Parts for each thread: one that is stopped for a while does not hold up all.
PARTS = 2


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shared(count: int, threads: int, work: Callable[[int, int], None]) -> None:
    """Share `count` things out in small parts.

    Parameters
    ----------
    count : int
    threads : int
        How many parts are worked on at once.
    work : callable
        Is given the first and one past the last of a part.
    """
    parts = PARTS * threads
    cuts = [count * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, low, high) for low, high in pairwise(cuts)]:
            done.result()

"""Trials that take long: a line of JSON for each in `build/`, so that they can be run in parts."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import kambin.anatomy

__all__ = ["code_of_the_room", "gathered"]

WORKERS = 2
Trial = Callable[[int], dict[str, Any]]


@cache
def code_of_the_room() -> str:
    """A hash of everything that measures and of the phantom: lines of other code are not taken up."""
    home = Path(kambin.anatomy.__file__).parent
    found = hashlib.sha256()
    for file in sorted(path for path in home.rglob("*") if path.suffix in (".py", ".yaml")):
        found.update(file.read_bytes())
    return found.hexdigest()[:12]


def gathered(
    file: Path, trial: Trial, seeds: Iterable[int], minutes: float | None = None
) -> dict[int, dict[str, Any]]:
    """Run the trials that `file` does not hold yet, and give all.

    Parameters
    ----------
    file : Path
        One line of JSON for each trial; lines are added.
    trial : callable
        Seed → what was found, as plain values; of a module, so that other processes can call it.
    seeds : iterable of int
    minutes : float, optional
        Only the first trials are begun after this time.

    Returns
    -------
    dict
        Seed → what was found, for the seeds that are done.
    """
    wanted = list(seeds)
    done = {seed: found for seed, found in _read(file).items() if seed in set(wanted)}
    ends = float("inf") if minutes is None else time.monotonic() + 60.0 * minutes
    file.parent.mkdir(parents=True, exist_ok=True)
    open_ones = iter([seed for seed in wanted if seed not in done])
    with ProcessPoolExecutor(WORKERS) as pool, file.open("a", encoding="utf-8") as out:
        running = {pool.submit(_timed, trial, seed): seed for seed in islice(open_ones, WORKERS)}
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                seed, found = running.pop(future), future.result()
                done[seed] = found
                out.write(json.dumps({"code": code_of_the_room(), "seed": seed, **found}) + "\n")
                out.flush()
                following = next(open_ones, None) if time.monotonic() < ends else None
                if following is not None:
                    running[pool.submit(_timed, trial, following)] = following
    return dict(sorted(done.items()))


def _timed(trial: Trial, seed: int) -> dict[str, Any]:
    start = time.process_time()
    found = trial(seed)
    return {**found, "cpu_s": round(time.process_time() - start, 2)}


def _read(file: Path) -> dict[int, dict[str, Any]]:
    if not file.is_file():
        return {}
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return {line["seed"]: line for line in lines if line["code"] == code_of_the_room()}

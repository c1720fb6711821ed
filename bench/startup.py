"""From a cold start: the command line in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bench.patients import EXAMPLES
from bench.row import AnswersDiffer, Row, at_most
from bench.timing import percentile, seconds_of

__all__ = ["cold", "helped"]

COMMAND = Path(sys.executable).parent / "kambin"


def _run(*arguments: str) -> str:
    command = [str(COMMAND)] if COMMAND.exists() else [sys.executable, "-m", "kambin"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise AnswersDiffer(f"kambin {' '.join(arguments)} left with {done.returncode}: {done.stderr[:200]}")
    return done.stdout


def _row(id_: str, arguments: tuple[str, ...], limit: float, quick: bool) -> Row:
    _run(*arguments)  # files are in the cache of the machine, compiled modules are written
    times = [seconds_of(lambda: _run(*arguments)) for _ in range(2 if quick else 15)]
    what = f"`kambin {' '.join(Path(item).name for item in arguments)}`, new process: median"
    note = f"best {min(times):.3f} s; {len(times)} processes"
    return at_most(id_, what, percentile(times, 0.5), limit, "s", note)


def cold(quick: bool) -> list[Row]:
    """A decision as JSON."""
    arguments = ("decide", str(EXAMPLES / "demo.yaml"), "--json")
    if not json.loads(_run(*arguments))["decisions"]:
        raise AnswersDiffer("no decision in the answer")
    return [_row("cold", arguments, 0.6, quick)]


def helped(quick: bool) -> list[Row]:
    """The help page."""
    return [_row("help", ("--help",), 0.2, quick)]

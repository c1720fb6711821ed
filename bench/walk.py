"""The main job as a person runs it: `kambin plan` in a process of its own, with pictures and documents."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.patients import EXAMPLES
from bench.row import AnswersDiffer, Row, at_most
from bench.timing import percentile

__all__ = ["rows"]

COMMAND = Path(sys.executable).parent / "kambin"
VOXEL_MM, FINE_MM = 0.96, 0.8  # 20 and 35 million voxels of the same spine
WRITTEN = ("plan.json", "report.html", "aid.en.html", "aid.zh-Hans.html")
KIB, POLL_S = 1024.0, 0.05


class _Run(NamedTuple):
    """Seconds, and most memory of the process with those that it starts, GB."""

    seconds: float
    memory: float


def rows(quick: bool) -> list[Row]:
    """With a scan of the target's size and a finer one, without a scan, and with kernels to be compiled."""
    case = str(EXAMPLES / "demo.yaml")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scan, voxels = _scan(folder, VOXEL_MM)
        fine, many = _scan(folder, FINE_MM)
        cold = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "kernels")}
        first = _timed((case, "--scan", str(scan)), folder / "first", cold)
        rounds = range(1 if quick else 3)
        warm = [_timed((case, "--scan", str(scan)), folder / f"warm{number}") for number in rounds]
        larger = [_timed((case, "--scan", str(fine)), folder / f"fine{number}") for number in rounds]
        bare = [_timed((case,), folder / f"bare{number}") for number in range(2 if quick else 5)]
    what = "`kambin plan` with a scan of {} million voxels, pictures and documents"
    usual, finer = what.format(round(voxels / 1e6)), what.format(round(many / 1e6))
    return [
        _median("walk", f"{usual}: median", warm, 15),
        at_most("walk-memory", f"{usual}: most memory", max(run.memory for run in warm), 3, "GB"),
        _median("walk-fine", f"{finer}: median", larger, None),
        at_most("walk-fine-memory", f"{finer}: most memory", max(run.memory for run in larger), None, "GB"),
        _median("walk-bare", "the same without a scan: median", bare, 1.5),
        at_most("first-run", f"{usual}, kernels compiled on the way", first.seconds, 60, "s"),
    ]


def _median(id_: str, what: str, runs: list[_Run], limit: float | None) -> Row:
    seconds = [run.seconds for run in runs]
    return at_most(id_, what, percentile(seconds, 0.5), limit, "s", f"best {min(seconds):.1f} s")


def _scan(folder: Path, voxel_mm: float) -> tuple[Path, int]:
    """A phantom's map with the herniation of the demonstration case."""
    from kambin.anatomy.phantom import Herniation, Phantom, write_labels

    phantom = Phantom(3, herniations=(Herniation(level="L5-S1", side="left"),))
    scan = phantom.scan(voxel_mm=voxel_mm, view="spine")
    path = folder / f"labels-{voxel_mm:g}.nii.gz"
    write_labels(scan, path)
    return path, int(scan.labels.array.size)


def _timed(arguments: tuple[str, ...], out: Path, environment: Mapping[str, str] | None = None) -> _Run:
    command = [str(COMMAND), "plan", *arguments, "--out", str(out)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    most = 0.0
    while process.poll() is None:
        most = max(most, _memory(process.pid))
        time.sleep(POLL_S)
    seconds = time.perf_counter() - began
    missing = [name for name in WRITTEN if not (out / name).is_file()]
    if process.returncode not in (0, 1) or missing:
        raise AnswersDiffer(f"kambin plan left with {process.returncode}, without {missing}")
    return _Run(seconds, most)


def _memory(pid: int) -> float:
    """What a process and those that it started hold now, GB; what two of them share is counted twice."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0  # it has just ended
    own = sum(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return own / KIB / KIB + sum(_memory(int(child)) for child in started)

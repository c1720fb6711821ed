"""The main job as a person runs it: `kambin plan` in a process of its own, with pictures and documents."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.patients import EXAMPLES
from bench.row import AnswersDiffer, Row, at_most
from bench.timing import percentile

__all__ = ["rows"]

COMMAND = Path(sys.executable).parent / "kambin"
VOXEL_MM = 0.8
WRITTEN = ("plan.json", "report.html", "aid.en.html", "aid.zh-Hans.html")
MIB = 1024.0


def rows(quick: bool) -> list[Row]:
    """With a large scan, without a scan, and with the kernels still to be compiled."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scan, voxels = _scan(folder)
        arguments = (str(EXAMPLES / "demo.yaml"), "--scan", str(scan))
        cold = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "kernels")}
        first, _ = _timed(arguments, folder / "first", cold)
        many = [_timed(arguments, folder / f"warm{number}") for number in range(1 if quick else 3)]
        bare = [_timed(arguments[:1], folder / f"bare{number}")[0] for number in range(2 if quick else 5)]
    what = f"`kambin plan` with a scan of {voxels / 1e6:.0f} million voxels, pictures and documents"
    seconds = [item[0] for item in many]
    return [
        at_most("walk", f"{what}: median", percentile(seconds, 0.5), 15, "s", f"best {min(seconds):.1f} s"),
        at_most("walk-memory", f"{what}: most memory", max(item[1] for item in many), 3, "GB"),
        at_most("walk-bare", "the same without a scan: median", percentile(bare, 0.5), 1.5, "s"),
        at_most("first-run", f"{what}, kernels compiled on the way", first, 60, "s"),
    ]


def _scan(folder: Path) -> tuple[Path, int]:
    """A phantom's map with the herniation of the demonstration case."""
    from kambin.anatomy.phantom import Herniation, Phantom, write_labels

    phantom = Phantom(3, herniations=(Herniation(level="L5-S1", side="left"),))
    scan = phantom.scan(voxel_mm=VOXEL_MM, view="spine")
    path = folder / "labels.nii.gz"
    write_labels(scan, path)
    return path, int(scan.labels.array.size)


def _timed(
    arguments: tuple[str, ...], out: Path, environment: Mapping[str, str] | None = None
) -> tuple[float, float]:
    """Seconds and most memory, GB, of one process."""
    command = [str(COMMAND), "plan", *arguments, "--out", str(out)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    missing = [name for name in WRITTEN if not (out / name).is_file()]
    if process.returncode not in (0, 1) or missing:
        raise AnswersDiffer(f"kambin plan left with {process.returncode}, without {missing}")
    return seconds, used.ru_maxrss / MIB / MIB

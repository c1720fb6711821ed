"""From a label map to the measured spine: seconds, memory, and TPTBox's points of interest on the same masks.

The map is the phantom's, 20 million voxels. TPTBox is given the phantom's own parts as its two masks and
asked for the points that both find: body and processes, directions, endplates. Ours makes parts, frames and
endplates of the same whole bones. Runs are interleaved; seconds are processor time of one process, because
the machine may be shared.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.row import AnswersDiffer, Row, at_least, at_most, not_measured

__all__ = ["rows"]

# Part of a vertebra → TPTBox's subregion
SUBREGIONS = {1: 49, 2: 41, 3: 41, 4: 41, 5: 45, 6: 46, 7: 47, 8: 48, 9: 43, 10: 44, 11: 42}
# structure → TPTBox's vertebra
LEVELS = {31: 20, 30: 21, 29: 22, 28: 23, 27: 24}
LUMBAR = ("L1", "L2", "L3", "L4", "L5")
MODULES = ("arch", "bodies", "fields", "parts", "regions", "vertebrae")
# endplates, processes, directions and the corners of the bodies: what both programs find
POINTS = (42, 43, 44, 45, 46, 47, 48, 50, 128, 129, 130, 101, 102, 103, 104)
ROUNDS, QUICK_ROUNDS = 5, 2
# the same body in both: its middle by TPTBox against ours
SAME_MM = 3.0

# Most memory is read where Linux keeps it for the program itself: what `ru_maxrss` says of a process that
# another one started begins with what that one held.
CHILD = """
import json, resource, sys, time
from pathlib import Path
from kambin.anatomy import read_spine
warm = read_spine(sys.argv[1])
start, cpu = time.perf_counter(), time.process_time()
spine = read_spine(sys.argv[1])
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
status = Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
own = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
peak = (own[0] if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024
print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak, "levels": list(spine.levels)}))
"""


def rows(quick: bool) -> list[Row]:
    """Seconds and memory from file to `Spine`; the race against TPTBox."""
    phantom: Any = import_module("kambin.anatomy.phantom")
    scan = phantom.Phantom(1).scan(0.8, view="trunk" if not quick else "spine")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "map.nii.gz"
        _write(path, scan)
        told = json.loads(
            subprocess.run(
                [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True
            ).stdout
        )
    if "L5" not in told["levels"]:
        raise AnswersDiffer("the phantom's levels were not found")
    size = f"{scan.labels.array.size / 1e6:.0f} million voxels"
    note = f"{size}; {told['cpu']:.2f} s of processor time; first run, which compiles, not counted"
    found = [
        at_most("spine", "label map from file to measured spine", told["seconds"], 6.0, "s", note),
        at_most("spine-memory", "peak memory of that process", told["peak_mb"], 2048.0, "MB", size),
    ]
    return [*found, _race(quick)]


def _write(path: Path, scan: Any) -> None:
    nibabel: Any = import_module("nibabel")
    frames: Any = import_module("kambin.anatomy.frames")
    affine = frames.lps_from_ras_affine(scan.labels.lps_from_voxel)
    nibabel.save(nibabel.Nifti1Image(np.asarray(scan.labels.array), affine), path)


def _race(quick: bool) -> Row:
    what = "frames, endplates, parts of five vertebrae against TPTBox's points of interest"
    try:
        tptbox: Any = import_module("TPTBox")
    except ImportError:
        return not_measured("spine-tptbox", what, "≥ 3 times", "TPTBox is not installed")
    phantom: Any = import_module("kambin.anatomy.phantom")
    soft = ("sac", "roots", "skin", "organs", "vessels", "muscles", "hips")
    scan = phantom.Phantom(1).scan(0.8, view="bones", missing=soft)
    ours, theirs = _ours(scan), _theirs(scan, tptbox)
    _compare(ours(), theirs(), scan)
    best = [float("inf"), float("inf")]
    for _ in range(QUICK_ROUNDS if quick else ROUNDS):
        for index, run in enumerate((ours, theirs)):
            start = time.process_time()
            run()
            best[index] = min(best[index], time.process_time() - start)
    note = f"{best[0]:.2f} s against {best[1]:.2f} s of processor time; ours has to part the bones first"
    return at_least("spine-tptbox", what, best[1] / best[0], 3.0, "times", note)


def _ours(scan: Any) -> Callable[[], Any]:
    """From masks to frames, endplates and parts: what TPTBox's points stand for, and no more."""
    anatomy = {name: import_module(f"kambin.anatomy.{name}") for name in MODULES}
    reading: Any = import_module("kambin.anatomy.reading")
    bodies, vertebrae, parts = anatomy["bodies"], anatomy["vertebrae"], anatomy["parts"]
    labels = reading.label_map_of(scan.labels, scan.convention)

    def run() -> dict[str, Any]:
        whole = {name: anatomy["regions"].region(labels, f"vertebrae_{name}") for name in LUMBAR}
        cores = {name: bodies.core(bone) for name, bone in whole.items()}
        upwards = cores["L1"] - cores["L5"]
        upwards = upwards / np.linalg.norm(upwards)
        back = bodies.back_direction(list(whole.values()), list(cores.values()), upwards)
        found = {}
        for name, tangent in bodies.tangents(cores).items():
            field = anatomy["fields"].field_of([whole[name]])
            body = vertebrae.fit_vertebra(name, field, cores[name], tangent, back)
            arch = anatomy["arch"].find_arch(body)
            found[name] = (body, parts.separate_parts(whole[name], body, arch))
        return found

    return run


def _theirs(scan: Any, tptbox: Any) -> Callable[[], Any]:
    nibabel: Any = import_module("nibabel")
    frames: Any = import_module("kambin.anatomy.frames")
    affine = frames.lps_from_ras_affine(scan.labels.lps_from_voxel)
    vertebrae = _relabelled(scan.labels.array, LEVELS)
    subregions = np.where(vertebrae > 0, _relabelled(scan.parts.array, SUBREGIONS), 0).astype(np.uint16)
    masks = [tptbox.NII(nibabel.Nifti1Image(array, affine), seg=True) for array in (vertebrae, subregions)]
    return lambda: tptbox.calc_poi_from_subreg_vert(
        masks[0], masks[1], subreg_id=list(POINTS), save_buffer_file=False, verbose=False
    )


def _relabelled(array: Any, table: dict[int, int]) -> Any:
    lookup = np.zeros(256, dtype=np.uint16)
    for old, new in table.items():
        lookup[old] = new
    return lookup[np.asarray(array)]


def _compare(found: Any, points: Any, scan: Any) -> None:
    """The middles of the bodies agree: both looked at the same bones."""
    frames: Any = import_module("kambin.anatomy.frames")
    for level, name in zip((20, 21, 22, 23, 24), ("L1", "L2", "L3", "L4", "L5"), strict=True):
        index = np.array(points[level, 50], dtype=np.float64)
        place = frames.apply(scan.labels.lps_from_voxel, index)
        off = float(np.linalg.norm(place - found[name][0].centre_lps))
        if off > SAME_MM:
            raise AnswersDiffer(f"the body of {name} lies {off:.1f} mm apart in the two programs")

"""C-arm pictures of 33 million voxels, beside plastimatch, and where landmarks land."""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.row import Row, at_most, not_measured

__all__ = ["rows"]

SHAPE, STEP = (320, 320, 320), 0.8  # 33 million voxels, as T8 says
PIXELS, DETECTOR = 512, 310.0
SOURCE, DISTANCE = 720.0, 1000.0
LIMIT_S, LIMIT_RMS, LIMIT_PX = 0.21, 1.0, 0.2
ROUNDS = 7


def scan() -> Any:
    """A body of soft tissue with bones of known place in it, in Hounsfield units."""
    from kambin.anatomy.volume import Volume

    to_lps = np.diag([STEP, STEP, STEP, 1.0])
    to_lps[:3, 3] = -STEP * (np.array(SHAPE) - 1) / 2
    x, y, z = (STEP * (np.arange(size, dtype=np.float32) - (size - 1) / 2) for size in SHAPE)
    squares = [
        axis[tuple(slice(None) if i == n else None for i in range(3))] for n, axis in enumerate((x, y, z))
    ]
    body = (squares[0] / 115) ** 2 + (squares[1] / 85) ** 2 + 0 * squares[2]
    values = np.where(body < 1, np.float32(40), np.float32(-1000))
    for height in (-72, -36, 0, 36, 72):
        gap = (squares[0] / 24) ** 2 + (squares[1] / 18) ** 2 + ((squares[2] - height) / 14) ** 2
        values = np.where(gap < 1, np.float32(600) * (1 - gap) + np.float32(250), values)
    return Volume(np.asfortranarray(values.astype(np.int16)), to_lps)


def arms() -> dict[str, Any]:
    """AP and lateral about the origin."""
    from kambin.access.carm import c_arm

    return {view: c_arm(np.zeros(3), np.eye(3), view, pixels=PIXELS) for view in ("ap", "lateral")}


def peer(folder: Path, view: str) -> tuple[float, np.ndarray]:
    """The same picture by plastimatch, exact: seconds that it tells for the rays, and the film."""
    import plastimatch

    # its normal points from the middle to the source
    normal = {"ap": "0 -1 0", "lateral": "1 0 0"}[view]
    command = ["drr", "-A", "cpu", "-i", "exact", "-P", "none", "-t", "pfm", "-r", f"{PIXELS} {PIXELS}"]
    command += ["-z", f"{DETECTOR} {DETECTOR}", "--sad", f"{SOURCE}", "--sid", f"{DISTANCE}", "-o", "0 0 0"]
    command += [
        "-n",
        normal,
        "--vup",
        "0 0 1",
        "-I",
        str(folder / "scan.mha"),
        "-O",
        str(folder / f"{view}-"),
    ]
    program = Path(sys.executable).parent / "plastimatch"
    began = time.perf_counter()
    said = subprocess.run([str(program), *command], check=True, capture_output=True, text=True).stdout
    seconds = time.perf_counter() - began
    for text in said.splitlines():
        if "ime" in text and "sec" in text:
            numbers = [float(word) for word in text.replace("=", " ").split() if _is_number(word)]
            seconds = numbers[-1] if numbers else seconds
    assert plastimatch.__version__
    film = next(folder.glob(f"{view}-*.pfm"))
    return seconds, read_pfm(film)


def _is_number(word: str) -> bool:
    try:
        return math.isfinite(float(word))
    except ValueError:
        return False


def read_pfm(path: Path) -> np.ndarray:
    """A portable float map, rows from the top down."""
    data = path.read_bytes()
    head, size, scale, rest = data.split(b"\n", 3)
    assert head == b"Pf"
    columns, rows_ = (int(word) for word in size.split())
    kind = "<f4" if float(scale) < 0 else ">f4"
    return np.frombuffer(rest, dtype=kind, count=rows_ * columns).reshape(rows_, columns)


def write_mha(path: Path, volume: Any) -> None:
    """The scan for the peer: density above air, so that both sum the same."""
    density = (volume.array.astype(np.float32) + 1000.0) / 1000.0
    offset = " ".join(f"{value:.6f}" for value in volume.lps_from_voxel[:3, 3])
    head = (
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
        f"TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = {offset}\nCenterOfRotation = 0 0 0\n"
        f"ElementSpacing = {STEP} {STEP} {STEP}\nDimSize = {' '.join(map(str, SHAPE))}\n"
        "ElementType = MET_FLOAT\nElementDataFile = LOCAL\n"
    )
    path.write_bytes(head.encode() + density.tobytes(order="F"))


def landmarks() -> float:
    """Greatest distance, in pixels, of small balls' shadows from where the geometry puts them."""
    from kambin.access.carm import radiograph
    from kambin.anatomy.volume import Volume

    worst = 0.0
    shape, step = (150, 150, 150), 0.8
    to_lps = np.diag([step, step, step, 1.0])
    to_lps[:3, 3] = -step * (np.array(shape) - 1) / 2
    axes = [step * (np.arange(size) - (size - 1) / 2) for size in shape]
    rng = np.random.default_rng(8)
    for arm in arms().values():
        for centre in rng.uniform(-45, 45, (4, 3)):
            gap = np.sqrt(
                sum(
                    (axis - c).reshape([-1 if i == n else 1 for i in range(3)]) ** 2
                    for n, (axis, c) in enumerate(zip(axes, centre, strict=True))
                )
            )
            ball = (1000 * np.clip((3.0 - gap) / step + 0.5, 0, 1)).astype(np.int16)
            film = radiograph(Volume(ball, to_lps), arm, air=0.0).astype(np.float64)
            row, column = np.mgrid[:PIXELS, :PIXELS]
            seen = np.array([(film * column).sum(), (film * row).sum()]) / film.sum()
            worst = max(worst, float(np.abs(seen - arm.pixel_of(centre)).max()))
    return worst


def rows(quick: bool) -> list[Row]:
    """T8: seconds for a picture, agreement with an exact sum, and landmarks."""
    from kambin.access.carm import radiograph

    volume, views = scan(), arms()
    films = {view: radiograph(volume, arm) / 1000.0 for view, arm in views.items()}
    best, busy = dict.fromkeys(views, math.inf), dict.fromkeys(views, math.inf)
    others = dict.fromkeys(views, math.inf)
    theirs: dict[str, np.ndarray] = {}
    present = importlib.util.find_spec("plastimatch") is not None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if present:
            write_mha(folder / "scan.mha", volume)
        for _ in range(2 if quick else ROUNDS):
            for view, arm in views.items():
                began, spent = time.perf_counter(), time.process_time()
                radiograph(volume, arm)
                best[view] = min(best[view], time.perf_counter() - began)
                busy[view] = min(busy[view], time.process_time() - spent)
                if present:
                    seconds, theirs[view] = peer(folder, view)
                    others[view] = min(others[view], seconds)
    found = [
        at_most(
            f"T8 {view}",
            f"C-arm picture, {view}, 512 × 512, 33 million voxels",
            best[view],
            LIMIT_S,
            "s",
            f"{busy[view]:.2f} s of processor time"
            + (
                f"; plastimatch exact {others[view]:.2f} s, {others[view] / best[view]:.1f} times"
                if present
                else ""
            ),
        )
        for view in views
    ]
    if present:
        worst = max(agreement(films[view], theirs[view]) for view in views)
        found.append(
            at_most(
                "T8 sum", "difference from plastimatch's exact sums, root mean square", worst, LIMIT_RMS, "%"
            )
        )
    else:
        found.append(
            not_measured(
                "T8 sum", "difference from exact sums", f"≤ {LIMIT_RMS:g} %", "plastimatch is absent"
            )
        )
    found.append(
        at_most("T8 marks", "landmarks in the picture against the closed form", landmarks(), LIMIT_PX, "px")
    )
    return found


def agreement(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Root mean square difference in percent of the greatest value, after one common factor of unit."""
    factor = float((ours * theirs).sum() / (theirs * theirs).sum())
    return 100.0 * float(np.sqrt(np.mean((ours - factor * theirs) ** 2)) / ours.max())

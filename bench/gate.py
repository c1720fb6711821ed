"""Files made to do harm: seconds and memory until the gate refuses them, with the process that it reads in.

Each file is read by a process of its own, as a person would: what is loaded on the way counts, Python and the
package do not. Memory is the peak of that process and of the one that the gate starts, together.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.row import AnswersDiffer, Row, at_most, not_measured

__all__ = ["rows"]

ROUNDS, QUICK_ROUNDS = 5, 1
SECONDS, MEGABYTES = 1.0, 200.0
DEFLATED = "1.2.840.10008.1.2.1.99"

CHILD = """
import json, re, resource, sys, time
from pathlib import Path
from kambin.anatomy import ScanRefused, read_label_map
start = time.perf_counter()
try:
    read_label_map(sys.argv[1])
    reason = "read"
except ScanRefused as refused:
    reason = str(refused.reason)
seconds = time.perf_counter() - start
here = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
apart = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"reason": reason, "seconds": seconds, "mb": (here + apart) / 1024}))
"""


def rows(quick: bool) -> list[Row]:
    """Seconds and memory of the slowest and of the hungriest refusal."""
    if sys.platform != "linux":
        return [not_measured("hostile", "hostile files refused", "≤ 1 s", "peak memory is read from /proc")]
    found: dict[str, dict[str, Any]] = {}
    with TemporaryDirectory() as folder:
        for name, (data, reason) in _files().items():
            path = Path(folder) / name.split(",")[0].replace(" ", "_")
            path.write_bytes(data)
            runs = [_refused(path, reason) for _ in range(QUICK_ROUNDS if quick else ROUNDS)]
            found[name] = {key: min(run[key] for run in runs) for key in ("seconds", "mb")}
    note = "; ".join(f"{name}: {one['seconds']:.2f} s, {one['mb']:.0f} MB" for name, one in found.items())
    slowest, hungriest = (max(one[key] for one in found.values()) for key in ("seconds", "mb"))
    what = "until the last of three hostile files is refused, reading process included"
    return [
        at_most("hostile", f"seconds {what}", slowest, SECONDS, "s", f"{note}; best of {len(runs)}"),
        at_most("hostile-memory", f"peak memory {what}", hungriest, MEGABYTES, "MB"),
    ]


def _files() -> dict[str, tuple[bytes, str]]:
    """Name → file, and the reason for which it has to be refused."""
    builders: Any = import_module("tests.anatomy.reading.builders")
    packed = _deflated(2_000_000_000)
    return {
        f"deflated DICOM, {len(packed) / 1e6:.1f} MB for 2 GB": (
            builders.dicom(packed, DEFLATED),
            "deflated",
        ),
        "sequences nested 300 deep": (builders.dicom(builders.nested(300)), "nested_too_deep"),
        "NIfTI of 65 kB that declares 8 GB": (
            builders.nifti(dim=[3, 2000, 2000, 2000, 1, 1, 1, 1]) + b"\0" * 65_000,
            "too_large",
        ),
    }


def _deflated(size: int) -> bytes:
    """So many zeros, deflated: one block after the other, each packed once."""
    block = 8_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = packer.compress(b"\0" * block) + packer.flush(zlib.Z_FULL_FLUSH)
    return once * (size // block) + packer.flush()


def _refused(path: Path, reason: str) -> dict[str, Any]:
    command = [sys.executable, "-c", CHILD, str(path)]
    told: dict[str, Any] = json.loads(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
    )
    if told["reason"] != reason:
        raise AnswersDiffer(f"{path.name} ended with {told['reason']} and not with {reason}")
    return told

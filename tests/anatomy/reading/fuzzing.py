"""A mutating fuzzer for headers: seeds from the corpus, changed at random, read by what reads headers.

The corpus (`tests/anatomy/corpus`) holds one small valid file of every format, and every input that once
went wrong. ``python -m tests.anatomy.reading.fuzzing SEED HEADERS FILES ISOLATED`` runs it
alone, with so many headers, whole files, and whole files in the reading process, and prints what it measured.
"""

from __future__ import annotations

import io
import json
import random
import resource
import signal
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from kambin.anatomy.reading import read_image, read_label_map
from kambin.anatomy.reading.isolation import quiet
from kambin.anatomy.reading.nifti import read_header
from kambin.anatomy.reading.nrrd import parse_nrrd_header
from kambin.anatomy.reading.series import WANTED, slice_of
from kambin.anatomy.reading.walk import walk_bytes
from kambin.anatomy.refusal import ScanRefused
from kambin.anatomy.settings import DEFAULT_LIMITS, Limits

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
HANG_SECONDS = 5
NEIGHBOURS = {"slice.dcm": "slice_above.dcm", "slice_above.dcm": "slice.dcm"}
NUMBERS = [0, 1, 2, 7, 127, 128, 255, 256, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1]
FLOATS = [0.0, -1.0, 1e-30, 1e30, float("nan"), float("inf")]
TOKENS = (
    b"nan inf -inf 1e308 -1 0 99999999999999999999 none () (1,0,0) ( , ; : := \n\n LPS RAS raw gzip "
    b"n+1\0 n+2\0 ni1\0 DICM NRRD0005 SQ UN OB UT"
).split(b" ")
TOKENS += [b"\xfe\xff\x00\xe0\xff\xff\xff\xff", b"\xfe\xff\xdd\xe0\0\0\0\0", b"\xfe\xff\x0d\xe0\0\0\0\0"]


class Hung(BaseException):
    """One input took too long; no reader may catch this."""


def seeds() -> dict[str, bytes]:
    """The corpus, by name."""
    return {path.name: path.read_bytes() for path in sorted(CORPUS.iterdir())}


def mutated(luck: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """The input with one to eight changes."""
    made = bytearray(data)
    for _ in range(luck.choice((1, 1, 1, 2, 3, 8))):
        at = luck.randrange(len(made)) if made else 0
        kind = luck.randrange(9)
        if kind == 0 and made:
            made[at] ^= 1 << luck.randrange(8)
        elif kind == 1 and made:
            made[at] = luck.randrange(256)
        elif kind == 2:
            number = luck.choice(NUMBERS) & 0xFFFFFFFF
            made[at : at + 4] = struct.pack(luck.choice("<>") + "I", number)
        elif kind == 3:
            made[at : at + 2] = struct.pack("<H", luck.choice(NUMBERS) & 0xFFFF)
        elif kind == 4:
            made[at : at + 4] = struct.pack(
                "<f", luck.choice((0.0, -1.0, 1e-30, 1e30, float("nan"), float("inf")))
            )
        elif kind == 5:
            made[at:at] = luck.choice(TOKENS) * luck.choice((1, 1, 2, 400))
        elif kind == 6:
            del made[at : at + luck.choice((1, 2, 4, 16, 4000))]
        elif kind == 7:
            part = made[at : at + luck.randrange(1, 64)]
            made[at:at] = part * luck.choice((1, 2, 50))
        else:
            other = luck.choice(others)
            start = luck.randrange(len(other))
            made[at:at] = other[start : start + luck.randrange(1, 200)]
    return bytes(made[:60_000])


def read_any(name: str, data: bytes) -> str:
    """Read the header as the format of its seed; the reason of a refusal, or ``read``.

    NIfTI and NRRD headers are read in the caller's process, so nothing but a refusal may come out of them.
    What pydicom raises ends in the reading process; here it only has to end.
    """
    try:
        if name.endswith(".nii"):
            read_header(io.BytesIO(data), len(data), False, DEFAULT_LIMITS)
        elif name.endswith(".nrrd"):
            parse_nrrd_header(data[: DEFAULT_LIMITS.max_header_bytes], len(data), DEFAULT_LIMITS)
        else:
            return _dicom(data)
    except ScanRefused as refused:
        return str(refused.reason)
    return "read"


def _dicom(data: bytes) -> str:
    import pydicom

    walked = walk_bytes(data, DEFAULT_LIMITS)
    try:
        head = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True, specific_tags=list(WANTED))
        slice_of(head, Path("slice"), walked, DEFAULT_LIMITS)
        for each in pydicom.dcmread(io.BytesIO(data)).iterall():
            str(each.value)
    except ScanRefused:
        raise
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        return f"pydicom: {type(error).__name__}"
    return "read"


@contextmanager
def watched() -> Iterator[None]:
    """Break off what computes longer than `HANG_SECONDS`; waiting for a busy machine does not count."""

    def hung(*_: Any) -> None:
        raise Hung

    before = signal.signal(signal.SIGPROF, hung)
    signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def peak_mb(of_children: bool = False) -> int:
    """Greatest memory of this process, or of those that it started, MB."""
    status = Path("/proc/self/status")
    if status.is_file() and not of_children:
        # unlike the system's own count, this one begins anew when a process becomes another program
        found = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(found.split()[1]) // 1024
    who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss // (1024 * 1024 if sys.platform == "darwin" else 1024)


def fuzz(seed: int, count: int) -> dict[str, Any]:
    """Read so many mutated headers.

    Returns
    -------
    dict
        `outcomes` by reason, `slowest_s`, `peak_mb` of this process; an input that breaks a reader is
        raised as it came, with the input in the message.
    """
    luck = random.Random(seed)
    corpus = seeds()
    names, others = list(corpus), list(corpus.values())
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    with quiet():
        for _ in range(count):
            name = luck.choice(names)
            data = mutated(luck, corpus[name], others)
            started = time.process_time()
            try:
                with watched():
                    outcomes[read_any(name, data)] += 1
            except (Exception, Hung) as error:
                raise AssertionError(f"{type(error).__name__} on {name}: {data.hex()}") from error
            slowest = max(slowest, time.process_time() - started)
    return {
        "count": count,
        "outcomes": dict(outcomes.most_common()),
        "slowest_s": round(slowest, 3),
        "peak_mb": peak_mb(),
    }


def read_whole(folder: Path, name: str, data: bytes, limits: Limits) -> str:
    """Read a mutated file with its voxels, as label map and as image; the two outcomes."""
    path = folder / name
    path.write_bytes(data)
    image = path
    if name in NEIGHBOURS:
        image = folder / "series"
        image.mkdir(exist_ok=True)
        (image / "0.dcm").write_bytes(data)
        (image / "1.dcm").write_bytes(seeds()[NEIGHBOURS[name]])
    outcomes = []
    for read, where in ((read_label_map, path), (read_image, image)):
        try:
            read(where, limits=limits)
        except ScanRefused as refused:
            outcomes.append(str(refused.reason))
        else:
            outcomes.append("read")
    return " ".join(outcomes)


def fuzz_whole(seed: int, count: int, folder: Path, limits: Limits) -> dict[str, Any]:
    """The same with whole files; `peak_mb` is that of the reading processes where they are isolated.

    There the limit on their time stands for a hang: ``too_slow`` may not be among the outcomes.
    """
    luck = random.Random(seed)
    corpus = seeds()
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for _ in range(count):
        name = luck.choice(list(corpus))
        data = mutated(luck, corpus[name], list(corpus.values()))
        started = time.process_time()
        try:
            with watched():
                outcomes[read_whole(folder, name, data, limits)] += 1
        except (Exception, Hung) as error:
            raise AssertionError(f"{type(error).__name__} on {name}: {data.hex()}") from error
        slowest = max(slowest, time.process_time() - started)
    return {
        "count": count,
        "outcomes": dict(outcomes.most_common()),
        "slowest_s": round(slowest, 3),
        "peak_mb": peak_mb(of_children=limits.isolated),
    }


if __name__ == "__main__":
    made = {"headers": fuzz(int(sys.argv[1]), int(sys.argv[2]))}
    with tempfile.TemporaryDirectory() as place:
        here = replace(DEFAULT_LIMITS, isolated=False)
        made["whole files"] = fuzz_whole(int(sys.argv[1]), int(sys.argv[3]), Path(place), here)
        short = replace(DEFAULT_LIMITS, max_seconds=HANG_SECONDS)
        apart = fuzz_whole(int(sys.argv[1]), int(sys.argv[4]), Path(place), short)
        made["in the reading process"] = apart
    print(json.dumps(made, indent=1))

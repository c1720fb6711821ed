"""Mutated files: read or refused, never a crash, a hang or a hunger for memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kambin.anatomy.reading import isolation
from kambin.anatomy.settings import DEFAULT_LIMITS
from tests.anatomy.reading.builders import IN_PROCESS
from tests.anatomy.reading.fuzzing import HANG_SECONDS, fuzz, fuzz_whole, read_any, read_whole, seeds

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="hangs are broken off by a signal")
GIGABYTE = 1000
ROOT = Path(__file__).resolve().parents[3]
OUT = ROOT / "build" / "fuzz.json"
SHORT = replace(DEFAULT_LIMITS, max_seconds=HANG_SECONDS)


@pytest.mark.parametrize("name", seeds())
def test_the_corpus_is_read_or_refused(tmp_path: Path, name: str) -> None:
    data = seeds()[name]
    assert len(data) < 10_000
    header, whole = read_any(name, data), read_whole(tmp_path, name, data, IN_PROCESS)
    if "nested" not in name and "implicit" not in name and name != "segmentation.dcm":
        assert header == "read" and whole.endswith("read")
    if name == "segmentation.dcm":
        assert whole.startswith("read")


def test_mutated_headers() -> None:
    found = fuzz(1, 1500)
    assert len(found["outcomes"]) > 10
    assert 0.05 < found["outcomes"]["read"] / found["count"] < 0.5


def test_mutated_files(tmp_path: Path) -> None:
    found = fuzz_whole(2, 150, tmp_path, IN_PROCESS)
    assert len(found["outcomes"]) > 10


@pytest.mark.skipif(not isolation.can_isolate(), reason="no limits on processes here")
def test_mutated_files_in_the_reading_process(tmp_path: Path) -> None:
    outcomes = fuzz_whole(3, 5, tmp_path, SHORT)["outcomes"]
    assert not any("too_slow" in name or "reader_failed" in name for name in outcomes)


@pytest.mark.heavy
@pytest.mark.skipif(not isolation.can_isolate(), reason="no limits on processes here")
def test_a_hundred_thousand_mutated_headers() -> None:
    # in a process of its own: the peak of this one is that of whatever ran in it before
    command = [sys.executable, "-m", "tests.anatomy.reading.fuzzing", "20261120", "100000", "5000", "200"]
    path = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    _record(told)
    for found in told.values():
        assert found["peak_mb"] < GIGABYTE
        assert not any("too_slow" in name or "reader_failed" in name for name in found["outcomes"])


def _record(told: dict[str, Any]) -> None:
    """Leave the figures in `build/`, from where the documentation takes them."""
    headers, apart = told["headers"], told["in the reading process"]
    peak = max(found["peak_mb"] for found in told.values())
    files = told["whole files"]["count"]
    note = f"slowest header {headers['slowest_s']:.2f} s; beside them {files:,} whole files, and "
    note += f"{apart['count']} in the reading process"
    ended = sum(
        number
        for found in told.values()
        for name, number in found["outcomes"].items()
        if "too_slow" in name or "reader_failed" in name
    )
    measured = f"{headers['count']:,} headers, none crashed, {ended} ended by the limit on time; {peak} MB"
    OUT.parent.mkdir(exist_ok=True)
    document = {"measured": measured, "met": peak < GIGABYTE and not ended, "note": note, **told}
    OUT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")

"""The process that reads: same answer as here, limits that hold, and nothing left behind."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
import warnings
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kambin.anatomy.reading import isolation, read_image, read_label_map, worker
from kambin.anatomy.reading.files import Format, header_of
from kambin.anatomy.reading.jobs import voxels_request
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import DEFAULT_LIMITS
from tests.anatomy.reading.builders import (
    IN_PROCESS,
    dicom,
    nested,
    nifti,
    nrrd,
    rigid,
    save_nifti,
    save_slices,
    slices,
)

needs_limits = pytest.mark.skipif(not isolation.can_isolate(), reason="no limits on processes here")


@needs_limits
def test_the_other_process_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "map.nii.gz"
    array = np.random.default_rng(3).integers(0, 40, (30, 20, 25)).astype(np.uint8)
    save_nifti(path, array, rigid(5, 6, 7, (1, 2, 3)))
    here, apart = read_label_map(path, "total", limits=IN_PROCESS), read_label_map(path, "total")
    assert np.array_equal(here.volume.array, apart.volume.array)
    assert here.volume.array.flags.f_contiguous == apart.volume.array.flags.f_contiguous
    assert np.array_equal(here.volume.lps_from_voxel, apart.volume.lps_from_voxel)
    assert (here.voxels, here.boxes, here.how) == (apart.voxels, apart.boxes, apart.how)


@needs_limits
def test_images_come_through_whole(tmp_path: Path) -> None:
    ct = np.arange(120, dtype=np.int16).reshape(6, 5, 4) - 50
    place = rigid(5, 6, 7, (1, 2, 3)) @ np.diag([0.6, 0.8, 2.5, 1.0])
    folder = save_slices(tmp_path / "ct", slices(ct, place), [2, 0, 3, 1])
    read = read_image(folder)
    assert np.array_equal(read.array, ct)
    assert np.allclose(read.lps_from_voxel, place, atol=1e-6)
    path = tmp_path / "scan.nrrd"
    path.write_bytes(nrrd(ct.astype("<i2")))
    assert np.array_equal(read_image(path).array, ct)
    path = tmp_path / "scan.nii"
    path.write_bytes(nifti("int16", scl_slope=0.5, scl_inter=-3))
    assert np.array_equal(read_image(path).array, np.full((4, 5, 6), -2.5, np.float32))


@needs_limits
def test_the_voxels_outlive_the_process_and_can_not_be_written(tmp_path: Path) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti())
    array = read_label_map(path, "total").volume.array
    assert int(array.sum()) == 120
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0, 0] = 2


@needs_limits
def test_refusals_come_through_whole(tmp_path: Path) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti(scl_slope=0.5))
    told = []
    for limits in (IN_PROCESS, DEFAULT_LIMITS):
        with pytest.raises(ScanRefused) as refused:
            read_label_map(path, limits=limits)
        told.append(
            (str(refused.value), refused.value.reason, refused.value.expected, refused.value.exit_code)
        )
    assert told[0] == told[1]
    assert told[0][1] is Reason.SCALED


@needs_limits
def test_time_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti())
    with pytest.raises(ScanRefused) as refused:
        read_label_map(path, limits=replace(DEFAULT_LIMITS, max_seconds=0.0003))
    assert refused.value.reason is Reason.TOO_SLOW


def run(code: str) -> str:
    """Run code in a fresh interpreter, so that limits set there end with it."""
    source = [sys.executable, "-c", textwrap.dedent(code)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(source, env=environment, capture_output=True, text=True, check=True).stdout


@needs_limits
def test_memory_is_limited() -> None:
    # the worker's own limit, without a file: a gigabyte more than allowed is not to be had
    out = run(
        """
        import numpy as np
        from kambin.anatomy.reading.worker import _allow
        _allow(0)
        try:
            np.empty(1_200_000_000, dtype=np.uint8)
        except MemoryError:
            print("refused")
        _allow(500_000_000)
        print(np.empty(1_200_000_000, dtype=np.uint8).size)
        """
    )
    assert out.split() == ["refused", "1200000000"]


@needs_limits
def test_a_job_that_breaks_the_process_is_a_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti())
    monkeypatch.setattr(isolation, "WORKER", "kambin.anatomy.reading.no_such_module")
    with pytest.raises(ScanRefused) as refused:
        read_label_map(path)
    assert refused.value.reason is Reason.READER_FAILED


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_hostile_files_cost_the_caller_and_the_process_little(tmp_path: Path) -> None:
    """Peak memory of both processes together stays below 200 MB; measured: 30 to 60 MB."""
    for name, data, reason in (
        ("deflated.dcm", dicom(b"\0" * 1_000_000, "1.2.840.10008.1.2.1.99"), "deflated"),
        ("nested.dcm", dicom(nested(300)), "nested_too_deep"),
        ("big.nii", nifti(dim=[3, 2000, 2000, 2000, 1, 1, 1, 1]) + b"\0" * 65_000, "too_large"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        out = run(
            f"""
            import re, resource
            from pathlib import Path
            from kambin.anatomy import ScanRefused, read_label_map
            try:
                read_label_map({str(path)!r})
            except ScanRefused as refused:
                print(refused.reason)
            print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            """
        )
        code, here, apart = out.split()
        assert code == reason
        assert int(here) + int(apart) < 200_000


def test_a_system_without_limits_reads_aloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti())
    monkeypatch.setattr(isolation, "can_isolate", lambda: False)
    with pytest.warns(RuntimeWarning, match="without limits"):
        assert read_label_map(path, "total").voxels == {"spleen": 120}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_label_map(path, "total", limits=IN_PROCESS)


def test_a_breakdown_in_this_process_quotes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object) -> None:
        raise KeyError("Doe^Jane")

    path = tmp_path / "map.nii"
    path.write_bytes(nifti())
    monkeypatch.setattr(isolation.jobs, "run", broken)
    with pytest.raises(ScanRefused) as refused:
        read_label_map(path, limits=IN_PROCESS)
    assert refused.value.reason is Reason.CORRUPT
    assert "Doe" not in str(refused.value)
    assert refused.value.__context__ is None and refused.value.__cause__ is None

    def hungry(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(isolation.jobs, "run", hungry)
    with pytest.raises(ScanRefused) as refused:
        read_label_map(path, limits=IN_PROCESS)
    assert refused.value.reason is Reason.TOO_LARGE


@needs_limits
def test_a_system_without_nameless_memory_uses_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = tmp_path / "map.nii"
    path.write_bytes(nifti())
    assert read_label_map(path, "total").voxels == {"spleen": 120}
    assert [each.name for each in tmp_path.iterdir()] == ["map.nii"]


@needs_limits
def test_a_system_that_does_not_limit_memory_reads_aloud(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti())
    ask = isolation._ask

    def unlimited(*given: Any) -> dict[str, Any]:
        return {**ask(*given), "limited": False}

    monkeypatch.setattr(isolation, "_ask", unlimited)
    with pytest.warns(RuntimeWarning, match="does not limit the memory"):
        assert read_label_map(path, "total").voxels == {"spleen": 120}


@needs_limits
@pytest.mark.parametrize("scaled", [False, True])
def test_what_the_process_writes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scaled: bool) -> None:
    """The worker's own main, called here: its one line, and the voxels behind it."""
    path = tmp_path / "map.nii"
    path.write_bytes(nifti(scl_slope=2.0 if scaled else 1.0))
    request = voxels_request(path, header_of(path, Format.NIFTI, DEFAULT_LIMITS), labels=True)
    asked = json.dumps({"request": request, "limits": asdict(DEFAULT_LIMITS)})
    monkeypatch.setattr(worker, "_limit", lambda _: True)
    monkeypatch.setattr(worker, "_allow", lambda _: True)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(asked.encode())))
    line, voxels, kept = tmp_path / "line", tmp_path / "voxels", os.dup(1)
    with line.open("wb") as answer, voxels.open("wb") as shared:
        os.dup2(answer.fileno(), 1)
        try:
            assert worker.main(shared.fileno()) == 0
        finally:
            os.dup2(kept, 1)
            os.close(kept)
    told = json.loads(line.read_text())
    assert told["limited"] is True
    if scaled:
        assert told["refused"]["reason"] == "scaled"
        assert voxels.read_bytes() == b""
    else:
        assert (told["shape"], told["dtype"], told["order"]) == ([4, 5, 6], "|u1", "F")
        assert told["meta"] == {"counts": {"1": 120}}
        assert voxels.read_bytes() == b"\1" * 120

"""A process of its own for every file: with little memory, little time, and nothing to say but the answer.

A decoder that goes wrong on hostile data takes this process with it and not the caller's. What comes back is
one line of plain data and the voxels, in memory that both processes see; nothing that a library of the
reading process prints or logs goes anywhere.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import mmap
import os
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.reading import jobs
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import WAIT_FACTOR, WORKER_BYTES, WORKER_COPIES, Limits

__all__ = ["answer_of", "can_isolate", "memory_allowed", "perform", "quiet"]

WORKER = "kambin.anatomy.reading.worker"
# libraries that start threads reserve address space for each of them
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
NOT_ISOLATED = (
    "this system has no limits on processes: the file is read in the caller's own process, "
    "without limits on memory and time"
)
NO_MEMORY_LIMIT = "this system does not limit the memory of a process: the file is read without that limit"
ENDED_BY_LIMITS = (-signal.SIGKILL, -signal.SIGXCPU) if os.name == "posix" else ()


def can_isolate() -> bool:
    """Whether this system can limit a process."""
    return os.name == "posix" and importlib.util.find_spec("resource") is not None


def perform(request: Mapping[str, Any], limits: Limits) -> jobs.Answer:
    """Do a job of `jobs`, in a process of its own where the limits say so.

    Where the system can not limit a process, the job is done in this one, and a warning says so.

    Raises
    ------
    ScanRefused
        What the job refuses, and a job that takes too long, too much memory, or the process with it.
    """
    if limits.isolated and can_isolate():
        return _apart(request, limits)
    if limits.isolated:
        warnings.warn(NOT_ISOLATED, RuntimeWarning, stacklevel=3)
    answer, refusal = answer_of(request, limits, lambda _: None)
    if answer is None:
        raise refusal or ScanRefused(Reason.CORRUPT, "nothing was read")
    return answer


def answer_of(
    request: Mapping[str, Any], limits: Limits, allow: jobs.Allow
) -> tuple[jobs.Answer | None, ScanRefused | None]:
    """Do a job of `jobs` in this process, and turn whatever goes wrong into a refusal.

    The refusal is returned and not raised: raised here it would carry the library's error, which may quote
    the file, as its context.

    Returns
    -------
    answer : tuple or None
    refusal : ScanRefused or None
    """
    try:
        with quiet():
            return jobs.run(request, limits, allow), None
    except ScanRefused as refused:
        return None, ScanRefused.from_dict(refused.to_dict())
    except MemoryError:
        return None, ScanRefused(Reason.TOO_LARGE, "reading the file takes more memory than there is")
    except Exception as error:
        what = f"the file can not be understood ({type(error).__name__})"
        return None, ScanRefused(Reason.CORRUPT, what)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep libraries from repeating what they read: no warnings, no log."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _apart(request: Mapping[str, Any], limits: Limits) -> jobs.Answer:
    with _shared_memory() as shared:
        question = json.dumps({"request": dict(request), "limits": asdict(limits)})
        answer = _ask(question.encode(), shared, limits)
        if not answer["limited"]:
            warnings.warn(NO_MEMORY_LIMIT, RuntimeWarning, stacklevel=4)
        if "refused" in answer:
            raise ScanRefused.from_dict(answer["refused"])
        return answer["meta"], _array(shared, answer["shape"], answer["dtype"], answer["order"])


@contextlib.contextmanager
def _shared_memory() -> Iterator[int]:
    """A file descriptor of memory without a name, so that nothing of a patient is left behind."""
    if hasattr(os, "memfd_create"):
        shared = os.memfd_create("voxels")
        try:
            yield shared
        finally:
            os.close(shared)
    else:
        with tempfile.TemporaryFile() as file:
            yield file.fileno()


def _ask(question: bytes, shared: int, limits: Limits) -> dict[str, Any]:
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= dict.fromkeys(ONE_THREAD, "1")
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", WORKER, str(shared)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(shared,),
        env=environment,
    )
    with process:
        try:
            line, _ = process.communicate(question, timeout=WAIT_FACTOR * limits.max_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            line = b""
    if not line:
        raise _ended(process.returncode)
    answer: dict[str, Any] = json.loads(line)
    return answer


def _ended(code: int) -> ScanRefused:
    if code in ENDED_BY_LIMITS:
        return ScanRefused(Reason.TOO_SLOW, "reading the file took too much time or memory, and was ended")
    return ScanRefused(
        Reason.READER_FAILED,
        f"the process that reads files ended with code {code}",
        why="it broke down on this file, or could not be started",
    )


def _array(shared: int, shape: list[int], dtype: str, order: str) -> NDArray[Any]:
    voxels = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * voxels.itemsize
    seen = mmap.mmap(shared, size, access=mmap.ACCESS_READ)
    flat = np.frombuffer(seen, dtype=voxels)
    return flat.reshape(shape, order="F" if order == "F" else "C")


def memory_allowed(data_bytes: int) -> int:
    """Address space of a reading process that is about to read so many bytes of voxels."""
    return WORKER_BYTES + WORKER_COPIES * data_bytes

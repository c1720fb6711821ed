"""The reading process: ``python -m kambin.anatomy.reading.worker FD``, a job on stdin, the answer on stdout.

Limits are set before anything is read. The voxels are written to the file descriptor FD, which the caller
holds; the one line on stdout says how to read them, or why the file is refused.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.reading.isolation import answer_of, memory_allowed
from kambin.anatomy.settings import Limits

__all__ = ["main"]


def main(shared: int) -> int:
    """Do one job.

    Parameters
    ----------
    shared : int
        File descriptor for the voxels.

    Returns
    -------
    int
        Exit code; 0 also where the file is refused.
    """
    answer_to = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is not an answer
    asked = json.loads(sys.stdin.buffer.read())
    limits = Limits(**asked["limits"])
    limited = _limit(limits)
    answer, refusal = answer_of(asked["request"], limits, _allow)
    told: dict[str, Any] = {"limited": limited}
    if answer is None:
        told["refused"] = refusal.to_dict() if refusal else None
    else:
        meta, array = answer
        told |= {"meta": meta, "shape": array.shape, "dtype": array.dtype.str, "order": _write(shared, array)}
    with os.fdopen(answer_to, "w") as line:
        line.write(json.dumps(told))
    return 0


def _limit(limits: Limits) -> bool:
    """Set the limits; whether the system took them all."""
    import resource

    seconds = max(int(limits.max_seconds), 1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return _allow(0)


def _allow(data_bytes: int) -> bool:
    """Set the memory that this process may take; only the header knows how much a file needs."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = memory_allowed(data_bytes)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))
    except (OSError, ValueError):
        return False
    return True


def _write(shared: int, array: NDArray[Any]) -> str:
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    flat: Any = np.ravel(array, order="F" if order == "F" else "C")
    data = memoryview(flat).cast("B")
    while data:
        data = data[os.write(shared, data) :]
    return order


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

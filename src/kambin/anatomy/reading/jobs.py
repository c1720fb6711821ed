"""What the reading process is asked to do; each job is plain data in, plain data and one array out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.reading.header import Header
from kambin.anatomy.reading.voxels import as_image, as_labels, read_voxels
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import Limits

__all__ = ["Allow", "Answer", "run", "voxels_request"]

Answer = tuple[dict[str, Any], NDArray[Any]]
Allow = Callable[[int], object]


def voxels_request(path: Path, header: Header, labels: bool) -> dict[str, Any]:
    """Ask for the voxels behind a header that was read before.

    Parameters
    ----------
    path : Path
    header : Header
    labels : bool
        Whether they have to be labels, rather than an image.

    Returns
    -------
    dict
        Plain data.
    """
    return {
        "job": "labels" if labels else "image",
        "path": str(path),
        "shape": list(header.shape),
        "dtype": header.dtype.str,
        "offset": header.offset,
        "compressed": header.compressed,
        "slope": header.slope,
        "intercept": header.intercept,
    }


def run(request: Mapping[str, Any], limits: Limits, allow: Allow) -> Answer:
    """Do one job.

    Parameters
    ----------
    request : mapping
        `job` names it, the rest is its own.
    limits : Limits
    allow : callable
        Takes the bytes of voxels that are about to be read, once they are known to be allowed.

    Returns
    -------
    meta : dict
        Plain data: `counts` for label maps; `affine` (LPS mm from voxel), `names` and `named` where the
        job reads them.
    array : ndarray
        Voxels, in the machine's order of bytes.

    Raises
    ------
    ScanRefused
    """
    path = Path(request["path"])
    if request["job"] == "dicom_image":
        from kambin.anatomy.reading.series import read_series

        affine, array = read_series(path, limits, allow)
        return {"affine": affine.tolist()}, array
    if request["job"] == "dicom_labels":
        from kambin.anatomy.reading.segmentation import read_segmentation

        affine, array, names = read_segmentation(path, limits, allow)
        labels, counts = as_labels(array, limits)
        named = {str(value): name for value, name in names.items()}
        return {"affine": affine.tolist(), "names": named, "counts": _sparse(counts)}, labels
    return _voxels(request, path, limits, allow)


def _voxels(request: Mapping[str, Any], path: Path, limits: Limits, allow: Allow) -> Answer:
    sizes = [int(size) for size in request["shape"]]
    header = Header(
        shape=(sizes[0], sizes[1], sizes[2]),
        dtype=np.dtype(request["dtype"]),
        offset=int(request["offset"]),
        lps_from_voxel=np.eye(4),
        slope=float(request["slope"]),
        intercept=float(request["intercept"]),
        compressed=str(request["compressed"]),
    )
    if request["job"] == "image":
        # float32 of the scaled values may be larger than what is stored
        allow(max(header.data_bytes, 4 * math.prod(sizes)))
        return {}, as_image(read_voxels(path, header), header)
    if header.scaled:
        raise ScanRefused(
            Reason.SCALED,
            "the header scales the voxel values",
            expected="labels stored as they are (slope 1, intercept 0)",
        )
    allow(header.data_bytes)
    labels, counts = as_labels(read_voxels(path, header), limits)
    return {"counts": _sparse(counts)}, labels


def _sparse(counts: NDArray[np.int64]) -> dict[str, int]:
    return {str(value): int(counts[value]) for value in np.flatnonzero(counts)}

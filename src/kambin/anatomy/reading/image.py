"""A CT or MR, from file to volume."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kambin.anatomy.reading.files import Format, format_of, header_of
from kambin.anatomy.reading.isolation import perform
from kambin.anatomy.reading.jobs import voxels_request
from kambin.anatomy.settings import DEFAULT_LIMITS, Limits
from kambin.anatomy.volume import Volume

__all__ = ["read_image"]


def read_image(path: str | Path, *, limits: Limits = DEFAULT_LIMITS) -> Volume:
    """Read a CT or MR.

    Parameters
    ----------
    path : str or Path
        A NIfTI or NRRD file, or the folder of one DICOM series (CT or MR, uncompressed or run-length
        encoded).
    limits : Limits

    Returns
    -------
    Volume
        Hounsfield units of a CT, signal of an MR: the stored values times slope plus intercept, float32
        unless they are whole numbers as stored.

    Raises
    ------
    ScanRefused
        With its `reason`; nothing is half-read.
    """
    path = Path(path)
    kind = format_of(path)
    if kind in (Format.NIFTI, Format.NRRD):
        header = header_of(path, kind, limits)
        _, array = perform(voxels_request(path, header, labels=False), limits)
        return Volume(array, header.lps_from_voxel)
    meta, array = perform({"job": "dicom_image", "path": str(path)}, limits)
    return Volume(array, np.array(meta["affine"], dtype=np.float64))

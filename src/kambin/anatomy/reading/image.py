"""A CT or MR, from file to volume."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kambin.anatomy import frames
from kambin.anatomy.reading.files import Format, format_of, header_of
from kambin.anatomy.reading.isolation import perform
from kambin.anatomy.reading.jobs import voxels_request
from kambin.anatomy.reading.labelmap import LabelMap
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import DEFAULT_LIMITS, Limits
from kambin.anatomy.volume import Volume

__all__ = ["check_shows", "read_image"]


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


def check_shows(image: Volume, label_map: LabelMap) -> None:
    """Refuse an image that lies elsewhere than the bones of a label map.

    Parameters
    ----------
    image : Volume
    label_map : LabelMap

    Raises
    ------
    ScanRefused
        More than half of the vertebrae have their middle outside of the image: the two are in different
        frames of reference, or of different patients.
    """
    boxes = [box for name, box in label_map.boxes.items() if name.startswith("vertebrae_")]
    if not boxes:
        return
    middles = np.array([[(part.start + part.stop - 1) / 2 for part in box] for box in boxes])
    places = frames.apply(label_map.volume.lps_from_voxel, middles)
    voxel_from_lps = np.asarray(np.linalg.inv(image.lps_from_voxel), dtype=np.float64)
    index = frames.apply(voxel_from_lps, places)
    outside = ((index < -0.5) | (index > np.array(image.array.shape) - 0.5)).any(axis=1)
    if 2 * outside.sum() > len(boxes):
        raise ScanRefused(
            Reason.MIXED_FRAMES,
            f"{outside.sum()} of {len(boxes)} labelled vertebrae lie outside of the image",
            why="label map and image are not in one frame of reference",
            now="name the image that the label map was made of",
        )

"""The body inside the skin: given by the map, seen in a CT, or missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.regions import Region, region_of
from kambin.anatomy.volume import Volume

__all__ = ["find_skin"]

# Half way between air (-1000 HU) and fat (-100 HU).
SKIN_HU = -500.0
# An image with no air has no Hounsfield units, or no skin in view.
AIR_HU, AIR_SHARE = -700.0, 0.02
# The skin is looked for on a grid no finer than this: it moves by more when the patient breathes.
GRID_MM = 1.5
# The body holds more than this; less is the table's padding.
LEAST_ML = 500.0


def find_skin(labels: LabelMap, image: Volume | None) -> tuple[Region | None, str]:
    """The body inside the skin.

    Parameters
    ----------
    labels : LabelMap
    image : Volume or None
        A CT or an MR.

    Returns
    -------
    region : Region or None
    how : str
        Where it comes from, or why it is missing.
    """
    if "body" in labels.boxes:
        mask = np.asarray(labels.volume.array != 0)
        return region_of("body", labels.value_of("body"), labels.volume, mask), "labelled in the map"
    if image is None:
        return None, "the map has no label for it, and there is no image"
    if float(np.mean(image.array[::4, ::4, ::4] < AIR_HU)) < AIR_SHARE:
        return None, "the map has no label for it, and the image shows no air in Hounsfield units"
    return _from_ct(image)


def _from_ct(image: Volume) -> tuple[Region | None, str]:
    from scipy import ndimage

    steps = np.maximum(np.floor(GRID_MM / np.array(image.spacing_mm)), 1).astype(int)
    coarse = np.asarray(image.array[:: steps[0], :: steps[1], :: steps[2]]) > SKIN_HU
    # blankets and the table hang on the skin by thin bridges; one erosion cuts them
    cut = ndimage.binary_erosion(coarse, border_value=1)
    pieces, count = ndimage.label(cut)
    if not count:
        return None, "the image shows no body"
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    body = ndimage.binary_dilation(pieces == int(sizes.argmax())) & coarse
    body = _filled(body)
    place = np.array(image.lps_from_voxel) @ np.diag([*steps.astype(float), 1.0])
    volume = Volume(body.astype(np.uint8), place)
    if float(body.sum()) * frames.voxel_volume_mm3(place) / 1000.0 < LEAST_ML:
        return None, "the image shows no body"
    return region_of("body", 1, volume, body), "seen in the CT: the largest piece above -500 HU"


def _filled(body: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Air inside the body, bowel and lung, belongs to it: filled slice by slice along each axis."""
    from scipy import ndimage

    filled = body.copy()
    for axis in range(3):
        for index in range(body.shape[axis]):
            place = [slice(None)] * 3
            place[axis] = slice(index, index + 1)
            layer = tuple(place)
            plane = filled[layer].squeeze(axis)
            filled[layer] = np.expand_dims(ndimage.binary_fill_holes(plane), axis)
    return filled

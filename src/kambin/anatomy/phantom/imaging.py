"""Images of a phantom that look like CT and like T2-weighted MR, for pictures and for code that reads images.

Tissues get the value of `imaging.json`; bone has a cortex of its own; borders are blurred a little, and noise
of the seed is added.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np

from kambin.anatomy.phantom.painting import Grid, paint_codes
from kambin.anatomy.phantom.scene import Scene
from kambin.anatomy.volume import Volume

__all__ = ["Modality", "image_of"]

Modality = Literal["ct", "t2"]
BONES = ("vertebrae_", "sacrum", "hip_")


@cache
def _data() -> dict[str, Any]:
    text = resources.files("kambin.anatomy.phantom").joinpath("imaging.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def image_of(scene: Scene, grid: Grid, modality: Modality, seed: int | None) -> Volume:
    """Make an image of a scene.

    Parameters
    ----------
    scene : Scene
    grid : Grid
    modality : str
        ``ct`` (Hounsfield units) or ``t2`` (0 to about 1000).
    seed : int or None
        Of the noise; None makes an image without noise.

    Returns
    -------
    Volume
        int16.
    """
    from scipy import ndimage

    values = _data()[modality]
    palette = [float(values["air"])]
    codes = []
    fat = scene.trunk.solids("fat")
    inside = scene.trunk.solids("body", float(_data()["fat_mm"]))
    layers = [*fat, *inside, *(one for one in scene.layers if one.structure != "body")]
    for one in layers:
        palette.append(_value(scene, one.structure, modality))
        codes.append(len(palette) - 1)
    tissue = paint_codes(grid, layers, codes, np.uint16)
    image = np.array(palette, dtype=np.float32)[tissue]
    bone = np.array([False, *(one.structure.startswith(BONES) for one in layers)])[tissue]
    spacing = np.linalg.norm(grid.lps_from_voxel[:3, :3], axis=0)
    rounds = max(1, round(float(_data()["cortex_mm"]) / float(spacing.mean())))
    marrow = ndimage.binary_erosion(bone, iterations=rounds)
    image[marrow] = values["marrow"]
    image = ndimage.gaussian_filter(image, np.minimum(float(_data()["blur_mm"]) / spacing, 1.0))
    if seed is not None:
        noise = np.random.Generator(np.random.PCG64(seed)).standard_normal(image.shape, dtype=np.float32)
        image += noise * np.float32(_data()["noise"][modality])
    low = -1024 if modality == "ct" else 0
    return Volume(np.clip(np.rint(image), low, 3000).astype(np.int16), grid.lps_from_voxel)


def _value(scene: Scene, structure: str, modality: Modality) -> float:
    values = _data()[modality]
    if structure.startswith(BONES):
        return float(values["cortex"])
    if structure.startswith("disc_"):
        grade = scene.knobs.pfirrmann.get(structure.removeprefix("disc_"))
        if modality == "t2" and grade is not None:
            return float(_data()["disc_t2_by_pfirrmann"][str(grade)])
        return float(values["disc"])
    if structure.startswith("herniation_"):
        level = structure.removeprefix("herniation_")
        hard = any(one.calcified for one in scene.knobs.herniations if one.level == level)
        return float(values["herniation_calcified" if hard else "herniation"])
    for name, value in values.items():
        if structure.startswith(name):
            return float(value)
    return float(values["body"])

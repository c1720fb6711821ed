"""The ground of a slice: grey values of the image, colours and patterns of the labels, borders."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.reading import LabelMap
from kambin.anatomy.volume import Volume
from kambin.report.pictures.canvas import Canvas
from kambin.report.pictures.looks import OUTLINE, class_of, classes, lookup, paint
from kambin.report.pictures.planes import Plane, look_image, look_labels
from kambin.report.pictures.scene import Scene

__all__ = ["CT_AIR", "blanked", "ground", "structure_words", "window"]

Floats = NDArray[np.float64]

GROUND = (250, 250, 247)  # where there is neither image nor label
BESIDE = (120, 124, 130)  # outside of the image's field of view
TINT, TINT_BLANK = 0.30, 0.75  # share of the label's colour over an image, and where the image is blank
# Hounsfield units from black to white: bone with its cortex, and discs still apart from fat
CT_WINDOW = (-160.0, 900.0)
# an image with values below this is a CT: air is -1000 there, and no magnitude image of MR is negative
CT_AIR = -200.0
BONE_HU = 1000.0  # no soft tissue is as dense
BONY = ("vertebra", "sacrum", "hip", "bone")
# a structure is named in the words of a picture where it fills at least this area
NAMED_MM2 = 20.0


def window(image: Volume) -> tuple[float, float]:
    """Values that become black and white: bone window for a CT, else the middle 98 % of the filled part."""
    sample = np.asarray(image.array[::3, ::3, ::3], dtype=np.float64)
    if float(sample.min()) < CT_AIR:
        return CT_WINDOW
    filled = sample[sample > 0]
    if not filled.size:
        return 0.0, 1.0
    low, high = np.percentile(filled, (1.0, 99.0))
    return float(low), float(max(high, low + 1.0))


def blanked(image: Volume) -> bool:
    """Whether a CT was blanked outside of bone: zero is nothing there, and not water."""
    array = image.array
    low, high = float(array.min()), float(array.max())
    return low == 0.0 and high > BONE_HU and int(np.count_nonzero(array)) < array.size / 4


def structure_words(name: str) -> str:
    """Name of a structure of a map as a person says it, the side being the patient's."""
    words = name.removeprefix("vertebrae_").replace("_", " ")
    for side in ("left", "right"):
        if words.endswith(f" {side}"):
            words = f"{side} {words.removesuffix(f' {side}')}"
        words = words.replace("rib " + side, f"{side} rib")
    return {"spinal cord": "canal content", "body": "soft tissue"}.get(words, words)


def ground(canvas: Canvas, scene: Scene, plane: Plane) -> tuple[str, ...]:
    """Put the ground of a slice on a canvas.

    Parameters
    ----------
    canvas : Canvas
    scene : Scene
    plane : Plane

    Returns
    -------
    tuple of str
        Structures that are cut, the largest first, as a person says them.
    """
    found = look_labels(scene.labels.volume, plane)
    codes = lookup(scene.labels)[found]
    looks = classes()
    painted = paint(codes, looks)
    border = _borders(found)
    if scene.image is None:
        pixels = painted[..., :3]
        pixels[codes == 0] = GROUND
        pixels[border] = (pixels[border] * OUTLINE).round()
    else:
        values = look_image(scene.image, plane)
        soft = np.array([False, *(look.name not in BONY for look in looks)])[codes]
        blank = (values == 0.0) & soft & blanked(scene.image)  # marrow is blank too, and is seen as bone
        tint = np.where(blank, TINT_BLANK, TINT)[..., None]
        opacity = painted[..., 3:].astype(np.float64) / 255.0 * tint
        mixed = _grey(scene.image, values) * (1 - opacity) + painted[..., :3] * opacity
        mixed[border] = 0.5 * mixed[border] + 0.5 * painted[border, :3]
        pixels = np.clip(mixed, 0, 255).round().astype(np.uint8)
    canvas.raster(pixels, dark=scene.image is not None)
    present = np.unique(codes[codes > 0])
    for code in present:
        canvas.key(looks[code - 1])
    return _named(scene.labels, found, plane.pixel_mm)


def _grey(image: Volume, values: Floats) -> Floats:
    low, high = window(image)
    outside = np.isnan(values)
    shade = np.clip((np.where(outside, low, values) - low) / (high - low), 0, 1) * 255.0
    grey = np.repeat(shade[..., None], 3, axis=-1)
    grey[outside] = BESIDE
    return np.asarray(grey, dtype=np.float64)


def _borders(labels: NDArray[Any]) -> NDArray[np.bool_]:
    border = np.zeros(labels.shape, dtype=np.bool_)
    for axis in (0, 1):
        one, other = [slice(None), slice(None)], [slice(None), slice(None)]
        one[axis], other[axis] = slice(0, -1), slice(1, None)
        border[tuple(one)] |= labels[tuple(one)] != labels[tuple(other)]
    return border


def _named(labels: LabelMap, found: NDArray[Any], pixel_mm: float) -> tuple[str, ...]:
    counts = np.bincount(found.ravel(), minlength=1)
    areas = {
        name: float(counts[labels.value_of(name)]) * pixel_mm**2
        for name in labels.voxels
        if labels.value_of(name) < len(counts)
    }
    ordered = sorted(
        (item for item in areas.items() if item[1] >= NAMED_MM2), key=lambda item: (-item[1], item[0])
    )
    return tuple(_with_class(name) for name, _ in ordered)


def _with_class(name: str) -> str:
    words = structure_words(name)
    return f"vertebra {words}" if class_of(name).name == "vertebra" else words

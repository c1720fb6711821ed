"""How each structure and each line looks: read from ``report/data/pictures.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.reading import LabelMap

__all__ = ["Line", "Look", "class_of", "classes", "hounsfield", "line", "lookup", "paint", "part", "pattern"]

OUTLINE = 0.55  # brightness of a border against the colour that it bounds
STRIPE = 0.84  # brightness of a pattern's stripes
PERIOD, STROKE = 12, 3  # of the patterns, pixels of the raster


@dataclass(frozen=True, slots=True)
class Look:
    """A class of structures: word, colour (three numbers of 0 to 255) and pattern."""

    name: str
    say: str
    colour: tuple[int, int, int]
    pattern: str


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of line: word, colour, dashes and width in points."""

    name: str
    say: str
    colour: str
    dash: tuple[float, ...]
    width: float


@cache
def _data() -> Mapping[str, Any]:
    from kambin.files import load_yaml

    loaded: Mapping[str, Any] = load_yaml(resources.files("kambin.report").joinpath("data/pictures.yaml"))
    return loaded


def _look(name: str, item: Mapping[str, Any]) -> Look:
    red, green, blue = bytes.fromhex(str(item["colour"])[1:])
    return Look(name, str(item["say"]), (red, green, blue), str(item["pattern"]))


@cache
def classes() -> tuple[Look, ...]:
    """All classes of structures, in the order in which they are matched."""
    return tuple(_look(name, item) for name, item in _data()["classes"].items())


@cache
def part(name: str) -> Look:
    """Look of something that is drawn beside the classes of the map."""
    return _look(name, _data()["parts"][name])


@cache
def line(name: str) -> Line:
    """Look of a kind of line."""
    item = _data()["lines"][name]
    return Line(
        name, str(item["say"]), str(item["colour"]), tuple(map(float, item["dash"])), float(item["width"])
    )


def hounsfield() -> Mapping[str, tuple[float, float]]:
    """Class → Hounsfield units inside and at the surface, for radiographs made of labels."""
    return {name: (float(low), float(high)) for name, (low, high) in _data()["hounsfield"].items()}


@cache
def class_of(structure: str) -> Look:
    """Class of a structure by its name in the map."""
    for look, item in zip(classes(), _data()["classes"].values(), strict=True):
        if re.search(item["match"], structure):
            return look
    raise KeyError(structure)  # the last class matches every name


def lookup(labels: LabelMap) -> NDArray[np.uint8]:
    """Voxel value → 1 + index into `classes`; 0 for background and for values without a name."""
    names = [look.name for look in classes()]
    table = np.zeros(int(np.iinfo(labels.volume.array.dtype).max) + 1, dtype=np.uint8)
    for structure in labels.voxels:
        table[labels.value_of(structure)] = 1 + names.index(class_of(structure).name)
    return table


def pattern(name: str, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Stripes or dots of a pattern over a raster.

    Parameters
    ----------
    name : str
        plain, diagonal, counter, horizontal, vertical, dots or cross.
    shape : tuple of int
        Rows and columns.
    """
    row, column = np.ogrid[: shape[0], : shape[1]]
    bars = {
        "plain": np.zeros((1, 1), dtype=np.bool_),
        "diagonal": (row + column) % PERIOD < STROKE,
        "counter": (row - column) % PERIOD < STROKE,
        "horizontal": (row + 0 * column) % PERIOD < STROKE,
        "vertical": (column + 0 * row) % PERIOD < STROKE,
        "dots": ((row % PERIOD) < STROKE + 1) & ((column % PERIOD) < STROKE + 1),
        "cross": ((row + column) % PERIOD < STROKE) | ((row - column) % PERIOD < STROKE),
    }
    drawn: NDArray[np.bool_] = np.broadcast_to(bars[name], shape)
    return drawn


def paint(codes: NDArray[np.uint8], looks: tuple[Look, ...]) -> NDArray[np.uint8]:
    """Colours of a raster of codes, with patterns.

    Parameters
    ----------
    codes : ndarray of uint8, shape (rows, columns)
        0 for nothing, else 1 + index into `looks`.
    looks : tuple of Look

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 4)
        Red, green, blue, opacity; transparent where the code is 0.
    """
    # one period of each pattern in its two colours; a pixel takes what stands at its place in the period
    table = np.zeros((len(looks) + 1, PERIOD, PERIOD, 4), dtype=np.uint8)
    for index, look in enumerate(looks, start=1):
        table[index, ..., :3] = look.colour
        table[index, ..., 3] = 255
        stripes = pattern(look.pattern, (PERIOD, PERIOD))
        table[index][stripes, :3] = [round(STRIPE * value) for value in look.colour]
    row, column = np.ogrid[: codes.shape[0], : codes.shape[1]]
    painted: NDArray[np.uint8] = table[codes, row % PERIOD, column % PERIOD]
    return painted

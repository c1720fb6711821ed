"""Published numbers about nerves, sac and herniated material, read from `nerves.yaml`.

A number that the source prints for two levels only lies on a straight line between them and keeps its end
value beyond them; levels are counted from T11 (-2) over L1 (0) to S1 (5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

__all__ = ["ROOTS", "Number", "number", "numbers", "scalar"]

ROOTS = ("L1", "L2", "L3", "L4", "L5", "S1")
PLACES = {"T11": -2, "T12": -1, **{name: place for place, name in enumerate(ROOTS)}}


@dataclass(frozen=True, slots=True)
class Number:
    """A published mean with its spread.

    Attributes
    ----------
    mean, sd : float
        In the unit of the entry: mm, degrees, or a share.
    ref : str
        Id in the evidence.
    """

    mean: float
    sd: float
    ref: str


@cache
def numbers() -> dict[str, Any]:
    """Everything in `nerves.yaml`."""
    from kambin.files import load_yaml

    loaded: dict[str, Any] = load_yaml(resources.files("kambin.anatomy").joinpath("nerves.yaml"))
    return loaded


def number(group: str, name: str, root: str, part: str = "") -> Number:
    """The mean and spread of an entry at one root.

    Parameters
    ----------
    group, name : str
        Place in the file, for example ``roots`` and ``take_off``.
    root : str
        L1 to S1; L6 is read as L5.
    part : str
        Further place inside the entry.

    Returns
    -------
    Number
        `sd` is zero where the source prints none.
    """
    entry = numbers()[group][name]
    inner = entry[part] if part else entry
    return Number(_at(inner["mean"], root), _at(inner.get("sd", 0.0), root), str(entry["ref"]))


def scalar(*path: str) -> float:
    """A single number of the file."""
    found: Any = numbers()
    for key in path:
        found = found[key]
    return float(found)


def _at(value: Any, root: str) -> float:
    if not isinstance(value, dict):
        return float(value)
    place = PLACES.get(root, PLACES["L5"])
    known = sorted((PLACES[name], float(number)) for name, number in value.items())
    if place <= known[0][0]:
        return known[0][1]
    for (low, first), (high, second) in pairwise(known):
        if place <= high:
            return first + (second - first) * (place - low) / (high - low)
    return known[-1][1]

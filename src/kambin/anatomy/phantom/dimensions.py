"""The sizes of one phantom, drawn from published means and spreads.

`dimensions.json` holds the numbers, each with its reference. One seed gives one set of sizes; no seed gives
the means.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from kambin.case.words import SIDES, Side

__all__ = ["Sizes", "draw", "table"]

# a draw is cut at so many standard deviations where the table gives no limits
CUT_SD = 2.5


@dataclass(frozen=True, slots=True)
class Sizes:
    """What was drawn, mm and degrees; keys are those of `dimensions.json`.

    Attributes
    ----------
    vertebra : mapping
        Vertebra → quantity → value; the last one is S1.
    disc : mapping
        (level, side) → quantity → value; a quantity that has no sides is the same on both.
    root : mapping
        (root, side) → quantity → value.
    patient : mapping
        Quantity → value.
    """

    vertebra: Mapping[str, Mapping[str, float]]
    disc: Mapping[tuple[str, Side], Mapping[str, float]]
    root: Mapping[tuple[str, Side], Mapping[str, float]]
    patient: Mapping[str, float]


@cache
def table() -> dict[str, Any]:
    """The published numbers as they stand in `dimensions.json`."""
    text = resources.files("kambin.anatomy.phantom").joinpath("dimensions.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


# quantities that may differ between the sides of one level
SIDED = (
    "circle",
    "root_slope",
    "root_above_disc",
    "facet_angle",
    "foramen_width",
    "radius",
    "ganglion_radius",
)


class _Draw:
    def __init__(self, seed: int | None) -> None:
        self.source = None if seed is None else np.random.Generator(np.random.PCG64(seed))
        self.shares = table()["shares"]
        self.patient = self.normal()

    def normal(self) -> float:
        """One standard normal number; zero for the mean patient."""
        return 0.0 if self.source is None else float(self.source.standard_normal())

    def row(self, entry: Mapping[str, Any], count: int, *, together: bool) -> list[tuple[float, float]]:
        """`count` values of one quantity, each for the left and the right side."""
        shares = self.shares
        common = shares["quantity"] * self.normal() + (shares["patient"] * self.patient if together else 0.0)
        own = float(np.sqrt(1.0 - shares["quantity"] ** 2 - (shares["patient"] ** 2 if together else 0.0)))
        found = []
        for index in range(count):
            level = common + own * self.normal()
            apart = shares["side"] * self.normal()
            still = float(np.sqrt(1.0 - shares["side"] ** 2 / 2.0))
            pair = [self._value(entry, index, level * still + half * apart) for half in (0.5, -0.5)]
            found.append((pair[0], pair[1]))
        return found

    @staticmethod
    def _value(entry: Mapping[str, Any], index: int, standard: float) -> float:
        mean, sd = (part[index] if isinstance(part, list) else part for part in (entry["mean"], entry["sd"]))
        low, high = entry.get("limits", (mean - CUT_SD * sd, mean + CUT_SD * sd))
        return float(np.clip(mean + sd * standard, low, high))


def draw(seed: int | None, vertebrae: Sequence[str], levels: Sequence[str], roots: Sequence[str]) -> Sizes:
    """Draw the sizes of one patient.

    Parameters
    ----------
    seed : int or None
        None gives the means.
    vertebrae : sequence of str
        From the head down, S1 last.
    levels, roots : sequence of str
        From the head down.

    Returns
    -------
    Sizes
    """
    drawn, numbers = _Draw(seed), table()
    groups: list[dict[str, list[tuple[float, float]]]] = []
    for group, count in (("vertebra", 6), ("disc", 5), ("root", 6)):
        # together: bones of one patient are large or small together; places of nerves are not
        groups.append(
            {
                name: drawn.row(entry, count, together=group == "vertebra")
                for name, entry in numbers[group].items()
            }
        )
    patient = {name: drawn.row(entry, 1, together=False)[0] for name, entry in numbers["patient"].items()}
    return Sizes(
        vertebra={name: _one(groups[0], _place(vertebrae, name, 6)) for name in vertebrae},
        disc={
            (level, side): _sided(groups[1], _place(levels, level, 5), side)
            for level in levels
            for side in SIDES
        },
        root={
            (root, side): _sided(groups[2], _place(roots, root, 6), side) for root in roots for side in SIDES
        },
        patient={
            **{name: sum(pair) / 2 for name, pair in patient.items() if name != "crest"},
            "crest_left": patient["crest"][0],
            "crest_right": patient["crest"][1],
        },
    )


def _place(names: Sequence[str], name: str, count: int) -> int:
    """Row of the table for a name: counted from the head, the last one is always the last."""
    index = list(names).index(name)
    return count - 1 if index == len(names) - 1 else min(index, count - 2)


def _one(group: Mapping[str, list[tuple[float, float]]], index: int) -> dict[str, float]:
    return {name: (row[index][0] + row[index][1]) / 2 for name, row in group.items()}


def _sided(group: Mapping[str, list[tuple[float, float]]], index: int, side: Side) -> dict[str, float]:
    one = _one(group, index)
    at = 0 if side is Side.LEFT else 1
    return {name: row[index][at] if name in SIDED else one[name] for name, row in group.items()}

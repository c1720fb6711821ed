"""Measured values in words, level by level, the patient's left beside the patient's right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kambin.report.words import NARROW, capital, humanise, number, unit_words, value_words, words

__all__ = [
    "NOT_MEASURED",
    "LevelGroup",
    "MeasuredLine",
    "MethodNote",
    "level_groups",
    "methods",
    "place_words",
    "quantity",
    "structure",
    "with_uncertainty",
]

NOT_MEASURED = "not measured"
WHOLE = "Whole spine"
SIDES = ("left", "right")
FINE_UNITS = ("1", "mL")  # ratios and small volumes: one decimal would hide them


@dataclass(frozen=True, slots=True)
class MeasuredLine:
    """One quantity at one level: one value, or one for each of the patient's sides; empty is nothing."""

    quantity: str
    whole: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """Everything measured at one vertebra or disc; `level` is empty for the whole spine."""

    level: str
    title: str
    lines: tuple[MeasuredLine, ...]


@dataclass(frozen=True, slots=True)
class MethodNote:
    """How something was measured: the method, the quantities, the structures used."""

    method: str
    quantities: tuple[str, ...]
    structures: tuple[str, ...]


def quantity(name: str) -> str:
    """Name of a quantity for readers."""
    return str(words()["quantities"].get(name, humanise(name)))


def structure(name: str) -> str:
    """Name of a structure for readers; a side is the patient's."""
    known = words()["structures"]
    if name in known:
        return str(known[name])
    said = humanise(name)
    for side in SIDES:
        said = said.removesuffix(f" {side}") + f", patient's {side}" if said.endswith(f" {side}") else said
    return said


def place_words(side: str | None, level: str | None) -> str:
    """Level and the patient's side; empty where there is neither."""
    said = None if not side else f"patient's {side}" if side in SIDES else side
    return ", ".join(part for part in (level, said) if part)


def with_uncertainty(name: str, value: Any, unit: str, uncertainty: float | None) -> str:
    """A measured value as it is printed, with the half width of its 95 % interval.

    Parameters
    ----------
    name : str
        Of the quantity or of a fact.
    value : float, bool, str or None
    unit : str
        UCUM.
    uncertainty : float or None
        In `unit`.

    Returns
    -------
    str
    """
    if value is None:
        return NOT_MEASURED
    if isinstance(value, bool | str):
        return value_words(name, value, unit)
    digits = 2 if unit in FINE_UNITS and abs(value) < 10 else 1
    text = f"{number(round(value, digits))}{unit_words(unit)}"
    if uncertainty is None:
        return text
    least = 10**-digits
    wide = f"under{NARROW}{number(least)}" if uncertainty < least / 2 else number(round(uncertainty, digits))
    return f"{text} ±{NARROW}{wide}"


def _rank(level: str, levels: Sequence[str]) -> tuple[int, int]:
    """From the head down, a disc below its upper vertebra, the whole spine first."""
    upper, disc, _ = level.partition("-")
    if not level:
        return -1, 0
    return (levels.index(upper) if upper in levels else len(levels)), len(disc)


def level_groups(measured: Sequence[Mapping[str, Any]], levels: Sequence[str]) -> tuple[LevelGroup, ...]:
    """Measured values by level, from the head down; what was only found is left out.

    Parameters
    ----------
    measured : sequence of mapping
        Plain form of the measurements.
    levels : sequence of str
        Vertebrae from the head down.

    Returns
    -------
    tuple of LevelGroup
    """
    cells: dict[str, dict[str, dict[str, list[str]]]] = {}
    for item in measured:
        if item["name"] == "present":
            continue
        side = item.get("side") or ""
        line = cells.setdefault(item.get("level") or "", {}).setdefault(item["name"], {})
        said = with_uncertainty(item["name"], item["value"], item["unit"], item["uncertainty"])
        column = side if side in SIDES else ""
        line.setdefault(column, []).append(f"{said} ({side})" if side and not column else said)
    return tuple(
        LevelGroup(
            level,
            level or WHOLE,
            tuple(
                MeasuredLine(capital(quantity(name)), *("; ".join(line.get(at, ())) for at in ("", *SIDES)))
                for name, line in cells[level].items()
            ),
        )
        for level in sorted(cells, key=lambda name: _rank(name, levels))
    )


def methods(measured: Sequence[Mapping[str, Any]]) -> tuple[MethodNote, ...]:
    """How everything was measured, each method once.

    Parameters
    ----------
    measured : sequence of mapping

    Returns
    -------
    tuple of MethodNote
    """
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for item in measured:
        if item["name"] == "present":
            continue
        names, structures = found.setdefault(item["method"], ({}, {}))
        names[quantity(item["name"])] = None
        structures.update((structure(str(name)), None) for name in item["structures"])
    return tuple(
        MethodNote(capital(method), tuple(names), tuple(structures))
        for method, (names, structures) in found.items()
    )

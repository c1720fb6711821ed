"""Label conventions: which structure a voxel value means, under names that are the same for all of them.

The tables of TotalSegmentator are those of the evidence room; the others, and the names, stand in
`structures.json` beside this module. How the convention of a map is told is `reading.telling`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from kambin.anatomy.refusal import Reason, ScanRefused

__all__ = [
    "Convention",
    "PartConvention",
    "convention",
    "known_conventions",
    "known_part_conventions",
    "known_structures",
    "laterality",
    "part_codes",
    "part_convention",
    "structure_group",
    "uniform_name",
]

VERTEBRA = re.compile(r"(?:vertebrae?_)?([CTLS]\d{1,2})(?:_vertebrae?)?", re.IGNORECASE)
DISC = re.compile(
    r"(?:(?:intervertebral_)?dis[ck]_|ivd_)?([CTL]\d{1,2})[-_/]?([CTLS]\d{0,2})(?:_dis[ck])?", re.IGNORECASE
)
SYNONYMS = {"thecal_sac": "dural_sac", "body_trunc": "body", "hip_bone_left": "hip_left"} | {
    "hip_bone_right": "hip_right",
    "left_hip": "hip_left",
    "right_hip": "hip_right",
}


@dataclass(frozen=True, slots=True)
class Convention:
    """One table of labels.

    Attributes
    ----------
    name : str
    title : str
        What it is, in words.
    names : mapping
        Voxel value → structure, under its uniform name; several values may be one structure.
    parts : mapping
        Voxel value → code of the part of a vertebra that it is (`part_codes`), for the values that are.
    with_l6 : mapping
        What changes where the map holds a sixth lumbar vertebra; an empty name is a value that then can not
        be read.
    needs : frozenset of int
        Values of which a map has to hold one before this table is thought of; empty for most.
    """

    name: str
    title: str
    names: Mapping[int, str]
    parts: Mapping[int, int] = field(default_factory=dict)
    with_l6: Mapping[int, str] = field(default_factory=dict)
    needs: frozenset[int] = frozenset()

    def value_of(self, structure: str) -> int:
        """Voxel value of a structure, the smallest of several; KeyError where there is no such structure."""
        values = [value for value, name in self.names.items() if name == structure]
        if not values:
            raise KeyError(structure)
        return min(values)


@dataclass(frozen=True, slots=True)
class PartConvention:
    """A table of parts: a map on the grid of another that divides its vertebrae.

    Attributes
    ----------
    name, title : str
    parts : mapping
        Voxel value → code of the part (`part_codes`).
    structures : mapping
        Voxel value → further structure that the map gives beside the parts.
    others : mapping
        Voxel value → what else the table knows and this room does not use.
    """

    name: str
    title: str
    parts: Mapping[int, int]
    structures: Mapping[int, str]
    others: Mapping[int, str]

    @property
    def known(self) -> frozenset[int]:
        """Every value that the table knows."""
        return frozenset((*self.parts, *self.structures, *self.others))


@cache
def _data() -> dict[str, Any]:
    text = resources.files("kambin.anatomy").joinpath("structures.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def known_conventions() -> tuple[str, ...]:
    """Names of the conventions that this room reads."""
    return tuple(_data()["conventions"])


def known_part_conventions() -> tuple[str, ...]:
    """Names of the conventions of maps that divide vertebrae."""
    return tuple(_data()["part_maps"])


def _no_such(name: str, known: tuple[str, ...]) -> ScanRefused:
    return ScanRefused(
        Reason.UNKNOWN_CONVENTION, "no such label convention", value=name, expected=" or ".join(known)
    )


@cache
def convention(name: str) -> Convention:
    """The convention of that name.

    Raises
    ------
    ScanRefused
        No such convention; the message lists those there are.
    """
    from kambin import evidence

    entry = _data()["conventions"].get(name)
    if entry is None:
        raise _no_such(name, known_conventions())
    table = dict(evidence.label_ids(entry["table"])) if "table" in entry else {}
    table |= {int(value): structure for value, structure in entry.get("values", {}).items()}
    renamed = entry.get("rename", {})
    codes = part_codes()
    names, parts = {}, {}
    for value, structure in table.items():
        whole, _, part = renamed.get(structure, structure).partition("/")
        names[value] = whole
        if part:
            parts[value] = codes[part]
    with_l6 = {int(value): structure for value, structure in entry.get("with_L6", {}).items()}
    return Convention(
        name,
        entry["title"],
        MappingProxyType(names),
        MappingProxyType(parts),
        MappingProxyType(with_l6),
        frozenset(entry.get("needs", ())),
    )


@cache
def part_convention(name: str) -> PartConvention:
    """The convention of a map that divides vertebrae.

    Raises
    ------
    ScanRefused
        No such convention; the message lists those there are.
    """
    entry = _data()["part_maps"].get(name)
    if entry is None:
        raise _no_such(name, known_part_conventions())
    codes = part_codes()
    return PartConvention(
        name,
        entry["title"],
        MappingProxyType({int(value): codes[part] for value, part in entry["parts"].items()}),
        MappingProxyType({int(value): structure for value, structure in entry["structures"].items()}),
        MappingProxyType({int(value): thing for value, thing in entry["others"].items()}),
    )


def part_codes() -> Mapping[str, int]:
    """Code of each part of a vertebra in `LabelMap.parts`.

    They are those of `geometry.Part`, and `arch`: pedicles and laminae where the map does not divide them.
    """
    codes: Mapping[str, int] = MappingProxyType(_data()["parts"])
    return codes


def structure_group(name: str) -> tuple[str, ...]:
    """Structures that stand for one thing to be kept clear of.

    Parameters
    ----------
    name : str
        vessels, bowel, kidneys, psoas, solid_organs, lungs, back_muscles, ilium.

    Returns
    -------
    tuple of str
        Uniform names; which of them a map holds is in `LabelMap.boxes`.
    """
    return tuple(_data()["groups"][name])


def laterality() -> tuple[tuple[str, ...], dict[str, str]]:
    """Structures that come in pairs (`hip` for `hip_left` and `hip_right`), and organs of one side."""
    data = _data()
    return tuple(data["paired"]), dict(data["one_sided"])


@cache
def known_structures() -> frozenset[str]:
    """Every structure that some convention knows, under its uniform name."""
    return frozenset(name for each in known_conventions() for name in convention(each).names.values())


def uniform_name(text: str) -> str | None:
    """The uniform name of a structure that a file names in its own way.

    Parameters
    ----------
    text : str
        For example ``L4``, ``L4 vertebra``, ``L5/S1 disc``, ``Thecal sac``, ``vertebrae_L4``.

    Returns
    -------
    str or None
        None where it is no name of a structure; what a file says beside names of structures goes no further.
    """
    plain = re.sub(r"\s+", "_", text.strip())
    for candidate in (plain, plain.lower(), SYNONYMS.get(plain.lower(), "")):
        if candidate in known_structures():
            return candidate
    found = VERTEBRA.fullmatch(plain)
    name = f"vertebrae_{found[1].upper()}" if found else ""
    if not name and (between := DISC.fullmatch(plain)):
        upper, lower = between[1].upper(), between[2].upper()
        name = f"disc_{upper}-{'S1' if lower == 'S' else lower}"
    return name if name in known_structures() else None

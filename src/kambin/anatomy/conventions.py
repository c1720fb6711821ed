"""Label conventions: which structure a voxel value means, and how to tell when nobody says.

The tables are those of the evidence room. Two of them differ in one value only: 26 is the first sacral
vertebra in `total` and a sixth lumbar vertebra in `total_v3`. The value does not tell which, so the
convention is taken, in this order, from

1. the name that the caller gives;
2. a label table in the file, where it names the spine's values as exactly one convention does;
3. the anatomy, where the map holds both 25 (sacrum) and 26: the first sacral vertebra is cut out of the
   sacrum and touches it all over, while a lumbar vertebra is separated from it by a disc and touches it at
   the facet joints at most. *Contact* is the area of touching voxel faces over volume^(2/3) of 26. On real
   maps it is 2.6 to 4.3 for S1 in the sacrum and 0.1 to 0.8 for a vertebra above a disc, at voxels from 0.8
   to 4.5 mm; between the two limits of `settings` nothing is concluded.

Otherwise the map is refused with both readings. Without value 26 the two conventions read a map alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import FUSED_CONTACT, SEPARATE_CONTACT
from kambin.anatomy.volume import Volume

__all__ = ["Convention", "choose", "contact", "convention", "known_conventions", "laterality"]

Boxes = Mapping[int, tuple[slice, slice, slice]]
SACRUM, S1_OR_L6 = 25, 26
# names of a label table are compared where a mistake would change a level or a side
COMPARED = ("vertebrae_", "sacrum", "hip_")


@dataclass(frozen=True, slots=True)
class Convention:
    """One table of labels.

    Attributes
    ----------
    name : str
    title : str
        What it is, in words.
    names : mapping
        Voxel value → structure.
    """

    name: str
    title: str
    names: Mapping[int, str]

    def value_of(self, structure: str) -> int:
        """Voxel value of a structure; KeyError where the convention has no such structure."""
        return _values(self.name)[structure]


@cache
def _data() -> dict[str, dict[str, str]]:
    text = resources.files("kambin.anatomy").joinpath("structures.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = json.loads(text)
    return loaded


@cache
def _values(name: str) -> dict[str, int]:
    return {structure: value for value, structure in convention(name).names.items()}


def known_conventions() -> tuple[str, ...]:
    """Names of the conventions that this room reads."""
    return tuple(_data()["conventions"])


@cache
def convention(name: str) -> Convention:
    """The convention of that name.

    Raises
    ------
    ScanRefused
        No such convention; the message lists those there are.
    """
    from kambin import evidence

    titles = _data()["conventions"]
    if name not in titles:
        raise ScanRefused(
            Reason.UNKNOWN_CONVENTION, "no such label convention", value=name, expected=" or ".join(titles)
        )
    return Convention(name, titles[name], evidence.label_ids(name))


def laterality() -> tuple[tuple[str, ...], dict[str, str]]:
    """Structures that come in pairs (`hip` for `hip_left` and `hip_right`), and organs of one side."""
    data = _data()
    return tuple(data["paired"]), dict(data["one_sided"])


def choose(
    asked: str | None, volume: Volume, present: Mapping[int, int], boxes: Boxes, names: Mapping[int, str]
) -> tuple[Convention, str]:
    """Choose the convention of a map.

    Parameters
    ----------
    asked : str or None
        The name that the caller gave.
    volume : Volume
    present : mapping
        Voxel value → number of voxels.
    boxes : mapping
        Voxel value → box.
    names : mapping
        Label table of the file, possibly empty.

    Returns
    -------
    convention : Convention
    how : str
        How it was told, in words.

    Raises
    ------
    ScanRefused
        Unknown or ambiguous convention, or the file's own label table contradicts the one that was asked for.
    """
    fitting = _fitting(present, names)
    if asked is not None:
        chosen = convention(asked)
        if fitting is not None and asked not in fitting:
            raise ScanRefused(
                Reason.CONVENTION_CONTRADICTED,
                f"the label table in the file is not that of {asked}",
                now=f"name the convention that it follows ({', '.join(fitting) or 'none that is known'})",
            )
        return chosen, "named by the caller"
    if fitting is not None and len(fitting) == 1:
        return convention(fitting[0]), "named by the label table in the file"
    if fitting == ():
        raise ScanRefused(
            Reason.UNKNOWN_CONVENTION,
            "the label table in the file fits no known convention",
            expected=" or ".join(known_conventions()),
        )
    if S1_OR_L6 not in present:
        return convention("total"), "value 26 is absent, and without it the known conventions agree"
    return _from_anatomy(volume, present, boxes)


def _fitting(present: Mapping[int, int], names: Mapping[int, str]) -> tuple[str, ...] | None:
    """Conventions that agree with a label table on the spine's values; None where there is no such table."""
    spine = {value: name for value, name in names.items() if value in present and name.startswith(COMPARED)}
    if not spine:
        return None
    return tuple(
        name
        for name in known_conventions()
        if all(convention(name).names.get(value) == structure for value, structure in spine.items())
    )


def _from_anatomy(volume: Volume, present: Mapping[int, int], boxes: Boxes) -> tuple[Convention, str]:
    why = "the map holds value 26 without value 25 (sacrum)"
    if SACRUM in present:
        touching = contact(volume, boxes[S1_OR_L6], S1_OR_L6, SACRUM) / _section(volume, present[S1_OR_L6])
        if touching >= FUSED_CONTACT:
            return convention(
                "total"
            ), f"told by anatomy: 26 is one piece with the sacrum (contact {touching:.1f})"
        if touching <= SEPARATE_CONTACT:
            return (
                convention("total_v3"),
                f"told by anatomy: 26 is separate from the sacrum (contact {touching:.1f})",
            )
        why = f"26 touches the sacrum too much for a vertebra and too little for S1 (contact {touching:.1f})"
    readings = "; ".join(convention(name).title for name in known_conventions())
    raise ScanRefused(
        Reason.AMBIGUOUS_CONVENTION,
        "the label convention can not be told: value 26 is S1 or L6",
        why=f"{why}. Readings: {readings}",
        now=f"name the convention: {' or '.join(known_conventions())}",
    )


def _section(volume: Volume, voxels: int) -> float:
    return float((voxels * volume.voxel_ml * 1000.0) ** (2 / 3))


def contact(volume: Volume, box: tuple[slice, slice, slice], first: int, second: int) -> float:
    """Area of the voxel faces at which two labels touch, mm².

    Parameters
    ----------
    volume : Volume
    box : tuple of slice
        Box of the first label.
    first, second : int
        Voxel values.

    Returns
    -------
    float
    """
    grown = tuple(slice(max(part.start - 1, 0), part.stop + 1) for part in box)
    voxels = volume.array[grown]
    one, other = voxels == first, voxels == second
    axes = volume.lps_from_voxel[:3, :3]
    area = 0.0
    for axis in range(3):
        low = [slice(None)] * 3
        high = [slice(None)] * 3
        low[axis], high[axis] = slice(0, -1), slice(1, None)
        below, above = tuple(low), tuple(high)
        faces = np.count_nonzero(one[below] & other[above]) + np.count_nonzero(other[below] & one[above])
        face = np.linalg.norm(np.cross(axes[:, (axis + 1) % 3], axes[:, (axis + 2) % 3]))
        area += float(faces * face)
    return area

"""Which convention a map follows, and how to tell when nobody says.

The convention is taken, in this order, from

1. the name that the caller gives;
2. a label table in the file, where it names the spine's values as some convention does;
3. the anatomy. A reading is *possible* where it gives a lumbar vertebra, knows nearly every voxel, and puts
   the vertebrae in the order of their names. Where all possible readings give the spine the same names there
   is nothing left to tell. Two tables differ in one value only: 26 is the first sacral vertebra in `total`
   and a sixth lumbar vertebra in `total_v3`. Where the map holds 25 (sacrum) too, contact tells: the first
   sacral vertebra is cut out of the sacrum and touches it all over, while a lumbar vertebra is separated from
   it by a disc and touches it at the facet joints at most. *Contact* is the area of touching voxel faces over
   volume^(2/3) of 26. On real maps it is 2.6 to 4.3 for S1 in the sacrum and 0.1 to 0.8 for a vertebra above
   a disc, at voxels from 0.8 to 4.5 mm; between the two limits of `settings` nothing is concluded.

Otherwise the map is refused with the readings that are left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from kambin.anatomy import frames
from kambin.anatomy.conventions import Convention, convention, known_conventions
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import (
    FUSED_CONTACT,
    MAX_STEP_MM,
    MAX_UNKNOWN_SHARE,
    MIN_STEP_MM,
    SEPARATE_CONTACT,
)
from kambin.anatomy.volume import Volume

__all__ = ["check_named", "choose", "contact"]

Boxes = Mapping[int, tuple[slice, slice, slice]]
Readings = list[list[Convention]]
SACRUM, S1_OR_L6 = 25, 26
# names are compared where a mistake would change a level or a side
COMPARED = ("vertebrae_", "sacrum", "hip_", "disc_", "root_", "herniation_", "spinal_canal", "dural_sac")
LUMBAR = tuple(f"vertebrae_L{number}" for number in range(1, 7))
# read without a caution: what most maps follow, and what no other table can be mistaken for
USUAL = ("total", "total_v3", "kambin")
# from the head down
ORDER = (
    *(f"vertebrae_C{number}" for number in range(1, 8)),
    *(f"vertebrae_T{number}" for number in range(1, 14)),
    *LUMBAR,
    "vertebrae_S1",
    "sacrum",
    "coccyx",
)


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
        if fitting is not None and asked not in [each.name for each in fitting]:
            raise ScanRefused(
                Reason.CONVENTION_CONTRADICTED,
                f"the label table in the file is not that of {asked}",
                now=f"name the convention that it follows ({_names(fitting) or 'none that is known'})",
            )
        return chosen, "named by the caller"
    if fitting == []:
        raise ScanRefused(
            Reason.UNKNOWN_CONVENTION,
            "the label table in the file fits no known convention",
            expected=" or ".join(known_conventions()),
        )
    if fitting is not None:
        readings = _readings(fitting, present)
        if len(readings) > 1:
            readings = _possible(fitting, volume, present, boxes) or readings
        if len(readings) == 1:
            return readings[0][0], "named by the label table in the file"
        return _tell(readings, volume, present, boxes)
    every = [convention(name) for name in known_conventions()]
    return _tell(_possible(every, volume, present, boxes), volume, present, boxes)


def check_named(asked: str | None, names: Mapping[int, str]) -> Convention:
    """The convention of a segmentation that names its own segments.

    Parameters
    ----------
    asked : str or None
        The name that the caller gave.
    names : mapping
        Voxel value → structure, not empty.

    Returns
    -------
    Convention
        Called `named`; of the names as the file gives them.

    Raises
    ------
    ScanRefused
        The caller asked for a convention that contradicts the file.
    """
    if asked is not None:
        table = convention(asked).names
        if any(table.get(value) != name for value, name in names.items() if name.startswith(COMPARED)):
            raise ScanRefused(
                Reason.CONVENTION_CONTRADICTED,
                f"the segments in the file do not have the names of {asked}",
                now="leave the name of the convention out: the file names its segments",
            )
    return Convention("named", "the names that the file gives its segments", dict(names))


def _names(conventions: Iterable[Convention]) -> str:
    return " or ".join(each.name for each in conventions)


def _fitting(present: Mapping[int, int], names: Mapping[int, str]) -> list[Convention] | None:
    """Conventions that agree with a label table on the spine's values; None where there is no such table."""
    spine = {value: name for value, name in names.items() if value in present and name.startswith(COMPARED)}
    if not spine:
        return None
    every = [convention(name) for name in known_conventions()]
    return [each for each in every if all(each.names.get(value) == name for value, name in spine.items())]


def _unknown(reading: Convention, present: Mapping[int, int]) -> int:
    return sum(count for value, count in present.items() if value not in reading.names)


def _spine(reading: Convention, present: Mapping[int, int]) -> tuple[tuple[int, str], ...]:
    pairs = ((value, reading.names.get(value, "")) for value in sorted(present))
    return tuple((value, name) for value, name in pairs if name.startswith(COMPARED))


def _readings(candidates: Sequence[Convention], present: Mapping[int, int]) -> Readings:
    """Candidates that read the spine alike, together; in each group the one that knows most comes first.

    A table that knows more of the map and contradicts nothing of another (`kambin` beside `total`) replaces
    it.
    """
    groups: dict[tuple[tuple[int, str], ...], list[Convention]] = {}
    for each in sorted(candidates, key=lambda each: _unknown(each, present)):
        spine = _spine(each, present)
        home = next((known for known in groups if set(spine) <= set(known)), spine)
        groups.setdefault(home, []).append(each)
    return list(groups.values())


def _possible(
    every: Sequence[Convention], volume: Volume, present: Mapping[int, int], boxes: Boxes
) -> Readings:
    """Groups of readings that the anatomy allows, each group alike for the spine."""
    total = sum(present.values())
    every = [each for each in every if not each.needs or each.needs & set(present)]
    lumbar = [len(set(LUMBAR) & {each.names.get(value) for value in present}) for each in every]
    # one vertebra alone has no order that could tell the tables apart
    some = [each for each, count in zip(every, lumbar, strict=True) if count >= max(2, max(lumbar) / 2)]
    known = [each for each in some if _unknown(each, present) <= MAX_UNKNOWN_SHARE * total] or some
    placed = [(each, _order(each, volume, present, boxes)) for each in known]
    upright = [each for each, order in placed if order > 0]
    turned = [each for each, order in placed if order < 0]
    return _readings(upright or turned, present)


def _order(reading: Convention, volume: Volume, present: Mapping[int, int], boxes: Boxes) -> int:
    """Whether the vertebrae lie in the order of their names: 1 head up, -1 upside down, 0 neither."""
    found = {reading.names[value]: value for value in present if value in reading.names}
    names = [name for name in ORDER if name in found]
    middles = [[(part.start + part.stop - 1) / 2 for part in boxes[found[name]]] for name in names]
    places = frames.apply(volume.lps_from_voxel, np.array(middles))
    along = frames.unit(places[0] - places[-1])
    if not (np.diff(places @ along) < 0).all():
        return 0
    for (upper, lower), step in zip(pairwise(names), np.diff(places, axis=0), strict=True):
        neighbours = lower in LUMBAR and ORDER.index(lower) == ORDER.index(upper) + 1
        if neighbours and not MIN_STEP_MM <= float(np.linalg.norm(step)) <= MAX_STEP_MM:
            return 0
    return 1 if along[2] > 0 else -1


def _tell(
    readings: Readings, volume: Volume, present: Mapping[int, int], boxes: Boxes
) -> tuple[Convention, str]:
    if not readings:
        raise ScanRefused(
            Reason.UNKNOWN_CONVENTION,
            "no known label convention puts two lumbar vertebrae of this map in their order",
            expected=" or ".join(known_conventions()),
            now="name the convention that the map follows",
        )
    if len(readings) == 1:
        return readings[0][0], _why_alone(readings[0], present)
    why = "more than one reading is possible"
    first = [group[0] for group in readings]
    if {each.names.get(S1_OR_L6) for each in first} == {"vertebrae_S1", "vertebrae_L6"} and len(first) == 2:
        why = "the map holds value 26 without value 25 (sacrum)"
        if SACRUM in present:
            touching = contact(volume, boxes[S1_OR_L6], S1_OR_L6, SACRUM) / _section(
                volume, present[S1_OR_L6]
            )
            told = _by_contact(first, touching)
            if told is not None:
                return told
            why = "26 touches the sacrum too much for a vertebra and too little for S1 "
            why += f"(contact {touching:.1f})"
    raise ScanRefused(
        Reason.AMBIGUOUS_CONVENTION,
        "the label convention can not be told: "
        + ("value 26 is S1 or L6" if S1_OR_L6 in present else "the values fit several"),
        why=f"{why}. Readings: {'; '.join(each.title for each in first)}",
        now=f"name the convention: {_names(first)}",
    )


def _why_alone(group: Sequence[Convention], present: Mapping[int, int]) -> str:
    if group[0].name not in USUAL:
        # said as a guess of the anatomy, which reaches the reader as a caution
        return f"told by anatomy: only {_names(group)} puts the vertebrae in order"
    if len(group) > 1:
        which = "value 26 is absent, and without it " if S1_OR_L6 not in present else ""
        return f"told by the values: {which}the tables that fit ({_names(group)}) agree"
    return "told by the values: no other table puts the vertebrae in order"


def _by_contact(first: Sequence[Convention], touching: float) -> tuple[Convention, str] | None:
    by_name = {each.names[S1_OR_L6]: each for each in first}
    if touching >= FUSED_CONTACT:
        how = f"told by anatomy: 26 is one piece with the sacrum (contact {touching:.1f})"
        return by_name["vertebrae_S1"], how
    if touching <= SEPARATE_CONTACT:
        how = f"told by anatomy: 26 is separate from the sacrum (contact {touching:.1f})"
        return by_name["vertebrae_L6"], how
    return None


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

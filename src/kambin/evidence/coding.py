"""Codes of terminologies, and the numbers that segmentation tools paint structures with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from kambin.evidence.store import bundle, missing
from kambin.evidence.types import Code, SegmentCode

__all__ = ["codes", "crosswalk", "label_conventions", "label_ids", "segment_code"]


@cache
def codes(group: str, name: str | None = None) -> tuple[Code, ...]:
    """Return terminology codes.

    Parameters
    ----------
    group : str
        ``conditions``, ``risk_factors``, ``observations``, ``imaging`` or ``procedures``.
    name : str, optional
        One concept of the group, for example ``cauda_equina_syndrome``; without it, all of the group.

    Raises
    ------
    EvidenceMissing
        No such group or concept.
    """
    content = bundle("terminology")
    groups, uris = content["groups"], content["systems"]
    if group not in groups:
        raise missing("group of codes", group, groups)
    if name is not None and name not in groups[group]:
        raise missing(f"concept in the codes of {group}", name, groups[group])
    names = groups[group] if name is None else [name]
    return tuple(_code(record, uris) for each in names for record in groups[group][each])


def _code(record: Mapping[str, Any], uris: Mapping[str, str]) -> Code:
    return Code(
        system=record["system"],
        uri=uris[record["system"]],
        code=record.get("code"),
        display=record.get("display", ""),
        status=record["status"],
        seen=record.get("seen", ""),
        unit=record.get("unit", ""),
        note=record.get("note", ""),
        hazard=record.get("hazard", ""),
        preferred=record.get("preferred", False),
        bounds=tuple(record.get("range", ())),
        values=tuple(record.get("values", ())),
    )


@cache
def label_conventions() -> tuple[str, ...]:
    """Return the label conventions that `label_ids` knows."""
    return tuple(bundle("labels")["conventions"])


@cache
def label_ids(convention: str) -> Mapping[int, str]:
    """Return voxel value → structure of a TotalSegmentator class table; 0 is background and not listed.

    Parameters
    ----------
    convention : str
        For example ``total``. Beware: value 26 is S1 in ``total`` and L6 in ``total_v3``, and nothing in the
        values tells the two apart.

    Raises
    ------
    EvidenceMissing
        No such convention.
    """
    known = bundle("labels")["conventions"]
    if convention not in known:
        raise missing("label convention", convention, known)
    return MappingProxyType({int(number): name for number, name in known[convention].items()})


@cache
def crosswalk(convention: str) -> Mapping[str, tuple[int, ...]]:
    """Return structure → voxel values in one column of the crosswalk between label conventions.

    Parameters
    ----------
    convention : str
        A column, for example ``ts_total``, ``tss``, ``spider``.

    Raises
    ------
    EvidenceMissing
        No such column.
    """
    rows = bundle("labels")["crosswalk"]
    found = {name: tuple(row[convention]) for name, row in rows.items() if convention in row}
    if not found:
        columns = {column for row in rows.values() for column in row}
        raise missing("column of the label crosswalk", convention, columns)
    return MappingProxyType(found)


@cache
def segment_code(structure: str) -> SegmentCode:
    """Return the SNOMED CT codes of a segmented structure, for example ``vertebrae_L5``.

    Raises
    ------
    EvidenceMissing
        The tool publishes no code for it.
    """
    known = bundle("labels")["segment_codes"]
    if structure not in known:
        raise missing("code of a segmented structure", structure, known)
    record = known[structure]
    return SegmentCode(
        category=tuple(record["category"]),
        type=tuple(record["type"]),
        modifier=tuple(record.get("modifier", ())),
        rgb=tuple(record["rgb"]),
    )

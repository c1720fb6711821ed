"""What can be asked of a phantom beside its seed: pathology, transitional anatomy, posture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, get_args

from kambin.case.words import Side
from kambin.errors import InputError

__all__ = ["Grade", "Herniation", "Knobs", "levels_of", "vertebrae_of"]

Grade = Literal["none", "mild", "moderate", "severe"]
Kind = Literal["bulge", "protrusion", "extrusion", "sequestration"]
Zone = Literal["central", "subarticular", "foraminal", "extraforaminal"]
Migration = Literal["none", "up", "down"]
Sidedness = Literal["left", "right", "midline"]


def vertebrae_of(count: int) -> tuple[str, ...]:
    """Names of `count` lumbar vertebrae and S1, from the head down."""
    return (*(f"L{number}" for number in range(1, count + 1)), "S1")


def levels_of(count: int) -> tuple[str, ...]:
    """Names of the discs of `count` lumbar vertebrae, from the head down."""
    names = vertebrae_of(count)
    return tuple(f"{upper}-{lower}" for upper, lower in pairwise(names))


def _check(value: object, allowed: tuple[object, ...], where: str) -> None:
    if value not in allowed:
        raise InputError(
            f"{value!r} is not known", where=where, expected=" or ".join(str(one) for one in allowed)
        )


@dataclass(frozen=True, slots=True)
class Herniation:
    """A herniated disc; words after Fardon 2014.

    Attributes
    ----------
    level : str
    side : str
        left, right or midline.
    type : str
        bulge, protrusion, extrusion or sequestration.
    zone : str
        central, subarticular, foraminal or extraforaminal.
    migration : str
        none, up or down.
    migration_mm : float
        How far its far end lies beyond the endplate; 0 with migration `none`.
    size_mm : float
        Projection beyond the back of the disc.
    calcified : bool
    """

    level: str = "L4-L5"
    side: Sidedness = "left"
    type: Kind = "protrusion"
    zone: Zone = "subarticular"
    migration: Migration = "none"
    migration_mm: float = 0.0
    size_mm: float = 6.0
    calcified: bool = False

    def __post_init__(self) -> None:
        _check(self.side, get_args(Sidedness), "herniation side")
        _check(self.type, get_args(Kind), "herniation type")
        _check(self.zone, get_args(Zone), "herniation zone")
        _check(self.migration, get_args(Migration), "herniation migration")
        if self.side == "midline" and self.zone != "central":
            raise InputError("a herniation in the midline is central", where="herniation zone")
        if not 1.0 <= self.size_mm <= 15.0:
            raise InputError("out of range", where="herniation size", expected="1 to 15 mm")
        if not 0.0 <= self.migration_mm <= 25.0:
            raise InputError("out of range", where="herniation migration", expected="0 to 25 mm")
        if (self.migration == "none") != (self.migration_mm == 0.0):
            raise InputError(
                "direction and distance of the migration contradict each other", where="herniation migration"
            )
        if self.migration != "none" and self.type in ("bulge", "protrusion"):
            raise InputError(f"a {self.type} does not migrate", where="herniation migration")


@dataclass(frozen=True)
class Knobs:
    """Everything that is asked for; what is left out is drawn or absent.

    Attributes
    ----------
    crest_left_mm, crest_right_mm : float or None
        Height of each iliac crest above the L4-L5 disc along the lumbar axis; None is drawn.
    lordosis : float
        Multiplies all sagittal tilts; 0 is a straight spine.
    scoliosis_deg : float
        Cobb angle between the first lumbar vertebra and S1; positive bends the trunk to the patient's left.
    obliquity_deg : float
        Tilt of pelvis and sacrum in the coronal plane.
    lumbar_count : int
        4, 5 or 6 lumbar vertebrae.
    sacralised : str
        ``none``, ``left``, ``right`` or ``both``: transverse processes of the last lumbar vertebra joined to
        the sacrum, its disc low.
    herniations : tuple of Herniation
    slip_mm, disc_height_mm, wedge_deg : mapping
        Level → forward slip of the upper vertebra; height of the disc; added opening to the front.
    canal_stenosis, recess_stenosis, facet_arthrosis : mapping
        Level → grade.
    foraminal_stenosis : mapping
        (level, side) → grade.
    pfirrmann : mapping
        Level → grade 1 to 5, seen in the T2-like image.
    """

    crest_left_mm: float | None = None
    crest_right_mm: float | None = None
    lordosis: float = 1.0
    scoliosis_deg: float = 0.0
    obliquity_deg: float = 0.0
    lumbar_count: int = 5
    sacralised: Literal["none", "left", "right", "both"] = "none"
    herniations: tuple[Herniation, ...] = ()
    slip_mm: Mapping[str, float] = field(default_factory=dict)
    disc_height_mm: Mapping[str, float] = field(default_factory=dict)
    wedge_deg: Mapping[str, float] = field(default_factory=dict)
    canal_stenosis: Mapping[str, Grade] = field(default_factory=dict)
    recess_stenosis: Mapping[str, Grade] = field(default_factory=dict)
    facet_arthrosis: Mapping[str, Grade] = field(default_factory=dict)
    foraminal_stenosis: Mapping[tuple[str, Side], Grade] = field(default_factory=dict)
    pfirrmann: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check(self.lumbar_count, (4, 5, 6), "lumbar_count")
        _check(self.sacralised, ("none", "left", "right", "both"), "sacralised")
        for name, low, high in RANGES:
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise InputError("out of range", where=name, value=value, expected=f"{low:g} to {high:g}")
        levels = levels_of(self.lumbar_count)
        for herniation in self.herniations:
            _check(herniation.level, levels, "herniation level")
        for name, low, high in BY_LEVEL:
            for level, value in getattr(self, name).items():
                _check(level, levels, name)
                if not low <= value <= high:
                    raise InputError("out of range", where=name, value=value, expected=f"{low:g} to {high:g}")
        for name in ("canal_stenosis", "recess_stenosis", "facet_arthrosis"):
            for level, grade in getattr(self, name).items():
                _check(level, levels, name)
                _check(grade, get_args(Grade), name)
        for (level, _), grade in self.foraminal_stenosis.items():
            _check(level, levels, "foraminal_stenosis")
            _check(grade, get_args(Grade), "foraminal_stenosis")


RANGES = (
    ("crest_left_mm", -60.0, 60.0),
    ("crest_right_mm", -60.0, 60.0),
    ("lordosis", 0.0, 1.6),
    ("scoliosis_deg", -40.0, 40.0),
    ("obliquity_deg", -12.0, 12.0),
)
BY_LEVEL = (
    ("slip_mm", -12.0, 18.0),
    ("disc_height_mm", 2.0, 14.0),
    ("wedge_deg", -15.0, 15.0),
    ("pfirrmann", 1, 5),
)

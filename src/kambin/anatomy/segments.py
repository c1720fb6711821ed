"""The segments of a spine as nerves see them: two bones, the disc between, and landmarks on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.fields import Field, field_of
from kambin.anatomy.foramina import SegmentBones
from kambin.anatomy.geometry import Canal, Disc, Endplate, Part, PartMap, Sac, VertebraShape
from kambin.anatomy.herniation import HerniationBed
from kambin.anatomy.masks import bone_regions, part_region, pedicle_of, superior_process_of
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.regions import Region
from kambin.anatomy.root_clearing import Solid
from kambin.anatomy.root_course import RootBed
from kambin.case.words import SIDES, Side

__all__ = ["Segment", "segments_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Two vertebrae and the disc between them.

    Attributes
    ----------
    level : str
    upper, lower : VertebraShape
    disc : Disc
    plates : tuple of Endplate or None
        The facing endplates, from above and from below.
    bones : tuple of Field
        Of the two bones, whole.
    bodies : tuple of Field
        Of their bodies; of the whole bone where the body is not known apart.
    pedicles : mapping
        (``upper`` or ``lower``, side) → pedicle.
    processes : mapping
        Side → superior articular process of the lower bone.
    voxel_mm : float
    """

    level: str
    upper: VertebraShape
    lower: VertebraShape
    disc: Disc
    plates: tuple[Endplate | None, Endplate | None]
    bones: tuple[Field, Field]
    bodies: tuple[Field, Field]
    pedicles: Mapping[tuple[str, Side], Region]
    processes: Mapping[Side, Region]
    voxel_mm: float

    def foramen_bones(self, side: Side) -> SegmentBones | None:
        """What bounds the foramen of one side; None without the upper pedicle."""
        pedicle = self.pedicles.get(("upper", side))
        if pedicle is None:
            return None
        return SegmentBones(
            upper=self.bones[0],
            lower=self.bones[1],
            upper_body=self.bodies[0],
            lower_body=self.bodies[1],
            upper_pedicle=pedicle,
            lower_pedicle=self.pedicles.get(("lower", side)),
            process=self.processes.get(side),
            disc=self.disc,
            upper_plate=self.plates[0],
            lower_plate=self.plates[1],
        )

    def root_bed(
        self, side: Side, sac: Sac | None, *, roof_lps: Floats | None = None, sacral: bool = False
    ) -> RootBed:
        """What the exiting root is derived from; with `sacral` the root of the lower bone."""
        return RootBed(
            shape=self.lower if sacral else self.upper,
            bone=self.bones[1 if sacral else 0],
            pedicle=self.pedicles.get(("lower" if sacral else "upper", side)),
            disc=self.disc,
            plates=self.plates,
            process=self.processes.get(side),
            sac=sac,
            voxel_mm=self.voxel_mm,
            roof_lps=roof_lps,
        )

    def solid(self) -> Solid:
        """Where no root can be: both bones, and the disc as the map gives it or between the endplates."""
        given = self.disc.region
        above, below = self.plates
        return Solid(
            fields=self.bones if given is None else (*self.bones, field_of([given])),
            plates=(above, below) if given is None and above and below else None,
            bodies=self.bodies,
        )

    def herniation_bed(self, canal: Canal | None) -> HerniationBed | None:
        """What a herniation is measured against; None without the facing endplates."""
        above, below = self.plates
        if above is None or below is None:
            return None
        return HerniationBed(self.disc, above, below, self.bones, self.pedicles, self.processes, canal)


def segments_of(
    labels: LabelMap,
    shapes: Mapping[str, VertebraShape],
    parts: Mapping[str, PartMap],
    discs: Mapping[str, Disc],
) -> dict[str, Segment]:
    """Every segment whose disc and two vertebrae are known, from the head down."""
    found = {}
    bones: dict[str, tuple[Field, Field] | None] = {}
    for level, disc in discs.items():
        above, below = level.split("-")
        pair = (above, below if below in shapes else "sacrum")
        for name in pair:
            if name in shapes and name not in bones:
                bones[name] = _fields(labels, parts.get(name), name)
        known = [bones.get(name) for name in pair]
        if known[0] is not None and known[1] is not None:
            both = (shapes[pair[0]], shapes[pair[1]])
            found[level] = _segment(labels, both, parts, disc, (known[0], known[1]))
    return found


def _fields(labels: LabelMap, parts: PartMap | None, name: str) -> tuple[Field, Field] | None:
    """The fields of a bone and of its body."""
    whole = bone_regions(labels, parts, name)
    if not whole:
        return None
    field = field_of(whole)
    body = None if parts is None else part_region(labels, parts, Part.BODY)
    return field, field if body is None else field_of([body])


def _segment(
    labels: LabelMap,
    pair: tuple[VertebraShape, VertebraShape],
    parts: Mapping[str, PartMap],
    disc: Disc,
    fields: tuple[tuple[Field, Field], tuple[Field, Field]],
) -> Segment:
    pedicles, processes = {}, {}
    maps = [parts.get(shape.name) for shape in pair]
    for side in SIDES:
        for which, found in zip(("upper", "lower"), maps, strict=True):
            pedicle = None if found is None else pedicle_of(labels, found, side)
            if pedicle is not None:
                pedicles[which, side] = pedicle
        process = None if maps[1] is None else superior_process_of(labels, maps[1], side)
        if process is not None:
            processes[side] = process
    return Segment(
        level=disc.level,
        upper=pair[0],
        lower=pair[1],
        disc=disc,
        plates=(pair[0].inferior, pair[1].superior),
        bones=(fields[0][0], fields[1][0]),
        bodies=(fields[0][1], fields[1][1]),
        pedicles=pedicles,
        processes=processes,
        voxel_mm=max(labels.volume.spacing_mm),
    )

"""The geometry of the column, built step by step from its bones.

A step that fails says why and stops nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames, numbering
from kambin.anatomy.arch import Arch, find_arch
from kambin.anatomy.canal import Ring, canal_of, depth_at_disc, find_rings, sacral_lamina, sacral_ring
from kambin.anatomy.column import Column
from kambin.anatomy.discs import DiscMeasures, disc_frame, measure_disc, sacral_shape
from kambin.anatomy.facets import FacetAngle, facet_angle
from kambin.anatomy.fields import Field
from kambin.anatomy.geometry import Canal, PartMap, VertebraShape
from kambin.anatomy.interspaces import find_gap
from kambin.anatomy.model import Interspace
from kambin.anatomy.parts import given_parts, sacral_parts, separate_parts
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.regions import region
from kambin.anatomy.vertebrae import Body
from kambin.case.words import SIDES, Side

__all__ = ["Assembly", "assemble"]

Floats = NDArray[np.float64]

# A lowest disc below this share of the others is taken for a rudiment until someone says otherwise: those of
# the phantom's sacralised patients have 0.58 to 0.64 of the others' height, sound ones 0.95 and more.
RUDIMENT_SHARE = 0.7


@dataclass(slots=True, eq=False)
class Assembly:
    """What was built.

    Attributes
    ----------
    bodies : dict
        Vertebra → `Body`, from the head down; T12 is there for the sake of the canal.
    arches, rings : dict
        Vertebra → `Arch`, `Ring`.
    shapes, parts : dict
        Vertebra, or S1 → `VertebraShape`, `PartMap`.
    discs : dict
        Level → `DiscMeasures`.
    facets : dict
        (level, side) → `FacetAngle`.
    depths : dict
        Level → depth of the canal behind the disc, mm.
    canal : Canal or None
    """

    bodies: dict[str, Body] = field(default_factory=dict)
    arches: dict[str, Arch] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    shapes: dict[str, VertebraShape] = field(default_factory=dict)
    parts: dict[str, PartMap] = field(default_factory=dict)
    discs: dict[str, DiscMeasures] = field(default_factory=dict)
    facets: dict[tuple[str, Side], FacetAngle] = field(default_factory=dict)
    depths: dict[str, float] = field(default_factory=dict)
    canal: Canal | None = None


def assemble(column: Column, labels: LabelMap) -> Assembly:
    """Build everything that the bones of a column allow.

    Parameters
    ----------
    column : Column
    labels : LabelMap

    Returns
    -------
    Assembly
    """
    built = Assembly()
    if not column.fits:
        return built
    built.bodies = dict(column.fits)
    built.arches = {name: find_arch(body) for name, body in built.bodies.items()}
    built.shapes = {name: body.shape for name, body in built.bodies.items() if name != "T12"}
    sacrum = column.sacrum
    _fit_discs(built, column, labels, sacrum)
    _check_lowest_disc(built, column)
    built.rings = find_rings(built.bodies, built.arches)
    _separate(built, column, labels)
    if sacrum is not None and "S1" in built.shapes:
        ring = sacral_ring(built.shapes["S1"], sacrum)
        if ring is not None:
            built.rings["S1"] = ring
    _fit_canal(built, column)
    _fit_facets(built, labels)
    return built


def _fit_discs(built: Assembly, column: Column, labels: LabelMap, sacrum: Field | None) -> None:
    for level, space in column.spaces.items():
        upper_name, lower_name = level.split("-")
        upper = built.bodies.get(upper_name)
        if upper is None:
            continue
        if lower_name == "S1":
            lower_field = sacrum
            if sacrum is not None:
                _fit_sacrum(built, upper, sacrum, space)
        else:
            lower_field = built.bodies[lower_name].field if lower_name in built.bodies else None
        lower = built.shapes.get(lower_name)
        if lower is None or lower_field is None:
            continue
        facing = (upper.shape.inferior, lower.superior)
        frame = disc_frame(upper, lower.frame, facing, np.array(space.normal_lps))
        gap = find_gap(upper.field, lower_field, np.array(space.centre_lps), frame)
        if gap is not None:
            built.discs[level] = measure_disc(level, gap, facing, space, region(labels, f"disc_{level}"))


def _check_lowest_disc(built: Assembly, column: Column) -> None:
    """A lowest disc much lower than the others is the mark of a sacralised vertebra, or of wear."""
    heights = {level: found.heights_mm[1] or 0.0 for level, found in built.discs.items()}
    lowest = [level for level in heights if level.endswith("S1")]
    others = [height for level, height in heights.items() if level not in lowest]
    if not lowest or len(others) < 2:
        return
    usual = float(np.median(others))
    if heights[lowest[0]] < RUDIMENT_SHARE * usual:
        name = lowest[0].split("-")[0]
        text = (
            f"The disc {lowest[0]} is {heights[lowest[0]]:.1f} mm high, others {usual:.1f} mm: {name} may "
            "be sacralised, or the disc worn; the numbering of the levels has to be confirmed."
        )
        column.warn("transition_possible", text, name, lowest[0])


def _fit_sacrum(built: Assembly, upper: Body, sacrum: Field, space: Interspace) -> None:
    frame = frames.spine_frame(np.array(space.normal_lps), upper.shape.frame[1])
    gap = find_gap(upper.field, sacrum, np.array(space.centre_lps), frame)
    shape = None if gap is None else sacral_shape(gap, sacrum)
    if shape is not None:
        built.shapes["S1"] = shape


def _separate(built: Assembly, column: Column, labels: LabelMap) -> None:
    for name, body in built.bodies.items():
        if name == "T12":
            continue
        bone = column.bones[name]
        found = separate_parts(bone, body, built.arches[name])
        if labels.parts is not None:
            found = given_parts(bone, labels.parts, name, found)
        if found is not None:
            built.parts[name] = found
        else:
            column.warn(
                "parts_not_separated", f"{name} could not be parted: pedicles or lamina not found.", name
            )
    if "S1" in built.shapes:
        sacral = [column.bones[name] for name in numbering.SACRAL if name in column.bones]
        found = sacral_parts(sacral, built.shapes["S1"])
        if found is not None:
            built.parts["S1"] = found


def _fit_canal(built: Assembly, column: Column) -> None:
    built.canal = canal_of(built.rings, {})
    if built.canal is None:
        return
    laminae = {name: ring.rear_lps for name, ring in built.rings.items() if name != "S1"}
    if column.sacrum is not None and "S1" in built.shapes:
        front = sacral_lamina(built.shapes["S1"], column.sacrum)
        if front is not None:
            laminae["S1"] = front
    marks: dict[str, tuple[Floats, float]] = {}
    for level, found in built.discs.items():
        above, below = (laminae.get(name) for name in level.split("-"))
        if above is None or below is None:
            continue
        nearest = int(
            np.argmin(np.linalg.norm(built.canal.points_lps - found.disc.posterior_edge_lps, axis=1))
        )
        frame = built.canal.frames[nearest]
        depth = depth_at_disc(found.disc, frame, above, below)
        if depth is not None:
            built.depths[level] = depth
            marks[level] = (found.disc.posterior_edge_lps + frame[1] * depth / 2, depth)
    built.canal = canal_of(built.rings, marks)


def _fit_facets(built: Assembly, labels: LabelMap) -> None:
    for level, found in built.discs.items():
        upper, lower = (built.parts.get(name) for name in level.split("-"))
        if upper is None or lower is None:
            continue
        for side in SIDES:
            angle = facet_angle(side, upper, lower, found.disc, labels.volume)
            if angle is not None:
                built.facets[(level, side)] = angle

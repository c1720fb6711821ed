"""Everything neural and soft of a measured spine: foramina, Kambin's triangles, sac, roots, herniations.

What the map gives is measured; what it lacks is derived from bone where the published numbers allow it, with
its uncertainty and a caution that says so; what can not be built is missing, never invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.foramina import Opening, measure_opening
from kambin.anatomy.geometry import (
    Canal,
    Disc,
    Foramen,
    HerniatedDisc,
    KambinTriangle,
    PartMap,
    Root,
    Sac,
    VertebraShape,
)
from kambin.anatomy.herniation_finding import find_herniations
from kambin.anatomy.measuring import Book, length_uncertainty
from kambin.anatomy.model import Caution, Measurement
from kambin.anatomy.nerve_numbers import number, scalar
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.root_finding import find_roots
from kambin.anatomy.sac import find_sac, section_at_disc
from kambin.anatomy.segments import Segment, segments_of
from kambin.anatomy.triangle import TriangleBed, kambin_triangle
from kambin.anatomy.volume import Volume
from kambin.case.words import SIDES, Side

__all__ = ["Neural", "find_neural"]

Floats = NDArray[np.float64]

# An area's border is unsure by this share of a voxel all round: the field's own error, a tenth, and corners.
BORDER_SHARE = 0.15
# Where the middles of pedicles lie, and so the plane of a foramen, is less sure than a surface: half width of
# 95 % of what that adds to its lengths (mm), more than is seen on the phantom (0.2) with its plain pedicles;
# and to its area (share) where one of the lengths is not known.
PLANE_MM, PLANE_SHARE = 0.5, 0.06
# Half width of a normal distribution's 95 %.
Z95 = 1.96
IN_PLANE = "in the plane through the middles of the two pedicles, between sub-voxel surfaces of bone"
CORONAL = "in the coronal plane of the lower body's superior endplate"
DERIVED_ROOT = "; hypotenuse after published angle, the map holds no exiting root"
GIVEN_ROOT = "; hypotenuse along the exiting root of the map"
DERIVED_SAC = "bony canal times the published ratio of the sac (pierro2017)"
GIVEN_SAC = "sub-voxel section of the sac's label across the canal's line"
HERNIATION = "sub-voxel surface of the label in the frame of its disc"


@dataclass(frozen=True, slots=True, eq=False)
class Neural:
    """What was found.

    Attributes
    ----------
    foramina : mapping
        (level, side) → `Foramen`.
    roots : tuple of Root
        From the head down, left before right.
    sac : Sac or None
    herniations : tuple of HerniatedDisc
    measurements : tuple of Measurement
    cautions : tuple of Caution
    missing : tuple of str
    """

    foramina: Mapping[tuple[str, Side], Foramen]
    roots: tuple[Root, ...]
    sac: Sac | None
    herniations: tuple[HerniatedDisc, ...]
    measurements: tuple[Measurement, ...]
    cautions: tuple[Caution, ...]
    missing: tuple[str, ...]


def find_neural(
    labels: LabelMap,
    shapes: Mapping[str, VertebraShape],
    parts: Mapping[str, PartMap],
    discs: Mapping[str, Disc],
    canal: Canal | None,
    image: Volume | None = None,
    *,
    herniation: Volume | None = None,
) -> Neural:
    """Find and measure everything neural and soft.

    Parameters
    ----------
    labels : LabelMap
    shapes : mapping
        Vertebra, S1 or sacrum → `VertebraShape`.
    parts : mapping
        Vertebra, or S1 → `PartMap`.
    discs : mapping
        Level → `Disc`.
    canal : Canal or None
    image : Volume, optional
        CT or MR in the same frame; a CT tells how much of a herniation is calcified.
    herniation : Volume, optional
        A mask of herniated material on its own grid in the same frame.

    Returns
    -------
    Neural

    Raises
    ------
    ScanRefused
        A root's label lies on the wrong side.
    """
    book = Book()
    segments = segments_of(labels, shapes, parts, discs)
    sac = find_sac(labels, canal, shapes)
    openings = _openings(segments)
    roofs = {place: found.plane.lps(found.top) for place, found in openings.items() if found.top is not None}
    roots, cautions, missing = find_roots(labels, segments, sac, roofs)
    foramina = _write_segments(book, segments, sac, openings, roots)
    found, told, absent = find_herniations(labels, segments, (canal, sac, roots), image, herniation)
    for item in found:
        _write_herniation(book, item, sac, roots)
    return Neural(
        foramina=foramina,
        roots=tuple(roots),
        sac=sac,
        herniations=tuple(found),
        measurements=tuple(book.rows),
        cautions=(*cautions, *_about_sac(sac), *told, *_reasons(book)),
        missing=(*(() if sac else ("dural sac",)), *missing, *absent, *book.missing),
    )


def _write_segments(
    book: Book,
    segments: Mapping[str, Segment],
    sac: Sac | None,
    openings: Mapping[tuple[str, Side], Opening],
    roots: list[Root],
) -> dict[tuple[str, Side], Foramen]:
    foramina = {}
    for segment in segments.values():
        _write_sac(book, segment, sac)
        for side in SIDES:
            foramen = _foramen(book, segment, side, openings.get((segment.level, side)), roots)
            if foramen is not None:
                foramina[segment.level, side] = foramen
    return foramina


def _about_sac(sac: Sac | None) -> tuple[Caution, ...]:
    if sac is None or sac.how == "given":
        return ()
    text = "Not in the map and derived from the bony canal, with the stated uncertainty: the dural sac."
    return (Caution("sac_derived", text, ("dural_sac",)),)


def _reasons(book: Book) -> list[Caution]:
    return [
        Caution("not_measured", f"Not measured, because {why}: {', '.join(what)}.", tuple(what))
        for why, what in book.reasons.items()
    ]


def _write_sac(book: Book, segment: Segment, sac: Sac | None) -> None:
    section = None if sac is None else section_at_disc(sac, segment.disc)
    if sac is None or section is None:
        for name in ("sac_area", "sac_depth"):
            book.lack(name, "neither sac nor bony canal is known at the disc", level=segment.level)
        return
    nearest = int(np.linalg.norm(sac.points_lps - section.centre_lps, axis=1).argmin())
    given = sac.how == "given"
    surface = BORDER_SHARE * segment.voxel_mm if given else Z95 * float(sac.sd_mm[nearest])
    round_it = float(np.pi * (section.half_width_mm + section.half_depth_mm))
    unsure = length_uncertainty(segment.voxel_mm) if given else 2.0 * surface
    method = GIVEN_SAC if given else DERIVED_SAC
    used = ("dural_sac",) if given else tuple(segment.level.split("-"))
    book.add("sac_area", section.area_mm2, method, surface * round_it, used, level=segment.level)
    book.add("sac_depth", section.depth_mm, method, unsure, used, level=segment.level)


def _openings(segments: Mapping[str, Segment]) -> dict[tuple[str, Side], Opening]:
    found = {}
    for level, segment in segments.items():
        for side in SIDES:
            bones = segment.foramen_bones(side)
            if bones is not None:
                found[level, side] = measure_opening(bones, side)
    return found


def _foramen(
    book: Book, segment: Segment, side: Side, opening: Opening | None, roots: list[Root]
) -> Foramen | None:
    """Write the rows of one foramen; None where its border is not complete."""
    where = {"level": segment.level, "side": side}
    if opening is None:
        for name in ("foramen_height", "foramen_width", "foramen_area", "triangle_area", "triangle_circle"):
            book.lack(name, "the bones about the foramen are not known apart", **where)
        return None
    unsure = float(np.hypot(length_uncertainty(segment.voxel_mm), PLANE_MM))
    used = tuple(segment.level.split("-"))
    border = float(np.linalg.norm(np.diff(opening.contour, axis=0), axis=1).sum())
    # what its lengths are unsure by, its area is unsure by in each direction
    shares = [PLANE_MM / length for length in (opening.height_mm, opening.width_mm) if length]
    share = float(np.linalg.norm(shares)) if len(shares) == 2 else PLANE_SHARE
    area = float(np.hypot(BORDER_SHARE * segment.voxel_mm * border, share * (opening.area_mm2 or 0.0)))
    for name, value, spread, why in (
        ("foramen_height", opening.height_mm, unsure, "the pedicles are not seen in its plane"),
        ("foramen_width", opening.width_mm, unsure, "body or superior process is not seen in its plane"),
        (
            "foramen_area",
            opening.area_mm2,
            area,
            "its border is not closed",
        ),
    ):
        if value is None:
            book.lack(name, why, **where)
        else:
            book.add(name, value, IN_PLANE, spread, used, **where)
    triangle = _triangle(book, segment, side, roots)
    if opening.height_mm is None or opening.width_mm is None or opening.area_mm2 is None:
        return None
    return _built(opening, segment, side, triangle)


def _built(opening: Opening, segment: Segment, side: Side, triangle: KambinTriangle | None) -> Foramen:
    assert opening.height_mm is not None and opening.width_mm is not None and opening.area_mm2 is not None
    middle = (opening.contour.min(axis=0) + opening.contour.max(axis=0)) / 2
    return Foramen(
        level=segment.level,
        side=side,
        centre_lps=opening.plane.lps(middle),
        frame=opening.plane.frame,
        contour_lps=opening.plane.lps(opening.contour),
        height_mm=opening.height_mm,
        width_mm=opening.width_mm,
        area_mm2=opening.area_mm2,
        triangle=triangle,
    )


def _triangle(book: Book, segment: Segment, side: Side, roots: list[Root]) -> KambinTriangle | None:
    name = segment.level.split("-")[0]
    where = {"level": segment.level, "side": side}
    pedicle, process = segment.pedicles.get(("upper", side)), segment.processes.get(side)
    upper, lower = segment.plates
    why = "endplates, pedicle or superior process are not known"
    if pedicle is None or process is None or upper is None or lower is None:
        _lack_triangle(book, why, where)
        return None
    root = next((item for item in roots if item.name == name and item.side is side), None)
    if root is None:
        _lack_triangle(book, "the exiting root is not known", where)
        return None
    triangle = kambin_triangle(TriangleBed(upper, lower, segment.disc.frame, pedicle, process, root), side)
    if triangle is None:
        _lack_triangle(book, "the exiting root leaves no room outside the superior process", where)
        return None
    given = root.how == "given"
    # base and upright grow alike when the root moves outwards; the circle is a fixed share of the base
    base = float(np.linalg.norm(triangle.corners_lps[1] - triangle.corners_lps[0]))
    spread = length_uncertainty(segment.voxel_mm)
    if not given:
        spread = float(np.hypot(spread, Z95 * number("roots", "dura_to_root", name).sd))
    method = CORONAL + (GIVEN_ROOT if given else DERIVED_ROOT)
    used = (*segment.level.split("-"), *((f"root_{name}_{side}",) if given else ()))
    diameter = 2.0 * triangle.circle_radius_mm
    book.add(
        "triangle_area", triangle.area_mm2, method, 2.0 * triangle.area_mm2 * spread / base, used, **where
    )
    book.add("triangle_circle", diameter, method, diameter * spread / base, used, **where)
    return triangle


def _lack_triangle(book: Book, why: str, where: dict[str, str]) -> None:
    for name in ("triangle_area", "triangle_circle"):
        book.lack(name, why, **where)


def _write_herniation(book: Book, found: HerniatedDisc, sac: Sac | None, roots: list[Root]) -> None:
    voxel = max(found.region.volume.spacing_mm)
    where = {"level": found.level, "side": found.side}
    used = (found.region.name or "herniation", f"disc_{found.level}")
    length = length_uncertainty(voxel)
    counting = 2.0 * found.region.volume.voxel_ml * float(np.sqrt(found.region.surface_voxels() / 12.0))
    loose = [root for root in roots if root.name in found.level.split("-") and root.how == "derived"]
    nerve = max((float(np.sqrt(np.trace(c) / 3)) for root in loose for c in root.covariance_mm2), default=0.0)
    dura = 0.0 if sac is None or sac.how == "given" else float(sac.sd_mm.max())
    unsure = {
        "herniation_volume": counting,
        "canal_compromise_percent": 5.0,
        "calcified_percent": None,
        "herniation_to_root": float(np.hypot(length, Z95 * nerve)),
        "herniation_to_sac": float(np.hypot(length, Z95 * dura)),
    }
    why = {
        "calcified_percent": "there is no CT of the material",
        "canal_compromise_percent": "the bony canal is not known",
        "herniation_to_root": "its roots are not known",
        "herniation_to_sac": "the dural sac is not known there",
    }
    for name, value in found.measures.items():
        if not (name.startswith("herniation_") or name.endswith("_percent")):
            continue
        if value is None:
            book.lack(name, why[name], **where)
        else:
            book.add(name, value, HERNIATION, unsure.get(name, length), used, **where)


def calcified(found: HerniatedDisc) -> bool | None:
    """Whether herniated material counts as calcified; None without a CT."""
    percent = found.measures.get("calcified_percent")
    return None if percent is None else bool(percent >= 100.0 * scalar("herniation", "calcified_share"))

"""The rows of the table of measurements: of vertebrae, discs, canal, joints and posture."""

from __future__ import annotations

import numpy as np

from kambin.anatomy import numbering
from kambin.anatomy.assembly import Assembly
from kambin.anatomy.column import Column
from kambin.anatomy.crest import METHOD
from kambin.anatomy.measuring import Book, length_uncertainty
from kambin.anatomy.posture import crest_above_pedicle, lordosis_deg, slip_mm
from kambin.case.words import SIDES, Side

__all__ = ["write_crest", "write_discs", "write_posture", "write_vertebrae"]

VOLUME_METHOD = (
    "voxels of the bone, counted; the uncertainty is that of counting, "
    "the segmentation's own error is not known"
)
CUT = "; incomplete, because the field of view cuts the bone"
SURFACES = "between sub-voxel surfaces of the bone, in the vertebra's own frame"
# Share of a derived disc's volume that its outline is unsure by, beside its height: the annulus bulges beyond
# the bodies or stays behind them (tests/anatomy/test_real_maps.py: -6 to +15 % against given discs).
OUTLINE_SHARE = 0.2
# A fitted plane: half width of the 95 % interval of its normal, degrees per mm of voxel, and at least.
PLANE_DEG_PER_MM, PLANE_LEAST_DEG = 0.7, 0.5
HEIGHT_NAMES = ("anterior", "middle", "posterior")
NO_BODY = "its body was not separated from its arch"
NO_DISC = "the space between the bodies was not measured"


def _lumbar(column: Column) -> list[str]:
    return [name for name in numbering.LUMBAR if name in column.bones]


def write_vertebrae(book: Book, column: Column, built: Assembly) -> None:
    """Presence, volume, body, pedicles and canal of each vertebra."""
    for name in (*numbering.LUMBAR, *numbering.SACRAL):
        if name != "L6" or name in column.bones:
            book.add("present", name in column.bones, "label in the map", None, (name,), level=name)
    for name, bone in column.bones.items():
        if name != "T12":
            # each voxel at the surface is in or out by chance: the variance of a uniform step, each
            counting = 2.0 * bone.volume.voxel_ml * float(np.sqrt(bone.surface_voxels() / 12.0))
            method = VOLUME_METHOD + CUT * bone.cut
            book.add("volume", bone.volume_ml, method, counting, (name,), level=name)
    for name in _lumbar(column):
        _write_body(book, column, built, name)
        _write_pedicles(book, column, built, name)
        _write_ring(book, column, built, name)


def _write_body(book: Book, column: Column, built: Assembly, name: str) -> None:
    body = built.bodies.get(name)
    unsure = length_uncertainty(column.voxel_mm)
    values: dict[str, float | None] = {"body_depth": None, "body_width": None}
    values.update({f"body_height_{share}": None for share in HEIGHT_NAMES})
    if body is not None:
        values.update(body_depth=body.depth_mm, body_width=body.width_mm)
        values.update(
            {f"body_height_{share}": high for share, high in zip(HEIGHT_NAMES, body.heights_mm, strict=True)}
        )
    for measure, value in values.items():
        if value is None:
            why = "cut by the edge of the field of view" if column.bones[name].cut else NO_BODY
            book.lack(measure, why, level=name)
        else:
            book.add(measure, value, SURFACES, unsure, (name,), level=name)


def _write_pedicles(book: Book, column: Column, built: Assembly, name: str) -> None:
    arch = built.arches.get(name)
    unsure = length_uncertainty(column.voxel_mm)
    for side in SIDES:
        pedicle = None if arch is None else arch.pedicles.get(side)
        for measure in ("pedicle_width", "pedicle_height"):
            if pedicle is None:
                why = NO_BODY if arch is None else "no bone of a pedicle's size lies beside the canal"
                book.lack(measure, why, level=name, side=side)
                continue
            value = pedicle.width_mm if measure == "pedicle_width" else pedicle.height_mm
            how = f"{SURFACES}; in the coronal section half way between wall and lamina"
            book.add(measure, value, how, unsure, (name,), level=name, side=side)


def _write_ring(book: Book, column: Column, built: Assembly, name: str) -> None:
    ring = built.rings.get(name)
    unsure = length_uncertainty(column.voxel_mm)
    if ring is None:
        for measure in ("canal_depth", "canal_width", "canal_area"):
            book.lack(measure, "no closed ring of bone at pedicle height", level=name)
        return
    how = "rays across the canal's line to the ring of bone at pedicle height"
    if ring.open_share:
        how += f"; {ring.open_share:.0%} of the ring is open and was bridged"
    around = np.pi * (ring.depth_mm + ring.width_mm) / 2
    # the ring as a whole errs less than one chord: its errors are not all on one side
    area = float(around * unsure / 4 + ring.open_share * ring.area_mm2)
    for measure, value, error in (
        ("canal_depth", ring.depth_mm, unsure),
        ("canal_width", ring.width_mm, unsure),
        ("canal_area", ring.area_mm2, area),
    ):
        book.add(measure, value, how, error, (name,), level=name)


def expected_levels(column: Column) -> list[str]:
    """Discs below each vertebra that is in the map, from the head down."""
    names = [name for name in numbering.LUMBAR[:5] if name in column.bones]
    if "L6" in column.bones:
        names.append("L6")
    last = "L6" if "L6" in column.bones else "L5"
    below = {
        name: "S1" if name == last else numbering.LUMBAR[numbering.LUMBAR.index(name) + 1] for name in names
    }
    return [f"{upper}-{lower}" for upper, lower in below.items()]


def write_discs(book: Book, column: Column, built: Assembly) -> None:
    """Volume, heights, wedge, slip, canal and joints of each disc."""
    for level in expected_levels(column):
        _write_disc(book, column, built, level)
        _write_slip(book, column, built, level)
        depth = built.depths.get(level)
        if depth is None:
            book.lack(
                "canal_depth",
                NO_DISC if level not in built.discs else "a lamina above or below the disc was not found",
                level=level,
            )
        else:
            how = (
                "from the disc's posterior edge to the spinolaminar line between the fronts of the two "
                "laminae, across the canal's line"
            )
            book.add(
                "canal_depth", depth, how, length_uncertainty(column.voxel_mm), level.split("-"), level=level
            )
        _write_joints(book, column, built, level)


def _write_disc(book: Book, column: Column, built: Assembly, level: str) -> None:
    names = [f"disc_height_{share}" for share in HEIGHT_NAMES]
    found = built.discs.get(level)
    if found is None:
        for measure in ("disc_volume", *names, "disc_height_index", "disc_depth", "disc_wedge"):
            book.lack(measure, NO_DISC, level=level)
        return
    bones = level.split("-")
    unsure = length_uncertainty(column.voxel_mm)
    given = found.disc.how == "given"
    region = found.disc.region
    if given and region is not None:
        error = 2.0 * region.volume.voxel_ml * float(np.sqrt(region.surface_voxels() / 12.0))
        how = "voxels of the disc's label" + CUT * (not found.whole)
        book.add("disc_volume", found.volume_ml, how, error, (f"disc_{level}",), level=level)
    else:
        error = float(np.hypot(OUTLINE_SHARE * found.volume_ml, found.area_mm2 * unsure / 2 / 1000.0))
        how = "derived: space between the facing endplates within both bodies' outlines"
        book.add("disc_volume", found.volume_ml, how, error, bones, level=level)
    between = "between the facing endplates, mid-sagittal, along the disc's cranial"
    for measure, value in zip(names, found.heights_mm, strict=True):
        book.add(measure, value, between, unsure, bones, level=level)
    _write_index(book, column, built, level)
    book.add("disc_depth", found.disc.depth_mm, "mean of the facing endplates", unsure, bones, level=level)
    if found.wedge_deg is None:
        book.lack("disc_wedge", "an endplate was not measured", level=level)
    else:
        book.add(
            "disc_wedge",
            found.wedge_deg,
            "angle of the facing endplate planes",
            1.4 * _plane(column),
            bones,
            level=level,
        )


def _plane(column: Column) -> float:
    return float(np.hypot(PLANE_DEG_PER_MM * column.voxel_mm, PLANE_LEAST_DEG))


def _write_index(book: Book, column: Column, built: Assembly, level: str) -> None:
    bones = level.split("-")
    found, body = built.discs[level], built.bodies.get(bones[0])
    tall = [high for high in (() if body is None else body.heights_mm) if high is not None]
    low = [high for high in found.heights_mm if high is not None]
    if len(tall) < 3 or len(low) < 3:
        book.lack(
            "disc_height_index", "a height of the disc or of the vertebra above is missing", level=level
        )
        return
    index = float(np.mean(low) / np.mean(tall))
    error = length_uncertainty(column.voxel_mm, 6) / float(np.mean(tall)) * float(np.hypot(1.0, index))
    book.add(
        "disc_height_index",
        index,
        "mean disc height over mean height of the body above",
        error,
        bones,
        level=level,
    )


def _write_slip(book: Book, column: Column, built: Assembly, level: str) -> None:
    bones = level.split("-")
    upper, lower = (built.shapes.get(name) for name in bones)
    slip = None if upper is None or lower is None else slip_mm(upper, lower)
    if slip is None or lower is None or lower.superior is None:
        book.lack("slip", NO_DISC, level=level)
        book.lack("slip_percent", NO_DISC, level=level)
        return
    depth = lower.superior.depth_mm
    unsure = length_uncertainty(column.voxel_mm)
    how = "postero-inferior against postero-superior corner, along the lower endplate"
    book.add("slip", slip, how, unsure, bones, level=level)
    book.add("slip_percent", 100.0 * slip / depth, how, 100.0 * unsure / depth, bones, level=level)


def _write_joints(book: Book, column: Column, built: Assembly, level: str) -> None:
    bones = level.split("-")
    angles = {side: built.facets.get((level, side)) for side in SIDES}
    how = "chord of the voxels that look at the joint, seen along the disc's cranial"
    for side, angle in angles.items():
        if angle is None:
            book.lack("facet_angle", "the joint's faces were not found", level=level, side=side)
        else:
            book.add("facet_angle", angle.angle_deg, how, 2.0 * angle.sd_deg, bones, level=level, side=side)
    left, right = angles[Side.LEFT], angles[Side.RIGHT]
    if left is None or right is None:
        book.lack("facet_tropism", "a joint's face was not found", level=level)
    else:
        error = 2.0 * float(np.hypot(left.sd_deg, right.sd_deg))
        book.add("facet_tropism", abs(left.angle_deg - right.angle_deg), how, error, bones, level=level)


def write_posture(book: Book, column: Column, built: Assembly) -> None:
    """Lordosis."""
    first, last = built.shapes.get("L1"), built.shapes.get("S1")
    if (
        column.axis is None
        or first is None
        or last is None
        or first.superior is None
        or last.superior is None
    ):
        book.lack("lordosis", "the endplates of L1 and S1 or the lumbar axis were not measured")
        return
    value = lordosis_deg(first.superior, last.superior, column.axis)
    how = "angle of the superior endplates of L1 and S1 in the sagittal plane of the lumbar axis"
    book.add("lordosis", value, how, 1.4 * _plane(column), ("L1", "S1"))


def write_crest(book: Book, column: Column, built: Assembly) -> None:
    """Height of the crests above the L4-L5 disc and above the L5 pedicles."""
    arch = built.arches.get("L5")
    for side in SIDES:
        found = column.crest.get(side)
        if found is None:
            book.add("crest_above_l45", None, METHOD, None, (), side=side, level="L4-L5")
            book.lack("crest_above_l5_pedicle", "the crest was not measured", side=side, level="L5")
            continue
        book.add(
            "crest_above_l45",
            found.height_mm,
            METHOD,
            found.uncertainty_mm,
            found.structures,
            side=side,
            level="L4-L5",
        )
        pedicle = None if arch is None else arch.pedicles.get(side)
        if pedicle is None or column.axis is None:
            book.lack("crest_above_l5_pedicle", "the pedicle of L5 was not found", side=side, level="L5")
            continue
        above = crest_above_pedicle(found, pedicle, column.axis, column.voxel_mm)
        how = "highest point of the hip bone above the middle of the pedicle, along the lumbar axis"
        book.add(
            "crest_above_l5_pedicle",
            above.height_mm,
            how,
            above.uncertainty_mm,
            found.structures,
            side=side,
            level="L5",
        )

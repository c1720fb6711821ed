"""The column while it is measured: bones, then directions, then bodies, then discs, then the axis.

Each step uses what the step before found. What can not be done is noted as a caution and as missing, and
the steps that need it are left out; what contradicts itself is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames, numbering
from kambin.anatomy.axis import LumbarAxis, fit_axis
from kambin.anatomy.bodies import back_direction, core, tangents
from kambin.anatomy.crest import crest_height, disc_centre_sd_mm, hip_sides
from kambin.anatomy.fields import Field, field_of
from kambin.anatomy.interspaces import space_between
from kambin.anatomy.model import Caution, CrestHeight, Interspace
from kambin.anatomy.planes import front_corner, rear_corner
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.regions import Region, region
from kambin.anatomy.settings import MIN_BONE_ML, MIN_CUT_BONE_ML
from kambin.anatomy.vertebrae import Body, fit_vertebra
from kambin.case.words import SIDES, Side

__all__ = ["HIPS", "Column", "bones_of", "measure_column"]

Floats = NDArray[np.float64]

HIPS = ("hip_left", "hip_right")
SPACE_HOW = (
    "middle of the space between the facing surfaces of the two vertebral bodies; "
    "disc labels of the map are not used"
)
# Half a vertebral body and half a disc, to guess where L5-S1 is before it is measured.
HALF_SEGMENT_MM = 18.0
NO_ARCHES = (
    "Front and back can not be told from the bones (no whole vertebra with its arch); "
    "bodies and discs were not measured."
)


@dataclass(slots=True, eq=False)
class Column:
    """What is known of the column so far.

    Attributes
    ----------
    bones : dict
        Name of `numbering.COLUMN` → region.
    hips : sequence of Region
    voxel_mm : float
        Largest voxel spacing.
    cautions, missing : list
    cranial, back : ndarray or None, shape (3,)
        Directions towards the head and the back, LPS.
    cores, bodies : dict
        Vertebra → thickest place, middle of the body; LPS mm, shape (3,).
    fits : dict
        Vertebra → `Body`, measured in its own frame.
    sacrum : Field or None
    spaces : dict
        Level → `Interspace`.
    axis : LumbarAxis or None
    crest : dict
        Side → `CrestHeight`.
    """

    bones: dict[str, Region]
    hips: Sequence[Region]
    voxel_mm: float
    cautions: list[Caution] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    cranial: Floats | None = None
    back: Floats | None = None
    cores: dict[str, Floats] = field(default_factory=dict)
    bodies: dict[str, Floats] = field(default_factory=dict)
    fits: dict[str, Body] = field(default_factory=dict)
    sacrum: Field | None = None
    spaces: dict[str, Interspace] = field(default_factory=dict)
    axis: LumbarAxis | None = None
    crest: dict[Side, CrestHeight] = field(default_factory=dict)

    def warn(self, code: str, text: str, *structures: str) -> None:
        """Note a caution."""
        self.cautions.append(Caution(code, text, structures))


def bones_of(labels: LabelMap) -> tuple[dict[str, Region], dict[str, Region]]:
    """The bones of a map, and what is too small to be one.

    Returns
    -------
    bones : dict
        Vertebrae and sacrum from the head down, then the hip bones; name → region.
    specks : dict
        The same for labels that hold a speck only; they are treated as absent.

    Raises
    ------
    ScanRefused
        No lumbar vertebra is there.
    """
    bones: dict[str, Region] = {}
    specks: dict[str, Region] = {}
    for name in (*numbering.COLUMN, *HIPS):
        found = region(labels, name if name in labels.boxes else f"vertebrae_{name}")
        if found is not None:
            least = MIN_CUT_BONE_ML if found.cut else MIN_BONE_ML
            (bones if found.main_ml >= least else specks)[name] = found
    if not any(name in bones for name in numbering.LUMBAR):
        raise ScanRefused(
            Reason.NO_LUMBAR_VERTEBRA,
            "the map holds no lumbar vertebra",
            why=f"read as {labels.convention.title}",
            now="check that the label map follows this convention",
        )
    return bones, specks


def measure_column(labels: LabelMap) -> Column:
    """Measure everything that the map allows.

    Raises
    ------
    ScanRefused
        The anatomy contradicts the labels or the frame.
    """
    bones, specks = bones_of(labels)
    hips = [bones.pop(name) for name in HIPS if name in bones]
    column = Column(bones, hips, max(labels.volume.spacing_mm))
    _note_reading(column, labels)
    if specks:
        text = f"Too small to be a bone, so treated as absent: {', '.join(specks)}."
        column.warn("speck", text, *specks)
    _orient(column, labels)
    if column.cranial is not None and column.back is not None:
        _separate_bodies(column, column.back)
        _measure_spaces(column)
        points = {name: column.bodies[name] for name in numbering.LUMBAR if name in column.bodies}
        if "L5-S1" in column.spaces:
            points["L5-S1"] = np.array(column.spaces["L5-S1"].centre_lps)
        column.axis = fit_axis(points, column.cranial, column.back, column.voxel_mm)
    _measure_crest(column)
    return column


def _millilitres(volume_ml: float) -> str:
    return f"{volume_ml:.2f} ml" if volume_ml >= 0.01 else "under 0.01 ml"


def _note_reading(column: Column, labels: LabelMap) -> None:
    if labels.how.startswith("told by anatomy"):
        column.warn("convention_from_anatomy", f"The label convention was {labels.how}.", "S1", "L6")
    if labels.unknown_values:
        values = ", ".join(str(value) for value in labels.unknown_values[:10])
        more = " and more" if len(labels.unknown_values) > 10 else ""
        text = f"Values that the convention does not know were left out: {values}{more}."
        column.warn("unknown_labels", text)
    parts = {**column.bones, **{hip.name: hip for hip in column.hips}}
    loose = {name: part for name, part in parts.items() if part.stray_voxels}
    if loose:
        amounts = ", ".join(f"{name} {_millilitres(part.stray_ml)}" for name, part in loose.items())
        column.warn("stray_voxels", f"Left out, because loose beside the structure: {amounts}.", *loose)
    cut = [name for name, bone in column.bones.items() if bone.cut and name != "T12"]
    if cut:
        text = f"Cut by the edge of the field of view, so volume and middle are incomplete: {', '.join(cut)}."
        column.warn("cut", text, *cut)
    column.missing += [name for name in numbering.LUMBAR[:5] if name not in column.bones]
    if not any(name in column.bones for name in numbering.SACRAL):
        column.missing.append("sacrum")
    column.missing += [name for name in HIPS if name not in {hip.name for hip in column.hips}]


def _orient(column: Column, labels: LabelMap) -> None:
    column.cranial = numbering.cranial_direction(column.bones)
    lowest = list(column.bones.values())[-1].main_centre_lps
    column.cautions += numbering.check_sides(labels, column.hips, lowest)
    if column.cranial is None:
        text = "A single bone does not tell which way is up; only its volume and middle were measured."
        column.warn("orientation_unchecked", text)
        return
    column.cautions += numbering.check_pieces(column.bones, column.cranial)
    column.cautions += numbering.check_numbering(column.bones, column.cranial)
    whole = {
        name: bone for name, bone in column.bones.items() if name not in numbering.SACRAL and not bone.cut
    }
    column.cores = {name: core(bone) for name, bone in whole.items()}
    if whole:
        column.back = back_direction(list(whole.values()), list(column.cores.values()), column.cranial)
    if column.back is None:
        column.warn("no_arches", NO_ARCHES)
    else:
        numbering.check_back(column.back)


def _separate_bodies(column: Column, back: Floats) -> None:
    if len(column.cores) < 2:
        return
    for name, tangent in tangents(column.cores).items():
        fit = fit_vertebra(name, field_of([column.bones[name]]), column.cores[name], tangent, back)
        if fit is None:
            text = f"The body of {name} could not be separated from its arch."
            column.warn("body_not_separated", text, name)
        else:
            column.fits[name] = fit
            column.bodies[name] = fit.centre_lps


def _measure_spaces(column: Column) -> None:
    names = [name for name in numbering.LUMBAR if name in column.bodies]
    for upper, lower in pairwise(names):
        if numbering.LUMBAR.index(lower) == numbering.LUMBAR.index(upper) + 1:
            middle = (column.bodies[upper] + column.bodies[lower]) / 2
            cranial = frames.unit(column.bodies[upper] - column.bodies[lower])
            _measure_space(column, f"{upper}-{lower}", column.fits[lower].field, (lower,), middle, cranial)
    sacral = [column.bones[name] for name in numbering.SACRAL if name in column.bones]
    column.sacrum = field_of(sacral) if sacral else None
    if column.sacrum is not None and len(names) > 1 and names[-1] in ("L5", "L6"):
        last = column.bodies[names[-1]]
        cranial = frames.unit(column.bodies[names[-2]] - last)
        middle = last - HALF_SEGMENT_MM * cranial
        below = tuple(name for name in numbering.SACRAL if name in column.bones)
        _measure_space(column, f"{names[-1]}-S1", column.sacrum, below, middle, cranial)


def _measure_space(
    column: Column, level: str, lower: Field, below: tuple[str, ...], middle: Floats, cranial: Floats
) -> None:
    upper = level.split("-")[0]
    fit = column.fits[upper]
    plates = [(fit.shape.inferior, fit.shape.frame)]
    if below[0] in column.fits:
        lower_shape = column.fits[below[0]].shape
        plates.append((lower_shape.superior, lower_shape.frame))
    corners = [rear_corner(plate, frame) for plate, frame in plates if plate is not None]
    fronts = [front_corner(plate, frame) for plate, frame in plates if plate is not None]
    space = space_between(fit.field, lower, middle, cranial, fit.shape.frame[1], corners, fronts)
    if space is None:
        column.warn("disc_not_found", f"The space of the disc {level} could not be measured.", level)
        return
    column.spaces[level] = Interspace(
        level=level,
        centre_lps=frames.as_point(space.centre_lps),
        normal_lps=frames.as_point(space.normal_lps),
        uncertainty_mm=2.0 * disc_centre_sd_mm(column.voxel_mm),
        how=SPACE_HOW,
        structures=(upper, *below),
    )


def _measure_crest(column: Column) -> None:
    disc, axis = column.spaces.get("L4-L5"), column.axis
    reasons = {side: f"there is no {side} hip bone in the map" for side in SIDES}
    if column.hips and disc is None:
        reasons = dict.fromkeys(SIDES, "the L4-L5 disc could not be measured")
    elif column.hips and axis is None:
        why = "the lumbar axis could not be measured (it needs the bodies from L3 down and the L5-S1 disc)"
        reasons = dict.fromkeys(SIDES, why)
    elif disc is not None and axis is not None and column.hips:
        for side, hip in hip_sides(column.hips, np.array(disc.centre_lps)).items():
            found = crest_height(side, hip, axis, disc)
            if isinstance(found, CrestHeight):
                column.crest[side] = found
            else:
                reasons[side] = found
    for side in SIDES:
        if side not in column.crest:
            column.missing.append(f"crest_above_l45_{side}_mm")
            text = f"The height of the {side} iliac crest is unknown: {reasons[side]}."
            column.warn("crest_not_measured", text, side)

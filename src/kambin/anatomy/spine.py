"""From a label map to the measured lumbar spine: the façade of this room.

>>> spine = read_spine("examples/scans/demo_labels.nii.gz")           # doctest: +SKIP
>>> [fact.name for fact in facts(spine)]                              # doctest: +SKIP
['crest_above_l45_left_mm', 'crest_above_l45_right_mm']
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kambin.anatomy import frames, numbering
from kambin.anatomy.column import Column, measure_column
from kambin.anatomy.crest import METHOD
from kambin.anatomy.model import Measurement, Spine, Vertebra
from kambin.anatomy.reading import LabelMap, read_label_map
from kambin.case.measured import MeasuredFact
from kambin.case.words import SIDES

__all__ = ["facts", "measure_spine", "read_spine"]

VOLUME_METHOD = (
    "voxels of the bone, counted; the uncertainty is that of counting, "
    "the segmentation's own error is not known"
)
CUT = "; incomplete, because the field of view cuts the bone"


def read_spine(path: str | Path, *, labels: str | None = None) -> Spine:
    """Read a label map and measure the lumbar spine in it.

    Parameters
    ----------
    path : str or Path
        A NIfTI label map.
    labels : str, optional
        Name of its label convention (`total`, `total_v3`); told from the file where it can be.

    Returns
    -------
    Spine

    Raises
    ------
    ScanRefused
        The file can not be read, the convention can not be told, or the anatomy contradicts frame or labels.
    """
    return measure_spine(read_label_map(path, labels))


def measure_spine(labels: LabelMap) -> Spine:
    """Measure the lumbar spine in a label map.

    Parameters
    ----------
    labels : LabelMap

    Returns
    -------
    Spine

    Raises
    ------
    ScanRefused
        The anatomy contradicts frame or labels.
    """
    column = measure_column(labels)
    vertebrae = _vertebrae(column)
    return Spine(
        convention=labels.convention.name,
        convention_how=labels.how,
        spacing_mm=labels.volume.spacing_mm,
        levels=tuple(vertebrae),
        vertebrae=vertebrae,
        interspaces=dict(column.spaces),
        lumbar_axis_lps=None if column.axis is None else frames.as_point(column.axis.cranial),
        crest={side: column.crest[side] for side in SIDES if side in column.crest},
        measurements=(*_presence(column), *_volumes(column, vertebrae), *_crest_heights(column)),
        warnings=tuple(column.cautions),
        missing=tuple(column.missing),
    )


def facts(spine: Spine) -> tuple[MeasuredFact, ...]:
    """What of the measured spine enters the case.

    Parameters
    ----------
    spine : Spine

    Returns
    -------
    tuple of MeasuredFact
        `crest_above_l45_left_mm` and `crest_above_l45_right_mm`, rounded to 0.1 mm; a side that was not
        measured is absent, never zero.
    """
    return tuple(
        MeasuredFact(
            name=f"crest_above_l45_{side}_mm",
            value=round(found.height_mm, 1),
            unit="mm",
            uncertainty=round(found.uncertainty_mm, 1),
            method=METHOD,
            structures=found.structures,
        )
        for side, found in spine.crest.items()
    )


def _vertebrae(column: Column) -> dict[str, Vertebra]:
    return {
        name: Vertebra(
            name=name,
            label_id=bone.value,
            volume_ml=bone.volume_ml,
            centre_lps=frames.as_point(bone.centre_lps()),
            body_centre_lps=frames.as_point(column.bodies[name]) if name in column.bodies else None,
            complete=not bone.cut,
        )
        for name, bone in column.bones.items()
        if name != "T12"
    }


def _presence(column: Column) -> list[Measurement]:
    names = [name for name in (*numbering.LUMBAR, *numbering.SACRAL) if name != "L6" or name in column.bones]
    return [
        Measurement("present", name in column.bones, "1", "label in the map", None, (name,), level=name)
        for name in names
    ]


def _volumes(column: Column, vertebrae: dict[str, Vertebra]) -> list[Measurement]:
    made = []
    for name, vertebra in vertebrae.items():
        bone = column.bones[name]
        # each voxel at the surface is in or out by chance: the variance of a uniform step, times their number
        counting = 2.0 * bone.volume.voxel_ml * float(np.sqrt(bone.surface_voxels() / 12.0))
        method = VOLUME_METHOD if vertebra.complete else VOLUME_METHOD + CUT
        made.append(Measurement("volume", vertebra.volume_ml, "mL", method, counting, (name,), level=name))
    return made


def _crest_heights(column: Column) -> list[Measurement]:
    made = []
    for side in SIDES:
        found = column.crest.get(side)
        made.append(
            Measurement(
                name="crest_above_l45",
                value=None if found is None else found.height_mm,
                unit="mm",
                method=METHOD,
                uncertainty=None if found is None else found.uncertainty_mm,
                structures=() if found is None else found.structures,
                side=side,
                level="L4-L5",
            )
        )
    return made

"""From a label map to the measured lumbar spine: the façade of this room.

>>> spine = read_spine("examples/scans/demo_labels.nii.gz")           # doctest: +SKIP
>>> [fact.name for fact in facts(spine)]                              # doctest: +SKIP
['crest_above_l45_left_mm', 'crest_above_l45_right_mm', 'crest_above_mid_l5_pedicle']
"""

from __future__ import annotations

from pathlib import Path

from kambin.anatomy import frames
from kambin.anatomy.assembly import Assembly, assemble
from kambin.anatomy.column import Column, measure_column
from kambin.anatomy.crest import METHOD
from kambin.anatomy.geometry import SpineModel
from kambin.anatomy.measuring import Book
from kambin.anatomy.model import Caution, Measurement, Spine, Vertebra
from kambin.anatomy.neural import Neural, find_neural
from kambin.anatomy.presence import note_presence
from kambin.anatomy.reading import LabelMap, read_label_map
from kambin.anatomy.rows import write_crest, write_discs, write_posture, write_vertebrae
from kambin.anatomy.skin import find_skin
from kambin.anatomy.volume import Volume
from kambin.case.measured import MeasuredFact
from kambin.case.words import SIDES
from kambin.errors import KambinError

__all__ = ["facts", "measure_spine", "read_spine"]


def read_spine(path: str | Path, *, labels: str | None = None, image: str | Path | None = None) -> Spine:
    """Read a label map and measure the lumbar spine in it.

    Parameters
    ----------
    path : str or Path
        A label map.
    labels : str, optional
        Name of its label convention (`conventions.known_conventions`); told from the file where it can be.
    image : str or Path, optional
        The CT or MR of the same patient in the same frame, on any grid; shows the skin where the map does
        not label it.

    Returns
    -------
    Spine

    Raises
    ------
    ScanRefused
        A file can not be read, the convention can not be told, the image lies elsewhere than the map's bones,
        or the anatomy contradicts frame or labels.
    """
    found = read_label_map(path, labels)
    if image is None:
        return measure_spine(found)
    from kambin.anatomy.reading import check_shows, read_image

    shown = read_image(image)
    check_shows(shown, found)
    return measure_spine(found, shown)


def measure_spine(label_map: LabelMap, image: Volume | None = None) -> Spine:
    """Measure the lumbar spine in a label map.

    Parameters
    ----------
    label_map : LabelMap
    image : Volume or None
        CT or MR in the same frame, on its own grid.

    Returns
    -------
    Spine

    Raises
    ------
    ScanRefused
        The anatomy contradicts frame or labels.
    """
    column = measure_column(label_map)
    built = assemble(column, label_map)
    book = Book()
    write_vertebrae(book, column, built)
    write_discs(book, column, built)
    write_posture(book, column, built)
    write_crest(book, column, built)
    skin, skin_how = find_skin(label_map, image)
    note_presence(book, column, label_map, skin_how if skin is None else None)
    vertebrae = _vertebrae(column)
    neural = _neural(column, built, label_map, image)
    return Spine(
        convention=label_map.convention.name,
        convention_how=label_map.how,
        spacing_mm=label_map.volume.spacing_mm,
        levels=tuple(vertebrae),
        vertebrae=vertebrae,
        interspaces=dict(column.spaces),
        lumbar_axis_lps=None if column.axis is None else frames.as_point(column.axis.cranial),
        crest={side: column.crest[side] for side in SIDES if side in column.crest},
        measurements=(*book.rows, *neural.measurements),
        warnings=(*column.cautions, *_not_measured(book), *neural.cautions),
        missing=tuple(dict.fromkeys((*column.missing, *book.missing, *neural.missing))),
        model=SpineModel(
            labels=label_map,
            image=image,
            shapes=built.shapes,
            parts=built.parts,
            discs={level: found.disc for level, found in built.discs.items()},
            canal=built.canal,
            sac=neural.sac,
            foramina=neural.foramina,
            roots=neural.roots,
            herniations=neural.herniations,
            skin=skin,
        ),
    )


def _neural(column: Column, built: Assembly, label_map: LabelMap, image: Volume | None) -> Neural:
    """Everything neural; where it can not be built, the bones stay and a caution says so."""
    discs = {level: found.disc for level, found in built.discs.items()}
    try:
        return find_neural(label_map, built.shapes, built.parts, discs, built.canal, image)
    except (KambinError, ArithmeticError, IndexError, ValueError) as error:
        # an odd map must not cost the patient the bones; what happened stands in the caution
        what = str(error) or type(error).__name__
        text = f"Foramina, roots, sac and herniations were not measured: {what}."
        caution = Caution("neural_not_measured", text, ("roots", "dural_sac"))
        return Neural({}, (), None, (), (), (caution,), ("roots", "dural sac", "foramina", "herniations"))


def _not_measured(book: Book) -> list[Caution]:
    """One caution for each reason, with what it kept from being measured."""
    return [
        Caution(
            "not_measured", f"Not measured, because {why}: {', '.join(what)}.", tuple(dict.fromkeys(what))
        )
        for why, what in book.reasons.items()
    ]


def facts(spine: Spine) -> tuple[MeasuredFact, ...]:
    """What of the measured spine enters the case.

    Parameters
    ----------
    spine : Spine

    Returns
    -------
    tuple of MeasuredFact
        `crest_above_l45_left_mm` and `crest_above_l45_right_mm`, rounded to 0.1 mm; a side that was not
        measured is absent, never zero. `crest_above_mid_l5_pedicle` where both sides were measured and agree
        beyond their uncertainty, absent otherwise: on a lateral film the two crests are one line.
    """
    heights = tuple(
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
    return (*heights, *_above_pedicle(spine))


def _above_pedicle(spine: Spine) -> tuple[MeasuredFact, ...]:
    rows = [item for item in spine.measurements if item.name == "crest_above_l5_pedicle"]
    sure = {_sure_side(item) for item in rows}
    if len(rows) < len(SIDES) or len(sure) != 1 or None in sure:
        return ()
    return (
        MeasuredFact(
            name="crest_above_mid_l5_pedicle",
            value=bool(sure.pop()),
            method=rows[0].method + "; both sides agree beyond their uncertainty",
            structures=tuple(dict.fromkeys(name for item in rows for name in item.structures)),
        ),
    )


def _sure_side(item: Measurement) -> bool | None:
    """Whether a height is above zero; None where it is unknown or its interval holds zero."""
    if item.value is None or item.uncertainty is None or abs(item.value) <= item.uncertainty:
        return None
    return item.value > 0


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

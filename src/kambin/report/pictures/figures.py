"""All pictures of a measured spine, or of a planned corridor, in the order in which a person reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kambin.access.model import AccessPlan, Proposal
from kambin.anatomy.model import Spine
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.volume import Volume
from kambin.case.words import SIDES
from kambin.errors import InputError
from kambin.files import write_file
from kambin.report.pictures.carm import carm_pictures
from kambin.report.pictures.corridor import corridor_pictures
from kambin.report.pictures.endoscope import endoscope_pictures
from kambin.report.pictures.picture import Media, Picture
from kambin.report.pictures.scene import Scene, scene_of
from kambin.report.pictures.slices import (
    axial_picture,
    coronal_picture,
    foramina_picture,
    sagittal_picture,
)
from kambin.report.pictures.three import Unrendered, spine_picture

__all__ = ["Gallery", "access_figures", "measure_figures", "write_figures"]

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures, and what could not be drawn.

    Attributes
    ----------
    pictures : tuple of Picture
    skipped : tuple of str
        Why a picture is missing, in sentences.
    """

    pictures: tuple[Picture, ...]
    skipped: tuple[str, ...]


def _quiet(_: str) -> None:
    return None


def measure_figures(
    spine: Spine,
    *,
    labels: LabelMap | None = None,
    image: Volume | None = None,
    media: Media = "svg",
    progress: Progress = _quiet,
    three: bool = True,
) -> Gallery:
    """Pictures by which a person can check a measured spine.

    Mid-sagittal, coronal, foramina of both sides, axial for each disc, and the spine in three dimensions.

    Parameters
    ----------
    spine : Spine
    labels : LabelMap, optional
        Needed where the spine does not hold its label map.
    image : Volume, optional
        CT or MR to draw under the labels; else the one that the spine holds.
    media : str
        ``svg`` or ``png``.
    progress : callable
        Is told what is drawn next.
    three : bool
        Whether the picture in three dimensions is wanted.

    Returns
    -------
    Gallery

    Raises
    ------
    InputError
        There is no label map.
    """
    scene = scene_of(spine, labels, image)
    progress("drawing the slices")
    made: list[Picture | None] = [sagittal_picture(scene, media), coronal_picture(scene, media)]
    made += [foramina_picture(scene, side, media) for side in SIDES]
    made += [axial_picture(scene, level, media) for level in scene.levels]
    skipped: list[str] = []
    if three:
        progress("drawing in three dimensions")
        made.append(_three(scene, media, skipped, view="behind"))
    return Gallery(tuple(item for item in made if item is not None), tuple(skipped))


def access_figures(
    spine: Spine,
    plan: AccessPlan,
    *,
    labels: LabelMap | None = None,
    image: Volume | None = None,
    media: Media = "svg",
    progress: Progress = _quiet,
    three: bool = True,
    cranial_deg: float = 0.0,
    orbital_deg: float = 0.0,
    tilt_deg: float | None = None,
    field_deg: float | None = None,
) -> Gallery:
    """Pictures of the recommended corridor of a plan.

    C-arm AP and lateral, the endoscope at each stage, slices at the target and along the corridor, and three
    dimensions from the side of the approach. A plan without a corridor has no pictures, and says so.

    Parameters
    ----------
    spine : Spine
    plan : AccessPlan
    labels, image, media, progress, three
        As in `measure_figures`.
    cranial_deg, orbital_deg : float
        Tilt of the C-arm, see `kambin.access.carm.c_arm`.
    tilt_deg, field_deg : float, optional
        View angle and field of the optic.

    Returns
    -------
    Gallery
    """
    if plan.recommended is None:
        return Gallery((), (f"No corridor is drawn, because none is recommended: {plan.why}",))
    proposal = plan.proposals[plan.recommended]
    scene = scene_of(spine, labels, image)
    optic = {"tilt_deg": tilt_deg, "field_deg": field_deg}
    given = {name: value for name, value in optic.items() if value is not None}
    progress("computing the C-arm pictures")
    made = list(carm_pictures(scene, plan, proposal, media, cranial_deg=cranial_deg, orbital_deg=orbital_deg))
    progress("computing the endoscope's view")
    made += endoscope_pictures(scene, plan, proposal, media, **given)
    progress("drawing the slices along the corridor")
    made += corridor_pictures(scene, plan, proposal, media)
    skipped: list[str] = []
    if three:
        progress("drawing in three dimensions")
        last = _three(scene, media, skipped, view="oblique", plan=plan, proposal=proposal)
        made += [] if last is None else [last]
    return Gallery(tuple(made), tuple(skipped))


def _three(
    scene: Scene,
    media: Media,
    skipped: list[str],
    *,
    view: str,
    plan: AccessPlan | None = None,
    proposal: Proposal | None = None,
) -> Picture | None:
    try:
        return spine_picture(scene, media, view=view, plan=plan, proposal=proposal)
    except Unrendered as error:
        skipped.append(f"The picture in three dimensions is left out: {error.what}; {error.why}.")
    except ImportError:
        skipped.append("The picture in three dimensions is left out: VTK can not be loaded here.")
    return None


def write_figures(gallery: Gallery, folder: Path) -> tuple[Path, ...]:
    """Write pictures into a folder, each whole or not at all.

    Parameters
    ----------
    gallery : Gallery
    folder : Path
        Made where it does not exist.

    Returns
    -------
    tuple of Path

    Raises
    ------
    InputError
        The folder can not be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(write_file(folder / picture.file_name, picture.data) for picture in gallery.pictures)
    except OSError as error:
        raise InputError(f"can not write there: {error.strerror}", where=str(folder)) from None

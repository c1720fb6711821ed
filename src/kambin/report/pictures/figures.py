"""All pictures of a measured spine, or of a planned corridor, in the order in which a person reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from kambin.access.model import AccessPlan, Proposal
from kambin.anatomy.model import Spine
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.volume import Volume
from kambin.case.words import SIDES, Side
from kambin.files import make_folder, told, write_file
from kambin.report.pictures.carm import Film, carm_pictures, film_of
from kambin.report.pictures.corridor import SLICES, corridor_picture
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

__all__ = [
    "ANATOMY",
    "Desk",
    "Gallery",
    "Job",
    "access_figures",
    "access_jobs",
    "joined",
    "measure_figures",
    "measure_jobs",
    "write_figures",
]

Progress = Callable[[str], None]

ANATOMY = "anatomy"
"""The section of the measured spine; the others are named after their approach."""


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


class Job(NamedTuple):
    """One thing to draw: the section it belongs to, what, and of what."""

    section: str
    what: str
    of: str = ""


def measure_jobs(scene: Scene, three: bool) -> tuple[Job, ...]:
    """What there is to draw of a measured spine, in the order in which a person reads it."""
    made = [Job(ANATOMY, "sagittal"), Job(ANATOMY, "coronal")]
    made += [Job(ANATOMY, "foramina", str(side)) for side in SIDES]
    made += [Job(ANATOMY, "axial", level) for level in scene.levels]
    return (*made, Job(ANATOMY, "three")) if three else tuple(made)


def access_jobs(plan: AccessPlan, three: bool) -> tuple[Job, ...]:
    """What there is to draw of the recommended corridor of a plan."""
    section = plan.approach
    if plan.recommended is None:
        return (Job(section, "nothing"),)
    made = [Job(section, "carm"), Job(section, "endoscope"), *(Job(section, "slice", cut) for cut in SLICES)]
    return (*made, Job(section, "three")) if three else tuple(made)


@dataclass
class Desk:
    """Everything that the pictures of one patient are drawn from, made once for all of them.

    Attributes
    ----------
    scene : Scene
    plans : dict
        Access plans by approach.
    media : str
    tilt : tuple of float
        Of the C-arm: cranial and orbital, degrees.
    optic : mapping
        Of the endoscope: ``tilt_deg``, ``field_deg``.
    """

    scene: Scene
    plans: dict[str, AccessPlan] = field(default_factory=dict)
    media: Media = "svg"
    tilt: tuple[float, float] = (0.0, 0.0)
    optic: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def film(self) -> Film:
        """What the C-arm exposes."""
        return film_of(self.scene)

    def draw(self, job: Job) -> Gallery:
        """Draw one job; a picture that can not be drawn is told and not raised."""
        return self._of_spine(job) if job.section == ANATOMY else self._of_corridor(job)

    def _of_spine(self, job: Job) -> Gallery:
        scene, media = self.scene, self.media
        match job.what:
            case "sagittal":
                return _gallery(sagittal_picture(scene, media))
            case "coronal":
                return _gallery(coronal_picture(scene, media))
            case "foramina":
                return _gallery(foramina_picture(scene, Side(job.of), media))
            case "axial":
                return _gallery(axial_picture(scene, job.of, media))
            case _:
                return _three(scene, media, view="behind")

    def _of_corridor(self, job: Job) -> Gallery:
        scene, media, plan = self.scene, self.media, self.plans[job.section]
        if plan.recommended is None:
            return Gallery((), (_nothing(plan),))
        proposal = plan.proposals[plan.recommended]
        match job.what:
            case "carm":
                cranial, orbital = self.tilt
                films = carm_pictures(
                    scene, plan, proposal, media, cranial_deg=cranial, orbital_deg=orbital, source=self.film
                )
                return _gallery(*films)
            case "endoscope":
                return _gallery(*endoscope_pictures(scene, plan, proposal, media, **self.optic))
            case "slice":
                return _gallery(corridor_picture(scene, plan, proposal, job.of, media))
            case _:
                return _three(scene, media, view="oblique", plan=plan, proposal=proposal)


def _gallery(*pictures: Picture | None) -> Gallery:
    return Gallery(tuple(item for item in pictures if item is not None), ())


def joined(parts: Iterable[Gallery]) -> Gallery:
    """Galleries one after the other."""
    parts = tuple(parts)
    return Gallery(
        tuple(item for part in parts for item in part.pictures),
        tuple(why for part in parts for why in part.skipped),
    )


_SAID = {
    "sagittal": "drawing the slices",
    "three": "drawing in three dimensions",
    "carm": "computing the C-arm pictures",
    "endoscope": "computing the endoscope's view",
    "slice": "drawing the slices along the corridor",
}


def _drawn(desk: Desk, jobs: Iterable[Job], progress: Progress) -> Gallery:
    parts, said = [], ""
    for job in jobs:
        step = _SAID.get(job.what, said)
        if step != said:
            progress(step)
            said = step
        parts.append(desk.draw(job))
    return joined(parts)


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
    return _drawn(Desk(scene, media=media), measure_jobs(scene, three), progress)


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
        return Gallery((), (_nothing(plan),))
    given = {"tilt_deg": tilt_deg, "field_deg": field_deg}
    optic = {name: value for name, value in given.items() if value is not None}
    scene = scene_of(spine, labels, image)
    desk = Desk(scene, {plan.approach: plan}, media, (cranial_deg, orbital_deg), optic)
    return _drawn(desk, access_jobs(plan, three), progress)


def _nothing(plan: AccessPlan) -> str:
    return f"No corridor is drawn, because none is recommended: {plan.why}"


def _three(
    scene: Scene,
    media: Media,
    *,
    view: str,
    plan: AccessPlan | None = None,
    proposal: Proposal | None = None,
) -> Gallery:
    try:
        return _gallery(spine_picture(scene, media, view=view, plan=plan, proposal=proposal))
    except Unrendered as error:
        why = f"{error.what}; {error.why}"
    except ImportError:
        why = "VTK can not be loaded here"
    return Gallery((), (f"The picture in three dimensions is left out: {why}.",))


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
    make_folder(folder)
    with told("can not write the pictures", folder):
        return tuple(write_file(folder / picture.file_name, picture.data) for picture in gallery.pictures)

"""What the C-arm will show, with the corridor drawn in: AP and lateral."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.access.carm import CArm, View, c_arm, label_volume, radiograph
from kambin.access.model import AccessPlan, Proposal
from kambin.anatomy import frames
from kambin.anatomy.geometry import Part, PartMap
from kambin.anatomy.volume import Volume
from kambin.case.words import SIDES, Side
from kambin.report.pictures.base import CT_AIR, blanked
from kambin.report.pictures.canvas import Canvas
from kambin.report.pictures.corridor import ends, hull, plan_words, ring
from kambin.report.pictures.looks import class_of, hounsfield, line
from kambin.report.pictures.picture import Media, Picture
from kambin.report.pictures.planes import edge_letters
from kambin.report.pictures.scene import Scene

__all__ = ["Film", "carm_pictures", "film", "film_of"]

Floats = NDArray[np.float64]

# Local contrast: how much of the blurred film is taken away, and the width of the blur, share of the picture
FLATTEN, BLUR = 0.65, 0.06
FAINT = 0.02  # of the densest place: less is nothing
TITLES = {"ap": "C-arm, AP", "lateral": "C-arm, lateral"}
SEEN = {
    "ap": "as the film is hung: the patient's right is on the left of the picture",
    "lateral": "the front of the body is on the left of the picture",
}
NO_PEDICLES = "No pedicle line is drawn: the pedicles or the canal were not found."
FEW_VOXELS = 8  # of a pedicle: with less its height is not known
PEDICLES: Mapping[Side, Part] = {Side.LEFT: Part.PEDICLE_LEFT, Side.RIGHT: Part.PEDICLE_RIGHT}


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """What is exposed: a volume and the value of nothing in it, and where it comes from in words."""

    volume: Volume
    air: float
    source: str


def film_of(scene: Scene) -> Film:
    """The CT where there is one, else tissue values for the labels.

    An MR can not be exposed: its values are no densities, so the labels are used.
    """
    image = scene.image
    if image is not None:
        if float(image.array.min()) < CT_AIR:
            return Film(image, -1000.0, "Made from the CT.")
        if blanked(image):
            return Film(image, 0.0, "Made from the CT, of which only the bone is given.")
    values = hounsfield()
    found = {name: class_of(name).name for name in scene.labels.voxels}
    named = {name: values[look] for name, look in found.items() if look in values}
    if "tissue" in found.values():
        # inside a body, what is not bone is soft and not air
        named = {name: named.get(name, values["tissue"]) for name in found}
    volume = label_volume(scene.labels, named)
    return Film(volume, -1000.0, "Made from the labels with usual tissue values; there is no CT.")


def film(summed: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Grey values of a radiograph, bone bright, with local contrast as on a screen.

    Parameters
    ----------
    summed : ndarray, shape (rows, columns)

    Returns
    -------
    ndarray of uint8, shape (rows, columns)
    """
    from scipy import ndimage

    density = np.sqrt(np.maximum(summed.astype(np.float64), 0.0))
    flat = density - FLATTEN * ndimage.gaussian_filter(density, BLUR * summed.shape[0])
    hit = summed > FAINT * float(summed.max())
    if not hit.any():
        return np.zeros(summed.shape, dtype=np.uint8)
    low, high = np.percentile(flat[hit], (2.0, 99.7))
    shade = np.clip((flat - low) / max(high - low, 1e-6), 0.0, 1.0)
    shade[~hit] = 0.0
    grey: NDArray[np.uint8] = (shade * 235.0).round().astype(np.uint8)
    return grey


def carm_pictures(
    scene: Scene,
    plan: AccessPlan,
    proposal: Proposal,
    media: Media = "svg",
    *,
    cranial_deg: float = 0.0,
    orbital_deg: float = 0.0,
    source: Film | None = None,
) -> tuple[Picture, ...]:
    """AP and lateral with corridor, pedicle line, entry and target.

    Parameters
    ----------
    scene : Scene
    plan : AccessPlan
    proposal : Proposal
    media : str
    cranial_deg, orbital_deg : float
        Tilt of the C-arm, see `kambin.access.carm.c_arm`. At 0 both views are true to the disc: its plane is
        seen on edge.
    source : Film, optional
        What is exposed; `film_of(scene)` without.

    Returns
    -------
    tuple of Picture
    """
    exposed = film_of(scene) if source is None else source
    found = scene.disc_lps(plan.level)
    frame = scene.frame if found is None else found[1]
    target = np.array(proposal.corridor.target_lps)
    views: tuple[View, ...] = ("ap", "lateral")
    made = []
    for view in views:
        arm = c_arm(target, frame, view, cranial_deg=cranial_deg, orbital_deg=orbital_deg)
        made.append(_picture(scene, plan, proposal, arm, exposed, media, (cranial_deg, orbital_deg)))
    return tuple(made)


def _picture(
    scene: Scene,
    plan: AccessPlan,
    proposal: Proposal,
    arm: CArm,
    exposed: Film,
    media: Media,
    tilt: tuple[float, float],
) -> Picture:
    edge = arm.pixels - 0.5
    side = f"{plan.level}, the patient's {plan.side}, {plan.approach}"
    tilted = "" if tilt == (0.0, 0.0) else f"; tilt {tilt[0]:+.0f}°, turn {tilt[1]:+.0f}°"
    canvas = Canvas(
        f"c-arm-{arm.view}",
        f"{TITLES[arm.view]}: {side}",
        (-0.5, edge, edge, -0.5),
        arm.pixel_of,
        SEEN[arm.view] + tilted,
    )
    shade = film(radiograph(exposed.volume, arm, air=exposed.air))
    canvas.raster(np.repeat(shade[..., None], 3, axis=-1), dark=True)
    canvas.letters(edge_letters(arm.right_lps, arm.down_lps))
    marks = _pedicle_lines(canvas, scene, arm) if arm.view == "ap" else _wall_line(canvas, scene)
    _corridor(canvas, proposal, arm)
    for name in scene.spine.levels:
        place = scene.body_lps(name)
        if place is not None:
            canvas.write(name, place, "right" if arm.view == "lateral" else "left")
    at = arm.pixel_of(np.array(proposal.corridor.entry_lps))
    inside = bool(((at >= 0) & (at <= arm.pixels - 1)).all())
    outside = "" if inside else "The entry lies outside of the picture."
    words = [f"Radiograph, {TITLES[arm.view]}, {SEEN[arm.view]}.", plan_words(plan, proposal), marks, outside]
    caption = " ".join(
        part
        for part in (exposed.source, "Computed, not taken: the real picture may differ.", outside)
        if part
    )
    return canvas.finish(caption, " ".join(word for word in words if word), media)


def _corridor(canvas: Canvas, proposal: Proposal, arm: CArm) -> None:
    entry, target = ends(proposal.corridor)
    rings = np.concatenate(
        [ring(end, entry - target, proposal.corridor.diameter_mm / 2) for end in (entry, target)]
    )
    canvas.path(hull(arm.pixel_of(rings)), line("shadow"), closed=True)
    canvas.line(np.stack([entry, target]), line("axis"))
    canvas.dot(target, "o", 6.0)
    canvas.dot(entry, "s", 6.0)
    canvas.write("target", target, "near", strong=True)
    canvas.write("entry", entry, "near", strong=True)


def _part_points(scene: Scene, parts: PartMap, part: Part) -> Floats:
    index = np.argwhere(parts.codes == part) + np.array([item.start for item in parts.box])
    return frames.apply(scene.labels.volume.lps_from_voxel, index)


def _pedicle_lines(canvas: Canvas, scene: Scene, arm: CArm) -> str:
    """The lines along the inner edges of the pedicles of each side.

    The edges are where the canal ends at the height of each vertebra's pedicles.
    """
    model = scene.model
    if model is None or model.canal is None or not model.parts:
        return NO_PEDICLES
    line_lps, widths = model.canal.points_lps, model.canal.width_mm
    drawn = []
    for side in SIDES:
        sign = 1.0 if side is Side.LEFT else -1.0
        edges = []
        for parts in model.parts.values():
            points = _part_points(scene, parts, PEDICLES[side])
            if len(points) < FEW_VOXELS:
                continue
            nearest = int(np.argmin(np.linalg.norm(line_lps - points.mean(axis=0), axis=1)))
            across = sign * widths[nearest] / 2 * model.canal.frames[nearest][0]
            edges.append(line_lps[nearest] + across)
        if len(edges) > 1:
            order = np.argsort([-float(edge @ scene.axis) for edge in edges])
            canvas.line(np.array(edges)[order], line("pedicle"))
            drawn.append(str(side))
    if not drawn:
        return NO_PEDICLES
    return f"Lines join the inner edges of the pedicles on the patient's {' and '.join(drawn)}."


def _wall_line(canvas: Canvas, scene: Scene) -> str:
    """The line along the back walls of the bodies, which a lateral picture is read by."""
    if scene.model is None:
        return ""
    drawn = False
    for shape in scene.model.shapes.values():
        if shape.superior is None or shape.inferior is None:
            continue
        corners = [
            plate.centre_lps + plate.depth_mm / 2 * shape.frame[1]
            for plate in (shape.superior, shape.inferior)
        ]
        canvas.line(np.array(corners), line("wall"))
        drawn = True
    return "Lines mark the back walls of the bodies." if drawn else ""

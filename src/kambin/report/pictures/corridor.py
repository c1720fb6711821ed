"""The working corridor in slices: the cannula true to its diameter, its axis, entry and target."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kambin.access.model import AccessPlan, Corridor, Proposal
from kambin.report.pictures import landmarks
from kambin.report.pictures.base import ground
from kambin.report.pictures.canvas import Canvas
from kambin.report.pictures.looks import line
from kambin.report.pictures.picture import Media, Picture
from kambin.report.pictures.planes import Plane
from kambin.report.pictures.scene import Scene
from kambin.report.pictures.slices import (
    DERIVED,
    FROM_FEET,
    FROM_FRONT,
    FROM_LEFT,
    canvas_of,
    listed,
    plane_about,
)
from kambin.report.pictures.tubes import cylinder_field

__all__ = ["SLICES", "corridor_picture", "draw_corridor", "ends", "hull", "plan_words", "ring"]

Floats = NDArray[np.float64]

# pictures show this much beyond the corridor's ends and about its target, mm
MARGIN_MM = 28.0
WIDTH_MM, HEIGHT_MM = 190.0, 140.0

SLICES = ("axial", "sagittal", "coronal", "along-upright", "along-flat")
"""Names of the slices: three at the target and two that hold the axis."""


def ends(corridor: Corridor) -> tuple[Floats, Floats]:
    """Entry and target, LPS mm."""
    return np.array(corridor.entry_lps), np.array(corridor.target_lps)


def ring(centre: Floats, axis: Floats, radius: float, count: int = 48) -> Floats:
    """Points of a circle across an axis, shape (count, 3)."""
    unit = axis / np.linalg.norm(axis)
    helper = np.eye(3)[int(np.argmin(np.abs(unit)))]
    one = np.cross(unit, helper)
    one = one / np.linalg.norm(one)
    other = np.cross(unit, one)
    turn = np.arange(count) * 2.0 * np.pi / count
    points: Floats = centre + radius * (np.cos(turn)[:, None] * one + np.sin(turn)[:, None] * other)
    return points


def hull(places: Floats) -> Floats:
    """The convex outline of points of the plane, shape (n, 2).

    A cylinder is the convex hull of its two ends, and a projection keeps convex hulls, so the hull of the
    projected ends is its exact shadow, in a parallel projection and from a point alike.
    """
    from scipy.spatial import ConvexHull

    flat = np.round(np.asarray(places, dtype=np.float64)[:, :2], 6)
    outline: Floats = flat[ConvexHull(flat).vertices]
    return outline


def draw_corridor(canvas: Canvas, plane: Plane, corridor: Corridor, *, projected: bool) -> None:
    """Section of the cannula with a plane; with `projected` also its shadow on the plane."""
    entry, target = ends(corridor)
    radius = corridor.diameter_mm / 2
    if projected:
        rings = np.concatenate([ring(end, entry - target, radius) for end in (entry, target)])
        canvas.path(hull(plane.place(rings)), line("projected"), closed=True)
    field = cylinder_field(plane.points_lps(), entry, target, radius)
    canvas.level(field, line("cannula"), axes_mm=plane.axes_mm())
    canvas.line(np.stack([entry, target]), line("axis"))
    canvas.dot(target, "o", 5.0)
    canvas.dot(entry, "s", 5.0)
    canvas.write("target", target, "near", strong=True)
    canvas.write("entry", entry, "near", strong=True)


def plan_words(plan: AccessPlan, proposal: Proposal) -> str:
    """The corridor in a sentence."""
    angles = proposal.angles
    return (
        f"Corridor to {plan.level} on the patient's {plan.side}, {plan.approach}, cannula "
        f"{proposal.corridor.diameter_mm:g} mm, {proposal.corridor.depth_mm:.0f} mm deep, entry "
        f"{proposal.entry.from_midline_mm:.0f} mm from the midline, {angles.axial_deg:.0f}° axial, "
        f"{angles.coronal_deg:+.0f}° coronal, {angles.sagittal_deg:+.0f}° sagittal."
    )


def corridor_planes(scene: Scene, plan: AccessPlan, proposal: Proposal) -> dict[str, tuple[str, str, Plane]]:
    """Title, view and plane of each slice, by its name."""
    entry, target = ends(proposal.corridor)
    found = scene.disc_lps(plan.level)
    left, back, head = scene.frame if found is None else found[1]
    length = float(np.linalg.norm(entry - target))
    outward = (entry - target) / length
    middle = target + 0.42 * (entry - target)
    level = middle - head * float((middle - target) @ head)
    sideways = left if float(outward @ left) > 0 else -left
    along, turned = _along(outward, left, back, head)
    wide = max(WIDTH_MM, length + 2 * MARGIN_MM)
    on_axis = "the plane holds the axis of the corridor"
    return {
        "axial": ("Axial through the target", FROM_FEET, _at(level, left, back, wide)),
        "sagittal": ("Sagittal through the target", FROM_LEFT, _at(target + 22 * back, back, -head)),
        "coronal": ("Coronal through the target", FROM_FRONT, _at(target + 25 * sideways, left, -head)),
        "along-upright": ("Along the corridor, upright", on_axis, _at(middle, along, -head, wide)),
        "along-flat": ("Along the corridor, flat", on_axis, _at(middle, along, turned, wide)),
    }


def _at(centre: Floats, right: Floats, down: Floats, width_mm: float = WIDTH_MM - 20) -> Plane:
    return plane_about(centre, right, down, width_mm, HEIGHT_MM)


def _along(outward: Floats, left: Floats, back: Floats, head: Floats) -> tuple[Floats, Floats]:
    """Right of the pictures along the axis, and down of the flat one.

    The sides of the body, or its front and back, lie as they do in the other pictures.
    """
    across = float(outward @ left) + 0.5 * float(outward @ back)
    along = outward if across > 0 else -outward
    turned = back - along * float(back @ along)
    if np.linalg.norm(turned) < 0.5:
        turned = left - along * float(left @ along)
    return along, turned


def corridor_picture(
    scene: Scene, plan: AccessPlan, proposal: Proposal, name: str, media: Media = "svg"
) -> Picture:
    """One slice with the corridor.

    Parameters
    ----------
    scene : Scene
    plan : AccessPlan
    proposal : Proposal
        One of the plan's.
    name : str
        Of `SLICES`.
    media : str

    Returns
    -------
    Picture
    """
    title, seen, plane = corridor_planes(scene, plan, proposal)[name]
    side = f"{plan.level}, the patient's {plan.side}, {plan.approach}"
    canvas = canvas_of(f"corridor-{name}", f"{title}: {side}", seen, plane, 50)
    cut = ground(canvas, scene, plane)
    roots: list[str] = []
    sac = ""
    if scene.model is not None:
        roots = landmarks.draw_roots(canvas, scene.model, plane)
        sac = landmarks.draw_sac(canvas, scene.model, plane)
        if name == "sagittal":
            found = scene.model.foramina.get((plan.level, plan.side))
            if found is not None:
                landmarks.draw_foramen(canvas, found, plane)
    draw_corridor(canvas, plane, proposal.corridor, projected=not name.startswith("along"))
    words = [
        f"{title}, {seen}.",
        plan_words(plan, proposal),
        f"Nerve roots cut: {'; '.join(roots)}." if roots else "No nerve root is cut.",
        f"The dural sac is {sac}." if sac else "No dural sac is drawn.",
        f"Cut are: {listed(cut)}." if cut else "",
    ]
    derived = sac == "derived" or any(root.endswith("derived") for root in roots)
    note = f"The cannula is drawn with its diameter of {proposal.corridor.diameter_mm:g} mm."
    return canvas.finish(
        f"{note} {DERIVED}" if derived else note, " ".join(word for word in words if word), media
    )

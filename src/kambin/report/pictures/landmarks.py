"""Landmarks of the measured spine in a plane: endplates, discs, canal, sac, roots, foramina, crests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.geometry import Endplate, Foramen, KambinTriangle, Root, SpineModel
from kambin.case.words import SIDES
from kambin.report.pictures.canvas import Canvas
from kambin.report.pictures.looks import line
from kambin.report.pictures.planes import Plane
from kambin.report.pictures.scene import Scene
from kambin.report.pictures.tubes import ellipse_field, tube_field

__all__ = [
    "draw_canal",
    "draw_crests",
    "draw_discs",
    "draw_endplates",
    "draw_foramen",
    "draw_root_courses",
    "draw_roots",
    "draw_sac",
    "draw_triangle",
    "name_bodies",
    "root_name",
    "roots_in_words",
]

Floats = NDArray[np.float64]

# half the length of the mark of a disc whose extent is not known, mm: half depth and width of a usual one
DISC_MARK_MM = (19.0, 25.0)
# roots are followed in a coronal or sagittal picture this far in front of and behind its plane
SLAB_MM = 18.0
# a triangle is drawn where its plane lies within 45 degrees of the picture's
FACE_ON = 0.7
# from the end of a root's course to the middle of its name, share of the picture's width
NAME_BESIDE = 0.045
NAME_APART = 0.036  # two names one above the other, share of the picture's height


def _cut(plane: Plane, centre: Floats, frame: Floats, half: tuple[float, float]) -> Floats | None:
    """Where a rectangle (along rows 0 and 1 of its frame) meets a plane: two points of the picture."""
    corners = plane.place(
        np.array(
            [
                centre + a * half[0] * frame[0] + b * half[1] * frame[1]
                for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
            ]
        )
    )
    found = []
    for one, other in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if (one[2] > 0) != (other[2] > 0):
            share = one[2] / (one[2] - other[2])
            found.append(one + share * (other - one))
    return np.array(found)[:, :2] if len(found) == 2 else None


def draw_endplates(canvas: Canvas, model: SpineModel, plane: Plane, only: tuple[str, ...] = ()) -> None:
    """The planes of the endplates, as far as the endplates reach."""
    for name, shape in model.shapes.items():
        if only and name not in only:
            continue
        for plate in (shape.superior, shape.inferior):
            places = None if plate is None else _plate_cut(plane, plate, shape.frame)
            if places is not None:
                canvas.path(places, line("endplate"))


def _plate_cut(plane: Plane, plate: Endplate, frame: Floats) -> Floats | None:
    left = frame[0] - plate.normal_lps * float(frame[0] @ plate.normal_lps)
    left = left / np.linalg.norm(left)
    back = np.cross(plate.normal_lps, left)
    return _cut(
        plane,
        plate.centre_lps,
        np.stack([left, back, plate.normal_lps]),
        (plate.width_mm / 2, plate.depth_mm / 2),
    )


def draw_discs(canvas: Canvas, scene: Scene, plane: Plane, edge: str) -> None:
    """The middle planes of the discs, each named at an edge of the picture."""
    for level in scene.levels:
        found = scene.disc_lps(level)
        if found is None:
            continue
        centre, frame = found
        model = scene.model
        half_back, half_left = DISC_MARK_MM
        if model is not None and level in model.discs:
            half_back, half_left = model.discs[level].depth_mm / 2, model.discs[level].width_mm / 2
        places = _cut(plane, centre, frame, (half_left + 3.0, half_back + 3.0))
        if places is None:
            continue
        canvas.path(places, line("disc_plane"))
        side = int(np.argmin(places[:, 0]) if edge == "left" else np.argmax(places[:, 0]))
        canvas.write_at(level, float(places[side, 0]), float(places[side, 1]), edge)


def draw_canal(canvas: Canvas, model: SpineModel, plane: Plane, half_mm: float = 15.0) -> None:
    """The line of the canal, where it runs within a distance of the plane."""
    if model.canal is None:
        return
    places = plane.place(model.canal.points_lps)
    for run in _runs(np.abs(places[:, 2]) <= half_mm):
        canvas.path(places[run], line("canal_line"))


def _runs(kept: NDArray[np.bool_]) -> Iterator[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], kept.astype(np.int8), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(first), int(last))


def draw_sac(canvas: Canvas, model: SpineModel, plane: Plane) -> str:
    """The border of the dural sac; returns how it is known, or nothing where it is not cut."""
    sac = model.sac
    if sac is None or (sac.how == "given" and sac.region is not None):
        return "" if sac is None else sac.how
    field = ellipse_field(plane, sac.points_lps, sac.frames, sac.half_width_mm, sac.half_depth_mm)
    look = line("sac_derived" if sac.how == "derived" else "sac_given")
    return sac.how if canvas.level(field, look, axes_mm=plane.axes_mm()) else ""


def root_name(root: Root) -> str:
    """For example ``L4 root, left, derived``."""
    how = ", derived" if root.how == "derived" else ""
    return f"{root.name} root, {root.side}{how}"


def roots_in_words(names: Sequence[str]) -> str:
    """Many roots in few words: ``L4, L5, both sides, derived; S1, left``."""
    sides: dict[tuple[str, str], list[str]] = {}
    for text in names:
        root, side, *how = text.replace(" root", "").split(", ")
        sides.setdefault((root, ", ".join(how)), []).append(side)
    grouped: dict[tuple[str, str], list[str]] = {}
    for (root, known), found in sides.items():
        where = "both sides" if len(found) > 1 else found[0]
        grouped.setdefault((where, known), []).append(root)
    return "; ".join(
        ", ".join(part for part in (", ".join(roots), where, known) if part)
        for (where, known), roots in grouped.items()
    )


def draw_roots(canvas: Canvas, model: SpineModel, plane: Plane) -> list[str]:
    """Sections of the roots, and where each lies in 95 of 100; returns the names of those that are cut."""
    named = []
    for root in model.roots:
        look = line("root_derived" if root.how == "derived" else "root_given")
        field = tube_field(plane, root.points_lps, root.radius_mm)
        if not canvas.level(field, look, axes_mm=plane.axes_mm()):
            continue
        if root.how == "derived":
            spread = tube_field(plane, root.points_lps, root.radius_mm, root.covariance_mm2)
            canvas.level(spread, line("root_range"), axes_mm=plane.axes_mm())
        row, column = np.unravel_index(int(field.argmin()), field.shape)
        x, y = plane.axes_mm()
        canvas.write_at(f"{root.name} root", float(x[column]), float(y[row]), "near")
        named.append(root_name(root))
    return named


def draw_root_courses(canvas: Canvas, model: SpineModel, plane: Plane, half_mm: float = SLAB_MM) -> list[str]:
    """Courses of the roots projected onto a plane, within a distance of it; returns their names."""
    named, ends = [], []
    for root in model.roots:
        places = plane.place(root.points_lps)
        runs = [run for run in _runs(np.abs(places[:, 2]) <= half_mm) if run.stop - run.start > 1]
        for run in runs:
            canvas.path(places[run], line("root_derived" if root.how == "derived" else "root_given"))
        if runs:
            end = places[runs[-1]][-1]
            ends.append((f"{root.name} root", float(end[0]), float(end[1])))
            named.append(root_name(root))
    _name_ends(canvas, plane, ends)
    return named


def _name_ends(canvas: Canvas, plane: Plane, ends: Sequence[tuple[str, float, float]]) -> None:
    """Names just outside of where courses end; one that would cover the name above it is moved down."""
    for sign in (-1.0, 1.0):
        lowest = -np.inf
        for text, x, y in sorted((item for item in ends if item[1] * sign > 0), key=lambda item: item[2]):
            y = max(y, lowest + NAME_APART * plane.height_mm)
            canvas.write_at(text, x + sign * NAME_BESIDE * plane.width_mm, y)
            lowest = y


def draw_foramen(canvas: Canvas, foramen: Foramen, plane: Plane) -> None:
    """Border of a foramen, and its Kambin triangle where the plane shows it from the front."""
    canvas.line(foramen.contour_lps, line("foramen"), closed=True)
    draw_triangle(canvas, foramen.triangle, plane)


def draw_triangle(canvas: Canvas, triangle: KambinTriangle | None, plane: Plane) -> bool:
    """A Kambin triangle and the largest circle in it; not where it would be seen on edge."""
    if triangle is None:
        return False
    across = np.cross(
        triangle.corners_lps[1] - triangle.corners_lps[0], triangle.corners_lps[2] - triangle.corners_lps[0]
    )
    if abs(float(across @ plane.away_lps)) < FACE_ON * float(np.linalg.norm(across)):
        return False
    canvas.line(triangle.corners_lps, line("triangle"), closed=True)
    turn = np.linspace(0.0, 2.0 * np.pi, 73)
    one = triangle.corners_lps[1] - triangle.corners_lps[0]
    one = one / np.linalg.norm(one)
    normal = np.cross(one, triangle.corners_lps[2] - triangle.corners_lps[0])
    other = np.cross(normal / np.linalg.norm(normal), one)
    ring = triangle.circle_centre_lps + triangle.circle_radius_mm * (
        np.cos(turn)[:, None] * one + np.sin(turn)[:, None] * other
    )
    canvas.line(ring, line("circle"))
    return True


def draw_crests(canvas: Canvas, scene: Scene) -> list[str]:
    """Height of each crest: a line across the lumbar axis at its top and the distance to the L4-L5 disc.

    Returns the heights in words, the side being the patient's.
    """
    said = []
    disc = scene.disc_lps("L4-L5")
    for side in SIDES:
        crest = scene.spine.crest.get(side)
        if crest is None or disc is None:
            continue
        top = np.array(crest.top_lps)
        # the line runs to the middle, where its distance from the disc is read
        foot = disc[0] + scene.axis * crest.height_mm
        canvas.line(np.stack([top, foot]), line("crest"))
        canvas.dot(top, "^", 6.0)
        text = f"{side} crest {crest.height_mm:+.0f} ± {crest.uncertainty_mm:.0f} mm"
        x, y = canvas.project(top[None])[0][:2]
        left, right, bottom, upper = canvas.extent
        reach = 0.16 * (right - left)  # half of the text, so that it stays inside
        x = min(max(float(x), left + reach), right - reach)
        canvas.write_at(text, x, float(y) - 0.03 * (bottom - upper), strong=True)
        where = "above" if crest.height_mm >= 0 else "below"
        said.append(f"the patient's {side} crest {abs(crest.height_mm):.0f} mm {where} the L4-L5 disc")
    return said


def name_bodies(canvas: Canvas, scene: Scene, plane: Plane, within_mm: float = 16.0) -> None:
    """Names on the vertebral bodies that the plane cuts."""
    for name in scene.spine.levels:
        place = scene.body_lps(name)
        if place is not None and abs(float(plane.place(place)[2])) <= within_mm:
            canvas.write(name, place, strong=True)

"""Slices of the measured spine that a person can check: mid-sagittal, axial, coronal, foramina."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.geometry import SpineModel
from kambin.case.words import Side
from kambin.report.pictures import landmarks
from kambin.report.pictures.base import ground
from kambin.report.pictures.canvas import Canvas
from kambin.report.pictures.looks import line
from kambin.report.pictures.picture import Media, Picture
from kambin.report.pictures.planes import Plane, edge_letters
from kambin.report.pictures.scene import Scene

__all__ = [
    "axial_picture",
    "axial_plane",
    "canvas_of",
    "coronal_picture",
    "coronal_plane",
    "foramina_picture",
    "listed",
    "sagittal_picture",
    "sagittal_plane",
]

Floats = NDArray[np.float64]

RASTER = 760  # pixels across
AXIAL_MM, AXIAL_BACK_MM = (150.0, 112.0), 18.0
SAGITTAL_MARGIN_MM, SAGITTAL_WIDTH_MM, SAGITTAL_BACK_MM = 34.0, 165.0, 18.0
CORONAL_WIDTH_MM, CORONAL_MARGIN_MM = 260.0, 48.0
FROM_FEET = "seen from the feet; the patient's right is on the left of the picture"
FROM_FRONT = "seen from the front; the patient's right is on the left of the picture"
FROM_LEFT = "seen from the patient's left; the front of the body is on the left of the picture"
DERIVED = "What is drawn dashed was derived from bone and not seen."
SHOWN_NAMES = 8
OUTLINE_PAD_MM = 40.0  # so that an outline does not end at the frame


def listed(items: Sequence[str], most: int = SHOWN_NAMES) -> str:
    """Words in a row, the rest counted."""
    shown = ", ".join(items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"


def canvas_of(name: str, title: str, subtitle: str, plane: Plane, scale_mm: int) -> Canvas:
    """Canvas of a plane, with letters and scale."""
    canvas = Canvas(name, title, plane.extent, plane.place, subtitle)
    canvas.letters(edge_letters(plane.right_lps, plane.down_lps))
    canvas.scale(scale_mm)
    return canvas


def plane_about(centre: Floats, right: Floats, down: Floats, width_mm: float, height_mm: float) -> Plane:
    """A plane with a raster of the usual width; `down` is made perpendicular to `right`."""
    across = right / np.linalg.norm(right)
    along = down - across * float(down @ across)
    return Plane(centre, across, along / np.linalg.norm(along), width_mm, height_mm, width_mm / RASTER)


def axial_plane(scene: Scene, level: str) -> Plane | None:
    """The disc's own plane, seen from the feet; None where the disc was not found."""
    found = scene.disc_lps(level)
    if found is None:
        return None
    centre, frame = found
    return plane_about(centre + AXIAL_BACK_MM * frame[1], frame[0], frame[1], *AXIAL_MM)


def _column_reach(scene: Scene) -> tuple[Floats, float]:
    """Middle of the column along the axis, and half its length."""
    heights = scene.column_lps @ scene.axis
    middle = scene.column_lps.mean(axis=0)
    middle = middle + scene.axis * float((heights.max() + heights.min()) / 2 - middle @ scene.axis)
    return middle, float(heights.max() - heights.min()) / 2


def sagittal_plane(scene: Scene, beside_mm: float = 0.0) -> Plane:
    """Through the middle of the column, or so many mm towards the patient's left, seen from the left."""
    middle, half = _column_reach(scene)
    centre = middle + SAGITTAL_BACK_MM * scene.frame[1] + beside_mm * scene.frame[0]
    return plane_about(
        centre, scene.frame[1], -scene.frame[2], SAGITTAL_WIDTH_MM, 2 * (half + SAGITTAL_MARGIN_MM)
    )


def coronal_plane(scene: Scene) -> Plane:
    """Through the middles of the bodies and discs as well as a plane can, seen from the front."""
    middle, half = _column_reach(scene)
    return plane_about(
        middle, scene.frame[0], -scene.frame[2], CORONAL_WIDTH_MM, 2 * (half + CORONAL_MARGIN_MM)
    )


def _known(scene: Scene) -> str:
    """What a caption says of the ground."""
    if scene.image is None:
        return "Colours and patterns are the labels of the map; there is no image under them."
    return "Image with the labels of the map over it."


def axial_picture(scene: Scene, level: str, media: Media = "svg") -> Picture | None:
    """The plane of a disc with canal, sac, roots and foramina.

    Parameters
    ----------
    scene : Scene
    level : str
    media : str

    Returns
    -------
    Picture or None
        None where the disc was not found.
    """
    plane = axial_plane(scene, level)
    disc = scene.disc_lps(level)
    if plane is None or disc is None:
        return None
    canvas = canvas_of(f"axial-{level}", f"Axial through disc {level}", FROM_FEET, plane, 20)
    cut = ground(canvas, scene, plane)
    roots, sac = _nerves(canvas, scene.model, plane)
    canvas.dot(disc[0], "+", 9.0)
    words = [f"Axial slice in the plane of the disc {level}, {FROM_FEET}."]
    words.append(f"Cut are: {listed(cut)}." if cut else "No structure of the map is cut.")
    words += _nerve_words(roots, sac)
    words.append("A cross marks the middle of the disc.")
    return canvas.finish(_caption(scene, roots, sac), " ".join(words), media)


def _nerves(canvas: Canvas, model: SpineModel | None, plane: Plane) -> tuple[list[str], str]:
    if model is None:
        return [], ""
    return landmarks.draw_roots(canvas, model, plane), landmarks.draw_sac(canvas, model, plane)


def _nerve_words(roots: Sequence[str], sac: str) -> list[str]:
    words = [f"The dural sac is {sac}." if sac else "No dural sac is drawn."]
    words.append(f"Nerve roots: {'; '.join(roots)}." if roots else "No nerve root is drawn.")
    return words


def _caption(scene: Scene, roots: Sequence[str], sac: str) -> str:
    derived = sac == "derived" or any(root.endswith("derived") for root in roots)
    parts = [_known(scene), DERIVED if derived else ""]
    return " ".join(part for part in parts if part)


def sagittal_picture(scene: Scene, media: Media = "svg") -> Picture:
    """The mid-sagittal slice with endplates, planes of the discs, line of the canal and sac."""
    plane = sagittal_plane(scene)
    canvas = canvas_of("mid-sagittal", "Mid-sagittal", FROM_LEFT, plane, 50)
    cut = ground(canvas, scene, plane)
    sac = ""
    if scene.model is not None:
        landmarks.draw_endplates(canvas, scene.model, plane)
        sac = landmarks.draw_sac(canvas, scene.model, plane)
        landmarks.draw_canal(canvas, scene.model, plane)
    landmarks.draw_discs(canvas, scene, plane, "left")
    landmarks.name_bodies(canvas, scene, plane)
    words = [
        f"Mid-sagittal slice, {FROM_LEFT}.",
        f"Named from the head down: {', '.join(scene.spine.levels)}.",
        f"Planes of the discs {', '.join(scene.levels)} are drawn." if scene.levels else "No disc was found.",
    ]
    if scene.model is not None:
        words.append("Lines mark the endplates and the canal." + (f" The dural sac is {sac}." if sac else ""))
    words.append(f"Cut are: {listed(cut)}." if cut else "")
    return canvas.finish(_caption(scene, (), sac), " ".join(word for word in words if word), media)


def coronal_picture(scene: Scene, media: Media = "svg") -> Picture:
    """The coronal slice with crests and roots."""
    plane = coronal_plane(scene)
    canvas = canvas_of("coronal", "Coronal through the bodies", FROM_FRONT, plane, 50)
    cut = ground(canvas, scene, plane)
    _hip_outlines(canvas, scene, plane)
    landmarks.draw_discs(canvas, scene, plane, "right")
    roots = [] if scene.model is None else landmarks.draw_root_courses(canvas, scene.model, plane, 40.0)
    triangles = _triangles(canvas, scene, plane)
    crests = landmarks.draw_crests(canvas, scene)
    landmarks.name_bodies(canvas, scene, plane)
    words = [
        f"Coronal slice through the vertebral bodies, {FROM_FRONT}.",
        f"Measured: {'; '.join(crests)}." if crests else "The height of the iliac crests is not known.",
        f"Courses of nerve roots: {landmarks.roots_in_words(roots)}." if roots else "No nerve root is drawn.",
        f"Kambin triangles with their largest circle: {'; '.join(triangles)}." if triangles else "",
        f"Cut are: {listed(cut)}." if cut else "",
    ]
    note = "The crests lie behind the plane and are projected onto it. " if crests else ""
    return canvas.finish(note + _caption(scene, roots, ""), " ".join(word for word in words if word), media)


def _triangles(canvas: Canvas, scene: Scene, plane: Plane) -> list[str]:
    """Kambin triangles that face this plane, with the diameter of their circles in words."""
    if scene.model is None:
        return []
    return [
        f"{item.level}, the patient's {item.side}, {2 * item.triangle.circle_radius_mm:.1f} mm"
        for item in scene.model.foramina.values()
        if item.triangle is not None and landmarks.draw_triangle(canvas, item.triangle, plane)
    ]


def _hip_outlines(canvas: Canvas, scene: Scene, plane: Plane) -> None:
    """Outlines of the hip bones as they project onto the plane, from their voxels."""
    from scipy import ndimage

    from kambin.anatomy import frames

    step = 2.0 * max(scene.labels.volume.spacing_mm)
    left, right, bottom, top = np.array(plane.extent) + OUTLINE_PAD_MM * np.array([-1, 1, 1, -1])
    size = (int((bottom - top) / step) + 1, int((right - left) / step) + 1)
    for name in ("hip_left", "hip_right"):
        if name not in scene.labels.boxes:
            continue
        box = scene.labels.boxes[name]
        index = np.argwhere(scene.labels.volume.array[box] == scene.labels.value_of(name))
        index = index + np.array([part.start for part in box])
        places = plane.place(frames.apply(scene.labels.volume.lps_from_voxel, index))
        row, column = ((places[:, 1] - top) / step).astype(int), ((places[:, 0] - left) / step).astype(int)
        inside = (row >= 0) & (row < size[0]) & (column >= 0) & (column < size[1])
        shadow = np.zeros(size)
        shadow[row[inside], column[inside]] = 1.0
        smooth = ndimage.gaussian_filter(ndimage.binary_closing(shadow > 0, iterations=2).astype(float), 1.0)
        axes = (left + (np.arange(size[1]) + 0.5) * step, top + (np.arange(size[0]) + 0.5) * step)
        canvas.level(0.5 - smooth, line("hip_outline"), axes_mm=axes)


def foramina_picture(scene: Scene, side: Side, media: Media = "svg") -> Picture | None:
    """The parasagittal slice through the foramina of one side, each with border, triangle and circle.

    Returns
    -------
    Picture or None
        None where no foramen of that side was measured.
    """
    model = scene.model
    found = [] if model is None else [item for item in model.foramina.values() if item.side is side]
    if model is None or not found:
        return None
    beside = float(
        np.mean([(item.centre_lps - sagittal_plane(scene).centre_lps) @ scene.frame[0] for item in found])
    )
    plane = sagittal_plane(scene, beside)
    title = f"Foramina of the patient's {side}"
    canvas = canvas_of(
        f"foramina-{side}", title, f"{abs(beside):.0f} mm beside the middle; {FROM_LEFT}", plane, 50
    )
    cut = ground(canvas, scene, plane)
    said = []
    for item in found:
        landmarks.draw_foramen(canvas, item, plane)
        triangle = item.triangle
        circle = "" if triangle is None else f", circle {2 * triangle.circle_radius_mm:.1f} mm"
        canvas.write(f"{item.level}{circle}", item.centre_lps, "right")
        said.append(f"{item.level} {item.height_mm:.0f} mm high and {item.width_mm:.0f} mm wide{circle}")
    roots = [name for name in landmarks.draw_roots(canvas, model, plane) if str(side) in name]
    words = [
        f"Sagittal slice through the foramina of the patient's {side}, {FROM_LEFT}.",
        f"Foramina: {'; '.join(said)}.",
        f"Nerve roots cut: {'; '.join(roots)}." if roots else "",
        f"Cut are: {listed(cut)}." if cut else "",
    ]
    note = "Foramina and triangles lie in planes of their own and are projected onto this one. "
    return canvas.finish(note + _caption(scene, roots, ""), " ".join(word for word in words if word), media)

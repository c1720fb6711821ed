"""The spine in three dimensions, with the corridor where there is one.

Surfaces come from the labels (`vtkSurfaceNets3D`, which smooths without moving a surface out of its voxels)
and from the exact tubes of derived nerves. The view is a parallel projection, so that the plane of the
picture carries letters and scale as a slice does. It is drawn off-screen; where a machine can not do that,
`Unrendered` says so and nothing else is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.access.model import AccessPlan, Proposal
from kambin.errors import KambinError
from kambin.report.pictures.canvas import Canvas
from kambin.report.pictures.corridor import ends, plan_words
from kambin.report.pictures.landmarks import root_name, roots_in_words
from kambin.report.pictures.looks import Look, class_of, part
from kambin.report.pictures.picture import Media, Picture
from kambin.report.pictures.planes import Plane, edge_letters
from kambin.report.pictures.scene import Scene, drawn_as_tubes

__all__ = ["Unrendered", "spine_picture"]

Floats = NDArray[np.float64]

# classes that are drawn; the rest would hide them
SHOWN = ("herniation", "root", "sac", "canal", "disc", "sacrum", "vertebra", "hip")
WIDTH_MM, MARGIN_MM, PIXELS = 250.0, 44.0, 900
TURN_DEG, LIFT_DEG = 35.0, 12.0  # of the oblique view: to the side, and from above
SEE_THROUGH = 0.35  # opacity of hip bones in front of the spine
VIEWS = {
    "behind": "seen from behind; the patient's left is on the left of the picture",
    "oblique": "seen from behind and from the side, somewhat from above",
}


class Unrendered(KambinError):
    """Raised where a machine can not draw in three dimensions without a screen."""


def _view(scene: Scene, name: str, side: str) -> Plane:
    """Plane of the picture: what is right and down in it."""
    left, back, head = scene.frame
    right, down, away = -left, -head, -back
    # from behind: right × down = away holds with right = the patient's right
    if name == "oblique":
        sign = -1.0 if side == "left" else 1.0
        turn, lift = np.radians(sign * TURN_DEG), np.radians(LIFT_DEG)
        right, away = (
            np.cos(turn) * right + np.sin(turn) * away,
            np.cos(turn) * away - np.sin(turn) * right,
        )
        down, away = np.cos(lift) * down - np.sin(lift) * away, np.cos(lift) * away + np.sin(lift) * down
    heights = scene.column_lps @ scene.axis
    centre = scene.column_lps.mean(axis=0)
    centre = centre + scene.axis * float((heights.max() + heights.min()) / 2 - centre @ scene.axis)
    height = float(heights.max() - heights.min()) + 2 * MARGIN_MM
    return Plane(centre, right, down, WIDTH_MM, height, WIDTH_MM / PIXELS)


def spine_picture(
    scene: Scene,
    media: Media = "svg",
    *,
    view: str = "behind",
    plan: AccessPlan | None = None,
    proposal: Proposal | None = None,
) -> Picture:
    """The spine in three dimensions.

    Parameters
    ----------
    scene : Scene
    media : str
    view : str
        ``behind`` or ``oblique`` (from the side of the plan; from the left without one).
    plan, proposal : AccessPlan and Proposal, optional
        The corridor to draw.

    Returns
    -------
    Picture

    Raises
    ------
    Unrendered
        This machine can not draw without a screen.
    """
    side = "left" if plan is None else str(plan.side)
    plane = _view(scene, view, side)
    name = f"spine-3d-{view}"
    seen = VIEWS[view] if view == "behind" else f"{VIEWS[view]}: the patient's {side}"
    title = "The spine in three dimensions"
    if plan is not None:
        name, title = f"corridor-3d-{view}", f"{title}: {plan.level}, the patient's {side}"
    canvas = Canvas(name, title, plane.extent, plane.place, seen)
    canvas.raster(_rendered(scene, plane, proposal))
    canvas.letters(edge_letters(plane.right_lps, plane.down_lps))
    canvas.scale(50)
    shown = _keys(canvas, scene)
    for vertebra in scene.spine.levels:
        place = scene.body_lps(vertebra)
        if place is not None:
            canvas.write(vertebra, place, "left")
    words = [f"{title}, {seen}.", f"Drawn are {', '.join(shown)}."]
    if plan is not None and proposal is not None:
        canvas.key(part("cannula"))
        entry = ends(proposal.corridor)[0]
        canvas.write("entry", entry, "left" if plane.place(entry)[0] < 0 else "right")
        words.append(plan_words(plan, proposal))
    roots = [] if scene.model is None else [root_name(root) for root in scene.model.roots]
    words.append(f"Nerve roots: {roots_in_words(roots)}." if roots else "No nerve root is drawn.")
    note = (
        "Surfaces of the labels. Derived nerves are ringed, given ones are smooth."
        if roots
        else "Surfaces of the labels."
    )
    return canvas.finish(note, " ".join(words), media)


def _keys(canvas: Canvas, scene: Scene) -> list[str]:
    looks: dict[str, Look] = {}
    for name in scene.labels.voxels:
        look = class_of(name)
        if look.name in SHOWN and look.name not in drawn_as_tubes(scene):
            looks[look.name] = look
    if scene.model is not None and scene.model.sac is not None:
        looks["sac"] = class_of("dural_sac")
    if scene.model is not None and scene.model.roots:
        looks["root"] = class_of("root")
    for look in looks.values():
        canvas.key(look)
    return [look.say for look in looks.values()]


def _rendered(scene: Scene, plane: Plane, proposal: Proposal | None) -> NDArray[np.uint8]:
    """Pixels of the parallel projection onto a plane, shape (rows, columns, 3)."""
    from vtkmodules.vtkCommonCore import vtkObject
    from vtkmodules.vtkRenderingCore import vtkRenderer, vtkWindowToImageFilter
    from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLRenderWindow  # noqa: F401  registers the renderer

    warned = vtkObject.GetGlobalWarningDisplay()
    vtkObject.GlobalWarningDisplayOff()
    _quiet()
    try:
        renderer = vtkRenderer()
        renderer.SetBackground(0.98, 0.98, 0.97)
        renderer.UseFXAAOn()  # smooth edges in half the time of many samples, where software renders
        for mesh, look, opacity in _meshes(scene, plane, proposal):
            renderer.AddActor(_actor(mesh, look, opacity))
        window = _window(plane.shape)
        window.AddRenderer(renderer)
        _camera(renderer, plane)
        window.Render()
        grab = vtkWindowToImageFilter()
        grab.SetInput(window)
        grab.ReadFrontBufferOff()
        grab.Update()
        columns, rows, _ = grab.GetOutput().GetDimensions()
        found = _array(grab.GetOutput().GetPointData().GetScalars())
        pixels = found.reshape(rows, columns, 3)[::-1].copy()
        window.Finalize()
    finally:
        if warned:
            vtkObject.GlobalWarningDisplayOn()
    if not (pixels != pixels[0, 0]).any():
        raise Unrendered(
            "the picture in three dimensions is empty",
            why="the off-screen renderer of this machine draws nothing",
            now="install a software renderer (Mesa), or do without this picture",
        )
    rendered: NDArray[np.uint8] = pixels
    return rendered


def _array(scalars: Any) -> NDArray[Any]:
    from vtkmodules.util import numpy_support

    to_numpy: Any = numpy_support.vtk_to_numpy
    values: NDArray[Any] = to_numpy(scalars)
    return values


def _vtk_array(values: NDArray[Any]) -> Any:
    from vtkmodules.util import numpy_support

    to_vtk: Any = numpy_support.numpy_to_vtk
    return to_vtk(np.ascontiguousarray(values), deep=True)


def _quiet() -> None:
    """Keep the search for a screen from writing to stderr."""
    from vtkmodules.vtkCommonCore import vtkLogger

    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)


def _window(shape: tuple[int, int]) -> Any:
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

    window = vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)
    window.SetSize(shape[1], shape[0])
    if not window.SupportsOpenGL():
        raise Unrendered(
            "this machine can not draw in three dimensions",
            why="no OpenGL was found, neither of a screen nor off-screen",
            now="install EGL or OSMesa, or do without this picture",
        )
    return window


def _camera(renderer: Any, plane: Plane) -> None:
    camera = renderer.GetActiveCamera()
    camera.ParallelProjectionOn()
    camera.SetFocalPoint(*plane.centre_lps)
    camera.SetPosition(*(plane.centre_lps - 600.0 * plane.away_lps))
    camera.SetViewUp(*(-plane.down_lps))
    camera.SetParallelScale(plane.shape[0] * plane.pixel_mm / 2)
    camera.SetClippingRange(10.0, 1500.0)


def _meshes(scene: Scene, plane: Plane, proposal: Proposal | None) -> Iterator[tuple[Any, Look, float]]:
    model = scene.model
    for name in scene.labels.voxels:
        look = class_of(name)
        if look.name in SHOWN and look.name not in drawn_as_tubes(scene):
            mesh = _surface(scene, name, plane)
            if mesh is not None:
                yield mesh, look, SEE_THROUGH if look.name == "hip" else 1.0
    if model is not None and model.sac is not None and model.sac.how == "derived":
        sac = model.sac
        yield _tube(sac.points_lps, np.sqrt(sac.half_width_mm * sac.half_depth_mm), False), part("sac"), 1.0
    for root in () if model is None else model.roots:
        yield _tube(root.points_lps, root.radius_mm, root.how == "derived"), class_of("root"), 1.0
    if proposal is not None:
        entry, target = ends(proposal.corridor)
        line = np.stack([target, entry])
        radius = np.full(2, proposal.corridor.diameter_mm / 2)
        yield _tube(line, radius, False), part("cannula"), 1.0


def _surface(scene: Scene, name: str, plane: Plane) -> Any | None:
    """Surface of a structure in LPS mm, from the voxels of its box that can be in the picture."""
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkSurfaceNets3D

    volume = scene.labels.volume
    box = scene.labels.boxes[name]
    mask = volume.array[box] == scene.labels.value_of(name)
    padded = np.pad(mask, 1).astype(np.uint8)
    image = vtkImageData()
    image.SetDimensions(*padded.shape)
    image.GetPointData().SetScalars(_vtk_array(padded.ravel(order="F")))
    nets = vtkSurfaceNets3D()
    nets.SetInputData(image)
    nets.SetValue(0, 1)
    nets.SmoothingOn()
    nets.SetNumberOfIterations(16)
    nets.Update()
    mesh = nets.GetOutput()
    if mesh.GetNumberOfPoints() == 0:
        return None
    to_lps = volume.lps_from_voxel.copy()
    start = np.array([part.start for part in box]) - 1
    to_lps[:3, 3] += to_lps[:3, :3] @ start
    return _moved(mesh, to_lps)


def _moved(mesh: Any, transform: Floats) -> Any:
    from vtkmodules.vtkCommonMath import vtkMatrix4x4
    from vtkmodules.vtkCommonTransforms import vtkTransform
    from vtkmodules.vtkFiltersCore import vtkPolyDataNormals
    from vtkmodules.vtkFiltersGeneral import vtkTransformFilter

    matrix = vtkMatrix4x4()
    matrix.DeepCopy(transform.ravel().tolist())
    turn = vtkTransform()
    turn.SetMatrix(matrix)
    moved = vtkTransformFilter()
    moved.SetTransform(turn)
    moved.SetInputData(mesh)
    normals = vtkPolyDataNormals()
    normals.SetInputConnection(moved.GetOutputPort())
    normals.SplittingOff()
    normals.Update()
    return normals.GetOutput()


def _tube(points: Floats, radius: Floats, ringed: bool) -> Any:
    """A tube along a line; ringed where it is derived: its radius swells every 4 mm."""
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
    from vtkmodules.vtkFiltersCore import vtkTubeFilter

    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.linspace(0.0, along[-1], max(int(along[-1] / 0.5) + 1, 2))
    places = np.stack([np.interp(at, along, points[:, axis]) for axis in range(3)], axis=1)
    sizes = np.interp(at, along, radius)
    if ringed:
        sizes = sizes * np.where((at % 4.0) < 1.0, 1.25, 1.0)
    line = vtkPolyData()
    held = vtkPoints()
    held.SetData(_vtk_array(places))
    line.SetPoints(held)
    cells = vtkCellArray()
    cells.InsertNextCell(len(places))
    for index in range(len(places)):
        cells.InsertCellPoint(index)
    line.SetLines(cells)
    line.GetPointData().SetScalars(_vtk_array(sizes))
    tube = vtkTubeFilter()
    tube.SetInputData(line)
    tube.SetNumberOfSides(24)
    tube.SetVaryRadiusToVaryRadiusByAbsoluteScalar()
    tube.CappingOn()
    tube.Update()
    mesh = tube.GetOutput()
    mesh.GetPointData().SetScalars(None)
    return mesh


def _actor(mesh: Any, look: Look, opacity: float) -> Any:
    from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

    mapper = vtkPolyDataMapper()
    mapper.SetInputData(mesh)
    mapper.ScalarVisibilityOff()
    actor = vtkActor()
    actor.SetMapper(mapper)
    properties = actor.GetProperty()
    properties.SetColor(*(value / 255.0 for value in look.colour))
    properties.SetAmbient(0.18)
    properties.SetDiffuse(0.85)
    properties.SetSpecular(0.08)
    properties.SetOpacity(opacity)
    return actor

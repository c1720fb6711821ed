"""Corridor and anatomy as triangles: STL for tools of planning, GLB for viewers.

STL is in LPS millimetres and says so in its header, in the words that 3D Slicer reads. GLB is in metres
with the patient upright and facing forwards, as that format demands: x to the patient's left, y to the head,
z to the front. The turn between them is the scene's root node; the vertices stay in LPS millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.handover.content import Content, Patch
from kambin.anatomy import frames
from kambin.anatomy.geometry import Root, Sac

__all__ = ["GLTF_FROM_LPS", "Mesh", "glb_bytes", "meshes_of", "stl_bytes"]

Floats: TypeAlias = NDArray[np.float64]
Faces: TypeAlias = NDArray[np.int64]
SEGMENTS = 96  # of a cylinder; its facets then lie within 0.006 mm of a cannula of 8 mm
TUBE_SEGMENTS = 32
# The smoothed field holds many a half exactly, where triangles would shrink to points and leave slits; this
# moves a surface by less than 0.005 voxel.
LEVEL = 0.499
# Smoothing takes much of what is thin. Up to so many voxels the level is moved until the volume is theirs.
SMALL_VOXELS = 4000
HALVINGS = 8
GLTF_FROM_LPS: Floats = np.array(
    [[0.001, 0.0, 0.0, 0.0], [0.0, 0.0, 0.001, 0.0], [0.0, -0.001, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
)
GLTF_FROM_LPS.setflags(write=False)
STL_HEADER = b"kambin; SPACE=LPS; UNITS=mm"
# Red, green, blue, opacity, by the beginning of a key.
COLOURS: tuple[tuple[str, tuple[int, int, int, int]], ...] = (
    ("corridor", (0, 158, 115, 150)),
    ("reamed-bone", (213, 94, 0, 255)),
    ("root", (240, 228, 66, 255)),
    ("nerve", (240, 228, 66, 255)),
    ("sac-", (230, 159, 0, 255)),
    ("dural-sac", (230, 159, 0, 255)),
    ("spinal", (230, 159, 0, 255)),
    ("disc", (86, 180, 233, 255)),
    ("hernia", (204, 121, 167, 255)),
)
BONE = (225, 215, 195, 255)


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A closed surface.

    Attributes
    ----------
    name, key : str
    points_lps : ndarray, shape (n, 3)
    faces : ndarray, shape (m, 3)
        Counter-clockwise seen from outside.
    """

    name: str
    key: str
    points_lps: Floats
    faces: Faces


def meshes_of(content: Content) -> tuple[Mesh, ...]:
    """The corridor first, then bone that goes, anatomy of the map, and nerves that were derived."""
    patches = [content.reamed, *content.anatomy]
    found = [_surface(patch, content.lps_from_voxel) for patch in patches if patch.mask.any()]
    return (_cylinder(content), *found, *_derived(content))


def _cylinder(content: Content) -> Mesh:
    corridor = content.proposal.corridor
    ends = np.array([corridor.target_lps, corridor.entry_lps])
    radius = np.full(2, corridor.diameter_mm / 2)
    across = _across(ends)
    points, faces = _tube(ends, np.stack([across[:, 0], across[:, 1]], 1), radius, radius, SEGMENTS)
    return Mesh("working corridor", "corridor", points, faces)


def _surface(patch: Patch, lps_from_voxel: Floats) -> Mesh:
    """Surface of a mask, at one half of its smoothed field (`anatomy.fields`)."""
    from kambin.anatomy.fields import PAD
    from kambin.anatomy.kernels import blur

    field = blur(np.pad(patch.mask.astype(np.uint8), PAD))
    voxels = int(np.count_nonzero(patch.mask))
    index, faces = _crossing(field, _level(field, voxels) if voxels <= SMALL_VOXELS else LEVEL)
    start = np.array([part.start for part in patch.box]) - PAD
    points = frames.apply(lps_from_voxel, index + start)
    return Mesh(patch.name, patch.key, points, _outwards(points, faces))


def _level(field: NDArray[np.float32], voxels: int) -> float:
    """The level that holds the volume of so many voxels, by halving; a lower level holds more."""
    low, high = 0.0, min(LEVEL, float(field.max()))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        index, faces = _crossing(field, middle)
        if abs(_volume(index, faces)) < voxels:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _crossing(field: NDArray[np.float32], level: float) -> tuple[Floats, Faces]:
    """Where a field crosses a level: points as indices, and triangles."""
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

    support: Any = import_module("vtkmodules.util.numpy_support")
    image = vtkImageData()
    image.SetDimensions(*field.shape)
    image.GetPointData().SetScalars(support.numpy_to_vtk(np.ravel(field, order="F"), deep=True))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, level)
    edges.ComputeNormalsOff()
    edges.Update()
    out: Any = edges.GetOutput()
    index = support.vtk_to_numpy(out.GetPoints().GetData()).astype(np.float64)
    faces = support.vtk_to_numpy(out.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype(np.int64)
    return index, faces


def _volume(points: Floats, faces: Faces) -> float:
    """Inside a closed surface; negative where its triangles look inwards."""
    corners = points[faces] - points.mean(axis=0)
    return float(np.einsum("ni,ni->n", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6)


def _outwards(points: Floats, faces: Faces) -> Faces:
    """A grid may be left-handed, and then all triangles are turned; the volume's sign tells."""
    return faces if _volume(points, faces) > 0 else np.ascontiguousarray(faces[:, ::-1])


def _derived(content: Content) -> list[Mesh]:
    """Nerves that the map does not show, as their tubes; their names say that they are derived."""
    from kambin.access.target import neighbours

    model, plan = content.model, content.plan
    lower = neighbours(plan.level)[1]
    near = [root for root in model.roots if root.exits_at == plan.level or root.name == lower]
    found = [_root(root) for root in near if root.region is None and len(root.points_lps) > 1]
    if model.sac is not None and model.sac.region is None and len(model.sac.points_lps) > 1:
        found.append(_sac(model.sac))
    return found


def _root(root: Root) -> Mesh:
    across = _across(root.points_lps)
    points, faces = _tube(root.points_lps, across, root.radius_mm, root.radius_mm, TUBE_SEGMENTS)
    name = f"root {root.name} {root.side.value} ({root.how})"
    return Mesh(name, f"root-{root.name.lower()}-{root.side.value}-{root.how}", points, faces)


def _sac(sac: Sac) -> Mesh:
    across = sac.frames[:, :2]
    points, faces = _tube(sac.points_lps, across, sac.half_width_mm, sac.half_depth_mm, TUBE_SEGMENTS)
    return Mesh(f"dural sac ({sac.how})", f"sac-{sac.how}", points, faces)


def _across(line: Floats) -> Floats:
    """Two unit vectors across a line at each point, carried along it without twist; shape (n, 2, 3)."""
    tangents = np.gradient(line, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    first = np.eye(3)[int(np.abs(tangents[0]).argmin())]
    found = []
    for tangent in tangents:
        first = frames.unit(first - tangent * float(first @ tangent))
        found.append(np.stack([first, np.cross(tangent, first)]))
    return np.stack(found)


def _tube(line: Floats, across: Floats, first: Floats, second: Floats, sides: int) -> tuple[Floats, Faces]:
    """A closed tube of elliptic sections: rings joined by triangles, and a fan at either end."""
    turn = 2 * np.pi * np.arange(sides) / sides
    along_first = first[:, None, None] * np.cos(turn)[None, :, None] * across[:, None, 0]
    along_second = second[:, None, None] * np.sin(turn)[None, :, None] * across[:, None, 1]
    rings = line[:, None, :] + along_first + along_second
    count = len(line)
    points = np.concatenate([rings.reshape(-1, 3), line[:1], line[-1:]])
    this = np.arange(count * sides).reshape(count, sides)
    after = np.roll(this, -1, axis=1)
    quads = [
        np.stack([this[:-1], after[:-1], after[1:]], -1).reshape(-1, 3),
        np.stack([this[:-1], after[1:], this[1:]], -1).reshape(-1, 3),
    ]
    hub = count * sides
    caps = [
        np.stack([after[0], this[0], np.full(sides, hub)], -1),
        np.stack([this[-1], after[-1], np.full(sides, hub + 1)], -1),
    ]
    return points, _outwards(points, np.concatenate([*quads, *caps]))


def stl_bytes(mesh: Mesh) -> bytes:
    """A mesh as binary STL, LPS mm."""
    kind = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("extra", "<u2")])
    rows = np.zeros(len(mesh.faces), dtype=kind)
    corners = mesh.points_lps[mesh.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    rows["normal"] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    rows["corners"] = corners
    return STL_HEADER.ljust(80) + np.uint32(len(rows)).tobytes() + rows.tobytes()


def glb_bytes(meshes: tuple[Mesh, ...]) -> bytes:
    """All meshes as one GLB scene, each with its name and colour."""
    trimesh: Any = import_module("trimesh")

    scene = trimesh.Scene(base_frame="world")
    for mesh in meshes:
        colour = next((rgba for start, rgba in COLOURS if mesh.key.startswith(start)), BONE)
        material = trimesh.visual.material.PBRMaterial(
            name=mesh.key,
            baseColorFactor=colour,
            alphaMode="OPAQUE" if colour[3] == 255 else "BLEND",
            metallicFactor=0.0,
            roughnessFactor=0.8,
        )
        made = trimesh.Trimesh(
            mesh.points_lps,
            mesh.faces,
            process=False,
            visual=trimesh.visual.TextureVisuals(material=material),
        )
        scene.add_geometry(made, node_name=mesh.key, geom_name=mesh.key, transform=GLTF_FROM_LPS)
    content: bytes = scene.export(file_type="glb")
    return content

"""True measures of the foramina, in the plane through the middles of their two pedicles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.bone_truth import Plates, disc_frame, pedicle_middle
from kambin.anatomy.phantom.scene import Scene
from kambin.anatomy.phantom.solids import Placed, rows_of
from kambin.anatomy.phantom.values import TruthValue
from kambin.anatomy.phantom.vertebra import BODY, PAIRED, structure_of
from kambin.case.words import Side

__all__ = ["ForamenPlane", "foramen_plane", "foramen_values"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# samples of the plane for the area; the border is placed between them by the implicit functions
GRID_MM = 0.2
BEHIND_MM, ALONG_MM = 24.0, 28.0
FINE_MM = 0.02
# from a pedicle's middle to its edge
EDGE_REACH_MM = 16.0
# what lies no farther below the superior process' tip than this is its top
TOP_MM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ForamenPlane:
    """The plane of a foramen.

    Attributes
    ----------
    origin : ndarray, shape (3,)
        Half way between the pedicles' middles, in the model's frame.
    posterior, cranial : ndarray, shape (3,)
        The disc's posterior, and the direction across it within the plane.
    disc : ndarray, shape (3, 3)
        Frame of the disc.
    """

    origin: Floats
    posterior: Floats
    cranial: Floats
    disc: Floats

    def model(self, flat: Floats) -> Floats:
        """Points (posterior, cranial) of the plane in the model's frame."""
        found: Floats = self.origin + flat[..., :1] * self.posterior + flat[..., 1:] * self.cranial
        return found

    def inside(self, solids: list[Placed], flat: Floats) -> Bools:
        """Whether points of the plane lie in a union, shape of the points without their last axis."""
        from kambin.anatomy.phantom.kernels import inside

        rows, _ = rows_of(solids)
        found: Bools = inside(rows, self.model(flat).reshape(-1, 3)).reshape(flat.shape[:-1])
        return found


def foramen_plane(scene: Scene, plates: Plates, level: str, side: Side) -> ForamenPlane:
    """The plane that holds the middles of the two pedicles and the disc's posterior direction."""
    upper, lower = scene.column.pair(level)
    disc = disc_frame(scene, plates, level)
    above, below = (pedicle_middle(scene, bone.name, side) for bone in (upper, lower))
    normal = frames.unit(np.cross(disc[1], above - below))
    return ForamenPlane((above + below) / 2, disc[1], np.cross(normal, disc[1]), disc)


def foramen_values(scene: Scene, plates: Plates) -> Iterator[TruthValue]:
    """Height of every foramen; its width and area too where the plane meets the back of the upper body."""
    for level, side in scene.openings:
        plane = foramen_plane(scene, plates, level, side)
        edges = _pedicle_edges(scene, plane, level, side)
        if edges is None:
            continue
        top, bottom = edges
        height = float((plane.model(top) - plane.model(bottom)) @ plane.disc[2])
        yield TruthValue("foramen_height", height, "mm", level, side)
        corner = _corner(scene, plane, level)
        if corner is None:
            continue
        front = _front(scene, plane, level, side, corner)
        if front is not None:
            yield TruthValue("foramen_width", front - float(corner[0]), "mm", level, side)
        area = _area(scene, plane, level, side, (top, corner))
        if area is not None:
            yield TruthValue("foramen_area", area, "mm2", level, side)


def _part(scene: Scene, bone: str, part: str, side: Side) -> list[Placed]:
    return scene.solids(structure_of(bone), PAIRED[part][0 if side is Side.LEFT else 1])


def _pedicle_edges(scene: Scene, plane: ForamenPlane, level: str, side: Side) -> tuple[Floats, Floats] | None:
    """Lower edge of the upper pedicle and upper edge of the lower one, at their middles, in the plane."""
    found = []
    for bone, way in zip(scene.column.pair(level), (-1.0, 1.0), strict=True):
        middle = pedicle_middle(scene, bone.name, side) - plane.origin
        reach = np.arange(0.0, EDGE_REACH_MM, FINE_MM)
        line = np.array([middle @ plane.posterior, middle @ plane.cranial]) + np.outer(way * reach, [0, 1])
        outside = ~plane.inside(scene.solids(structure_of(bone.name)), line)
        if not outside.any():
            return None
        found.append(line[int(outside.argmax())])
    return found[0], found[1]


def _corner(scene: Scene, plane: ForamenPlane, level: str) -> Floats | None:
    """The upper body's postero-inferior corner in the plane: farthest along the diagonal.

    None where the plane passes beside the back of the body: wide pedicles on a narrow body.
    """
    from kambin.anatomy.phantom.kernels import last_exit

    upper, _ = scene.column.pair(level)
    rows, _ = rows_of(scene.solids(structure_of(upper.name), BODY))
    at = float((upper.corner(superior=False) - plane.origin) @ plane.posterior)
    posterior = np.arange(at - 14.0, at + 6.0, FINE_MM)
    flat = np.stack([posterior, np.full_like(posterior, 14.0)], axis=1)
    far = last_exit(rows, plane.model(flat), -plane.cranial[None], 26.0, 0.25)
    border = np.column_stack([posterior, 14.0 - far])[np.isfinite(far)]
    if not len(border):
        return None
    return np.asarray(border[int((border @ np.array([1.0, -1.0])).argmax())], dtype=np.float64)


def _front(scene: Scene, plane: ForamenPlane, level: str, side: Side, corner: Floats) -> float | None:
    """Where the superior process begins at the corner's height, or at its tip where it ends below."""
    from kambin.anatomy.phantom.kernels import first_entry

    _, lower = scene.column.pair(level)
    rows, _ = rows_of(_part(scene, lower.name, "superior", side))
    for height in np.arange(float(corner[1]), float(corner[1]) - 12.0, -0.1):
        start = plane.model(np.array([[corner[0], height]]))
        far = float(first_entry(rows, start, plane.posterior[None], 30.0, 0.1)[0])
        if np.isfinite(far):
            return float(corner[0]) + far
    return None


def _area(
    scene: Scene, plane: ForamenPlane, level: str, side: Side, points: tuple[Floats, Floats]
) -> float | None:
    """Area of the free piece between pedicles, bodies, disc and joint.

    In front it ends at the bodies and the disc, behind at the joint, whose mouth is closed by the shortest
    line from the superior process' top to the bone above; None where it is open.
    """
    from scipy import ndimage
    from scipy.spatial import cKDTree

    upper, lower = scene.column.pair(level)
    posterior = np.arange(-BEHIND_MM, BEHIND_MM, GRID_MM)
    cranial = np.arange(-ALONG_MM, ALONG_MM, GRID_MM)
    grid = np.stack(np.meshgrid(posterior, cranial, indexing="ij"), axis=-1)
    above = plane.inside(scene.solids(structure_of(upper.name)), grid)
    below = scene.solids(structure_of(lower.name))
    if lower.name == "S1":
        below = [*below, *scene.solids("sacrum")]
    solid = above | plane.inside(below, grid) | plane.inside(scene.solids(f"disc_{level}"), grid)
    process = plane.inside(_part(scene, lower.name, "superior", side), grid)
    if not process.any():
        return None
    places = grid[process]
    top = places[places[:, 1] >= places[:, 1].max() - TOP_MM]
    bone = grid[above & (grid[..., 0] > points[1][0] + 2.0)]
    far, nearest = cKDTree(bone).query(top)
    at = int(far.argmin())
    blocked = solid | _on_line(grid, top[at], bone[nearest[at]])
    pieces, _ = ndimage.label(~blocked)
    goal = (points[0] + points[1]) / 2
    free = np.argwhere(~blocked)
    seed = free[int(((grid[tuple(free.T)] - goal) ** 2).sum(axis=1).argmin())]
    piece = pieces == pieces[tuple(seed)]
    if piece[0].any() or piece[-1].any() or piece[:, 0].any() or piece[:, -1].any():
        return None
    return float(np.count_nonzero(piece)) * GRID_MM**2


def _on_line(grid: Floats, start: Floats, stop: Floats) -> Bools:
    along = stop - start
    length = float(along @ along)
    share = np.clip(((grid - start) @ along) / max(length, 1e-9), 0.0, 1.0)
    away = grid - start - share[..., None] * along
    near: Bools = (away**2).sum(axis=-1) <= (1.1 * GRID_MM) ** 2
    return near

"""True measures of bodies, pedicles, discs, canal and joints, in the words of `measurements.yaml`.

Everything here is closed form, or the root of an implicit function along a line, in the model's frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.column import Bone
from kambin.anatomy.phantom.openings import sign_of
from kambin.anatomy.phantom.plates import Plate, surface
from kambin.anatomy.phantom.scene import Scene
from kambin.anatomy.phantom.solids import inverse, rows_of
from kambin.anatomy.phantom.values import TruthValue, volume_of
from kambin.anatomy.phantom.vertebra import BODY, LAMINA_TOP_MM, PAIRED, canal_front, structure_of
from kambin.case.words import SIDES, Side

__all__ = ["SHARES", "Ring", "bone_values", "disc_frame", "disc_values", "pedicle_middle", "rings_of"]

Floats = NDArray[np.float64]
Plates = Mapping[tuple[str, bool], Plate]
# the shares of the published method for vertebral height (access.yaml, measurements)
SHARES = (0.15, 0.50, 0.85)
PLACES = ("anterior", "middle", "posterior")
RAY_STEP_MM, REACH_MM = 0.5, 45.0
RAYS = 360
# where the front of the sacral lamina is read, below its upper edge (`measurements.yaml`)
SACRAL_EDGE_MM = 3.0


def bone_values(scene: Scene) -> Iterator[TruthValue]:
    """Sizes of every lumbar vertebra."""
    for name, bone in scene.column.bones.items():
        if name == "S1":
            continue
        body, sizes = bone.body, bone.sizes
        waist = body[4]
        yield TruthValue("present", 1.0, "1", name)
        # at half height the outline has drawn in by the waist, the back wall by 0.35 of it (see `kernels`)
        yield TruthValue("body_depth", body[1] + body[2] - 1.35 * waist, "mm", name)
        yield TruthValue("body_width", 2.0 * body[0] * (1.0 - waist / body[1]), "mm", name)
        for place, height in zip(PLACES, body_heights(bone), strict=True):
            yield TruthValue(f"body_height_{place}", height, "mm", name)
        for side in SIDES:
            yield TruthValue("pedicle_width", sizes["pedicle_width"], "mm", name, side)
            yield TruthValue("pedicle_height", bone.pedicle_height, "mm", name, side)


def body_heights(bone: Bone) -> list[float]:
    """Heights of a body in the midline at 15, 50 and 85 % of its depth from the front."""
    body = bone.body
    y = np.array([share * (body[1] + body[2]) - body[1] for share in SHARES])
    top, bottom = (surface(body, np.zeros(3), y, superior=superior) for superior in (True, False))
    return [float(height) for height in top - bottom]


def disc_frame(scene: Scene, plates: Plates, level: str) -> Floats:
    """Rows left, posterior, cranial of a disc: cranial halves the normals of its two plates."""
    upper, lower = scene.column.pair(level)
    cranial = plates[upper.name, False].normal + plates[lower.name, True].normal
    return frames.spine_frame(cranial, upper.at[:3, 1] + lower.at[:3, 1])


def disc_values(scene: Scene, plates: Plates) -> Iterator[TruthValue]:
    """Sizes of every disc, and how the bodies stand on each other."""
    for level in scene.column.levels:
        upper, lower = scene.column.pair(level)
        above, below = plates[upper.name, False], plates[lower.name, True]
        frame = disc_frame(scene, plates, level)
        solids = scene.solids(f"disc_{level}")
        bones = [*scene.solids(structure_of(upper.name)), *scene.solids(structure_of(lower.name))]
        yield TruthValue("disc_volume", volume_of(solids, bones)[0] / 1000.0, "mL", level)
        heights = _disc_heights(scene, (upper, lower), (above, below), frame, level)
        for place, height in zip(PLACES, heights, strict=True):
            yield TruthValue(f"disc_height_{place}", height, "mm", level)
        index = float(np.mean(heights) / np.mean(body_heights(upper)))
        yield TruthValue("disc_height_index", index, "1", level)
        yield TruthValue("disc_depth", (above.depth + below.depth) / 2, "mm", level)
        wedge = _lean(above, frame) - _lean(below, frame)
        yield TruthValue("disc_wedge", float(np.degrees(wedge)), "deg", level)
        forward = -below.frame[1]
        slip = float((upper.corner(superior=False) - lower.corner(superior=True)) @ forward)
        yield TruthValue("slip", slip, "mm", level)
        yield TruthValue("slip_percent", 100.0 * slip / below.depth, "%", level)
        angles = {side: scene.joints[level, side].angle_deg for side in SIDES}
        for side, angle in angles.items():
            yield TruthValue("facet_angle", angle, "deg", level, side)
        yield TruthValue("facet_tropism", abs(angles[Side.LEFT] - angles[Side.RIGHT]), "deg", level)


def _lean(plate: Plate, frame: Floats) -> float:
    """How far a plate's normal leans back in a disc's mid-sagittal plane, radians."""
    return float(np.arctan2(plate.normal @ frame[1], plate.normal @ frame[2]))


def _disc_heights(
    scene: Scene, bones: tuple[Bone, Bone], plates: tuple[Plate, Plate], frame: Floats, level: str
) -> list[float]:
    from kambin.anatomy.phantom.kernels import first_entry

    upper, lower = bones
    origin = scene.disc_centres[level]
    rear = min(
        float((upper.corner(superior=False) - origin) @ frame[1]),
        float((lower.corner(superior=True) - origin) @ frame[1]),
    )
    depth = (plates[0].depth + plates[1].depth) / 2
    starts = np.array([origin + (rear - depth * (1 - share)) * frame[1] for share in SHARES])
    found = np.zeros(3)
    for bone, way in ((upper, frame[2]), (lower, -frame[2])):
        rows, _ = rows_of(scene.solids(structure_of(bone.name), BODY))
        found += first_entry(rows, starts, way[None], REACH_MM, RAY_STEP_MM)
    return [float(height) for height in found]


# ---------------------------------------------------------------------------------- pedicles and canal


@lru_cache(maxsize=64)
def pedicle_middle(scene: Scene, name: str, side: Side) -> Floats:
    """Middle of a pedicle behind the body, in the model's frame, shape (3,).

    Across, half way between its inner and its outer wall, as its width is measured: the middle of all of it
    behind the body lies farther out, because beside a body that draws in there is more of it.
    """
    bone = scene.column.bones[name]
    solids = scene.solids(structure_of(name), PAIRED["pedicle"][0 if side is Side.LEFT else 1])
    middle = frames.apply(inverse(bone.at), volume_of(solids, scene.solids(structure_of(name), BODY))[1])
    middle[0] = sign_of(side) * (bone.sizes["canal_width"] + bone.sizes["pedicle_width"]) / 2
    return frames.apply(bone.at, middle)


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """The bony canal at the height of one vertebra's pedicles, in the model's frame.

    Attributes
    ----------
    centre : ndarray, shape (3,)
        Middle of its area.
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial across the canal's line.
    depth, width, area : float
    rear : ndarray, shape (3,)
        Front of the lamina in the midline.
    """

    centre: Floats
    frame: Floats
    depth: float
    width: float
    area: float
    rear: Floats


@lru_cache(maxsize=4)
def rings_of(scene: Scene) -> dict[str, Ring]:
    """The ring of every lumbar vertebra; the canal's line is the one through the rings' middles."""
    names = tuple(scene.column.bones)[:-1]
    rings = {}
    for name in names:
        bone = scene.column.bones[name]
        front = canal_front(bone)
        start = frames.apply(bone.at, np.array([0.0, front + bone.sizes["canal_depth"] / 2, bone.pedicle_z]))
        rings[name] = _ring(scene, bone, start, bone.at[:3, :3].T)
    for _ in range(2):
        centres = np.array([ring.centre for ring in rings.values()])
        for index, name in enumerate(names):
            way = centres[max(index - 1, 0)] - centres[min(index + 1, len(names) - 1)]
            bone = scene.column.bones[name]
            rings[name] = _ring(scene, bone, rings[name].centre, frames.spine_frame(way, bone.at[:3, 1]))
    return rings


def _ring(scene: Scene, bone: Bone, middle: Floats, frame: Floats) -> Ring:
    from kambin.anatomy.phantom.kernels import first_entry

    rows, _ = rows_of(scene.solids(structure_of(bone.name)))
    angles = np.arange(RAYS) * 2 * np.pi / RAYS
    spokes = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    area = 0.0
    for _ in range(3):
        lengths = first_entry(rows, np.repeat(middle[None], RAYS, 0), spokes @ frame[:2], REACH_MM, 0.5)
        x, y = lengths * spokes[:, 0], lengths * spokes[:, 1]
        cross = x * np.roll(y, -1) - np.roll(x, -1) * y
        area = float(cross.sum()) / 2
        shift = np.array([(x + np.roll(x, -1)) @ cross, (y + np.roll(y, -1)) @ cross]) / (6 * area)
        middle = middle + shift @ frame[:2]
    depth = _chords(rows, middle[None], frame[1])
    offsets = np.arange(-7.0, 7.01, 0.25)
    width = _chords(rows, middle + offsets[:, None] * frame[1], frame[0])
    reach = float(first_entry(rows, np.ascontiguousarray(middle[None]), frame[1][None], REACH_MM, 0.5)[0])
    return Ring(middle, frame, float(depth[0]), float(np.nanmax(width)), area, middle + reach * frame[1])


def _chords(rows: Floats, starts: Floats, way: Floats) -> Floats:
    """Lengths of the free lines through points, both ways; NaN where a point lies in bone."""
    from kambin.anatomy.phantom.kernels import first_entry

    one, other = (
        first_entry(rows, np.ascontiguousarray(starts), turned[None], REACH_MM, 0.5) for turned in (way, -way)
    )
    length: Floats = one + other
    length[length == 0] = np.nan
    return length


def canal_values(scene: Scene) -> Iterator[TruthValue]:
    """Depth, width and area of the canal at the pedicles, and its depth at the discs."""
    rings = rings_of(scene)
    for name, ring in rings.items():
        yield TruthValue("canal_depth", ring.depth, "mm", name)
        yield TruthValue("canal_width", ring.width, "mm", name)
        yield TruthValue("canal_area", ring.area, "mm2", name)
    for level in scene.column.levels:
        depth = canal_depth_at(scene, rings, level, canal_frame_at(scene, rings, level))
        yield TruthValue("canal_depth", depth, "mm", level)


def canal_frame_at(scene: Scene, rings: Mapping[str, Ring], level: str) -> Floats:
    """The frame across the canal's line at a disc: half way between the rings above and below."""
    upper, lower = level.split("-")
    if lower in rings:
        way = rings[upper].centre - rings[lower].centre
        back = rings[upper].frame[1] + rings[lower].frame[1]
        return frames.spine_frame(way, back)
    bone = scene.column.bones[lower]
    below = frames.apply(bone.at, np.array([0.0, canal_front(bone) + 8.0, bone.pedicle_z]))
    return frames.spine_frame(rings[upper].centre - below, rings[upper].frame[1] + bone.at[:3, 1])


def canal_depth_at(scene: Scene, rings: Mapping[str, Ring], level: str, frame: Floats) -> float:
    """From the back of the disc at its middle to the spinolaminar line, across the canal's line."""
    from kambin.anatomy.phantom.kernels import last_exit

    upper, lower = scene.column.pair(level)
    disc, _ = rows_of(scene.solids(f"disc_{level}"))
    origin = (upper.corner(superior=False) + lower.corner(superior=True)) / 2
    start = origin - 8.0 * frame[1]
    edge = start + float(last_exit(disc, start[None], frame[1][None], 20.0, 0.1)[0]) * frame[1]
    above = rings[upper.name].rear
    below = rings[lower.name].rear if lower.name in rings else sacral_lamina(scene, lower)
    (back, high), (other, low) = ((place - edge) @ frame[1:].T for place in (above, below))
    return float(back + (other - back) * high / (high - low))


def sacral_lamina(scene: Scene, bone: Bone) -> Floats:
    """Front of the sacral lamina in the midline, 3 mm below its upper edge, in the model's frame."""
    from kambin.anatomy.phantom.kernels import first_entry

    rows, _ = rows_of(scene.solids(structure_of(bone.name)))
    start = np.array([0.0, canal_front(bone) + 2.0, bone.pedicle_z + LAMINA_TOP_MM - SACRAL_EDGE_MM])
    place, back = frames.apply(bone.at, start), bone.at[:3, 1]
    reach = float(first_entry(rows, place[None], back[None], REACH_MM, 0.25)[0])
    found: Floats = place + reach * back
    return found

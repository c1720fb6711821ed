from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kambin.anatomy.fields import field_of
from kambin.anatomy.foramina import Slice
from kambin.anatomy.foramina.marks import body_corner, pedicle_edge, process_front, process_top, sharp_corner
from kambin.anatomy.geometry import Endplate
from kambin.anatomy.regions import Region
from tests.anatomy.nerve_scenes import TURN, box, measured, painted

TURNS = (TURN, Rotation.from_euler("xyz", [6, 9, -4], degrees=True).as_matrix(), TURN.T)
Solid = Callable[[np.ndarray], np.ndarray]


def plane_at(x: float = 0.0, voxel: float = 0.8) -> Slice:
    """The sagittal plane at x, its origin at the height of the origin."""
    steps = np.arange(-80, 81) * min(0.4 * voxel, 0.5)
    return Slice(np.array([x, 0.0, 0.0]), np.eye(3), steps, steps, (np.zeros(2), np.zeros(2)))


def leaning(solid: Solid, degrees: float) -> Solid:
    """The solid turned about the cranial axis, so that a sagittal plane meets its walls aslant."""
    turn = Rotation.from_euler("z", degrees, degrees=True).as_matrix()
    return lambda points: solid(points @ turn)


def corners(solid: Solid, voxel: float, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lower corner of a body over the origin: as its field shows it, and where its faces meet."""
    bone = painted(solid, 26.0, voxel, turn)
    plane = plane_at(0.0, voxel)
    values = plane.sample(field_of([bone]))
    plate = Endplate(np.zeros(3), np.array([0.0, 0.0, 1.0]), 0.0, 30.0, 40.0)
    rounded = body_corner(plane, values, values, plate, -1)
    assert rounded is not None
    return rounded, sharp_corner(plane, values, rounded, -1, voxel)


@pytest.mark.parametrize("voxel", [0.6, 0.8, 1.25])
def test_a_sharp_corner_is_where_its_faces_meet(voxel: float) -> None:
    """A body that a sagittal plane through the origin leaves at the origin, however it is turned."""
    body = box((-60.0, -40.0, 0.0), (60.0, 0.0, 30.0))
    found = [corners(leaning(body, aslant), voxel, turn) for aslant in (0.0, 30.0, 45.0) for turn in TURNS]
    rounded, sharp = (np.array(each) / voxel for each in zip(*found, strict=True))
    assert np.abs(sharp).max() < 0.6
    assert np.abs(sharp.mean(axis=0)).max() < 0.2
    # smoothing alone takes the corner forward and up, every time
    assert rounded[:, 0].max() < -0.3 and rounded[:, 1].min() > 0.0
    assert np.linalg.norm(sharp, axis=1).mean() < 0.5 * np.linalg.norm(rounded, axis=1).mean()


@pytest.mark.parametrize("voxel", [0.6, 1.0])
def test_a_worn_rim_is_not_made_sharp(voxel: float) -> None:
    def worn(points: np.ndarray) -> np.ndarray:
        """A body whose lower rear edge is a quarter of a circle of 6 mm."""
        y, z = points[..., 1], points[..., 2]
        inside = (y > -40) & (y < 0) & (z > 0) & (z < 30)
        return inside & ~((y > -6) & (z < 6) & (np.hypot(y + 6, z - 6) > 6))

    rounded, sharp = corners(worn, voxel, TURN)
    # its faces meet 2.5 mm outside of the bow, at the origin
    bow = np.array([-6.0, 6.0])
    assert np.linalg.norm(sharp - bow) < 6.0 + 0.6 * voxel
    assert np.linalg.norm(sharp - rounded) < 0.5 * voxel


def arched(radius: float | None, slope: float) -> Solid:
    """A vertebra: body in front, lamina behind, between them a pedicle with a lower edge at 0."""

    def solid(points: np.ndarray) -> np.ndarray:
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        edge = slope * y if radius is None else radius - np.sqrt(np.maximum(radius**2 - y**2, 0.0))
        edge = edge if radius is None else -edge
        middle = (z > edge) & (z < 12) & (np.abs(x) < 6)
        return (
            (middle & (np.abs(y) < 7)) | ((y < -5) & (z > -14) & (z < 14)) | ((y > 5) & (z > -18) & (z < 14))
        )

    return lambda points: solid(points) & (np.abs(points) < 24.0).all(axis=-1)


def pedicle_part(solid: Solid, voxel: float, turn: np.ndarray) -> Region:
    """Its pedicle as a separation leaves it: cut off a little too far in front and behind."""
    return painted(lambda points: solid(points) & box((-9, -6.5, -13), (9, 8, 16))(points), 26.0, voxel, turn)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("voxel", [0.6, 1.0])
@pytest.mark.parametrize(("radius", "slope"), [(None, 0.0), (None, 0.25), (None, 0.7), (8.0, 0.0)])
def test_a_pedicle_s_edge_is_read_at_its_middle(
    voxel: float, turn: np.ndarray, radius: float | None, slope: float
) -> None:
    solid = arched(radius, slope)
    plane = plane_at(0.0, voxel)
    part = pedicle_part(solid, voxel, turn)
    values = plane.sample(field_of([painted(solid, 26.0, voxel, turn)]))
    # the middle of the part lies too far behind
    found = pedicle_edge(plane, values, part, np.array([1.0, 6.0]), -1)
    assert found is not None
    assert abs(found[0]) < 3.0

    def true(y: float) -> float:
        return slope * y if radius is None else float(np.sqrt(radius**2 - y**2)) - radius

    assert found[1] == pytest.approx(true(found[0]), abs=0.45 * voxel)
    # from below the same edge is the upper one
    upside = plane.sample(field_of([painted(lambda points: solid(points * [1, 1, -1]), 26.0, voxel, turn)]))
    below = pedicle_part(lambda points: solid(points * [1, 1, -1]), voxel, turn)
    over = pedicle_edge(plane, upside, below, np.array([1.0, -6.0]), 1)
    assert over is not None
    assert over[1] == pytest.approx(-true(over[0]), abs=0.45 * voxel)


def test_a_plane_beside_the_pedicle_has_no_edge() -> None:
    solid = arched(None, 0.0)
    plane = plane_at(20.0, 1.0)
    values = plane.sample(field_of([painted(solid, 26.0, 1.0)]))
    assert pedicle_edge(plane, values, pedicle_part(solid, 1.0, TURN), np.zeros(2), -1) is None


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("voxel", [0.6, 1.0])
def test_the_front_of_a_process_is_a_face(voxel: float, turn: np.ndarray) -> None:
    def process(points: np.ndarray) -> np.ndarray:
        """Its front leans back by a fifth, its tip is 9 mm high."""
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        return (y > 2 + 0.2 * z) & (y < 14) & (np.abs(x) < 6) & (z > -12) & (z < 9)

    plane = plane_at(0.0, voxel)
    values = plane.sample(field_of([painted(process, 20.0, voxel, turn)]))
    front = process_front(plane, values, 1.0)
    assert front is not None and front[1] == 1.0
    assert front[0] == pytest.approx(2.2, abs=0.3 * voxel)
    # asked above its tip, it is read below the tip
    high = process_front(plane, values, 15.0)
    assert high is not None and high[1] < 8.0
    assert high[0] == pytest.approx(2 + 0.2 * high[1], abs=0.4 * voxel)
    # its flat top is seen from end to end, not at one chance point
    top = process_top(plane, values)
    assert top is not None and top[:, 1].max() == pytest.approx(9.0, abs=voxel)
    assert top[:, 1].min() > 9.0 - 1.0 - voxel
    assert top[:, 0].min() < 6.0 and top[:, 0].max() > 12.5
    assert process_front(plane, np.zeros_like(values), 1.0) is None
    assert process_top(plane, np.zeros_like(values)) is None


@pytest.mark.parametrize("seed", [0, 2])
def test_foramina_of_phantoms_lie_near_the_truth(seed: int) -> None:
    """At coarse voxels; how many of a population meet the aim is in the documents."""
    voxel = 1.2
    scan, _, _, found = measured(seed, voxel, (), 5)
    rows = {(row.name, row.level, row.side): row.value for row in found.measurements}
    for name, most in (("foramen_height", 10), ("foramen_width", 9)):
        keys = {
            (one.name, one.level, one.side): one.value for one in scan.truth.measurements if one.name == name
        }
        known = [float(rows[key]) - value for key, value in keys.items() if rows.get(key) is not None]
        assert len(known) >= most
        assert np.median(np.abs(known)) < 0.4 * voxel, name
        assert np.abs(known).max() < voxel, name

from __future__ import annotations

import numpy as np
import pytest

from kambin.anatomy.fields import field_of
from kambin.anatomy.masks import region_of_mask
from kambin.anatomy.pedicles import DIAGONAL, outward_frame, pedicle_borders, pedicle_middle
from kambin.case.words import Side
from tests.anatomy.nerve_scenes import box, painted

# a pedicle 12 mm wide and 14 high between a body in front and a lamina behind, with a process at its side
PEDICLE = ((10.0, -8.0, -7.0), (22.0, 10.0, 7.0))


def bone(points: np.ndarray) -> np.ndarray:
    solids = (
        box(*PEDICLE),
        box((-25.0, -30.0, -13.0), (25.0, -6.0, 13.0)),
        box((-25.0, 8.0, -13.0), (25.0, 14.0, 13.0)),
        box((20.0, 0.0, -1.0), (34.0, 8.0, 7.0)),
    )
    return np.any([solid(points) for solid in solids], axis=0)


@pytest.mark.parametrize("voxel", [0.6, 1.0])
@pytest.mark.parametrize("side", list(Side))
def test_borders_are_those_of_the_pedicle_and_not_of_what_it_flares_into(voxel: float, side: Side) -> None:
    sign = np.array([1.0 if side is Side.LEFT else -1.0, 1.0, 1.0])
    whole = painted(lambda points: bone(points * sign), 36.0, voxel)
    # the part as a separation leaves it: between two cuts, with some of body and lamina
    cut = box((8.0, -7.0, -12.0), (34.0, 9.0, 12.0))
    part = painted(lambda points: bone(points * sign) & cut(points * sign), 36.0, voxel)
    frame = outward_frame(np.eye(3), side)
    found = pedicle_borders(part, field_of([whole]), np.zeros(3), frame)
    assert found is not None
    assert abs(found.inner - 10.0) < 0.5 * voxel
    assert abs(found.outer - 22.0) < voxel
    assert abs(found.bottom + 7.0) < 0.5 * voxel
    assert abs(found.edge @ DIAGONAL - np.array([10.0, -7.0]) @ DIAGONAL) < voxel
    middle = frame @ pedicle_middle(part, field_of([whole]), frame)
    assert abs(middle[0] - 16.0) < voxel


def test_a_bone_that_rays_do_not_leave_has_no_borders() -> None:
    whole = painted(box((-40, -40, -40), (40, 40, 40)), 30.0, 1.5)
    mask = np.zeros(whole.volume.array.shape, dtype=bool)
    mask[18:23, 18:23, 18:23] = True
    part = region_of_mask("part", whole.volume, mask)
    assert part is not None
    assert pedicle_borders(part, field_of([whole]), np.zeros(3), np.eye(3)) is None


def test_outwards_is_the_side_s_own_direction() -> None:
    assert outward_frame(np.eye(3), Side.LEFT)[0, 0] == 1.0
    assert outward_frame(np.eye(3), Side.RIGHT)[0, 0] == -1.0


@pytest.mark.parametrize("voxel", [0.6, 1.0])
@pytest.mark.parametrize("side", list(Side))
def test_walls_of_a_round_pedicle_are_where_it_is_widest(voxel: float, side: Side) -> None:
    """An ellipse 12 mm wide and 14 high, whose part reaches too far down and which a process leaves above."""
    sign = np.array([1.0 if side is Side.LEFT else -1.0, 1.0, 1.0])

    def oval(points: np.ndarray) -> np.ndarray:
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        return (((x - 16.0) / 6.0) ** 2 + (z / 7.0) ** 2 <= 1.0) & (np.abs(y) < 10.0)

    solids = (
        oval,
        box((-25.0, -30.0, -13.0), (25.0, -6.0, 13.0)),
        box((-25.0, 8.0, -13.0), (25.0, 14.0, 13.0)),
        box((18.0, -4.0, 3.5), (34.0, 8.0, 7.0)),
    )
    whole = painted(lambda p: np.any([solid(p * sign) for solid in solids], axis=0), 36.0, voxel)
    cut = box((8.0, -7.0, -12.0), (26.0, 9.0, 5.0))
    part = painted(
        lambda p: np.any([solid(p * sign) & cut(p * sign) for solid in solids], axis=0), 36.0, voxel
    )
    frame = outward_frame(np.eye(3), side)
    found = pedicle_borders(part, field_of([whole]), np.zeros(3), frame)
    assert found is not None
    assert abs(found.inner - 10.0) < 0.4 * voxel
    assert abs(found.outer - 22.0) < 0.5 * voxel
    middle = frame @ pedicle_middle(part, field_of([whole]), frame)
    assert abs(middle[0] - 16.0) < 0.4 * voxel
    assert abs(middle[2]) < 0.5 * voxel

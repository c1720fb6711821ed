from __future__ import annotations

import numpy as np
import pytest

from kambin.anatomy.fields import field_of
from kambin.anatomy.regions import region_of
from kambin.anatomy.symmetry import mirror_turn, turned
from kambin.anatomy.volume import Volume


def wings(angle_deg: float) -> Volume:
    """A body with two wings, symmetric about a plane that is turned by an angle about z."""
    index = np.indices((90, 90, 30)).reshape(3, -1).T - np.array([44.5, 44.5, 14.5])
    x, y, z = (index @ turned(np.eye(3), angle_deg).T).T
    body = (x / 20) ** 2 + (y / 14) ** 2 < 1
    wing = (np.abs(x) < 36) & (np.abs(y - 10 - 0.2 * np.abs(x)) < 6)
    inside = ((body | wing) & (np.abs(z) < 11)).reshape(90, 90, 30)
    place = np.eye(4)
    place[:3, 3] = -44.5, -44.5, -14.5
    return Volume(inside.astype(np.uint8), place)


@pytest.mark.parametrize("angle", [-13.0, -4.3, 0.0, 2.7, 11.0])
def test_the_turn_of_a_symmetric_bone(angle: float) -> None:
    volume = wings(angle)
    field = field_of([region_of("sacrum", 1, volume, volume.array.astype(bool))])
    low, high = np.array([-38.0, -20, -8]), np.array([38.0, 30, 8])
    found = mirror_turn(field, np.array([1.5, -1.0, 0.0]), np.eye(3), low, high)
    assert np.degrees(found) == pytest.approx(angle, abs=0.4)


def test_a_turned_frame_is_right_handed() -> None:
    frame = turned(np.eye(3), 30.0)
    assert np.allclose(frame @ frame.T, np.eye(3)) and np.linalg.det(frame) == pytest.approx(1.0)
    assert frame[0] @ np.array([0.0, 1, 0]) > 0  # left has moved towards posterior

from __future__ import annotations

import numpy as np
import pytest

from kambin.anatomy.frames import apply
from kambin.anatomy.reading import label_map_of
from kambin.anatomy.regions import Region, region
from kambin.anatomy.volume import Volume

PLACE = np.array([[0.0, 2, 0, 10], [-1, 0, 0, 20], [0, 0, 3, -5], [0, 0, 0, 1]])


def block(*pieces: tuple[slice, slice, slice], shape: tuple[int, int, int] = (20, 20, 20)) -> Region:
    array = np.zeros(shape, np.uint8)
    for piece in pieces:
        array[piece] = 27
    found = region(label_map_of(Volume(array, PLACE), "total"), "vertebrae_L5")
    assert found is not None
    return found


BIG = (slice(2, 12), slice(3, 13), slice(4, 14))


def test_an_absent_structure_is_none() -> None:
    labels = label_map_of(Volume(np.ones((2, 2, 2), np.uint8), PLACE), "total")
    assert region(labels, "vertebrae_L5") is None


def test_volume_middle_and_points_of_a_block() -> None:
    found = block(BIG)
    assert found.voxels == 1000 and found.volume_ml == pytest.approx(6.0)
    middle = apply(PLACE, np.array([6.5, 7.5, 8.5]))
    assert np.allclose(found.centre_lps(), middle)
    assert np.allclose(found.points_lps().mean(axis=0), middle)
    assert found.surface_voxels() == 1000 - 8**3
    assert not found.cut and not found.fragments and found.stray_voxels == 0


def test_stray_voxels_move_nothing() -> None:
    found = block(BIG, (slice(19, 20), slice(19, 20), slice(0, 9)))
    assert found.voxels == found.main_voxels == 1000
    assert found.box == BIG  # later steps do not walk to the speck
    assert np.allclose(found.main_centre_lps, found.centre_lps())
    assert found.stray_voxels == 9 and found.stray_ml == pytest.approx(0.054)
    assert np.allclose(found.centre_lps(), apply(PLACE, np.array([6.5, 7.5, 8.5])))
    assert not found.cut  # the stray voxels touch the edge, the bone does not


def test_a_second_large_piece_is_kept_and_told() -> None:
    found = block(BIG, (slice(14, 18), slice(3, 13), slice(4, 8)))
    assert found.voxels == 1160 and found.main_voxels == 1000 and found.stray_voxels == 0
    assert len(found.fragments) == 1
    assert np.allclose(found.fragments[0], apply(PLACE, np.array([15.5, 7.5, 5.5])))
    assert np.allclose(found.main_centre_lps, apply(PLACE, np.array([6.5, 7.5, 8.5])))


def test_pieces_that_touch_at_an_edge_only_are_apart() -> None:
    found = block(BIG, (slice(12, 13), slice(13, 14), slice(4, 14)))
    assert found.stray_voxels == 10


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("end", [0, 19])
def test_a_bone_at_the_edge_is_cut(axis: int, end: int) -> None:
    piece = [slice(5, 12)] * 3
    piece[axis] = slice(0, 8) if end == 0 else slice(12, 20)
    found = block(tuple(piece))
    assert found.cut
    assert len(found.border_voxels) == 49
    assert (found.border_voxels[:, axis] == end).all()
    other = [other for other in range(3) if other != axis]
    assert found.border_voxels[:, other].min() == 5 and found.border_voxels[:, other].max() == 11

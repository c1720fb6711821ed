from __future__ import annotations

import numpy as np

from kambin.anatomy.geometry import Part, PartMap
from kambin.anatomy.masks import part_region, pedicle_of, region_of_mask
from kambin.anatomy.reading import label_map_of
from kambin.anatomy.volume import Volume
from kambin.case.words import Side


def test_a_mask_is_a_region_in_its_own_box_and_knows_whether_the_view_cuts_it() -> None:
    volume = Volume(np.zeros((10, 12, 14), dtype=np.uint8), np.diag([2.0, 1.0, 1.0, 1.0]))
    mask = np.zeros((4, 5, 6), dtype=bool)
    mask[1:3, 2, 3] = True
    found = region_of_mask("part", volume, mask, (slice(3, 7), slice(4, 9), slice(8, 14)))
    assert found is not None and not found.cut
    assert found.centre_lps().tolist() == [9.0, 6.0, 11.0]
    assert found.voxels == 2 and found.volume_ml == 0.004
    mask[0, 0, 5] = True
    cut = region_of_mask("part", volume, mask, (slice(3, 7), slice(4, 9), slice(8, 14)))
    assert cut is not None and cut.cut
    assert region_of_mask("nothing", volume, np.zeros((10, 12, 14), dtype=bool)) is None


def test_of_a_part_the_largest_piece_is_taken_and_sides_are_the_patients() -> None:
    codes = np.zeros((20, 20, 20), dtype=np.uint8)
    codes[2:6, 2:6, 2:6] = Part.PEDICLE_LEFT
    codes[15, 15, 15] = Part.PEDICLE_LEFT
    codes[10:13, 2:6, 2:6] = Part.PEDICLE_RIGHT
    array = np.zeros((30, 30, 30), dtype=np.uint8)
    array[5:25, 5:25, 5:25] = 31
    labels = label_map_of(Volume(array, np.eye(4)), "total")
    parts = PartMap("L1", (slice(5, 25), slice(5, 25), slice(5, 25)), codes, "given")
    left, right = (pedicle_of(labels, parts, side) for side in (Side.LEFT, Side.RIGHT))
    assert left is not None and right is not None
    assert left.voxels == 64 and left.centre_lps().tolist() == [8.5, 8.5, 8.5]
    assert right.voxels == 48 and right.centre_lps()[0] == 16.0
    assert part_region(labels, parts, Part.SPINOUS) is None
    both = part_region(labels, parts, Part.PEDICLE_LEFT, Part.PEDICLE_RIGHT)
    assert both is not None and both.voxels == 64

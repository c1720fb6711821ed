from __future__ import annotations

import numpy as np
import pytest

from kambin.anatomy.reading import label_map_of
from kambin.anatomy.skin import find_skin
from kambin.anatomy.volume import Volume
from tests.anatomy.scenes import phantom_volume


def ct(shape: tuple[int, int, int] = (90, 70, 60), voxel: float = 2.0) -> tuple[Volume, np.ndarray]:
    """An oval body with bowel gas in it, lying on a table."""
    x, y, _ = np.meshgrid(*(np.arange(size) - (size - 1) / 2 for size in shape), indexing="ij")
    inside = (x / 36) ** 2 + (y / 24) ** 2 < 1
    hounsfield = np.where(inside, 40, -1000).astype(np.int16)
    hounsfield[40:46, 30:36, 20:30] = -900  # gas
    hounsfield[:, 64:67] = 200  # the table, three voxels thick, apart from the body
    place = np.diag([voxel, voxel, voxel, 1.0])
    return Volume(hounsfield, place), inside


def test_the_body_in_a_ct() -> None:
    image, inside = ct()
    skin, how = find_skin(label_map_of(phantom_volume(), "total"), image)
    assert skin is not None and "CT" in how and skin.volume is not image
    found = np.zeros(skin.volume.array.shape, bool)
    found[skin.box] = skin.mask
    assert np.count_nonzero(found ^ inside) < 0.03 * np.count_nonzero(inside)
    assert found[42, 33, 25]  # gas in the bowel is inside the skin
    assert not found[:, 64:67].any()  # the table is not


@pytest.mark.parametrize("values", ["an MR", "no air"])
def test_an_image_without_air_shows_no_skin(values: str) -> None:
    image, _ = ct()
    array = np.abs(image.array) if values == "an MR" else np.full_like(image.array, 40)
    skin, how = find_skin(label_map_of(phantom_volume(), "total"), Volume(array, image.lps_from_voxel))
    assert skin is None and "no air" in how


def test_without_label_and_image_it_is_missing() -> None:
    skin, how = find_skin(label_map_of(phantom_volume(), "total"), None)
    assert skin is None and "no image" in how


def test_a_labelled_body_is_all_that_is_not_background() -> None:
    array = np.array(phantom_volume().array)
    array[5:-5, 5:-5, 5:-5][array[5:-5, 5:-5, 5:-5] == 0] = 121
    labels = label_map_of(Volume(array, phantom_volume().lps_from_voxel), "kambin")
    skin, how = find_skin(labels, ct()[0])
    assert skin is not None and how == "labelled in the map"
    assert skin.voxels == np.count_nonzero(array)

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest

from kambin.anatomy.reading import check_shows, label_map_of
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.volume import Volume
from tests.anatomy.reading.builders import image_here, nifti, rigid, save_nifti

REAL = [
    "sct_t2/t2_lumbar.nii.gz",
    "totalseg_example_ct3mm/ct.nii.gz",
    "tptbox_samples/sub-ct_label-22_ct.nii.gz",
    "tptbox_samples/sub-mri_label-6_T2w.nii.gz",
]


@pytest.mark.parametrize("name", REAL)
def test_real_images_are_read_as_nibabel_reads_them(shared_dir: Path, name: str) -> None:
    path = shared_dir / "data" / name
    if not path.is_file():
        pytest.skip(f"no {path.name}")
    image = nibabel.load(path)
    read = image_here(path)
    assert np.array_equal(read.array, np.asarray(image.dataobj))
    assert np.allclose(read.lps_from_voxel, np.diag([-1, -1, 1, 1]) @ image.affine, atol=1e-4)


@pytest.mark.parametrize("kind", ["uint8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_values_as_stored_in_the_order_of_this_machine(tmp_path: Path, kind: str, order: str) -> None:
    values = np.arange(60).reshape(3, 4, 5).astype(np.dtype(kind).newbyteorder(order))
    path = save_nifti(tmp_path / "ct.nii", values, rigid(3, 4, 5, (6, 7, 8)))
    read = image_here(path)
    assert np.array_equal(read.array, values)
    assert read.array.dtype.isnative
    assert read.array.dtype == np.dtype(kind)


def test_slope_and_intercept_make_the_values(tmp_path: Path) -> None:
    path = tmp_path / "ct.nii"
    for slope, intercept, expected in ((2, -1024, -1022), (0.5, 0, 0.5), (0, 7, 1), (np.nan, 7, 1)):
        path.write_bytes(nifti("int16", scl_slope=slope, scl_inter=intercept))
        assert (image_here(path).array == expected).all()
    path.write_bytes(nifti("int16", scl_slope=2, scl_inter=np.inf))
    with pytest.raises(ScanRefused) as refused:
        image_here(path)
    assert refused.value.reason is Reason.BAD_HEADER


def test_what_is_no_image(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of interest, but long enough to hold a header " * 10)
    with pytest.raises(ScanRefused) as refused:
        image_here(path)
    assert refused.value.reason is Reason.UNKNOWN_FORMAT


def test_an_image_has_to_show_the_labelled_bones() -> None:
    array = np.zeros((20, 20, 40), np.uint8)
    for value, low in ((27, 2), (28, 12), (29, 22)):
        array[5:15, 5:15, low : low + 8] = value
    place = rigid(5, 6, 7, (50, 60, 70)) @ np.diag([2.0, 2.0, 3.0, 1.0])
    found = label_map_of(Volume(array, place), "total")
    image = np.zeros((40, 40, 60), np.int16)
    finer = place @ np.diag([0.5, 0.5, 2 / 3, 1.0])
    check_shows(Volume(image, finer), found)
    check_shows(Volume(image[:, :, :36], finer), found)  # two of three are enough
    for elsewhere in (finer @ rigid(shift=(0, 0, 30)), np.diag([-1, -1, 1, 1.0]) @ finer):
        with pytest.raises(ScanRefused) as refused:
            check_shows(Volume(image, elsewhere), found)
        assert refused.value.reason is Reason.MIXED_FRAMES
    check_shows(
        Volume(image, finer @ rigid(shift=(999, 0, 0))), label_map_of(Volume(array // 28, place), "total")
    )

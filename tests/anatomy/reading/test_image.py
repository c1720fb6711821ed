from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest

from kambin.anatomy.refusal import Reason, ScanRefused
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

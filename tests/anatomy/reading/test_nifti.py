"""Hostile and broken files: refused by the header, with a reason, before memory is set aside."""

from __future__ import annotations

import gzip
import math
import os
import tracemalloc
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.anatomy.reading import read_label_map
from kambin.anatomy.reading.header import is_gzip, open_stream
from kambin.anatomy.reading.nifti import LABEL_ENTRY, read_header
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import DEFAULT_LIMITS, Limits
from tests.anatomy.reading.builders import labels_here, nifti
from tests.anatomy.scenes import phantom, phantom_volume, rigid, write_nifti


def reason_of(path: Path, labels: str | None = None) -> Reason:
    with pytest.raises(ScanRefused) as refused:
        labels_here(path, labels)
    assert path.name not in str(refused.value)
    return refused.value.reason


def refusal(tmp_path: Path, data: bytes, name: str = "map.nii") -> Reason:
    path = tmp_path / name
    path.write_bytes(data)
    return reason_of(path)


def test_the_file_that_the_others_are_broken_from_is_readable(tmp_path: Path) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti())
    assert labels_here(path, "total").voxels == {"spleen": 120}


BROKEN: dict[str, tuple[dict[str, Any], Reason]] = {
    "both codes 0": ({"sform_code": 0, "qform_code": 0}, Reason.NO_FRAME),
    "negative codes": ({"sform_code": -1, "qform_code": -3}, Reason.NO_FRAME),
    "nan in the sform": ({"srow_x": [np.nan, 0, 0, 0]}, Reason.BAD_AFFINE),
    "infinite sform": ({"srow_z": [0, 0, np.inf, 0]}, Reason.BAD_AFFINE),
    "singular sform": ({"srow_y": [0, 1, 1, 0], "srow_z": [0, 1, 1, 0]}, Reason.BAD_AFFINE),
    "zero spacing": ({"srow_x": [0, 0, 0, 0]}, Reason.BAD_SPACING),
    "spacing of 20 mm": ({"srow_x": [20, 0, 0, 0]}, Reason.BAD_SPACING),
    "spacing in micrometres": ({"xyzt_units": 3}, Reason.UNITS),
    "spacing in metres": ({"xyzt_units": 1}, Reason.UNITS),
    "spacing written twice": ({"qform_code": 0, "pixdim": [1, 1, 1, 2, 0, 0, 0, 0]}, Reason.BAD_SPACING),
    "no rotation": ({"sform_code": 0, "quatern_b": 0.9, "quatern_c": 0.9}, Reason.BAD_AFFINE),
    "negative spacing": ({"sform_code": 0, "pixdim": [1, -1, 1, 1, 0, 0, 0, 0]}, Reason.BAD_AFFINE),
    "qform of nan": ({"sform_code": 0, "quatern_d": np.nan}, Reason.BAD_AFFINE),
    "wild qfac": ({"sform_code": 0, "pixdim": [7, 1, 1, 1, 0, 0, 0, 0]}, Reason.BAD_AFFINE),
    "moved qform": ({"qoffset_x": 3.0}, Reason.FRAMES_DISAGREE),
    "mirrored qform": ({"pixdim": [-1, 1, 1, 1, 0, 0, 0, 0]}, Reason.FRAMES_DISAGREE),
    "four dimensions": ({"dim": [4, 4, 5, 3, 2, 1, 1, 1]}, Reason.NOT_3D),
    "two dimensions": ({"dim": [2, 20, 6, 1, 1, 1, 1, 1]}, Reason.NOT_3D),
    "negative dimension": ({"dim": [3, 4, -5, 6, 1, 1, 1, 1]}, Reason.BAD_HEADER),
    "zero dimension": ({"dim": [3, 4, 0, 6, 1, 1, 1, 1]}, Reason.BAD_HEADER),
    "nine dimensions": ({"dim": [9, 4, 5, 6, 1, 1, 1, 1]}, Reason.BAD_HEADER),
    "8 GB": ({"dim": [3, 2000, 2000, 2000, 1, 1, 1, 1]}, Reason.TOO_LARGE),
    "largest dimensions": ({"dim": [3, 32767, 32767, 32767, 1, 1, 1, 1]}, Reason.TOO_LARGE),
    "voxels of 8 bytes": (
        {"dim": [3, 500, 500, 700, 1, 1, 1, 1], "datatype": 64, "bitpix": 64},
        Reason.TOO_LARGE,
    ),
    "more voxels than bytes": ({"dim": [3, 4, 5, 7, 1, 1, 1, 1]}, Reason.TRUNCATED),
    "fewer voxels than bytes": ({"dim": [3, 4, 5, 5, 1, 1, 1, 1]}, Reason.TRAILING_DATA),
    "unknown type": ({"datatype": 77}, Reason.UNSUPPORTED),
    "colours": ({"datatype": 128, "bitpix": 24}, Reason.UNSUPPORTED),
    "complex numbers": ({"datatype": 32, "bitpix": 64}, Reason.UNSUPPORTED),
    "scaled": ({"scl_slope": 0.5, "scl_inter": 0}, Reason.SCALED),
    "shifted": ({"scl_slope": 1, "scl_inter": -1024}, Reason.SCALED),
    "voxels inside the header": ({"vox_offset": 100}, Reason.BAD_HEADER),
    "voxels nowhere": ({"vox_offset": np.nan}, Reason.BAD_HEADER),
    "voxels at a fraction": ({"vox_offset": 352.5}, Reason.BAD_HEADER),
    "4 GB of extensions": ({"vox_offset": 4e9}, Reason.TOO_LARGE),
    "extensions that are not there": ({"vox_offset": 4000}, Reason.TRUNCATED),
    "header and image pair": ({"magic": b"ni1"}, Reason.UNSUPPORTED),
    "no magic": ({"magic": b"nope"}, Reason.UNKNOWN_FORMAT),
}


@pytest.mark.parametrize("packed", [False, True], ids=["nii", "nii.gz"])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_headers(tmp_path: Path, name: str, packed: bool) -> None:
    fields, reason = BROKEN[name]
    data = nifti(**fields)
    got = refusal(tmp_path, gzip.compress(data) if packed else data)
    assert got is reason


def test_scaling_that_changes_nothing_is_allowed(tmp_path: Path) -> None:
    for slope, intercept in ((1, 0), (0, 5), (np.nan, np.nan)):
        path = tmp_path / "map.nii"
        path.write_bytes(nifti(scl_slope=slope, scl_inter=intercept))
        assert labels_here(path, "total").voxels == {"spleen": 120}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY_FILE),
        (b"x", Reason.UNKNOWN_FORMAT),
        (b"The patient has a disc herniation.\n" * 50, Reason.UNKNOWN_FORMAT),
        (b"\x1f\x8b", Reason.TRUNCATED),
        (b"\x1f\x8bnot really compressed at all", Reason.CORRUPT),
        (gzip.compress(b""), Reason.UNKNOWN_FORMAT),
        (nifti()[:200], Reason.UNKNOWN_FORMAT),
        (nifti()[:350], Reason.TRUNCATED),
        (nifti()[:400], Reason.TRUNCATED),
        (nifti() + b"\0", Reason.TRAILING_DATA),
        (gzip.compress(nifti()[:400]), Reason.TRUNCATED),
        (gzip.compress(nifti() + b"\0"), Reason.TRAILING_DATA),
        (gzip.compress(nifti())[:-20], Reason.TRUNCATED),
        (gzip.compress(nifti())[:-8] + b"\0\0\0\0\0\0\0\0", Reason.CORRUPT),
    ],
    ids=range(14),
)
def test_files_that_are_no_label_map(tmp_path: Path, data: bytes, reason: Reason) -> None:
    assert refusal(tmp_path, data) is reason


def test_places_that_are_no_file(tmp_path: Path) -> None:
    assert reason_of(tmp_path) is Reason.UNSUPPORTED  # a folder without a DICOM segmentation
    assert reason_of(tmp_path / "absent.nii") is Reason.NOT_A_FILE
    pipe = tmp_path / "pipe.nii"
    os.mkfifo(pipe)
    assert reason_of(pipe) is Reason.NOT_A_FILE  # and reading does not wait for ever


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti())
    path.chmod(0)
    assert reason_of(path) is Reason.UNREADABLE


@pytest.mark.parametrize("packed", [False, True])
def test_a_small_file_that_declares_8_gb_costs_nothing(tmp_path: Path, packed: bool) -> None:
    data = nifti(dim=[3, 2000, 2000, 2000, 1, 1, 1, 1]) + b"\0" * 65_000
    tracemalloc.start()
    try:
        assert refusal(tmp_path, gzip.compress(data) if packed else data) is Reason.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_header_that_is_allowed_but_untrue_costs_nothing(tmp_path: Path) -> None:
    # 100 million voxels are allowed; a compressed file of a few kB can not hold them
    data = gzip.compress(nifti(dim=[3, 1000, 1000, 100, 1, 1, 1, 1]) + b"\0" * 100_000)
    tracemalloc.start()
    try:
        assert refusal(tmp_path, data) is Reason.TRUNCATED
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_compressed_file_that_inflates_without_end_is_left_alone(tmp_path: Path) -> None:
    # 120 voxels declared, 400 MB behind them: read to the declared end and not further
    data = gzip.compress(nifti() + b"\0" * 400_000_000, compresslevel=1)
    tracemalloc.start()
    try:
        assert refusal(tmp_path, data) is Reason.TRAILING_DATA
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_limits_are_settings(tmp_path: Path) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti())
    with pytest.raises(ScanRefused) as refused:
        read_label_map(path, limits=Limits(max_voxels=119, isolated=False))
    assert refused.value.reason is Reason.TOO_LARGE
    with pytest.raises(ScanRefused) as refused:
        read_label_map(path, limits=Limits(max_bytes=119, isolated=False))
    assert refused.value.reason is Reason.TOO_LARGE
    assert read_label_map(
        path, labels="total", limits=Limits(max_voxels=120, max_bytes=120, isolated=False)
    ).voxels == {"spleen": 120}


def header_of(path: Path) -> Any:
    with open_stream(path) as stream:
        return read_header(stream, path.stat().st_size, is_gzip(path), DEFAULT_LIMITS)


def test_sform_goes_before_qform(tmp_path: Path) -> None:
    # within the tolerance the two differ; the sform is the one that is used
    path = tmp_path / "map.nii"
    path.write_bytes(nifti(qoffset_x=0.4))
    assert header_of(path).lps_from_voxel[0, 3] == 0
    path.write_bytes(nifti(qoffset_x=0.4, sform_code=0))
    assert header_of(path).lps_from_voxel[0, 3] == pytest.approx(-0.4)


def test_both_byte_orders_and_both_versions(tmp_path: Path) -> None:
    array = phantom_volume().array[::2, ::2, ::2].astype(np.int16)
    place = np.diag([4.0, 4.0, 4.0, 1.0])
    flip = np.diag([-1.0, -1.0, 1.0, 1.0])
    for version in (nibabel.Nifti1Image, nibabel.Nifti2Image):
        for order in "<>":
            image = version(array.astype(array.dtype.newbyteorder(order)), flip @ place)
            image.header.set_data_dtype(array.dtype.newbyteorder(order))
            image.set_sform(image.affine, 1)
            image = version(array, image.affine, version.header_class(endianness=order))
            image.set_sform(image.affine, 1)
            path = tmp_path / "map.nii"
            nibabel.save(image, path)
            read = labels_here(path, "total")
            assert np.array_equal(read.volume.array, array)
            assert np.allclose(read.volume.lps_from_voxel, place)


def test_a_fourth_dimension_of_one_is_no_dimension(tmp_path: Path) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti(dim=[4, 4, 5, 6, 1, 1, 1, 1]))
    assert header_of(path).shape == (4, 5, 6)


def test_the_label_table_is_read_and_free_text_is_not(tmp_path: Path) -> None:
    path = tmp_path / "map.nii.gz"
    phantom().write(path)
    assert header_of(path).names[27] == "vertebrae_L5"
    assert header_of(path).names[77] == "hip_left"
    for secret in (b"Doe John 1960-01-01", b"DOE^JOHN"):
        entry = b'<Label Key="27" Red="0"><![CDATA[' + secret + b"]]></Label>"
        found = LABEL_ENTRY.findall(entry)
        assert all(b"John" not in name and b"^" not in name for _, name in found)


def test_no_text_of_the_file_reaches_a_message(tmp_path: Path) -> None:
    secret = b"DOE_JOHN_1960"
    names = {"descrip": secret, "aux_file": secret, "intent_name": secret, "db_name": secret}
    folder = tmp_path / "DOE_JOHN_1960"
    folder.mkdir()
    for fields, _ in BROKEN.values():
        path = folder / "DOE_JOHN_1960.nii"
        path.write_bytes(nifti(**fields, **names))
        with pytest.raises(ScanRefused) as refused:
            labels_here(path)
        assert "DOE" not in str(refused.value) and "DOE" not in repr(refused.value.__dict__)


@given(st.binary(max_size=700), st.booleans())
def test_noise_is_refused_and_never_breaks_the_reader(
    tmp_path_factory: Any, noise: bytes, packed: bool
) -> None:
    path = tmp_path_factory.mktemp("noise") / "map.nii"
    path.write_bytes(gzip.compress(noise) if packed else noise)
    with pytest.raises(ScanRefused):
        labels_here(path)


@given(st.integers(0, 347), st.binary(min_size=1, max_size=8))
def test_any_header_bytes_are_read_or_refused(tmp_path_factory: Any, at: int, noise: bytes) -> None:
    data = bytearray(nifti())
    data[at : at + len(noise)] = noise
    path = tmp_path_factory.mktemp("mutated") / "map.nii"
    path.write_bytes(data[: len(nifti())])
    try:
        read = labels_here(path)
    except ScanRefused:
        return
    assert math.prod(read.volume.array.shape) <= DEFAULT_LIMITS.max_voxels
    assert np.isfinite(read.volume.lps_from_voxel).all()


def test_nibabel_reads_the_same(tmp_path: Path) -> None:
    place = rigid(10, -5, 20, (30, -40, 50)) @ np.diag([1.5, 0.7, 3, 1])
    path = write_nifti(tmp_path / "map.nii.gz", np.arange(60, dtype=np.uint8).reshape(3, 4, 5), place)
    read = labels_here(path, "total")
    image = nibabel.load(path)
    assert np.array_equal(read.volume.array, np.asarray(image.dataobj))
    assert np.allclose(read.volume.lps_from_voxel, np.diag([-1, -1, 1, 1]) @ image.affine, atol=1e-4)


def test_a_qfac_of_zero_reads_as_one(tmp_path: Path) -> None:
    path = tmp_path / "map.nii"
    path.write_bytes(nifti(sform_code=0, pixdim=[0, 1, 1, 1, 0, 0, 0, 0]))
    assert np.array_equal(header_of(path).lps_from_voxel, np.diag([-1.0, -1, 1, 1]))

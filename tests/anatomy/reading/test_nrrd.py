from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from hypothesis import given
from hypothesis import strategies as st

from kambin.anatomy.reading.nrrd import parse_nrrd_header, read_nrrd_header
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import DEFAULT_LIMITS, Limits
from tests.anatomy.reading.builders import image_here, labels_here, nrrd, rigid

CUBE = np.arange(60, dtype="<i2").reshape(3, 4, 5)
LEVELS = np.full((3, 4, 5), 7, "u1")


def saved(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "scan.nrrd"
    path.write_bytes(data)
    return path


def refusal(data: bytes, limits: Limits = DEFAULT_LIMITS) -> ScanRefused:
    with pytest.raises(ScanRefused) as refused:
        parse_nrrd_header(data[: limits.max_header_bytes], len(data), limits)
    return refused.value


@pytest.mark.parametrize("kind", ["u1", "<i2", ">i2", "<u2", "<f4"])
def test_what_simpleitk_writes_is_read(tmp_path: Path, kind: str) -> None:
    array = CUBE.astype(kind)
    pose = rigid(10, -20, 30, (5, -6, 7)) @ np.diag([0.5, 0.7, 2.0, 1.0])
    image = SimpleITK.GetImageFromArray(array.astype(np.dtype(kind).newbyteorder("=")).transpose(2, 1, 0))
    image.SetSpacing((0.5, 0.7, 2.0))
    image.SetDirection((pose[:3, :3] / [0.5, 0.7, 2.0]).ravel().tolist())
    image.SetOrigin(pose[:3, 3].tolist())
    for packed in (False, True):
        path = tmp_path / "scan.nrrd"
        SimpleITK.WriteImage(image, str(path), packed)
        read = image_here(path)
        assert np.array_equal(read.array, array)
        assert np.allclose(read.lps_from_voxel, pose, atol=1e-9)


@pytest.mark.parametrize(
    ("space", "signs"),
    [
        ("left-posterior-superior", (1, 1, 1)),
        ("LPS", (1, 1, 1)),
        ("right-anterior-superior", (-1, -1, 1)),
        ("RAS", (-1, -1, 1)),
        ("left-anterior-superior", (1, -1, 1)),
    ],
)
def test_every_space_ends_in_lps(tmp_path: Path, space: str, signs: tuple[int, ...]) -> None:
    lines = {"space": space, "space directions": "(0,2,0) (3,0,0) (0,0,1)", "space origin": "(10,20,30)"}
    read = image_here(saved(tmp_path, nrrd(CUBE, lines)))
    # the first voxel axis runs along the second axis of the space
    assert np.array_equal(read.lps_from_voxel[:3, 0], np.array([0, 2, 0]) * signs)
    assert np.array_equal(read.lps_from_voxel[:3, 1], np.array([3, 0, 0]) * signs)
    assert np.array_equal(read.lps_from_voxel[:3, 3], np.array([10, 20, 30]) * signs)


def test_gzip_with_more_or_less_than_declared(tmp_path: Path) -> None:
    data = nrrd(CUBE, {"encoding": "gzip"})
    head, voxels = data[: -CUBE.nbytes], CUBE.tobytes(order="F")
    assert np.array_equal(image_here(saved(tmp_path, head + gzip.compress(voxels))).array, CUBE)
    for content, reason in (
        (gzip.compress(voxels[:-2]), Reason.TRUNCATED),
        (gzip.compress(voxels)[:-9], Reason.TRUNCATED),
        (gzip.compress(voxels + b"\0"), Reason.TRAILING_DATA),
        (gzip.compress(voxels + b"\0" * 50_000_000, 1), Reason.TRAILING_DATA),
        (b"no gzip at all, but long enough to be", Reason.CORRUPT),
    ):
        with pytest.raises(ScanRefused) as refused:
            image_here(saved(tmp_path, head + content))
        assert refused.value.reason is reason


BROKEN: dict[str, tuple[dict[str, str | None], Reason]] = {
    "another file": ({"data file": "../../etc/passwd"}, Reason.UNSUPPORTED),
    "a list of files": ({"datafile": "LIST"}, Reason.UNSUPPORTED),
    "no space": ({"space": None}, Reason.NO_FRAME),
    "a scanner's space": ({"space": "scanner-xyz"}, Reason.NO_FRAME),
    "with time": ({"space": "left-posterior-superior-time"}, Reason.NO_FRAME),
    "no directions": ({"space directions": None}, Reason.NO_FRAME),
    "no origin": ({"space origin": None}, Reason.NO_FRAME),
    "two directions": ({"space directions": "(1,0,0) (0,1,0)"}, Reason.BAD_AFFINE),
    "a direction that is none": ({"space directions": "none (0,1,0) (0,0,1)"}, Reason.BAD_AFFINE),
    "nan": ({"space directions": "(nan,0,0) (0,1,0) (0,0,1)"}, Reason.BAD_AFFINE),
    "infinite": ({"space origin": "(inf,0,0)"}, Reason.BAD_AFFINE),
    "singular": ({"space directions": "(1,0,0) (1,0,0) (0,0,1)"}, Reason.BAD_AFFINE),
    "in metres": ({"space directions": "(.001,0,0) (0,.001,0) (0,0,.001)"}, Reason.BAD_SPACING),
    "of no number": ({"space origin": "(a,b,c)"}, Reason.BAD_HEADER),
    "no dimension": ({"dimension": None}, Reason.NOT_3D),
    "four dimensions": ({"dimension": "4", "sizes": "3 4 5 1"}, Reason.NOT_3D),
    "a colour": ({"kinds": "RGB-color domain domain"}, Reason.NOT_3D),
    "a negative size": ({"sizes": "3 -4 5"}, Reason.BAD_HEADER),
    "8 GB": ({"sizes": "2000 2000 2000"}, Reason.TOO_LARGE),
    "beyond 64 bits": ({"sizes": "99999999999 99999999999 99999999999"}, Reason.TOO_LARGE),
    "a number without end": ({"sizes": "9" * 3900 + " 1 1"}, Reason.BAD_HEADER),
    "more than there is": ({"sizes": "3 4 6"}, Reason.TRUNCATED),
    "less than there is": ({"sizes": "3 4 4"}, Reason.TRAILING_DATA),
    "of no order": ({"endian": None}, Reason.BAD_HEADER),
    "of no type": ({"type": None}, Reason.UNSUPPORTED),
    "blocks": ({"type": "block"}, Reason.UNSUPPORTED),
    "bzip2": ({"encoding": "bzip2"}, Reason.UNSUPPORTED),
    "hex": ({"encoding": "hex"}, Reason.UNSUPPORTED),
    "skipping": ({"byte skip": "-1"}, Reason.UNSUPPORTED),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_headers(name: str) -> None:
    lines, reason = BROKEN[name]
    refused = refusal(nrrd(CUBE, lines))
    assert refused.reason is reason
    assert refused.__cause__ is None and refused.__context__ is None


def test_a_header_without_end() -> None:
    assert refusal(b"NRRD0004\ntype: short\n").reason is Reason.TRUNCATED
    limits = Limits(max_header_bytes=1000)
    assert refusal(b"NRRD0004\n" + b"# no end\n" * 1000, limits).reason is Reason.TOO_LARGE


def test_a_field_written_twice_is_refused() -> None:
    data = nrrd(CUBE).replace(b"encoding: raw\n", b"encoding: raw\nsizes: 1 1 1\n")
    assert refusal(data).reason is Reason.BAD_HEADER


SLICER = """Segment0_Color:=1 0 0
Segment0_ID:=Segment_1
Segment0_LabelValue:=7
Segment0_Layer:=0
Segment0_Name:=L4 vertebra
Segment1_LabelValue:=9
Segment1_Layer:=0
Segment1_Name:={second}
"""


def test_a_segmentation_names_its_segments(tmp_path: Path) -> None:
    array = LEVELS.copy()
    array[0] = 9
    array[1, 0, 0] = 33
    path = saved(tmp_path, nrrd(array, segments=SLICER.format(second="L5-S1 disc")))
    found = labels_here(path)
    assert found.convention.name == "named"
    assert found.voxels == {"vertebrae_L4": 39, "disc_L5-S1": 20}
    assert found.unknown_values == (33,)
    assert found.value_of("vertebrae_L4") == 7


def test_a_name_that_is_no_structure_goes_no_further(tmp_path: Path) -> None:
    path = saved(tmp_path, nrrd(LEVELS, segments=SLICER.format(second="Jane Doe")))
    assert read_nrrd_header(path, DEFAULT_LIMITS).names == {7: "vertebrae_L4"}


def test_two_segments_of_one_name_are_refused() -> None:
    data = nrrd(LEVELS, segments=SLICER.format(second="vertebrae_L4"))
    assert refusal(data).reason is Reason.LABEL_TWICE


def test_the_caller_may_not_contradict_the_file(tmp_path: Path) -> None:
    path = saved(tmp_path, nrrd(LEVELS, segments=SLICER.format(second="L5")))
    with pytest.raises(ScanRefused) as refused:
        labels_here(path, "total")
    assert refused.value.reason is Reason.CONVENTION_CONTRADICTED


@given(st.binary(max_size=300))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(ScanRefused):
        parse_nrrd_header(b"NRRD0004\n" + noise, 9 + len(noise), DEFAULT_LIMITS)


def test_the_real_ct_is_read_as_pynrrd_reads_it(shared_dir: Path) -> None:
    import nrrd as library

    path = shared_dir / "data" / "totalseg_s0328" / "bone_hu.nrrd"
    if not path.is_file():
        pytest.skip("no bone_hu.nrrd")
    values, header = library.read(str(path))
    read = image_here(path)
    assert np.array_equal(read.array, values)
    assert np.allclose(read.lps_from_voxel[:3, 3], header["space origin"])
    assert read.spacing_mm == pytest.approx((1.5, 1.5, 1.5))

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kambin.anatomy.reading import label_map_of, read_label_map
from kambin.anatomy.reading.telling import choose, contact
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.volume import Volume
from tests.anatomy.block_phantom import LumbarPhantom
from tests.anatomy.scenes import IDS, changed, phantom_volume, relabelled

# the phantom's bones named as six lumbar vertebrae: S1 joins the sacrum, the others go down by one
SIX_LUMBAR = {26: 25, 27: 26, 28: 27, 29: 28, 30: 29, 31: 30}


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ScanRefused) as refused:
        label_map_of(phantom_volume(), "nonesuch")
    assert refused.value.reason is Reason.UNKNOWN_CONVENTION
    assert "total or total_v3" in str(refused.value)


def test_the_name_given_goes_before_everything() -> None:
    for name in ("total", "total_v3", "kambin", "verse"):
        found = label_map_of(phantom_volume(), name)
        assert (found.convention.name, found.how) == (name, "named by the caller")


def test_s1_cut_out_of_the_sacrum_is_told_by_its_contact() -> None:
    for voxel in (1.0, 2.0, 3.0):
        found = label_map_of(LumbarPhantom(voxel_mm=(voxel, voxel, voxel)).label_map())
        assert found.convention.name == "total"
        assert found.how.startswith("told by anatomy")


def test_a_sixth_lumbar_vertebra_is_told_by_its_distance() -> None:
    for voxel in (1.0, 2.0, 3.0):
        bones = LumbarPhantom(voxel_mm=(voxel, voxel, voxel)).label_map()
        found = label_map_of(relabelled(bones, SIX_LUMBAR))
        assert found.convention.name == "total_v3"
        assert "vertebrae_L6" in found.voxels


def test_26_without_a_sacrum_is_ambiguous_and_both_readings_are_listed() -> None:
    with pytest.raises(ScanRefused) as refused:
        label_map_of(relabelled(phantom_volume(), {25: 0}))
    assert refused.value.reason is Reason.AMBIGUOUS_CONVENTION
    text = str(refused.value)
    assert "value 26 is S1;" in text and "value 26 is L6" in text and "total or total_v3" in text


def test_26_half_grown_into_the_sacrum_is_ambiguous() -> None:
    array = np.array(phantom_volume().array)
    s1 = np.argwhere(array == IDS["S1"])
    # a slit of background through most of the contact: neither a disc nor one bone
    around = np.zeros_like(array, dtype=bool)
    for axis in range(3):
        for step in (-1, 1):
            around |= (np.roll(array, step, axis) == IDS["S1"]) & (array == IDS["sacrum"])
    places = np.argwhere(around)
    keep = places[:, 0] < np.quantile(places[:, 0], 0.55)
    array[tuple(places[keep].T)] = 0
    assert len(s1)
    with pytest.raises(ScanRefused) as refused:
        label_map_of(Volume(array, phantom_volume().lps_from_voxel))
    assert refused.value.reason is Reason.AMBIGUOUS_CONVENTION
    assert "too much for a vertebra and too little for S1" in str(refused.value)


def test_without_26_nothing_is_ambiguous() -> None:
    found = label_map_of(relabelled(phantom_volume(), {26: 25}))
    assert found.convention.name == "total"
    assert "agree" in found.how


def test_the_label_table_of_the_file_decides(tmp_path: Path) -> None:
    path = tmp_path / "map.nii.gz"
    LumbarPhantom(voxel_mm=(3, 3, 3), missing=frozenset({"sacrum"})).write(path)
    found = read_label_map(path)
    assert (found.convention.name, found.how) == ("total", "named by the label table in the file")


def test_the_caller_may_not_contradict_the_label_table(tmp_path: Path) -> None:
    path = tmp_path / "map.nii.gz"
    LumbarPhantom(voxel_mm=(3, 3, 3)).write(path)
    assert read_label_map(path, "total").convention.name == "total"
    with pytest.raises(ScanRefused) as refused:
        read_label_map(path, "total_v3")
    assert refused.value.reason is Reason.CONVENTION_CONTRADICTED


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({26: "vertebrae_S1"}, "total"),
        ({26: "vertebrae_L6"}, "total_v3"),
        ({26: "vertebrae_L6", 1: "anything"}, "total_v3"),
        ({26: "vertebrae_T12"}, Reason.UNKNOWN_CONVENTION),
        ({26: "vertebrae_S1", 77: "hip_right"}, Reason.UNKNOWN_CONVENTION),
        ({27: "vertebrae_L5"}, Reason.AMBIGUOUS_CONVENTION),
        ({1: "vertebrae_L6"}, Reason.AMBIGUOUS_CONVENTION),
        ({26: "Doe"}, Reason.AMBIGUOUS_CONVENTION),
    ],
)
def test_label_tables(table: dict[int, str], expected: str | Reason) -> None:
    # without sacrum, so that the anatomy does not help; value 1 is not in the map and says nothing
    volume = relabelled(phantom_volume(), {25: 0})
    if isinstance(expected, Reason):
        with pytest.raises(ScanRefused) as refused:
            label_map_of(volume, names=table)
        assert refused.value.reason is expected
        assert "Doe" not in str(refused.value)
    else:
        assert label_map_of(volume, names=table).convention.name == expected


def test_contact_of_two_blocks() -> None:
    array = np.zeros((10, 10, 10), np.uint8)
    array[2:5, 2:6, 2:7] = 1
    array[5:8, 2:6, 2:7] = 2  # shares the face of 4 × 5 voxels
    box = (slice(2, 5), slice(2, 6), slice(2, 7))
    volume = Volume(array, np.diag([1.0, 2.0, 3.0, 1.0]))
    assert contact(volume, box, 1, 2) == pytest.approx(4 * 2 * 5 * 3)
    assert contact(volume, box, 1, 3) == 0
    sheared = np.diag([1.0, 2.0, 3.0, 1.0])
    sheared[2, 1] = 1.5  # edges of the face become (2, 1.5) and (0, 3): the area stays 2 × 3
    assert contact(Volume(array, sheared), box, 1, 2) == pytest.approx(4 * 2 * 5 * 3)


def test_choose_needs_no_geometry_when_named() -> None:
    chosen, how = choose("total_v3", phantom_volume(), {26: 1}, {}, {})
    assert (chosen.name, how) == ("total_v3", "named by the caller")


# values of L1 to L5, the sacrum and the discs L1-L2 to L5-S1, written out from the tables' sources
VALUES = {
    "verse": ((20, 21, 22, 23, 24), 26, ()),
    "spineps": ((20, 21, 22, 23, 24), 26, (120, 121, 122, 123, 124)),
    "totalspineseg": ((41, 42, 43, 44, 45), 50, (92, 93, 94, 95, 100)),
    "spider": ((5, 4, 3, 2, 1), 0, (205, 204, 203, 202, 201)),
    "mrspineseg": ((6, 5, 4, 3, 2), 1, (15, 14, 13, 12, 11)),
    "vertebrae_mr": ((6, 5, 4, 3, 2), 1, ()),
    "kambin": ((31, 30, 29, 28, 27), 25, (205, 204, 203, 202, 201)),
    "total": ((31, 30, 29, 28, 27), 25, ()),
}
LEVELS = ("L1", "L2", "L3", "L4", "L5")


def written_as(name: str, without: tuple[str, ...] = ()) -> Volume:
    """The phantom's bones in the values of a convention, with a slab for every disc that it labels."""
    vertebrae, sacrum, discs = VALUES[name]
    volume = phantom_volume()
    source = np.asarray(volume.array)
    array = np.zeros_like(source)
    for value, level in zip(vertebrae, LEVELS, strict=True):
        if level not in without:
            array[source == IDS[level]] = value
    array[(source == IDS["S1"]) | (source == IDS["sacrum"])] = sacrum
    middles = [np.argwhere(source == IDS[level]).mean(axis=0) for level in (*LEVELS, "S1")]
    for value, upper, lower in zip(discs, middles, middles[1:], strict=False):
        low = np.rint((upper + lower) / 2).astype(int) - [9, 9, 3]
        slab = array[tuple(slice(start, start + size) for start, size in zip(low, (18, 18, 6), strict=True))]
        slab[slab == 0] = value
    return changed(volume, array)


@pytest.mark.parametrize("name", [name for name in VALUES if name != "vertebrae_mr"])
def test_conventions_are_told_by_the_order_of_the_bones(name: str) -> None:
    found = label_map_of(written_as(name))
    assert found.convention.name == name
    usual = name in ("total", "kambin")
    assert found.how.startswith("told by the values" if usual else "told by anatomy")
    vertebrae, _, discs = VALUES[name]
    for value, level in zip(vertebrae, LEVELS, strict=True):
        assert found.value_of(f"vertebrae_{level}") == value
        assert f"vertebrae_{level}" in found.boxes
    assert {key for key in found.boxes if key.startswith("disc_")} == {
        f"disc_{upper}-{lower}" for upper, lower in zip(LEVELS, (*LEVELS[1:], "S1"), strict=True) if discs
    }


@pytest.mark.parametrize("name", VALUES)
def test_named_conventions_read_the_same_bones(name: str) -> None:
    found = label_map_of(written_as(name), name)
    source = np.asarray(phantom_volume().array)
    for level in LEVELS:
        mask = found.volume.array == found.value_of(f"vertebrae_{level}")
        assert np.array_equal(mask, source == IDS[level])


def test_counted_from_below_or_with_the_sacrum_is_ambiguous() -> None:
    # 1 to 6 from below: the sacrum and L5 to L1, or L5 to T12
    with pytest.raises(ScanRefused) as refused:
        label_map_of(written_as("vertebrae_mr"))
    assert refused.value.reason is Reason.AMBIGUOUS_CONVENTION
    assert "spider or mrspineseg" in str(refused.value)
    assert "value 1 is L5" in str(refused.value) and "value 1 is the sacrum" in str(refused.value)


@pytest.mark.parametrize("name", ["verse", "totalspineseg", "kambin", "total"])
def test_upside_down_maps_keep_their_convention(name: str) -> None:
    volume = written_as(name)
    turned = np.diag([1.0, -1.0, -1.0, 1.0]) @ volume.lps_from_voxel
    assert label_map_of(changed(volume, volume.array, turned)).convention.name == name


def test_one_vertebra_tells_nothing() -> None:
    with pytest.raises(ScanRefused) as refused:
        label_map_of(written_as("total", without=("L1", "L2", "L3", "L4")))
    assert refused.value.reason is Reason.UNKNOWN_CONVENTION
    assert "name the convention" in str(refused.value)


def test_neighbours_too_far_apart_are_no_neighbours() -> None:
    volume = written_as("verse")
    stretched = volume.lps_from_voxel.copy()
    stretched[:3, 2] *= 4  # 8 mm voxels: the bones lie over a hundred millimetres apart
    with pytest.raises(ScanRefused) as refused:
        label_map_of(changed(volume, volume.array, stretched))
    assert refused.value.reason is Reason.UNKNOWN_CONVENTION


def test_organs_without_a_spine_are_no_vertebrae() -> None:
    # spleen, kidneys and liver of TotalSegmentator carry the values of SPIDER's L5 to L2 and L1
    array = np.zeros((60, 40, 60), np.uint8)
    for value, (x, z) in {1: (45, 40), 2: (10, 20), 3: (45, 20), 5: (8, 40)}.items():
        array[x : x + 10, 10:25, z : z + 15] = value
    with pytest.raises(ScanRefused) as refused:
        label_map_of(Volume(array, np.diag([5.0, 5.0, 5.0, 1.0])))
    assert refused.value.reason is Reason.UNKNOWN_CONVENTION


def test_several_values_of_one_structure_become_one() -> None:
    array = np.array(written_as("totalspineseg").array)
    empty = np.argwhere(array == 0)
    array[tuple(empty[:50].T)], array[tuple(empty[50:80].T)] = 1, 2
    found = label_map_of(changed(phantom_volume(), array))
    assert found.voxels["spinal_canal"] == 80
    assert np.count_nonzero(found.volume.array == found.value_of("spinal_canal")) == 80
    box = found.boxes["spinal_canal"]
    assert np.count_nonzero(found.volume.array[box] == found.value_of("spinal_canal")) == 80


def test_a_sixth_lumbar_vertebra_moves_the_disc_below_the_fifth() -> None:
    array = np.array(written_as("spineps").array)
    sacrum = array == 26
    array[sacrum & (np.indices(array.shape)[2] > np.argwhere(sacrum)[:, 2].mean())] = 25
    found = label_map_of(changed(phantom_volume(), array), "spineps")
    assert "disc_L5-L6" in found.boxes and "disc_L5-S1" not in found.boxes
    assert found.value_of("disc_L5-L6") == 124
    array = np.array(written_as("totalspineseg").array)
    array[(array == 50) & (np.indices(array.shape)[2] > np.argwhere(array == 50)[:, 2].mean())] = 46
    found = label_map_of(changed(phantom_volume(), array), "totalspineseg")
    assert found.unknown_values == (100,)


def test_parts_of_one_map_are_parts_and_whole_vertebrae() -> None:
    array = np.array(written_as("kambin").array, dtype=np.uint16)
    whole = array == 28
    places = np.argwhere(whole)
    array[tuple(places[:40].T)] = 365  # left superior articular process of L4
    array[tuple(places[40:90].T)] = 361  # its body
    found = label_map_of(changed(phantom_volume(), array))
    assert np.array_equal(found.volume.array == found.value_of("vertebrae_L4"), whole)
    assert found.volume.array.dtype == np.uint8
    assert found.voxels["vertebrae_L4"] == np.count_nonzero(whole)
    assert found.parts is not None
    assert np.bincount(found.parts.ravel())[[1, 5]].tolist() == [50, 40]
    assert not found.parts[~whole].any()
    assert label_map_of(written_as("kambin")).parts is None

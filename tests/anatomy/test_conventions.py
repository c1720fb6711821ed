from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from kambin.anatomy.conventions import convention, known_conventions, known_structures, laterality
from kambin.anatomy.phantom import LumbarPhantom
from kambin.anatomy.reading import label_map_of, read_label_map
from kambin.anatomy.reading.telling import choose, contact
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.volume import Volume
from tests.anatomy.scenes import IDS, phantom_volume, relabelled

# the phantom's bones named as six lumbar vertebrae: S1 joins the sacrum, the others go down by one
SIX_LUMBAR = {26: 25, 27: 26, 28: 27, 29: 28, 30: 29, 31: 30}


def test_the_tables_are_those_of_the_source(shared_dir: Path) -> None:
    source = yaml.safe_load((shared_dir / "evidence" / "labels.yaml").read_text(encoding="utf-8"))
    table = source["totalsegmentator"]["total"]
    assert dict(convention("total").names) == table
    assert dict(convention("total_v3").names) == {**table, 26: "vertebrae_L6"}
    assert known_conventions()[:2] == ("total", "total_v3")


def test_names_and_values_are_inverse() -> None:
    for name in known_conventions():
        table = convention(name)
        assert all(table.names[table.value_of(structure)] == structure for structure in table.names.values())
        with pytest.raises(KeyError):
            table.value_of("vertebrae_L8")


def test_every_structure_with_a_side_is_in_the_tables() -> None:
    paired, one_sided = laterality()
    names = known_structures()
    assert {f"{base}_{side}" for base in paired for side in ("left", "right")} | set(one_sided) <= names


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

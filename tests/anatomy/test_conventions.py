from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from kambin.anatomy.conventions import (
    convention,
    known_conventions,
    known_part_conventions,
    known_structures,
    laterality,
    part_codes,
    part_convention,
    structure_group,
    uniform_name,
)
from kambin.anatomy.geometry import Part
from kambin.anatomy.refusal import Reason, ScanRefused

FORM = re.compile(
    r"(vertebrae|endplates)_([CTL]\d{1,2}|S1|sacrum)|disc_[CTL]\d{1,2}-[CTLS]\d{1,2}|"
    r"herniation_[TL]\d{1,2}-[LS]\d|root_[LS]\d_(left|right)|[a-z]+(_[a-z0-9]+)*"
)


@pytest.fixture(scope="module")
def source(shared_dir: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((shared_dir / "evidence" / "labels.yaml").read_text("utf-8"))
    return loaded


def test_totalsegmentator(source: dict[str, Any]) -> None:
    table = source["totalsegmentator"]["total"]
    assert dict(convention("total").names) == table
    assert dict(convention("total_v3").names) == {**table, 26: "vertebrae_L6"}
    for name in ("total_mr", "vertebrae_mr", "vertebrae_pp", "abdominal_muscles"):
        assert dict(convention(name).names) == source["totalsegmentator"][name]
    assert dict(convention("body").names) == {1: "body", 2: "body_extremities"}


def test_kambin_is_total_with_more(source: dict[str, Any]) -> None:
    names = convention("kambin").names
    table = source["totalsegmentator"]["total"]
    assert {value: names[value] for value in table} == table
    # the discs of the label map that was made of the Visible Human
    levels = ("L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2")
    assert [names[value] for value in range(201, 206)] == [f"disc_{level}" for level in levels]


def _expanded(table: dict[Any, str]) -> dict[int, str]:
    """A table whose keys may be ranges of values and whose names then are ranges of vertebrae."""
    found = {}
    for key, name in table.items():
        low, _, high = str(key).partition("-")
        plain = name.split(" ")[0]
        if not high:
            found[int(low)] = plain
            continue
        letter, first = plain[0], int(plain.split("-")[0][1:])
        found |= {value: f"{letter}{first + value - int(low)}" for value in range(int(low), int(high) + 1)}
    return found


def test_verse(source: dict[str, Any]) -> None:
    for value, name in _expanded(source["verse"]["labels"]).items():
        assert convention("verse").names[value] == uniform_name(name)


def test_spineps_and_tptbox(source: dict[str, Any]) -> None:
    names = convention("spineps").names
    with_numbers = source["spineps"]["seg_vert_instance"]["with_VERIDAH"]
    plain = {key: name for key, name in with_numbers.items() if "X" not in str(key)}
    for value, name in _expanded(plain).items():
        assert names[value] == uniform_name(name.replace("Sacrum", "sacrum"))
    offsets = source["tptbox"]["offsets"]
    for value, name in source["tptbox"]["Vertebra_Instance"].items():
        table = convention("tptbox").names
        if name.startswith("S") and name != "S1":
            assert table[value] == "sacrum"
        elif name != "COCC":
            assert table[value] == f"vertebrae_{name}"
        if name.startswith(("L", "T")) and name != "T13":
            assert names[value + offsets["ivd"]].startswith(f"disc_{name}-")
            assert names[value + offsets["endplate"]] == f"endplates_{name}"
    assert names[119] == "disc_T12-L1"  # the example of the table


def test_totalspineseg(source: dict[str, Any]) -> None:
    for value, name in source["totalspineseg"]["step2_output"].items():
        found = convention("totalspineseg").names[value]
        assert found == ("spinal_canal" if name in ("SC", "CSF") else uniform_name(name)) or name == "L7"


def test_spider_counts_from_below() -> None:
    names = convention("spider").names
    lumbar = ("L5", "L4", "L3", "L2", "L1", "T12")
    assert [names[value] for value in range(1, 7)] == [f"vertebrae_{name}" for name in lumbar]
    assert [names[value] for value in range(101, 107)] == [f"vertebrae_{name}" for name in lumbar]
    assert (names[201], names[202], names[206]) == ("disc_L5-S1", "disc_L4-L5", "disc_T12-L1")
    assert names[100] == "spinal_canal"


def test_mrspineseg(source: dict[str, Any]) -> None:
    for value, name in source["mrspineseg"]["labels"].items():
        if name != "S":
            assert convention("mrspineseg").names[value] == uniform_name(name)


COLUMNS = {
    "ts_total": "total",
    "ts_total_mr": "total_mr",
    "ts_vertebrae_mr": "vertebrae_mr",
    "tss": "totalspineseg",
    "verse_tptbox_spineps": "spineps",
    "spineps_tptbox": "spineps",
    "tptbox_spineps": "spineps",
    "spider": "spider",
    "mrspineseg": "mrspineseg",
}
ROWS = {
    **{f"L{number}": {f"vertebrae_L{number}"} for number in range(1, 6)},
    **{f"disc_L{number}L{number + 1}": {f"disc_L{number}-L{number + 1}"} for number in range(1, 5)},
    "disc_L5S1": {"disc_L5-S1"},
    "S1/sacrum": {"vertebrae_S1", "sacrum"},
    "canal": {"spinal_canal"},
}


def test_the_crosswalk_agrees(source: dict[str, Any]) -> None:
    seen = 0
    for row, names in ROWS.items():
        for column, values in source["crosswalk_proposed"]["map"][row].items():
            if column in COLUMNS:
                for value in values if isinstance(values, list) else [values]:
                    assert convention(COLUMNS[column]).names[value] in names, (row, column)
                    seen += 1
    assert seen > 50


def test_parts_are_those_of_the_source(source: dict[str, Any]) -> None:
    table = source["tptbox"]["Location_subregion_and_poi_ids"]
    codes = {code: name for name, code in part_codes().items()}
    found = part_convention("spineps_subregions")
    words = {"Arcus": "arch", "Spinosus": "spinous", "Costal": "transverse", "Corpus": "body"}
    for value, code in found.parts.items():
        name = table[value]
        part = codes[code]
        assert ("_left" in part) == name.endswith("_Left") and ("_right" in part) == name.endswith("_Right")
        expected = next(
            (word for key, word in words.items() if key in name), "_".join(name.split("_")[:2]).lower()
        )
        assert part.startswith(expected)


def test_codes_of_parts_are_those_of_the_geometry() -> None:
    codes = dict(part_codes())
    assert codes.pop("arch") not in {int(part) for part in Part}
    assert codes == {part.name.lower(): int(part) for part in Part}
    parts = convention("kambin").parts
    assert {convention("kambin").names[value] for value, code in parts.items() if code == Part.SPINOUS} == {
        f"vertebrae_{name}" for name in ("T12", "L1", "L2", "L3", "L4", "L5", "L6", "S1")
    }


def test_names_and_values_are_inverse() -> None:
    for name in known_conventions():
        table = convention(name)
        assert all(table.names[table.value_of(structure)] == structure for structure in table.names.values())
        with pytest.raises(KeyError):
            table.value_of("vertebrae_L8")


def test_names_are_uniform() -> None:
    for name in known_structures():
        assert FORM.fullmatch(name), name


def test_every_name_is_its_own_uniform_name() -> None:
    assert all(uniform_name(name) == name for name in known_structures())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("L4", "vertebrae_L4"),
        ("l4 vertebra", "vertebrae_L4"),
        ("Vertebra L4", "vertebrae_L4"),
        (" vertebrae_L4 ", "vertebrae_L4"),
        ("L5/S1", "disc_L5-S1"),
        ("L5-S", "disc_L5-S1"),
        ("L4-L5 disc", "disc_L4-L5"),
        ("disc L4 L5", "disc_L4-L5"),
        ("Sacrum", "sacrum"),
        ("Thecal sac", "dural_sac"),
        ("left hip", "hip_left"),
        ("L9", None),
        ("L5-L4", None),
        ("Jane Doe", None),
        ("", None),
        ("vertebrae_L4; rm -rf", None),
    ],
)
def test_names_as_files_write_them(text: str, name: str | None) -> None:
    assert uniform_name(text) == name


def test_every_structure_with_a_side_is_in_the_tables() -> None:
    paired, one_sided = laterality()
    assert {f"{base}_{side}" for base in paired for side in ("left", "right")} | set(
        one_sided
    ) <= known_structures()


def test_groups_hold_known_structures() -> None:
    for group in ("vessels", "bowel", "kidneys", "psoas", "solid_organs", "lungs", "back_muscles", "ilium"):
        assert structure_group(group)
        assert set(structure_group(group)) <= known_structures()


def test_no_such_convention() -> None:
    with pytest.raises(ScanRefused) as refused:
        convention("nonesuch")
    assert refused.value.reason is Reason.UNKNOWN_CONVENTION
    assert "total or total_v3" in str(refused.value)
    with pytest.raises(ScanRefused) as refused:
        part_convention("nonesuch")
    assert " or ".join(known_part_conventions()) in str(refused.value)

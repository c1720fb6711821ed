from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kambin.anatomy.nerve_numbers import ROOTS, number, numbers, scalar


def test_between_published_ends_lies_a_straight_line_and_beyond_them_the_end() -> None:
    found = [number("roots", "diameter", root).mean for root in ROOTS]
    assert found[0] == 3.5 and found[4] == found[5] == 5.6
    assert found[2] == pytest.approx((3.5 + 5.6) / 2)
    assert number("roots", "take_off", "L1").mean == pytest.approx(52.4 + (25.8 - 52.4) * 2 / 6)
    assert number("roots", "facet_distance", "L5", "at_lower_endplate").mean == 12.9
    assert number("roots", "diameter", "L6") == number("roots", "diameter", "L5")


SLEEVE = "root sleeve origin to posterior midline"


def refs(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value[key] for key in ("ref", "msu_ref") if key in value}
        return own.union(*(refs(item) for item in value.values())) if value else own
    return set()


def test_every_reference_is_one_of_the_evidence(shared_dir: Path) -> None:
    access = yaml.safe_load((shared_dir / "evidence" / "access.yaml").read_text())
    evidence = yaml.safe_load((shared_dir / "evidence" / "evidence.yaml").read_text())
    known = set(access["refs"]) | set(evidence["references"])
    assert refs(numbers()) <= known


@pytest.mark.parametrize(
    ("quantity", "ref", "group", "name", "ends"),
    [
        (
            "root sleeve origin to posterior midline",
            "rootproj2012",
            "roots",
            "origin_to_midline",
            ("L1", "L5"),
        ),
        ("coronal root take-off angle", "rootproj2012", "roots", "take_off", ("T11", "L5")),
        ("root diameter", "torun2008", "roots", "diameter", ("L1", "L5")),
        ("DRG width", "silverstein2015", "roots", "ganglion_width", ("L1", "L5")),
        ("disc-root distance, mid foramen", "ankara2012", "roots", "disc_to_root", ("L1", "L5")),
    ],
)
def test_the_file_prints_what_the_source_prints(
    shared_dir: Path, quantity: str, ref: str, group: str, name: str, ends: tuple[str, str]
) -> None:
    access = yaml.safe_load((shared_dir / "evidence" / "access.yaml").read_text())
    row = next(item for item in access["geometry"] if item["quantity"] == quantity and item["ref"] == ref)
    entry = numbers()[group][name]
    assert row["verified"] is True
    assert [entry["mean"][end] for end in ends] == row["value"]
    if "sd" in row:
        assert [entry["sd"][end] for end in ends] == row["sd"]


def test_the_thresholds_of_instability_are_those_of_the_evidence(shared_dir: Path) -> None:
    evidence = yaml.safe_load((shared_dir / "evidence" / "evidence.yaml").read_text())
    statement = next(item for item in evidence["statements"] if item["id"] == "I02")["text"]
    assert f">={scalar('instability', 'rotation_deg', 'value'):g} degrees" in statement
    assert f">={scalar('instability', 'translation_mm', 'value'):g} mm" in statement
    assert f">{scalar('instability', 'translation_strict_mm', 'value'):g} mm" in statement

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kambin import evidence
from kambin.errors import EvidenceMissing

GROUPS = ("conditions", "risk_factors", "observations", "imaging", "procedures")


def every_code() -> list[evidence.Code]:
    return [code for group in GROUPS for code in evidence.codes(group)]


def test_a_concept_and_its_group() -> None:
    sciatica = evidence.codes("conditions", "sciatica")
    assert [code.code for code in sciatica if code.preferred] == ["23056005"]
    assert set(sciatica) < set(evidence.codes("conditions"))
    (odi,) = evidence.codes("observations", "odi_score")
    assert (odi.uri, odi.code) == ("http://loinc.org", "97909-6")
    assert odi.hazard
    assert evidence.codes("observations", "motor_mrc")[0].bounds == (0, 5)
    assert evidence.codes("observations", "herniation_type")[0].values == (
        "bulge",
        "protrusion",
        "extrusion",
        "sequestration",
    )


def test_a_code_nobody_confirmed_drives_nothing() -> None:
    statuses = {code.status for code in every_code()}
    assert statuses == {"verified", "corroborated", "unverified", "local"}
    for code in every_code():
        assert code.may_drive == (code.status != "unverified" and code.code is not None)
    assert any(code.code is None for code in every_code()), "the base names a concept without a code"


def test_every_system_has_its_identifier() -> None:
    assert all(code.uri.startswith("http") for code in every_code())


def test_no_descriptor_of_the_licensed_procedure_codes_is_shipped() -> None:
    licensed = [code for code in every_code() if code.system == "cpt"]
    assert licensed
    assert [code for code in licensed if code.display] == []


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(EvidenceMissing, match="conditions"):
        evidence.codes("condition")
    with pytest.raises(EvidenceMissing, match="sciatica"):
        evidence.codes("conditions", "siatica")
    with pytest.raises(EvidenceMissing, match="total_mr"):
        evidence.label_ids("total_rm")
    with pytest.raises(EvidenceMissing, match="ts_total"):
        evidence.crosswalk("ts_totals")
    with pytest.raises(EvidenceMissing, match="vertebrae_L5"):
        evidence.segment_code("vertebra_L5")


def test_the_two_versions_of_the_class_table_differ_in_one_value() -> None:
    second, third = evidence.label_ids("total"), evidence.label_ids("total_v3")
    assert {number for number in second | third if second.get(number) != third.get(number)} == {26}
    assert (second[26], third[26]) == ("vertebrae_S1", "vertebrae_L6")


def test_no_table_paints_the_background_or_one_name_twice() -> None:
    for convention in evidence.label_conventions():
        table = evidence.label_ids(convention)
        assert min(table) == 1
        assert len(set(table.values())) == len(table), convention


def test_the_crosswalk_agrees_with_the_tables_it_was_made_from() -> None:
    """The crosswalk and the class tables are separate parts of the label file."""
    total, crosswalk = evidence.label_ids("total"), evidence.crosswalk("ts_total")
    for level in ("L1", "L2", "L3", "L4", "L5"):
        assert [total[number] for number in crosswalk[level]] == [f"vertebrae_{level}"]
    assert {total[number] for number in crosswalk["S1/sacrum"]} == {"vertebrae_S1", "sacrum"}
    assert [total[number] for number in crosswalk["ilium_left/right"]] == ["hip_left", "hip_right"]
    magnetic, columns = evidence.label_ids("vertebrae_mr"), evidence.crosswalk("ts_vertebrae_mr")
    for level in ("L1", "L2", "L3", "L4", "L5"):
        assert [magnetic[number] for number in columns[level]] == [f"vertebrae_{level}"]


def test_a_side_has_its_own_modifier() -> None:
    left, right = evidence.segment_code("hip_left"), evidence.segment_code("hip_right")
    assert left.type == right.type
    assert (left.modifier[2], right.modifier[2]) == ("Left", "Right")
    assert evidence.segment_code("sacrum").modifier == ()
    assert len(left.rgb) == 3


def test_class_tables_equal_the_shared_ones(shared_dir: Path) -> None:
    source = yaml.safe_load((shared_dir / "evidence" / "labels.yaml").read_text(encoding="utf-8"))
    for convention in evidence.label_conventions():
        if convention != "total_v3":
            assert dict(evidence.label_ids(convention)) == source["totalsegmentator"][convention]

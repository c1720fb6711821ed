"""The bundles are what the script makes of the shared evidence, and the script loses nothing silently."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tools import bundle_evidence as script


def test_the_bundled_files_are_what_the_shared_evidence_gives(shared_dir: Path) -> None:
    made = script.bundles(shared_dir)
    there = {path.name: path.read_text(encoding="utf-8") for path in script.DATA.glob("*.json")}
    assert there.keys() == made.keys()
    assert [name for name in made if made[name] != there[name]] == []


def test_nothing_of_a_statement_is_lost_or_changed(shared_dir: Path) -> None:
    """Truth by another path: the YAML read with the plain loader, compared value by value."""
    source = yaml.safe_load((shared_dir / "evidence" / "evidence.yaml").read_text(encoding="utf-8"))
    made = json.loads(script.bundles(shared_dir)["statements.json"])
    assert len(made) == len(source["statements"]) == source["meta"]["counts"]["statements"]
    for entry in source["statements"]:
        bundled = made[entry["id"]]
        for field, value in entry.items():
            if field != "id" and value != []:
                assert bundled[field] == value, (entry["id"], field)


def test_every_table_value_survives(shared_dir: Path) -> None:
    source = yaml.safe_load((shared_dir / "evidence" / "evidence.yaml").read_text(encoding="utf-8"))
    made = json.loads(script.bundles(shared_dir)["tables.json"])
    for name, table in source["tables"].items():
        plain = table["rows"].values() if isinstance(table["rows"], dict) else table["rows"]
        for row, bundled in zip(plain, made[name]["rows"], strict=True):
            values = row if isinstance(row, dict) else {"value": row}
            assert bundled["values"] == {k: v for k, v in values.items() if k != "verified"}
            assert bundled["verified"] == values.get("verified", made[name]["verified"])


def test_counts_agree_with_what_the_base_says_of_itself(shared_dir: Path) -> None:
    source = yaml.safe_load((shared_dir / "evidence" / "evidence.yaml").read_text(encoding="utf-8"))
    made = script.bundles(shared_dir)
    for name, count in source["meta"]["counts"].items():
        assert len(json.loads(made[f"{name}.json"])) == count, name


def minimal(folder: Path, **changes: object) -> Path:
    """Write the smallest shared folder that bundles."""
    (folder / "requirements").mkdir(parents=True)
    (folder / "evidence").mkdir()
    evidence: dict[str, object] = {
        "references": {"b2001": {"title": "B", "year": 2001}, "a2002": {"title": "A", "year": None}},
        "statements": [{"id": "T02", "text": "two"}, {"id": "T01", "text": "one", "verified": False}],
        "tables": {
            "t": {"references": ["a2002"], "verified": "second hand", "rows": {"x": "1", "y": {"n": 2}}}
        },
        "conflicts": [],
        "benchmark_cases": [],
    }
    files = {
        "requirements/claims.yaml": [
            {"id": "R-b", "kind": "rule", "text": "b"},
            {"id": "R-a", "kind": "rule"},
        ],
        "evidence/evidence.yaml": evidence | changes,
        "evidence/terminology.yaml": {
            "systems": {"cpt": "http://cpt", "loinc": "http://loinc"},
            "value_set_rule": "rule",
            "procedures": {
                "op": [{"system": "cpt", "code": "1", "display": "owned text", "status": "verified"}]
            },
            "imaging": [{"system": "loinc", "code": "2", "display": "MR", "status": "verified"}],
        },
        "evidence/labels.yaml": {
            "totalsegmentator": {
                **{name: {2: "two", 10: "ten"} for name in script.CONVENTIONS},
                "total_v3_difference": {"rule": "r", "10": "new_ten (was ten)", "pitfall": "p"},
                "source": {},
                "notes": [],
                "tasks_needing_a_licence_number": [],
                "snomed_for_dicom_seg": {"codes": {}},
            },
            "crosswalk_proposed": {"map": {"L1": {"a": 1, "b": [2, 3]}}},
        },
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder


def test_the_order_of_the_source_does_not_show_where_it_means_nothing(tmp_path: Path) -> None:
    made = script.bundles(minimal(tmp_path / "shared"))
    assert list(json.loads(made["statements.json"])) == ["T01", "T02"]
    assert list(json.loads(made["references.json"])) == ["a2002", "b2001"]
    assert list(json.loads(made["claims.json"])) == ["R-b", "R-a"], "claims keep the order of the documents"
    assert list(json.loads(made["labels.json"])["conventions"]["total"]) == ["2", "10"], "numbers, not text"


def test_false_is_kept_and_a_sentence_becomes_partial(tmp_path: Path) -> None:
    made = script.bundles(minimal(tmp_path / "shared"))
    assert json.loads(made["statements.json"])["T01"]["verified"] is False
    table = json.loads(made["tables.json"])["t"]
    assert (table["verified"], table["verified_as_written"]) == ("partial", "second hand")
    assert [row["verified"] for row in table["rows"]] == ["partial", "partial"]


def test_the_third_version_of_the_labels_differs_in_the_ids_it_names_only(tmp_path: Path) -> None:
    conventions = json.loads(script.bundles(minimal(tmp_path / "shared"))["labels.json"])["conventions"]
    assert conventions["total_v3"] == {"2": "two", "10": "new_ten"}


def test_licensed_descriptors_do_not_travel(tmp_path: Path) -> None:
    text = script.bundles(minimal(tmp_path / "shared"))["terminology.json"]
    assert "owned text" not in text
    assert "MR" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"statements": [{"id": "T01", "text": "one"}, {"id": "T01", "text": "other"}]},
        {"conflicts": [{"id": "K01"}, {"id": "K01"}]},
        {
            "tables": {
                "peld_failure_by_feature": {
                    "references": [],
                    "verified": True,
                    "rows": [{"feature": "same", "failure_pct": 1}, {"feature": "same", "failure_pct": 2}],
                }
            }
        },
    ],
)
def test_what_is_there_twice_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(script.BundleError):
        script.bundles(minimal(tmp_path / "shared", **changes))


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "twice.yaml"
    file.write_text("outer:\n  a: 1\n  a: 2\n", encoding="utf-8")
    with pytest.raises(script.BundleError, match="'a'"):
        script.read(file)


def test_check_fails_on_a_difference_and_writing_heals_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared, out = minimal(tmp_path / "shared"), tmp_path / "out"
    arguments = ["--shared", str(shared), "--out", str(out)]
    assert script.main([*arguments, "--check"]) == 1
    assert script.main(arguments) == 0
    assert script.main([*arguments, "--check"]) == 0
    (out / "claims.json").write_text("{}", encoding="utf-8")
    (out / "stray.json").write_text("{}", encoding="utf-8")
    capsys.readouterr()
    assert script.main([*arguments, "--check"]) == 1
    assert {line.split()[0] for line in capsys.readouterr().err.splitlines()} == {"claims.json", "stray.json"}
    assert script.main(arguments) == 0
    assert script.main([*arguments, "--check"]) == 0

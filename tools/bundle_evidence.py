"""Write the evidence base as the JSON bundles that the package carries.

    python tools/bundle_evidence.py [--shared DIR] [--check]

Reads the shared folder (`--shared`, else KAMBIN_SHARED, else ../shared beside the repository) and writes
src/kambin/evidence/data/*.json. Same input, same bytes. `--check` writes nothing; it fails when a file
differs.

What the script changes, and nothing else:
  * lists of records become objects keyed by their id; a repeated id is an error, never "the last one wins";
  * a table row gets an explicit `key` (ROW_KEY) and its own `verified`, the table's where the row has none;
  * a `verified` that is a sentence becomes "partial", with the sentence kept beside it;
  * empty fields are left out, and LEFT_OUT, each with its reason;
  * CPT descriptors are left out: the licence of CPT covers them, the bare code is what we need.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "kambin" / "evidence" / "data"

# the columns that name a row, for the tables whose rows are a list
ROW_KEY = {
    "test_accuracy": ("test",),
    "peld_failure_by_feature": ("feature",),
    "resorption_by_type_pct": ("type",),
    "surgery_effect_leg_pain_0_100": ("term",),
    "recurrence_incidence_pct": ("technique",),
    "recurrence_risk_factors": ("factor", "ref"),
    "prom_thresholds": ("measure", "kind"),
    "instability_thresholds": ("source",),
    "facet_resection_thresholds": ("source",),
}
# (reference, field) -> why it stays behind
LEFT_OUT = {
    ("mysliwiec2010_msu", "note"): "says how the page was come by; nothing about the paper",
}
# classes of the segmentation tool that the anatomy room may meet, with the name we call each table by
CONVENTIONS = (
    "total",
    "total_mr",
    "vertebrae_mr",
    "vertebrae_body",
    "vertebrae_pp",
    "abdominal_muscles",
    "tissue_types",
    "tissue_types_mr",
    "trunk_cavities",
    "body",
    "body_mr",
)


class BundleError(Exception):
    """The evidence can not be bundled without loss."""


class _OnceLoader(yaml.SafeLoader):
    """A loader that refuses a mapping with the same key twice."""


def _mapping(loader: _OnceLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise BundleError(f"{node.start_mark}: key {key!r} is there twice")
    return loader.construct_mapping(node, deep=True)


_OnceLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read(path: Path) -> Any:
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, _OnceLoader)


def without_empty(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value is not None and value != [] and value != ""}


def by_id(records: Iterable[Mapping[str, Any]], *, what: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        body = without_empty(record)
        name = str(body.pop("id"))
        if name in found:
            raise BundleError(f"{what} {name} is there twice")
        found[name] = body
    return found


def by_name(records: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(records.items()))


def verified_fields(value: object) -> dict[str, Any]:
    if value in (True, False, "partial"):
        return {"verified": value}
    return {"verified": "partial", "verified_as_written": str(value)}


def claims(shared: Path) -> dict[str, Any]:
    # the order is that of the two documents: kept
    return by_id(read(shared / "requirements" / "claims.yaml"), what="claim")


def references(evidence: Mapping[str, Any]) -> dict[str, Any]:
    # `cited` is left out: it follows from the statements, tables, conflicts and cases
    return by_name(
        {
            key: without_empty({k: v for k, v in record.items() if k != "cited" and (key, k) not in LEFT_OUT})
            for key, record in evidence["references"].items()
        }
    )


def rows(name: str, table: Mapping[str, Any]) -> list[dict[str, Any]]:
    if isinstance(table["rows"], Mapping):
        named = [
            (str(key), value if isinstance(value, Mapping) else {"value": value})
            for key, value in table["rows"].items()
        ]
    else:
        columns = ROW_KEY[name]
        named = [("/".join(str(row[column]) for column in columns), row) for row in table["rows"]]
    keys = [key for key, _ in named]
    if len(set(keys)) != len(keys):
        raise BundleError(f"table {name}: rows share a key: {sorted(k for k in keys if keys.count(k) > 1)}")
    inherited = verified_fields(table["verified"])["verified"]
    return [
        {
            "key": key,
            "verified": row.get("verified", inherited),
            "values": {k: v for k, v in row.items() if k != "verified"},
        }
        for key, row in named
    ]


def tables(evidence: Mapping[str, Any]) -> dict[str, Any]:
    return by_name(
        {
            name: without_empty(
                {
                    "references": table["references"],
                    **verified_fields(table["verified"]),
                    "note": table.get("note"),
                    "rows": rows(name, table),
                }
            )
            for name, table in evidence["tables"].items()
        }
    )


def terminology(shared: Path) -> dict[str, Any]:
    source = read(shared / "evidence" / "terminology.yaml")
    groups: dict[str, Any] = {}
    for group, content in source.items():
        if group in ("systems", "value_set_rule"):
            continue
        named = content if isinstance(content, Mapping) else {group: content}
        groups[group] = {
            name: [_code(code) for code in (codes if isinstance(codes, list) else [codes])]
            for name, codes in named.items()
        }
    return {"systems": by_name(source["systems"]), "rule": source["value_set_rule"], "groups": groups}


def _code(code: Mapping[str, Any]) -> dict[str, Any]:
    licensed = code["system"] == "cpt"
    return without_empty({k: v for k, v in code.items() if not (licensed and k == "display")})


def labels(shared: Path) -> dict[str, Any]:
    source = read(shared / "evidence" / "labels.yaml")
    tool, crosswalk = source["totalsegmentator"], source["crosswalk_proposed"]
    conventions = {name: {str(number): label for number, label in tool[name].items()} for name in CONVENTIONS}
    # 'total_v3' is 'total' with one id replaced; the file gives the new name with a remark in brackets
    changed = {k: v.split(" ")[0] for k, v in tool["total_v3_difference"].items() if k.isdigit()}
    conventions["total_v3"] = conventions["total"] | changed
    return {
        "source": tool["source"],
        "pitfall": tool["total_v3_difference"]["pitfall"],
        "notes": tool["notes"],
        "licence_number_needed": tool["tasks_needing_a_licence_number"],
        "conventions": conventions,
        "crosswalk": {
            structure: {
                convention: numbers if isinstance(numbers, list) else [numbers]
                for convention, numbers in columns.items()
            }
            for structure, columns in crosswalk["map"].items()
        },
        "segment_codes": by_name(tool["snomed_for_dicom_seg"]["codes"]),
    }


def bundles(shared: Path) -> dict[str, str]:
    """File name -> text, for every file of the data folder."""
    evidence = read(shared / "evidence" / "evidence.yaml")
    content = {
        "benchmark_cases.json": by_name(by_id(evidence["benchmark_cases"], what="benchmark case")),
        "claims.json": claims(shared),
        "conflicts.json": by_name(by_id(evidence["conflicts"], what="conflict")),
        "labels.json": labels(shared),
        "references.json": references(evidence),
        "statements.json": by_name(by_id(evidence["statements"], what="statement")),
        "tables.json": tables(evidence),
        "terminology.json": terminology(shared),
    }
    texts = {name: json.dumps(body, indent=1, ensure_ascii=False) + "\n" for name, body in content.items()}
    sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(texts.items())}
    whole = hashlib.sha256("".join(f"{name} {total}\n" for name, total in sums.items()).encode()).hexdigest()
    texts["manifest.json"] = json.dumps({"content_hash": whole, "files": sums}, indent=1) + "\n"
    return texts


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the evidence bundles of the package.")
    parser.add_argument(
        "--shared", type=Path, default=os.environ.get("KAMBIN_SHARED", ROOT.parent / "shared")
    )
    parser.add_argument("--out", type=Path, default=DATA)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when a file differs")
    options = parser.parse_args(arguments)
    made = bundles(Path(options.shared))
    there = {path.name: path.read_text(encoding="utf-8") for path in options.out.glob("*.json")}
    differs = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
    if options.check:
        for name in differs:
            print(f"{name} differs from what the shared evidence gives", file=sys.stderr)
        return 1 if differs else 0
    options.out.mkdir(parents=True, exist_ok=True)
    for name in differs:
        if name in made:
            (options.out / name).write_text(made[name], encoding="utf-8", newline="\n")
        else:
            (options.out / name).unlink()
        print(f"{name}: {'written' if name in made else 'removed'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

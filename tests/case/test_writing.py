from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given

from kambin.case import Case, dump, loads
from kambin.case.plain import Format
from kambin.case.writing import file_form
from tests.case.case_strategies import cases


@given(cases())
def test_a_case_reads_back_as_it_was_written(case: Case) -> None:
    for fmt in ("yaml", "json"):
        assert loads(dump(case, fmt), fmt) == case  # type: ignore[arg-type]


@given(cases())
def test_the_same_case_is_always_written_the_same(case: Case) -> None:
    for fmt in ("yaml", "json"):
        again = loads(dump(case, fmt), fmt)  # type: ignore[arg-type]
        assert dump(again, fmt) == dump(case, fmt)  # type: ignore[arg-type]


@given(cases())
def test_another_reader_finds_the_same_values(case: Case) -> None:
    """PyYAML reads by version 1.1, and finds nothing else but dates, which it makes objects of."""

    def same(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: same(item) for key, item in value.items()}
        if isinstance(value, list):
            return [same(item) for item in value]
        return value.isoformat() if hasattr(value, "isoformat") else value

    form = file_form(case)
    assert same(yaml.safe_load(dump(case))) == form
    assert json.loads(dump(case, "json")) == form


@given(cases())
def test_only_what_is_known_is_written_and_reasons_stand_in_place(case: Case) -> None:
    def leaves(value: Any) -> list[Any]:
        if isinstance(value, dict) and set(value) != {"unknown"}:
            return [leaf for item in value.values() for leaf in leaves(item)]
        return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]

    found = leaves(file_form(case))
    assert None not in found and {} not in found
    reasons = sorted(leaf["unknown"] for leaf in found if isinstance(leaf, dict))
    assert reasons == sorted(case.absent.values())


def test_an_empty_case_is_one_line() -> None:
    assert dump(Case()) == "kambin_case: 1\n"
    assert json.loads(dump(Case(), "json")) == {"kambin_case": 1}


@pytest.mark.parametrize(
    "values",
    [
        {"id": "1e3"},
        {"id": "007"},
        {"id": "2026-03-31"},
        {"id": "null"},
        {"id": "on"},
        {"title": "no"},
        {"title": "12:30"},
        {"title": ""},
        {"title": " "},
        {"title": "# x: - [y] {z} & * ! | > ' \" % @ `"},
        {"title": "\ufeffa"},
        {"title": "\U0001f9b4 腰"},
        {"title": "x" * 200},
        {"assessed_on": "2024-02-29"},
        {"signs": {"left": {"mrc_hip_flexion": 0, "slr_positive": False}}},
        {"symptoms": {"leg_pain_nrs": 0, "symptom_weeks": 0.0}},
        {"symptoms": {"symptom_weeks": 1e-7}},
        {
            "measured": [
                {"name": "crest_above_l45_left_mm", "value": 0, "uncertainty": 0.0, "structures": ["on"]}
            ]
        },
        {"measured": [{"name": "crest_blocks_l5s1", "value": False, "method": "yes"}]},
        {"history": {"operations": [{"kind": "fusion", "on": "2020-01-02"}]}},
        {"absent": {"history.operations": "conflicting", "assessed_on": "not_asked"}},
    ],
)
@pytest.mark.parametrize("fmt", ["yaml", "json"])
def test_what_other_writers_lose_is_kept(values: dict[str, Any], fmt: Format) -> None:
    case = Case.model_validate(values)
    assert loads(dump(case, fmt), fmt) == case
    assert dump(case, fmt) != dump(Case(), fmt)


def test_there_are_two_formats() -> None:
    with pytest.raises(ValueError, match="yaml or json"):
        dump(Case(), "xml")  # type: ignore[arg-type]

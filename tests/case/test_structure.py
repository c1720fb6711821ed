from __future__ import annotations

from typing import Any

import pytest

from kambin.case.plain import parse
from kambin.case.structure import Structure, as_written, read_structure, shown


def read(text: str) -> Structure:
    return read_structure(parse(text, "yaml"))


def said(found: Structure) -> list[tuple[str, Any, str]]:
    return [(item.field, item.value, item.hint) for item in found.sorted_problems()]


def test_left_out_empty_and_null_mean_the_same_in_a_section_that_is_not_complete() -> None:
    for text in (
        "red_flags: {}",
        "red_flags:",
        "red_flags: {fever: null}",
        "red_flags:\n  fever:\n",
        "red_flags: {fever: ~}",
    ):
        assert read(text).absent == {}
        assert not read(text).problems


def test_null_in_a_complete_section_stays_unknown() -> None:
    found = read(
        "red_flags: {complete: true, fever: null}\nsigns: {complete: true, left: {mrc_hip_flexion: }}"
    )
    assert found.absent == {"red_flags.fever": "not_asked", "signs.left.mrc_hip_flexion": "not_asked"}
    assert "fever" not in found.values["red_flags"]


def test_the_order_of_complete_and_null_does_not_matter() -> None:
    assert read("red_flags: {fever: null, complete: true}").absent == {"red_flags.fever": "not_asked"}


def test_reasons_are_kept_in_place() -> None:
    text = """
red_flags: {fever: {unknown: conflicting}}
imaging: {discs: [{level: L4-L5}, {level: L5-S1, type: {unknown: out_of_date}}]}
history: {operations: {unknown: asked_unknown}}
assessed_on: {unknown: not_asked}
"""
    found = read(text)
    assert not found.problems
    assert found.absent == {
        "red_flags.fever": "conflicting",
        "imaging.discs[1].type": "out_of_date",
        "history.operations": "asked_unknown",
        "assessed_on": "not_asked",
    }


@pytest.mark.parametrize(
    ("text", "field", "value", "hint"),
    [
        ("red_flags: {fever: {unknown: dont_know}}", "red_flags.fever.unknown", "dont_know", ""),
        (
            "red_flags: {fever: {unknown: asked unknown}}",
            "red_flags.fever.unknown",
            "asked unknown",
            "asked_unknown",
        ),
        ("red_flags: {fever: {unknown: true}}", "red_flags.fever.unknown", True, ""),
        ("red_flags: {fever: {unknown: }}", "red_flags.fever.unknown", None, ""),
        ("red_flags: {fever: {unknown: [not_asked]}}", "red_flags.fever.unknown", "[…]", ""),
        ("red_flags: {fever: {unknown: not_asked, why: x}}", "red_flags.fever", "{…}", ""),
        ("red_flags: {fever: {why: x}}", "red_flags.fever", "{…}", ""),
        ("red_flags: {complete: {unknown: not_asked}}", "red_flags.complete", "{…}", "leave it out"),
        ("id: {unknown: not_asked}", "id", "{…}", "leave it out"),
        ("red_flags: {unknown: not_asked}", "red_flags.unknown", "not_asked", "whole section"),
        (
            "imaging: {discs: [{level: {unknown: not_asked}}]}",
            "imaging.discs[0].level",
            "{…}",
            "leave it out",
        ),
        ("measured: {unknown: not_asked}", "measured", "{…}", "leave it out"),
        ("red_flags: 5", "red_flags", 5, ""),
        ("red_flags: [a]", "red_flags", "[…]", ""),
        ("imaging: {discs: {level: L4-L5}}", "imaging.discs", "{…}", ""),
        ("imaging: {discs: L4-L5}", "imaging.discs", "L4-L5", ""),
        ("imaging: {discs: [L4-L5]}", "imaging.discs[0]", "L4-L5", ""),
        ("imaging: {discs: [null]}", "imaging.discs[0]", None, ""),
        ("patient: {age_years: [4]}", "patient.age_years", "[…]", ""),
        ("measured: [{name: a, value: 1, structures: b}]", "measured[0].structures", "b", ""),
        ("kambin_case: 2", "kambin_case", 2, ""),
        ("kambin_case: true", "kambin_case", True, ""),
        ("kambin_case: '1'", "kambin_case", "1", ""),
        ("absent: {}", "absent", "{…}", "unknown: reason"),
    ],
)
def test_what_has_the_wrong_form_is_named(text: str, field: str, value: Any, hint: str) -> None:
    [found] = said(read(text))
    assert found[:2] == (field, value)
    assert found[2].startswith("line 1") or "[0]" in field
    assert hint in found[2]


def test_a_key_written_twice_is_named_and_the_rest_is_still_read() -> None:
    found = said(read("signs: {left: {}}\nsigns: {wrong: 1}\npatient: {sex: male, sex: female}"))
    assert [item[0] for item in found] == ["signs", "signs.wrong", "patient.sex"]
    assert "twice" in found[0][2] and "line 2" in found[0][2]


def test_whole_numbers_written_with_a_point_are_whole_numbers() -> None:
    values = read("patient: {age_years: 45.0, height_cm: 180.0}\nkambin_case: 1.0").values
    assert type(values["patient"]["age_years"]) is int and type(values["patient"]["height_cm"]) is float
    assert values["kambin_case"] == 1


def test_problems_come_in_the_order_of_the_file() -> None:
    text = "z: 1\npatient: {y: 1, sex: {x: 1}}\nimaging:\n  w: 1\n  discs: [{v: 1}, 5, {u: 1}]\nt: 1"
    names = [
        "z",
        "patient.y",
        "patient.sex",
        "imaging.w",
        "imaging.discs[0].v",
        "imaging.discs[1]",
        "imaging.discs[2].u",
        "t",
    ]
    assert [item[0] for item in said(read(text))] == names


def test_names_and_values_are_shortened_and_made_printable() -> None:
    found = said(read(f'"{"k" * 90}": {"v" * 90}\n"a\\u202eb\\e": 1'))
    assert found[0][:2] == ("k" * 39 + "…", "v" * 39 + "…")
    assert found[1][0] == "a?b?"
    assert shown({"a": 1}) == "{…}" and shown((1,)) == "[…]" and shown(1.5) == 1.5


def test_only_the_first_slips_are_looked_up() -> None:
    many = read("\n".join(f"fevr{number}: 1" for number in range(300)))
    hinted = [item for item in said(many) if "fever" in item[2]]
    assert len(many.problems) == 300 and 0 < len(hinted) <= 50


def test_what_was_written_is_found_again() -> None:
    root = parse("a: {b: [1, {c: 2}]}", "yaml")
    assert as_written(root, ("a", "b", 1, "c")) == 2
    assert as_written(root, ("a", "b", 7)) is None
    assert as_written(root, ("a", "x")) is None
    assert as_written(root, ("a", "b", 0, "c")) is None


def test_half_a_character_is_no_text() -> None:
    found = read_structure(parse('{"title": "\\ud800", "measured": [{"method": "\\udfff"}]}', "json"))
    assert [item[0] for item in said(found)] == ["title", "measured[0].method"]

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from kambin.case import Case, dump, fact_row, load, loads, reading
from kambin.case.plain import FILE, MAX_FILE_BYTES
from kambin.errors import CaseError, InputError

CASE = Case.model_validate(
    {"id": "a-1", "patient": {"age_years": 50}, "absent": {"red_flags.fever": "conflicting"}}
)
YAML, JSON = dump(CASE), dump(CASE, "json")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("case.yaml", YAML),
        ("case.yml", YAML),
        ("case.json", JSON),
        ("CASE.JSON", JSON),
        ("case.yaml", JSON),  # JSON is YAML too
        ("case", YAML),
        ("case", JSON),
        ("case.txt", "\n\n  " + JSON),
        ("case.case", "# a comment\n" + YAML),
        ("case.yaml", "\ufeff" + YAML),
        ("case.json", "\ufeff" + JSON),
        ("case", "\ufeff" + JSON),
        ("case.yaml", YAML.replace("\n", "\r\n")),
    ],
)
def test_a_file_is_read_by_its_ending_or_else_its_content(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert load(path) == load(str(path)) == CASE


def test_the_ending_stands_before_the_content(tmp_path: Path) -> None:
    flow = tmp_path / "flow.yaml"
    flow.write_text("{id: a-1}")
    assert load(flow).id == "a-1"
    wrong = tmp_path / "wrong.json"
    wrong.write_text("id: a-1")
    assert "JSON" in problem(wrong)


@pytest.mark.parametrize("text", [YAML, JSON])
def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert load("-") == CASE


def problem(path: Path | str) -> str:
    with pytest.raises(CaseError) as caught:
        load(path)
    [found] = caught.value.problems
    assert found.field == FILE
    assert str(caught.value).startswith(f"{'standard input' if path == '-' else path}: 1 problem")
    return str(found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (YAML.encode("utf-16"), "UTF-16"),
        (YAML.encode("utf-32"), "UTF-16 or UTF-32"),
        (YAML.encode("utf-16-le"), "binary"),
        (b"\x00\x00\xfe\xff\x00", "UTF-16 or UTF-32"),
        (b"title: caf\xe9", "another encoding"),
        (b"\x89PNG\r\n\x1a\n\x00", "binary"),
        (bytes(range(256)), "binary"),
        (b"x" * (MAX_FILE_BYTES + 1), "not a case file"),
    ],
)
def test_what_is_no_text_in_utf8_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(content)
    assert said in problem(path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert said in problem("-")


def test_a_file_of_the_allowed_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(YAML.encode() + b"#" * (MAX_FILE_BYTES - len(YAML)))
    assert load(path) == CASE


def test_no_more_of_a_huge_file_is_read_than_needed(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 10**12)
    assert "bytes" in problem(path)


@pytest.mark.parametrize("name", ["missing.yaml", ".", "no/such/folder/case.yaml", "nul\0l.yaml", "x" * 5000])
def test_what_can_not_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="can not be read") as caught:
        load(f"{tmp_path}/{name}")
    assert not isinstance(caught.value, CaseError)
    assert caught.value.exit_code == 3 and caught.value.why


def test_text_has_a_name_in_messages() -> None:
    for fmt in ("yaml", "json"):
        with pytest.raises(CaseError, match="the letter"):
            loads("[", fmt, where="the letter")  # type: ignore[arg-type]
        with pytest.raises(CaseError, match="the letter"):
            loads('{"x": 1}', fmt, where="the letter")  # type: ignore[arg-type]


def test_json_with_the_words_of_yaml_is_no_json() -> None:
    with pytest.raises(CaseError):
        loads("kambin_case: 1", "json")
    assert loads(json.dumps({"kambin_case": 1}), "json") == Case()


def test_the_room_exports_what_reads_and_writes() -> None:
    assert reading.dump is dump and reading.load is load


@pytest.mark.parametrize("nothing", ["null", "~", "Null", "NULL", ""])
def test_an_empty_line_of_a_searched_list_is_no_no(nothing: str) -> None:
    """docs/adr/0021: `null` keeps a field open, and stays so when the case is written and read again."""
    case = loads(f"red_flags:\n  complete: true\n  fever: {nothing}\n")
    assert case == loads('{"red_flags": {"complete": true, "fever": null}}', "json")
    assert case == loads(dump(case))
    row, searched = fact_row(case), fact_row(loads("red_flags: {complete: true}"))
    assert row["fever"] is None and searched["fever"] is False
    assert {name for name in row if row[name] != searched[name]} == {"fever"}

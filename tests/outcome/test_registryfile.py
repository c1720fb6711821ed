"""A registry file is hostile until it is read: bounds, line numbers, and nothing of a cell in a message."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.errors import InputError
from kambin.outcome import registryfile
from kambin.outcome.registryfile import Result, columns, read_registry, settings

HEAD = "option,recurrence,months,smoker,age_years,disc_type,disc_modic"
GOOD = "laminectomy,0,24,1,40,extrusion,2"
SECRET = "Zaphod-1952-03-11"


def write(folder: Path, *lines: str, head: str = HEAD, fill: int = 20) -> Path:
    file = folder / "registry.csv"
    file.write_text("\n".join([head, *lines, *[GOOD] * fill]) + "\n", encoding="utf-8")
    return file


def refusal(file: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_registry(file)
    text = str(caught.value)
    assert SECRET not in text
    return text


def test_a_sound_file_is_read_and_empty_is_unknown(tmp_path: Path) -> None:
    found = read_registry(write(tmp_path, "transforaminal_endoscopy,yes,3.5,,61,,", "", "  "))
    assert len(found) == 21
    assert found[0] == Result("transforaminal_endoscopy", True, 3.5, {"age_years": 61})
    assert found[1].facts == {"smoker": True, "age_years": 40, "disc_type": "extrusion", "disc_modic": 2}


def test_a_mark_of_order_and_other_line_ends_do_not_matter(tmp_path: Path) -> None:
    file = write(tmp_path)
    plain = read_registry(file)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_registry(file) == plain


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    head = ",".join(reversed(HEAD.split(",")))
    file = tmp_path / "registry.csv"
    file.write_text("\n".join([head, *[",".join(reversed(GOOD.split(",")))] * 20]))
    assert read_registry(file) == read_registry(write(tmp_path))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (f"{SECRET},0,24,1,40,extrusion,2", "line 2, option"),
        (f"laminectomy,{SECRET},24,1,40,extrusion,2", "line 2, recurrence"),
        (f"laminectomy,0,{SECRET},1,40,extrusion,2", "line 2, months: expected 0 to 240"),
        ("laminectomy,0,-1,1,40,extrusion,2", "line 2, months"),
        ("laminectomy,0,241,1,40,extrusion,2", "line 2, months"),
        ("laminectomy,0,nan,1,40,extrusion,2", "line 2, months"),
        ("laminectomy,0,inf,1,40,extrusion,2", "line 2, months"),
        ("laminectomy,0,1e999,1,40,extrusion,2", "line 2, months"),
        ("laminectomy,0,1e,1,40,extrusion,2", "line 2, months"),
        ("laminectomy,0,1_0,1,40,extrusion,2", "line 2, months"),
        ("laminectomy,0,٣,1,40,extrusion,2", "line 2, months"),
        ("laminectomy,0,,1,40,extrusion,2", "line 2, months"),
        ("laminectomy,0,24,2,40,extrusion,2", "line 2, smoker: expected 0 or 1"),
        ("laminectomy,0,24,1,400,extrusion,2", "line 2, age_years"),
        (f"laminectomy,0,24,1,40,{SECRET},2", "line 2, disc_type: expected one of none, bulge"),
        ("laminectomy,0,24,1,40,extrusion,1.5", "line 2, disc_modic: expected a whole number"),
        ("laminectomy,0,24,1,40,extrusion", "line 2: 6 cells where the header has 7"),
        (f"laminectomy,0,24,1,40,extrusion,2,{SECRET}", "line 2: 8 cells"),
        ("structured_conservative_care,0,24,1,40,extrusion,2", "line 2, option"),
        ("=cmd|' /C calc'!A0,0,24,1,40,extrusion,2", "line 2, option"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column(tmp_path: Path, line: str, part: str) -> None:
    assert part in refusal(write(tmp_path, line))


def test_many_problems_are_told_at_once_up_to_a_bound(tmp_path: Path) -> None:
    text = refusal(write(tmp_path, *[f"{SECRET},0,24,1,40,extrusion,2"] * 3, GOOD, "laminectomy,0,x,1,40,,"))
    assert all(f"line {number}" in text for number in (2, 3, 4, 6))
    assert "line 5" not in text
    text = refusal(write(tmp_path, *["x,0,24,1,40,extrusion,2"] * 500))
    assert text.count("line ") == settings()["most_problems"]
    assert "reading stopped" in text


def test_columns_that_are_not_needed_are_refused_without_being_named(tmp_path: Path) -> None:
    """A header can hold a name too."""
    text = refusal(write(tmp_path, head=f"{HEAD},{SECRET}"))
    assert "by number: 8" in text
    assert "nothing identifying" in text


@pytest.mark.parametrize("column", ["option", "recurrence", "months"])
def test_columns_that_are_needed(tmp_path: Path, column: str) -> None:
    assert f"missing: {column}" in refusal(write(tmp_path, head=HEAD.replace(column, "smoker2")))


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    assert "twice" in refusal(write(tmp_path, head=f"{HEAD},smoker"))


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\xff\xfe\x00a", "UTF-8"),
        (b"option\0", "NUL"),
        (HEAD.encode() + b'\n"laminectomy,0,24', "registry.csv:2"),
        (HEAD.encode() + b"\n" + b"x" * 200_000 + b",0", "registry.csv:"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, part: str) -> None:
    file = tmp_path / "registry.csv"
    file.write_bytes(content)
    assert part in refusal(file)


def test_bounds_of_size_and_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path)
    assert "too few" in refusal(write(tmp_path, fill=19))
    file = write(tmp_path)
    small = {**settings(), "most_rows": 10}
    monkeypatch.setattr(registryfile, "settings", lambda: small)
    assert "more than 10 rows" in refusal(file)
    tiny = {**settings(), "most_bytes": 100}
    monkeypatch.setattr(registryfile, "settings", lambda: tiny)
    assert "too large" in refusal(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "nothing.csv")
    assert "no such file" in refusal(tmp_path)


def test_the_columns_are_the_facts_of_the_model() -> None:
    required, allowed = columns()
    assert required == ("option", "recurrence", "months")
    assert {"smoker", "diabetes", "disc_modic", "age_years", "unstable"} <= set(allowed)
    assert len(set(allowed)) == len(allowed)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_and_never_breaks(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "registry.csv"
        file.write_text(HEAD + "\n" + text, encoding="utf-8", errors="surrogatepass")
        with pytest.raises(InputError):
            read_registry(file)

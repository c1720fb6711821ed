"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kambin.errors import InputError
from kambin.files import load_yaml, make_folder, told, write_file


@given(content=st.one_of(st.binary(), st.text(st.characters(codec="utf-8"))))
def test_what_is_written_is_read_back_and_replaces_what_stood_there(
    tmp_path_factory: pytest.TempPathFactory, content: str | bytes
) -> None:
    path = tmp_path_factory.mktemp("files") / "one"
    path.write_text("before")
    assert write_file(path, content) == path
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_what_stood_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one"
    path.write_text("before")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="No space"):
        write_file(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_others_may_read_what_the_mask_lets_them(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        path = write_file(tmp_path / "one", "text")
    finally:
        os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("room", ["access", "anatomy", "outcome", "report"])
def test_the_quick_reader_of_data_reads_what_the_plain_one_reads(root: Path, room: str) -> None:
    paths = sorted((root / "src/kambin" / room).rglob("*.yaml"))
    assert paths
    assert all(load_yaml(path) == yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths)


def test_data_can_not_make_objects(tmp_path: Path) -> None:
    path = tmp_path / "data.yaml"
    path.write_text("!!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(yaml.YAMLError):
        load_yaml(path)


def test_a_folder_is_made_with_those_above_it_and_may_be_there(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "inner"
    assert make_folder(folder) == make_folder(folder) == folder
    assert folder.is_dir()


def test_a_folder_that_can_not_be_made_is_told_with_why_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError) as told_of:
        make_folder(tmp_path / "file" / "inner")
    assert told_of.value.where == str(tmp_path / "file" / "inner")
    assert "folder" in told_of.value.what and "not a directory" in told_of.value.why
    assert "a file stands" in told_of.value.now


@pytest.mark.parametrize(
    ("number", "now"), [(28, "make room"), (13, "that you may write to"), (None, "that you may write to")]
)
def test_what_can_not_be_written_is_told(number: int | None, now: str, tmp_path: Path) -> None:
    def fails() -> None:
        raise OSError(number, os.strerror(number)) if number else OSError("Broken")

    with pytest.raises(InputError) as told_of, told("can not write the pictures", tmp_path):
        fails()
    error = told_of.value
    assert (error.what, error.where) == ("can not write the pictures", str(tmp_path))
    assert error.why == (os.strerror(number).lower() if number else "broken")
    assert now in error.now

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.errors import EvidenceMissing, IntegrityError
from kambin.evidence import store


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let the room read a copy of its data that a test may damage."""
    folder = tmp_path / "data"
    shutil.copytree(store.DATA, folder)
    monkeypatch.setattr(store, "DATA", folder)
    store.bundle.cache_clear()
    store._sums.cache_clear()
    yield folder
    store.bundle.cache_clear()
    store._sums.cache_clear()


def test_the_hash_is_that_of_the_files() -> None:
    """Recomputed from the bytes on disk, not from the manifest."""
    files = sorted(path for path in store.DATA.glob("*.json") if path.name != "manifest.json")
    lines = "".join(f"{p.name} {hashlib.sha256(p.read_bytes()).hexdigest()}\n" for p in files)
    assert store.content_hash() == hashlib.sha256(lines.encode()).hexdigest()


def test_verify_reads_all_there_is(copied: Path) -> None:
    assert set(store.verify()) == {path.name for path in copied.glob("*.json")} - {"manifest.json"}


@pytest.mark.parametrize(
    "file", sorted(p.name for p in store.DATA.glob("*.json") if p.name != "manifest.json")
)
def test_one_changed_digit_is_noticed(copied: Path, file: str) -> None:
    text = (copied / file).read_text(encoding="utf-8")
    digit = next(i for i in range(len(text) // 2, len(text)) if text[i].isdigit())
    (copied / file).write_text(
        text[:digit] + str((int(text[digit]) + 1) % 10) + text[digit + 1 :], encoding="utf-8"
    )
    with pytest.raises(IntegrityError) as raised:
        store.bundle(file.removesuffix(".json"))
    assert file in raised.value.where
    with pytest.raises(IntegrityError):
        store.verify()


def test_a_manifest_that_was_changed_to_fit_is_noticed(copied: Path) -> None:
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    (copied / "claims.json").write_text("{}", encoding="utf-8")
    manifest["files"]["claims.json"] = hashlib.sha256(b"{}").hexdigest()
    (copied / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(IntegrityError, match=r"manifest\.json"):
        store.content_hash()


def test_a_file_too_many_or_too_few_is_noticed(copied: Path) -> None:
    (copied / "stray.json").write_text("{}", encoding="utf-8")
    with pytest.raises(IntegrityError, match="stray"):
        store.verify()
    (copied / "stray.json").unlink()
    (copied / "tables.json").unlink()
    with pytest.raises(IntegrityError, match="tables"):
        store.verify()


def test_turned_line_ends_are_the_same_content(copied: Path) -> None:
    before = store.bundle("claims")
    store.bundle.cache_clear()
    for file in copied.glob("*.json"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert store.bundle("claims") == before


def test_nothing_is_read_before_it_is_asked_for_and_no_yaml_at_all() -> None:
    """In a process of its own, so that other tests have read nothing."""
    program = (
        "import sys; from kambin import evidence; from kambin.evidence import store;"
        "print(store.bundle.cache_info().currsize, 'yaml' in sys.modules);"
        "evidence.cite('O09'); print(store.bundle.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False", "2"], "a citation needs the statements and the references"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def thaw(value: object) -> object:
    if isinstance(value, MappingProxyType):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [thaw(item) for item in value]
    return value


@given(json_values)
def test_freezing_keeps_the_values_and_leaves_nothing_to_change(value: object) -> None:
    frozen = store.freeze(value)
    assert thaw(frozen) == value
    assert "list" not in kinds(frozen)
    assert "dict" not in kinds(frozen)


def kinds(value: object) -> set[str]:
    inner = (
        value.values() if isinstance(value, MappingProxyType) else value if isinstance(value, tuple) else ()
    )
    return {type(value).__name__}.union(*(kinds(item) for item in inner))


def test_the_error_names_the_nearest_and_only_near_ones() -> None:
    error = store.missing("claim", "R-lader", ["R-ladder", "F-triangle"])
    assert isinstance(error, EvidenceMissing)
    assert "R-ladder" in error.now
    assert "F-triangle" not in error.now
    assert store.missing("claim", "zzz", ["R-ladder"]).now == ""

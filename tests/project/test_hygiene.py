"""Nothing of a machine, and no address of a package index, gets into the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

# Written in pieces so that this file does not hold what it forbids.
INDEX_WORDS = [
    "py" "pi.org",
    "python" "hosted.org",
    "py" "pi.python.org",
    "ana" "conda.org",
    "conda" "-forge",
    "npm" "js.org",
    "npm" "js.com",
    "rubygems" ".org",
    "crates" ".io",
    "--index" "-url",
    "--extra-index" "-url",
    "--find" "-links",
]  # fmt: skip
INDEX = re.compile("|".join(re.escape(word) for word in INDEX_WORDS), re.IGNORECASE)

# an absolute path below a folder that belongs to one machine or one person
MACHINE_PATH = re.compile(
    r"(?<![\w.:/}\])*])/(?:work|root|tmp|opt|home/\w+|Users/\w+|mnt|private)/[\w.]|\b[A-Z]:\\Users\\"
)


def offending(texts: dict[Path, str], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for path, text in texts.items()
        for match in pattern.finditer(text)
    ]


def test_no_file_names_a_package_index(project_texts: dict[Path, str]) -> None:
    assert offending(project_texts, INDEX) == []


def test_no_file_holds_a_path_of_one_machine(project_texts: dict[Path, str]) -> None:
    assert offending(project_texts, MACHINE_PATH) == []


@pytest.mark.parametrize("word", INDEX_WORDS)
def test_an_index_would_be_found(word: str) -> None:
    assert offending({Path("lock.txt"): f"numpy==1\n# via {word}/simple"}, INDEX) == [f"lock.txt:2: {word}"]


# the folder comes first and the slash is added below, for the same reason as above
@pytest.mark.parametrize("path", ["home/ann/kambin", "work/main/x", "root/.cache", 'tmp/case.yaml"'])
def test_a_machine_path_would_be_found(path: str) -> None:
    assert offending({Path("a.md"): f"see /{path}"}, MACHINE_PATH)


@pytest.mark.parametrize(
    "text", ["symptoms/work/life", "https://example.org/home/page/1", "{root}/tmp/x", "build/tmp/x"]
)
def test_other_slashes_are_not_machine_paths(text: str) -> None:
    assert not offending({Path("a.md"): text}, MACHINE_PATH)


def test_text_files_are_utf8_with_unix_line_ends(project_files: list[Path]) -> None:
    broken = []
    for path in project_files:
        content = path.read_bytes()
        if b"\0" in content:
            continue
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            broken.append(f"{path.name}: not UTF-8")
        if b"\r\n" in content:
            broken.append(f"{path.name}: Windows line ends")
    assert broken == []

"""The checks of `make check` that are ours: the project passes them, and each of them can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import check_glossary, check_sizes

GLOSSARY = """
| word | what it is | not |
|---|---|---|
| **corridor** | an entry and a target | trajectory, needle path |
| **level** | a disc | L4/5 |
| **status** | one of four | – |

| say | never |
|---|---|
| tumour | tumor |
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a glossary and nothing wrong."""
    for folder in ("docs", "src/kambin", "examples"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "docs/glossary.md").write_text(GLOSSARY, encoding="utf-8")
    return tmp_path


def test_sizes_of_the_project(root: Path) -> None:
    assert check_sizes.problems(root) == []


def test_words_of_the_project(root: Path) -> None:
    assert check_glossary.problems(root)[0] == []


def test_no_word_is_both_used_and_ruled_out(root: Path) -> None:
    text = (root / "docs/glossary.md").read_text(encoding="utf-8")
    found = check_glossary.rulings(text)
    assert len(found) > 100
    assert [(one.use, two.never) for one in found for two in found if two.pattern.search(one.use)] == []
    phrases = [ruling.never.casefold() for ruling in found]
    assert sorted(phrases) == sorted(set(phrases))


@pytest.mark.parametrize(
    "text",
    [
        "The trajectory is safe.",
        "Needle paths",
        "a needle\npath",
        "a needle-path",
        "at L4/5.",
        "(tumor)",
        'say "no" to a trajectory',
    ],
)
def test_ruled_out_words_are_found(project: Path, text: str) -> None:
    (project / "README.md").write_text(text, encoding="utf-8")
    assert len(check_glossary.problems(project)[0]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "`trajectory`",
        "```\ntrajectory\n```",
        "the word “trajectory”",
        'the document says "needle\npath"',
        "[the paper](https://example.org/trajectory)",
        "trajectory_mm is a name",
        "at L14/5",
        "needle\n\npath",
    ],
)
def test_code_quotations_links_and_other_words_are_left_alone(project: Path, text: str) -> None:
    (project / "README.md").write_text(text, encoding="utf-8")
    assert check_glossary.problems(project)[0] == []


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("src/kambin/a.yaml", "options:\n  - id: trajectory\n    say: The trajectory.\n", 3),
        ("src/kambin/a.py", '"""A trajectory."""\n\nNAME = "trajectory"\nASK = "Which trajectory?"\n', 4),
        ("src/kambin/a.py", 'def f(n):\n    return f"no trajectory for {n}"\n', 2),
        ("src/kambin/a.html", '<p class="trajectory">\n{{ trajectory }} trajectory</p>', 2),
        ("docs/deep/a.md", "# One\n\ntrajectory\n", 3),
    ],
)
def test_every_place_where_a_person_reads_is_read(project: Path, name: str, text: str, line: int) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert check_glossary.problems(project)[0] == [f"{name}:{line}: 'trajectory' -> corridor"]


def test_long_and_silent_code_is_found(project: Path) -> None:
    body = "\n".join(["    x = 1"] * check_sizes.FUNCTION_LINES)
    source = f'def long():\n    """Say."""\n{body}\n\n\nclass Silent:\n    def method(self):\n        pass\n'
    (project / "src/kambin/a.py").write_text(source, encoding="utf-8")
    found = "\n".join(check_sizes.problems(project))
    for expected in (
        "long has 62 lines",
        "module has no docstring",
        "Silent has no docstring",
        "Silent.method has no",
    ):
        assert expected in found


def test_a_long_module_is_found(project: Path) -> None:
    (project / "src/kambin/a.py").write_text(
        '"""Say."""\n' + "x = 1\n" * check_sizes.MODULE_LINES, encoding="utf-8"
    )
    assert check_sizes.problems(project) == ["src/kambin/a.py: 501 lines (at most 500)"]


def test_what_is_private_or_inside_a_function_needs_no_docstring(project: Path) -> None:
    helper = "def _helper():\n    def inner():\n        pass\n"
    hidden = "class _Hidden:\n    def method(self):\n        pass\n"
    source = f'"""Say."""\n\n\n{helper}\n\n{hidden}'
    (project / "src/kambin/a.py").write_text(source, encoding="utf-8")
    assert check_sizes.problems(project) == []

"""What is imported anywhere is installed from the lock: nothing rests on what somebody installed by hand."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from tests.project.test_lock import entries

OWN = {"kambin", "bench", "tests", "tools"}


def imported(text: str) -> Iterator[str]:
    """Top-level names of everything that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_every_import_comes_from_the_lock(root: Path, project_files: list[Path]) -> None:
    locked = {
        canonicalize_name(requirement.name)
        for requirement, _ in entries((root / "requirements/lock.txt").read_text(encoding="utf-8"))
    }
    shipped = packages_distributions()
    beside = {path.stem for path in project_files if path.parent == root / "tools"}
    seen = 0
    for path in project_files:
        if path.suffix != ".py":
            continue
        for name in imported(path.read_text(encoding="utf-8")):
            if name in OWN or name in beside or name in sys.stdlib_module_names:
                continue
            seen += 1
            from_lock = locked.intersection(map(canonicalize_name, (name, *shipped.get(name, ()))))
            assert from_lock, f"{path.relative_to(root)} imports {name}, which no lock file brings"
    assert seen > 100


def test_an_import_inside_of_a_function_is_seen() -> None:
    assert list(imported("def f():\n    import a.b\n    from c.d import e\n    from .f import g\n")) == [
        "a",
        "c",
    ]

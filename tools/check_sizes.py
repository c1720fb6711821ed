"""Files, functions and docstrings stay readable: the limits, and every place that breaks one.

Run as ``python tools/check_sizes.py``; exit code 1 when something is too long or says nothing. A function's
lines are counted from ``def`` to its end, docstring included: what fits a screen is what a reader sees.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 500
FUNCTION_LINES = 60

ROOT = Path(__file__).resolve().parent.parent
SIZED = ("src", "tools", "bench", "tests")
DOCUMENTED = "src"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(root: Path, folders: tuple[str, ...]) -> list[Path]:
    return sorted(path for folder in folders for path in (root / folder).rglob("*.py"))


def too_long(path: Path, tree: ast.Module, source: str) -> Iterator[str]:
    lines = len(source.splitlines())
    if lines > MODULE_LINES:
        yield f"{path}: {lines} lines (at most {MODULE_LINES})"
    for node in ast.walk(tree):
        if isinstance(node, Function):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines (at most {FUNCTION_LINES})"


def undocumented(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield every public module, class, function, method or property without a docstring.

    A module is public when no part of its name starts with an underscore; what a function defines is not.
    """
    if any(part.startswith("_") and part != "__init__" for part in path.with_suffix("").parts):
        return
    if ast.get_docstring(tree) is None and tree.body:
        yield f"{path}: the module has no docstring"
    yield from undocumented_members(path, tree.body, "")


def undocumented_members(path: Path, body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None and not is_overload(node):
            yield f"{path}:{node.lineno}: {prefix}{node.name} has no docstring"
        if isinstance(node, ast.ClassDef):
            yield from undocumented_members(path, node.body, f"{prefix}{node.name}.")


def is_overload(node: Function | ast.ClassDef) -> bool:
    """Tell whether this only repeats a documented name: an ``@overload`` or the setter of a property."""
    names = {ast.unparse(decorator) for decorator in node.decorator_list}
    return bool(names & {"overload", "typing.overload"}) or any(name.endswith(".setter") for name in names)


def problems(root: Path) -> list[str]:
    found: list[str] = []
    for path in python_files(root, SIZED):
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source, filename=str(path))
        relative = path.relative_to(root)
        found += too_long(relative, tree, source)
        if relative.parts[0] == DOCUMENTED:
            found += undocumented(relative, tree)
    return found


def main() -> int:
    found = problems(ROOT)
    for line in found:
        print(line)
    count = len(python_files(ROOT, SIZED))
    print(f"sizes: {count} files, {len(found)} problem{'' if len(found) == 1 else 's'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

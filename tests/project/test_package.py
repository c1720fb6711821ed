"""What is shipped: one version everywhere, every file in the wheel, names that exist, permissive licences."""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import yaml
from packaging.requirements import Requirement

import kambin

HEAVY = {
    "duckdb",
    "highdicom",
    "lifelines",
    "manifold3d",
    "matplotlib",
    "nibabel",
    "nrrd",
    "numba",
    "numpy",
    "pydicom",
    "scipy",
    "sqlglot",
    "statsmodels",
    "trimesh",
    "vtk",
    "weasyprint",
    "z3",
}
ARRAYS = (
    "highdicom",
    "matplotlib",
    "nibabel",
    "nrrd",
    "numba",
    "numpy",
    "pydicom",
    "scipy",
    "trimesh",
    "vtk",
)
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|0BSD|Unlicense)\b",
    re.IGNORECASE,
)


def modules() -> Iterator[ModuleType]:
    yield kambin
    for found in pkgutil.walk_packages(kambin.__path__, "kambin."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def test_every_exported_name_exists_once() -> None:
    wrong = []
    for module in modules():
        exported = list(getattr(module, "__all__", []))
        wrong += [f"{module.__name__}.{name} is missing" for name in exported if not hasattr(module, name)]
        wrong += [f"{module.__name__}.{name} twice" for name in set(exported) if exported.count(name) > 1]
    assert wrong == []


def test_every_public_module_says_what_it_exports() -> None:
    silent = [
        module.__name__
        for module in modules()
        if not any(part.startswith("_") for part in module.__name__.split("."))
        and not hasattr(module, "__all__")
        and any(
            getattr(value, "__module__", None) == module.__name__ and not name.startswith("_")
            for name, value in vars(module).items()
        )
    ]
    assert silent == []


def test_one_version(root: Path) -> None:
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?([\w.]+)", changes, re.MULTILINE)
    assert newest is not None
    assert citation["version"] == kambin.__version__ == newest.group(1)
    assert citation["license"] == "Apache-2.0"


def test_installed_version_is_the_source_version() -> None:
    assert importlib.metadata.version("kambin") == kambin.__version__


def test_wheel_holds_every_file_of_the_package(root: Path, project_files: list[Path], tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    source = root / "src"
    expected = {path.relative_to(source).as_posix() for path in project_files if path.is_relative_to(source)}
    assert "kambin/py.typed" in expected
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert any(name.endswith("licenses/LICENSE") for name in names)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_line_starts_without_heavy_libraries() -> None:
    loaded = set(
        run("import kambin.cli, sys; print(*{name.partition('.')[0] for name in sys.modules})").split()
    )
    assert "kambin" in loaded
    assert loaded & HEAVY == set()


def test_text_only_decision_support_runs_where_no_array_library_is_installed() -> None:
    blocked = f"import sys; sys.modules.update(dict.fromkeys({ARRAYS!r}))\n"
    rooms = (
        "kambin.case",
        "kambin.diagnosis",
        "kambin.guideline",
        "kambin.evidence",
        "kambin.pathway",
        "kambin.cli",
    )
    run(blocked + f"import {', '.join(rooms)}")


def requirements_of(name: str, extras: tuple[str, ...] = ("",)) -> Iterator[Requirement]:
    for text in importlib.metadata.requires(name) or []:
        found = Requirement(text)
        if found.marker is None or any(found.marker.evaluate({"extra": extra}) for extra in extras):
            yield found


def runtime_packages() -> set[str]:
    """Return every distribution that an installation with all runtime extras brings, followed to the end."""
    pending = [
        (found.name, tuple(found.extras) or ("",)) for found in requirements_of("kambin", ("", "imaging"))
    ]
    seen: set[str] = set()
    while pending:
        name, extras = pending.pop()
        if name not in seen:
            seen.add(name)
            pending += [
                (found.name, tuple(found.extras) or ("",)) for found in requirements_of(name, ("", *extras))
            ]
    return seen


def stated_licence(name: str) -> str:
    metadata = importlib.metadata.metadata(name)
    classifiers = [text for text in metadata.get_all("Classifier") or [] if text.startswith("License ::")]
    # some packages put the whole text of the licence into the field: its name is at the beginning
    return " ".join(
        [metadata.get("License-Expression") or "", (metadata.get("License") or "")[:200], *classifiers]
    )


def test_runtime_licences_are_permissive() -> None:
    packages = runtime_packages()
    assert {"pydantic", "pydantic-core", "z3-solver", "numpy"} <= packages
    stated = {name: stated_licence(name) for name in packages}
    refused = {
        name: text
        for name, text in stated.items()
        if not PERMISSIVE.search(text) or re.search(r"\bA?GPL|Affero", text)
    }
    assert refused == {}

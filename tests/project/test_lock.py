"""The lock holds one hashed version of everything that is declared, for each supported Python."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("requirements/lock.txt", "requirements/resolver.txt")
PYTHONS = ("3.11", "3.12", "3.13")


def entries(text: str) -> list[tuple[Requirement, list[str]]]:
    """Split a lock into its requirements with their hashes."""
    joined = re.sub(r"\\\n", " ", text)
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    parts = [line.split("--hash=") for line in lines]
    return [(Requirement(first), [item.strip() for item in hashes]) for first, *hashes in parts]


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return found


def declared(project: dict[str, Any]) -> list[Requirement]:
    table = project["project"]
    texts = [*table["dependencies"], *project["build-system"]["requires"]]
    texts += [text for group in table["optional-dependencies"].values() for text in group]
    return [found for found in map(Requirement, texts) if found.name != table["name"]]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_pinned_and_hashed(root: Path, lock: str) -> None:
    found = entries((root / lock).read_text(encoding="utf-8"))
    assert found
    for requirement, hashes in found:
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", item) for item in hashes), requirement


def test_an_entry_without_a_hash_would_be_seen() -> None:
    assert entries("# made\na==1 \\\n    --hash=sha256:0\nb==2\n")[1][1] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_but_requirements_and_hashes_is_in_the_lock(root: Path, lock: str) -> None:
    for line in (root / lock).read_text(encoding="utf-8").splitlines():
        assert re.match(r"# |[a-z0-9][a-z0-9._-]*==|    --hash=sha256:", line), line


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_each_python_gets_exactly_one_version_of_all_that_is_declared(
    root: Path, project: dict[str, Any], python: str, system: str
) -> None:
    environment = {"python_version": python, "python_full_version": f"{python}.1", "sys_platform": system}
    chosen: dict[str, str] = {}
    for requirement, _ in entries((root / LOCKS[0]).read_text(encoding="utf-8")):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name = canonicalize_name(requirement.name)
            assert name not in chosen, f"{name} twice"
            chosen[name] = str(requirement.specifier).removeprefix("==")
    for wanted in declared(project):
        version = chosen.get(canonicalize_name(wanted.name))
        assert version is not None, f"{wanted.name} is not locked"
        assert wanted.specifier.contains(version), f"{wanted} is locked as {version}"


def test_supported_pythons_are_the_ones_declared(project: dict[str, Any]) -> None:
    prefix = "Programming Language :: Python :: 3."
    names = [name for name in project["project"]["classifiers"] if name.startswith(prefix)]
    assert tuple(name.rpartition(" ")[2] for name in names) == PYTHONS
    assert project["project"]["requires-python"] == f">={PYTHONS[0]}"

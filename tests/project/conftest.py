"""Fixtures for the project's own rules."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def project_files(root: Path) -> list[Path]:
    """Every file that is, or would be, committed: tracked ones and new ones that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: there is no list of the project's files")
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]


@pytest.fixture(scope="session")
def project_texts(project_files: list[Path]) -> dict[Path, str]:
    """The content of every project file that is text."""
    texts = {}
    for path in project_files:
        content = path.read_bytes()
        if b"\0" not in content:
            texts[path] = content.decode("utf-8", errors="replace")
    return texts

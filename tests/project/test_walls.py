"""The walls between the rooms stand: a house of empty rooms passes the contracts, and each breach is seen."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

# the patient's journey, first room first: a room imports only what stands before it
JOURNEY = (
    "errors",
    "files",
    "evidence",
    "case",
    "diagnosis",
    "guideline",
    "anatomy",
    "access",
    "outcome",
    "plan",
    "report",
    "pathway",
    "cli",
)
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


@pytest.fixture
def house(root: Path, tmp_path: Path) -> Path:
    """Empty rooms under the contracts of this project."""
    (tmp_path / "pyproject.toml").write_text(
        (root / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    for room in JOURNEY:
        folder = tmp_path / "kambin" / room
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    (tmp_path / "kambin/__init__.py").touch()
    return tmp_path


def lint(house: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", "--no-logo"],
        cwd=house,
        env={"PYTHONPATH": str(house), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def add_import(house: Path, room: str, imported: str) -> None:
    inside = f"def later() -> None:\n    import {imported}\n"
    (house / "kambin" / room / "late.py").write_text(inside, encoding="utf-8")


def test_each_room_may_import_every_room_before_it(house: Path) -> None:
    allowed = {
        "anatomy": ("errors", "files", "evidence", "case"),  # its wall: no diagnosis, no guideline
        "access": ("errors", "files", "evidence", "case", "anatomy"),  # the same wall
    }
    for number, room in enumerate(JOURNEY):
        earlier = allowed.get(room, JOURNEY[:number])
        text = "".join(f"import kambin.{name}\n" for name in earlier)
        (house / "kambin" / room / "late.py").write_text(text, encoding="utf-8")
    add_import(house, "anatomy", "numpy")
    code, said = lint(house)
    assert code == 0, said


@pytest.mark.parametrize(
    ("room", "imported"),
    [
        *((earlier, f"kambin.{later}") for earlier, later in itertools.pairwise(JOURNEY)),
        ("anatomy", "kambin.guideline"),
        ("anatomy", "kambin.diagnosis"),
        ("case", "numpy"),
        ("diagnosis", "scipy.stats"),
        ("evidence", "nibabel"),
        ("guideline", "numpy.typing"),
        ("guideline", "zen"),
        ("cli", "pytest"),
    ],
)
def test_a_breach_is_seen_even_inside_a_function(house: Path, room: str, imported: str) -> None:
    add_import(house, room, imported)
    code, said = lint(house)
    assert code == 1, said
    assert f"kambin.{room}" in said


def test_a_room_that_is_in_no_contract_is_seen(house: Path) -> None:
    (house / "kambin/attic.py").touch()
    code, said = lint(house)
    assert code == 1
    assert "attic" in said

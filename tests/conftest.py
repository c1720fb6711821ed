"""What all tests share: where the real data lies, and how hard hypothesis tries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# No deadline anywhere: a slow machine is not a wrong answer. `make validate` asks for the heavy profile.
settings.register_profile(
    "ci",
    max_examples=60,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("heavy", settings.get_profile("ci"), max_examples=2000)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with evidence, requirements and real data; where it is absent, the test is skipped."""
    folder = Path(os.environ.get("KAMBIN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared data in {folder}; name its folder in KAMBIN_SHARED")
    return folder

from __future__ import annotations

import subprocess
import sys

import pytest

import kambin.anatomy as anatomy


def test_importing_the_room_loads_no_array_library() -> None:
    heavy = "{'numpy', 'scipy', 'nibabel', 'pydantic'}"
    code = f"import sys, kambin.anatomy; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_that_is_offered_can_be_had() -> None:
    for name in anatomy.__all__:
        assert getattr(anatomy, name) is not None
        assert name in dir(anatomy)
    assert sorted(anatomy.__all__) == list(anatomy.__all__)
    assert set(anatomy._HOME) == set(anatomy.__all__)


def test_no_other_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        anatomy.nothing  # noqa: B018

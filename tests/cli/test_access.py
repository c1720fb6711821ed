"""`kambin access`: choices, exit codes, and what is printed and written."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest

from kambin.anatomy.frames import lps_from_ras_affine
from tests.access import planned
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phantom's map as a file."""
    volume = planned.labels()
    path = tmp_path_factory.mktemp("scan") / "labels.nii.gz"
    image = nibabel.Nifti1Image(volume.array.astype(np.uint8), lps_from_ras_affine(volume.lps_from_voxel))
    image.set_sform(image.affine, code=1)
    image.set_qform(image.affine, code=1)
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("--level", "L9-L9", "--side", "left"),
        ("--level", "L4-L5", "--side", "up"),
        ("--level", "L4-L5", "--side", "left", "--approach", "transoral"),
        ("--level", "L4-L5", "--side", "left", "--target", "somewhere"),
        ("--level", "L4-L5"),
    ],
)
def test_a_wrong_choice_is_a_mistake_of_usage(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert run("access", tmp_path / "labels.nii.gz", *words).code == 2


def test_a_missing_map_and_an_unknown_cannula_are_bad_input(run: Run, tmp_path: Path) -> None:
    where = (tmp_path / "none.nii.gz", "--level", "L4-L5", "--side", "left")
    assert run("access", *where).code == 3
    assert run("access", *where, "--cannula", "cannula-99").code == 3


def test_a_plan_is_printed_written_and_the_same_as_json(run: Run, scan: Path, tmp_path: Path) -> None:
    words = ("--level", "L4-L5", "--side", "left", "--approach", "posterolateral", "--cannula", "cannula-6")
    told = run("access", scan, *words, "--labels", "kambin", "--out", tmp_path, "--json")
    assert told.code == 0, told.err
    document = json.loads(told.out)
    assert document == json.loads((tmp_path / "access.json").read_text(encoding="utf-8"))
    plan = document["plans"][0]
    assert (plan["level"], plan["side"], plan["approach"]) == ("L4-L5", "left", "posterolateral")
    assert plan["proposals"][plan["recommended"]]["certificate"]["upper_bound"] > 0
    shown = run("access", scan, *words, "--labels", "kambin")
    assert shown.code == 0
    assert "patient's left" in shown.out and "exiting root L4" in shown.out


def test_a_cannula_from_memory_is_told(run: Run, scan: Path) -> None:
    words = ("--level", "L4-L5", "--side", "left", "--approach", "interlaminar", "--cannula", "cannula-7.5")
    told = run("access", scan, *words, "--labels", "kambin")
    assert told.code in (0, 1)
    assert "cannula-7.5" in told.out

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kambin.cli.app import app
from kambin.errors import InputError

typer_testing = pytest.importorskip("typer.testing")


def run(*arguments: str):
    return typer_testing.CliRunner().invoke(app, ["phantom", *arguments])


def test_a_phantom_is_made_with_its_truth(tmp_path: Path) -> None:
    out = tmp_path / "made"
    result = run(
        str(out), "--seed", "3", "--voxel", "4", "--view", "bones", "--no-images",
        "--herniation", "protrusion",
        "--set", "slip_mm@L4-L5=3", "--set", "foraminal_stenosis@L4-L5:left=mild", "--pose", "3,0,2,1,2,3",
    )  # fmt: skip
    assert result.exit_code == 0, result.exception
    assert "true measurements" in result.stdout
    truth = json.loads((out / "truth.json").read_text())
    assert truth["knobs"]["slip_mm"] == {"L4-L5": 3.0}
    slip = next(m for m in truth["measurements"] if (m["name"], m["level"]) == ("slip", "L4-L5"))
    assert slip["value"] == pytest.approx(3.0, abs=0.2)
    assert [row[3] for row in truth["lps_from_phantom"]][:3] == [1.0, 2.0, 3.0]
    again = run(str(out))
    assert isinstance(again.exception, InputError) and "exists already" in str(again.exception)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--set", "colour=blue"), "not known"),
        (("--set", "slip_mm@L4-L5"), "no value"),
        (("--set", "slip_mm@L4-L5=far"), "no number"),
        (("--set", "foraminal_stenosis@L4-L5=mild"), "no side"),
        (("--herniation", "large"), "not known"),
        (("--voxel", "1,2"), "2 numbers"),
        (("--pose", "1,2"), "2 numbers"),
        (("--set", "lumbar_count=9"), "not known"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_left(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    result = run(str(tmp_path / "made"), *arguments)
    assert isinstance(result.exception, InputError)
    assert says in str(result.exception)
    assert list(tmp_path.iterdir()) == []

"""`kambin access --out … --send …`: mistakes of usage, and what is written and sent."""

from __future__ import annotations

import json
import struct
from datetime import datetime
from pathlib import Path

import pytest

from kambin.case.words import Side
from kambin.cli import handover
from kambin.errors import InputError
from tests.access.handover.made import plan, spine
from tests.access.handover.test_sending import listening, split
from tests.cli.conftest import Run

WHERE = ("--level", "L4-L5", "--side", "left")


@pytest.mark.parametrize(
    "words",
    [
        ("--send", "127.0.0.1:18944"),
        ("--approach", "all", "--send", "127.0.0.1:18944"),
        ("--approach", "interlaminar", "--send", "127.0.0.1"),
        ("--approach", "interlaminar", "--dated", "yesterday"),
    ],
)
def test_a_mistake_of_usage_is_told_before_anything_is_read(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert run("access", tmp_path / "none.nii.gz", *WHERE, *words).code == 2


def test_each_approach_with_a_corridor_has_its_folder(tmp_path: Path) -> None:
    none = plan(recommended=None)
    files = handover.write_files(tmp_path, spine(), [plan(), none], datetime(2024, 5, 6))
    assert {path.parent.relative_to(tmp_path).parts[:2] for path in files} == {("handover", "posterolateral")}
    manifest = json.loads((tmp_path / "handover/posterolateral/manifest.json").read_text(encoding="utf-8"))
    assert manifest["content_date"] == "2024-05-06T00:00:00"
    assert "Not a certified medical device" in manifest["intended_use"]
    assert handover.write_files(tmp_path / "other", spine(), [none], None) == ()


def test_a_plan_is_sent_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    with listening() as (to, heard):
        handover.send(plan(Side.RIGHT), to)
    text = split(b"".join(heard))[2][2]
    assert json.loads(text[struct.calcsize(">HH") :])["side"] == "right"
    assert "3 OpenIGTLink messages" in capsys.readouterr().err


def test_where_nobody_listens() -> None:
    with listening() as (to, _):
        handover.send(plan(), to)
    with pytest.raises(InputError, match="could not send"):
        handover.send(plan(), to)

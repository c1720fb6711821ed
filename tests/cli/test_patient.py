"""`kambin plan`: what it says of corridors and what it leaves on the disk."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kambin.cli import handover
from kambin.cli.patient import _hand_over
from kambin.cli.render_access import print_corridors


def planned(approach: str, recommended: int | None, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    certificate = {"achieved": 3.7, "upper_bound": 3.94, "unit": "sd"}
    return {
        "approach": approach,
        "level": "L4-L5",
        "side": "right",
        "why": f"why of {approach}.",
        "recommended": recommended,
        "proposals": [] if recommended is None else [{"certificate": certificate}],
        "blocks": blocks,
    }


def test_each_approach_has_a_line_with_its_proof_or_its_block(capsys: pytest.CaptureFixture[str]) -> None:
    block = {"structure": "iliac bone", "by_mm": 2.4, "change": "a cannula of 4.8 mm"}
    print_corridors(
        [
            planned("posterolateral", 0, []),
            planned("far-lateral", None, [block]),
            planned("interlaminar", None, []),
        ]
    )
    said = capsys.readouterr().out
    assert "Corridors to L4-L5, patient's right" in said
    lines = [line.strip() for line in said.splitlines()]
    free, blocked, unknown = (
        next(line for line in lines if name in line)
        for name in ("why of posterolateral", "why of far-lateral", "why of interlaminar")
    )
    assert free.startswith("✓ ") and "3.94 sd" in free and "3.70" in free
    assert blocked.startswith("✗ ") and "a cannula of 4.8 mm" in " ".join(lines)
    assert unknown.startswith("? ") and "sd" not in unknown


def test_without_corridors_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_corridors([])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("recommended", [0, None])
def test_the_hand_over_is_written_where_a_corridor_is_recommended(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    recommended: int | None,
) -> None:
    given: list[Any] = []
    monkeypatch.setattr(handover, "write_files", lambda *items: given.append(items))
    walked: Any = SimpleNamespace(spine=object(), corridors=(SimpleNamespace(recommended=recommended),))
    steps: list[str] = []
    _hand_over(tmp_path, walked, steps.append)
    if recommended is None:
        assert given == [] and "nothing is written" in capsys.readouterr().err
    else:
        assert given == [(tmp_path, walked.spine, walked.corridors, None)] and steps

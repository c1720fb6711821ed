"""What is compiled early is what pictures ask for later: drawing compiles nothing more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from kambin.report.pictures.early import prepare
from kambin.access import carm_kernels, endoscope_kernels
from kambin.report.pictures import access_figures, kernels
from kambin.case.words import Side
from tests.report.pictures import hand_made
made = {
    "line_integrals": carm_kernels.line_integrals,
    "shell_values": carm_kernels.shell_values,
    "march": endoscope_kernels.march,
    "heaviest_labels": kernels.heaviest_labels,
    "tube_distance": kernels.tube_distance,
}
prepare()
before = {name: len(kernel.signatures) for name, kernel in made.items()}
spine = hand_made.spine()
access_figures(spine, hand_made.plan_for(spine, "L4-L5", Side.LEFT), three=False)
after = {name: len(kernel.signatures) for name, kernel in made.items()}
print(before == after == dict.fromkeys(made, 1), before, after)
"""


def test_drawing_compiles_nothing_that_was_not_prepared() -> None:
    numba = pytest.importorskip("numba")
    if numba.config.DISABLE_JIT:
        pytest.skip("kernels are not compiled here")
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROOT)], check=True, capture_output=True, text=True
    )
    assert made.stdout.startswith("True"), made.stdout
